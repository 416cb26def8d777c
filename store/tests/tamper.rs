//! Whatever is done to a ledger behind its back is noticed, and told by the number of the entry.

mod records;

use std::path::{Path, PathBuf};

use records::{filled, generation, key, open, plain, refusal, subject, tamper, url};
use rusqlite::Connection;
use tempfile::{TempDir, tempdir};
use voxguard_core::id::MarkId;
use voxguard_core::ledger::{FaultKind, Tail, Verification};
use voxguard_store::{Grant, Ledger, StoreError};

/// A mark whose bytes stand nowhere else in the file.
const RARE: u32 = 0x7a6b_5c4d;

/// A closed ledger of nine entries, the checkpoint over six of them and that over all.
struct Scene {
    _folder: TempDir,
    path: PathBuf,
    at_six: String,
    at_nine: String,
}

fn scene() -> Scene {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = open(&path);
    let append = |from: u32, to: u32| {
        for mark in from..=to {
            ledger.append(&generation(if mark == 4 { RARE } else { mark })).unwrap();
        }
        ledger.checkpoint(0).unwrap()
    };
    let (at_six, at_nine) = (append(1, 6), append(7, 9));
    Scene { _folder: folder, path, at_six, at_nine }
}

fn verify(path: &Path, checkpoint: Option<&str>) -> Verification {
    open(path).verify(checkpoint).unwrap()
}

#[track_caller]
fn assert_fault(path: &Path, checkpoint: Option<&str>, seq: Option<u64>, kinds: &[FaultKind]) {
    let found = verify(path, checkpoint);
    assert!(!found.intact, "{found}");
    let fault = found.fault.expect("a fault");
    assert_eq!(fault.seq, seq, "{fault}");
    assert!(kinds.contains(&fault.kind), "{:?}: {fault}", fault.kind);
}

/// Length in bytes of a column of entry 4.
fn length(path: &Path, column: &str) -> usize {
    let sql = format!("SELECT length({column}) FROM entry WHERE seq = 4");
    let length = |row: &rusqlite::Row<'_>| row.get::<_, u32>(0);
    Connection::open(path).unwrap().query_row(&sql, [], length).unwrap() as usize
}

/// Changes one byte of a column of entry 4.
fn change_byte(path: &Path, column: &str, at: usize) {
    let connection = Connection::open(path).unwrap();
    let read = format!("SELECT {column} FROM entry WHERE seq = 4");
    let mut bytes: Vec<u8> = connection.query_row(&read, [], |row| row.get(0)).unwrap();
    bytes[at] ^= 0x20;
    connection.execute(&format!("UPDATE entry SET {column} = ?1 WHERE seq = 4"), [bytes]).unwrap();
}

#[test]
fn the_scene_is_intact_before_anybody_touches_it() {
    let scene = scene();
    for checkpoint in [None, Some(scene.at_six.as_str()), Some(scene.at_nine.as_str())] {
        let found = verify(&scene.path, checkpoint);
        assert!(found.intact, "{found}");
        assert_eq!(found.entries, 9);
    }
}

#[test]
fn every_byte_of_a_record_a_leaf_and_a_mac_is_guarded() {
    let scene = scene();
    let columns = [
        ("record", FaultKind::Record),
        ("leaf", FaultKind::Leaf),
        ("mac", FaultKind::Chain),
        ("subject", FaultKind::Index),
    ];
    for (column, kind) in columns {
        for at in 0..length(&scene.path, column) {
            change_byte(&scene.path, column, at);
            assert_fault(&scene.path, None, Some(4), &[kind]);
            change_byte(&scene.path, column, at);
        }
    }
    assert!(verify(&scene.path, Some(&scene.at_nine)).intact);
}

#[test]
fn a_re_pointed_or_removed_index_column_is_noticed() {
    for change in [
        "mark = 5",
        "mark = NULL",
        "mark = -1",
        "mark = 1 << 40",
        "subject = NULL",
        "subject = x'00'",
        "time_ms = time_ms + 1",
        "time_ms = -1",
        "kind = 2",
        "kind = 0",
        "content = NULL",
        "content = content + 1",
    ] {
        let scene = scene();
        tamper(&scene.path, &format!("UPDATE entry SET {change} WHERE seq = 4"));
        assert_fault(&scene.path, None, Some(4), &[FaultKind::Index]);
    }
}

