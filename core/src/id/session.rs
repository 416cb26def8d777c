//! Names that clients give: of a session and of themselves.

use std::fmt;
use std::str::FromStr;

use super::IdError;

macro_rules! client_name {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Most characters.
            pub const MAX_CHARS: usize = $max;

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text, $kind, Self::MAX_CHARS)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

client_name! {
    /// A session: 1 to 64 of `A-Z a-z 0-9 _ -`.
    SessionId, "session", 64
}
client_name! {
    /// A client program: 1 to 32 of `A-Z a-z 0-9 _ -`.
    ClientId, "client", 32
}

/// The whole text is looked at: an end of line behind it, which many patterns let pass, is refused.
fn check(text: &str, kind: &'static str, most: usize) -> Result<(), IdError> {
    if text.is_empty() || text.len() > most {
        return Err(IdError::Length { kind, bytes: text.len(), most });
    }
    let accepted = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match text.chars().position(|c| !accepted(c)) {
        Some(position) => Err(IdError::Character { kind, position }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_and_a_client_have_names_of_plain_characters() {
        assert_eq!("Ab-9_".parse::<SessionId>().unwrap().as_str(), "Ab-9_");
        assert!("x".repeat(64).parse::<SessionId>().is_ok() && "x".repeat(65).parse::<SessionId>().is_err());
        assert!("x".repeat(32).parse::<ClientId>().is_ok() && "x".repeat(33).parse::<ClientId>().is_err());
        for wrong in ["", "a\n", "a\r\n", "a b", "a/b", "../a", "é", "a\0", "a.b", "\u{ff21}"] {
            assert!(wrong.parse::<SessionId>().is_err(), "{wrong:?}");
            assert!(wrong.parse::<ClientId>().is_err(), "{wrong:?}");
        }
    }
}
