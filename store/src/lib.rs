//! Keeps the ledger of [`voxguard_core::ledger`] on disk: the only crate of voxguard that does I/O.
//!
//! [`Ledger`] is the one handle: named operations, no SQL. Its promises:
//!
//! - **Acknowledged means on disk.** [`Ledger::append`] returns after the transaction that holds the
//!   record was synced. Appends that wait at the same time share a transaction, so many writers are
//!   cheap; an error is told to each of them, and nothing half-written stays.
//! - **One order.** Handles, threads and processes may append to one file at once: where the ledger ends
//!   is read again inside every write transaction.
//! - **Nothing unauthenticated leaves.** What is read is checked against its MAC; a file of another key is
//!   refused when it is opened.
//!
//! The rooms: `location` reads the URL, `file` opens and recognises a ledger, `entry` holds every
//! statement, `writer` groups commits, [`Ledger`] ties them together, [`StoreError`] says what went wrong.
#![forbid(unsafe_code)]

mod entry;
mod error;
mod file;
mod ledger;
mod location;
mod writer;

pub use error::StoreError;
pub use ledger::Ledger;
pub use voxguard_core::ledger::{StoredRecord, Verification};
