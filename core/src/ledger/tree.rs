//! The Merkle tree of RFC 6962, section 2.1, kept by its frontier.
//!
//! A tree of `n` leaves is a row of perfect trees, one for each bit that is set in `n`, the largest
//! first. Their roots are all that an append or the whole tree's root needs: at most 64 hashes, however
//! long the ledger.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Hash of a leaf: SHA-256 of a zero byte and the data.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// Hash of an inner node: SHA-256 of a one byte and both children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Roots of the perfect trees that a tree consists of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    leaves: u64,
    /// Largest tree first; one for each bit that is set in `leaves`.
    roots: Vec<Hash>,
}

impl Frontier {
    /// The frontier with these roots, if as many as a tree of this size has.
    pub fn from_roots(leaves: u64, roots: Vec<Hash>) -> Option<Self> {
        (roots.len() == leaves.count_ones() as usize).then_some(Self { leaves, roots })
    }

    /// Leaves of the tree.
    pub fn len(&self) -> u64 {
        self.leaves
    }

    /// Says whether the tree has no leaf.
    pub fn is_empty(&self) -> bool {
        self.leaves == 0
    }

    /// Roots of the perfect trees, the largest first.
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Adds a leaf at the end.
    pub fn push(&mut self, leaf: Hash) {
        self.push_visiting(leaf, |_, _, _| {});
    }

    /// Adds a leaf at the end, and tells of every perfect tree that it completes: its level (2^level
    /// leaves), its place among those of its level, and its root. A tree cannot reach 2^64 leaves in practice: a leaf a nanosecond for 584
    /// years.
    pub fn push_visiting(&mut self, leaf: Hash, mut completed: impl FnMut(u32, u64, Hash)) {
        let mut root = leaf;
        // As in a binary counter: each low bit that is set is a tree of the size of the new one.
        for level in 1..=self.leaves.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                root = node_hash(&left, &root);
                completed(level, self.leaves.checked_shr(level).unwrap_or(0), root);
            }
        }
        self.roots.push(root);
        self.leaves = self.leaves.wrapping_add(1);
    }

    /// Root of the whole tree; of an empty one the hash of nothing.
    pub fn root(&self) -> Hash {
        let smallest_first = self.roots.iter().rev().copied();
        smallest_first
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(|| Sha256::digest([]).into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::hex;

    /// MTH of RFC 6962, as it is defined there.
    fn tree_hash(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => leaf_hash(leaf),
            _ => {
                let half = leaves.len().next_power_of_two() / 2;
                node_hash(&tree_hash(&leaves[..half]), &tree_hash(&leaves[half..]))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_certificate_transparency_test_vectors() {
        // The leaves and roots that the tests of Certificate Transparency implementations share.
        let leaves: [&[u8]; 8] = [
            b"",
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Frontier::default();
        assert_eq!(hex(&tree.root()), roots[0]);
        for (leaf, root) in leaves.iter().zip(&roots[1..]) {
            tree.push(leaf_hash(leaf));
            assert_eq!(&hex(&tree.root()), root);
        }
    }

    proptest! {
        #[test]
        fn the_frontier_gives_the_root_that_the_definition_gives(
            leaves in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..8), 0..70)
        ) {
            let mut tree = Frontier::default();
            for leaf in &leaves {
                tree.push(leaf_hash(leaf));
            }
            prop_assert_eq!(tree.root(), tree_hash(&leaves));
            prop_assert_eq!(tree.roots().len() as u32, tree.len().count_ones());
            let read = Frontier::from_roots(tree.len(), tree.roots().to_vec());
            prop_assert_eq!(read, Some(tree));
        }
    }

    #[test]
    fn a_frontier_of_the_wrong_number_of_roots_is_refused() {
        assert_eq!(Frontier::from_roots(3, vec![[0; 32]]), None);
        assert_eq!(Frontier::from_roots(0, vec![[0; 32]]), None);
    }
}
