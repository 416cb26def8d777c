//! What can go wrong with a ledger on disk, and what to do about it.

use rusqlite::ErrorCode;
use rusqlite::ffi;
use voxguard_core::ledger::{CheckpointError, RecordError};

use crate::location::Location;

/// Why a ledger could not be opened, written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The URL is not one of a ledger.
    #[error(
        "ledger URL refused: {reason}; accepted are sqlite:///relative.db, sqlite:////absolute/path.db and \
         sqlite::memory:, with ?busy_timeout_ms=1..60000 if wanted, and postgresql://user@host/database"
    )]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// The folder that should hold the file is not there.
    #[error("ledger {path}: the folder {folder} does not exist; create it first")]
    MissingFolder {
        /// The ledger's file.
        path: String,
        /// The folder.
        folder: String,
    },
    /// The path names a folder.
    #[error("ledger {path}: this is a folder; give the path of a file")]
    Folder {
        /// The path.
        path: String,
    },
    /// The system does not let us open the file.
    #[error("ledger {path}: cannot be opened ({reason}); check the permissions of the file and its folder")]
    Open {
        /// The ledger's file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The file is something else.
    #[error("{path} is not a ledger: it is {found}; give another path, nothing was changed")]
    NotLedger {
        /// The file.
        path: String,
        /// What it is.
        found: String,
    },
    /// A newer version of voxguard wrote the file.
    #[error("ledger {path} has schema {found}, this build knows {known}; use a newer voxguard")]
    NewerSchema {
        /// The ledger's file.
        path: String,
        /// Schema of the file.
        found: i64,
        /// Newest schema known here.
        known: i64,
    },
    /// The ledger belongs to another key.
    #[error("ledger {path} belongs to the key {ledger}, given was the key {given}; open it with its own key")]
    WrongKey {
        /// The ledger's file.
        path: String,
        /// Id of the ledger's key.
        ledger: String,
        /// Id of the key given.
        given: String,
    },
    /// The file, its folder or its file system cannot be written.
    #[error("ledger {path} is read-only; make the file and its folder writable, or give another path")]
    ReadOnly {
        /// The ledger's file.
        path: String,
    },
    /// The disk is full. Nothing was written; the ledger goes on when there is space again.
    #[error("ledger {path}: the disk is full, nothing was written; make space and append again")]
    Full {
        /// The ledger's file.
        path: String,
    },
    /// Somebody else kept the ledger locked for longer than we wait.
    #[error(
        "ledger {path} was locked by somebody else for {waited_ms} ms; close the other user, or wait longer"
    )]
    Locked {
        /// The ledger's file.
        path: String,
        /// How long we waited, in milliseconds.
        waited_ms: u64,
    },
    /// The content is damaged, or was changed.
    #[error("ledger {path} is damaged: {reason}; verify says where; keep the file, and go on from a backup")]
    Corrupt {
        /// The ledger's file.
        path: String,
        /// What was found.
        reason: String,
    },
    /// The file was moved away or replaced while the ledger was open.
    #[error("ledger {path} was moved away or replaced while it was open, nothing was written; open it again")]
    Replaced {
        /// The ledger's file.
        path: String,
    },
    /// Reading or writing failed otherwise.
    #[error("ledger {path}: reading or writing failed ({reason}); check the disk")]
    Io {
        /// The ledger's file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The database server cannot be reached, or went away and did not come back in time.
    #[error("ledger {path}: the database server cannot be reached ({reason}); nothing was acknowledged")]
    Unreachable {
        /// The server.
        path: String,
        /// What was said.
        reason: String,
    },
    /// There is no ledger, where one is to be read.
    #[error("there is no ledger at {path}: give the place of one that was made")]
    Missing {
        /// The place.
        path: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes ({reason})")]
    Entropy {
        /// What it said.
        reason: String,
    },
    /// Something is to be sealed beside a record that is nobody's.
    #[error(
        "sealed data need a record with a subject, and a category that is sealed: voice_recordings, transcripts or personal"
    )]
    Attachment,
    /// The hash of a voice sample is none.
    #[error("voice sample hash of {characters} characters: accepted are 64 hexadecimal digits")]
    Sample {
        /// Characters of what was given.
        characters: usize,
    },
    /// A kind of record that only an operation of the ledger writes.
    #[error("records of kind {kind} are written by the operation that they speak of, and not by a host")]
    Kind {
        /// The kind.
        kind: String,
    },
    /// A checkpoint sink asked the ledger that it is told of to append.
    #[error(
        "ledger {path}: a checkpoint sink may read the ledger and not append to it; do so after it returned"
    )]
    Reentered {
        /// The ledger's file.
        path: String,
    },
    /// Who is to be told of checkpoints did not take one.
    #[error("the checkpoint sink failed: {reason}; it is told again after the next record")]
    Sink {
        /// What it said.
        reason: String,
    },
    /// A ledger is to be followed by itself, or by another one under its own key.
    #[error("the next ledger has the key of this one: accepted is a ledger under another key")]
    SameKey,
    /// The ledger's writer has ended.
    #[error("ledger {path}: its writer has stopped, nothing was written; open it again")]
    Stopped {
        /// The ledger's file.
        path: String,
    },
    /// The record is outside its limits.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The checkpoint is not one of this ledger.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl StoreError {
    pub(crate) fn corrupt(location: &Location, reason: impl Into<String>) -> Self {
        Self::Corrupt { path: location.to_string(), reason: reason.into() }
    }

    /// The error for what SQLite said.
    pub(crate) fn sqlite(location: &Location, error: &rusqlite::Error) -> Self {
        let path = location.to_string();
        let reason = reason(error);
        match error.sqlite_error() {
            Some(ffi::Error { code: ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, .. }) => {
                Self::Locked { path, waited_ms: location.patience().as_millis() as u64 }
            }
            Some(ffi::Error { code: ErrorCode::DiskFull, .. })
            // Room for the shared memory file is made by writing to it.
            | Some(ffi::Error { extended_code: ffi::SQLITE_IOERR_SHMSIZE, .. }) => Self::Full { path },
            Some(ffi::Error { code: ErrorCode::NotADatabase, .. }) => {
                Self::NotLedger { path, found: "no SQLite file".to_owned() }
            }
            Some(ffi::Error { code: ErrorCode::ReadOnly, .. }) => Self::ReadOnly { path },
            Some(ffi::Error { code: ErrorCode::CannotOpen | ErrorCode::PermissionDenied, .. }) => {
                Self::Open { path, reason }
            }
            Some(ffi::Error { code: ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory, .. }) => {
                Self::Io { path, reason }
            }
            // What remains (malformed pages, missing tables, a row that is in the way, a value of the
            // wrong type) cannot happen to a file that only we wrote.
            _ => Self::Corrupt { path, reason },
        }
    }

    /// The error for what the system said about the file.
    pub(crate) fn io(location: &Location, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let path = location.to_string();
        match error.kind() {
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Open { path, reason: error.to_string() },
        }
    }
}

/// SQLite's own words. They speak of tables and pages, never of a record's content.
pub(crate) fn reason(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, Some(message)) => {
            format!("{message}, SQLite code {}", code.extended_code)
        }
        rusqlite::Error::SqliteFailure(code, None) => format!("{code}, SQLite code {}", code.extended_code),
        other => other.to_string(),
    }
}
