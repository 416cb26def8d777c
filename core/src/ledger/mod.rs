//! What was said, for whom, and proof that nobody changed the story.
//!
//! - [`record`] says what one entry speaks of; `encode` and `decode` are its one encoding in bytes.
//! - [`log`] chains entries under a key and keeps the frontier of their [`tree`], the RFC 6962 Merkle
//!   tree, so that an append costs O(log n) and the root is always at hand.
//! - [`checkpoint`] is a signed statement of size and root that is meant to leave the machine, in the
//!   form of a [`note`] (C2SP signed-note).
//! - [`verify`] reads a ledger from its first entry to its last in flat memory and says what is wrong.
//! - [`key`](LedgerKey) derives what all of them need from the one [`Key`](crate::key::Key).
//!
//! Nothing here stores anything: a store keeps [`Entry`] values and the [`Tail`], and hands them back.
//! Entries are numbered from 1; entry `n` is leaf `n - 1` of the tree.
//!
//! What a ledger notices, and what it cannot, is in `docs/LEDGER.md`.

pub mod checkpoint;
pub mod consent;
mod decode;
mod encode;
pub mod event;
mod json;
mod key;
pub mod log;
pub mod lookup;
pub mod note;
pub mod proof;
pub mod record;
pub mod request;
pub mod retention;
pub mod subject;
#[cfg(test)]
pub(crate) mod testing;
mod time;
pub mod tlog_proof;
pub mod tree;
mod verification;
pub mod verify;
pub mod witness;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use consent::{Consent, Consents, Use};
pub use event::{Event, EventKind};
pub use json::StoredRecord;
pub use key::LedgerKey;
pub use log::{Entry, Tail, TailError, Tile, authentic, authentic_leaf, authentic_v1};
pub use lookup::{Lookup, Match};
pub use note::{NoteError, VerifyingKey};
pub use record::{Body, Generation, Outcome, Record, RecordError, Refusal};
pub use request::{Receipt, Right, RightError};
pub use retention::{Category, Held, Plan, Purge, RetentionPolicy};
pub use subject::{Standing, SubjectKey};
pub use time::Moment;
pub use tlog_proof::{Continuation, Inclusion, ProofError, Proven};
pub use verification::{Fault, FaultKind, Verification};
pub use verify::{Row, Verifier, content_number};
pub use witness::{Sighting, Witness, WitnessKey};
