//! The Node.js addon: the classes and functions that `lib/*.js` wraps.
//!
//! Not for direct use. The JavaScript side has checked the types of all arguments before they come here;
//! what is decided here and below is whether their values are acceptable. Three rules hold for every file:
//!
//! - Only the client crate is called, which knows the library by its C functions alone.
//! - An error crosses as a JavaScript `Error` with `code` and `status` ([`failure`]).
//! - Work that may take long is a [`job::Job`]: it runs on a thread of libuv's pool, on copies, and holds
//!   what it needs, so that a handle may be closed meanwhile.

// Every item is documented where its users look: in index.d.ts.
#![allow(missing_docs)]
// napi registers nothing in a test build, where nobody could call it.
#![cfg_attr(test, allow(dead_code))]

mod access;
mod alert;
mod classifier;
mod detector;
mod failure;
mod guard;
mod job;
mod key;
mod ledger;
mod limiter;
mod listener;
mod marker;
mod monitor;
mod policy;
mod role;
mod rules;
mod seal;
mod token;
mod utterance;

use napi_derive::napi;

#[napi]
pub fn version() -> &'static str {
    voxguard::version()
}

/// The name of a status, for the test that compares the names of `lib/status.js` with the library's.
#[napi]
pub fn status_name(status: i32) -> &'static str {
    voxguard::Status::from_code(status).name()
}
