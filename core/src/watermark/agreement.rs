//! How far readings agree with a hypothesis, before any id is decoded.
//!
//! Whatever the id, the copies of a code bit have one sign under the right hypothesis: the square of their
//! sum is then above the sum of their squares. Most cells are code cells, so together with the pilots they
//! tell more than the pilots alone, and at the cost of a sum. It ranks hypotheses; it proves nothing.

use super::code::CODE_BITS;

/// The sums of one stretch of readings under one hypothesis. They add up.
pub struct Agreement {
    /// Sum over the pilots, and its variance by chance.
    pub pilots: (f32, f32),
    /// For each code bit, the sum of its copies' readings.
    pub sums: [f32; CODE_BITS],
    /// For each code bit, the sum of their squares.
    pub squares: [f32; CODE_BITS],
}

impl Default for Agreement {
    fn default() -> Self {
        Self { pilots: (0.0, 0.0), sums: [0.0; CODE_BITS], squares: [0.0; CODE_BITS] }
    }
}

impl Agreement {
    /// Adds another stretch under the same hypothesis.
    pub fn add(&mut self, other: &Self) {
        self.pilots.0 += other.pilots.0;
        self.pilots.1 += other.pilots.1;
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, other)| *sum += other);
        self.squares.iter_mut().zip(&other.squares).for_each(|(square, other)| *square += other);
    }

    /// Deviations above chance: of the pilots and of the code bits, at right angles.
    pub fn score(&self) -> f32 {
        let ratio = |value: f32, deviation: f32| if deviation > 0.0 { value / deviation } else { 0.0 };
        let pilots = ratio(self.pilots.0, self.pilots.1.sqrt());
        let surplus: f32 = self.sums.iter().zip(&self.squares).map(|(sum, square)| sum * sum - square).sum();
        let deviation = (2.0 * self.squares.iter().map(|square| square * square).sum::<f32>()).sqrt();
        pilots.max(0.0).hypot(ratio(surplus, deviation).max(0.0))
    }
}
