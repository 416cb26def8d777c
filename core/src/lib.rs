//! The decisions of voxguard, without any I/O.
//!
//! The rooms, in the order in which an utterance meets them:
//!
//! 1. [`policy`] judges the text, over [`text`], which knows what will be spoken and undoes disguise;
//! 2. the host's own engine speaks;
//! 3. [`audio`] says what samples are acceptable, [`watermark`] marks them and finds the mark again;
//! 4. [`ledger`] keeps the account of it, tamper-evident;
//! 5. [`report`] says what one record says to somebody else;
//! 6. [`guard`] is the one room that knows all the others: one request's life from text to record.
//!
//! [`key`] and [`id`] are the nouns that all of them share. Time and randomness are arguments:
//! nothing here opens a file, reads a clock, starts a thread or draws entropy, and nothing panics on
//! input.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing
    )
)]

// For what the tests of this crate share with those of others.
#[cfg(test)]
extern crate self as voxguard_core;

pub mod access;
pub mod audio;
pub mod config;
pub mod guard;
pub mod id;
pub mod key;
pub mod ledger;
pub mod monitor;
pub mod policy;
pub mod report;
pub mod seal;
pub mod text;
pub mod watermark;
