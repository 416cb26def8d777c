//! Text signed by a key: the note of <https://c2sp.org/signed-note>.
//!
//! A note is text that ends in a newline, an empty line, and signature lines:
//!
//! ```text
//! — <key name> <base64 of key hash (4 bytes) and signature>
//! ```
//!
//! Signatures of keys that the reader does not know are passed over, so that others may sign the same
//! note. Only Ed25519 (type 1) is known here.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signature;
use sha2::{Digest, Sha256};

use super::key::LedgerKey;

/// Signature type of Ed25519, in key hashes and verifier keys.
const ED25519: u8 = 1;
/// Most signature lines of a note.
const MAX_SIGNATURES: usize = 100;
/// Most bytes of a note.
const MAX_NOTE_BYTES: usize = 1 << 20;

/// The public key of a ledger and its name: what notes are verified with.
///
/// Written as `<name>+<hash, 8 hexadecimal digits>+<base64 of 0x01 and the public key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    hash: [u8; 4],
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    pub(super) fn named(name: String, key: ed25519_dalek::VerifyingKey) -> Self {
        let hash = key_hash(&name, ED25519, key.as_bytes());
        Self { name, hash, key }
    }

    /// The key's name: who signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The four bytes by which a signature names the key.
    pub fn hash(&self) -> [u8; 4] {
        self.hash
    }

    /// Ed25519 public key (RFC 8032).
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The text of a note that this key signed.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let (text, signatures) = split(note)?;
        let mut signed = false;
        for line in signatures {
            let (name, hash, signature) = signature_line(line)?;
            if name != self.name || hash != self.hash {
                continue;
            }
            let signature = Signature::from_slice(&signature).map_err(|_| NoteError::Signature)?;
            let verified = self.key.verify_strict(text.as_bytes(), &signature);
            verified.map_err(|_| NoteError::Signature)?;
            signed = true;
        }
        match signed {
            true => Ok(text),
            false => Err(NoteError::NotSigned { by: self.name.clone() }),
        }
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut typed = vec![ED25519];
        typed.extend_from_slice(self.as_bytes());
        write!(f, "{}+{}+{}", self.name, crate::key::hex(&self.hash), STANDARD.encode(typed))
    }
}

impl FromStr for VerifyingKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, key) = parse_key(text, ED25519, "its key is not of type 1 (Ed25519)")?;
        Ok(Self::named(name, key))
    }
}

/// The four bytes by which signatures name a key.
pub(super) fn key_hash(name: &str, signature_type: u8, key: &[u8; 32]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', signature_type]).chain_update(key);
    let [a, b, c, d, ..]: [u8; 32] = digest.finalize().into();
    [a, b, c, d]
}

/// Name and key of `<name>+<hash>+<base64 of the type and the key>`.
pub(super) fn parse_key(
    text: &str,
    signature_type: u8,
    wrong_type: &'static str,
) -> Result<(String, ed25519_dalek::VerifyingKey), NoteError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(hash), Some(typed)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::VerifyingKey("it is not <name>+<hash>+<key>"));
    };
    if !is_key_name(name) {
        return Err(NoteError::VerifyingKey("its name is empty, or has a space or a control character"));
    }
    let typed = STANDARD.decode(typed).map_err(|_| NoteError::VerifyingKey("its key is not base64"))?;
    let key = match typed.split_first() {
        Some((found, key)) if *found == signature_type => key,
        _ => return Err(NoteError::VerifyingKey(wrong_type)),
    };
    let key = key.try_into().map_err(|_| NoteError::VerifyingKey("its key is not of 32 bytes"))?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(key);
    let key = key.map_err(|_| NoteError::VerifyingKey("its key is not a point of the curve"))?;
    match crate::key::hex(&key_hash(name, signature_type, key.as_bytes())) == hash {
        true => Ok((name.to_owned(), key)),
        false => Err(NoteError::VerifyingKey("its hash does not belong to its name and key")),
    }
}

/// The note of this text, signed. The text ends in a newline and has no empty line at its end.
pub(super) fn sign(key: &LedgerKey, text: &str) -> String {
    let verifying = key.verifying_key();
    let mut signature = verifying.hash().to_vec();
    signature.extend_from_slice(&key.sign(text.as_bytes()));
    format!("{text}\n— {} {}\n", verifying.name(), STANDARD.encode(signature))
}

/// Text and signature lines of a note.
pub(super) fn split(note: &str) -> Result<(&str, impl Iterator<Item = &str>), NoteError> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(NoteError::Form("it is longer than 1 MiB"));
    }
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return Err(NoteError::Form("it has a control character"));
    }
    let end = note.rfind("\n\n").ok_or(NoteError::Form("it has no empty line before its signatures"))?;
    // The newline that ends the text belongs to it; the empty line's does not.
    let (text, rest) = note.split_at_checked(end + 1).ok_or(NoteError::Form("it has no text"))?;
    let lines = rest.strip_prefix('\n').and_then(|rest| rest.strip_suffix('\n'));
    let lines = lines.ok_or(NoteError::Form("its last line does not end in a newline"))?;
    if lines.split('\n').count() > MAX_SIGNATURES {
        return Err(NoteError::Form("it has more than 100 signatures"));
    }
    Ok((text, lines.split('\n')))
}

