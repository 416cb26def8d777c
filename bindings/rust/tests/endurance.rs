//! Handles that come and go leave nothing behind: the memory of the process stays as it was.
//!
//! What is costly to make (a marker plans its transforms, a ledger opens a database) goes through fewer rounds,
//! unless VOXGUARD_ROUNDS says how many, for instance
//! `VOXGUARD_ROUNDS=100000 cargo test --release -p voxguard --test endurance -- --nocapture`.

#![cfg(target_os = "linux")]

use std::fs;

use voxguard::{Detector, Effort, Guard, Key, Ledger, Marker, Markup, Policy, Request, Result};

/// Rounds for handles that are made in microseconds.
const MANY: usize = 100_000;
/// Rounds for those that take a millisecond.
const SOME: usize = 600;
/// What an allocator may keep for itself. What leaks 2 kB in each of the fewest rounds leaks more.
const SLACK: u64 = 1 << 20;

const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "r1", "category": "fraud", "severity": "error", "match": "term", "terms": ["password"]}]}"#;

/// Bytes of memory that the process holds now.
fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4096
}

fn stays_flat(name: &str, rounds: usize, mut round: impl FnMut() -> Result<()>) {
    let rounds = std::env::var("VOXGUARD_ROUNDS").map_or(rounds, |rounds| rounds.parse().unwrap());
    // First the allocator and the slots of freed handles, which are kept for later ones, find their size.
    (0..rounds / 5).for_each(|_| round().unwrap());
    let before = resident();
    (0..rounds).for_each(|_| round().unwrap());
    let after = resident();
    println!("{name}: {rounds} rounds, {before} bytes before, {after} after");
    assert!(after <= before + SLACK, "{name}: from {before} to {after} bytes in {rounds} rounds");
}

// One test, since memory is that of the process: no other may run beside it.
#[test]
fn every_handle_can_be_made_used_and_freed_for_ever() {
    let key = Key::generate().unwrap();
    let policy = Policy::new(RULES).unwrap();
    let ledger = Ledger::open("sqlite::memory:", &key).unwrap();
    let request = Request { voice: "heart", text: "Hello.", rate: 8_000, ..Request::default() };

    stays_flat("key", MANY, || Key::generate()?.to_hex().map(drop));
    stays_flat("error", MANY, || {
        Key::from_hex("no key").unwrap_err();
        Ok(())
    });
    stays_flat("policy", MANY, || Policy::new(RULES)?.hash().map(drop));
    stays_flat("verdict", MANY, || policy.check("The password is swordfish.", Markup::Plain).map(drop));
    stays_flat("guard", MANY, || {
        let builder = Guard::builder(&key).policy(&policy).ledger(&ledger);
        let guard = builder.on_record(|_| Ok::<(), String>(())).build()?;
        guard.begin(Request { voice: "", ..request }).unwrap_err();
        Ok(())
    });
    stays_flat("marker", SOME, || {
        let mut marker = Marker::new(&key, 1, 8_000, 1)?;
        let mut marked = Vec::new();
        marker.process(&[0.1f32; 160], &mut marked)?;
        marker.flush(&mut marked).map(drop)
    });
    stays_flat("detector and detection", SOME, || {
        let detector = Detector::new(&[&key], Effort::Fast)?;
        detector.detect(&[0i16; 160], 8_000, 1)?.to_json().map(drop)
    });
    stays_flat("ledger", SOME, || Ledger::open("sqlite::memory:", &key)?.len().map(drop));
    let guard = Guard::builder(&key).policy(&policy).build().unwrap();
    stays_flat("utterance", SOME, || {
        let mut marked = Vec::new();
        let mut utterance = guard.begin(request)?;
        utterance.mark(&[100i16; 160], &mut marked)?;
        utterance.finish(&mut marked)?;
        guard.begin(request)?.mark(&[100i16; 160], &mut marked)?;
        guard.begin(Request { text: "password", ..request }).map(drop)
    });
}
