//! A signed statement of how long the ledger is and what its root is.
//!
//! A checkpoint is a [signed note](super::note) in the form of <https://c2sp.org/tlog-checkpoint>:
//!
//! ```text
//! voxguard.ledger/1f0c53a1c9b1ee07
//! 12
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//! time 1763765700
//!
//! — voxguard.ledger/1f0c53a1c9b1ee07 Az3grl…
//! ```
//!
//! It is worth something only where who keeps the ledger cannot take it back: mail it, print it, put it
//! in another system. Against it a cut tail, an older copy and a rewritten past are noticed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::key::LedgerKey;
use super::log::Tail;
use super::note::{self, NoteError, VerifyingKey};
use super::tree::Hash;

/// Size and root of a ledger at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the ledger: [`LedgerKey::name`].
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Root of the Merkle tree over them.
    pub root: Hash,
    /// When it was made, in seconds since 1970: the extension line `time`.
    pub time: Option<u64>,
}

impl Checkpoint {
    /// The checkpoint of a ledger that ends here, made at `time` (seconds since 1970).
    pub fn new(key: &LedgerKey, tail: &Tail, time: Option<u64>) -> Self {
        Self { origin: key.name(), size: tail.len(), root: tail.root(), time }
    }

    /// The checkpoint as a signed note.
    pub fn sign(&self, key: &LedgerKey) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root));
        if let Some(time) = self.time {
            text.push_str(&format!("time {time}\n"));
        }
        note::sign(key, &text)
    }

    /// The checkpoint in a note that this key signed, about the ledger of the key's name.
    pub fn verify(note: &str, key: &VerifyingKey) -> Result<Self, CheckpointError> {
        let checkpoint = Self::parse(key.open(note)?)?;
        match checkpoint.origin == key.name() {
            true => Ok(checkpoint),
            false => {
                Err(CheckpointError::Origin { found: checkpoint.origin, expected: key.name().to_owned() })
            }
        }
    }

    /// The text of a checkpoint's note.
    fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Form("its last line has no end"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Form("it has fewer than three lines"));
        };
        if origin.is_empty() {
            return Err(CheckpointError::Form("its first line, the origin, is empty"));
        }
        let size =
            decimal(size).ok_or(CheckpointError::Form("its second line is not a number of entries"))?;
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        let root = root.ok_or(CheckpointError::Form("its third line is not the base64 of 32 bytes"))?;
        let mut time = None;
        for line in lines {
            if line.is_empty() {
                return Err(CheckpointError::Form("it has an empty line among its extensions"));
            }
            // Other extensions are no business of ours, and covered by the signature all the same.
            time = time.or(line.strip_prefix("time ").and_then(decimal));
        }
        Ok(Self { origin: origin.to_owned(), size, root, time })
    }
}

/// A number in its one spelling: digits, without leading zeros.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| canonical)
}

/// Why a checkpoint was refused. Says nothing about the ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The text is not a note, or not one that the key signed.
    #[error("checkpoint refused: {0}")]
    Note(#[from] NoteError),
    /// The note is not of a checkpoint's form.
    #[error("not a checkpoint: {0}")]
    Form(&'static str),
    /// The checkpoint is about another ledger.
    #[error("checkpoint of {found:?}: accepted are those of {expected}")]
    Origin {
        /// The origin it names.
        found: String,
        /// The origin that the key's name asks for.
        expected: String,
    },
}

#[cfg(test)]
mod tests {
    use super::super::testing::{key, ledger};
    use super::*;

    #[test]
    fn a_checkpoint_survives_its_note() {
        let key = key(1);
        for count in [0, 1, 12] {
            for time in [None, Some(0), Some(1_763_765_700)] {
                let checkpoint = Checkpoint::new(&key, &ledger(&key, 1, count).1, time);
                let note = checkpoint.sign(&key);
                assert_eq!(Checkpoint::verify(&note, &key.verifying_key()), Ok(checkpoint));
            }
        }
    }

    #[test]
    fn a_checkpoint_is_three_lines_and_the_time_in_the_ledgers_name() {
        let key = key(1);
        let checkpoint = Checkpoint::new(&key, &ledger(&key, 1, 12).1, Some(1_763_765_700));
        let note = checkpoint.sign(&key);
        let lines: Vec<&str> = note.lines().collect();
        assert_eq!(lines[0], key.name());
        assert_eq!(lines[1], "12");
        assert_eq!(STANDARD.decode(lines[2]).unwrap(), checkpoint.root);
        assert_eq!(lines[3], "time 1763765700");
        assert_eq!(lines[4], "");
        assert!(lines[5].starts_with(&format!("— {} ", key.name())));
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn the_example_of_the_specification_is_read() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse(text).unwrap();
        assert_eq!(
            (checkpoint.origin.as_str(), checkpoint.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(checkpoint.time, None);
    }

    #[test]
    fn what_is_not_a_checkpoint_says_why() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        let read = |text: String| Checkpoint::parse(&text).unwrap_err().to_string();
        assert!(read("o\n1\n".to_owned()).contains("three lines"));
        assert!(read(format!("\n1\n{root}\n")).contains("origin"));
        for size in ["", "01", "+1", "-1", " 1", "1 ", "0x1", "18446744073709551616"] {
            assert!(read(format!("o\n{size}\n{root}\n")).contains("number"), "{size:?}");
        }
        for root in ["", "AAAA", root.trim_end_matches('='), &root.replace("2I=", "2J=")] {
            assert!(read(format!("o\n1\n{root}\n")).contains("32 bytes"), "{root:?}");
        }
        assert!(read(format!("o\n1\n{root}\n\nmore\n")).contains("empty line"));
    }

    #[test]
    fn a_checkpoint_of_another_ledger_or_in_another_name_is_refused() {
        let (ours, theirs) = (key(1), key(2));
        let mut checkpoint = Checkpoint::new(&theirs, &Tail::empty(), None);
        let note = checkpoint.sign(&theirs);
        let refused = Checkpoint::verify(&note, &ours.verifying_key());
        assert!(matches!(refused, Err(CheckpointError::Note(NoteError::NotSigned { .. }))));

        checkpoint.origin = "somebody.else/log".to_owned();
        let refused = Checkpoint::verify(&checkpoint.sign(&ours), &ours.verifying_key());
        assert!(matches!(refused, Err(CheckpointError::Origin { .. })));
    }
}
