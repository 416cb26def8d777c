//! Witnesses: others who sign that they saw a checkpoint, and no other past before it.
//!
//! The form is that of <https://c2sp.org/tlog-cosignature>, Ed25519 version (signature type 4): a
//! witness signs, below the ledger's own line, the text
//!
//! ```text
//! cosignature/v1
//! time 1763765700
//! <the checkpoint's text>
//! ```
//!
//! and its line carries the time (8 bytes, big-endian) before the signature. A ledger whose checkpoints
//! are co-signed cannot show one past to one reader and another to the next, unless its witnesses help.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey};
use serde::Serialize;
use zeroize::Zeroizing;

use super::note::{self, NoteError};

/// Signature type of a timestamped Ed25519 cosignature.
const COSIGNATURE: u8 = 4;

/// Public key of a witness and its name, written as `<name>+<hash>+<base64 of 0x04 and the key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    hash: [u8; 4],
    key: ed25519_dalek::VerifyingKey,
}

/// That a witness saw a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// Who.
    pub witness: String,
    /// When, in seconds since 1970.
    pub time: u64,
}

impl WitnessKey {
    fn named(name: String, key: ed25519_dalek::VerifyingKey) -> Self {
        let hash = note::key_hash(&name, COSIGNATURE, key.as_bytes());
        Self { name, hash, key }
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When this witness saw the note, if it did; an error if a line in its name and with its key's hash
    /// is not its signature.
    pub fn sighting(&self, note: &str) -> Result<Option<Sighting>, NoteError> {
        let (text, lines) = note::split(note)?;
        let mut found = None;
        for line in lines {
            let (name, hash, signature) = note::signature_line(line)?;
            if name != self.name || hash != self.hash {
                continue;
            }
            let (time, signature) = signature.split_first_chunk::<8>().ok_or(NoteError::Signature)?;
            let time = u64::from_be_bytes(*time);
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::Signature)?;
            let verified = self.key.verify_strict(statement(text, time).as_bytes(), &signature);
            verified.map_err(|_| NoteError::Signature)?;
            found = Some(Sighting { witness: self.name.clone(), time });
        }
        Ok(found)
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = [&[COSIGNATURE], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, crate::key::hex(&self.hash), STANDARD.encode(typed))
    }
}

impl FromStr for WitnessKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, key) = note::parse_key(text, COSIGNATURE, "its key is not of type 4 (a witness)")?;
        Ok(Self::named(name, key))
    }
}

/// One who co-signs: for programs that are witnesses themselves, and for tests.
pub struct Witness {
    name: String,
    key: SigningKey,
}

impl Witness {
    /// A witness of this name, which has no space, plus sign or control character, with this secret.
    pub fn new(name: &str, secret: &[u8; 32]) -> Result<Self, NoteError> {
        if !note::is_key_name(name) {
            return Err(NoteError::VerifyingKey("its name is empty, or has a space or a control character"));
        }
        let secret = Zeroizing::new(*secret);
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(&secret) })
    }

    /// The public key.
    pub fn key(&self) -> WitnessKey {
        WitnessKey::named(self.name.clone(), self.key.verifying_key())
    }

    /// The note with this witness's line below, made at `time` (seconds since 1970). What the note says is
    /// the witness's own to check before: that the ledger signed it, and that it continues the last one
    /// ([`proof::consistent`](super::proof::consistent)).
    pub fn cosign(&self, note: &str, time: u64) -> Result<String, NoteError> {
        let (text, _) = note::split(note)?;
        let signature = self.key.sign(statement(text, time).as_bytes());
        let line = [&self.key().hash[..], &time.to_be_bytes(), &signature.to_bytes()].concat();
        Ok(format!("{note}— {} {}\n", self.name, STANDARD.encode(line)))
    }
}

fn statement(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::super::checkpoint::Checkpoint;
    use super::super::testing::{key, ledger};
    use super::*;

    #[test]
    fn a_witness_signs_below_the_ledger_and_both_are_checked() {
        let ours = key(1);
        let note = Checkpoint::new(&ours, &ledger(&ours, 1, 3).1, Some(5)).sign(&ours);
        let witness = Witness::new("witness.example/w1", &[9; 32]).unwrap();
        let public: WitnessKey = witness.key().to_string().parse().unwrap();
        assert_eq!(public, witness.key());
        assert_eq!(public.sighting(&note), Ok(None));

        let seen = witness.cosign(&note, 1_763_765_700).unwrap();
        let sighting = Sighting { witness: "witness.example/w1".to_owned(), time: 1_763_765_700 };
        assert_eq!(public.sighting(&seen), Ok(Some(sighting)));
        assert_eq!(Checkpoint::verify(&seen, &ours.verifying_key()).unwrap().size, 3);

        let other = Witness::new("witness.example/w1", &[8; 32]).unwrap().key();
        assert_eq!(other.sighting(&seen), Ok(None), "another key of the same name");
    }

    #[test]
    fn a_cosignature_of_another_time_or_text_is_refused() {
        let ours = key(1);
        let note = Checkpoint::new(&ours, &ledger(&ours, 1, 3).1, None).sign(&ours);
        let witness = Witness::new("w", &[9; 32]).unwrap();
        let seen = witness.cosign(&note, 7).unwrap();
        let changed = seen.replacen("\n3\n", "\n4\n", 1);
        assert_eq!(witness.key().sighting(&changed), Err(NoteError::Signature));

        let (rest, line) = seen.trim_end().rsplit_once(' ').unwrap();
        let mut bytes = STANDARD.decode(line).unwrap();
        bytes[11] ^= 1; // The last byte of the time.
        let later = format!("{rest} {}\n", STANDARD.encode(bytes));
        assert_eq!(witness.key().sighting(&later), Err(NoteError::Signature));
    }

    #[test]
    fn the_key_hash_covers_the_signature_type() {
        // python3 -c "import hashlib; print(hashlib.sha256(b'w\n\x04' + bytes(32)).hexdigest()[:8])"
        assert_eq!(crate::key::hex(&note::key_hash("w", COSIGNATURE, &[0; 32])), "680f52bc");
    }
}
