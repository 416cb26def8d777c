//! Reads the grid and guesses each cell's sign.
//!
//! It estimates what a cell's level would be without the mark from its neighbours in time and band, and
//! takes the rest as evidence.
#![allow(clippy::indexing_slicing)] // Indices are bands, and columns bounded by the loop itself.

use super::chips::Column;
use super::grid::BANDS;

/// Log-odds that each cell was raised, from levels in decibels (see [`super::grid::levels`]).
pub fn log_odds(levels: &[Column]) -> Vec<Column> {
    let mut odds = vec![[0.0; BANDS]; levels.len()];
    for t in 1..levels.len().saturating_sub(1) {
        for b in 0..BANDS {
            let (low, high) = (b.saturating_sub(1), (b + 1).min(BANDS - 1));
            let time = levels[t - 1][b] + levels[t + 1][b];
            let band = levels[t][low] + levels[t][high];
            let corner = levels[t - 1][low] + levels[t - 1][high] + levels[t + 1][low] + levels[t + 1][high];
            let guess = 0.5 * (time + band) - 0.25 * corner;
            odds[t][b] = ((levels[t][b] - guess) * 0.25).clamp(-2.0, 2.0);
        }
    }
    odds
}
