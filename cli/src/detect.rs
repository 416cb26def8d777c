//! `voxguard detect`: looks for the mark, and for the record that it leads to.

use serde_json::json;
use voxguard::{Detector, Effort};

use crate::arguments::Arguments;
use crate::failure::Failure;
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
        let records = match (&ledger, detection.mark) {
            (Some(ledger), Some(mark)) if detection.found => ledger.find_mark(mark)?,
            _ => Vec::new(),
        };
        let mark = detection.mark.map(|mark| format!("{mark:08x}"));
        if arguments.json() {
            let records: Vec<_> = records.iter().map(|record| raw(&record.json)).collect();
            let answer = json!({"file": file, "detection": raw(&detection.to_json()?), "records": records});
            crate::print(&answer.to_string())?;
            continue;
        }
        let found = match (detection.found, mark) {
            (true, Some(mark)) => format!("found, mark {mark}, p-value {:.1e}", detection.p_value),
            (true, None) => format!("found, its id cannot be read, p-value {:.1e}", detection.p_value),
            (false, _) => format!("not found, p-value {:.1e}", detection.p_value),
        };
        let known = match records.first() {
            Some(record) => format!(", recorded {} as {}", record.time, record.seq.unwrap_or_default()),
            None if ledger.is_some() && detection.found => ", not in the ledger".to_owned(),
            None => String::new(),
        };
        crate::print(&format!("{file}: {found}{known}"))?;
    }
    Ok(all)
}
