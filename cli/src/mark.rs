//! `voxguard mark`: marks speech, and records it where there is a ledger.

use serde_json::json;
use voxguard::{Access, Guard, Markup, Policy, Request};

use crate::arguments::{Arguments, read_text};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sound::{self, Container, Sound};

/// Samples marked at a time.
const CHUNK: usize = 1 << 16;

pub fn run(words: &[String]) -> Result<bool, Failure> {
    let arguments =
        Arguments::parse(words, &["key", "ledger", "subject", "voice", "text", "rules", "markup"], &[])?;
    let [input, output] = arguments.positions(2, 2, "a sound file to read and one to write")? else {
        return Err(Failure::usage("this command takes two files"));
    };
    let container = Container::of(output)?;
    let key = arguments.key()?;
    let ledger = arguments.value("ledger").map(|_| arguments.ledger()).transpose()?;
    let policy =
        arguments.value("rules").map(|path| Ok::<_, Failure>(Policy::new(&read_text(path)?)?)).transpose()?;
    // A file of the user's own is no request of a stranger: nothing is limited but what memory holds.
    let access = Access::new(Some(
        r#"{"version": 1, "profile": "development", "audio": {"max_seconds": 86400},
            "text": {"max_characters": 1048576, "max_folded_characters": 18874368}}"#,
    ))?;
    let mut builder = Guard::builder(&key);
    if let Some(ledger) = &ledger {
        builder = builder.ledger(ledger);
    }
    if let Some(policy) = &policy {
        builder = builder.policy(policy);
    }
    let guard = builder.access(&access).build()?;

    let sound = sound::read(input)?;
    let mut utterance = guard.begin(Request {
        subject: arguments.value("subject"),
        voice: arguments.value("voice").unwrap_or("unnamed"),
        text: arguments.value("text").unwrap_or_default(),
        markup: Markup::Auto,
        rate: sound.rate,
        channels: sound.channels,
        ..Request::default()
    })?;
    if !utterance.allowed() {
        match arguments.json() {
            true => crate::print(&utterance.verdict().json)?,
            false => crate::print(&format!("blocked: {}", utterance.verdict().reason))?,
        }
        return Ok(false);
    }
    let mut marked = Vec::with_capacity(sound.samples.len());
    let mut progress = Progress::new("marking", sound.samples.len() as u64);
    let whole = CHUNK / usize::from(sound.channels) * usize::from(sound.channels);
    for chunk in sound.samples.chunks(whole) {
        utterance.mark(chunk, &mut marked)?;
        progress.at(marked.len() as u64);
    }
    let record = utterance.finish(&mut marked)?;
    drop(progress);
    sound::write(output, container, &Sound { samples: marked, ..sound })?;

    let mark = record.mark.map(|mark| format!("{mark:08x}"));
    // Samples may have standard output to themselves.
    let tell = |line: &str| match output.as_str() {
        "-" => {
            eprintln!("{line}");
            Ok(())
        }
        _ => crate::print(line),
    };
    match arguments.json() {
        true => tell(&json!({"mark": mark, "record": raw(&record.json), "out": output}).to_string())?,
        false => {
            let place = record.seq.map(|seq| format!(", record {seq}")).unwrap_or_default();
            tell(&format!("marked with {}{place}: {output}", mark.unwrap_or_default()))?;
        }
    }
    Ok(true)
}

/// JSON that the library wrote, as a value.
pub fn raw(json: &str) -> serde_json::Value {
    serde_json::from_str(json).unwrap_or_default()
}
