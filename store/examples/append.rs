//! How many records a second a ledger takes, each on disk before its append returns.
//!
//! `cargo run --release -p voxguard-store --example append -- [SECONDS] [FOLDER]` measures one writer
//! and 64 writers, SECONDS each (3 by default), in a new file in FOLDER (by default that for temporary
//! files: mind that it lies on the disk that is meant), and then how fast the ledger is verified.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use voxguard_core::audio::SampleFormat;
use voxguard_core::id::MarkId;
use voxguard_core::key::Key;
use voxguard_core::ledger::{Body, Generation, LedgerKey, Outcome, Record};
use voxguard_core::policy::Action;
use voxguard_store::{Ledger, StoreError};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(3.0), |text| text.parse::<f64>());
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let Ok(seconds @ 0.1..=600.0) = seconds else {
        eprintln!("usage: append [SECONDS, 0.1 to 600] [FOLDER]");
        return ExitCode::FAILURE;
    };
    match measure(Duration::from_secs_f64(seconds), folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(time: Duration, folder: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    let file = folder.join(format!("voxguard-append-{}.db", std::process::id()));
    let result = measure_in(time, &file);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
    result
}

fn measure_in(time: Duration, file: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::from_bytes(&[7; 32])?;
    let ledger = Ledger::open(&format!("sqlite:///{}", file.display()), &key)?;
    println!("ledger: {}", file.display());
    let mut mark = 0;
    for writers in [1, 64] {
        let (appended, rate) = append(&ledger, &key, writers, time, mark)?;
        println!("{writers:>3} writers: {appended} records, {rate:.0} a second");
        mark += 1 << 24;
    }
    let started = Instant::now();
    let verification = ledger.verify(None)?;
    let rate = verification.entries as f64 / started.elapsed().as_secs_f64();
    println!("verified: {verification}, {rate:.0} a second");
    Ok(())
}

/// Appends from so many threads for this time; returns how many records, and how many a second.
fn append(
    ledger: &Ledger,
    key: &Key,
    writers: u32,
    time: Duration,
    mark: u32,
) -> Result<(u64, f64), StoreError> {
    let next = AtomicU64::new(u64::from(mark));
    let record = record(key);
    let started = Instant::now();
    std::thread::scope(|scope| {
        let work = || -> Result<(), StoreError> {
            let mut record = record.clone();
            while started.elapsed() < time {
                let mark = next.fetch_add(1, Ordering::Relaxed) as u32;
                if let Body::Generation(generation) = &mut record.body {
                    generation.mark = Some(MarkId::new(mark));
                }
                ledger.append(&record)?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..writers).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let appended = next.into_inner() - u64::from(mark);
    Ok((appended, appended as f64 / started.elapsed().as_secs_f64()))
}

fn record(key: &Key) -> Record {
    let ledger_key = LedgerKey::new(key);
    Record {
        id: [1; 16],
        time_ms: 1_763_765_700_000,
        body: Body::Generation(Generation {
            subject: Some(ledger_key.commit_text("somebody")),
            voice: "heart".to_owned(),
            text: ledger_key.commit_text("Good evening."),
            policy: Some([4; 32]),
            action: Action::Allow,
            mark: None,
            key: Some(key.id()),
            rate: 24_000,
            channels: 1,
            frames_in: 48_000,
            frames_marked: 48_000,
            sample_format: SampleFormat::F32,
            audio_in: [6; 32],
            audio_out: [7; 32],
            outcome: Outcome::Complete,
            model: None,
            parameters: None,
            attachment: None,
        }),
    }
}
