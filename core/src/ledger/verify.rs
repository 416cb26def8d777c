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
    if row.mark != record.mark().map(|mark| i64::from(mark.value())) {
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
mod tests {
    use serde_json::json;

    use super::super::log::Entry;
    use super::super::record::Body;
    use super::super::testing::{key, ledger, refusal};
    use super::*;

    /// A ledger as a store would keep it, to be tampered with.
    #[derive(Clone)]
    struct Stored {
        entries: Vec<Entry>,
        marks: Vec<Option<i64>>,
        subject: Option<[u8; 32]>,
        time_ms: i64,
        tail: Vec<u8>,
    }

    /// The content of the records of these tests.
    const CONTENT: i64 = 0x0707_0707_0707_0707;

    fn stored(from: u32, count: u32) -> Stored {
        let (entries, tail) = ledger(&key(1), from, count);
        Stored {
            entries,
            marks: (from..from + count).map(|mark| Some(i64::from(mark))).collect(),
            subject: Some([2; 32]),
            time_ms: 1_763_765_700_123,
            tail: tail.encode(&key(1)),
        }
    }

    fn verify(stored: &Stored, checkpoint: Option<&Checkpoint>) -> Verification {
        let key = key(1);
        let mut verifier = Verifier::new(&key, checkpoint);
        for (entry, mark) in stored.entries.iter().zip(&stored.marks) {
            verifier.feed(&Row {
                seq: entry.seq as i64,
                record: &entry.record,
                leaf: &entry.leaf,
                mac: &entry.mac,
                mark: *mark,
                subject: stored.subject.as_ref().map(|tag| tag.as_slice()),
                kind: 1,
                content: Some(CONTENT),
                time_ms: stored.time_ms,
            });
        }
        verifier.finish(&stored.tail)
    }

    fn checkpoint(count: u32) -> Checkpoint {
        Checkpoint::new(&key(1), &ledger(&key(1), 1, count).1, None)
    }

    #[track_caller]
    fn assert_fault(found: Verification, seq: Option<u64>, kind: FaultKind) {
        let fault = found.fault.clone().unwrap_or_else(|| panic!("nothing noticed: {found}"));
        assert!(!found.intact);
        assert_eq!((fault.seq, fault.kind), (seq, kind), "{fault}");
    }

    #[test]
    fn an_untouched_ledger_is_intact_and_may_be_longer_than_the_checkpoint() {
        for count in [0, 1, 9] {
            let found = verify(&stored(1, count), None);
            assert!(found.intact, "{found}");
            assert_eq!((found.entries, found.checkpoint), (u64::from(count), None));
        }
        for size in 0..=9 {
            let checkpoint = checkpoint(size);
            let found = verify(&stored(1, 9), Some(&checkpoint));
            assert!(found.intact, "{found}");
            assert_eq!(found.checkpoint, Some(u64::from(size)));
        }
    }

    #[test]
    fn every_edited_byte_of_an_entry_is_noticed_and_its_number_told() {
        let good = stored(1, 5);
        for bit in [0, 7] {
            for at in 0..good.entries[2].record.len() {
                let mut changed = good.clone();
                changed.entries[2].record[at] ^= 1 << bit;
                assert_fault(verify(&changed, None), Some(3), FaultKind::Record);
            }
            for at in 0..32 {
                let mut changed = good.clone();
                changed.entries[2].leaf[at] ^= 1 << bit;
                assert_fault(verify(&changed, None), Some(3), FaultKind::Leaf);
                let mut changed = good.clone();
                changed.entries[2].mac[at] ^= 1 << bit;
                assert_fault(verify(&changed, None), Some(3), FaultKind::Chain);
            }
        }
        let mut rehashed = good.clone();
        rehashed.entries[2].record[30] ^= 1;
        rehashed.entries[2].leaf = leaf_hash(&rehashed.entries[2].record);
        assert_fault(verify(&rehashed, None), Some(3), FaultKind::Chain);
    }

    #[test]
    fn a_re_pointed_index_is_noticed() {
        let good = stored(1, 3);
        for mark in [None, Some(7), Some(-1), Some(1 << 33)] {
            let mut changed = good.clone();
            changed.marks[1] = mark;
            let found = verify(&changed, None);
            assert!(found.to_string().contains("mark"), "{found}");
            assert_fault(found, Some(2), FaultKind::Index);
        }
        let changed = Stored { subject: None, ..good.clone() };
        assert_fault(verify(&changed, None), Some(1), FaultKind::Index);
        let changed = Stored { time_ms: -5, ..good };
        assert_fault(verify(&changed, None), Some(1), FaultKind::Index);
    }

    #[test]
    fn deleted_entries_are_noticed() {
        let mut changed = stored(1, 6);
        changed.entries.drain(2..4);
        changed.marks.drain(2..4);
        let found = verify(&changed, None);
        assert_eq!(found.fault.as_ref().unwrap().message, "entries 3 to 4 are missing");
        assert_fault(found, Some(3), FaultKind::Missing);
        // The same, with the gap closed.
        for (at, entry) in changed.entries.iter_mut().enumerate() {
            entry.seq = at as u64 + 1;
        }
        assert_fault(verify(&changed, None), Some(3), FaultKind::Chain);
    }

    #[test]
    fn inserted_repeated_and_reordered_entries_are_noticed() {
        let good = stored(1, 4);
        let renumbered = |mut changed: Stored| {
            for (at, entry) in changed.entries.iter_mut().enumerate() {
                entry.seq = at as u64 + 1;
            }
            changed.marks = changed.entries.iter().map(|_| None).collect();
            for (mark, entry) in changed.marks.iter_mut().zip(&changed.entries) {
                *mark = Record::decode(&entry.record).unwrap().mark().map(|mark| i64::from(mark.value()));
            }
            changed
        };

        let mut repeated = good.clone();
        repeated.entries.insert(2, good.entries[1].clone());
        assert_fault(verify(&renumbered(repeated.clone()), None), Some(3), FaultKind::Chain);
        repeated.marks.insert(2, good.marks[1]);
        assert_fault(verify(&repeated, None), Some(3), FaultKind::Order);

        let mut inserted = good.clone();
        let forged = Tail::empty().append(&key(9), &refusal(5)).unwrap();
        inserted.entries.insert(2, forged);
        assert_fault(verify(&renumbered(inserted), None), Some(3), FaultKind::Chain);

        let mut swapped = good.clone();
        swapped.entries.swap(1, 2);
        assert_fault(verify(&renumbered(swapped), None), Some(2), FaultKind::Chain);
    }

    #[test]
    fn a_cut_tail_is_noticed_by_the_sealed_tail_and_against_a_checkpoint() {
        let mut cut = stored(1, 6);
        cut.entries.truncate(4);
        assert_fault(verify(&cut, None), None, FaultKind::Cut);
        // With the older tail put back as well it takes a checkpoint.
        cut.tail = stored(1, 4).tail;
        assert!(verify(&cut, None).intact);
        assert!(verify(&cut, Some(&checkpoint(4))).intact);
        assert_fault(verify(&cut, Some(&checkpoint(6))), None, FaultKind::Cut);
        // An older tail over entries that are all there.
        let older = Stored { tail: stored(1, 4).tail, ..stored(1, 6) };
        assert_fault(verify(&older, None), None, FaultKind::Tail);
        let none = Stored { tail: Vec::new(), ..stored(1, 6) };
        assert_fault(verify(&none, None), None, FaultKind::Tail);
    }

    #[test]
    fn a_ledger_rewritten_with_its_key_is_noticed_against_a_checkpoint_only() {
        let forked = stored(100, 6);
        assert!(verify(&forked, None).intact);
        for size in 1..=6 {
            assert_fault(verify(&forked, Some(&checkpoint(size))), None, FaultKind::Fork);
        }
        let mut empty = checkpoint(0);
        empty.root = [9; 32];
        assert_fault(verify(&stored(1, 2), Some(&empty)), None, FaultKind::Fork);
    }

    #[test]
    fn another_key_does_not_vouch_for_the_ledger() {
        let stored = stored(1, 2);
        let other = key(2);
        let mut verifier = Verifier::new(&other, None);
        let entry = &stored.entries[0];
        let subject = Some([2; 32]);
        assert!(!verifier.feed(&Row {
            seq: 1,
            record: &entry.record,
            leaf: &entry.leaf,
            mac: &entry.mac,
            mark: Some(1),
            subject: subject.as_ref().map(|tag| tag.as_slice()),
            kind: 1,
            content: Some(CONTENT),
            time_ms: stored.time_ms,
        }));
        assert_fault(verifier.finish(&stored.tail), Some(1), FaultKind::Chain);
    }

    /// A ledger of five generations of which these are purged, with a record of a purge of those.
    fn purged(empty: &[u64], said: &[(u64, u64)]) -> Verification {
        let key = key(1);
        let (mut entries, mut tail) = ledger(&key, 1, 5);
        let mut purge = Event::new(EventKind::Purge);
        purge.object = Some("audit".to_owned());
        purge.until_ms = Some(1_763_765_700_124);
        purge.size = Some(0);
        purge.ranges = said.to_vec();
        let body = Body::Event(Box::new(purge));
        let purge = Record { id: [8; 16], time_ms: 1_763_765_700_123, body };
        entries.push(tail.append(&key, &purge).unwrap());
        let mut verifier = Verifier::new(&key, None);
        for entry in &entries {
            let gone = empty.contains(&entry.seq);
            let read = Record::decode(&entry.record).ok().filter(|_| !gone);
            let record = read.as_ref();
            verifier.feed(&Row {
                seq: entry.seq as i64,
                record: if gone { &[] } else { &entry.record },
                leaf: &entry.leaf,
                mac: &entry.mac,
                mark: record.and_then(Record::mark).map(|mark| i64::from(mark.value())),
                subject: record.and_then(Record::subject).map(|tag| tag.as_slice()),
                kind: record.map_or(0, |record| i64::from(record.kind_code())),
                content: record.and_then(Record::content).map(content_number),
                time_ms: record.map_or(0, |record| record.time_ms as i64),
            });
        }
        verifier.finish(&tail.encode(&key))
    }

    #[test]
    fn what_was_purged_is_empty_and_nothing_else_is() {
        assert!(purged(&[], &[]).intact);
        assert!(purged(&[1, 2, 4], &[(1, 2), (4, 4)]).intact);
        for (empty, said, seq) in [
            (&[3][..], &[][..], 3),
            (&[2, 3], &[(2, 2)], 3),
            (&[1, 2], &[(2, 2)], 1),
            (&[], &[(4, 4)], 4),
            (&[2], &[(2, 3)], 3),
            (&[3], &[(1, 1), (3, 3)], 1),
        ] {
            assert_fault(purged(empty, said), Some(seq), FaultKind::Purge);
        }
    }

    #[test]
    fn who_has_no_key_holds_the_ledger_against_a_checkpoint() {
        let good = stored(1, 5);
        let public = |stored: &Stored, checkpoint: &Checkpoint| {
            let mut verifier = Verifier::public(checkpoint);
            for (entry, mark) in stored.entries.iter().zip(&stored.marks) {
                verifier.feed(&Row {
                    seq: entry.seq as i64,
                    record: &entry.record,
                    leaf: &entry.leaf,
                    mac: &entry.mac,
                    mark: *mark,
                    subject: stored.subject.as_ref().map(|tag| tag.as_slice()),
                    kind: 1,
                    content: Some(CONTENT),
                    time_ms: stored.time_ms,
                });
            }
            verifier.finish(&[])
        };
        assert!(public(&good, &checkpoint(5)).intact);
        assert!(public(&good, &checkpoint(3)).intact);
        assert_fault(public(&good, &checkpoint(6)), None, FaultKind::Cut);
        assert_fault(public(&stored(2, 5), &checkpoint(5)), None, FaultKind::Fork);
        let mut changed = good.clone();
        changed.entries[3].record[40] ^= 1;
        assert_fault(public(&changed, &checkpoint(5)), Some(4), FaultKind::Record);
        changed.entries[3].leaf = leaf_hash(&changed.entries[3].record);
        // The byte is of the subject, so the column by which the entry is found tells before the tree does.
        assert_fault(public(&changed, &checkpoint(5)), Some(4), FaultKind::Index);
    }

    #[test]
    fn a_clock_turned_back_is_noticed_against_a_checkpoint() {
        let at = |time: u64| Checkpoint { time: Some(time), ..checkpoint(2) };
        let stated = 1_763_765_700;
        assert!(verify(&stored(1, 4), Some(&at(stated + 600))).intact, "clocks differ by minutes");
        assert_fault(verify(&stored(1, 4), Some(&at(stated + 601))), Some(3), FaultKind::Clock);
        assert!(verify(&stored(1, 2), Some(&at(stated + 9999))).intact, "older than it may be older");
    }

    #[test]
    fn a_verdict_is_told_in_json_and_in_a_sentence() {
        let mut cut = stored(1, 3);
        cut.entries.truncate(2);
        let json = serde_json::to_value(verify(&cut, None)).unwrap();
        assert_eq!(
            json,
            json!({
                "intact": false,
                "entries": 2,
                "checkpoint": null,
                "fault": {
                    "seq": null,
                    "kind": "cut",
                    "message": "the ledger holds 2 entries where 3 were written: its end was cut off",
                },
            })
        );
        let good = verify(&stored(1, 3), None);
        assert_eq!(serde_json::to_value(&good).unwrap()["fault"], json!(null));
        assert!(good.to_string().contains("without a checkpoint"));
    }

    #[test]
    fn what_the_store_cannot_read_is_a_fault() {
        let key = key(1);
        let mut verifier = Verifier::new(&key, None);
        verifier.unreadable("database disk image is malformed");
        assert_fault(verifier.finish(&[]), None, FaultKind::Storage);
    }
}
