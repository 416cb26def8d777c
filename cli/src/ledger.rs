//! `voxguard ledger`: everything that is done to a ledger from outside a program.

use serde_json::{Map, Value, json};
use voxguard::{Ledger, check_proof};

use crate::arguments::{Arguments, public_key, read_text, write_bytes};
use crate::failure::Failure;
use crate::key;
use crate::mark::raw;
use crate::progress::Progress;
use crate::time;

pub fn run(words: &[String]) -> Result<bool, Failure> {
    let commands = "checkpoint, verify, show, find, prove, export, erase, retain and rotate";
    let (command, rest) = words
        .split_first()
        .ok_or_else(|| Failure::usage(format!("after ledger one of {commands} is accepted")))?;
    match command.as_str() {
        "checkpoint" => checkpoint(rest),
        "verify" => verify(rest),
        "show" => show(rest),
        "find" => find(rest),
        "prove" => prove(rest),
        "export" => export(rest),
        "erase" => erase(rest),
        "retain" => retain(rest),
        "rotate" => rotate(rest),
        other => Err(Failure::usage(format!("no command ledger {other}: accepted are {commands}"))),
    }
}

/// Asks an operation of the ledger.
pub fn ask(ledger: &Ledger, operation: &str, fields: &[(&str, Value)]) -> Result<Value, Failure> {
    let mut question = Map::new();
    question.insert("operation".to_owned(), operation.into());
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        question.insert((*name).to_owned(), value.clone());
    }
    Ok(raw(&ledger.ask(&Value::Object(question).to_string())?))
}

/// Writes a text where it is asked for, or prints it.
fn give(arguments: &Arguments, name: &str, text: &str) -> Result<(), Failure> {
    match (arguments.value("out"), arguments.json()) {
        (Some(path), _) => write_bytes(path, text.as_bytes()),
        (None, true) => crate::print(&json!({ name: text }).to_string()),
        (None, false) => crate::print(text.trim_end_matches('\n')),
    }
}

fn checkpoint(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["ledger", "key", "out"], &["note"])?;
    arguments.positions(0, 0, "no words but its options")?;
    let ledger = arguments.ledger()?;
    let note = match arguments.flag("note") {
        true => ask(&ledger, "note_checkpoint", &[])?.as_str().unwrap_or_default().to_owned(),
        false => ledger.checkpoint()?,
    };
    give(&arguments, "checkpoint", &note)?;
    Ok(true)
}

fn verify(words: &[String]) -> Result<bool, Failure> {
    let values = ["ledger", "key", "checkpoint", "public-key", "proof", "witness", "quorum"];
    let arguments = Arguments::parse(words, &values, &[])?;
    arguments.positions(0, 0, "no words but its options")?;
    let checkpoint = arguments.value("checkpoint").map(read_text).transpose()?;
    let Some(public) = arguments.value("public-key") else {
        if arguments.value("proof").is_some() {
            return Err(Failure::usage("--proof needs --public-key"));
        }
        let verification = arguments.ledger()?.verify(checkpoint.as_deref())?;
        match (arguments.json(), &verification.fault) {
            (true, _) => crate::print(&verification.json)?,
            (false, Some(fault)) => crate::print(&format!("not intact: {fault}"))?,
            (false, None) => {
                let against = match verification.checkpoint {
                    Some(size) => format!("in agreement with the checkpoint over {size}"),
                    None => "the chain alone: without a checkpoint an older copy put back is not noticed"
                        .to_owned(),
                };
                crate::print(&format!("intact: {} entries ({against})", verification.entries))?;
            }
        }
        return Ok(verification.intact);
    };
    let mut question = Map::new();
    question.insert("key".to_owned(), public_key(public)?.into());
    if let Some(checkpoint) = checkpoint {
        question.insert("checkpoint".to_owned(), checkpoint.into());
    }
    match arguments.value("proof") {
        Some(path) => {
            question.insert("proof".to_owned(), read_text(path)?.into());
            let witnesses: Result<Vec<String>, Failure> =
                arguments.all("witness").iter().map(|witness| public_key(witness)).collect();
            question.insert("witnesses".to_owned(), witnesses?.into());
            question.insert("quorum".to_owned(), arguments.number::<u64>("quorum")?.unwrap_or(0).into());
        }
        None => {
            if let Some(url) = arguments.value("ledger") {
                question.insert("ledger".to_owned(), url.into());
            }
            if !question.contains_key("checkpoint") {
                return Err(Failure::usage("with a public key alone --checkpoint is needed"));
            }
        }
    }
    let json = check_proof(&Value::Object(question).to_string())?;
    let answer = raw(&json);
    match arguments.json() {
        true => crate::print(&json)?,
        false => crate::print(answer["reason"].as_str().unwrap_or_default())?,
    }
    Ok(answer["holds"] == true)
}

