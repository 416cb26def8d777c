//! The grid of cells: mel bands of 150 to 7000 Hz, by 48 ms, in hertz and seconds at every rate.
//!
//! The analysis takes a Hann window of about 32 ms every 8 ms of *time*: its positions are rounded
//! from seconds, one by one, so a rate where 8 ms is no whole number of samples does not drift. Powers of
//! several channels add up, so channels in opposite phase do not cancel the mark.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::chips::Column;
use crate::audio::{Format, Sample};

/// Mel bands.
pub const BANDS: usize = 32;
/// Steps of 8 ms in a cell.
pub const STEPS: usize = 6;
/// Steps a second.
pub const STEPS_PER_SECOND: u64 = 125;
/// Duration of a cell.
pub const CELL_SECONDS: f64 = STEPS as f64 / STEPS_PER_SECOND as f64;

const LOWEST_HZ: f64 = 150.0;
const HIGHEST_HZ: f64 = 7000.0;
const WINDOW_SECONDS: f64 = 0.032;

/// Window length in frames: the even number without prime factors above 7 nearest to 32 ms.
pub fn window_length(rate: u32) -> usize {
    let ideal = f64::from(rate) * WINDOW_SECONDS;
    let smooth = |mut n: usize| {
        [2, 3, 5, 7].into_iter().for_each(|prime| {
            while n.is_multiple_of(prime) {
                n /= prime;
            }
        });
        n == 1
    };
    let near = (ideal * 0.9) as usize / 4..=(ideal * 1.1) as usize / 4 + 1;
    let distance = |n: &usize| (*n as f64 - ideal).abs();
    near.map(|n| 4 * n)
        .filter(|&n| smooth(n))
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .unwrap_or(256)
}

fn mel(hz: f64) -> f64 {
    2595.0 * (1.0 + hz / 700.0).log10()
}

/// Where a frequency lies, in bands: 0 at the lowest band's lower edge, [`BANDS`] at the highest's upper.
pub fn band_position(hz: f64) -> f64 {
    (mel(hz) - mel(LOWEST_HZ)) / (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) * BANDS as f64
}

/// The bins of each band for a transform of `length` at `rate`; empty above the Nyquist frequency.
pub fn band_bins(rate: u32, length: usize) -> [std::ops::Range<usize>; BANDS] {
    let band = |bin: usize| band_position(bin as f64 * f64::from(rate) / length as f64).floor();
    // The Nyquist bin holds no phase and half the power of its neighbours: it is left out.
    let bins = 0..length / 2;
    std::array::from_fn(|wanted| {
        let below = bins.clone().filter(|&bin| band(bin) < wanted as f64).count();
        let within = bins.clone().filter(|&bin| band(bin) == wanted as f64).count();
        below..below + within
    })
}

/// Computes band powers at any step of the grid.
pub struct Analysis {
    rate: u64,
    channels: usize,
    window: Vec<f32>,
    bins: [std::ops::Range<usize>; BANDS],
    transform: Arc<dyn RealToComplex<f32>>,
    time: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Analysis {
    /// Plans the analysis of a format.
    pub fn new(format: Format) -> Self {
        let length = window_length(format.rate());
        let transform = RealFftPlanner::<f32>::new().plan_fft_forward(length);
        Self {
            rate: u64::from(format.rate()),
            channels: format.channels(),
            window: (0..length)
                .map(|n| 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / length as f64).cos())
                .map(|w| w as f32)
                .collect(),
            bins: band_bins(format.rate(), length),
            time: transform.make_input_vec(),
            spectrum: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            transform,
        }
    }

    /// Steps whose centre lies in a recording of this many frames.
    pub fn steps(&self, frames: usize) -> usize {
        (frames as u64 * STEPS_PER_SECOND / self.rate) as usize
    }

    /// The frame at the centre of a step, which is 8 ms long: rounded from (step + 1/2) x 8 ms.
    fn centre(&self, step: usize) -> i64 {
        (((2 * step as u64 + 1) * self.rate + STEPS_PER_SECOND) / (2 * STEPS_PER_SECOND)) as i64
    }

    /// Mean power of each band around a step, all channels together; 0 beyond the recording's ends.
    pub fn powers<S: Sample>(&mut self, samples: &[S], step: usize) -> Column {
        let half = self.window.len() as i64 / 2;
        let start = self.centre(step) - half;
        let skip = usize::try_from(-start).unwrap_or(0).min(self.window.len());
        let first = usize::try_from(start).unwrap_or(0);
        let mut powers = [0.0; BANDS];
        for channel in 0..self.channels {
            self.time.fill(0.0);
            let frames = samples.get(first * self.channels..).unwrap_or(&[]).chunks_exact(self.channels);
            let time = self.time.iter_mut().zip(&self.window).skip(skip);
            for ((time, window), frame) in time.zip(frames) {
                *time = window * frame.get(channel).map_or(0.0, |s| s.to_f32());
            }
            let done =
                self.transform.process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch);
            if done.is_err() {
                continue; // Lengths come from the plan itself: does not happen.
            }
            for (power, bins) in powers.iter_mut().zip(&self.bins) {
                let bins = self.spectrum.get(bins.clone()).unwrap_or(&[]);
                let sum: f32 = bins.iter().map(|bin| bin.norm_sqr()).sum();
                // Finite samples near the largest float overflow; such a cell says nothing.
                *power += if sum.is_finite() { sum / bins.len().max(1) as f32 } else { 0.0 };
            }
        }
        powers
    }
}

