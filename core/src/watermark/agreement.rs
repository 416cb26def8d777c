//! How far readings agree with a place in the pattern, before any id is decoded.
//!
//! Whatever the id, the copies of a code bit have one sign under the right place and the right set of chips: the square
//! of their sum is then above the sum of their squares. It ranks places and sets; it proves nothing.

use pulp::{Simd, WithSimd};

use super::chips::{Chips, Column, PERIOD, VARIANTS};
use super::search::{Segment, columns};

/// The readings of a segment's code cells, laid out as the chips are: layer by layer, code bit by code bit.
pub struct Layers {
    /// The layers that the segment touches.
    layers: Vec<usize>,
    /// The readings of each of these layers, one after the other, filled up to whole words with zeros.
    values: Vec<f32>,
    /// For each code bit, the sum of its copies' squares.
    squares: Vec<f32>,
}

/// Code bits whose chips are taken at once: two bytes of them.
const WORD: usize = 16;

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
        let width = 8 * chips.stride();
        let mut laid =
            Self { layers: vec![], values: vec![], squares: vec![0.0; chips.scheme().code_bits()] };
        let mut slots: Vec<Option<usize>> = vec![None; chips.layers()];
        for (place, column) in columns(values, segment) {
            let Some(cells) = chips.cells().get(place % PERIOD).copied().flatten() else { continue };
            for (cell, value) in cells.iter().zip(column) {
                let layer = usize::from(cell.layer);
                let Some(slot) = slots.get_mut(layer) else { continue };
                let at = *slot.get_or_insert_with(|| {
                    laid.layers.push(layer);
                    laid.values.resize(laid.layers.len() * width, 0.0);
                    laid.layers.len() - 1
                });
                let bit = usize::from(cell.bit);
                if let Some(to) = laid.values.get_mut(at * width + bit) {
                    *to += value;
                }
                if let Some(to) = laid.squares.get_mut(bit) {
                    *to += value * value;
                }
            }
        }
        laid
    }

    /// For each code bit, the sum of its copies under a set of chips.
    pub fn sums(&self, chips: &Chips, variant: usize) -> Vec<f32> {
        let mut sums = Vec::new();
        chips.variant(0);
        let give = &mut |all: &[f32]| sums.extend_from_slice(all);
        pulp::Arch::new().dispatch(Sums { layers: self, chips, variants: &[variant], give });
        sums.truncate(self.squares.len());
        sums
    }

    /// What they say under a set of chips.
    pub fn tally(self, chips: &Chips, variant: usize) -> Tally {
        Tally { sums: self.sums(chips, variant), squares: self.squares }
    }

    /// Gives the sums under each of some sets of chips.
    #[inline(always)]
    fn add_up<S: Simd>(&self, simd: S, chips: &Chips, variants: &[usize], give: &mut dyn FnMut(&[f32])) {
        for variant in variants {
            let signs = chips.variant(*variant);
            // As many words as the schemes have code bits for: then a set's sums stay in registers.
            match chips.stride() / 2 {
                4 => give(self.sums_of::<S, 4>(simd, signs).as_flattened()),
                6 => give(self.sums_of::<S, 6>(simd, signs).as_flattened()),
                13 => give(self.sums_of::<S, 13>(simd, signs).as_flattened()),
                _ => give(self.sums_of::<S, 7>(simd, signs).as_flattened()),
            }
        }
    }

    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // Indices are words and registers: constants, never input.
    fn sums_of<S: Simd, const WORDS: usize>(&self, simd: S, signs: &[u8]) -> [[f32; WORD]; WORDS] {
        let mut sums = [[0f32; WORD]; WORDS];
        // The sign of a lane's reading, from the lowest bits of a word: shifted to where a float has its own.
        let mut shifts = [0u32; WORD];
        shifts.iter_mut().enumerate().for_each(|(lane, shift)| *shift = 31 - lane as u32);
        let shifts = S::as_simd_u32s(&shifts[..S::U32_LANES]).0[0];
        let sign = simd.splat_u32s(1 << 31);
        // As many registers at a time as there are words: that is all of them, or a half, or a quarter.
        for part in 0..WORD / S::F32_LANES {
            let mut registers = [simd.splat_f32s(0.0); WORDS];
            for (layer, values) in self.layers.iter().zip(self.values.chunks_exact(WORDS * WORD)) {
                let signs = signs.get(layer * 2 * WORDS..(layer + 1) * 2 * WORDS).unwrap_or(&[0; 26]);
                let values = S::as_simd_f32s(values).0;
                for (at, sum) in registers.iter_mut().enumerate() {
                    let register = part * WORDS + at;
                    let (word, lane) = (register * S::F32_LANES / WORD, register * S::F32_LANES % WORD);
                    let signs = u32::from(u16::from_le_bytes([signs[2 * word], signs[2 * word + 1]])) >> lane;
                    // A set bit flips the sign of the reading.
                    let flips =
                        simd.and_u32s(simd.wrapping_dyn_shl_u32s(simd.splat_u32s(signs), shifts), sign);
                    let value = simd.xor_u32s(simd.transmute_u32s_f32s(values[register]), flips);
                    *sum = simd.add_f32s(*sum, simd.transmute_f32s_u32s(value));
                }
            }
            let to = part * WORDS * S::F32_LANES..(part + 1) * WORDS * S::F32_LANES;
            S::as_mut_simd_f32s(&mut sums.as_flattened_mut()[to]).0.copy_from_slice(&registers);
        }
        sums
    }

    /// Deviations above chance of each set of chips.
    pub fn surpluses(&self, chips: &Chips) -> Vec<f32> {
        let all: Vec<usize> = (0..VARIANTS).collect();
        self.surpluses_of(chips, &all)
    }

    /// Deviations above chance of one set of chips.
    pub fn surplus_of(&self, chips: &Chips, variant: usize) -> f32 {
        self.surpluses_of(chips, &[variant]).first().copied().unwrap_or(0.0)
    }

    fn surpluses_of(&self, chips: &Chips, variants: &[usize]) -> Vec<f32> {
        // The chips are made on first use: not while looking.
        chips.variant(0);
        let mut found = Vec::with_capacity(variants.len());
        let deviation = deviation(&self.squares);
        let give = &mut |sums: &[f32]| found.push(surplus(sums, &self.squares, deviation, chips));
        pulp::Arch::new().dispatch(Sums { layers: self, chips, variants, give });
        found
    }
}

/// [`Layers::add_up`] with the machine's instructions.
struct Sums<'a> {
    layers: &'a Layers,
    chips: &'a Chips,
    variants: &'a [usize],
    /// Not generic: one copy of the code is large enough.
    give: &'a mut dyn FnMut(&[f32]),
}

impl WithSimd for Sums<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.layers.add_up(simd, self.chips, self.variants, self.give);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MarkId;
    use crate::key::Key;
    use crate::watermark::reading::Grid;
    use crate::watermark::scheme::Scheme;

    #[test]
    fn the_right_chips_stand_out_whatever_the_id_and_give_its_code_bits() {
        for scheme in [Scheme::Presence, Scheme::Id16, Scheme::Id32, Scheme::Id64] {
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
