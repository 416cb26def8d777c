//! What training and drawings read: the product's own cells, signs and guesses.
//!
//! Not for marking or detecting: an application has no use for these.

use super::chips::{Chips, Column};
use super::code::encode;
use super::grid::{Analysis, levels};
use crate::audio::{AudioError, Format, Sample, check_finite, frames};
use crate::id::MarkId;
use crate::key::Key;

/// Bands of a cell column.
pub const BANDS: usize = super::grid::BANDS;

/// Levels (dB over the mean power) of the cells of a recording, beginning `skip` steps of 8 ms in.
///
/// # Errors
/// A partial frame, or a sample that is no finite number.
pub fn cells(samples: &[f32], format: Format, skip: usize) -> Result<Vec<Column>, AudioError> {
    check_finite(samples)?;
    let frames = frames(samples.len(), format)?;
    Ok(read(samples, format, frames, skip))
}

fn read<S: Sample>(samples: &[S], format: Format, frames: usize, skip: usize) -> Vec<Column> {
    let mut analysis = Analysis::new(format);
    let powers: Vec<Column> =
        (0..analysis.steps(frames)).map(|step| analysis.powers(samples, step)).collect();
    levels(&powers, skip)
}

/// The signs that a mark gives to the cells, one period.
pub fn signs(key: &Key, mark: MarkId) -> Vec<Column> {
    Chips::new(key).pattern(&encode(mark))
}

/// The receiver's log-odds for levels.
pub fn log_odds(levels: &[Column]) -> Vec<Column> {
    super::receiver::Receiver::new().log_odds(levels)
}