#[test]
fn one_byte_of_the_file_within_a_record_is_noticed() {
    let scene = scene();
    let good = std::fs::read(&scene.path).unwrap();
    let voice = b"heart";
    let places: Vec<usize> = (0..good.len() - 5).filter(|at| &good[*at..at + 5] == voice).collect();
    assert_eq!(places.len(), 9, "each record says its voice once");
    for place in places {
        let mut bytes = good.clone();
        bytes[place] ^= 1;
        std::fs::write(&scene.path, &bytes).unwrap();
        let found = verify(&scene.path, None);
        assert_eq!(found.fault.map(|fault| fault.kind), Some(FaultKind::Record));
    }
    std::fs::write(&scene.path, &good).unwrap();
    assert!(verify(&scene.path, None).intact);
}

#[test]
fn a_mark_changed_in_record_column_or_index_pages_is_noticed() {
    let scene = scene();
    let good = std::fs::read(&scene.path).unwrap();
    let rare = RARE.to_be_bytes();
    let places: Vec<usize> = (0..good.len() - 4).filter(|at| good[*at..at + 4] == rare).collect();
    // In the record's id, in its field, in the column, and in the index.
    assert_eq!(places.len(), 4);
    for place in places {
        let mut bytes = good.clone();
        bytes[place + 3] ^= 1;
        std::fs::write(&scene.path, &bytes).unwrap();
        let found = verify(&scene.path, None);
        assert!(!found.intact, "byte {place} of the file: {found}");
        // Nothing wrong is given out either.
        let marks = [RARE, RARE ^ 1].map(|mark| open(&scene.path).find_mark(MarkId::new(mark.into())));
        for records in marks.into_iter().flatten().flatten() {
            assert_eq!(plain(records.record), generation(RARE));
        }
    }
}

/// Gives an index the content that it had if it were made so, and leaves its text as it is.
fn mislead(path: &Path, index: &str, from: &str, to: &str) {
    let text = |from: &str, to: &str| {
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "writable_schema", true).unwrap();
        let sql =
            "UPDATE sqlite_schema SET sql = replace(sql, ?1, ?2) WHERE name = ?3 AND instr(sql, ?1) > 0";
        assert_eq!(connection.execute(sql, [from, to, index]).unwrap(), 1);
    };
    text(from, to);
    tamper(path, &format!("REINDEX {index}"));
    text(to, from);
}

#[test]
fn an_index_that_leads_elsewhere_is_noticed() {
    for (index, from, to) in [
        ("entry_mark", "seq >> 18", "seq >> 1"),
        ("entry_mark", "(seq >> 18, mark)", "(seq >> 18, mark + 1)"),
        ("entry_mark", "mark IS NOT NULL", "mark <> 5"),
        ("entry_content", "seq >> 18", "seq >> 1"),
        ("entry_content", "(seq >> 18, content >> 32)", "(seq >> 18, content >> 31)"),
        ("entry_subject", "seq >> 18", "seq >> 1"),
        ("entry_subject", "substr(subject, 1, 4)", "substr(subject, 2, 4)"),
        ("entry_subject", "kind < 3", "kind < 1"),
        ("entry_event", "(subject, kind)", "(subject, kind + 1)"),
        ("entry_event", "kind >= 3", "kind >= 9"),
        ("entry_time", "(time_ms)", "(time_ms + 1)"),
    ] {
        let scene = scene();
        let grant = Grant { voice: "anna".to_owned(), scopes: vec!["speak".to_owned()], ..Grant::default() };
        open(&scene.path).give_consent(&subject(), &grant, 1).unwrap();
        assert!(verify(&scene.path, None).intact);
        mislead(&scene.path, index, from, to);
        let found = verify(&scene.path, None);
        assert_eq!(found.fault.map(|fault| fault.kind), Some(FaultKind::Storage), "{index}: {to}");
    }
}

