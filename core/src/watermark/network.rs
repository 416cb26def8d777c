//! A convolutional network that reads the grid and guesses each cell's sign.
//!
//! What it learned is how speech spreads over neighbouring cells, so that it can tell what a cell's level
//! would be without the mark, and how sure of that it is. It cannot have learned a key: each grid of the
//! training had another. `bench/train` makes the weights; a test holds this inference to the training framework's.
//!
//! A 5x5 convolution of the levels with a bias for each band, ReLU; residual 3x3 convolutions;
//! a 3x3 convolution to log-odds. Zero padding in time and band. Bands are innermost: a register holds as many
//! neighbours as the machine's are wide (`pulp`), and the same weight serves all of them.
#![allow(clippy::indexing_slicing)] // Indices are taps, bands and channels, and rows counted by the loops.

use pulp::{Simd, WithSimd};

use super::chips::Column;
use super::grid::BANDS;

/// Decibels that a network sees as 1.
const SCALE: f32 = 12.0;
/// No cell is surer than this: training saw no e^8 : 1 that held on other audio.
const MOST: f32 = 8.0;
/// Empty bands at either end of a row: as far as the widest convolution reaches.
const EDGE: usize = 2;
/// Registers of neighbouring bands that are computed together: no sum waits for its last addition.
const ABREAST: usize = 4;
// Registers of all machines divide a row.
const _: () = assert!(BANDS.is_multiple_of(16));

/// For each of C channels, the bands of a column of cells, between empty ones.
type Row<const C: usize> = [[f32; BANDS + 2 * EDGE]; C];

/// A network of C channels and its weights.
pub struct Network<const C: usize> {
    first: Convolution<1, C, 25>,
    body: Vec<Convolution<C, C, 9>>,
    last: Convolution<C, 1, 9>,
}

impl<const C: usize> Network<C> {
    /// The network with these weights (little-endian f32) and this many residual layers.
    pub fn new(weights: &[u8], depth: usize) -> Self {
        let mut weights = weights.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let mut next = || weights.next().unwrap_or(0.0);
        let first = Convolution::new(&mut next, BANDS);
        let body = (0..depth).map(|_| Convolution::new(&mut next, 1)).collect();
        Self { first, body, last: Convolution::new(&mut next, 1) }
    }

    /// Log-odds that each cell was raised, from levels in decibels (see [`super::grid::levels`]).
    pub fn log_odds(&self, levels: &[Column]) -> Vec<Column> {
        struct Run<'a, const C: usize>(&'a Network<C>, &'a [Column]);
        impl<const C: usize> WithSimd for Run<'_, C> {
            type Output = Vec<Column>;
            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) -> Vec<Column> {
                self.0.run(simd, self.1)
            }
        }
        pulp::Arch::new().dispatch(Run(self, levels))
    }

    /// Columns pass through all layers one after the other: what is between two layers is three rows, which the
    /// nearest cache holds.
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, levels: &[Column]) -> Vec<Column> {
        let count = levels.len();
        let empty_input: Row<1> = [[0.0; BANDS + 2 * EDGE]];
        let empty: Row<C> = [[0.0; BANDS + 2 * EDGE]; C];
        // Column t lies at t modulo the length.
        let mut input = [empty_input; 5];
        let mut stages = vec![[empty; 3]; self.body.len() + 1];
        let mut odds = Vec::with_capacity(count);
        for last in 0..count + 2 + stages.len() {
            if let Some(levels) = levels.get(last) {
                let bands = input[last % 5][0][EDGE..BANDS + EDGE].iter_mut();
                bands.zip(levels).for_each(|(to, level)| *to = level / SCALE);
            } else {
                input[last % 5] = empty_input;
            }
            // The first layer sees two columns on either side, each other layer one.
            let Some(column) = last.checked_sub(2) else { continue };
            let is_there = |column: &usize| *column < count;
            if is_there(&column) {
                let out = &mut stages[0][column % 3];
                self.first.apply(simd, around(&input, column), out);
                out.iter_mut().flatten().for_each(|value| *value = value.max(0.0));
            } else {
                stages[0][column % 3] = empty;
            }
            for (depth, layer) in self.body.iter().enumerate() {
                let Some(column) = column.checked_sub(depth + 1) else { break };
                let (before, after) = stages.split_at_mut(depth + 1);
                let (before, out) = (&before[depth], &mut after[0][column % 3]);
                if !is_there(&column) {
                    *out = empty;
                    continue;
                }
                layer.apply(simd, around(before, column), out);
                let centres = before[column % 3].as_flattened();
                let values = out.as_flattened_mut().iter_mut().zip(centres);
                values.for_each(|(value, centre)| *value = centre + value.max(0.0));
            }
            let column = column.checked_sub(stages.len()).filter(is_there);
            if let (Some(column), Some(before)) = (column, stages.last()) {
                let mut out = [[0f32; BANDS + 2 * EDGE]];
                self.last.apply(simd, around(before, column), &mut out);
                odds.push(std::array::from_fn(|band| out[0][EDGE + band].clamp(-MOST, MOST)));
            }
        }
        odds
    }
}

