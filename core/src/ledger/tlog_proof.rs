//! Proofs as text that can be mailed: checked years later with the public key alone.
//!
//! That an entry is in the ledger is said in the form of <https://c2sp.org/tlog-proof>; the `extra` line
//! holds the record itself, so that one file says everything:
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64 of the record's bytes>
//! index 73894
//! <base64 of a hash, the deepest first>
//! ...
//!
//! <the checkpoint, a signed note>
//! ```
//!
//! That a ledger continues an earlier checkpoint is said in the form in which witnesses are asked
//! (<https://c2sp.org/tlog-witness>, add-checkpoint): `old <size>`, the hashes, an empty line, the newer
//! checkpoint.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::checkpoint::{Checkpoint, CheckpointError, decimal};
use super::json::StoredRecord;
use super::note::{NoteError, VerifyingKey};
use super::proof;
use super::record::{Record, RecordError};
use super::tree::{Hash, leaf_hash};
use super::witness::{Sighting, WitnessKey};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Most bytes of a proof: a record is far below, a path has 64 hashes at most.
const MAX_BYTES: usize = 16 << 20;
/// Most hashes of a path: the height of a tree of 2^64 leaves, and one more for consistency.
const MAX_PATH: usize = 65;

/// That a record is an entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// Leaf in the tree, from 0: the entry's number less one.
    pub index: u64,
    /// The path to the root, the deepest hash first.
    pub path: Vec<Hash>,
    /// The record's canonical bytes, where the proof carries them.
    pub record: Option<Vec<u8>>,
    /// The checkpoint, a signed note.
    pub checkpoint: String,
}

/// That a ledger continues an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// Entries of the earlier checkpoint.
    pub old: u64,
    /// The path, the deepest hash first.
    pub path: Vec<Hash>,
    /// The later checkpoint, a signed note.
    pub checkpoint: String,
}

/// What a proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The record and its place.
    pub stored: StoredRecord,
    /// The checkpoint that covers it.
    pub checkpoint: Checkpoint,
    /// Witnesses, of those that were asked about, who saw the checkpoint.
    pub witnesses: Vec<Sighting>,
}

impl Serialize for Proven {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("origin", &self.checkpoint.origin)?;
        map.serialize_entry("size", &self.checkpoint.size)?;
        map.serialize_entry("root", &crate::key::hex(&self.checkpoint.root))?;
        map.serialize_entry("time", &self.checkpoint.time)?;
        map.serialize_entry("witnesses", &self.witnesses)?;
        map.serialize_entry("record", &self.stored)?;
        map.end()
    }
}

impl Inclusion {
    /// The proof as text.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(record) = &self.record {
            text.push_str(&format!("extra {}\n", STANDARD.encode(record)));
        }
        text.push_str(&format!("index {}\n", self.index));
        push_path(&mut text, &self.path, &self.checkpoint);
        text
    }

    /// Reads a proof. Says nothing about whether it holds.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let (head, checkpoint) = halves(text)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofError::Form("its first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let record = match extra.and_then(|line| line.strip_prefix("extra ")) {
            Some(extra) => {
                let bytes = STANDARD.decode(extra);
                Some(bytes.map_err(|_| ProofError::Form("its extra line is not base64"))?)
            }
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(ProofError::Form("it has no line \"index <number>\""))?;
        Ok(Self { index, path: path(lines)?, record, checkpoint: checkpoint.to_owned() })
    }

    /// What the proof proves, if it does, to who trusts this key; `record` is the record's bytes where the
    /// proof does not carry them. Of the witnesses given, `quorum` must have seen the checkpoint.
    pub fn verify(
        &self,
        key: &VerifyingKey,
        record: Option<&[u8]>,
        witnesses: &[WitnessKey],
        quorum: usize,
    ) -> Result<Proven, ProofError> {
        let checkpoint = Checkpoint::verify(&self.checkpoint, key)?;
        let bytes = record.or(self.record.as_deref()).ok_or(ProofError::NoRecord)?;
        let root = proof::included_root(&leaf_hash(bytes), self.index, checkpoint.size, &self.path);
        if root != Some(checkpoint.root) {
            return Err(ProofError::NotIncluded { seq: self.index.saturating_add(1), size: checkpoint.size });
        }
        let record = Record::decode(bytes)?;
        let witnesses = sightings(&self.checkpoint, witnesses, quorum)?;
        let stored = StoredRecord { seq: self.index.saturating_add(1), record };
        Ok(Proven { stored, checkpoint, witnesses })
    }
}

