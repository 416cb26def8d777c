//! The suite, over a PostgreSQL server that the tests start for themselves; and what only a server can do.

mod records;
mod server;
#[macro_use]
mod suite;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use records::{generation, key, plain};
use server::Server;
use voxguard_core::ledger::VerifyingKey;
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

suite! { fresh:
    records_come_back_under_numbers_from_1
    records_are_found_by_mark_content_subject_kind_and_time_page_by_page
    many_writers_get_every_number_once
    every_entry_is_proven_offline_and_checkpoints_continue_each_other
    a_forgotten_person_leaves_records_that_prove_themselves_and_name_nobody
    a_legal_hold_keeps_what_would_be_erased_or_purged
    what_is_due_is_purged_recorded_and_still_verified
    consent_is_given_checked_and_withdrawn
    a_host_records_its_own_events_and_no_others
    a_checkpoint_of_another_past_is_told
    an_export_carries_the_bytes_that_prove_each_record
    a_checkpoint_sink_is_told_at_once_as_records_come_and_again_when_it_fails
    a_ledger_is_not_followed_by_one_of_its_own_key
}

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
