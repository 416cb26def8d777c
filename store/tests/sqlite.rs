//! The suite, over SQLite; and what only a file can be asked.

mod records;
#[macro_use]
mod suite;

use std::path::Path;

use records::{generation, key, open, subject, tamper, url};
use rusqlite::Connection;
use tempfile::{TempDir, tempdir};
use voxguard_core::key::Key;
use voxguard_core::ledger::tree::leaf_hash;
use voxguard_core::ledger::{Category, FaultKind, LedgerKey, Right, Tail, VerifyingKey};
use voxguard_store::{Grant, Intent, Ledger, StoreError};

fn fresh() -> Option<(Ledger, TempDir)> {
    let folder = tempdir().unwrap();
    Some((open(&folder.path().join("ledger.db")), folder))
}

suite! { fresh }

/// All files of a ledger, as bytes.
fn bytes_of(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.collect::<Vec<_>>().concat()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn after_an_erasure_no_file_holds_a_plaintext_or_an_unkeyed_hash_of_it() {
    use sha2::{Digest, Sha256};
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = open(&path);
    let person = "anna.example.person".parse().unwrap();
    let (text, contact) = ("My name is Anna Example.", "Anna Example, 12 Main Street");
    let mut record = generation(1);
    if let voxguard_core::ledger::Body::Generation(generation) = &mut record.body {
        generation.subject = Some(ledger.key().subject_tag(&person));
        generation.text = ledger.key().commit_text(text);
    }
    ledger.record(record, Some((Category::Transcripts, text.as_bytes()))).unwrap();
    let grant = Grant {
        voice: "anna".to_owned(),
        scopes: vec!["synthesize".to_owned()],
        sample: Some("5a".repeat(32)),
        personal: Some(contact.to_owned()),
        ..Grant::default()
    };
    ledger.give_consent(&person, &grant, 1).unwrap();
    for mark in 10..60 {
        ledger.append(&generation(mark)).unwrap();
    }
    let (tag, wrapped): (Vec<u8>, Vec<u8>) = Connection::open(&path)
        .unwrap()
        .query_row(
            "SELECT tag, sealed FROM subject WHERE tag = ?1",
            [ledger.key().subject_tag(&person)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let sealed: Vec<u8> = Connection::open(&path)
        .unwrap()
        .query_row("SELECT sealed FROM attachment WHERE seq = 1", [], |row| row.get(0))
        .unwrap();
    assert!(holds(&bytes_of(folder.path()), &wrapped), "the scan finds what is there");

    let receipt = ledger.request(&person, Right::Erasure, None, 2).unwrap();
    assert_eq!((receipt.granted, receipt.scrubbed), (true, Some(true)));
    let export = ledger.export(0, 1000).unwrap().join("\n").into_bytes();
    let backup = folder.path().join("backup.db");
    tamper(&path, &format!("VACUUM INTO '{}'", backup.display()));

    let hash = |plain: &str| Sha256::digest(plain.as_bytes()).to_vec();
    let commitment = ledger.key().commit_text(text).to_vec();
    let gone: [&[u8]; 12] = [
        text.as_bytes(),
        contact.as_bytes(),
        b"anna.example.person",
        &hash(text),
        &hash(contact),
        &hash("anna.example.person"),
        &[0x5a; 32],
        // Nor what the ledger's key could confirm a guess by, nor what it could open.
        &tag,
        &commitment,
        &wrapped,
        &sealed[..32],
        &sealed[sealed.len() - 32..],
    ];
    for (at, part) in gone.iter().enumerate() {
        assert!(!holds(&bytes_of(folder.path()), part), "{at} is in a file");
        assert!(!holds(&export, part), "{at} is in the export");
        let hex = voxguard_core::key::hex(part);
        assert!(!holds(&export, hex.as_bytes()), "{at} is in the export, in hexadecimal");
    }
    assert!(ledger.verify(None).unwrap().intact);
}

#[test]
fn who_has_the_public_key_alone_verifies_the_file_against_a_checkpoint() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = open(&path);
    let public: VerifyingKey = ledger.verifying_key().parse().unwrap();
    let missing =
        Ledger::audit(&url(&folder.path().join("none.db")), &public, &ledger.checkpoint(0).unwrap());
    assert!(matches!(missing, Err(StoreError::Missing { .. })), "{missing:?}");
    for mark in 1..=6 {
        ledger.append(&generation(mark)).unwrap();
    }
    let checkpoint = ledger.checkpoint(0).unwrap();
    assert!(Ledger::audit(&url(&path), &public, &checkpoint).unwrap().intact);
    tamper(&path, "UPDATE entry SET record = zeroblob(length(record)) WHERE seq = 3");
    let found = Ledger::audit(&url(&path), &public, &checkpoint).unwrap();
    assert_eq!(found.fault.unwrap().seq, Some(3));
}

#[test]
fn swapped_people_changed_attachments_and_tiles_are_noticed() {
    let scene = || {
        let folder = tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let ledger = open(&path);
        for mark in 1..=257 {
            ledger.append(&generation(mark)).unwrap();
        }
        for name in ["anna", "ben"] {
            let grant = Grant {
                voice: name.to_owned(),
                scopes: vec!["synthesize".to_owned()],
                personal: Some(format!("{name} signed")),
                ..Grant::default()
            };
            ledger.give_consent(&name.parse().unwrap(), &grant, 1).unwrap();
        }
        drop(ledger);
        (folder, path)
    };
    let kind = |path: &Path| open(path).verify(None).unwrap().fault.map(|fault| fault.kind);
    let (_folder, path) = scene();
    assert_eq!(kind(&path), None);
    for (sql, expected) in [
        ("UPDATE subject SET sealed = (SELECT sealed FROM subject ORDER BY tag LIMIT 1)", FaultKind::Subject),
        ("UPDATE subject SET sealed = zeroblob(length(sealed))", FaultKind::Subject),
        ("UPDATE attachment SET sealed = zeroblob(length(sealed)) WHERE seq = 258", FaultKind::Attachment),
        ("UPDATE attachment SET seq = 300 WHERE seq = 258", FaultKind::Attachment),
        ("UPDATE attachment SET subject = zeroblob(32) WHERE seq = 259", FaultKind::Attachment),
        ("UPDATE tile SET hash = zeroblob(32)", FaultKind::Tile),
        ("DELETE FROM tile", FaultKind::Tile),
        ("UPDATE entry SET record = x'' WHERE seq = 9", FaultKind::Purge),
    ] {
        let (_folder, path) = scene();
        tamper(&path, sql);
        assert_eq!(kind(&path), Some(expected), "{sql}");
    }
}

#[test]
fn a_person_who_was_erased_cannot_be_put_back() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = open(&path);
    ledger.append(&generation(1)).unwrap();
    tamper(&path, "CREATE TABLE kept AS SELECT * FROM subject");
    ledger.request(&subject(), Right::Erasure, None, 1).unwrap();
    tamper(&path, "INSERT INTO subject SELECT * FROM kept; DROP TABLE kept");
    assert!(matches!(ledger.find_subject(&subject()), Err(StoreError::Corrupt { .. })));
    assert_eq!(ledger.verify(None).unwrap().fault.unwrap().kind, FaultKind::Subject);
}

#[test]
fn a_ledger_goes_on_under_another_key() {
    let folder = tempdir().unwrap();
    let old = open(&folder.path().join("old.db"));
    old.append(&generation(1)).unwrap();
    let new = Ledger::open(&url(&folder.path().join("new.db")), &key(2)).unwrap();
    let last = old.rotate(&new, 5).unwrap();
    let closing = old.get(2).unwrap().unwrap().record;
    let opening = new.get(1).unwrap().unwrap().record;
    assert_eq!(closing.event().unwrap().detail, Some(new.verifying_key()));
    assert_eq!(opening.event().unwrap().detail, Some(old.verifying_key()));
    assert_eq!(opening.event().unwrap().size, Some(2));
    assert!(old.verify(Some(&last)).unwrap().intact && new.verify(None).unwrap().intact);
}

/// A ledger of the first schema, as version 0.1 made it before.
fn first_schema(path: &Path, count: u32) {
    let secret = key(1);
    let ledger = LedgerKey::new(&secret);
    let mac_key = Key::from_bytes(secret.derive("voxguard/v1/ledger-mac").as_slice()).unwrap();
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE entry (seq INTEGER PRIMARY KEY, record BLOB NOT NULL, leaf BLOB NOT NULL, mac BLOB NOT NULL, mark INTEGER, subject BLOB, time_ms INTEGER NOT NULL) STRICT;
             CREATE INDEX entry_mark ON entry (mark) WHERE mark IS NOT NULL;
             CREATE INDEX entry_subject ON entry (subject) WHERE subject IS NOT NULL;
             CREATE TABLE ledger (id INTEGER PRIMARY KEY CHECK (id = 1), key_id BLOB NOT NULL, tail BLOB NOT NULL) STRICT;
             PRAGMA application_id = 0x5678476c; PRAGMA user_version = 1;",
        )
        .unwrap();
    let (mut tail, mut mac) = (Tail::empty(), [0u8; 32]);
    for mark in 1..=count {
        let record = generation(mark);
        let bytes = record.encode().unwrap();
        tail.append(&ledger, &record).unwrap();
        let (seq, length) = (u64::from(mark).to_be_bytes(), (bytes.len() as u64).to_be_bytes());
        mac = *mac_key.mac(&[b"voxguard/v1/entry\0", &seq, &mac, &length, &bytes]);
        connection
            .execute(
                "INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?1, ?5, ?6)",
                (mark, &bytes, leaf_hash(&bytes), mac, record.subject().unwrap(), record.time_ms as i64),
            )
            .unwrap();
    }
    let sealed = tail.encode(&ledger);
    connection.execute("INSERT INTO ledger VALUES (1, ?1, ?2)", (ledger.id().as_bytes(), sealed)).unwrap();
}

