//! What samples are like, counted in one pass.

use serde::Serialize;

/// From here on a sample counts as full scale: the last step of 16 bits.
const FULL_SCALE: f64 = 32_767.0 / 32_768.0;

/// What samples are like.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Quality {
    /// Largest magnitude; full scale is 1.
    pub peak: f64,
    /// Root mean square.
    pub rms: f64,
    /// Mean.
    pub dc: f64,
    /// Part of the samples that are at or above full scale.
    pub clipped: f64,
    /// Samples that are not a number.
    pub not_a_number: u64,
    /// Samples that are infinite.
    pub infinite: u64,
}

/// Counts while samples come.
#[derive(Default)]
pub struct Tally {
    count: u64,
    sum: f64,
    squares: f64,
    peak: f64,
    clipped: u64,
    not_a_number: u64,
    infinite: u64,
}

impl Tally {
    /// Adds a sample; full scale is 1.
    pub fn add(&mut self, sample: f64) {
        self.count += 1;
        if sample.is_nan() {
            self.not_a_number += 1;
        } else if sample.is_infinite() {
            self.infinite += 1;
        } else {
            let size = sample.abs();
            self.sum += sample;
            self.squares += sample * sample;
            self.peak = self.peak.max(size);
            self.clipped += u64::from(size >= FULL_SCALE);
        }
    }

    /// What was counted.
    pub fn quality(&self) -> Quality {
        let count = self.count.max(1) as f64;
        Quality {
            peak: self.peak,
            rms: (self.squares / count).sqrt(),
            dc: self.sum / count,
            clipped: self.clipped as f64 / count,
            not_a_number: self.not_a_number,
            infinite: self.infinite,
        }
    }
}
