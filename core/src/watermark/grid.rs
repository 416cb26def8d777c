//! The grid of cells: 64 bands of 200 to 7400 Hz, by 48 ms, in hertz and seconds at every rate.
//!
//! The analysis takes a Hann window of about 32 ms every 8 ms of *time*: its positions are rounded
//! from seconds, one by one, so a rate where 8 ms is no whole number of samples does not drift. Powers of
//! several channels add up, so channels in opposite phase do not cancel the mark.
//!
//! Audio that was played faster, stretched or moved in pitch has its cells elsewhere: a warp (see `warp`) says where.
//! The transforms are made once; each warp only adds their powers up differently.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::chips::Column;
use crate::audio::{Format, Sample};

/// Bands.
pub const BANDS: usize = 64;
/// Steps of 8 ms in a cell.
pub const STEPS: usize = 6;
/// Steps a second.
pub const STEPS_PER_SECOND: u64 = 125;

/// Where the lowest band begins, in hertz.
pub const LOWEST_HZ: f64 = 200.0;
/// Where the highest band ends, in hertz.
pub const HIGHEST_HZ: f64 = 7400.0;
/// Bands are of equal width below this, of equal ratio far above: between mel and linear, where 64 bands marked and read
/// best for the same quality.
const CORNER_HZ: f64 = 1500.0;
const WINDOW_SECONDS: f64 = 0.032;
/// Bins above this belong to no band, whatever the warp.
const HIGHEST_BIN_HZ: f64 = 9500.0;
/// Above the power of any sound; sums of it stay finite.
const LARGEST_POWER: f32 = 1e30;

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

/// Where a frequency lies, in bands: 0 at the lowest band's lower edge, [`BANDS`] at the highest's upper.
pub fn band_position(hz: f64) -> f64 {
    let scale = |hz: f64| (1.0 + hz / CORNER_HZ).ln();
    (scale(hz) - scale(LOWEST_HZ)) / (scale(HIGHEST_HZ) - scale(LOWEST_HZ)) * BANDS as f64
}

/// Bin powers of successive steps of a recording.
#[derive(Default)]
pub struct Spectra {
    bins: usize,
    hertz_per_bin: f64,
    powers: Vec<f32>,
    /// For each bin, the sum over all steps.
    totals: OnceLock<Vec<f64>>,
}

impl Spectra {
    /// Steps.
    pub fn steps(&self) -> usize {
        self.powers.len() / self.bins.max(1)
    }

    /// Bins of a step: 0 Hz to [`HIGHEST_BIN_HZ`], or the Nyquist frequency.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Distance of the bins.
    pub fn hertz_per_bin(&self) -> f64 {
        self.hertz_per_bin
    }

    /// The bin powers of each step.
    pub fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.powers.chunks_exact(self.bins.max(1))
    }

    /// Mean power of each band at some of the steps, the bands being `pitch` times as high; 0 where there are no bins.
    pub fn bands(&self, pitch: f64, steps: Range<usize>) -> Bands {
        let bins = self.bins_of(pitch);
        let steps = steps.start.min(self.steps())..steps.end.min(self.steps());
        let mut bands = Bands { first: steps.start, ..Bands::none() };
        self.iter().skip(steps.start).take(steps.len()).for_each(|powers| bands.push(powers, &bins));
        bands.all = self.steps();
        bands.total = if steps.len() == bands.all {
            bands.last().iter().sum()
        } else {
            let totals = self.totals.get_or_init(|| {
                let mut totals = vec![0f64; self.bins];
                for powers in self.iter() {
                    totals.iter_mut().zip(powers).for_each(|(total, power)| *total += f64::from(*power));
                }
                totals
            });
            let mean = |bins: &Range<usize>| {
                totals.get(bins.clone()).unwrap_or(&[]).iter().sum::<f64>() / bins.len().max(1) as f64
            };
            bins.iter().map(mean).sum::<f64>()
        };
        bands
    }

    /// The bins of each band, the bands being `pitch` times as high.
    fn bins_of(&self, pitch: f64) -> [Range<usize>; BANDS] {
        let position = |bin: usize| band_position(bin as f64 * self.hertz_per_bin / pitch).floor();
        // The bin at 0 Hz is in no band: a constant offset says nothing.
        let places: Vec<f64> = (0..self.bins).map(position).collect();
        let end = |after: usize| places.partition_point(|place| *place < after as f64);
        std::array::from_fn(|band| end(band)..end(band + 1))
    }
}

/// Band powers of some steps of a recording, added up from the first: a cell of any length is a difference.
pub struct Bands {
    /// Sum of the powers of all bands over the whole recording.
    total: f64,
    /// Steps of the recording.
    all: usize,
    /// Step at which the sums begin.
    first: usize,
    running: Vec<[f64; BANDS]>,
}

impl Bands {
    /// Of a recording of no steps.
    pub fn none() -> Self {
        Self { total: 0.0, all: 0, first: 0, running: vec![[0.0; BANDS]] }
    }

