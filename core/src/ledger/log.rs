//! The chain of entries.
//!
//! Entry `n` carries the leaf hash of its record, and a MAC that ties the record to its place and to
//! everything before it. With `|` for concatenation and numbers 64 bits wide, big-endian:
//!
//! ```text
//! leaf(n) = SHA-256(0x00 | record)
//! mac(n)  = HMAC-SHA-256(ledger-mac key, "voxguard/v2/entry" | 0x00 | n | mac(n - 1) | leaf(n))
//! mac(0)  = 32 zero bytes
//! ```
//!
//! The MAC covers the record by its leaf hash, so that a record can be purged and everything after it
//! still be verified: what stays of it is its leaf. (The first chain, `v1`, had the record itself in the
//! MAC's place; a store that meets one verifies it by [`authentic_v1`] and puts this one in its place. The
//! tree, and so every checkpoint, is the same in both.)
//!
//! The [`Tail`] is what the next append needs. A store keeps it beside the entries, sealed with a MAC of
//! its own, so that entries cannot be taken off the end without the key:
//!
//! ```text
//! tail = 0x01 | n | mac(n) | roots of the frontier, 32 bytes each, largest tree first | seal
//! seal = HMAC-SHA-256(ledger-mac key, "voxguard/v1/tail" | 0x00 | the bytes before it)
//! ```
//!
//! Who puts an older copy of all of it back is not noticed by this: see [`checkpoint`](super::checkpoint).

use subtle::ConstantTimeEq;

use super::key::LedgerKey;
use super::record::{Record, RecordError};
use super::tree::{Frontier, Hash, leaf_hash};

const TAIL_VERSION: u8 = 1;

/// What a store keeps of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the ledger, from 1.
    pub seq: u64,
    /// The record's canonical bytes.
    pub record: Vec<u8>,
    /// Leaf hash of the record.
    pub leaf: Hash,
    /// Ties the record to its place and to what comes before.
    pub mac: Hash,
    /// Tiles of the tree that this entry completes: every [`Tile::HEIGHT`]th level of it.
    pub tiles: Vec<Tile>,
}

/// Root of a perfect tree within the ledger's: what a proof is made of without reading every entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// The tree has 2^level leaves; a multiple of [`Tile::HEIGHT`].
    pub level: u32,
    /// Place among the trees of this level, from 0.
    pub index: u64,
    /// Root.
    pub hash: Hash,
}

impl Tile {
    /// Levels from one kept level of the tree to the next, as in C2SP tlog-tiles: a proof reads 256 hashes
    /// of each at most, and a ledger keeps one hash for 256 entries.
    pub const HEIGHT: u32 = 8;
}

/// Where a ledger ends: what the next append needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    mac: Hash,
    tree: Frontier,
}

impl Tail {
    /// The tail of a ledger without entries.
    pub fn empty() -> Self {
        Self { mac: [0; 32], tree: Frontier::default() }
    }

    /// Entries of the ledger.
    pub fn len(&self) -> u64 {
        self.tree.len()
    }

    /// Says whether the ledger has no entry.
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// MAC of the last entry; of an empty ledger zeros.
    pub fn mac(&self) -> &Hash {
        &self.mac
    }

    /// Root of the Merkle tree over all entries.
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The entry of this record at the end of the ledger; the tail moves behind it. On error the tail
    /// stands as before.
    pub fn append(&mut self, key: &LedgerKey, record: &Record) -> Result<Entry, RecordError> {
        Ok(self.append_encoded(key, record.encode()?))
    }

    /// As [`Tail::append`], for what [`Record::encode`] gave.
    pub fn append_encoded(&mut self, key: &LedgerKey, record: Vec<u8>) -> Entry {
        let seq = self.len().wrapping_add(1);
        let leaf = leaf_hash(&record);
        let mac = entry_mac(key, seq, &self.mac, &leaf);
        let tiles = self.advance(leaf, mac);
        Entry { seq, record, leaf, mac, tiles }
    }

    /// Moves behind a leaf whose entry is known to be authentic, with its MAC of this chain. Gives the
    /// MAC and the tiles that it completes.
    pub fn rebuild(&mut self, key: &LedgerKey, leaf: Hash) -> (Hash, Vec<Tile>) {
        let mac = entry_mac(key, self.len().wrapping_add(1), &self.mac, &leaf);
        let tiles = self.advance(leaf, mac);
        (mac, tiles)
    }

    /// Moves behind an entry that has been verified.
    pub(super) fn advance(&mut self, leaf: Hash, mac: Hash) -> Vec<Tile> {
        let mut tiles = Vec::new();
        self.tree.push_visiting(leaf, |level, index, hash| {
            if level.is_multiple_of(Tile::HEIGHT) {
                tiles.push(Tile { level, index, hash });
            }
        });
        self.mac = mac;
        tiles
    }

    /// The tail as bytes, sealed with the key.
    pub fn encode(&self, key: &LedgerKey) -> Vec<u8> {
        let mut bytes = vec![TAIL_VERSION];
        bytes.extend_from_slice(&self.len().to_be_bytes());
        bytes.extend_from_slice(&self.mac);
        bytes.extend(self.tree.roots().iter().flatten());
        let seal = tail_seal(key, &bytes);
        bytes.extend_from_slice(&seal);
        bytes
    }

