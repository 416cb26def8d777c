//! Reads a ledger from its first entry to its last and says whether it is as it was written.
//!
//! The [`Verifier`] holds the tail that the entries so far should have led to, and nothing else: its
//! memory does not grow with the ledger, but for one pair of numbers for each run of purged records. It
//! stops at the first fault, since nothing behind it can be told from its consequences.
//!
//! A purged record is an entry without bytes. Its leaf stays, so the chain and the tree are checked as
//! ever; and that it was purged, and nobody merely emptied it, a later record of the purge must say.
//! Nothing can be purged without such a record, and nothing that such a record names can come back.

use super::checkpoint::Checkpoint;
use super::event::{Event, EventKind};
use super::key::LedgerKey;
use super::log::{Tail, Tile, authentic_leaf};
use super::record::Record;
use super::retention::Category;
use super::time::Moment;
use super::tree::{Hash, leaf_hash};
use super::verification::{Fault, FaultKind, Verification};

/// What a store keeps of one entry, as it was read: nothing in it is trusted.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The number it is stored under.
    pub seq: i64,
    /// The record's bytes; none for one that was purged.
    pub record: &'a [u8],
    /// Leaf hash.
    pub leaf: &'a [u8],
    /// MAC.
    pub mac: &'a [u8],
    /// Kind that the store finds the entry by ([`Record::kind_code`]); 0 for a purged one.
    pub kind: i64,
    /// Mark that the store finds the entry by.
    pub mark: Option<i64>,
    /// Subject that the store finds the entry by.
    pub subject: Option<&'a [u8]>,
    /// Content that the store finds the entry by: [`content_number`] of [`Record::content`].
    pub content: Option<i64>,
    /// Time that the store finds the entry by, in milliseconds.
    pub time_ms: i64,
}

/// Follows a ledger entry by entry.
pub struct Verifier<'a> {
    key: Option<&'a LedgerKey>,
    checkpoint: Option<&'a Checkpoint>,
    tail: Tail,
    fault: Option<Fault>,
    /// Entries without bytes, as runs.
    empty: Vec<(u64, u64)>,
    /// What records of purges name.
    purged: Vec<(u64, u64)>,
}

/// By how much a record's time may lie before that of a checkpoint that was made before it: clocks differ,
/// and are set.
pub const CLOCK_TOLERANCE_MS: u64 = 600_000;

/// The number that a store finds a content by: the hash's first eight bytes.
pub fn content_number(hash: &Hash) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *hash;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

impl<'a> Verifier<'a> {
    /// A verifier at the start of a ledger of this key; with a checkpoint (whose signature has been
    /// verified) it also says whether the ledger still has the past that the checkpoint speaks of.
    pub fn new(key: &'a LedgerKey, checkpoint: Option<&'a Checkpoint>) -> Self {
        let (empty, purged) = (Vec::new(), Vec::new());
        let mut verifier =
            Self { key: Some(key), checkpoint, tail: Tail::empty(), fault: None, empty, purged };
        verifier.meet_checkpoint();
        verifier
    }

    /// A verifier for who has the ledger's public key alone, which verified the checkpoint: the tree up to
    /// the checkpoint is held against it. What was appended since is read, and nothing vouches for it.
    pub fn public(checkpoint: &'a Checkpoint) -> Self {
        let (empty, purged) = (Vec::new(), Vec::new());
        let checkpoint = Some(checkpoint);
        let mut verifier = Self { key: None, checkpoint, tail: Tail::empty(), fault: None, empty, purged };
        verifier.meet_checkpoint();
        verifier
    }

    /// Takes the next entry in the order of their numbers. Returns whether all is well so far; after a
    /// fault further entries are not looked at.
    pub fn feed(&mut self, row: &Row<'_>) -> bool {
        self.feed_telling(row, |_| {})
    }

    /// As [`Verifier::feed`], and tells of the tiles that the entry completes: those that the store must
    /// have.
    pub fn feed_telling(&mut self, row: &Row<'_>, mut tile: impl FnMut(Tile)) -> bool {
        if self.fault.is_none() {
            match self.check(row) {
                Ok((leaf, mac)) => {
                    self.tail.advance(leaf, mac).into_iter().for_each(&mut tile);
                    self.meet_checkpoint();
                }
                Err(fault) => self.fault = Some(fault),
            }
        }
        self.fault.is_none()
    }

