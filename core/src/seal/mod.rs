//! Bytes that only a key's holder can read, and that nobody can change unnoticed.
//!
//! - [`SealKey`] seals; a [`KeyRing`] holds the one that seals now and those that still open.
//! - [`record`]: one piece of data with what it is bound to (XChaCha20-Poly1305, associated data).
//! - [`stream`]: audio in chunks, each of which opens on its own; a chunk that is cut off, repeated,
//!   moved or taken from elsewhere is noticed.
//! - [`password`]: a key wrapped under a password (Argon2id, or PBKDF2 where FIPS asks for it).
//! - [`fernet`]: reads what an older system sealed with Fernet, so that it can be sealed anew.
//!
//! Nonces are arguments, as all entropy is in this crate. Where a key is kept is the host's choice;
//! reading it from a file or the environment is the business of a crate that may do so.

mod error;
pub mod fernet;
mod key;
pub mod password;
pub mod record;
pub mod stream;

pub use error::SealError;
pub use key::{KeyRing, SealKey};
