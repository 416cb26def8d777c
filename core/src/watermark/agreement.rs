//! How far readings agree with a place in the pattern, before any id is decoded.
//!
//! Whatever the id, the copies of a code bit have one sign under the right place and the right set of chips: the square
//! of their sum is then above the sum of their squares. It ranks places and sets; it proves nothing.

use super::chips::{Chips, Column, PERIOD, VARIANTS};
use super::search::{Segment, columns};

/// The readings of a segment's code cells, laid out as the chips are: layer by layer, code bit by code bit.
pub struct Layers {
    /// The layers that the segment touches, and the readings of each.
    layers: Vec<(usize, Vec<f32>)>,
    /// For each code bit, the sum of its copies' squares.
    squares: Vec<f32>,
}

/// For each code bit, what a stretch of readings says under one set of chips. Stretches add up.
pub struct Tally {
    /// The sum of its copies.
    sums: Vec<f32>,
    /// The sum of their squares.
    squares: Vec<f32>,
}

impl Tally {
    /// Of nothing.
    pub fn new(chips: &Chips) -> Self {
        let none = vec![0.0; chips.scheme().code_bits()];
        Self { sums: none.clone(), squares: none }
    }

    /// Adds another stretch.
    pub fn add(&mut self, other: &Self) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, other)| *sum += other);
        self.squares.iter_mut().zip(&other.squares).for_each(|(sum, other)| *sum += other);
    }

    /// Deviations above chance.
    pub fn surplus(&self, chips: &Chips) -> f32 {
        surplus(&self.sums, &self.squares, deviation(&self.squares), chips)
    }
}

fn deviation(squares: &[f32]) -> f32 {
    (2.0 * squares.iter().map(|square| square * square).sum::<f32>()).sqrt()
}

#[inline(always)]
fn surplus(sums: &[f32], squares: &[f32], deviation: f32, chips: &Chips) -> f32 {
    let energy = squares.iter().sum::<f32>();
    if chips.scheme().code().is_none() {
        // Without an id the chips are all there is: the sum itself tells, not its parts' squares.
        return sums.iter().sum::<f32>() / energy.max(f32::MIN_POSITIVE).sqrt();
    }
    let mut total = [0f32; 8];
    for sums in sums.chunks(8) {
        total.iter_mut().zip(sums).for_each(|(square, sum)| *square += sum * sum);
    }
    (total.iter().sum::<f32>() - energy) / deviation.max(f32::MIN_POSITIVE)
}

impl Layers {
    /// Lays out what was read of a segment.
    pub fn new(values: &[Column], segment: &Segment, chips: &Chips) -> Self {
        let bits = chips.scheme().code_bits();
        let width = 8 * chips.stride();
        let mut layers: Vec<(usize, Vec<f32>)> = Vec::new();
        let mut index: Vec<Option<usize>> = Vec::new();
        let mut squares = vec![0f32; bits];
        for (place, column) in columns(values, segment) {
            let Some(cells) = chips.cells().get(place % PERIOD).copied().flatten() else { continue };
            for (cell, value) in cells.iter().zip(column) {
                let layer = usize::from(cell.layer);
                if index.len() <= layer {
                    index.resize(layer + 1, None);
                }
                let Some(slot) = index.get_mut(layer) else { continue };
                let at = *slot.get_or_insert_with(|| {
                    layers.push((layer, vec![0.0; width]));
                    layers.len() - 1
                });
                let bit = usize::from(cell.bit);
                if let Some(to) = layers.get_mut(at).and_then(|(_, values)| values.get_mut(bit)) {
                    *to += value;
                }
                if let Some(to) = squares.get_mut(bit) {
                    *to += value * value;
                }
            }
        }
        Self { layers, squares }
    }

    /// For each code bit, the sum of its copies under a set of chips.
    pub fn sums(&self, chips: &Chips, variant: usize) -> Vec<f32> {
        let mut sums = vec![0f32; 8 * chips.stride()];
        self.add_up(chips.variant(variant), chips.stride(), &mut sums);
        sums.truncate(self.squares.len());
        sums
    }

