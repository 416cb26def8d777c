//! A key wrapped under a password, as one line of text that can be stored.
//!
//! ```text
//! voxguard-key$argon2id$m=19456,t=2,p=1$SALT$SEALED        (base64 without padding)
//! voxguard-key$pbkdf2-sha256$i=600000$SALT$SEALED
//! ```
//!
//! Costs are those of the OWASP Password Storage Cheat Sheet (2024): Argon2id with 19 MiB, two passes, one
//! lane; PBKDF2-HMAC-SHA256 with 600,000 rounds where FIPS 140 asks for it. They are kept with the key,
//! so raising them leaves old keys readable: [`Unwrapped::outdated`] says that one should be wrapped anew.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::record::{self, NONCE_BYTES};
use super::{KeyRing, SealError, SealKey};

/// Length of the salt in bytes.
pub const SALT_BYTES: usize = 16;

const PREFIX: &str = "voxguard-key";
const WHAT: &str = "a key wrapped under a password";
/// A wrapped key is short; what is longer is not one, and is not parsed.
const MAX_TEXT_BYTES: usize = 512;

/// How a password becomes a key, and at what cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kdf {
    /// Argon2id (RFC 9106).
    Argon2id {
        /// Memory in KiB, 8 to 1048576.
        memory_kib: u32,
        /// Passes, 1 to 64.
        passes: u32,
        /// Lanes, 1 to 16.
        lanes: u32,
    },
    /// PBKDF2 with HMAC-SHA-256 (RFC 8018).
    Pbkdf2 {
        /// Rounds, 1000 to 100000000.
        rounds: u32,
    },
}

impl Kdf {
    /// What new keys should use.
    pub const RECOMMENDED: Self = Self::Argon2id { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// What new keys should use where FIPS 140 is asked for.
    pub const FIPS: Self = Self::Pbkdf2 { rounds: 600_000 };

    fn check(self) -> Result<(), SealError> {
        let bounds: &[(&'static str, u32, u32, u32)] = match self {
            Self::Argon2id { memory_kib, passes, lanes } => &[
                ("memory in KiB", memory_kib, 8 * lanes.clamp(1, 16), 1 << 20),
                ("passes", passes, 1, 64),
                ("lanes", lanes, 1, 16),
            ],
            Self::Pbkdf2 { rounds } => &[("rounds", rounds, 1_000, 100_000_000)],
        };
        match bounds.iter().find(|(_, value, least, most)| !(least..=most).contains(&value)) {
            Some(&(name, value, least, most)) => Err(SealError::Cost { name, value, least, most }),
            None => Ok(()),
        }
    }

    fn text(self) -> String {
        match self {
            Self::Argon2id { memory_kib, passes, lanes } => {
                format!("argon2id$m={memory_kib},t={passes},p={lanes}")
            }
            Self::Pbkdf2 { rounds } => format!("pbkdf2-sha256$i={rounds}"),
        }
    }

    fn parse(name: &str, costs: &str) -> Option<Self> {
        let number = |text: &str, key: &str| text.strip_prefix(key)?.parse().ok();
        match name {
            "argon2id" => {
                let mut parts = costs.split(',');
                let memory_kib = number(parts.next()?, "m=")?;
                let passes = number(parts.next()?, "t=")?;
                let lanes = number(parts.next()?, "p=")?;
                parts.next().is_none().then_some(Self::Argon2id { memory_kib, passes, lanes })
            }
            "pbkdf2-sha256" => Some(Self::Pbkdf2 { rounds: number(costs, "i=")? }),
            _ => None,
        }
    }

    /// Whether this costs an attacker at least what `other` does.
    fn at_least(self, other: Self) -> bool {
        match (self, other) {
            (
                Self::Argon2id { memory_kib, passes, lanes },
                Self::Argon2id { memory_kib: m, passes: t, lanes: p },
            ) => memory_kib >= m && passes >= t && lanes >= p,
            (Self::Pbkdf2 { rounds }, Self::Pbkdf2 { rounds: least }) => rounds >= least,
            _ => false,
        }
    }

    fn derive(self, password: &[u8], salt: &[u8]) -> Result<SealKey, SealError> {
        let mut bytes = Zeroizing::new([0u8; SealKey::BYTES]);
        match self {
            Self::Argon2id { memory_kib, passes, lanes } => {
                let params = Params::new(memory_kib, passes, lanes, Some(SealKey::BYTES));
                let argon2 = params.map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params));
                let hashed =
                    argon2.and_then(|argon2| argon2.hash_password_into(password, salt, bytes.as_mut_slice()));
                hashed.map_err(|_| SealError::Password)?;
            }
            Self::Pbkdf2 { rounds } => {
                pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, bytes.as_mut_slice());
            }
        }
        SealKey::from_bytes(bytes.as_slice()).map_err(|_| SealError::Password)
    }
}

