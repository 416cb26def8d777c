//! What `cargo xtask bench ledger` runs: how fast a ledger is, on this machine and disk.
//!
//! `cargo run --release -p voxguard-store --example ledger -- [--records N] [--folder FOLDER] [--postgres URL]`
//!
//! Appends from 1 and from 64 writers (each append durable before it returns), the latency of those, growth
//! to N records (1,000,000 by default) with the cost of an append, of a search and the memory at each
//! million, verification, proofs and their checking, soft lookup over a million ids; then the appends again
//! on an empty PostgreSQL database, when one is given.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use voxguard_core::id::{MarkId, SubjectId};
use voxguard_core::key::Key;
use voxguard_core::ledger::{Body, Generation, Inclusion, LedgerKey, Lookup, Record, VerifyingKey};
use voxguard_core::watermark::codeword;
use voxguard_store::Ledger;

#[path = "../../core/tests/speech/mod.rs"]
mod speech;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Time that each rate is measured for.
const MEASURED: Duration = Duration::from_secs(5);
/// Writers that share commits.
const WRITERS: u32 = 64;

fn main() -> Result<(), Failure> {
    let (mut records, mut folder, mut postgres) = (1_000_000u64, std::env::temp_dir(), None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--records" => records = value.parse()?,
            "--folder" => folder = PathBuf::from(value),
            "--postgres" => postgres = Some(value),
            other => return Err(format!("{other} is not known").into()),
        }
    }
    let file = folder.join(format!("voxguard-bench-{}.db", std::process::id()));
    let result = sqlite(&file, records);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
    result?;
    lookup()?;
    if let Some(url) = postgres {
        println!("PostgreSQL");
        let key = Key::from_bytes(&[7; 32])?;
        let ledger = Ledger::open(&url, &key)?;
        appends(&ledger, &LedgerKey::new(&key), 1, 0)?;
        appends(&ledger, &LedgerKey::new(&key), WRITERS, 1 << 24)?;
        verification(&ledger)?;
    }
    Ok(())
}

fn sqlite(file: &Path, records: u64) -> Result<(), Failure> {
    let key = Key::from_bytes(&[7; 32])?;
    let ledger_key = LedgerKey::new(&key);
    let ledger = Ledger::open(&format!("sqlite:///{}", file.display()), &key)?;
    println!("SQLite");
    appends(&ledger, &ledger_key, 1, 0)?;
    appends(&ledger, &ledger_key, WRITERS, 1 << 24)?;
    // What was measured before may have passed the first.
    let begun = ledger.len()?;
    let stages = [100_000].into_iter().chain((1..).map(|million| million * 1_000_000));
    for stage in stages.skip_while(|stage| *stage <= begun).take_while(|stage| *stage < records) {
        grow(&ledger, &ledger_key, begun, stage)?;
    }
    if begun < records {
        grow(&ledger, &ledger_key, begun, records)?;
    }
    verification(&ledger)?;
    proofs(&ledger)
}

/// A generation with a mark, a subject and an audio hash of its own.
fn generation(key: &LedgerKey, number: u64) -> Result<Record, Failure> {
    // Marks and hashes are spread as those of real records are, which are random.
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut audio = [0; 32];
    audio[..8].copy_from_slice(&mixed.to_be_bytes());
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let subject: SubjectId = format!("user-{}", number % 1000).parse()?;
    Ok(Record {
        id,
        time_ms: 1_763_765_700_000 + number,
        body: Body::Generation(Generation {
            subject: Some(key.subject_tag(&subject)),
            text: audio,
            mark: Some(MarkId::new(mixed >> 32)),
            key: Some(key.id()),
            audio_out: audio,
            ..speech::generation()
        }),
    })
}