impl Continuation {
    /// The proof as text.
    pub fn to_text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        push_path(&mut text, &self.path, &self.checkpoint);
        text
    }

    /// Reads a proof. Says nothing about whether it holds.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let (head, checkpoint) = halves(text)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or(ProofError::Form("its first line is not \"old <number>\""))?;
        Ok(Self { old, path: path(lines)?, checkpoint: checkpoint.to_owned() })
    }

    /// The later checkpoint, if the proof proves that it continues the earlier one (a note that this key
    /// signed too).
    pub fn verify(&self, earlier: &str, key: &VerifyingKey) -> Result<Checkpoint, ProofError> {
        let old = Checkpoint::verify(earlier, key)?;
        let new = Checkpoint::verify(&self.checkpoint, key)?;
        let continues =
            self.old == old.size && proof::consistent(old.size, &old.root, new.size, &new.root, &self.path);
        match continues {
            true => Ok(new),
            false => Err(ProofError::NotContinued { old: old.size, size: new.size }),
        }
    }
}

/// Which of the witnesses saw the note; an error when fewer than `quorum` did.
pub fn sightings(note: &str, witnesses: &[WitnessKey], quorum: usize) -> Result<Vec<Sighting>, ProofError> {
    let mut seen = Vec::new();
    for witness in witnesses {
        seen.extend(witness.sighting(note)?);
    }
    match seen.len() < quorum {
        true => Err(ProofError::Witnesses { found: seen.len(), needed: quorum }),
        false => Ok(seen),
    }
}

