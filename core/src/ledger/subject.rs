//! The secret that a ledger keeps for each person, and forgets on request.
//!
//! Everything in the ledger that leads to a person goes through one random key of that person's own:
//!
//! - the **pseudonym** that stands in the person's records;
//! - the commitments to their texts and voice samples;
//! - the sealing (XChaCha20-Poly1305) of what is personal and lies beside the records: transcripts,
//!   recordings, contact data.
//!
//! The store keeps that key sealed under a key-encryption key of the ledger, found by the person's tag.
//! Erasing a person destroys it. The records stay as they are, so every proof still holds; but who they
//! are about cannot be told any more, not even by who has the ledger's key and a guess: the pseudonym and
//! the commitments are keyed with bytes that no longer exist.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::key::LedgerKey;
use super::record::Record;
use super::retention::Category;
use crate::key::Key;

/// The secret of one person. Zeroised when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubjectKey(Key);

/// What a person, or the law, has asked of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Standing {
    /// A legal hold: nothing of this person may be erased or purged.
    pub held: bool,
    /// Their data may be kept, and not used.
    pub restricted: bool,
    /// They object to being spoken for.
    pub objected: bool,
}

impl Standing {
    fn code(self) -> u8 {
        u8::from(self.held) | u8::from(self.restricted) << 1 | u8::from(self.objected) << 2
    }

    fn from_code(code: u8) -> Option<Self> {
        let bit = |at: u8| code >> at & 1 == 1;
        (code < 8).then(|| Self { held: bit(0), restricted: bit(1), objected: bit(2) })
    }
}

/// Bytes of a nonce: drawn at random for each sealing.
pub const NONCE_BYTES: usize = 24;

impl SubjectKey {
    /// The key of these random bytes; `None` when they are all zero.
    pub fn from_entropy(bytes: &[u8; 32]) -> Option<Self> {
        Key::from_bytes(bytes).ok().map(Self)
    }

    /// The key and the person's standing, sealed under the ledger's key: what a store keeps, and finds by
    /// the tag. Bound to the tag, so that two people's cannot be exchanged.
    pub fn wrap(
        &self,
        ledger: &LedgerKey,
        tag: &[u8; 32],
        standing: Standing,
        nonce: &[u8; NONCE_BYTES],
    ) -> Option<Vec<u8>> {
        let mut plain = Zeroizing::new(self.0.expose().to_vec());
        plain.push(standing.code());
        seal(ledger.wrapping(), nonce, &plain, &wrap_context(ledger, tag))
    }

    /// What [`SubjectKey::wrap`] sealed; `None` when it is not what it was.
    pub fn unwrap_from(ledger: &LedgerKey, tag: &[u8; 32], sealed: &[u8]) -> Option<(Self, Standing)> {
        let plain = open(ledger.wrapping(), sealed, &wrap_context(ledger, tag))?;
        let (standing, key) = plain.split_last()?;
        Some((Self(Key::from_bytes(key).ok()?), Standing::from_code(*standing)?))
    }

    /// What stands for the person in records.
    pub fn pseudonym(&self) -> [u8; 32] {
        *self.0.derive("voxguard/v1/pseudonym")
    }

    /// Commitment to a voice sample, given its SHA-256.
    pub fn commit_sample(&self, sha256: &[u8; 32]) -> [u8; 32] {
        *self.0.mac(&[b"voxguard/v1/sample\0", sha256])
    }

    /// Commitment to a text, given the ledger's commitment of it ([`LedgerKey::commit_text`]).
    pub fn commit_text(&self, commitment: &[u8; 32]) -> [u8; 32] {
        *self.0.mac(&[b"voxguard/v1/text\0", commitment])
    }

    /// Puts the pseudonym in the place of the subject's tag, and this person's commitment in that of the
    /// text's: from then on only who has this key can tell whom the record is about.
    pub fn bind(&self, record: &mut Record) {
        *record.subject_mut() = Some(self.pseudonym());
        if let Some(text) = record.text_mut() {
            *text = self.commit_text(text);
        }
    }

