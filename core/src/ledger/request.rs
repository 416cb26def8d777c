//! What a person can ask of a ledger (GDPR, articles 15 to 21), and the receipt that each request ends in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::key::hex;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    /// To see what is kept (article 15).
    Access,
    /// To have what is wrong put right (16).
    Rectification,
    /// To be forgotten (17).
    Erasure,
    /// That data are kept and not used (18).
    Restriction,
    /// To take the data elsewhere (20).
    Portability,
    /// That one is not spoken for (21).
    Objection,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Access,
        Self::Rectification,
        Self::Erasure,
        Self::Restriction,
        Self::Portability,
        Self::Objection,
    ];

    /// The right's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Rectification => "rectification",
            Self::Erasure => "erasure",
            Self::Restriction => "restriction",
            Self::Portability => "portability",
            Self::Objection => "objection",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Right {
    type Err = RightError;

    fn from_str(name: &str) -> Result<Self, RightError> {
        Self::ALL.into_iter().find(|right| right.as_str() == name).ok_or(RightError)
    }
}

/// The name is none of a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a right: accepted are access, rectification, erasure, restriction, portability and objection")]
pub struct RightError;

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    /// What was asked for.
    pub right: Right,
    /// Whether it was done.
    pub granted: bool,
    /// Why, in a sentence.
    pub reason: String,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// The record of the request; none where the ledger knows nobody of this name, and keeps no record
    /// that would say so.
    pub seq: Option<u64>,
    /// Id of that record.
    pub record: Option<String>,
    /// SHA-256 of `data`, as the record has it.
    pub content: Option<String>,
    /// What was asked for, where that is data: JSON text.
    pub data: Option<String>,
    /// Of an erasure: whether the old bytes are gone from the files too. Otherwise they go with the next
    /// one, once no reader needs them.
    pub scrubbed: Option<bool>,
}

impl Receipt {
    /// That the ledger knows nobody of this name.
    pub fn unknown(right: Right, time_ms: u64) -> Self {
        let reason = "the ledger keeps nothing of this subject".to_owned();
        let (seq, record, content, data) = (None, None, None, None);
        Self { right, granted: false, reason, time_ms, seq, record, content, data, scrubbed: None }
    }

    /// Names the record of the request.
    pub fn recorded(mut self, seq: u64, id: &[u8; 16]) -> Self {
        self.seq = Some(seq);
        self.record = Some(hex(id));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_is_known_by_its_name() {
        for right in Right::ALL {
            assert_eq!(right.as_str().parse(), Ok(right));
        }
        assert_eq!("forgetting".parse::<Right>(), Err(RightError));
    }
}