/// A key that a password opened.
#[derive(Debug)]
pub struct Unwrapped {
    /// The key.
    pub key: SealKey,
    /// Whether it was wrapped at less than today's cost: wrap it anew while the password is at hand.
    pub outdated: bool,
}

/// Wraps `key` under `password`. `salt` and `nonce` must be random and new.
pub fn wrap(
    key: &SealKey,
    password: &[u8],
    kdf: Kdf,
    salt: [u8; SALT_BYTES],
    nonce: [u8; NONCE_BYTES],
) -> Result<String, SealError> {
    kdf.check()?;
    let head = format!("{PREFIX}${}${}", kdf.text(), BASE64.encode(salt));
    let wrapping = KeyRing::new(kdf.derive(password, &salt)?);
    let sealed = record::seal(&wrapping, key.expose(), head.as_bytes(), nonce)?;
    Ok(format!("{head}${}", BASE64.encode(sealed)))
}

/// Opens a wrapped key; `today` is the cost that new ones are wrapped at.
pub fn unwrap(text: &str, password: &[u8], today: Kdf) -> Result<Unwrapped, SealError> {
    let form = || SealError::Form { expected: WHAT };
    if text.len() > MAX_TEXT_BYTES {
        return Err(form());
    }
    let (head, sealed) = text.rsplit_once('$').ok_or_else(form)?;
    let mut parts = head.split('$');
    if parts.next() != Some(PREFIX) {
        return Err(form());
    }
    let (Some(name), Some(costs), Some(salt), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(form());
    };
    let kdf = Kdf::parse(name, costs).ok_or_else(form)?;
    // The bounds also keep a forged line from asking for all memory.
    kdf.check()?;
    let salt = BASE64.decode(salt).map_err(|_| form())?;
    let sealed = BASE64.decode(sealed).map_err(|_| form())?;
    if salt.len() != SALT_BYTES {
        return Err(form());
    }
    let wrapping = KeyRing::new(kdf.derive(password, &salt)?);
    // Another password is another key, and so another key id.
    let opened = record::open(&wrapping, &sealed, head.as_bytes()).map_err(|_| SealError::Password)?;
    let opened = Zeroizing::new(opened);
    let key = SealKey::from_bytes(&opened).map_err(|_| SealError::Password)?;
    Ok(Unwrapped { key, outdated: !kdf.at_least(today) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::hex;

    const CHEAP: Kdf = Kdf::Argon2id { memory_kib: 8, passes: 1, lanes: 1 };

    fn key() -> SealKey {
        SealKey::from_bytes(&[7; 32]).unwrap()
    }

    #[test]
    fn a_wrapped_key_opens_with_its_password_and_says_when_its_cost_is_of_the_past() {
        let text = wrap(&key(), b"correct horse", CHEAP, [1; 16], [2; 24]).unwrap();
        let opened = unwrap(&text, b"correct horse", Kdf::RECOMMENDED).unwrap();
        assert!(opened.key == key() && opened.outdated);
        assert!(!unwrap(&text, b"correct horse", CHEAP).unwrap().outdated);
        assert_eq!(unwrap(&text, b"correct hors", CHEAP).unwrap_err(), SealError::Password);
        let again = wrap(&opened.key, b"correct horse", Kdf::RECOMMENDED, [3; 16], [4; 24]).unwrap();
        assert!(!unwrap(&again, b"correct horse", Kdf::RECOMMENDED).unwrap().outdated);
    }

    #[test]
    fn pbkdf2_wraps_too_and_a_forged_cost_is_refused_before_it_is_paid() {
        let kdf = Kdf::Pbkdf2 { rounds: 1_000 };
        let text = wrap(&key(), b"pw", kdf, [1; 16], [2; 24]).unwrap();
        assert!(unwrap(&text, b"pw", Kdf::FIPS).unwrap().outdated);
        let forged = text.replace("i=1000", "i=4000000000");
        assert!(matches!(unwrap(&forged, b"pw", kdf), Err(SealError::Cost { name: "rounds", .. })));
        let forged = text.replace("i=1000", "i=1001");
        assert_eq!(unwrap(&forged, b"pw", kdf).unwrap_err(), SealError::Password);
    }

    #[test]
    fn what_is_no_wrapped_key_is_refused() {
        for text in ["", "$", "voxguard-key$argon2id$m=8,t=1,p=1$AA$AA", "x$y$z$a$b", &"$".repeat(600)] {
            assert!(unwrap(text, b"pw", CHEAP).is_err(), "{text}");
        }
    }

    #[test]
    fn pbkdf2_agrees_with_pythons_hashlib() {
        // python3 -c "import hashlib; print(hashlib.pbkdf2_hmac('sha256', b'password', b'salt'*4, 1000).hex())"
        let derived = Kdf::Pbkdf2 { rounds: 1_000 }.derive(b"password", b"saltsaltsaltsalt").unwrap();
        assert_eq!(hex(derived.expose()), "f275fb870144cc807c68f6a325360af3078741ce4d833d2915500abd2bb88d00");
    }
}
