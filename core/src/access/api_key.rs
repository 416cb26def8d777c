//! API keys: `PREFIX_ID.SECRET`, such as `vg_0f3a6c1e9b2d4857.` and 43 characters of base64url.
//!
//! The id is public and finds the key's record; the secret is 256 random bits and is kept nowhere: the record
//! has its HMAC under a key of the program, compared in constant time. Who reads the database can neither
//! use the keys nor make new ones.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::token::is_scope;
use crate::key::{Key, hex};

/// Bytes of a key's public id.
pub const ID_BYTES: usize = 8;
/// Bytes of a key's secret.
pub const SECRET_BYTES: usize = 32;
/// What keys begin with unless asked otherwise, so that scanners for leaked secrets can know them.
pub const DEFAULT_PREFIX: &str = "vg";
/// Longest text that is looked at as a key, in bytes.
const MAX_TEXT_BYTES: usize = 96;
const MAX_SCOPES: usize = 64;

/// What is kept of a key. The secret is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRecord {
    /// The public id: 16 hexadecimal digits.
    pub id: String,
    /// On whose behalf requests with it come.
    pub subject: String,
    /// What it may be used for; empty: whatever the subject may.
    pub scopes: Vec<String>,
    /// HMAC of id and secret, hexadecimal.
    pub hash: String,
    /// When it was made, seconds since 1970.
    pub created: u64,
    /// From when on it no longer holds.
    pub expires: Option<u64>,
    /// Since when it is revoked.
    pub revoked: Option<u64>,
    /// The id of the key that it took over from, when it was rotated in.
    pub replaces: Option<String>,
}

/// A key just made: its text is shown this once.
pub struct Issued {
    /// The whole key, as its holder sends it.
    pub text: Zeroizing<String>,
    /// What to keep.
    pub record: KeyRecord,
}

/// How keys are made and hashed.
#[derive(Clone)]
pub struct KeyMaker {
    hashing: Key,
    prefix: String,
}

/// What a new key is for.
#[derive(Debug, Clone, Copy)]
pub struct KeyGrant<'a> {
    /// On whose behalf: 1 to 256 bytes without control characters.
    pub subject: &'a str,
    /// What for; empty: whatever the subject may.
    pub scopes: &'a [String],
    /// Seconds since 1970.
    pub now: u64,
    /// From when on it no longer holds; none: until it is revoked.
    pub expires: Option<u64>,
    /// The id of the key that it takes over from.
    pub replaces: Option<&'a str>,
}

impl KeyMaker {
    /// Keys whose hashes are keyed with `key`.
    pub fn new(key: &Key) -> Self {
        Self { hashing: key.subkey("voxguard/v1/api-key"), prefix: DEFAULT_PREFIX.into() }
    }

    /// Begins keys with another prefix: 1 to 16 of `a-z 0-9`.
    pub fn with_prefix(mut self, prefix: &str) -> Result<Self, ApiKeyError> {
        let accepted = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if !(1..=16).contains(&prefix.len()) || !prefix.bytes().all(accepted) {
            return Err(ApiKeyError::Prefix { bytes: prefix.len() });
        }
        self.prefix = prefix.to_owned();
        Ok(self)
    }

    /// A new key of this random id and secret.
    pub fn issue(
        &self,
        grant: &KeyGrant<'_>,
        id: [u8; ID_BYTES],
        secret: &[u8; SECRET_BYTES],
    ) -> Result<Issued, ApiKeyError> {
        let bytes = grant.subject.len();
        if !(1..=256).contains(&bytes) || grant.subject.contains(char::is_control) {
            return Err(ApiKeyError::Subject { bytes });
        }
        if grant.scopes.len() > MAX_SCOPES || grant.scopes.iter().any(|scope| !is_scope(scope)) {
            return Err(ApiKeyError::Scope);
        }
        if let Some(expires) = grant.expires.filter(|expires| *expires <= grant.now) {
            return Err(ApiKeyError::Expires { expires, now: grant.now });
        }
        let id = hex(&id);
        let secret = Zeroizing::new(BASE64.encode(secret));
        let record = KeyRecord {
            hash: hex(self.hash(&id, &secret).as_slice()),
            subject: grant.subject.to_owned(),
            scopes: grant.scopes.to_vec(),
            created: grant.now,
            expires: grant.expires,
            revoked: None,
            replaces: grant.replaces.map(str::to_owned),
            id,
        };
        let text = format!("{}_{}.{}", self.prefix, record.id, secret.as_str());
        Ok(Issued { text: Zeroizing::new(text), record })
    }

