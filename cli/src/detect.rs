//! `voxguard detect`: looks for the mark, and for the record that it leads to. Where the id cannot be read, the ledger
//! is asked which of those it knows the sound agrees with.

use serde_json::{Value, json};
use voxguard::{Detection, Detector, Effort, Ledger};

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::ledger::ask;
use crate::mark::raw;
use crate::progress::Progress;
use crate::sound;

pub fn run(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["key", "ledger", "effort"], &[])?;
    let files = arguments.positions(1, usize::MAX, "one sound file or more")?;
    let effort = match arguments.value("effort").unwrap_or("normal") {
        "fast" => Effort::Fast,
        "normal" => Effort::Normal,
        "thorough" => Effort::Thorough,
        other => {
            return Err(Failure::usage(format!("--effort {other}: accepted are fast, normal and thorough")));
        }
    };
    let key = arguments.key()?;
    let ledger = arguments.value("ledger").map(|_| arguments.ledger()).transpose()?;
    let detector = Detector::new(&[&key], effort)?;
    let mut all = true;
    let mut progress = Progress::new("detecting", files.len() as u64);
    for (at, file) in files.iter().enumerate() {
        progress.at(at as u64);
        let sound = sound::read(file)?;
        let detection = detector.detect(&sound.samples, sound.rate, sound.channels)?;
        all &= detection.found;
        let guess = ledger.as_ref().map(|ledger| guess(ledger, &detection)).transpose()?.unwrap_or_default();
        let guessed = (guess["found"] == true).then(|| guess["mark"].as_str()).flatten();
        let guessed = guessed.and_then(|mark| u64::from_str_radix(mark, 16).ok());
        let records = match (&ledger, detection.mark.filter(|_| detection.found).or(guessed)) {
            (Some(ledger), Some(mark)) => ledger.find_mark(mark)?,
            _ => Vec::new(),
        };
        let mark = detection.mark.map(|mark| format!("{mark:08x}"));
        if arguments.json() {
            let records: Vec<_> = records.iter().map(|record| raw(&record.json)).collect();
            let detection = raw(&detection.to_json()?);
            let answer = json!({"file": file, "detection": detection, "lookup": guess, "records": records});
            crate::print(&answer.to_string())?;
            continue;
        }
        let found = match (detection.found, mark) {
            (true, Some(mark)) => format!("found, mark {mark}, p-value {:.1e}", detection.p_value),
            (true, None) => format!("found, its id cannot be read, p-value {:.1e}", detection.p_value),
            (false, _) => format!("not found, p-value {:.1e}", detection.p_value),
        };
        let likely = match guessed {
            Some(mark) => {
                let (p, of) = (guess["p_value"].as_f64().unwrap_or(1.0), &guess["compared"]);
                format!(", but agrees with mark {mark:08x}: p-value {p:.1e} among {of} known")
            }
            None => String::new(),
        };
        let known = match records.first() {
            Some(record) => format!(", recorded {} as {}", record.time, record.seq.unwrap_or_default()),
            None if ledger.is_some() && detection.found => ", not in the ledger".to_owned(),
            None => String::new(),
        };
        crate::print(&format!("{file}: {found}{likely}{known}"))?;
    }
    Ok(all)
}

/// Which of the known ids a sound agrees with best whose own id was not read; null when none does, or there is no need.
fn guess(ledger: &Ledger, detection: &Detection) -> Result<Value, Failure> {
    match detection.mark {
        None if !detection.soft_bits.is_empty() => {
            let soft = json!(detection.soft_bits);
            ask(ledger, "lookup", &[("soft", soft), ("chips", detection.chips.into())])
        }
        _ => Ok(Value::Null),
    }
}
