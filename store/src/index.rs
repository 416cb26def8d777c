//! Whether a search finds what there is: the indexes, held against the entries that were read.
//!
//! A database's own check looks each row up in each index, which takes longer than all the rest of a
//! verification. Here the entries, as they are read in their order, add to a sum for each index, and so does
//! each index, as it is read in its own order; where the sums agree and the order is right, each entry is
//! found by each index, and nothing else is. What is added is a hash under a key that is drawn for this
//! one verification, so that nobody can have made two lists whose sums agree.

use std::hash::{BuildHasher, Hash, RandomState};

use voxguard_core::ledger::Row;

/// An index, and what it should hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    count: u64,
    sum: u64,
}

/// What each index should hold, by the entries that were read.
#[derive(Default)]
pub(crate) struct Indexed {
    hasher: RandomState,
    pub mark: Sum,
    /// Subjects of generations and refusals.
    pub subject: Sum,
    /// Subjects of events.
    pub event: Sum,
    pub content: Sum,
    pub time: Sum,
}

impl Indexed {
    /// Takes an entry.
    pub fn take(&mut self, row: &Row<'_>) {
        let Self { hasher, mark, subject, event, content, time } = self;
        if let Some(found) = row.mark {
            mark.add(hasher, (found, row.seq));
        }
        match row.subject {
            // The index has the first four bytes.
            Some(found) if row.kind < 3 => subject.add(hasher, (found.get(..4).unwrap_or(found), row.seq)),
            Some(found) => event.add(hasher, (found, row.kind, row.seq)),
            None => {}
        }
        if let Some(found) = row.content {
            content.add(hasher, (found >> 32, row.seq));
        }
        time.add(hasher, (row.time_ms, row.seq));
    }

    /// What an index is when it is read: under the same key.
    pub fn read(&self) -> Reading<'_> {
        Reading { hasher: &self.hasher, sum: Sum::default() }
    }
}

impl Sum {
    fn add(&mut self, hasher: &RandomState, entry: impl Hash) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(hasher.hash_one(entry));
    }
}

/// One index, as it is read.
pub(crate) struct Reading<'a> {
    hasher: &'a RandomState,
    sum: Sum,
}

impl Reading<'_> {
    /// Takes the next entry of the index.
    pub fn take(&mut self, entry: impl Hash) {
        self.sum.add(self.hasher, entry);
    }

    /// Whether it is what it should be.
    pub fn is(&self, expected: Sum) -> bool {
        self.sum == expected
    }
}