fn push_path(text: &mut String, path: &[Hash], checkpoint: &str) {
    for hash in path {
        text.push_str(&STANDARD.encode(hash));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(checkpoint);
}

/// What stands before the first empty line, and the note behind it.
fn halves(text: &str) -> Result<(&str, &str), ProofError> {
    if text.len() > MAX_BYTES {
        return Err(ProofError::Form("it is longer than 16 MiB"));
    }
    text.split_once("\n\n").ok_or(ProofError::Form("it has no empty line before its checkpoint"))
}

fn path<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, ProofError> {
    let mut path = Vec::new();
    for line in lines {
        let hash = STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok());
        path.push(hash.ok_or(ProofError::Form("a line is not the base64 of 32 bytes"))?);
        if path.len() > MAX_PATH {
            return Err(ProofError::Form("it has more hashes than a tree is high"));
        }
    }
    Ok(path)
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The text is not a proof.
    #[error("not a proof: {0}")]
    Form(&'static str),
    /// Its checkpoint is not one of this key.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A witness's line is wrong.
    #[error("the proof's checkpoint has a wrong cosignature: {0}")]
    Witness(#[from] NoteError),
    /// The record's bytes are neither in the proof nor given.
    #[error("the proof carries no record: accepted is one that does, or the record's bytes beside it")]
    NoRecord,
    /// The record is not where the proof says.
    #[error("the record is not entry {seq} of the ledger of {size}: the record or the proof was changed")]
    NotIncluded {
        /// Number of the entry.
        seq: u64,
        /// Entries of the checkpoint.
        size: u64,
    },
    /// The later checkpoint does not continue the earlier one.
    #[error("the ledger of {size} entries does not continue that of {old}: the past was changed")]
    NotContinued {
        /// Entries of the earlier checkpoint.
        old: u64,
        /// Entries of the later one.
        size: u64,
    },
    /// The bytes are in the ledger, but no record that this build reads.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Too few witnesses saw the checkpoint.
    #[error("{found} of the witnesses saw the checkpoint: accepted are {needed} or more")]
    Witnesses {
        /// Those who did.
        found: usize,
        /// Those who must.
        needed: usize,
    },
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::testing::{key, ledger};
    use super::super::tree::Frontier;
    use super::super::witness::Witness;
    use super::super::{Entry, Tail};
    use super::*;

    struct Entries<'a>(&'a [Entry]);

    impl proof::Nodes for Entries<'_> {
        type Error = Infallible;

        fn node(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
            let start = (index << level) as usize;
            let mut tree = Frontier::default();
            self.0[start..start + (1 << level)].iter().for_each(|entry| tree.push(entry.leaf));
            Ok(tree.root())
        }
    }

    fn prove(entries: &[Entry], tail: &Tail, index: u64) -> Inclusion {
        Inclusion {
            index,
            path: proof::inclusion(&mut Entries(entries), index, tail.len()).unwrap(),
            record: Some(entries[index as usize].record.clone()),
            checkpoint: Checkpoint::new(&key(1), tail, Some(9)).sign(&key(1)),
        }
    }

    #[test]
    fn a_record_is_proven_by_text_and_public_key_alone() {
        let (entries, tail) = ledger(&key(1), 1, 21);
        let public: VerifyingKey = key(1).verifying_key().to_string().parse().unwrap();
        for index in 0..21 {
            let text = prove(&entries, &tail, index).to_text();
            let proven = Inclusion::parse(&text).unwrap().verify(&public, None, &[], 0).unwrap();
            assert_eq!(proven.stored.seq, index + 1);
            assert_eq!(proven.stored.record.mark().map(|mark| mark.value()), Some(index + 1));
            assert_eq!((proven.checkpoint.size, proven.checkpoint.time), (21, Some(9)));
        }
    }

    #[test]
    fn a_proof_with_any_byte_changed_proves_nothing_else() {
        let (entries, tail) = ledger(&key(1), 1, 5);
        let honest = prove(&entries, &tail, 2);
        let (text, public) = (honest.to_text(), key(1).verifying_key());
        let proven = honest.verify(&public, None, &[], 0).unwrap();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let result = Inclusion::parse(&changed).and_then(|proof| proof.verify(&public, None, &[], 0));
            assert!(result.is_err() || result.as_ref() == Ok(&proven), "byte {at}: {result:?}");
        }
    }

    #[test]
    fn a_later_checkpoint_is_proven_to_continue_an_earlier_one() {
        let (entries, _) = ledger(&key(1), 1, 21);
        let at = |count: usize| {
            let mut tail = Tail::empty();
            entries[..count].iter().for_each(|entry| drop(tail.rebuild(&key(1), entry.leaf)));
            Checkpoint::new(&key(1), &tail, None).sign(&key(1))
        };
        let proof = Continuation {
            old: 7,
            path: proof::consistency(&mut Entries(&entries), 7, 21).unwrap(),
            checkpoint: at(21),
        };
        let read = Continuation::parse(&proof.to_text()).unwrap();
        assert_eq!(read, proof);
        assert_eq!(read.verify(&at(7), &key(1).verifying_key()).unwrap().size, 21);
        assert_eq!(
            read.verify(&at(8), &key(1).verifying_key()),
            Err(ProofError::NotContinued { old: 8, size: 21 })
        );
    }

    #[test]
    fn a_quorum_of_witnesses_can_be_asked_for() {
        let (entries, tail) = ledger(&key(1), 1, 3);
        let witnesses: Vec<Witness> =
            (1..=2).map(|n| Witness::new(&format!("w{n}"), &[n; 32]).unwrap()).collect();
        let keys: Vec<WitnessKey> = witnesses.iter().map(Witness::key).collect();
        let mut proof = prove(&entries, &tail, 0);
        let public = key(1).verifying_key();
        proof.checkpoint = witnesses[0].cosign(&proof.checkpoint, 77).unwrap();
        let proven = proof.verify(&public, None, &keys, 1).unwrap();
        assert_eq!(proven.witnesses, [Sighting { witness: "w1".to_owned(), time: 77 }]);
        let refused = proof.verify(&public, None, &keys, 2);
        assert_eq!(refused, Err(ProofError::Witnesses { found: 1, needed: 2 }));
    }

    #[test]
    fn what_is_not_a_proof_says_why() {
        for (text, why) in [
            ("", "no empty line"),
            ("c2sp.org/tlog-proof@v2\nindex 0\n\nx", "first line"),
            ("c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nx", "extra"),
            ("c2sp.org/tlog-proof@v1\nindex 01\n\nx", "index"),
            ("c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx", "32 bytes"),
        ] {
            let error = Inclusion::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
