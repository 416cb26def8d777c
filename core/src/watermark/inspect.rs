//! What training, drawings and attacks read: the product's own cells, signs and guesses.
//!
//! Not for marking or detecting: an application has no use for these.

use super::chips::{Chips, Column};
use super::embed::pattern;
use super::grid::Analysis;
use super::scheme::Scheme;
use crate::audio::{AudioError, Format, check_finite, frames};
use crate::id::MarkId;
use crate::key::Key;

/// Columns after which the pattern of a key repeats.
pub const PERIOD: usize = super::chips::PERIOD;

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
    let bands = analysis.spectra(samples, 0..steps).bands(1.0, 0..steps);
    Ok(bands.levels(1.0, start, 0..bands.columns(1.0, start)))
}

/// The signs that a mark gives to the first cells of a stream.
pub fn signs(key: &Key, mark: MarkId, columns: usize) -> Vec<Column> {
    let (pattern, start) = pattern(&Chips::new(key, Scheme::default()), mark);
    (0..columns as u64).map(|column| pattern.column(start + column)).collect()
}

/// The receiver's log-odds for levels.
pub fn log_odds(levels: &[Column]) -> Vec<Column> {
    super::receiver::Receiver::new().log_odds(levels)
}

/// Natural logarithm of the p-value of a single hypothesis: of code cells and of pilots, the sum of products of what was
/// read with the signs, and the sum of its squares.
pub fn ln_p(code: (f64, f64), pilots: (f64, f64)) -> f64 {
    super::claim::Evidence::of(code, pilots, 0.0).ln_p(0.0)
}

/// What a key decides of the usual scheme: for counting chance, and for attackers who are granted a part of it.
pub struct Layout(Chips);

impl Layout {
    /// The layout of a key.
    pub fn new(key: &Key) -> Self {
        Self(Chips::new(key, Scheme::default()))
    }

    /// The column of the pattern at which a stream under this id begins.
    pub fn start(&self, mark: MarkId) -> usize {
        self.0.start(mark)
    }

    /// Whether each of the [`PERIOD`] columns is a pilot.
    pub fn pilots(&self) -> Vec<bool> {
        self.0.cells().iter().map(Option::is_none).collect()
    }

    /// The signs that a mark gives to the [`PERIOD`] columns of the pattern.
    pub fn signs(&self, mark: MarkId) -> Vec<Column> {
        let scheme = self.0.scheme();
        let pattern = self.0.pattern(Chips::variant_of(mark), &scheme.word(mark));
        (0..PERIOD as u64).map(|column| pattern.column(column)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_gives_the_signs_that_a_stream_is_marked_with() {
        let (key, mark) = (Key::from_bytes(&[5; 32]).unwrap(), MarkId::new(0xfeed_0107));
        let layout = Layout::new(&key);
        let (start, all) = (layout.start(mark), layout.signs(mark));
        for (column, expected) in signs(&key, mark, 3_000).iter().enumerate() {
            assert_eq!(&all[(start + column) % PERIOD], expected);
        }
        assert_eq!(layout.pilots().iter().filter(|pilot| **pilot).count(), PERIOD / 5);
    }
}
