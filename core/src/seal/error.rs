//! Why something could not be sealed or opened.

use crate::key::KeyId;

/// Why something could not be sealed or opened. Holds neither a secret nor what was sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The bytes do not begin as what was asked for.
    #[error("these are not {expected}: accepted is what this library sealed, whole")]
    Form {
        /// What was expected.
        expected: &'static str,
    },
    /// Sealed with a key that is not in the ring.
    #[error("sealed with key {key}: accepted are keys of the ring, and that one is not in it")]
    UnknownKey {
        /// The public id of the missing key.
        key: KeyId,
    },
    /// Changed, cut, moved, or bound to something else.
    #[error("not authentic: changed, cut, moved, sealed with another key, or bound to other data than given")]
    NotAuthentic,
    /// The password is wrong, or the wrapped key was changed.
    #[error("the password does not open this key, or the key was changed")]
    Password,
    /// A cost of password hashing is out of its bounds.
    #[error("{name} {value}: accepted are {least} to {most}")]
    Cost {
        /// Which cost.
        name: &'static str,
        /// The refused value.
        value: u32,
        /// Least accepted.
        least: u32,
        /// Most accepted.
        most: u32,
    },
    /// A size of chunk that is not accepted.
    #[error("chunks of {bytes} bytes: accepted are 64 to 16777216")]
    ChunkBytes {
        /// The refused size.
        bytes: u32,
    },
    /// A chunk that the stream cannot hold.
    #[error("chunk {index} holds {bytes} bytes: accepted are {accepted}")]
    Chunk {
        /// Its place, from 0.
        index: u64,
        /// Its size.
        bytes: usize,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// The stream was ended.
    #[error("the stream has ended: begin another")]
    Ended,
    /// The Fernet token is older than asked for, or from the future.
    #[error("the Fernet token is of time {time} s: accepted are {least} to {most}")]
    FernetTime {
        /// Its time, seconds since 1970.
        time: u64,
        /// Least accepted.
        least: u64,
        /// Most accepted.
        most: u64,
    },
    /// Keys in the ring that are one too many.
    #[error("a ring of {keys} keys: accepted are 1 to 64")]
    RingSize {
        /// How many were given.
        keys: usize,
    },
}
