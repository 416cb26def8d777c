//! What a power cut leaves: a disk that loses, keeps or tears what was not synced yet, unplugged at moments all over a
//! ledger's life.
//!
//! `VOXGUARD_CUTS` says at how many moments (100; each with three kinds of loss).

mod disk;
mod records;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use disk::{Disk, Draw, Loss, Step};
use records::{generation, key, open, plain, subject};
use voxguard_core::id::MarkId;
use voxguard_core::ledger::{Category, Right};
use voxguard_store::{Ledger, StoreError};

const WRITERS: u32 = 4;
const EACH: u32 = 120;
/// A number that stands for the erasure among those acknowledged.
const ERASURE: u32 = u32::MAX;

/// A ledger's life: writers side by side, something sealed, the log copied back many times, a person forgotten.
fn live(path: &Path) -> Vec<Step> {
    disk::record(path.parent().unwrap());
    let ledger = open(path);
    let started = AtomicU32::new(0);
    let other = voxguard_core::ledger::LedgerKey::new(&key(1));
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (ledger, started, other) = (&ledger, &started, &other);
            scope.spawn(move || {
                for round in 0..EACH {
                    let mark = 1 + writer * EACH + round;
                    started.fetch_add(1, Ordering::Relaxed);
                    let sealed: &[u8] = &[7; 3000];
                    match mark % 10 {
                        0 => ledger.record(generation(mark), Some((Category::Transcripts, sealed))).map(drop),
                        _ => ledger.append(&generation(mark)).map(drop),
                    }
                    .unwrap();
                    disk::acknowledge(mark);
                    if mark == 2 * EACH {
                        let gone: voxguard_core::id::SubjectId = "somebody-else".parse().unwrap();
                        let mut event =
                            voxguard_core::ledger::Event::new(voxguard_core::ledger::EventKind::DataAccess);
                        event.subject = Some(other.subject_tag(&gone));
                        event.object = Some("transcripts".to_owned());
                        event.actor = Some(other.actor_tag(&subject()));
                        event.allowed = Some(true);
                        ledger.event(event, 1_763_765_700_000).unwrap();
                        let receipt = ledger.request(&gone, Right::Erasure, None, 1_763_765_700_000).unwrap();
                        assert!(receipt.granted);
                        disk::acknowledge(ERASURE);
                    }
                }
            });
        }
    });
    drop(ledger);
    disk::recorded()
}

/// What is left in the folder after a cut, against what was acknowledged before it.
fn left(folder: &Path, acknowledged: &BTreeSet<u32>) -> Result<u64, String> {
    let marks = acknowledged.iter().filter(|mark| **mark != ERASURE).count() as u64;
    let ledger = match Ledger::open(&records::url(&folder.join("ledger.db")), &key(1)) {
        Ok(ledger) => ledger,
        Err(error) => return Err(format!("it does not open: {error:?}")),
    };
    let verification = ledger.verify(None).map_err(|error: StoreError| error.to_string())?;
    if !verification.intact {
        return Err(verification.to_string());
    }
    // Beside the marks: the event about somebody, the erasure, and the request that led to it.
    if !(marks..=u64::from(WRITERS * EACH) + 3).contains(&verification.entries) {
        return Err(format!("{} entries of {marks} acknowledged", verification.entries));
    }
    // Few are looked up at each cut, other ones each time; that the rest is whole the verification has said.
    for mark in acknowledged.iter().rev().take(8).filter(|mark| **mark != ERASURE) {
        let mut found = ledger.find_mark(MarkId::new((*mark).into())).map_err(|error| error.to_string())?;
        let Some(found) = found.pop() else { return Err(format!("{mark} was acknowledged, and is gone")) };
        let mut record = plain(found.record);
        if let voxguard_core::ledger::Body::Generation(generation) = &mut record.body {
            generation.attachment = None;
        }
        if record != generation(*mark) {
            return Err(format!("{mark} is not what was written"));
        }
    }
    if acknowledged.contains(&ERASURE) {
        let gone = "somebody-else".parse().unwrap();
        match ledger.standing(&gone).map_err(|error| error.to_string())? {
            None => {}
            Some(_) => return Err("somebody who was erased is back".to_owned()),
        }
    }
    // It goes on as if nothing had been.
    let next = ledger.append(&generation(9_999_999)).map_err(|error| error.to_string())?;
    match next == verification.entries + 1 {
        true => Ok(verification.entries),
        false => Err(format!("the entry after {} has the number {next}", verification.entries)),
    }
}

/// Unplugs the disk behind each of these steps, with this loss, and says what was found.
fn unplug(
    steps: &[Step],
    moments: &BTreeSet<usize>,
    losses: impl Fn(usize) -> Vec<Loss>,
    mut told: impl FnMut(usize, Loss, Result<u64, String>),
) {
    let (mut disk, mut acknowledged) = (Disk::default(), BTreeSet::new());
    for (at, step) in steps.iter().enumerate() {
        disk.take(step);
        if let Step::Acknowledged(number) = step {
            acknowledged.insert(*number);
        }
        if !moments.contains(&at) {
            continue;
        }
        for loss in losses(at) {
            let folder = tempfile::tempdir().unwrap();
            disk.unplug(folder.path(), loss);
            told(at, loss, left(folder.path(), &acknowledged));
        }
    }
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_acknowledged_and_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let steps = live(&folder.path().join("ledger.db"));
    let writes = steps.iter().filter(|step| matches!(step, Step::Write { .. })).count();
    let syncs = steps.iter().filter(|step| matches!(step, Step::Sync(_))).count();
    let acknowledged = steps.iter().filter(|step| matches!(step, Step::Acknowledged(_))).count();
    assert_eq!(acknowledged, (WRITERS * EACH) as usize + 1);
    // The main file is written as well: the log was copied back while writers went on.
    let copied =
        |step: &Step| matches!(step, Step::Write { file, .. } if file.extension().is_some_and(|e| e == "db"));
    assert!(steps.iter().filter(|step| copied(step)).count() > 100, "the log was never copied back");

    let cuts: usize =
        std::env::var("VOXGUARD_CUTS").ok().map_or(100, |cuts| cuts.parse().expect("a number of cuts"));
    let mut draw = Draw(0x5eed);
    let moments: BTreeSet<usize> = match cuts >= steps.len() {
        true => (0..steps.len()).collect(),
        false => (0..cuts).map(|_| draw.next() as usize % steps.len()).collect(),
    };
    let mut tried = 0;
    unplug(
        &steps,
        &moments,
        |at| vec![Loss::All, Loss::None, Loss::Any(at as u64)],
        |at, loss, found| {
            tried += 1;
            assert!(
                found.is_ok(),
                "cut after step {at} of {}, {loss:?}: {}",
                steps.len(),
                found.unwrap_err()
            );
        },
    );
    println!(
        "{tried} power cuts at {} of {} moments ({writes} writes, {syncs} syncs)",
        moments.len(),
        steps.len()
    );

    // That this would be seen: a disk that only says that it synced does lose what was acknowledged.
    let mut noticed = 0;
    let moments = (1..10).map(|part| steps.len() / 10 * part).collect();
    unplug(&steps, &moments, |_| vec![Loss::Lied], |_, _, found| noticed += usize::from(found.is_err()));
    assert_eq!(noticed, moments.len(), "a disk that lies must be noticed");
}
