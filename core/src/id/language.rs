//! Languages by their tags (BCP 47, RFC 5646), as far as accepting one goes.

use std::fmt;
use std::str::FromStr;

use super::IdError;

/// A language tag such as `en`, `en-GB` or `zh-Hant-TW`: well-formed parts, not looked up anywhere.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(String);

impl Language {
    /// Most characters of a tag.
    pub const MAX_CHARS: usize = 35;

    /// The tag in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this tag lies within `range` (basic filtering, RFC 4647 section 3.3.1): `en` holds `en-GB`.
    pub fn within(&self, range: &Language) -> bool {
        self.0.strip_prefix(range.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

impl FromStr for Language {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (kind, most) = ("language tag", Self::MAX_CHARS);
        if text.is_empty() || text.len() > most {
            return Err(IdError::Length { kind, bytes: text.len(), most });
        }
        if let Some(position) = text.chars().position(|c| !c.is_ascii_alphanumeric() && c != '-') {
            return Err(IdError::Character { kind, position });
        }
        let mut parts = text.split('-');
        let first = parts.next().unwrap_or_default();
        let primary = (2..=8).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !primary || parts.any(|part| !(1..=8).contains(&part.len())) {
            return Err(IdError::Language);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_the_tags_that_begin_with_its_parts() {
        let tag = |text: &str| text.parse::<Language>().unwrap();
        assert!(tag("en-GB").within(&tag("en")) && tag("EN").within(&tag("en")));
        assert!(tag("zh-Hant-TW").within(&tag("zh-hant")));
        assert!(!tag("eng").within(&tag("en")) && !tag("en").within(&tag("en-GB")));
        for wrong in ["", "e", "en_GB", "en-", "-en", "en--GB", "1n", "en\n", "en-abcdefghi", &"a".repeat(36)]
        {
            assert!(wrong.parse::<Language>().is_err(), "{wrong:?}");
        }
    }
}
