//! What the policy's bench measures with: disguises, ordinary sentences, hard negatives, personal data.
//!
//! Everything is written here or made from grammars, by a generator with a fixed seed. Every set has two parts: *development*, which
//! rules may be tuned on, and *held out*, which none was; the tables report both.

pub mod disguise;
pub mod negatives;
pub mod ordinary;
pub mod pii;
pub mod terms;

/// A small generator (SplitMix64), so that the sets are the same everywhere.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// A number of 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() % end.max(1) as u64) as usize
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}
