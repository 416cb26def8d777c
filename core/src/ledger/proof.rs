//! Proofs over the Merkle tree: that an entry is in it, and that one tree continues another.
//!
//! RFC 6962, sections 2.1.1 and 2.1.2; the verification is that of RFC 9162, sections 2.1.3.2 and
//! 2.1.4.2. Making a proof asks for the roots of perfect trees only ([`Nodes`]), which whoever keeps the
//! entries answers from its tiles; checking one needs nothing but the proof.

use sha2::{Digest, Sha256};

use super::tree::{Hash, node_hash};

/// Who knows the roots of the perfect trees.
pub trait Nodes {
    /// What goes wrong when one cannot be told.
    type Error;
    /// Root of the tree over the leaves `index * 2^level` to `(index + 1) * 2^level`, the last not
    /// included.
    fn node(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// Root of the tree over the leaves `start..end`, where `start` is a multiple of the smallest power of
/// two that is not below `end - start`.
fn root<N: Nodes>(nodes: &mut N, start: u64, end: u64) -> Result<Hash, N::Error> {
    if start >= end {
        return Ok(Sha256::digest([]).into());
    }
    let mut perfect = Vec::new();
    let mut at = start;
    while at < end {
        let level = (end - at).ilog2();
        perfect.push(nodes.node(level, at >> level)?);
        at += 1 << level;
    }
    let folded = perfect.into_iter().rev().reduce(|right, left| node_hash(&left, &right));
    Ok(folded.unwrap_or_else(|| Sha256::digest([]).into()))
}

/// Root of the tree over the first `size` leaves.
pub fn root_at<N: Nodes>(nodes: &mut N, size: u64) -> Result<Hash, N::Error> {
    root(nodes, 0, size)
}

/// Largest power of two below `size`, which is 2 or more.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The path that proves that leaf `index` is in the tree of `size` leaves, the deepest hash first.
/// `index` must be below `size`.
pub fn inclusion<N: Nodes>(nodes: &mut N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(root(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(root(nodes, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The path that proves that the tree of `size` leaves begins with that of `old` leaves. Empty where
/// there is nothing to prove. `old` must not be above `size`.
pub fn consistency<N: Nodes>(nodes: &mut N, old: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    let mut path = Vec::new();
    if old == 0 || old == size {
        return Ok(path);
    }
    let (mut start, mut end, mut whole) = (0, size, true);
    loop {
        if start + (old - start) == end {
            // The old tree ends here: known to the verifier when it is the old tree itself.
            if !whole {
                path.push(root(nodes, start, end)?);
            }
            break;
        }
        let middle = start + split(end - start);
        if old <= middle {
            path.push(root(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(root(nodes, start, middle)?);
            start = middle;
            whole = false;
        }
    }
    path.reverse();
    Ok(path)
}

/// Root of the tree of `size` leaves in which this path puts the leaf at `index`: that of the checkpoint,
/// if the leaf is there. `None` when the path has not the length that it must have.
pub fn included_root(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// Whether the path proves that the tree of `size` leaves and this root begins with that of `old` leaves
/// and that root.
pub fn consistent(old: u64, old_root: &Hash, size: u64, root: &Hash, path: &[Hash]) -> bool {
    if old > size || (old == 0 || old == size) != path.is_empty() {
        return false;
    }
    if old == size {
        return old_root == root;
    }
    if old == 0 {
        return *old_root == <[u8; 32]>::from(Sha256::digest([]));
    }
    let mut hashes = path.iter();
    // Of a power of two the old root is itself the first hash.
    let first = if old.is_power_of_two() { Some(old_root) } else { hashes.next() };
    let Some(first) = first else { return false };
    let (mut place, mut last) = (old - 1, size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut of_old, mut of_new) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            of_old = node_hash(sibling, &of_old);
            of_new = node_hash(sibling, &of_new);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node_hash(&of_new, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && of_old == *old_root && of_new == *root
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::super::tree::{Frontier, leaf_hash};
    use super::*;

    /// All leaves at hand.
    struct Leaves(Vec<Hash>);

    impl Nodes for Leaves {
        type Error = Infallible;

        fn node(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
            let start = (index << level) as usize;
            let mut tree = Frontier::default();
            self.0[start..start + (1 << level)].iter().for_each(|leaf| tree.push(*leaf));
            Ok(tree.root())
        }
    }

    fn leaves(count: u64) -> Leaves {
        Leaves((0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect())
    }

    fn root_of(leaves: &Leaves, size: u64) -> Hash {
        let mut tree = Frontier::default();
        leaves.0[..size as usize].iter().for_each(|leaf| tree.push(*leaf));
        tree.root()
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proven_and_no_other() {
        for size in 1..=34 {
            let mut all = leaves(size);
            let root = root_of(&all, size);
            for index in 0..size {
                let path = inclusion(&mut all, index, size).unwrap();
                let leaf = all.0[index as usize];
                assert_eq!(included_root(&leaf, index, size, &path), Some(root));
                assert_ne!(included_root(&[7; 32], index, size, &path), Some(root));
                for other in (0..size).filter(|other| *other != index) {
                    assert_ne!(included_root(&leaf, other, size, &path), Some(root), "{index} as {other}");
                }
                assert_ne!(included_root(&leaf, index, size, &[&path[..], &[[0; 32]]].concat()), Some(root));
                if !path.is_empty() {
                    assert_ne!(included_root(&leaf, index, size, &path[1..]), Some(root));
                }
            }
        }
    }

    #[test]
    fn every_small_tree_continues_every_smaller_one_and_no_other() {
        for size in 0..=34 {
            let mut all = leaves(size);
            let root = root_of(&all, size);
            for old in 0..=size {
                let (old_root, path) = (root_of(&all, old), consistency(&mut all, old, size).unwrap());
                assert!(consistent(old, &old_root, size, &root, &path), "{old} of {size}");
                assert!(!consistent(old, &[7; 32], size, &root, &path), "another past, {old} of {size}");
                if old > 0 {
                    assert!(!consistent(old, &old_root, size, &[7; 32], &path), "another present");
                }
                for at in 0..path.len() {
                    let mut wrong = path.clone();
                    wrong[at][0] ^= 1;
                    assert!(!consistent(old, &old_root, size, &root, &wrong));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn proofs_of_any_length_are_checked_without_a_panic(
            index: u64, size: u64, old: u64, path in proptest::collection::vec(any::<Hash>(), 0..70)
        ) {
            included_root(&[0; 32], index, size, &path);
            consistent(old, &[0; 32], size, &[0; 32], &path);
        }

        #[test]
        fn the_root_at_any_size_is_the_frontiers(size in 0u64..600) {
            let mut all = leaves(size);
            prop_assert_eq!(root_at(&mut all, size).unwrap(), root_of(&all, size));
        }
    }
}