/// Key name, key hash and signature of a signature line.
pub(super) fn signature_line(line: &str) -> Result<(&str, [u8; 4], Vec<u8>), NoteError> {
    let malformed = NoteError::Form("a signature line is not \"— <name> <base64>\"");
    let parts = line.strip_prefix("— ").and_then(|rest| rest.split_once(' '));
    let (name, signature) = parts.filter(|(name, _)| is_key_name(name)).ok_or(malformed.clone())?;
    let signature = STANDARD.decode(signature).map_err(|_| malformed.clone())?;
    match signature.split_first_chunk::<4>() {
        Some((hash, signature)) if !signature.is_empty() => Ok((name, *hash, signature.to_vec())),
        _ => Err(malformed),
    }
}

pub(super) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// Why a note or a verifying key was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// The text is not of a note's form.
    #[error("not a signed note: {0}")]
    Form(&'static str),
    /// The key did not sign the note.
    #[error("the note is not signed by {by}")]
    NotSigned {
        /// Name of the key.
        by: String,
    },
    /// The key's signature does not belong to the text.
    #[error("the note's signature is wrong: its text was changed, or somebody else signed in this name")]
    Signature,
    /// The text is not of a verifying key's form.
    #[error("not a verifying key: {0}")]
    VerifyingKey(&'static str),
}

#[cfg(test)]
mod tests {
    use super::super::testing::key;
    use super::*;

    // Two keys and notes that others published: the example of the C2SP signed-note implementations,
    // and that of the documentation of Go's golang.org/x/mod/sumdb/note.
    const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const EXAMPLE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const GO: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn open(key: &str, note: &str) -> Result<String, NoteError> {
        key.parse::<VerifyingKey>().unwrap().open(note).map(str::to_owned)
    }

    #[test]
    fn notes_that_others_signed_are_opened() {
        assert_eq!(open(EXAMPLE_KEY, EXAMPLE).unwrap(), "This is an example message.\n");
        assert!(open(GO_KEY, GO).unwrap().ends_with("what your problem is.\n"));
        assert_eq!(open(GO_KEY, EXAMPLE), Err(NoteError::NotSigned { by: "PeterNeumann".to_owned() }));
    }

    #[test]
    fn a_verifying_key_survives_its_text() {
        for text in [EXAMPLE_KEY, GO_KEY, &key(1).verifying_key().to_string()] {
            assert_eq!(text.parse::<VerifyingKey>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_note_that_we_sign_opens_with_our_key_only() {
        let note = sign(&key(1), "text\n");
        assert_eq!(key(1).verifying_key().open(&note), Ok("text\n"));
        assert!(matches!(key(2).verifying_key().open(&note), Err(NoteError::NotSigned { .. })));
    }

    #[test]
    fn signatures_of_strangers_are_passed_over() {
        let note = sign(&key(1), "text\n") + "— witness.example/w AAAAAAAA\n";
        assert_eq!(key(1).verifying_key().open(&note), Ok("text\n"));
    }

    #[test]
    fn a_changed_text_or_signature_is_refused() {
        let note = sign(&key(1), "size 12\n");
        let open = |note: &str| key(1).verifying_key().open(note).map(str::to_owned);
        assert_eq!(open(&note.replace("12", "13")), Err(NoteError::Signature));
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(open(&changed).is_err(), "byte {at}");
            }
        }
        // A good signature does not make up for a bad one of the same key.
        let other = sign(&key(1), "other\n");
        let line = other.lines().last().unwrap();
        assert_eq!(open(&format!("{note}{line}\n")), Err(NoteError::Signature));
    }

    #[test]
    fn what_is_not_a_note_says_why() {
        let open = |note: &str| key(1).verifying_key().open(note).map(str::to_owned).unwrap_err().to_string();
        assert_eq!(open(""), "not a signed note: it has no empty line before its signatures");
        assert_eq!(open("a\n\n— b c"), "not a signed note: its last line does not end in a newline");
        assert_eq!(open("a\r\n\n— b c\n"), "not a signed note: it has a control character");
        assert_eq!(open("a\n\n- b c\n"), "not a signed note: a signature line is not \"— <name> <base64>\"");
        assert_eq!(open(&"a".repeat(2 << 20)), "not a signed note: it is longer than 1 MiB");
        let many = format!("a\n\n{}", "— b AAAAAAAA\n".repeat(101));
        assert_eq!(open(&many), "not a signed note: it has more than 100 signatures");
        assert!(open("\n\n").starts_with("not a signed note"));
        assert!(open("a\n\n\n").starts_with("not a signed note"));
    }

    #[test]
    fn what_is_not_a_verifying_key_says_why() {
        let read = |text: &str| text.parse::<VerifyingKey>().unwrap_err().to_string();
        assert_eq!(read("name"), "not a verifying key: it is not <name>+<hash>+<key>");
        assert!(read("na me+530d903a+AQ==").contains("name"));
        assert!(read(&EXAMPLE_KEY.replace("530d", "530e")).contains("hash"));
        assert!(read("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4").contains("32 bytes"));
        assert!(read("example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4").contains("Ed25519"));
        assert!(read("example.com/foo+530d903a+!").contains("base64"));
    }
}
