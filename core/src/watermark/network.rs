//! A convolutional network that reads the grid and guesses each cell's sign.
//!
//! What it learned is how speech spreads over neighbouring cells, so that it can tell what a cell's level
//! would be without the mark, and how sure of that it is. It cannot have learned a key: each grid of the
//! training had another. `bench/train` makes the weights; a test holds this inference to the training framework's.
//!
//! A 5x5 convolution of the levels with a bias for each band, ReLU; residual 3x3 convolutions;
//! a 3x3 convolution to log-odds. Zero padding in time and band. Channels are innermost and of
//! fixed number, so the compiler keeps a cell's sums in registers, as wide as the machine has them (`pulp`).
#![allow(clippy::indexing_slicing)] // Indices are taps, bands and channels, and rows counted by the loops.

use super::chips::Column;
use super::grid::BANDS;

/// Decibels that a network sees as 1.
const SCALE: f32 = 12.0;
/// No cell is surer than this: training saw no e^8 : 1 that held on other audio.
const MOST: f32 = 8.0;

/// A column of cells of C channels with an empty one at either end.
type Row<const C: usize> = [[f32; C]; BANDS + 2];

/// A network of C channels and its weights.
pub struct Network<const C: usize> {
    first: [[f32; C]; 25],
    first_bias: [[f32; C]; BANDS],
    body: Vec<Layer<C>>,
    last: [[f32; C]; 9],
    last_bias: f32,
}

/// A 3x3 convolution of all channels to all channels.
struct Layer<const C: usize> {
    /// For each tap and channel in, its weights to the channels out.
    taps: [[[f32; C]; C]; 9],
    bias: [f32; C],
}

impl<const C: usize> Network<C> {
    /// The network with these weights (little-endian f32) and this many residual layers.
    pub fn new(weights: &[u8], depth: usize) -> Self {
        let mut weights = weights.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let mut next = || weights.next().unwrap_or(0.0);
        fn cells<const C: usize, const N: usize>(next: &mut impl FnMut() -> f32) -> [[f32; C]; N] {
            std::array::from_fn(|_| std::array::from_fn(|_| next()))
        }
        Self {
            first: cells(&mut next),
            first_bias: cells(&mut next),
            body: (0..depth)
                .map(|_| Layer {
                    taps: std::array::from_fn(|_| cells(&mut next)),
                    bias: cells::<C, 1>(&mut next)[0],
                })
                .collect(),
            last: cells(&mut next),
            last_bias: next(),
        }
    }

    /// Log-odds that each cell was raised, from levels in decibels (see [`super::grid::levels`]).
    pub fn log_odds(&self, levels: &[Column]) -> Vec<Column> {
        pulp::Arch::new().dispatch(|| self.run(levels))
    }

    #[inline(always)]
    fn run(&self, levels: &[Column]) -> Vec<Column> {
        let mut now = self.read(levels);
        let mut next = vec![[[0.0; C]; BANDS + 2]; now.len()];
        for layer in &self.body {
            for (out, rows) in next.iter_mut().skip(1).zip(now.windows(3)) {
                layer.row(rows, out);
            }
            std::mem::swap(&mut now, &mut next);
        }
        now.windows(3).map(|rows| self.answer(rows)).collect()
    }

    /// The first layer; an empty row is put before and after.
    #[inline(always)]
    fn read(&self, levels: &[Column]) -> Vec<Row<C>> {
        let mut padded = vec![[0f32; BANDS + 4]; levels.len() + 4];
        for (padded, levels) in padded.iter_mut().skip(2).zip(levels) {
            padded[2..BANDS + 2].iter_mut().zip(levels).for_each(|(to, level)| *to = level / SCALE);
        }
        let mut rows = vec![[[0.0; C]; BANDS + 2]; levels.len() + 2];
        for (row, around) in rows.iter_mut().skip(1).zip(padded.windows(5)) {
            for band in 0..BANDS {
                let mut sums = self.first_bias[band];
                for (taps, line) in self.first.chunks_exact(5).zip(around) {
                    for (weights, level) in taps.iter().zip(&line[band..band + 5]) {
                        sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += level * weight);
                    }
                }
                row[band + 1] = sums.map(|sum| sum.max(0.0));
            }
        }
        rows
    }

    /// The last layer.
    #[inline(always)]
    fn answer(&self, rows: &[Row<C>]) -> Column {
        std::array::from_fn(|band| {
            let mut sums = [0f32; C];
            for (taps, row) in self.last.chunks_exact(3).zip(rows) {
                for (weights, cell) in taps.iter().zip(&row[band..band + 3]) {
                    sums.iter_mut().zip(weights.iter().zip(cell)).for_each(|(sum, (w, x))| *sum += w * x);
                }
            }
            (sums.iter().sum::<f32>() + self.last_bias).clamp(-MOST, MOST)
        })
    }
}

impl<const C: usize> Layer<C> {
    /// One column of cells from the three around it. Two bands at a time, so that each weight loaded
    /// serves twice.
    #[inline(always)]
    fn row(&self, rows: &[Row<C>], out: &mut Row<C>) {
        for band in (0..BANDS).step_by(2) {
            let (mut a, mut b) = (self.bias, self.bias);
            for (taps, row) in self.taps.chunks_exact(3).zip(rows) {
                for (offset, weights) in taps.iter().enumerate() {
                    let (x, y) = (&row[band + offset], &row[band + offset + 1]);
                    for ((weights, x), y) in weights.iter().zip(x).zip(y) {
                        for channel in 0..C {
                            a[channel] += x * weights[channel];
                            b[channel] += y * weights[channel];
                        }
                    }
                }
            }
            for (offset, sums) in [a, b].iter().enumerate() {
                let centre = &rows[1][band + offset + 1];
                let cell = &mut out[band + offset + 1];
                for ((cell, sum), centre) in cell.iter_mut().zip(sums).zip(centre) {
                    *cell = centre + sum.max(0.0);
                }
            }
        }
    }
}
