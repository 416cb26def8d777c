//! What a ledger is for: it keeps records, finds them, vouches for them.

mod records;

use std::sync::Barrier;

use records::{filled, generation, key, open, plain, refusal, subject, url};
use rusqlite::Connection;
use tempfile::tempdir;
use voxguard_core::id::MarkId;
use voxguard_core::ledger::{Checkpoint, Record, VerifyingKey};
use voxguard_store::{Ledger, StoreError};

/// Two ledgers that the statements below hold for: one in a file, one in memory.
fn both(test: impl Fn(Ledger)) {
    let folder = tempdir().unwrap();
    test(open(&folder.path().join("ledger.db")));
    test(Ledger::open("sqlite::memory:", &key(1)).unwrap());
}

#[test]
fn records_come_back_as_they_were_given_under_numbers_from_1() {
    both(|ledger| {
        assert!(ledger.is_empty().unwrap());
        assert_eq!(ledger.append(&generation(7)).unwrap(), 1);
        assert_eq!(ledger.append(&refusal(8)).unwrap(), 2);
        assert_eq!(ledger.len().unwrap(), 2);
        let stored = ledger.get(2).unwrap().unwrap();
        assert_eq!((stored.seq, stored.record), (2, refusal(8)));
        for absent in [0, 3, u64::MAX] {
            assert_eq!(ledger.get(absent).unwrap(), None);
        }
    });
}

#[test]
fn a_ledger_keeps_its_records_when_it_is_closed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    filled(&path, 3);
    let ledger = open(&path);
    assert_eq!(ledger.len().unwrap(), 3);
    assert_eq!(ledger.append(&generation(4)).unwrap(), 4);
    assert!(ledger.verify(None).unwrap().intact);
}

/// No entry's number.
const NONE: [u64; 0] = [];

#[test]
fn records_are_found_by_mark_and_by_subject_the_newest_first() {
    both(|ledger| {
        for mark in [5, 6, 5] {
            ledger.append(&generation(mark)).unwrap();
        }
        ledger.append(&refusal(1)).unwrap();
        let seqs = |found: Vec<voxguard_store::StoredRecord>| found.iter().map(|r| r.seq).collect::<Vec<_>>();
        assert_eq!(seqs(ledger.find_mark(MarkId::new(5)).unwrap()), [3, 1]);
        assert_eq!(seqs(ledger.find_mark(MarkId::new(9)).unwrap()), NONE);
        assert_eq!(seqs(ledger.find_subject(&subject()).unwrap()), [3, 2, 1]);
        assert_eq!(seqs(ledger.find_subject(&"nobody".parse().unwrap()).unwrap()), NONE);
        assert_eq!(seqs(ledger.page(0, 2).unwrap()), [1, 2]);
        assert_eq!(seqs(ledger.page(2, 100).unwrap()), [3, 4]);
        assert_eq!(seqs(ledger.page(u64::MAX, 100).unwrap()), NONE);
    });
}

#[test]
fn a_search_returns_a_thousand_at_most() {
    let ledger = Ledger::open("sqlite::memory:", &key(1)).unwrap();
    for _ in 0..=Ledger::MAX_FOUND {
        ledger.append(&generation(5)).unwrap();
    }
    let found = ledger.find_mark(MarkId::new(5)).unwrap();
    assert_eq!(found.len(), 1000);
    assert_eq!(found[0].seq, 1001);
    assert_eq!(ledger.page(0, u32::MAX).unwrap().len(), 1000);
}

#[test]
fn a_checkpoint_speaks_of_the_ledger_and_is_verified_with_its_public_key() {
    both(|ledger| {
        for mark in 0..5 {
            ledger.append(&generation(mark)).unwrap();
        }
        let note = ledger.checkpoint(1_763_765_700_123).unwrap();
        let public: VerifyingKey = ledger.verifying_key().parse().unwrap();
        let checkpoint = Checkpoint::verify(&note, &public).unwrap();
        assert_eq!((checkpoint.size, checkpoint.time), (5, Some(1_763_765_700)));

        ledger.append(&generation(9)).unwrap();
        let verification = ledger.verify(Some(&note)).unwrap();
        assert!(verification.intact);
        assert_eq!((verification.entries, verification.checkpoint), (6, Some(5)));
        assert_eq!(ledger.verify(None).unwrap().checkpoint, None);
    });
}

#[test]
fn what_is_no_checkpoint_of_this_ledger_is_refused() {
    both(|ledger| {
        let other = Ledger::open("sqlite::memory:", &key(2)).unwrap().checkpoint(0).unwrap();
        let ours = ledger.checkpoint(0).unwrap();
        for note in ["", "nonsense", &other, &ours.replace("\n0\n", "\n1\n")] {
            let refused = ledger.verify(Some(note));
            assert!(matches!(refused, Err(StoreError::Checkpoint(_))), "{note:?}: {refused:?}");
        }
    });
}