/// The N rows around a column, of which row t lies at t modulo N.
#[inline(always)]
fn around<R, const N: usize>(rows: &[R; N], column: usize) -> [&R; N] {
    std::array::from_fn(|at| &rows[(column + N - N / 2 + at) % N])
}

/// A square convolution of I channels to O.
struct Convolution<const I: usize, const O: usize, const TAPS: usize> {
    /// For each tap and channel in, its weights to the channels out.
    taps: [[[f32; O]; I]; TAPS],
    /// For each channel out, what each band begins with.
    bias: [[f32; BANDS]; O],
}

impl<const I: usize, const O: usize, const TAPS: usize> Convolution<I, O, TAPS> {
    /// The weights that come next: those of the taps, then those of the bias for this many bands, 1 standing for all.
    fn new(next: &mut impl FnMut() -> f32, biased: usize) -> Self {
        let taps = std::array::from_fn(|_| std::array::from_fn(|_| std::array::from_fn(|_| next())));
        let columns: Vec<[f32; O]> = (0..biased).map(|_| std::array::from_fn(|_| next())).collect();
        let bias = std::array::from_fn(|o| std::array::from_fn(|band| columns[band % biased][o]));
        Self { taps, bias }
    }

    /// One column of cells from those around it. The empty bands stay empty.
    #[inline(always)]
    fn apply<S: Simd, const ACROSS: usize>(&self, simd: S, rows: [&Row<I>; ACROSS], out: &mut Row<O>) {
        // As many channels at a time as 16 registers have room for.
        if O.is_multiple_of(2) {
            self.channels::<S, ACROSS, 2>(simd, rows, out);
        } else {
            self.channels::<S, ACROSS, 1>(simd, rows, out);
        }
    }

    #[inline(always)]
    fn channels<S: Simd, const ACROSS: usize, const G: usize>(
        &self,
        simd: S,
        rows: [&Row<I>; ACROSS],
        out: &mut Row<O>,
    ) {
        let abreast = ABREAST * S::F32_LANES;
        for first in (0..O).step_by(G) {
            let whole = BANDS / abreast * abreast;
            for block in (0..whole).step_by(abreast) {
                self.block::<S, ACROSS, G, ABREAST>(simd, rows, out, first, block);
            }
            for block in (whole..BANDS).step_by(S::F32_LANES) {
                self.block::<S, ACROSS, G, 1>(simd, rows, out, first, block);
            }
        }
    }

    /// G channels out, from the first on, and A registers of bands.
    #[inline(always)]
    fn block<S: Simd, const ACROSS: usize, const G: usize, const A: usize>(
        &self,
        simd: S,
        rows: [&Row<I>; ACROSS],
        out: &mut Row<O>,
        first: usize,
        block: usize,
    ) {
        let edge = EDGE - ACROSS / 2;
        let mut sums: [[S::f32s; A]; G] =
            std::array::from_fn(|g| abreast::<S, A>(&self.bias[first + g][block..]));
        for (taps, row) in self.taps.as_chunks::<ACROSS>().0.iter().zip(rows) {
            for (offset, weights) in taps.iter().enumerate() {
                for (weights, input) in weights.iter().zip(row) {
                    let values = abreast::<S, A>(&input[edge + offset + block..]);
                    for (g, sums) in sums.iter_mut().enumerate() {
                        let weight = simd.splat_f32s(weights[first + g]);
                        for (sum, value) in sums.iter_mut().zip(values) {
                            // Not fused: so every machine reads the same, and emulated ones in bearable time.
                            *sum = simd.add_f32s(simd.mul_f32s(weight, value), *sum);
                        }
                    }
                }
            }
        }
        for (g, sums) in sums.iter().enumerate() {
            let to = &mut out[first + g][EDGE + block..EDGE + block + A * S::F32_LANES];
            S::as_mut_simd_f32s(to).0.copy_from_slice(sums);
        }
    }
}

/// The next registers full of values.
#[inline(always)]
fn abreast<S: Simd, const A: usize>(values: &[f32]) -> [S::f32s; A] {
    let registers = S::as_simd_f32s(&values[..A * S::F32_LANES]).0;
    std::array::from_fn(|at| registers[at])
}