    /// Seals what is personal, to lie beside `record`, and writes its hash into the record.
    pub fn attach(
        &self,
        record: &mut Record,
        category: Category,
        plain: &[u8],
        nonce: &[u8; NONCE_BYTES],
    ) -> Option<Vec<u8>> {
        let key = self.0.derive("voxguard/v1/attachment");
        let sealed = seal(&key, nonce, plain, &attachment_context(&record.id, category))?;
        *record.attachment_mut() = Some(attachment_hash(&sealed));
        Some(sealed)
    }

    /// What [`SubjectKey::attach`] sealed beside this record; `None` when it is not what it was.
    pub fn detach(&self, record: &Record, category: Category, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        if record.attachment() != Some(&attachment_hash(sealed)) {
            return None;
        }
        let key = self.0.derive("voxguard/v1/attachment");
        open(&key, sealed, &attachment_context(&record.id, category))
    }
}

/// Hash of something sealed, as its record carries it.
pub fn attachment_hash(sealed: &[u8]) -> [u8; 32] {
    Sha256::digest(sealed).into()
}

fn wrap_context(ledger: &LedgerKey, tag: &[u8; 32]) -> Vec<u8> {
    [b"voxguard/v1/subject-key\0", ledger.id().as_bytes().as_slice(), tag].concat()
}

fn attachment_context(id: &[u8; 16], category: Category) -> Vec<u8> {
    [b"voxguard/v1/attachment\0".as_slice(), id, &[category.code()]].concat()
}

/// `nonce | ciphertext | tag`. `None` only for plaintexts beyond what the cipher takes (256 GiB).
fn seal(key: &[u8; 32], nonce: &[u8; NONCE_BYTES], plain: &[u8], context: &[u8]) -> Option<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(&XNonce::from(*nonce), Payload { msg: plain, aad: context }).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; 32], sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: context }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{generation, key};
    use super::*;

    fn subject(byte: u8) -> SubjectKey {
        SubjectKey::from_entropy(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_wrapped_key_opens_for_its_ledger_and_person_only() {
        let (tag, standing) = ([1; 32], Standing { held: true, ..Standing::default() });
        let wrapped = subject(5).wrap(&key(1), &tag, standing, &[7; 24]).unwrap();
        assert_eq!(SubjectKey::unwrap_from(&key(1), &tag, &wrapped), Some((subject(5), standing)));
        assert_eq!(SubjectKey::unwrap_from(&key(2), &tag, &wrapped), None);
        assert_eq!(SubjectKey::unwrap_from(&key(1), &[2; 32], &wrapped), None);
        for at in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[at] ^= 1;
            assert_eq!(SubjectKey::unwrap_from(&key(1), &tag, &changed), None, "byte {at}");
        }
    }

    #[test]
    fn a_bound_record_has_nothing_left_that_the_ledgers_key_alone_could_confirm() {
        let before = generation(1);
        let mut bound = before.clone();
        subject(5).bind(&mut bound);
        assert_eq!(bound.subject(), Some(&subject(5).pseudonym()));
        let bytes = bound.encode().unwrap();
        for gone in [[2; 32], [3; 32]] {
            assert!(before.encode().unwrap().windows(32).any(|window| window == gone));
            assert!(!bytes.windows(32).any(|window| window == gone));
        }
        assert_eq!(Record::decode(&bytes), Ok(bound));
    }

    #[test]
    fn what_is_attached_opens_beside_its_own_record_only() {
        let (mut one, mut other) = (generation(1), generation(2));
        other.id = [2; 16];
        let (ours, theirs) = (subject(5), subject(6));
        let first = ours.attach(&mut one, Category::Transcripts, b"Good evening.", &[1; 24]).unwrap();
        let second = ours.attach(&mut other, Category::Transcripts, b"Good night.", &[2; 24]).unwrap();
        assert!(!first.windows(4).any(|window| window == b"even"));
        assert_eq!(ours.detach(&one, Category::Transcripts, &first).unwrap().as_slice(), b"Good evening.");
        assert_eq!(theirs.detach(&one, Category::Transcripts, &first), None);
        assert_eq!(ours.detach(&one, Category::Transcripts, &second), None);
        assert_eq!(ours.detach(&one, Category::VoiceRecordings, &first), None);
        let changed = [&first[..first.len() - 1], &[first[first.len() - 1] ^ 1]].concat();
        assert_eq!(ours.detach(&one, Category::Transcripts, &changed), None);
    }
}