    /// Notes that something which the store keeps beside the entries is not as it was written.
    pub fn wrong(&mut self, seq: Option<u64>, kind: FaultKind, message: String) {
        self.fault.get_or_insert(Fault { seq, kind, message });
    }

    /// Notes that the store could not read on, with what it said.
    pub fn unreadable(&mut self, message: &str) {
        let after = self.tail.len();
        self.fault.get_or_insert_with(|| {
            let message = format!("the ledger cannot be read on after entry {after}: {message}");
            Fault { seq: None, kind: FaultKind::Storage, message }
        });
    }

    /// The verdict, after the last entry. `tail` is the tail as the store keeps it.
    pub fn finish(mut self, tail: &[u8]) -> Verification {
        if self.fault.is_none() {
            self.fault = self.check_end(tail).and_then(|()| self.check_purges()).err();
        }
        Verification {
            intact: self.fault.is_none(),
            entries: self.tail.len(),
            checkpoint: self.checkpoint.map(|checkpoint| checkpoint.size),
            fault: self.fault,
        }
    }

    fn check(&mut self, row: &Row<'_>) -> Result<(Hash, Hash), Fault> {
        let expected = self.tail.len() + 1;
        let fault = |kind, message: String| Err(Fault { seq: Some(expected), kind, message });
        match u64::try_from(row.seq) {
            Ok(seq) if seq == expected => {}
            Ok(seq) if seq > expected && seq - expected == 1 => {
                return fault(FaultKind::Missing, format!("entry {expected} is missing"));
            }
            Ok(seq) if seq > expected => {
                let last = seq - 1;
                return fault(FaultKind::Missing, format!("entries {expected} to {last} are missing"));
            }
            _ => {
                let message = format!("an entry numbered {} stands where {expected} belongs", row.seq);
                return fault(FaultKind::Order, message);
            }
        }
        let purged = row.record.is_empty();
        let kept: Option<Hash> = row.leaf.try_into().ok();
        let leaf = match kept {
            Some(kept) if purged => kept,
            _ => leaf_hash(row.record),
        };
        let in_chain = match self.key {
            Some(key) => authentic_leaf(key, expected, self.tail.mac(), &leaf, row.mac),
            // The leaf that is kept is what the checkpoint will be held against: it must be the record's.
            None => Some(leaf) == kept,
        };
        match (in_chain, Some(leaf) == kept) {
            (true, true) => {}
            (true, false) => {
                let message =
                    format!("the leaf hash of entry {expected} was changed: it is not that of its record");
                return fault(FaultKind::Leaf, message);
            }
            (false, false) => {
                return fault(FaultKind::Record, format!("the record of entry {expected} was changed"));
            }
            (false, true) => {
                let message = format!(
                    "entry {expected} does not continue what stands before it: it was changed, moved, repeated or \
                     put in without the key"
                );
                return fault(FaultKind::Chain, message);
            }
        }
        if purged {
            match self.empty.last_mut() {
                Some((_, last)) if *last + 1 == expected => *last = expected,
                _ => self.empty.push((expected, expected)),
            }
        } else {
            self.check_record(expected, row)?;
        }
        // `authentic` compared a MAC of 32 bytes.
        row.mac.try_into().map(|mac| (leaf, mac)).or_else(|_| {
            fault(FaultKind::Chain, format!("the authentication code of entry {expected} is not of 32 bytes"))
        })
    }

