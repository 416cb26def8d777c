//! Processes that are killed, and processes that write side by side.
//!
//! This program is its own harness, because it starts itself as the process to be killed:
//! `kill append LEDGER FROM COUNT` appends the marks `FROM..FROM + COUNT` from eight threads, and prints
//! each mark once its append has returned.

mod records;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use records::{generation, key, open, plain};
use voxguard_core::id::MarkId;
use voxguard_store::Ledger;

/// Kills when `VOXGUARD_KILLS` does not say how many.
const KILLS: u32 = 20;
/// Kills that one ledger lives through before another one begins: each reads all of it again.
const LIVES: u32 = 50;
const MARKS_PER_ROUND: u32 = 1_000_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["append", path, from, count] => append(path, from.parse().unwrap(), count.parse().unwrap()),
        ["--list", ..] => {}
        _ => {
            println!("\nrunning 2 tests");
            nothing_acknowledged_is_lost_when_a_process_is_killed();
            println!("test nothing_acknowledged_is_lost_when_a_process_is_killed ... ok");
            processes_that_append_side_by_side_keep_one_order();
            println!("test processes_that_append_side_by_side_keep_one_order ... ok");
            println!("\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        }
    }
}

/// The process that will be killed.
fn append(path: &str, from: u32, count: u32) {
    let ledger = Ledger::open(&format!("sqlite:///{path}?busy_timeout_ms=60000"), &key(1)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let ledger = &ledger;
            scope.spawn(move || {
                for mark in (from + thread..from + count).step_by(8) {
                    ledger.append(&generation(mark)).unwrap();
                    // One write a line: a line that arrived was acknowledged.
                    let line = format!("{mark}\n");
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                }
            });
        }
    });
}

fn start(path: &Path, from: u32, count: u32) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("append").arg(path).args([from.to_string(), count.to_string()]);
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// The marks that a process prints until it ends.
fn acknowledged(child: &mut Child) -> std::thread::JoinHandle<Vec<u32>> {
    let output = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        let lines = output.split(b'\n').map_while(Result::ok);
        lines.map_while(|line| std::str::from_utf8(&line).ok()?.parse().ok()).collect()
    })
}

fn nothing_acknowledged_is_lost_when_a_process_is_killed() {
    let kills =
        std::env::var("VOXGUARD_KILLS").ok().map_or(KILLS, |kills| kills.parse().expect("a number of kills"));
    let (mut survived, mut under_way, mut done, mut seed) = (0, 0, 0, 0x5eed_u64);
    while done < kills {
        let rounds = LIVES.min(kills - done);
        let (acknowledged, besides) = killed(rounds, &mut seed);
        (survived, under_way, done) = (survived + acknowledged, under_way + besides, done + rounds);
    }
    assert!(survived > kills as usize, "only {survived} appends in {kills} rounds: nothing was under way");
    println!(
        "{survived} acknowledged appends survived {kills} kills; {under_way} that were under way did besides"
    );
}

/// One ledger, whose process is killed so often. Gives how many appends were acknowledged, and how many are there
/// besides.
fn killed(rounds: u32, seed: &mut u64) -> (usize, u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let (mut all, mut there) = (BTreeSet::new(), 0);
    for round in 0..rounds {
        let from = round * MARKS_PER_ROUND;
        let mut child = start(&path, from, MARKS_PER_ROUND);
        let reader = acknowledged(&mut child);
        // Any moment of a process's life: while it opens, between commits, within one.
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_micros(5_000 + (*seed >> 33) % 200_000));
        child.kill().unwrap();
        child.wait().unwrap();
        all.extend(reader.join().unwrap());

        let begun = Instant::now();
        let ledger = open(&path);
        let verification = ledger.verify(None).unwrap();
        assert!(verification.intact, "round {round}: {verification}");
        // At most what was under way when it was killed is there without having been acknowledged.
        let known = all.len() as u64;
        there = verification.entries;
        assert!(there >= known, "round {round}: {known} acknowledged, {there} there");
        assert!(
            there <= known + 8 * u64::from(round + 1),
            "round {round}: {known} acknowledged, {there} there"
        );
        assert!(begun.elapsed() < Duration::from_secs(60), "round {round} is too slow");
    }
    let ledger = open(&path);
    for mark in &all {
        let found = ledger.find_mark(MarkId::new((*mark).into())).unwrap();
        assert_eq!(found.len(), 1, "mark {mark}");
        assert_eq!(plain(found[0].record.clone()), generation(*mark));
    }
    (all.len(), there - all.len() as u64)
}

fn processes_that_append_side_by_side_keep_one_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let (processes, each) = (4, 40);
    let mut children: Vec<Child> = (0..processes).map(|process| start(&path, process * each, each)).collect();
    for child in &mut children {
        let reader = acknowledged(child);
        assert!(child.wait().unwrap().success());
        assert_eq!(reader.join().unwrap().len(), each as usize);
    }
    let verification = open(&path).verify(None).unwrap();
    assert!(verification.intact, "{verification}");
    assert_eq!(verification.entries, u64::from(processes * each));
}