/// Appends from so many writers for a while.
fn appends(ledger: &Ledger, key: &LedgerKey, writers: u32, from: u64) -> Result<(), Failure> {
    let next = AtomicU64::new(from);
    let taken: Mutex<Vec<Duration>> = Mutex::default();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|_| {
                scope.spawn(|| -> Result<(), Failure> {
                    let mut ours = Vec::new();
                    while begun.elapsed() < MEASURED {
                        let record = generation(key, next.fetch_add(1, Ordering::Relaxed))?;
                        let started = Instant::now();
                        ledger.append(&record)?;
                        ours.push(started.elapsed());
                    }
                    taken.lock().map_err(|_| "a writer failed")?.extend(ours);
                    Ok(())
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a writer failed")?)
    })?;
    let mut taken = taken.into_inner()?;
    taken.sort_unstable();
    let rate = taken.len() as f64 / begun.elapsed().as_secs_f64();
    let at = |share: f64| taken[((taken.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "  {writers:>2} writers: {rate:.0} durable records/s; latency p50 {:.2} ms, p99 {:.2} ms",
        at(0.5),
        at(0.99)
    );
    Ok(())
}

/// Appends from many writers until there are so many records; then searches those since the number `first`.
fn grow(ledger: &Ledger, key: &LedgerKey, first: u64, until: u64) -> Result<(), Failure> {
    let (before, begun) = (ledger.len()?, Instant::now());
    // Numbers that the measured appends did not use.
    let (next, end) = (AtomicU64::new((1 << 32) + before), (1 << 32) + until);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..1024)
            .map(|_| {
                scope.spawn(|| -> Result<(), Failure> {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= end {
                            return Ok(());
                        }
                        ledger.append(&generation(key, number)?)?;
                    }
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a writer failed")?)
    })?;
    let each = begun.elapsed().as_secs_f64() * 1e6 / (until - before).max(1) as f64;
    let memory = resident_mib();
    let (mut there, mut nowhere) = (Vec::new(), Vec::new());
    for step in 0..500u64 {
        let number = (1 << 32) + first + step * (until - first) / 500;
        for (number, times) in [(number, &mut there), (1 << 40 | number, &mut nowhere)] {
            let Some(mark) = generation(key, number)?.mark() else { continue };
            let started = Instant::now();
            let records = ledger.find_mark(mark)?;
            times.push(started.elapsed());
            assert!(number >> 40 == 1 || !records.is_empty(), "a record is not found by its mark");
        }
    }
    let of = |mut times: Vec<Duration>| {
        times.sort_unstable();
        let at = |place: usize| times[place].as_secs_f64() * 1000.0;
        let (median, late, worst) = (times.len() / 2, times.len() * 99 / 100, times.len() - 1);
        format!("p50 {:.2} ms, p99 {:.2} ms, worst {:.2} ms", at(median), at(late), at(worst))
    };
    println!(
        "  {until} records: {each:.1} us an append (1024 writers), find by id {}; an id of no record {}; memory {memory} \
         MiB, {} MiB with a reader",
        of(there),
        of(nowhere),
        resident_mib()
    );
    Ok(())
}

fn verification(ledger: &Ledger) -> Result<(), Failure> {
    let begun = Instant::now();
    let verification = ledger.verify(None)?;
    let rate = verification.entries as f64 / begun.elapsed().as_secs_f64();
    assert!(verification.intact, "{verification}");
    println!("  verify: {rate:.0} records/s over {}, memory {} MiB", verification.entries, resident_mib());
    Ok(())
}

fn proofs(ledger: &Ledger) -> Result<(), Failure> {
    let public: VerifyingKey = ledger.verifying_key().parse()?;
    let (len, rounds) = (ledger.len()?, 200);
    let (mut making, mut checking) = (Duration::ZERO, Duration::ZERO);
    for round in 0..rounds {
        let begun = Instant::now();
        let proof = ledger.prove(1 + round * (len - 1) / rounds, 0)?.ok_or("no proof")?.to_text();
        making += begun.elapsed();
        let begun = Instant::now();
        Inclusion::parse(&proof)?.verify(&public, None, &[], 0)?;
        checking += begun.elapsed();
    }
    let mean = |time: Duration| time.as_secs_f64() * 1000.0 / rounds as f64;
    println!("  proof: made in {:.3} ms, checked offline in {:.3} ms", mean(making), mean(checking));
    Ok(())
}

/// Soft bits against a million ids: all of one set of chips, so that each is compared, as no ledger of that size
/// has them; and spread as those of a ledger are, of which one in 256 has the chips that were read.
fn lookup() -> Result<(), Failure> {
    let mixed = |n: u64| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32;
    let spread: Vec<u32> = (0..1_000_000).map(mixed).collect();
    let chips = spread[123_456] as u8;
    let same: Vec<u32> = spread.iter().map(|id| id & !0xff | u32::from(chips)).collect();
    for (ids, what) in [(&same, "all with the chips that were read"), (&spread, "spread over all chips")] {
        let truth = MarkId::new(ids[123_456].into());
        // A codeword that noise has turned a part of.
        let soft: Vec<f32> = codeword(truth)
            .iter()
            .enumerate()
            .map(|(at, sign)| if at % 7 == 0 { -0.5 * sign } else { 0.7 * sign })
            .collect();
        let begun = Instant::now();
        let mut lookup = Lookup::new(&soft, chips).ok_or("no soft bits")?;
        ids.iter().for_each(|id| lookup.compare(MarkId::new((*id).into())));
        let best = lookup.finish().ok_or("no ids")?;
        assert_eq!(best.mark, truth);
        println!(
            "soft lookup over 1,000,000 ids, {what}: {:.0} ms; {} compared, p-value {:.1e} corrected for those",
            begun.elapsed().as_secs_f64() * 1000.0,
            best.compared,
            best.p_value
        );
    }
    Ok(())
}

/// Memory of this process, in MiB; 0 where the system does not tell.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
