//! Records and ledgers for the tests of this room.

use super::record::{Body, Generation, Record, Refusal};
use super::{Entry, LedgerKey, Tail};
use crate::id::MarkId;
use crate::key::{Key, KeyId};
use crate::policy::Action;

#[path = "../../tests/speech/mod.rs"]
pub mod speech;

/// A generation that carries this mark.
pub fn generation(mark: u32) -> Record {
    Record {
        id: [1; 16],
        time_ms: 1_763_765_700_123,
        body: Body::Generation(Generation {
            mark: Some(MarkId::new(mark.into())),
            key: Some(KeyId::from_bytes([5; 8])),
            ..speech::generation()
        }),
    }
}

/// A refusal at this time.
pub fn refusal(time_ms: u64) -> Record {
    Record {
        id: [1; 16],
        time_ms,
        body: Body::Refusal(Refusal {
            subject: None,
            voice: "heart".to_owned(),
            text: [3; 32],
            policy: None,
            action: Action::Block,
            rules: vec!["weapons-1".to_owned(), "names-2".to_owned()],
            attachment: None,
        }),
    }
}

/// The ledger's key of a key made of this byte.
pub fn key(byte: u8) -> LedgerKey {
    LedgerKey::new(&Key::from_bytes(&[byte; 32]).unwrap())
}

/// A ledger of generations with the marks `from..from + count`.
pub fn ledger(key: &LedgerKey, from: u32, count: u32) -> (Vec<Entry>, Tail) {
    let mut tail = Tail::empty();
    let entries = (from..from + count).map(|mark| tail.append(key, &generation(mark)).unwrap()).collect();
    (entries, tail)
}
