//! What training and drawings read: the product's own cells, signs and guesses.
//!
//! Not for marking or detecting: an application has no use for these.

use super::chips::Column;
use super::embed::pattern;
use super::grid::Analysis;
use super::scheme::Scheme;
use crate::audio::{AudioError, Format, check_finite, frames};
use crate::id::MarkId;
use crate::key::Key;

/// Bands of a cell column.
pub const BANDS: usize = super::grid::BANDS;

/// Bin powers of a recording, step by step of 8 ms: the distance of the bins in hertz, their number, and the powers.
///
/// # Errors
/// A partial frame, or a sample that is no finite number.
pub fn spectra(samples: &[f32], format: Format) -> Result<(f64, usize, Vec<f32>), AudioError> {
    check_finite(samples)?;
    let frames = frames(samples.len(), format)?;
    let mut analysis = Analysis::new(format);
    let steps = analysis.steps(frames);
    let spectra = analysis.spectra(samples, 0..steps);
    Ok((spectra.hertz_per_bin(), spectra.bins(), spectra.iter().flatten().copied().collect()))
}

/// Levels (dB over the mean power) of the cells of a recording, beginning `start` steps of 8 ms in.
///
/// # Errors
/// A partial frame, or a sample that is no finite number.
pub fn cells(samples: &[f32], format: Format, start: f64) -> Result<Vec<Column>, AudioError> {
    check_finite(samples)?;
    let frames = frames(samples.len(), format)?;
    let mut analysis = Analysis::new(format);
    let steps = analysis.steps(frames);
    let bands = analysis.spectra(samples, 0..steps).bands(1.0);
    Ok(bands.levels(1.0, start, 0..bands.columns(1.0, start)))
}

/// The signs that a mark gives to the first cells of a stream.
pub fn signs(key: &Key, mark: MarkId, columns: usize) -> Vec<Column> {
    let (pattern, start) = pattern(key, mark, Scheme::default());
    (0..columns as u64).map(|column| pattern.column(start + column)).collect()
}

/// The receiver's log-odds for levels.
pub fn log_odds(levels: &[Column]) -> Vec<Column> {
    super::receiver::Receiver::new().log_odds(levels)
}