    fn check_record(&mut self, seq: u64, row: &Row<'_>) -> Result<(), Fault> {
        let fault = |kind, message: String| Err(Fault { seq: Some(seq), kind, message });
        let record = match Record::decode(row.record) {
            Ok(record) => record,
            Err(error) => {
                let message = format!("entry {seq} is authentic, but cannot be read: {error}");
                return fault(FaultKind::Unreadable, message);
            }
        };
        if let Some(column) = differing_column(&record, row) {
            let message = format!("the {column} by which entry {seq} is found is not that of its record");
            return fault(FaultKind::Index, message);
        }
        // What was purged from beside records leaves the records as they are.
        let of_records = |event: &&Event| {
            let category = Category::ALL.into_iter().find(|c| Some(c.as_str()) == event.object.as_deref());
            event.kind == EventKind::Purge && category.is_none_or(|category| !category.is_sealed())
        };
        if let Some(purge) = record.event().filter(of_records) {
            self.purged.extend_from_slice(&purge.ranges);
        }
        match self.checkpoint {
            Some(Checkpoint { size, time: Some(time), .. }) if seq > *size => {
                let earliest = time.saturating_mul(1000).saturating_sub(CLOCK_TOLERANCE_MS);
                if record.time_ms < earliest {
                    let (stated, made) = (Moment(record.time_ms), Moment(time.saturating_mul(1000)));
                    let message = format!(
                        "entry {seq} says that it is of {stated}, and was written after the checkpoint of {made}: \
                         the clock was turned back"
                    );
                    return fault(FaultKind::Clock, message);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What is empty must be what was purged.
    fn check_purges(&mut self) -> Result<(), Fault> {
        let purged = merged(std::mem::take(&mut self.purged));
        let fault = |seq, message| Err(Fault { seq: Some(seq), kind: FaultKind::Purge, message });
        match first_difference(&self.empty, &purged) {
            None => Ok(()),
            Some((seq, true)) => {
                fault(seq, format!("entry {seq} is empty, and no record of a purge names it"))
            }
            Some((seq, false)) => fault(seq, format!("entry {seq} was purged, and its record is back")),
        }
    }

    /// At the size that the checkpoint speaks of, the root must be the one that it speaks of.
    fn meet_checkpoint(&mut self) {
        let Some(checkpoint) = self.checkpoint else { return };
        if checkpoint.size == self.tail.len() && checkpoint.root != self.tail.root() {
            let message = format!(
                "the first {} entries are not those that the checkpoint was made over: the ledger was rewritten \
                 with its key, or an older copy was put back and continued",
                checkpoint.size
            );
            self.fault = Some(Fault { seq: None, kind: FaultKind::Fork, message });
        }
    }

    fn check_end(&self, tail: &[u8]) -> Result<(), Fault> {
        let entries = self.tail.len();
        let fault = |kind, message: String| Err(Fault { seq: None, kind, message });
        let Some(key) = self.key else { return self.check_reached() };
        let stored = match Tail::decode(key, tail) {
            Ok(stored) => stored,
            Err(error) => return fault(FaultKind::Tail, error.to_string()),
        };
        if entries < stored.len() {
            let message = format!(
                "the ledger holds {entries} entries where {} were written: its end was cut off",
                stored.len()
            );
            return fault(FaultKind::Cut, message);
        }
        if stored != self.tail {
            let message = format!(
                "the ledger holds {entries} entries, its tail speaks of {} and does not belong to them: one of \
                 the two was put back from an older copy",
                stored.len()
            );
            return fault(FaultKind::Tail, message);
        }
        self.check_reached()
    }

    fn check_reached(&self) -> Result<(), Fault> {
        let entries = self.tail.len();
        match self.checkpoint {
            Some(checkpoint) if entries < checkpoint.size => {
                let message = format!(
                    "the ledger holds {entries} entries where the checkpoint was made over {}: its end was cut \
                     off, or an older copy was put back",
                    checkpoint.size
                );
                Err(Fault { seq: None, kind: FaultKind::Cut, message })
            }
            _ => Ok(()),
        }
    }
}

fn differing_column(record: &Record, row: &Row<'_>) -> Option<&'static str> {
    if row.mark != record.mark().map(|mark| mark.value().cast_signed()) {
        return Some("mark");
    }
    if row.subject != record.subject().map(|subject| subject.as_slice()) {
        return Some("subject");
    }
    if row.kind != i64::from(record.kind_code()) {
        return Some("kind");
    }
    if row.content != record.content().map(content_number) {
        return Some("content");
    }
    (u64::try_from(row.time_ms) != Ok(record.time_ms)).then_some("time")
}

/// The first number that is in one of two merged lists only, and whether in the first.
fn first_difference(one: &[(u64, u64)], other: &[(u64, u64)]) -> Option<(u64, bool)> {
    for at in 0..one.len().max(other.len()) {
        match (one.get(at), other.get(at)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) if a.0 == b.0 => return Some((a.1.min(b.1) + 1, a.1 > b.1)),
            (Some(a), Some(b)) => return Some((a.0.min(b.0), a.0 < b.0)),
            (Some(a), None) => return Some((a.0, true)),
            (None, Some(b)) => return Some((b.0, false)),
            (None, None) => {}
        }
    }
    None
}

/// Ranges in ascending order, those that touch as one.
fn merged(mut ranges: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    ranges.sort_unstable();
    let mut merged: Vec<(u64, u64)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match merged.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
