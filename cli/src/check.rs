//! `voxguard check`: judges a text.

use voxguard::{Markup, Policy};

use crate::arguments::{Arguments, read_text};
use crate::failure::Failure;

pub fn run(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["rules", "markup"], &[])?;
    let given = arguments.positions(0, 1, "one text at most")?.first().map(String::as_str);
    let markup = match arguments.value("markup").unwrap_or("auto") {
        "auto" => Markup::Auto,
        "plain" => Markup::Plain,
        "ssml" => Markup::Ssml,
        other => return Err(Failure::usage(format!("--markup {other}: accepted are auto, plain and ssml"))),
    };
    let policy = Policy::new(&read_text(arguments.needed("rules")?)?)?;
    let text = match given {
        None | Some("-") => {
            let text = read_text("-")?;
            text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
        }
        Some(text) => text.to_owned(),
    };
    let verdict = policy.check(&text, markup)?;
    match arguments.json() {
        true => crate::print(&verdict.json)?,
        false => crate::print(&format!("{}: {}", verdict.action.name(), verdict.reason))?,
    }
    Ok(verdict.allowed())
}
