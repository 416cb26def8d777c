//! Keys, records and files for the tests of the store.
#![allow(dead_code)] // Each test program uses a part.

use std::path::Path;

use rusqlite::Connection;
use voxguard_core::id::{MarkId, SubjectId};
use voxguard_core::key::Key;
use voxguard_core::ledger::{Body, Generation, LedgerKey, Record, Refusal};
use voxguard_core::policy::Action;
use voxguard_store::Ledger;

#[path = "../../../core/tests/speech/mod.rs"]
mod speech;

/// The key made of this byte.
pub fn key(byte: u8) -> Key {
    Key::from_bytes(&[byte; 32]).unwrap()
}

/// The subject whose records [`generation`] makes.
pub fn subject() -> SubjectId {
    "user-1".parse().unwrap()
}

/// A generation of [`subject`] under `key(1)` that carries this mark.
pub fn generation(mark: u32) -> Record {
    let key = LedgerKey::new(&key(1));
    let mut id = [0; 16];
    id[..4].copy_from_slice(&mark.to_be_bytes());
    Record {
        id,
        time_ms: 1_763_765_700_000 + u64::from(mark),
        body: Body::Generation(Generation {
            subject: Some(key.subject_tag(&subject())),
            text: key.commit_text("Good evening."),
            mark: Some(MarkId::new(mark.into())),
            key: Some(key.id()),
            ..speech::generation()
        }),
    }
}

/// A refusal, of nobody.
pub fn refusal(time_ms: u64) -> Record {
    Record {
        id: [9; 16],
        time_ms,
        body: Body::Refusal(Refusal {
            subject: None,
            voice: "heart".to_owned(),
            text: [3; 32],
            policy: Some([4; 32]),
            action: Action::Block,
            rules: vec!["weapons".to_owned()],
            attachment: None,
        }),
    }
}

/// A stored record as it was before its subject and text were bound to the subject's own key, where those
/// are [`subject`]'s.
pub fn plain(mut record: Record) -> Record {
    let key = LedgerKey::new(&key(1));
    if let Body::Generation(generation) = &mut record.body {
        assert_ne!(generation.subject, Some(key.subject_tag(&subject())), "records hold pseudonyms");
        generation.subject = Some(key.subject_tag(&subject()));
        generation.text = key.commit_text("Good evening.");
    }
    record
}

/// URL of a ledger at this path that waits half a second for others.
pub fn url(path: &Path) -> String {
    format!("sqlite:///{}?busy_timeout_ms=500", path.display())
}

/// The ledger at this path under `key(1)`.
pub fn open(path: &Path) -> Ledger {
    Ledger::open(&url(path), &key(1)).unwrap()
}

/// A closed ledger at this path with the marks `1..=count`.
pub fn filled(path: &Path, count: u32) {
    let ledger = open(path);
    for mark in 1..=count {
        assert_eq!(ledger.append(&generation(mark)).unwrap(), u64::from(mark));
    }
}

/// Does this to the file behind the ledger's back.
pub fn tamper(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
}