#[test]
fn a_number_far_away_makes_no_search_long() {
    let scene = scene();
    tamper(&scene.path, "UPDATE entry SET seq = 1 << 61 WHERE seq = 9");
    let ledger = open(&scene.path);
    assert!(ledger.find_mark(MarkId::new(0x0abc_def0)).unwrap().is_empty());
    assert_eq!(ledger.find_mark(MarkId::new(3)).unwrap().len(), 1);
}

#[test]
fn deleted_entries_are_noticed() {
    let scene = scene();
    tamper(&scene.path, "DELETE FROM entry WHERE seq BETWEEN 3 AND 4");
    assert_fault(&scene.path, None, Some(3), &[FaultKind::Missing]);
    tamper(&scene.path, "UPDATE entry SET seq = seq - 2 WHERE seq > 4");
    assert_fault(&scene.path, None, Some(3), &[FaultKind::Chain]);
}

#[test]
fn inserted_and_repeated_entries_are_noticed() {
    let columns = "record, leaf, mac, kind, mark, subject, content, time_ms";
    let scene = scene();
    let make_room =
        "UPDATE entry SET seq = -seq WHERE seq > 4; UPDATE entry SET seq = 1 - seq WHERE seq < 0;";
    tamper(
        &scene.path,
        &format!(
            "{make_room} INSERT INTO entry (seq, {columns}) SELECT 5, {columns} FROM entry WHERE seq = 4"
        ),
    );
    assert_fault(&scene.path, None, Some(5), &[FaultKind::Chain]);

    for number in [0, -3, 10, 12] {
        let scene = self::scene();
        tamper(
            &scene.path,
            &format!(
                "INSERT INTO entry (seq, {columns}) SELECT {number}, {columns} FROM entry WHERE seq = 4"
            ),
        );
        let found = verify(&scene.path, None);
        let kind = found.fault.expect("a fault").kind;
        assert!(
            matches!(kind, FaultKind::Order | FaultKind::Chain | FaultKind::Missing),
            "{number}: {kind:?}"
        );
    }
}

#[test]
fn an_entry_of_another_ledger_is_noticed() {
    let (ours, theirs) = (scene(), tempdir().unwrap());
    let other = theirs.path().join("other.db");
    Ledger::open(&url(&other), &key(2)).unwrap().append(&refusal(1)).unwrap();
    let columns = "record, leaf, mac, kind, mark, subject, content, time_ms";
    tamper(
        &ours.path,
        &format!(
            "ATTACH '{}' AS other; DELETE FROM entry WHERE seq = 9;
             INSERT INTO entry (seq, {columns}) SELECT 9, {columns} FROM other.entry",
            other.display()
        ),
    );
    assert_fault(&ours.path, None, Some(9), &[FaultKind::Chain]);
}

#[test]
fn swapped_entries_are_noticed() {
    let scene = scene();
    tamper(
        &scene.path,
        "UPDATE entry SET seq = 100 WHERE seq = 4; UPDATE entry SET seq = 4 WHERE seq = 5;
         UPDATE entry SET seq = 5 WHERE seq = 100;",
    );
    assert_fault(&scene.path, None, Some(4), &[FaultKind::Chain]);
}

#[test]
fn a_cut_tail_is_noticed_and_nothing_is_appended_to_it() {
    let scene = scene();
    tamper(&scene.path, "DELETE FROM entry WHERE seq > 7");
    assert_fault(&scene.path, None, None, &[FaultKind::Cut]);
    let ledger = open(&scene.path);
    assert!(matches!(ledger.append(&generation(10)), Err(StoreError::Corrupt { .. })));
    assert!(matches!(ledger.checkpoint(0), Err(StoreError::Corrupt { .. })));
    assert_eq!(ledger.len().unwrap(), 7);
}