/// Levels of cells in decibels over the passage's mean power, from step powers, starting `skip` steps
/// in. Cells 70 dB below that mean, and bands that are not there, all read as -70.
pub fn levels(powers: &[Column], skip: usize) -> Vec<Column> {
    const FLOOR: f64 = 1e-7;
    let total: f64 = powers.iter().flatten().map(|&power| f64::from(power)).sum();
    let mean = total / (powers.len().max(1) * BANDS) as f64;
    // Below any sound of 16 bits: digital silence stays at the floor instead of dividing zero by zero.
    let scale = 1.0 / (mean.max(1e-18) * STEPS as f64);
    let column = |steps: &[Column]| {
        let mut sums = [0f64; BANDS];
        steps
            .iter()
            .for_each(|step| sums.iter_mut().zip(step).for_each(|(sum, power)| *sum += f64::from(*power)));
        sums.map(|sum| (10.0 * (sum * scale).max(FLOOR).log10()) as f32)
    };
    powers.get(skip..).unwrap_or(&[]).chunks_exact(STEPS).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_where_they_are_at_every_rate() {
        for rate in [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000, 192_000] {
            let length = window_length(rate);
            let seconds = length as f64 / f64::from(rate);
            assert!((seconds - WINDOW_SECONDS).abs() < 0.001, "{rate}: {seconds}");
            for (band, bins) in band_bins(rate, length).into_iter().enumerate() {
                let hz = |bin: usize| bin as f64 * f64::from(rate) / length as f64;
                assert!(bins.clone().all(|bin| band_position(hz(bin)).floor() == band as f64));
                assert!(!bins.is_empty() || hz(length / 2) < HIGHEST_HZ, "{rate}: band {band}");
            }
        }
    }

    #[test]
    fn steps_do_not_drift_over_a_day_where_8_ms_is_no_whole_number_of_frames() {
        let analysis = Analysis::new(Format::new(22_050, 1).unwrap());
        let day = 86_400 * STEPS_PER_SECOND as usize;
        assert_eq!(analysis.steps(86_400 * 22_050), day);
        assert!((analysis.centre(day) - 86_400 * 22_050 - 88).abs() <= 1);
    }

    #[test]
    fn levels_do_not_depend_on_rate_loudness_or_sample_type() {
        let tone = |rate: u32, gain: f64| -> Vec<f32> {
            let wave = |n: u32| (std::f64::consts::TAU * 1_000.0 * f64::from(n) / f64::from(rate)).sin();
            (0..rate).map(|n| (gain * wave(n)) as f32).collect()
        };
        let read = |rate: u32, samples: &[f32]| {
            let mut analysis = Analysis::new(Format::new(rate, 1).unwrap());
            let powers: Vec<_> =
                (0..analysis.steps(samples.len())).map(|s| analysis.powers(samples, s)).collect();
            levels(&powers, 0)
        };
        let reference = read(16_000, &tone(16_000, 0.5));
        assert_eq!(reference.len(), 20);
        for (rate, gain) in [(8_000, 0.5), (22_050, 0.5), (48_000, 0.01), (16_000, 0.001)] {
            let other = read(rate, &tone(rate, gain));
            let band = band_position(1_000.0) as usize;
            // A tone in a band of 2 or of 3 bins: up to 1.8 dB apart; loudness alone moves nothing.
            assert!((reference[10][band] - other[10][band]).abs() < 2.0, "{rate} {gain}");
        }
        let quantised: Vec<i16> = tone(16_000, 0.5).iter().map(|x| (x * 32_768.0).round() as i16).collect();
        let mut analysis = Analysis::new(Format::new(16_000, 1).unwrap());
        let steps: Vec<_> = (0..125).map(|s| analysis.powers(&quantised, s)).collect();
        let band = band_position(1_000.0) as usize;
        assert!((levels(&steps, 0)[10][band] - reference[10][band]).abs() < 0.01);
    }

    #[test]
    fn channels_in_opposite_phase_do_not_cancel() {
        let samples: Vec<f32> =
            (0..4_000).flat_map(|n| [(n as f32 * 0.3).sin(), -(n as f32 * 0.3).sin()]).collect();
        let mut stereo = Analysis::new(Format::new(8_000, 2).unwrap());
        let mut mono = Analysis::new(Format::new(8_000, 1).unwrap());
        let left: Vec<f32> = samples.iter().step_by(2).copied().collect();
        let (two, one) = (stereo.powers(&samples, 30), mono.powers(&left, 30));
        assert!(two.iter().zip(&one).all(|(two, one)| (two - 2.0 * one).abs() <= 1e-4 * one));
    }
}