/// Prints records; says whether there is any.
fn print_records(arguments: &Arguments, records: &[Value]) -> Result<bool, Failure> {
    for record in records {
        match arguments.json() {
            true => crate::print(&record.to_string())?,
            false => {
                let of = |name: &str| record[name].as_str().unwrap_or("-").to_owned();
                let what = match record["object"].as_str() {
                    Some(object) => object.to_owned(),
                    None => format!("voice {} mark {} {}", of("voice"), of("mark"), of("action")),
                };
                crate::print(&format!("{:>8}  {}  {:<18} {what}", record["seq"], of("time"), of("kind")))?;
            }
        }
    }
    Ok(!records.is_empty())
}

fn show(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["ledger", "key", "after", "limit"], &[])?;
    let seqs = arguments.positions(0, usize::MAX, "numbers of records")?;
    let ledger = arguments.ledger()?;
    if seqs.is_empty() {
        let after = arguments.number::<u64>("after")?.unwrap_or(0);
        let limit = arguments.number::<u32>("limit")?.unwrap_or(100);
        let found = ask(&ledger, "find", &[("after", after.into()), ("limit", limit.into())])?;
        return print_records(&arguments, found.as_array().map_or(&[], Vec::as_slice));
    }
    let mut all = true;
    for seq in seqs {
        let number: u64 =
            seq.parse().map_err(|_| Failure::usage(format!("{seq}: accepted is the number of a record")))?;
        match ledger.get(number)? {
            Some(record) => drop(print_records(&arguments, &[raw(&record.json)])?),
            None => {
                all = false;
                eprintln!("voxguard: there is no record {number}, or it was purged");
            }
        }
    }
    Ok(all)
}

fn find(words: &[String]) -> Result<bool, Failure> {
    let values = ["ledger", "key", "mark", "content", "subject", "kind", "from", "to", "limit"];
    let arguments = Arguments::parse(words, &values, &[])?;
    arguments.positions(0, 0, "no words but its options")?;
    let ledger = arguments.ledger()?;
    let moment = |name: &str| arguments.value(name).map(time::parse).transpose();
    let fields = [
        ("mark", json!(arguments.value("mark"))),
        ("content", json!(arguments.value("content"))),
        ("subject", json!(arguments.value("subject"))),
        ("kind", json!(arguments.value("kind"))),
        ("from_ms", json!(moment("from")?)),
        ("until_ms", json!(moment("to")?)),
        ("limit", json!(arguments.number::<u32>("limit")?)),
        ("newest_first", json!(true)),
    ];
    let found = ask(&ledger, "find", &fields)?;
    print_records(&arguments, found.as_array().map_or(&[], Vec::as_slice))
}

fn prove(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["ledger", "key", "since", "out"], &[])?;
    let seq = arguments.positions(0, 1, "the number of one record")?.first();
    let ledger = arguments.ledger()?;
    let proof = match (seq, arguments.value("since")) {
        (Some(seq), None) => {
            let number: u64 = seq
                .parse()
                .map_err(|_| Failure::usage(format!("{seq}: accepted is the number of a record")))?;
            ask(&ledger, "prove", &[("seq", number.into())])?
        }
        (None, Some(path)) => ask(&ledger, "prove_since", &[("checkpoint", read_text(path)?.into())])?,
        _ => return Err(Failure::usage("accepted is either the number of a record or --since CHECKPOINT")),
    };
    match proof.as_str() {
        Some(proof) => give(&arguments, "proof", proof).map(|()| true),
        None => {
            eprintln!("voxguard: there is no such record, or the ledger does not continue that checkpoint");
            Ok(false)
        }
    }
}

