//! What went wrong.

use std::fmt;

use crate::call::static_text;
use crate::sys;

/// The answer of a call that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call failed: a status to decide by, and a sentence that names the value and what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Error {
    /// The status of the C interface.
    pub status: Status,
    /// One sentence. It holds no key and no text to be spoken.
    pub message: String,
}

impl Error {
    /// An error with a message of its own.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let message = static_text(unsafe { sys::vg_status_message(sys::vg_status_t(status.0)) });
        Self::new(status, message)
    }
}

/// A status of the C interface: an open set of numbers with names. 1-19 are mistakes of the caller, 20-39 are about
/// configuration and input, 40-59 about audio, 60-79 about storage, 90-99 are ours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Status(i32);

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $constant:ident;)*) => {
        impl Status {
            $($(#[$doc])* pub const $name: Self = Self(sys::$constant.0);)*
        }
    };
}

statuses! {
    /// A pointer that is needed is NULL.
    NULL = VG_ERR_NULL;
    /// An argument is out of its range.
    ARGUMENT = VG_ERR_ARGUMENT;
    /// A string is not UTF-8.
    UTF8 = VG_ERR_UTF8;
    /// The handle is in use by another call, or this is a call from inside a record sink.
    BUSY = VG_ERR_BUSY;
    /// The call does not fit what happened before.
    STATE = VG_ERR_STATE;
    /// A struct has a size that the library does not know.
    STRUCT_SIZE = VG_ERR_STRUCT_SIZE;
    /// Not a live handle of the kind that is asked for.
    HANDLE = VG_ERR_HANDLE;
    /// Not a key.
    KEY = VG_ERR_KEY;
    /// The rules of a policy cannot be used.
    POLICY = VG_ERR_POLICY;
    /// The text cannot be judged.
    TEXT = VG_ERR_TEXT;
    /// The configuration cannot be used.
    CONFIG = VG_ERR_CONFIG;
    /// Not a checkpoint of this ledger's key.
    CHECKPOINT = VG_ERR_CHECKPOINT;
    /// What was sealed does not open.
    SEAL = VG_ERR_SEAL;
    /// The library was built without the feature that is asked for.
    FEATURE = VG_ERR_FEATURE;
    /// The sample rate or the number of channels is not accepted.
    AUDIO_FORMAT = VG_ERR_AUDIO_FORMAT;
    /// A sample is NaN or infinite.
    NON_FINITE = VG_ERR_NON_FINITE;
    /// The output is too small.
    OUTPUT_SIZE = VG_ERR_OUTPUT_SIZE;
    /// The samples are not a whole number of frames.
    PARTIAL_FRAME = VG_ERR_PARTIAL_FRAME;
    /// The audio would be longer than the configuration allows.
    AUDIO_LENGTH = VG_ERR_AUDIO_LENGTH;
    /// The store cannot be opened.
    STORE_OPEN = VG_ERR_STORE_OPEN;
    /// What is there is not a voxguard ledger.
    STORE_NOT_LEDGER = VG_ERR_STORE_NOT_LEDGER;
    /// The store cannot be written to.
    STORE_READ_ONLY = VG_ERR_STORE_READ_ONLY;
    /// No room is left where the store lives.
    STORE_FULL = VG_ERR_STORE_FULL;
    /// Somebody else holds the store.
    STORE_LOCKED = VG_ERR_STORE_LOCKED;
    /// The store is damaged.
    STORE_CORRUPT = VG_ERR_STORE_CORRUPT;
    /// The operating system failed to read or write the store.
    STORE_IO = VG_ERR_STORE_IO;
    /// The ledger belongs to another key.
    STORE_KEY = VG_ERR_STORE_KEY;
    /// A fault inside the library.
    INTERNAL = VG_ERR_INTERNAL;
    /// An earlier fault broke this handle.
    POISONED = VG_ERR_POISONED;
    /// The record sink failed.
    CALLBACK = VG_ERR_CALLBACK;
}

impl Status {
    /// The status with this number.
    pub fn from_code(code: i32) -> Self {
        Self(code)
    }

    /// The number.
    pub fn code(self) -> i32 {
        self.0
    }

    /// The name in C, such as "VG_ERR_BUSY".
    pub fn name(self) -> &'static str {
        static_text(unsafe { sys::vg_status_name(sys::vg_status_t(self.0)) })
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