    /// The tail that these bytes hold, if this key sealed them.
    pub fn decode(key: &LedgerKey, bytes: &[u8]) -> Result<Self, TailError> {
        let (body, seal) = bytes.split_last_chunk::<32>().ok_or(TailError)?;
        if !bool::from(tail_seal(key, body).ct_eq(seal)) {
            return Err(TailError);
        }
        let (version, rest) = body.split_first().ok_or(TailError)?;
        let (len, rest) = rest.split_first_chunk::<8>().ok_or(TailError)?;
        let (mac, rest) = rest.split_first_chunk::<32>().ok_or(TailError)?;
        let (roots, []) = rest.as_chunks::<32>() else { return Err(TailError) };
        let tree = Frontier::from_roots(u64::from_be_bytes(*len), roots.to_vec()).ok_or(TailError)?;
        match *version {
            TAIL_VERSION => Ok(Self { mac: *mac, tree }),
            _ => Err(TailError),
        }
    }
}

/// Says whether this key put this record at this place, behind the entry with the MAC `previous`.
///
/// Speaks of one entry alone: that everything before it is as it was is [`verify`](super::verify)'s to say.
pub fn authentic(key: &LedgerKey, seq: u64, previous: &Hash, record: &[u8], mac: &[u8]) -> bool {
    authentic_leaf(key, seq, previous, &leaf_hash(record), mac)
}

/// As [`authentic`], by the leaf hash: all that is left of a record that was purged.
pub fn authentic_leaf(key: &LedgerKey, seq: u64, previous: &Hash, leaf: &Hash, mac: &[u8]) -> bool {
    entry_mac(key, seq, previous, leaf).ct_eq(mac).into()
}

/// As [`authentic`], in the first chain.
pub fn authentic_v1(key: &LedgerKey, seq: u64, previous: &Hash, record: &[u8], mac: &[u8]) -> bool {
    let length = (record.len() as u64).to_be_bytes();
    let expected = [b"voxguard/v1/entry\0", &seq.to_be_bytes()[..], previous, &length, record];
    key.authenticate(&expected).ct_eq(mac).into()
}

fn entry_mac(key: &LedgerKey, seq: u64, previous: &Hash, leaf: &Hash) -> Hash {
    key.authenticate(&[b"voxguard/v2/entry\0", &seq.to_be_bytes(), previous, leaf])
}

fn tail_seal(key: &LedgerKey, body: &[u8]) -> Hash {
    key.authenticate(&[b"voxguard/v1/tail\0", body])
}

/// The stored tail is not one that this key sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored tail was not sealed by the ledger's key: it was changed or damaged")]
pub struct TailError;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{generation, key, ledger};
    use super::*;
    use crate::key::Key;

    #[test]
    fn the_same_record_twice_gives_two_different_macs() {
        let key = key(1);
        let mut tail = Tail::empty();
        let first = tail.append(&key, &generation(1)).unwrap();
        let second = tail.append(&key, &generation(1)).unwrap();
        assert_eq!((first.seq, second.seq, tail.len()), (1, 2, 2));
        assert_eq!(first.leaf, second.leaf);
        assert_ne!(first.mac, second.mac);
    }

    #[test]
    fn macs_are_what_the_documentation_says() {
        let secret = Key::from_bytes(&[1; 32]).unwrap();
        let (entries, tail) = ledger(&key(1), 1, 2);
        let mut message = b"voxguard/v2/entry\0".to_vec();
        message.extend([0, 0, 0, 0, 0, 0, 0, 2]);
        message.extend(entries[0].mac);
        message.extend(leaf_hash(&entries[1].record));
        let mac_key = Key::from_bytes(secret.derive("voxguard/v1/ledger-mac").as_slice()).unwrap();
        assert_eq!(entries[1].mac, *mac_key.mac(&[&message]));
        assert_eq!(tail.mac(), &entries[1].mac);
    }

    #[test]
    fn an_entry_is_authentic_at_its_place_behind_its_predecessor_under_its_key_only() {
        let (entries, _) = ledger(&key(1), 1, 3);
        let (first, second) = (&entries[0], &entries[1]);
        assert!(authentic(&key(1), 1, &[0; 32], &first.record, &first.mac));
        assert!(authentic(&key(1), 2, &first.mac, &second.record, &second.mac));
        assert!(!authentic(&key(2), 2, &first.mac, &second.record, &second.mac));
        assert!(!authentic(&key(1), 3, &first.mac, &second.record, &second.mac));
        assert!(!authentic(&key(1), 2, &[0; 32], &second.record, &second.mac));
        assert!(!authentic(&key(1), 2, &first.mac, &first.record, &second.mac));
        assert!(!authentic(&key(1), 2, &first.mac, &second.record, &second.mac[..31]));
    }

    #[test]
    fn a_record_outside_its_limits_leaves_the_tail_as_it_was() {
        let (_, mut tail) = ledger(&key(1), 1, 3);
        let before = tail.clone();
        let mut record = generation(9);
        record.time_ms = u64::MAX;
        assert!(tail.append(&key(1), &record).is_err());
        assert_eq!(tail, before);
    }

    proptest! {
        #[test]
        fn a_tail_survives_its_encoding_and_an_append_goes_on_from_it(count in 0u32..40) {
            let key = key(1);
            let (_, mut tail) = ledger(&key, 1, count);
            let mut read = Tail::decode(&key, &tail.encode(&key)).unwrap();
            prop_assert_eq!(&read, &tail);
            prop_assert_eq!(read.append(&key, &generation(99)), tail.append(&key, &generation(99)));
            prop_assert_eq!(read.root(), tail.root());
        }

        #[test]
        fn a_tail_that_was_changed_anywhere_is_refused(at: usize, bit in 0u8..8, count in 0u32..9) {
            let key = key(1);
            let (_, tail) = ledger(&key, 1, count);
            let mut bytes = tail.encode(&key);
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(Tail::decode(&key, &bytes), Err(TailError));
        }

        #[test]
        fn arbitrary_bytes_are_no_tail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(Tail::decode(&key(1), &bytes), Err(TailError));
        }
    }
}