    /// Adds the steps that come next in the recording.
    pub fn extend(&mut self, spectra: &Spectra) {
        let bins = spectra.bins_of(1.0);
        self.running.reserve(spectra.steps());
        spectra.iter().for_each(|powers| self.push(powers, &bins));
        self.all += spectra.steps();
        self.total = self.last().iter().sum();
    }

    fn push(&mut self, powers: &[f32], bins: &[Range<usize>; BANDS]) {
        let mut sums = self.last();
        for (sum, bins) in sums.iter_mut().zip(bins) {
            let power = powers.get(bins.clone()).unwrap_or(&[]).iter().sum::<f32>();
            *sum += f64::from(power / bins.len().max(1) as f32);
        }
        self.running.push(sums);
    }

    fn last(&self) -> [f64; BANDS] {
        self.running.last().copied().unwrap_or([0.0; BANDS])
    }

    /// Columns of cells that last `time` times 48 ms, from `start` steps on, in the whole recording.
    pub fn columns(&self, time: f64, start: f64) -> usize {
        ((self.all as f64 - start) / (STEPS as f64 * time)).max(0.0) as usize
    }

    /// The steps whose powers it knows.
    pub fn steps(&self) -> Range<usize> {
        self.first..self.first + self.running.len() - 1
    }

    /// Levels of some columns of cells in decibels over the recording's mean power; cells last `time` times 48 ms, and the
    /// first column begins `start` steps in. Cells 70 dB below that mean, and bands that are not there, all read as -70.
    pub fn levels(&self, time: f64, start: f64, columns: Range<usize>) -> Vec<Column> {
        const FLOOR: f32 = 1e-7;
        let length = STEPS as f64 * time;
        let mean = self.total / (self.all.max(1) * BANDS) as f64;
        // Below any sound of 16 bits: digital silence stays at the floor instead of dividing zero by zero.
        let scale = 1.0 / (mean.max(1e-18) * length);
        let mut low = self.until(start + columns.start as f64 * length);
        columns
            .map(|column| {
                let high = self.until(start + (column + 1) as f64 * length);
                let mut levels = [0f32; BANDS];
                for ((level, high), low) in levels.iter_mut().zip(&high).zip(&low) {
                    *level = decibels((((high - low) * scale) as f32).max(FLOOR));
                }
                low = high;
                levels
            })
            .collect()
    }

    /// The sums up to a moment, in steps.
    fn until(&self, edge: f64) -> [f64; BANDS] {
        let edge = (edge - self.first as f64).max(0.0);
        let (whole, part) = (edge as usize, edge.fract());
        let last = self.last();
        let low = self.running.get(whole).copied().unwrap_or(last);
        let high = self.running.get(whole + 1).copied().unwrap_or(last);
        let mut at = [0f64; BANDS];
        for ((at, low), high) in at.iter_mut().zip(&low).zip(&high) {
            *at = low + part * (high - low);
        }
        at
    }
}

/// 10 log10 of a positive number, to 0.001: the library's does not vectorise.
fn decibels(power: f32) -> f32 {
    // The exponent, and log2 of the mantissa (1 to 2) by atanh's series.
    let bits = power.to_bits();
    let exponent = (bits >> 23) as f32 - 127.0;
    let mantissa = f32::from_bits(bits & 0x007f_ffff | 0x3f80_0000);
    let ratio = (mantissa - std::f32::consts::SQRT_2) / (mantissa + std::f32::consts::SQRT_2);
    let square = ratio * ratio;
    let series = ratio * (1.0 + square * (1.0 / 3.0 + square * (0.2 + square / 7.0)));
    std::f32::consts::LOG10_2 * 10.0 * (exponent + 0.5 + 2.0 * std::f32::consts::LOG2_E * series)
}

/// Computes bin powers at any step of the grid.
pub struct Analysis {
    rate: u64,
    channels: usize,
    window: Vec<f32>,
    bins: usize,
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
        let highest = (HIGHEST_BIN_HZ * length as f64 / f64::from(format.rate())) as usize;
        Self {
            rate: u64::from(format.rate()),
            channels: format.channels(),
            window: (0..length)
                .map(|n| 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / length as f64).cos())
                .map(|w| w as f32)
                .collect(),
            // The Nyquist bin holds no phase and half the power of its neighbours: it is left out.
            bins: highest.min(length / 2),
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

    /// Bin powers around each of the steps, all channels together; silence is taken to lie beyond the recording's ends.
    pub fn spectra<S: Sample>(&mut self, samples: &[S], steps: Range<usize>) -> Spectra {
        self.spectra_after(samples, 0, steps)
    }

    /// As [`Analysis::spectra`], the samples being those after the first `dropped` frames of the recording.
    pub fn spectra_after<S: Sample>(
        &mut self,
        samples: &[S],
        dropped: usize,
        steps: Range<usize>,
    ) -> Spectra {
        let mut powers = vec![0.0; steps.len() * self.bins];
        for (powers, step) in powers.chunks_exact_mut(self.bins).zip(steps) {
            let centre = self.centre(step) - dropped as i64;
            self.step(samples, centre, powers);
        }
        let hertz_per_bin = self.rate as f64 / self.window.len() as f64;
        Spectra { bins: self.bins, hertz_per_bin, powers, totals: OnceLock::new() }
    }