fn export(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["ledger", "key", "out", "after"], &[])?;
    arguments.positions(0, 0, "no words but its options")?;
    let ledger = arguments.ledger()?;
    let total = ledger.len()?;
    let path = arguments.value("out").unwrap_or("-");
    let mut out: Box<dyn std::io::Write> = match path {
        "-" => Box::new(std::io::stdout().lock()),
        path => Box::new(std::fs::File::create(path).map_err(|error| Failure::file(path, error))?),
    };
    let mut after = arguments.number::<u64>("after")?.unwrap_or(0);
    let mut progress = Progress::new("exporting", total);
    loop {
        let lines = ask(&ledger, "export", &[("after", after.into())])?;
        let lines = lines.as_array().map_or(&[][..], Vec::as_slice);
        let Some(last) = lines.last().and_then(Value::as_str) else { break };
        after = raw(last)["seq"].as_u64().unwrap_or(u64::MAX);
        for line in lines {
            writeln!(out, "{}", line.as_str().unwrap_or_default())
                .map_err(|error| Failure::file(path, error))?;
        }
        progress.at(after);
    }
    out.flush().map_err(|error| Failure::file(path, error))?;
    Ok(true)
}

fn erase(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["ledger", "key", "subject"], &["yes"])?;
    arguments.positions(0, 0, "no words but its options")?;
    let subject = arguments.needed("subject")?;
    if !arguments.flag("yes") {
        return Err(Failure::usage("what is forgotten cannot be brought back: say --yes"));
    }
    let ledger = arguments.ledger()?;
    let receipt = ask(&ledger, "request", &[("subject", subject.into()), ("right", "erasure".into())])?;
    match arguments.json() {
        true => crate::print(&receipt.to_string())?,
        false => {
            let (done, reason) = (receipt["granted"] == true, receipt["reason"].as_str().unwrap_or_default());
            crate::print(&format!("{}: {reason}", if done { "forgotten" } else { "not forgotten" }))?;
        }
    }
    Ok(receipt["granted"] == true)
}

fn rotate(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["ledger", "key", "next", "next-key", "out"], &[])?;
    arguments.positions(0, 0, "no words but its options")?;
    let (url, key) = (arguments.needed("next")?, key::read(arguments.needed("next-key")?)?);
    let ledger = arguments.ledger()?;
    let last = ledger.rotate(&Ledger::open(url, &key)?)?;
    give(&arguments, "checkpoint", &last)?;
    Ok(true)
}

fn retain(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["ledger", "key", "preset", "policy"], &["dry-run"])?;
    arguments.positions(0, 0, "no words but its options")?;
    let ledger = arguments.ledger()?;
    let dry_run = ("dry_run", json!(arguments.flag("dry-run")));
    let plan = match arguments.value("policy") {
        Some(path) => {
            let policy: Value = serde_json::from_str(&read_text(path)?)
                .map_err(|error| Failure::file(path, format!("not JSON: {error}")))?;
            ask(&ledger, "retain", &[("policy", policy), dry_run])?
        }
        None => {
            let preset = arguments.value("preset").unwrap_or("standard");
            ask(&ledger, "retain", &[("preset", preset.into()), dry_run])?
        }
    };
    if arguments.json() {
        crate::print(&plan.to_string())?;
        return Ok(true);
    }
    let done = if arguments.flag("dry-run") { "due" } else { "purged" };
    for purge in plan["purges"].as_array().map_or(&[][..], Vec::as_slice) {
        let count = purge["seqs"].as_array().map_or(0, Vec::len);
        crate::print(&format!("{}: {count} {done}", purge["category"].as_str().unwrap_or_default()))?;
    }
    crate::print(&format!("kept by a legal hold: {}", plan["held"]))?;
    Ok(true)
}