#[test]
fn a_record_outside_its_limits_is_refused_and_nothing_is_written() {
    both(|ledger| {
        let mut record = generation(1);
        record.time_ms = u64::MAX;
        assert!(matches!(ledger.append(&record), Err(StoreError::Record(_))));
        assert_eq!(ledger.len().unwrap(), 0);
        assert_eq!(ledger.append(&generation(1)).unwrap(), 1);
    });
}

/// Appends from 64 threads at once; checks that every number was given once, to the record that has it.
fn appended_by_64_threads(ledger_of: impl Fn(u32) -> Ledger + Sync, each: u32) {
    let start = Barrier::new(64);
    let mut given: Vec<(u64, u32)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64)
            .map(|thread| {
                let (start, ledger_of) = (&start, &ledger_of);
                scope.spawn(move || {
                    let ledger = ledger_of(thread);
                    start.wait();
                    let append = |at| {
                        let mark = thread * each + at;
                        (ledger.append(&generation(mark)).unwrap(), mark)
                    };
                    (0..each).map(append).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    given.sort_unstable();
    let numbers: Vec<u64> = given.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(numbers, (1..=u64::from(64 * each)).collect::<Vec<_>>());

    let ledger = ledger_of(0);
    for (seq, mark) in given {
        let record: Record = ledger.get(seq).unwrap().unwrap().record;
        assert_eq!(plain(record), generation(mark), "entry {seq}");
    }
    let verification = ledger.verify(None).unwrap();
    assert!(verification.intact, "{verification}");
    assert_eq!(verification.entries, u64::from(64 * each));
}

#[test]
fn sixty_four_threads_append_to_one_handle() {
    both(|ledger| appended_by_64_threads(|_| ledger.clone(), 20));
}

#[test]
fn sixty_four_threads_append_to_eight_handles_of_one_file() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let wait = format!("sqlite:///{}?busy_timeout_ms=60000", path.display());
    let handles: Vec<Ledger> = (0..8).map(|_| Ledger::open(&wait, &key(1)).unwrap()).collect();
    appended_by_64_threads(|thread| handles[thread as usize % 8].clone(), 5);
}

#[test]
fn eight_threads_may_make_the_same_new_ledger_at_once() {
    for _ in 0..5 {
        let folder = tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let start = Barrier::new(8);
        std::thread::scope(|scope| {
            for mark in 0..8 {
                let (start, path) = (&start, &path);
                scope.spawn(move || {
                    start.wait();
                    let url = format!("sqlite:///{}?busy_timeout_ms=60000", path.display());
                    Ledger::open(&url, &key(1)).unwrap().append(&generation(mark)).unwrap();
                });
            }
        });
        assert_eq!(open(&path).verify(None).unwrap().entries, 8);
    }
}

#[test]
fn verification_reads_a_snapshot_while_others_append() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    filled(&path, 200);
    let ledger = open(&path);
    std::thread::scope(|scope| {
        let appending = scope.spawn(|| {
            for mark in 0..100 {
                ledger.append(&generation(mark)).unwrap();
            }
        });
        let mut seen = 0;
        while !appending.is_finished() {
            let verification = ledger.verify(None).unwrap();
            assert!(verification.intact, "{verification}");
            assert!(verification.entries >= seen.max(200));
            seen = verification.entries;
        }
    });
    assert_eq!(ledger.verify(None).unwrap().entries, 300);
}

#[test]
fn a_commit_is_synced_to_a_write_ahead_log_and_the_file_is_its_owners_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = open(&path);
    ledger.append(&generation(1)).unwrap();
    let connection = Connection::open(&path).unwrap();
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_backup_made_while_the_ledger_is_open_is_the_same_ledger() {
    let folder = tempdir().unwrap();
    let (path, backup) = (folder.path().join("ledger.db"), folder.path().join("backup.db"));
    let ledger = open(&path);
    for mark in 1..=5 {
        ledger.append(&generation(mark)).unwrap();
    }
    records::tamper(&path, "ANALYZE");
    records::tamper(&path, &format!("VACUUM INTO '{}'", backup.display()));
    let checkpoint = ledger.checkpoint(0).unwrap();
    let copy = open(&backup);
    let verification = copy.verify(Some(&checkpoint)).unwrap();
    assert!(verification.intact, "{verification}");
    assert_eq!(copy.append(&generation(6)).unwrap(), 6);
}

#[test]
fn a_ledger_shows_where_it_is_and_no_secret() {
    let ledger = Ledger::open("sqlite::memory:", &key(1)).unwrap();
    assert_eq!(format!("{ledger:?}"), format!("Ledger(:memory:, LedgerKey(id {}))", key(1).id()));
}

#[test]
fn a_url_is_relative_with_three_slashes() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a ledger.db");
    assert!(url(&path).starts_with("sqlite:///"));
    drop(open(&path));
    assert!(path.is_file());
}