    /// Adds the bin powers around a frame.
    fn step<S: Sample>(&mut self, samples: &[S], centre: i64, powers: &mut [f32]) {
        let start = centre - self.window.len() as i64 / 2;
        let skip = usize::try_from(-start).unwrap_or(0).min(self.window.len());
        let first = usize::try_from(start).unwrap_or(0);
        for channel in 0..self.channels {
            let frames = samples.get(first * self.channels..).unwrap_or(&[]).chunks_exact(self.channels);
            let fits = frames.len() + skip >= self.window.len() && skip == 0;
            if !fits {
                self.time.fill(0.0);
            }
            let time = self.time.iter_mut().zip(&self.window).skip(skip);
            for ((time, window), frame) in time.zip(frames) {
                *time = window * frame.get(channel).map_or(0.0, |s| s.to_f32());
            }
            let done =
                self.transform.process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch);
            if done.is_err() {
                continue; // Lengths come from the plan itself: does not happen.
            }
            for (power, bin) in powers.iter_mut().zip(&self.spectrum) {
                let square = bin.norm_sqr();
                // Finite samples near the largest float overflow; such a cell says nothing.
                *power += if square.is_finite() { square.min(LARGEST_POWER) } else { 0.0 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_levels(spectra: &Spectra) -> Vec<Column> {
        let bands = spectra.bands(1.0, 0..usize::MAX);
        bands.levels(1.0, 0.0, 0..bands.columns(1.0, 0.0))
    }

    #[test]
    fn decibels_are_ten_logarithms() {
        for power in [1e-7f32, 0.3, 0.999, 1.0, 1.414, 1.999, 2.0, 7e5, 1e30] {
            assert!((decibels(power) - 10.0 * power.log10()).abs() < 1e-3, "{power}");
        }
    }

    #[test]
    fn bands_are_where_they_are_at_every_rate() {
        for rate in [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000, 192_000] {
            let length = window_length(rate);
            let seconds = length as f64 / f64::from(rate);
            assert!((seconds - WINDOW_SECONDS).abs() < 0.001, "{rate}: {seconds}");
            let noise: Vec<f32> = (0..rate / 4).map(|n| (n as f32 * n as f32 * 0.37).sin()).collect();
            let mut analysis = Analysis::new(Format::new(rate, 1).unwrap());
            let spectra = analysis.spectra(&noise, 5..6);
            let highest =
                |band: usize| LOWEST_HZ + (HIGHEST_HZ - LOWEST_HZ) * (band + 1) as f64 / BANDS as f64;
            for (band, power) in spectra.bands(1.0, 0..1).running[1].iter().enumerate() {
                assert!(*power > 0.0 || highest(band) > f64::from(rate) / 4.0, "{rate}: band {band}");
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
            let steps = analysis.steps(samples.len());
            all_levels(&analysis.spectra(samples, 0..steps))
        };
        let reference = read(16_000, &tone(16_000, 0.5));
        assert_eq!(reference.len(), 20);
        for (rate, gain) in [(8_000, 0.5), (22_050, 0.5), (48_000, 0.01), (16_000, 0.001)] {
            let other = read(rate, &tone(rate, gain));
            let band = band_position(1_000.0) as usize;
            let loudest =
                |levels: &[Column]| levels[10][band - 1..band + 2].iter().copied().fold(-70.0, f32::max);
            // A tone between bands of 1, 2 or 3 bins; loudness alone moves nothing.
            assert!((loudest(&reference) - loudest(&other)).abs() < 3.0, "{rate} {gain}");
        }
        let quantised: Vec<i16> = tone(16_000, 0.5).iter().map(|x| (x * 32_768.0).round() as i16).collect();
        let mut analysis = Analysis::new(Format::new(16_000, 1).unwrap());
        let steps = analysis.spectra(&quantised, 0..125);
        let band = band_position(1_000.0) as usize;
        assert!((all_levels(&steps)[10][band] - reference[10][band]).abs() < 0.01);
    }

    #[test]
    fn channels_in_opposite_phase_do_not_cancel() {
        let samples: Vec<f32> =
            (0..4_000).flat_map(|n| [(n as f32 * 0.3).sin(), -(n as f32 * 0.3).sin()]).collect();
        let mut stereo = Analysis::new(Format::new(8_000, 2).unwrap());
        let mut mono = Analysis::new(Format::new(8_000, 1).unwrap());
        let left: Vec<f32> = samples.iter().step_by(2).copied().collect();
        let (two, one) = (stereo.spectra(&samples, 30..31), mono.spectra(&left, 30..31));
        let (two, one) = (two.iter().next().unwrap(), one.iter().next().unwrap());
        assert!(two.iter().zip(one).all(|(two, one)| (two - 2.0 * one).abs() <= 1e-4 * one));
    }
}
