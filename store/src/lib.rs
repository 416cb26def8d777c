//! Keeps the ledger of [`voxguard_core::ledger`] in a database: the only crate of voxguard that does I/O.
//!
//! [`Ledger`] is the one handle: named operations, no SQL. Its promises:
//!
//! - **Acknowledged means on disk.** [`Ledger::append`] returns after the transaction that holds the
//!   record was synced. Appends that wait at the same time share a transaction, so many writers are
//!   cheap; an error is told to each of them, and nothing half-written stays.
//! - **One order.** Handles, threads, processes and, with PostgreSQL, machines may append to one ledger at
//!   once: where it ends is read again inside every write transaction.
//! - **Nothing unauthenticated leaves.** What is read is checked against its MAC; a ledger of another key
//!   is refused when it is opened.
//! - **People can be forgotten.** What is personal hangs on a key for each person, which an erasure
//!   destroys; the records stay, and prove what they did, about nobody.
//!
//! The rooms: `location` reads the URL; `rows` is what a database must be able to do, `sqlite` and `postgres` do it; `entries` appends, reads and proves,
//! `people` consents, tells and forgets, `keeping` purges and verifies, each over `rows` alone; `writer` groups
//! commits, `checkpoints` tells of them; [`Ledger`] ties them together, [`StoreError`] says what went wrong.
//!
//! Beside the ledger: [`ApiKeyStore`] keeps the records of API keys, [`key_source`] reads sealing keys.
#![forbid(unsafe_code)]

mod api_keys;
mod checkpoints;
mod entries;
mod error;
mod index;
mod keeping;
pub mod key_source;
mod ledger;
mod location;
mod people;
mod postgres;
mod rows;
mod sqlite;
mod writer;

pub use api_keys::ApiKeyStore;
pub use error::StoreError;
pub use key_source::KeySourceError;
pub use ledger::{Ledger, Query};
pub use people::{Grant, Intent};
pub use voxguard_core::ledger::{StoredRecord, Verification};
