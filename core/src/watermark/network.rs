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

    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, levels: &[Column]) -> Vec<Column> {
        let mut input = vec![[[0f32; BANDS + 2 * EDGE]; 1]; levels.len() + 4];
        for ([bands], levels) in input.iter_mut().skip(2).zip(levels) {
            bands[EDGE..BANDS + EDGE].iter_mut().zip(levels).for_each(|(to, level)| *to = level / SCALE);
        }
        let mut now: Vec<Row<C>> = vec![[[0.0; BANDS + 2 * EDGE]; C]; levels.len() + 2];
        for (out, rows) in now.iter_mut().skip(1).zip(input.windows(5)) {
            self.first.apply::<S, 2>(simd, rows, out);
            out.iter_mut().flatten().for_each(|value| *value = value.max(0.0));
        }
        let mut next = now.clone();
        for layer in &self.body {
            for (out, rows) in next.iter_mut().skip(1).zip(now.windows(3)) {
                layer.apply::<S, 2>(simd, rows, out);
                let centres = rows[1].as_flattened();
                let values = out.as_flattened_mut().iter_mut().zip(centres);
                values.for_each(|(value, centre)| *value = centre + value.max(0.0));
            }
            std::mem::swap(&mut now, &mut next);
        }
        // No closure around `apply`: the machine's instructions are used only where all is inlined.
        let mut odds = vec![[0f32; BANDS]; levels.len()];
        let mut out = [[0f32; BANDS + 2 * EDGE]];
        for (odds, rows) in odds.iter_mut().zip(now.windows(3)) {
            self.last.apply::<S, 1>(simd, rows, &mut out);
            let values = out[0][EDGE..].iter();
            odds.iter_mut().zip(values).for_each(|(odds, value)| *odds = value.clamp(-MOST, MOST));
        }
        odds
    }
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

    /// One column of cells from those around it, G channels out at a time. The empty bands stay empty.
    #[inline(always)]
    fn apply<S: Simd, const G: usize>(&self, simd: S, rows: &[Row<I>], out: &mut Row<O>) {
        let across = rows.len();
        let edge = EDGE - across / 2;
        for first in (0..O).step_by(G) {
            for block in (0..BANDS).step_by(ABREAST * S::F32_LANES) {
                let mut sums: [[S::f32s; ABREAST]; G] =
                    std::array::from_fn(|g| abreast::<S>(&self.bias[first + g][block..]));
                for (taps, row) in self.taps.chunks_exact(across).zip(rows) {
                    for (offset, weights) in taps.iter().enumerate() {
                        for (weights, input) in weights.iter().zip(row) {
                            let values = abreast::<S>(&input[edge + offset + block..]);
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
                    let to = &mut out[first + g][EDGE + block..EDGE + block + ABREAST * S::F32_LANES];
                    S::as_mut_simd_f32s(to).0.copy_from_slice(sums);
                }
            }
        }
    }
}

/// The next registers full of values.
#[inline(always)]
fn abreast<S: Simd>(values: &[f32]) -> [S::f32s; ABREAST] {
    let registers = S::as_simd_f32s(&values[..ABREAST * S::F32_LANES]).0;
    std::array::from_fn(|at| registers[at])
}
