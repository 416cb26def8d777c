//! What the ledger needs of the one key.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey};

use super::note::VerifyingKey;
use crate::id::SubjectId;
use crate::key::{Key, KeyId};

/// Prefix of a ledger's name.
const NAME: &str = "voxguard.ledger/";

/// The ledger's own secrets, each derived for one purpose: authenticating entries, committing to texts
/// and subjects, signing checkpoints. Zeroised when dropped, never printed.
#[derive(Clone)]
pub struct LedgerKey {
    id: KeyId,
    mac: Key,
    commit: Key,
    wrap: Key,
    signing: SigningKey,
}

impl LedgerKey {
    /// The ledger's secrets under this key.
    pub fn new(key: &Key) -> Self {
        Self {
            id: key.id(),
            mac: key.subkey("voxguard/v1/ledger-mac"),
            commit: key.subkey("voxguard/v1/ledger-commit"),
            wrap: key.subkey("voxguard/v1/ledger-wrap"),
            signing: SigningKey::from_bytes(&key.derive("voxguard/v1/ledger-sign")),
        }
    }

    /// Public name of the key that this was derived from.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Name of the ledger: `voxguard.ledger/` and the key's id. Origin of its checkpoints, and the key
    /// name of their signatures.
    pub fn name(&self) -> String {
        format!("{NAME}{}", self.id)
    }

    /// The public key that checkpoints are verified with.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::named(self.name(), self.signing.verifying_key())
    }

    /// Commitment of a text: tells equal texts of one ledger from different ones, and nothing to who has
    /// not the key, who therefore cannot try guesses either.
    ///
    /// HMAC-SHA-256 of `text`, a zero byte, and the text, under a key of its own.
    pub fn commit_text(&self, text: &str) -> [u8; 32] {
        *self.commit.mac(&[b"text\0", text.as_bytes()])
    }

    /// Tag by which the records of a subject are found: as [`LedgerKey::commit_text`], for `subject`.
    pub fn subject_tag(&self, subject: &SubjectId) -> [u8; 32] {
        *self.commit.mac(&[b"subject\0", subject.as_str().as_bytes()])
    }

    /// Tag of who did something: as [`LedgerKey::subject_tag`], for `actor`, so that what a person did and
    /// what was done for them are not tied together.
    pub fn actor_tag(&self, actor: &SubjectId) -> [u8; 32] {
        *self.commit.mac(&[b"actor\0", actor.as_str().as_bytes()])
    }

    /// The key that the keys of subjects are sealed under.
    pub(super) fn wrapping(&self) -> &[u8; 32] {
        self.wrap.expose()
    }

    /// HMAC-SHA-256 of the parts, which the caller frames, under the key for entries.
    pub(super) fn authenticate(&self, parts: &[&[u8]]) -> [u8; 32] {
        *self.mac.mac(parts)
    }

    /// Ed25519 signature of these bytes.
    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.signing.sign(bytes).to_bytes()
    }
}

impl fmt::Debug for LedgerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LedgerKey(id {})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::key;

    #[test]
    fn commitments_depend_on_the_key_and_on_what_they_are_for() {
        let (one, other) = (key(1), key(2));
        assert_eq!(one.commit_text("alice"), one.commit_text("alice"));
        assert_ne!(one.commit_text("alice"), one.commit_text("alice "));
        assert_ne!(one.commit_text("alice"), other.commit_text("alice"));
        assert_ne!(one.commit_text("alice"), one.subject_tag(&"alice".parse().unwrap()));
    }

    #[test]
    fn commitments_are_hmac_sha256_under_a_derived_key() {
        // python3 -c "import hmac; d = lambda k, m: hmac.new(k, m, 'sha256');
        //   print(d(d(bytes([1])*32, b'voxguard/v1/ledger-commit').digest(), b'text\0Hi There').hexdigest())"
        assert_eq!(
            crate::key::hex(&key(1).commit_text("Hi There")),
            "efd87f05e9777254b853203d940a16f84be19ef6953e631766b068acf35b5586"
        );
    }

    #[test]
    fn a_ledger_key_shows_its_id_and_nothing_else() {
        let key = key(1);
        assert_eq!(format!("{key:?}"), format!("LedgerKey(id {})", key.id()));
        assert_eq!(key.name(), format!("voxguard.ledger/{}", key.id()));
    }
}