    /// What they say under a set of chips.
    pub fn tally(self, chips: &Chips, variant: usize) -> Tally {
        Tally { sums: self.sums(chips, variant), squares: self.squares }
    }

    #[inline(always)]
    fn add_up(&self, signs: &[u8], stride: usize, sums: &mut [f32]) {
        for (layer, values) in &self.layers {
            let signs = signs.get(layer * stride..(layer + 1) * stride).unwrap_or(&[]);
            let eights = sums.as_chunks_mut::<8>().0.iter_mut().zip(values.as_chunks::<8>().0).zip(signs);
            for ((sums, values), signs) in eights {
                if let Some(signs) = SIGNS.get(usize::from(*signs)) {
                    sums.iter_mut().zip(values.iter().zip(signs)).for_each(|(sum, (v, s))| *sum += v * s);
                }
            }
        }
    }

    /// Deviations above chance of each set of chips.
    pub fn surpluses(&self, chips: &Chips) -> Vec<f32> {
        // The chips are made on first use: not while looking.
        chips.variant(0);
        pulp::Arch::new().dispatch(|| self.rank(chips))
    }

    #[inline(always)]
    fn rank(&self, chips: &Chips) -> Vec<f32> {
        let mut sums = vec![0f32; 8 * chips.stride()];
        let deviation = deviation(&self.squares);
        (0..VARIANTS)
            .map(|variant| {
                sums.fill(0.0);
                self.add_up(chips.variant(variant), chips.stride(), &mut sums);
                surplus(&sums, &self.squares, deviation, chips)
            })
            .collect()
    }

    /// Deviations above chance of one set of chips.
    pub fn surplus_of(&self, chips: &Chips, variant: usize) -> f32 {
        let mut sums = vec![0f32; 8 * chips.stride()];
        self.add_up(chips.variant(variant), chips.stride(), &mut sums);
        surplus(&sums, &self.squares, deviation(&self.squares), chips)
    }
}

/// For each byte, the signs of its bits, the lowest first: -1 for a set bit.
#[allow(clippy::indexing_slicing)] // Evaluated by the compiler.
static SIGNS: [[f32; 8]; 256] = {
    let mut table = [[1.0; 8]; 256];
    let mut at = 0;
    while at < 256 * 8 {
        if ((at / 8) >> (at % 8)) & 1 == 1 {
            table[at / 8][at % 8] = -1.0;
        }
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MarkId;
    use crate::key::Key;
    use crate::watermark::reading::Grid;
    use crate::watermark::scheme::Scheme;

    #[test]
    fn the_right_chips_stand_out_whatever_the_id_and_give_its_code_bits() {
        for scheme in [Scheme::Presence, Scheme::Id16, Scheme::Id32] {
            let chips = Chips::new(&Key::from_bytes(&[5; 32]).unwrap(), scheme);
            let mark = scheme.carried(MarkId::new(0xabcd_12f7));
            let word = scheme.word(mark);
            let pattern = chips.pattern(0xf7, &word);
            let columns: Vec<Column> =
                (0..60).map(|t| pattern.column(t + 2_140).map(|sign| 0.3 * sign)).collect();
            let segment = Segment { grid: Grid::default(), shift: 2_140, from: 0, to: 6, z: 0.0 };
            let layers = Layers::new(&columns, &segment, &chips);
            let surpluses = layers.surpluses(&chips);
            let best = (0..VARIANTS).max_by(|a, b| surpluses[*a].total_cmp(&surpluses[*b]));
            assert_eq!(best, Some(0xf7), "{scheme:?}");
            assert_eq!(surpluses[0xf7], layers.surplus_of(&chips, 0xf7));
            let sums = layers.sums(&chips, 0xf7);
            assert!(sums.iter().zip(&word).all(|(sum, bit)| sum * bit > 0.5), "{scheme:?}");
        }
    }
}