#[test]
fn a_changed_or_removed_tail_is_noticed_and_nothing_is_appended_to_it() {
    for change in [
        "UPDATE ledger SET tail = x''",
        "UPDATE ledger SET tail = zeroblob(length(tail))",
        "UPDATE ledger SET tail = substr(tail, 1, length(tail) - 1)",
    ] {
        let scene = scene();
        tamper(&scene.path, change);
        assert_fault(&scene.path, None, None, &[FaultKind::Tail]);
        assert!(matches!(open(&scene.path).append(&generation(10)), Err(StoreError::Corrupt { .. })));
    }
}

#[test]
fn a_tail_of_an_older_copy_is_noticed() {
    let scene = scene();
    let (_, older) = (1..=5).fold((key(1), Tail::empty()), |(key, mut tail), mark| {
        let mark = if mark == 4 { RARE } else { mark };
        tail.append(&voxguard_core::ledger::LedgerKey::new(&key), &generation(mark)).unwrap();
        (key, tail)
    });
    let sealed = older.encode(&voxguard_core::ledger::LedgerKey::new(&key(1)));
    let connection = Connection::open(&scene.path).unwrap();
    connection.execute("UPDATE ledger SET tail = ?1", [sealed]).unwrap();
    drop(connection);
    assert_fault(&scene.path, None, None, &[FaultKind::Tail]);
    assert!(matches!(open(&scene.path).append(&generation(10)), Err(StoreError::Corrupt { .. })));
}

#[test]
fn an_older_copy_put_back_is_noticed_against_a_checkpoint() {
    let folder = tempdir().unwrap();
    let (path, copy) = (folder.path().join("ledger.db"), folder.path().join("copy.db"));
    filled(&path, 5);
    std::fs::copy(&path, &copy).unwrap();
    let ledger = open(&path);
    for mark in 6..=9 {
        ledger.append(&generation(mark)).unwrap();
    }
    let checkpoint = ledger.checkpoint(0).unwrap();
    drop(ledger);

    std::fs::copy(&copy, &path).unwrap();
    assert!(verify(&path, None).intact, "the chain alone cannot know");
    assert_fault(&path, Some(&checkpoint), None, &[FaultKind::Cut]);
    // Continued from there, the ledger reaches the checkpoint's size with another past.
    let ledger = open(&path);
    for mark in 0..6 {
        ledger.append(&generation(100 + mark)).unwrap();
    }
    drop(ledger);
    assert!(verify(&path, None).intact);
    assert_fault(&path, Some(&checkpoint), None, &[FaultKind::Fork]);
}

#[test]
fn a_ledger_rewritten_with_its_key_is_noticed_against_a_checkpoint() {
    let scene = scene();
    std::fs::remove_file(&scene.path).unwrap();
    filled(&scene.path, 9);
    assert!(verify(&scene.path, None).intact);
    for checkpoint in [&scene.at_six, &scene.at_nine] {
        assert_fault(&scene.path, Some(checkpoint), None, &[FaultKind::Fork]);
    }
}

#[test]
fn what_was_changed_is_not_given_out() {
    for change in ["record = zeroblob(length(record))", "mac = zeroblob(32)", "mark = 5"] {
        let scene = scene();
        tamper(&scene.path, &format!("UPDATE entry SET {change} WHERE seq = 4"));
        let ledger = open(&scene.path);
        let mark = MarkId::new(if change == "mark = 5" { 5 } else { RARE.into() });
        let found = ledger.find_mark(mark);
        assert!(matches!(found, Err(StoreError::Corrupt { .. })), "{change}: {found:?}");
        assert_eq!(plain(ledger.get(3).unwrap().unwrap().record), generation(3));
    }
}

#[test]
fn a_schema_with_anything_of_its_own_is_refused() {
    for change in [
        "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE seq = new.seq; END",
        "CREATE TABLE more (x)",
        "PRAGMA writable_schema = ON; CREATE TABLE more (x);
         UPDATE sqlite_schema SET name = 'sqlite_more', tbl_name = 'sqlite_more' WHERE name = 'more'",
        "DROP INDEX entry_mark",
        "DROP TABLE ledger",
        "DELETE FROM ledger",
    ] {
        let scene = scene();
        tamper(&scene.path, change);
        let refused = Ledger::open(&url(&scene.path), &key(1));
        assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{change}: {refused:?}");
    }
}
