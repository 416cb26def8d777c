//! Reads the grid and guesses each cell's sign: a convolutional network of 17,000 weights.
//!
//! What it learned is how speech spreads over neighbouring cells, so that it can tell what a cell's level
//! would be without the mark, and how sure of that it is. It cannot have learned a key: each grid of the
//! training had another. `bench/train` makes the weights, from one command; a test holds this inference
//! to the training framework's.
//!
//! A 5x5 convolution of the levels with a bias for each band, ReLU; three residual 3x3 convolutions;
//! a 3x3 convolution to log-odds. 24 channels, zero padding in time and band. Channels are innermost and of
//! fixed number, so the compiler keeps a cell's sums in registers. 16,400 multiply-adds a cell: 11 million
//! for a second of one grid.
#![allow(clippy::indexing_slicing)] // Indices are taps, bands and channels, and rows counted by the loops.

use super::chips::Column;
use super::grid::BANDS;

/// Little-endian f32, in the order in which [`Receiver::new`] takes them.
static WEIGHTS: &[u8] = include_bytes!("receiver.bin");
const CHANNELS: usize = 24;
/// Decibels that the network sees as 1.
const SCALE: f32 = 12.0;
/// No cell is surer than this: training saw no e^8 : 1 that held on other audio.
const MOST: f32 = 8.0;

type Cell = [f32; CHANNELS];
/// A column of cells with an empty one at either end.
type Row = [Cell; BANDS + 2];
const EMPTY: Row = [[0.0; CHANNELS]; BANDS + 2];

/// The network and its weights.
pub struct Receiver {
    first: [Cell; 25],
    first_bias: [Cell; BANDS],
    body: Vec<Layer>,
    last: [Cell; 9],
    last_bias: f32,
}

/// A 3x3 convolution of all channels to all channels.
struct Layer {
    /// For each tap and channel in, its weights to the channels out.
    taps: [[Cell; CHANNELS]; 9],
    bias: Cell,
}

impl Receiver {
    /// The network with the weights that the crate carries.
    pub fn new() -> Self {
        let mut weights = WEIGHTS.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let mut next = || weights.next().unwrap_or(0.0);
        fn cells<const N: usize>(next: &mut impl FnMut() -> f32) -> [Cell; N] {
            std::array::from_fn(|_| std::array::from_fn(|_| next()))
        }
        Self {
            first: cells(&mut next),
            first_bias: cells(&mut next),
            body: (0..3)
                .map(|_| Layer {
                    taps: std::array::from_fn(|_| cells(&mut next)),
                    bias: cells::<1>(&mut next)[0],
                })
                .collect(),
            last: cells(&mut next),
            last_bias: next(),
        }
    }

    /// Log-odds that each cell was raised, from levels in decibels (see [`super::grid::levels`]).
    pub fn log_odds(&self, levels: &[Column]) -> Vec<Column> {
        let mut now = self.read(levels);
        let mut next = vec![EMPTY; now.len()];
        for layer in &self.body {
            for (out, rows) in next.iter_mut().skip(1).zip(now.windows(3)) {
                layer.row(rows, out);
            }
            std::mem::swap(&mut now, &mut next);
        }
        now.windows(3).map(|rows| self.answer(rows)).collect()
    }

    /// The first layer; an empty row is put before and after.
    fn read(&self, levels: &[Column]) -> Vec<Row> {
        let mut padded = vec![[0f32; BANDS + 4]; levels.len() + 4];
        for (padded, levels) in padded.iter_mut().skip(2).zip(levels) {
            padded[2..BANDS + 2].iter_mut().zip(levels).for_each(|(to, level)| *to = level / SCALE);
        }
        let mut rows = vec![EMPTY; levels.len() + 2];
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
    fn answer(&self, rows: &[Row]) -> Column {
        std::array::from_fn(|band| {
            let mut sums = [0f32; CHANNELS];
            for (taps, row) in self.last.chunks_exact(3).zip(rows) {
                for (weights, cell) in taps.iter().zip(&row[band..band + 3]) {
                    sums.iter_mut().zip(weights.iter().zip(cell)).for_each(|(sum, (w, x))| *sum += w * x);
                }
            }
            (sums.iter().sum::<f32>() + self.last_bias).clamp(-MOST, MOST)
        })
    }
}

impl Layer {
    /// One column of cells from the three around it. Two bands at a time, so that each weight loaded
    /// serves twice.
    fn row(&self, rows: &[Row], out: &mut Row) {
        for band in (0..BANDS).step_by(2) {
            let (mut a, mut b) = (self.bias, self.bias);
            for (taps, row) in self.taps.chunks_exact(3).zip(rows) {
                for (offset, weights) in taps.iter().enumerate() {
                    let (x, y) = (&row[band + offset], &row[band + offset + 1]);
                    for ((weights, x), y) in weights.iter().zip(x).zip(y) {
                        for channel in 0..CHANNELS {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What the training framework said to a grid: 16 columns of levels, then 16 of log-odds.
    static VECTOR: &[u8] = include_bytes!("receiver_vector.bin");

    #[test]
    fn inference_is_that_of_the_training_framework() {
        assert_eq!(WEIGHTS.len(), 4 * (25 * 24 + 32 * 24 + 3 * (9 * 24 * 24 + 24) + 9 * 24 + 1));
        let values: Vec<f32> = VECTOR.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let (columns, _) = values.as_chunks::<BANDS>();
        let (levels, expected) = columns.split_at(16);
        let odds = Receiver::new().log_odds(levels);
        assert_eq!(odds.len(), expected.len());
        for (odds, expected) in odds.iter().flatten().zip(expected.iter().flatten()) {
            assert!((odds - expected.clamp(-MOST, MOST)).abs() < 1e-4, "{odds} against {expected}");
        }
        assert!(expected.iter().flatten().any(|odds| odds.abs() > 1.0));
    }

    #[test]
    fn a_column_far_away_changes_nothing() {
        let receiver = Receiver::new();
        let mut levels = vec![[-20.0; BANDS]; 30];
        let before = receiver.log_odds(&levels);
        levels[29] = [10.0; BANDS];
        let after = receiver.log_odds(&levels);
        assert_eq!(before[..23], after[..23]);
        assert_ne!(before[24], after[24]);
    }
}
