//! Identifiers: parse, never trust.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod language;
mod session;

pub use language::Language;
pub use session::{ClientId, SessionId};

/// The number that a watermark carries: usually 32 bits that lead from audio to its ledger record, at most 64.
///
/// Written as eight lower-case hexadecimal digits, as sixteen when it has more than 32 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MarkId(u64);

impl MarkId {
    /// The id with this value.
    pub fn new(value: u64) -> Self {
        Self(value)
    }

    /// The id as a number.
    pub fn value(self) -> u64 {
        self.0
    }

    /// The id as a number of 32 bits, if it is one.
    pub fn narrow(self) -> Option<u32> {
        u32::try_from(self.0).ok()
    }
}

impl fmt::Display for MarkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.narrow().is_some() { 8 } else { 16 };
        write!(f, "{:0digits$x}", self.0)
    }
}

impl fmt::Debug for MarkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MarkId({self})")
    }
}

impl From<MarkId> for String {
    fn from(id: MarkId) -> Self {
        id.to_string()
    }
}

impl FromStr for MarkId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = matches!(text.len(), 8 | 16) && text.bytes().all(|b| b.is_ascii_hexdigit());
        let value = u64::from_str_radix(text, 16).ok().filter(|_| digits);
        value.map(Self).ok_or(IdError::MarkText)
    }
}

impl TryFrom<String> for MarkId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

/// Who a piece of speech was made for: 1 to 128 characters of `[A-Za-z0-9_.@:-]`, the host's own
/// name for a person. The ledger keeps only a keyed hash of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SubjectId(String);

impl SubjectId {
    /// Most characters of a subject id.
    pub const MAX_CHARS: usize = 128;

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SubjectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.@:-".contains(c);
        if text.is_empty() || text.len() > Self::MAX_CHARS {
            return Err(IdError::SubjectLength { bytes: text.len() });
        }
        match text.chars().position(|c| !allowed(c)) {
            Some(position) => Err(IdError::SubjectCharacter { position }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

/// A subject is a person: what is printed is that there is one, not who.
impl fmt::Debug for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectId(..)")
    }
}

/// Why an identifier was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// The number does not fit the 32 bits of the usual marks.
    #[error("mark id {value} does not fit: accepted are 0 to 4294967295 (32 bits), more in a scheme of 64")]
    MarkTooLarge {
        /// The refused value.
        value: u64,
    },
    /// The text is not eight or sixteen hexadecimal digits.
    #[error("mark id text is not eight or sixteen hexadecimal digits")]
    MarkText,
    /// An id is empty or too long.
    #[error("{kind} of {bytes} bytes: accepted are 1 to {most}")]
    Length {
        /// Which id.
        kind: &'static str,
        /// The refused length.
        bytes: usize,
        /// Most bytes.
        most: usize,
    },
    /// An id has a character outside the allowed set.
    #[error("{kind} has a character at position {position} that is not accepted: A-Z a-z 0-9 _ - are")]
    Character {
        /// Which id.
        kind: &'static str,
        /// Position in characters, from 0.
        position: usize,
    },
    /// The parts of a language tag are not well-formed.
    #[error("language tag is not well-formed: accepted are tags of BCP 47 such as en, en-GB, zh-Hant-TW")]
    Language,
    /// The subject id is empty or too long.
    #[error("subject id of {bytes} bytes: accepted are 1 to 128")]
    SubjectLength {
        /// The refused length.
        bytes: usize,
    },
    /// The subject id has a character outside the allowed set.
    #[error(
        "subject id has a character at position {position} that is not accepted: A-Z a-z 0-9 _ . @ : - are"
    )]
    SubjectCharacter {
        /// Position in characters, from 0.
        position: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_id_is_eight_or_sixteen_hex_digits_there_and_back() {
        let (id, wide) = (MarkId::new(0x0012_34ab), MarkId::new(0x1_0012_34ab));
        assert_eq!(id.to_string(), "001234ab");
        assert_eq!(wide.to_string(), "00000001001234ab");
        assert_eq!("001234AB".parse(), Ok(id));
        assert_eq!("00000001001234ab".parse(), Ok(wide));
        assert_eq!((id.narrow(), wide.narrow()), (Some(0x0012_34ab), None));
        for wrong in ["", "1234ab", "+01234ab", "001234abc", "0x1234ab"] {
            assert_eq!(wrong.parse::<MarkId>(), Err(IdError::MarkText), "{wrong}");
        }
    }

    #[test]
    fn a_subject_id_is_parsed_not_trusted_and_not_printed() {
        let id: SubjectId = "user-1@example.org".parse().unwrap();
        assert!(!format!("{id:?}").contains("user"));
        assert_eq!("".parse::<SubjectId>(), Err(IdError::SubjectLength { bytes: 0 }));
        assert_eq!("user\n".parse::<SubjectId>(), Err(IdError::SubjectCharacter { position: 4 }));
        assert!("u".repeat(129).parse::<SubjectId>().is_err());
    }
}
