//! `voxguard report`: what a ledger says about a span of time.

use serde_json::json;

use crate::arguments::{Arguments, write_bytes};
use crate::failure::Failure;
use crate::ledger::ask;
use crate::time;

pub fn run(words: &[String]) -> Result<bool, Failure> {
    match words.split_first() {
        Some((command, rest)) if command == "compliance" => compliance(rest),
        _ => Err(Failure::usage("after report accepted is: compliance")),
    }
}

fn compliance(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["ledger", "key", "from", "to", "html"], &["verify"])?;
    arguments.positions(0, 0, "no words but its options")?;
    let (from, to) = (time::parse(arguments.needed("from")?)?, time::parse(arguments.needed("to")?)?);
    let ledger = arguments.ledger()?;
    let fields = [
        ("from_ms", json!(from)),
        ("until_ms", json!(to)),
        ("html", json!(arguments.value("html").is_some())),
        ("verify", json!(arguments.flag("verify"))),
    ];
    let answer = ask(&ledger, "compliance", &fields)?;
    if let Some(path) = arguments.value("html") {
        write_bytes(path, answer["html"].as_str().unwrap_or_default().as_bytes())?;
    }
    let report = &answer["report"];
    match arguments.json() {
        true => crate::print(&report.to_string())?,
        false if arguments.value("html") == Some("-") => {}
        false => {
            let speech = &report["speech"];
            let coverage =
                speech["coverage"].as_f64().map_or("no speech".to_owned(), |c| format!("{:.4} %", c * 100.0));
            crate::print(&format!(
                "{} to {}\nspoken {}, broken off {}, coverage {coverage}, not fully marked {}\nrefused {}, exceptions {}, \
                 forgotten {}, gaps {}",
                report["from"].as_str().unwrap_or_default(),
                report["to"].as_str().unwrap_or_default(),
                speech["complete"],
                speech["aborted"],
                speech["uncovered"],
                report["records"]["refusal"].as_u64().unwrap_or(0),
                report["records"]["exception"].as_u64().unwrap_or(0),
                report["erasures"],
                report["gaps"],
            ))?;
        }
    }
    Ok(true)
}
