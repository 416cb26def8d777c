//! The suite, over a PostgreSQL server that the tests start for themselves; and what only a server can do.

mod records;
mod server;
#[macro_use]
mod suite;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use records::{generation, key, plain, subject};
use server::Server;
use sha2::{Digest, Sha256};
use voxguard_core::ledger::{Category, FaultKind, Right, VerifyingKey};
use voxguard_store::{Ledger, StoreError};

/// A database of its own on the one server of this test program.
fn place() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = Server::shared()?;
    let name = format!("ledger_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    Some(server.create(&name))
}

fn fresh() -> Option<(Ledger, ())> {
    Some((Ledger::open(&place()?, &key(1)).unwrap(), ()))
}

suite! { fresh }

#[test]
fn a_ledger_of_another_key_is_refused_and_a_missing_one_is_told() {
    let Some(url) = place() else { return };
    let empty = Ledger::open("sqlite::memory:", &key(1)).unwrap();
    let public: VerifyingKey = empty.verifying_key().parse().unwrap();
    let missing = Ledger::audit(&url, &public, &empty.checkpoint(0).unwrap());
    assert!(matches!(missing, Err(StoreError::Missing { .. })), "{missing:?}");
    drop(Ledger::open(&url, &key(1)).unwrap());
    let refused = Ledger::open(&url, &key(2));
    assert!(matches!(refused, Err(StoreError::WrongKey { .. })), "{refused:?}");
    let error = Ledger::open("postgresql://me:secret@127.0.0.1:1/none", &key(1)).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn eight_handles_as_of_eight_machines_keep_one_order() {
    let Some(url) = place() else { return };
    let handles: Vec<Ledger> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..8).map(|_| scope.spawn(|| Ledger::open(&url, &key(1)).unwrap())).collect();
        opening.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    std::thread::scope(|scope| {
        for (writer, ledger) in handles.iter().enumerate() {
            scope.spawn(move || {
                for at in 0..25 {
                    ledger.append(&generation(writer as u32 * 25 + at)).unwrap();
                }
            });
        }
    });
    let verification = handles[0].verify(None).unwrap();
    assert!(verification.intact && verification.entries == 200, "{verification}");
}

#[test]
fn connections_cut_under_load_lose_nothing_and_repeat_nothing() {
    let (Some(url), Some(server)) = (place(), Server::shared()) else { return };
    let ledger = Ledger::open(&url, &key(1)).unwrap();
    let (writers, each) = (8u32, 60u32);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|writer| {
                let ledger = &ledger;
                scope.spawn(move || {
                    for at in 0..each {
                        ledger.append(&generation(writer * each + at)).unwrap();
                    }
                })
            })
            .collect();
        while !threads.iter().all(|thread| thread.is_finished()) {
            server.cut_connections(&url);
            std::thread::sleep(Duration::from_millis(150));
        }
    });
    let mut marks: Vec<u32> = Vec::new();
    for seq in 1..=ledger.len().unwrap() {
        let record = ledger.get(seq).unwrap().unwrap().record;
        let mark = record.mark().unwrap().narrow().unwrap();
        assert_eq!(plain(record), generation(mark));
        marks.push(mark);
    }
    marks.sort_unstable();
    assert!(marks.into_iter().eq(0..writers * each), "each once, and none missing");
    assert!(ledger.verify(None).unwrap().intact);
}

#[test]
fn a_server_that_is_killed_and_comes_back_has_all_that_was_acknowledged() {
    let Some(mut server) = Server::start() else { return };
    let url = server.create("crash");
    let ledger = Ledger::open(&url, &key(1)).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4u32)
            .map(|writer| {
                let ledger = &ledger;
                scope.spawn(move || {
                    for at in 0..50 {
                        ledger.append(&generation(writer * 50 + at)).unwrap();
                    }
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(30));
        server.kill_and_restart();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert_eq!(ledger.len().unwrap(), 200);
    assert!(ledger.verify(None).unwrap().intact);
}

/// What is done to nine entries, where it shows, and as what.
const TAMPERINGS: [(&str, Option<u64>, FaultKind); 12] = [
    ("DELETE FROM voxguard_entry WHERE seq = 4", Some(4), FaultKind::Missing),
    ("DELETE FROM voxguard_entry WHERE seq > 7", None, FaultKind::Cut),
    (
        "UPDATE voxguard_entry SET record = set_byte(record, 40, get_byte(record, 40) # 1) WHERE seq = 4",
        Some(4),
        FaultKind::Record,
    ),
    ("UPDATE voxguard_entry SET leaf = sha256(leaf) WHERE seq = 4", Some(4), FaultKind::Leaf),
    ("UPDATE voxguard_entry SET mac = sha256(mac) WHERE seq = 4", Some(4), FaultKind::Chain),
    ("UPDATE voxguard_entry SET mark = 5 WHERE seq = 4", Some(4), FaultKind::Index),
    ("UPDATE voxguard_entry SET subject = sha256(subject) WHERE seq = 4", Some(4), FaultKind::Index),
    ("UPDATE voxguard_entry SET time_ms = time_ms + 1 WHERE seq = 4", Some(4), FaultKind::Index),
    (
        "UPDATE voxguard_entry SET seq = -4 WHERE seq = 4; UPDATE voxguard_entry SET seq = 4 WHERE seq = 5; \
         UPDATE voxguard_entry SET seq = 5 WHERE seq = -4",
        Some(4),
        FaultKind::Chain,
    ),
    (
        "INSERT INTO voxguard_entry SELECT 10, record, leaf, mac, kind, mark, subject, content, time_ms \
         FROM voxguard_entry WHERE seq = 4",
        Some(10),
        FaultKind::Chain,
    ),
    ("UPDATE voxguard_ledger SET tail = sha256(tail)", None, FaultKind::Tail),
    ("UPDATE voxguard_subject SET sealed = sha256(sealed)", None, FaultKind::Subject),
];

#[test]
fn what_is_done_in_the_database_behind_a_ledgers_back_is_noticed() {
    for (sql, seq, kind) in TAMPERINGS {
        let Some(url) = place() else { return };
        let ledger = Ledger::open(&url, &key(1)).unwrap();
        for mark in 1..=9 {
            ledger.append(&generation(mark)).unwrap();
        }
        let checkpoint = ledger.checkpoint(0).unwrap();
        assert!(ledger.verify(Some(&checkpoint)).unwrap().intact);
        Server::shared().unwrap().tamper(&url, sql);
        let fault = ledger.verify(Some(&checkpoint)).unwrap().fault.unwrap_or_else(|| panic!("{sql}"));
        assert_eq!((fault.seq, fault.kind), (seq, kind), "{sql}: {fault}");
    }
}

#[test]
fn no_file_of_the_server_holds_a_plaintext_or_an_unkeyed_hash_of_it() {
    let Some(url) = place() else { return };
    let ledger = Ledger::open(&url, &key(1)).unwrap();
    let text = "Bertha Benz drove to Pforzheim on the fifth of August.";
    let sealed = Some((Category::Transcripts, text.as_bytes()));
    let stored = ledger.record(generation(1), sealed).unwrap();
    assert!(ledger.request(&subject(), Right::Erasure, None, 1).unwrap().granted);
    let files = Server::shared().unwrap().files(&url);
    let holds = |part: &[u8]| files.windows(part.len()).any(|bytes| bytes[0] == part[0] && bytes == part);
    assert!(holds(stored.record.subject().unwrap()), "the scan finds what is there");
    for gone in [text.as_bytes(), b"Pforzheim", subject().as_str().as_bytes(), &Sha256::digest(text)] {
        assert!(!holds(gone));
    }
}