#[test]
fn a_ledger_of_the_first_schema_is_brought_to_today_and_its_checkpoints_hold() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    first_schema(&path, 300);
    let ledger_key = LedgerKey::new(&key(1));
    let mut tail = Tail::empty();
    (1..=300).for_each(|mark| drop(tail.append(&ledger_key, &generation(mark)).unwrap()));
    let checkpoint = voxguard_core::ledger::Checkpoint::new(&ledger_key, &tail, None).sign(&ledger_key);

    let ledger = open(&path);
    let verification = ledger.verify(Some(&checkpoint)).unwrap();
    assert!(verification.intact && verification.entries == 300, "{verification}");
    assert_eq!(ledger.append(&generation(301)).unwrap(), 301);
    let found = ledger.find_subject(&subject()).unwrap();
    assert_eq!(found.len(), 301, "by tag and by pseudonym");
    assert!(ledger.prove(7, 0).unwrap().is_some());
}

#[test]
fn a_tampered_ledger_of_the_first_schema_is_told_of_and_left_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    first_schema(&path, 5);
    tamper(&path, "UPDATE entry SET record = zeroblob(length(record)) WHERE seq = 3");
    let refused = Ledger::open(&url(&path), &key(1)).unwrap_err();
    assert!(
        matches!(&refused, StoreError::Corrupt { reason, .. } if reason.contains("entry 3")),
        "{refused}"
    );
    assert_eq!(version(&path), 1);
}