    /// The id in a key's text, by which its record is found. None for what has not the form of a key.
    pub fn id_of<'a>(&self, text: &'a str) -> Option<&'a str> {
        self.split(text).map(|(id, _)| id)
    }

    /// Whether this text is the key of the record, and the record is in force at `now`. `revoked_before`
    /// revokes all keys that were made before; 0 none.
    pub fn verify(
        &self,
        text: &str,
        record: &KeyRecord,
        now: u64,
        revoked_before: u64,
    ) -> Result<(), ApiKeyRefusal> {
        let (id, secret) = self.split(text).ok_or(ApiKeyRefusal::Malformed)?;
        let hash = hex(self.hash(id, secret).as_slice());
        // First the secret: whoever does not have it learns nothing of the record.
        if id != record.id || !bool::from(hash.as_bytes().ct_eq(record.hash.as_bytes())) {
            return Err(ApiKeyRefusal::Unknown);
        }
        if record.revoked.is_some() || record.created < revoked_before {
            return Err(ApiKeyRefusal::Revoked);
        }
        if record.expires.is_some_and(|expires| expires <= now) {
            return Err(ApiKeyRefusal::Expired);
        }
        Ok(())
    }

    fn split<'a>(&self, text: &'a str) -> Option<(&'a str, &'a str)> {
        if text.len() > MAX_TEXT_BYTES {
            return None;
        }
        let rest = text.strip_prefix(self.prefix.as_str())?.strip_prefix('_')?;
        let (id, secret) = rest.split_once('.')?;
        let is_id = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_secret = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let formed = id.len() == 2 * ID_BYTES && id.bytes().all(is_id);
        (formed && secret.len() == 43 && secret.bytes().all(is_secret)).then_some((id, secret))
    }

    fn hash(&self, id: &str, secret: &str) -> Zeroizing<[u8; 32]> {
        // The id has one length.
        self.hashing.mac(&[id.as_bytes(), secret.as_bytes()])
    }
}

/// Why a key is not accepted. An answer: keys come from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiKeyRefusal {
    /// Not the form of a key.
    #[error("this is not an API key: accepted is PREFIX_ID.SECRET, whole")]
    Malformed,
    /// No such key, or not its secret.
    #[error("no such API key")]
    Unknown,
    /// Revoked.
    #[error("the API key was revoked")]
    Revoked,
    /// Its time is over.
    #[error("the API key has expired")]
    Expired,
}

impl ApiKeyRefusal {
    /// A stable name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// Why a key cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiKeyError {
    /// A prefix that is not accepted.
    #[error("prefix of {bytes} bytes: accepted are 1 to 16 of a-z 0-9")]
    Prefix {
        /// Its length.
        bytes: usize,
    },
    /// A subject that is not accepted.
    #[error("subject of {bytes} bytes, or with control characters: accepted are 1 to 256 bytes without")]
    Subject {
        /// Its length.
        bytes: usize,
    },
    /// A scope that is not accepted, or too many.
    #[error(
        "scopes: accepted are up to 64, each 1 to 64 printable ASCII characters without space, \" and \\"
    )]
    Scope,
    /// Over before it begins.
    #[error("expires at {expires} s, which is not after now, {now} s")]
    Expires {
        /// When it would expire.
        expires: u64,
        /// Now.
        now: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker() -> KeyMaker {
        KeyMaker::new(&Key::from_bytes(&[5; 32]).unwrap())
    }

    fn issued(expires: Option<u64>) -> Issued {
        let scopes = ["synthesize".to_owned()];
        let grant = KeyGrant { subject: "user-1", scopes: &scopes, now: 100, expires, replaces: None };
        maker().issue(&grant, [0xab; 8], &[3; 32]).unwrap()
    }

    #[test]
    fn a_key_is_accepted_until_it_expires_or_is_revoked() {
        let mut key = issued(Some(200));
        assert!(key.text.starts_with("vg_abababababababab.") && key.text.len() == 63);
        let verify = |key: &Issued, now, before| maker().verify(&key.text, &key.record, now, before);
        assert_eq!(maker().id_of(&key.text), Some(key.record.id.as_str()));
        assert_eq!(verify(&key, 199, 0), Ok(()));
        assert_eq!(verify(&key, 200, 0), Err(ApiKeyRefusal::Expired));
        assert_eq!(verify(&key, 150, 101), Err(ApiKeyRefusal::Revoked));
        key.record.revoked = Some(150);
        assert_eq!(verify(&key, 150, 0), Err(ApiKeyRefusal::Revoked));
    }

    #[test]
    fn no_other_text_is_the_key_and_a_wrong_secret_hears_nothing_of_the_record() {
        let mut key = issued(None);
        key.record.revoked = Some(150);
        for place in 0..key.text.len() {
            let mut other = key.text.as_bytes().to_vec();
            other[place] = if other[place] == b'1' { b'2' } else { b'1' };
            let other = String::from_utf8(other).unwrap();
            let refusal = maker().verify(&other, &key.record, 150, 0).unwrap_err();
            assert!(matches!(refusal, ApiKeyRefusal::Malformed | ApiKeyRefusal::Unknown), "{place}");
        }
        for text in ["", "vg_", "vg_.", &format!("{}\n", key.text.as_str()), &"x".repeat(10_000)] {
            assert_eq!(maker().verify(text, &key.record, 0, 0), Err(ApiKeyRefusal::Malformed));
        }
    }

    #[test]
    fn the_record_holds_no_secret_and_another_programs_hash_is_another() {
        let key = issued(None);
        let secret = key.text.split('.').nth(1).unwrap();
        assert!(!serde_json::to_string(&key.record).unwrap().contains(secret));
        let other = KeyMaker::new(&Key::from_bytes(&[6; 32]).unwrap());
        assert_eq!(other.verify(&key.text, &key.record, 0, 0), Err(ApiKeyRefusal::Unknown));
    }
}
