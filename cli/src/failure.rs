//! What ends a command without an answer.

use std::fmt::Display;
use std::path::Path;

/// Why a command has no answer.
#[derive(Debug)]
pub enum Failure {
    /// The words are not those of a command.
    Usage(String),
    /// Something failed.
    Error(String),
}

impl Failure {
    pub fn usage(message: impl Display) -> Self {
        Self::Usage(message.to_string())
    }

    /// An error about a file.
    pub fn file(path: &str, error: impl Display) -> Self {
        Self::Error(format!("{}: {error}", Path::new(path).display()))
    }
}

impl From<voxguard::Error> for Failure {
    fn from(error: voxguard::Error) -> Self {
        Self::Error(error.message)
    }
}