/// Makes a ledger one of the second schema, as version 0.1 made it before.
const SECOND_SCHEMA: &str =
    "DROP INDEX entry_mark; DROP INDEX entry_content; DROP INDEX entry_subject; DROP INDEX entry_event;
    CREATE INDEX entry_mark ON entry (mark) WHERE mark IS NOT NULL;
    CREATE INDEX entry_subject ON entry (subject, kind) WHERE subject IS NOT NULL;
    CREATE INDEX entry_content ON entry (content) WHERE content IS NOT NULL;
    PRAGMA user_version = 2;";

fn version(path: &Path) -> i64 {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn a_ledger_of_the_second_schema_is_verified_as_it_is_and_brought_to_today() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = open(&path);
    for mark in 1..=300 {
        ledger.append(&generation(mark)).unwrap();
    }
    let grant = Grant { voice: "anna".to_owned(), scopes: vec!["synthesize".to_owned()], ..Grant::default() };
    ledger.give_consent(&subject(), &grant, 1).unwrap();
    let (checkpoint, public) = (ledger.checkpoint(0).unwrap(), ledger.verifying_key().parse().unwrap());
    drop(ledger);
    tamper(&path, SECOND_SCHEMA);

    assert!(
        Ledger::audit(&url(&path), &public, &checkpoint).unwrap().intact,
        "it needs no key and no change"
    );
    assert!(matches!(Ledger::open(&url(&path), &key(2)), Err(StoreError::WrongKey { .. })));
    assert_eq!(version(&path), 2);

    let ledger = open(&path);
    assert_eq!(version(&path), 3);
    let verification = ledger.verify(Some(&checkpoint)).unwrap();
    assert!(verification.intact && verification.entries == 301, "{verification}");
    assert_eq!(ledger.append(&generation(302)).unwrap(), 302);
    assert_eq!(ledger.find_mark(voxguard_core::id::MarkId::new(7)).unwrap().len(), 1);
    assert_eq!(ledger.find_subject(&subject()).unwrap().len(), 302);
    let intent = Intent { voice: "anna".to_owned(), scope: "synthesize".to_owned(), ..Intent::default() };
    assert!(ledger.consent(&subject(), &intent, 2).unwrap().given);
}

#[test]
fn a_ledger_of_the_second_schema_with_anything_of_its_own_is_told_of_and_left_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    open(&path).append(&generation(1)).unwrap();
    tamper(&path, SECOND_SCHEMA);
    tamper(&path, "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE seq = new.seq; END");
    let refused = Ledger::open(&url(&path), &key(1));
    assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
    assert_eq!(version(&path), 2);
}

#[test]
fn a_ledger_of_the_first_schema_asks_who_only_reads_for_its_key() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    first_schema(&path, 5);
    let key = LedgerKey::new(&key(1));
    let checkpoint = voxguard_core::ledger::Checkpoint::new(&key, &Tail::empty(), None).sign(&key);
    let refused = Ledger::audit(&url(&path), &key.verifying_key(), &checkpoint).unwrap_err();
    assert!(refused.to_string().contains("first version"), "{refused}");
}
