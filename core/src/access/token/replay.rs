//! Tokens that were used: each may be used once.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use super::Refusal;

/// Remembers tokens until they expire. Bounded: when it is full of tokens that have not expired, it refuses
/// new ones instead of forgetting old ones.
pub struct Replay {
    most: usize,
    seen: HashMap<[u8; 32], u64>,
    by_end: BTreeSet<(u64, [u8; 32])>,
}

impl Replay {
    /// Tokens that are remembered unless asked otherwise.
    pub const DEFAULT_TOKENS: usize = 100_000;

    /// A memory of at most this many tokens.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), seen: HashMap::new(), by_end: BTreeSet::new() }
    }

    /// Whether this is the first use of the token of this id, which expires then.
    pub fn first_use(&mut self, id: &str, expires: u64, now: u64) -> Result<(), Refusal> {
        while let Some((end, name)) = self.by_end.first().copied().filter(|(end, _)| *end <= now) {
            self.by_end.remove(&(end, name));
            self.seen.remove(&name);
        }
        let name: [u8; 32] = Sha256::digest(id).into();
        if self.seen.contains_key(&name) {
            return Err(Refusal::Replayed);
        }
        if self.seen.len() >= self.most {
            return Err(Refusal::ReplayFull);
        }
        self.seen.insert(name, expires);
        self.by_end.insert((expires, name));
        Ok(())
    }

    /// Tokens remembered now.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}
