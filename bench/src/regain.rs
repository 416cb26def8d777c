//! An attacker's own marker: changes the level of each cell by as many decibels as he likes.
//!
//! It shares nothing with the product but what is public: where the bands lie, how long a cell lasts, and by how
//! many decibels each band is usually marked.

use realfft::RealFftPlanner;
use voxguard_core::watermark::inspect::BANDS;

use crate::clip::Clip;

/// A value for each band of a cell column.
pub type Column = [f32; BANDS];

/// Seconds of a cell.
const CELL: f64 = 0.048;
/// Edges of the bands, and the frequency at which their width begins to grow.
const HERTZ: [f64; 3] = [200.0, 7_400.0, 1_500.0];

/// By how many decibels the usual mark raises or lowers a band.
pub fn usual_decibels(band: usize) -> f32 {
    0.75 + 4.5 * band as f32 / (BANDS - 1) as f32
}

/// Where a frequency lies, in bands.
fn band_position(hz: f64) -> f64 {
    let scale = |hz: f64| (1.0 + hz / HERTZ[2]).ln();
    (scale(hz) - scale(HERTZ[0])) / (scale(HERTZ[1]) - scale(HERTZ[0])) * BANDS as f64
}

/// The clip with the level of each cell changed by `decibels`, column after column from its start: overlap-add
/// with a square-root Hann window of 32 ms at half overlap; gains pass smoothly from cell to cell and band to band.
pub fn regain(clip: &Clip, decibels: &[Column]) -> Clip {
    let hop = (f64::from(clip.rate) * 0.016).round() as usize;
    let length = 2 * hop;
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let (mut time, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    let window: Vec<f32> =
        (0..length).map(|n| (std::f64::consts::PI * n as f64 / length as f64).sin() as f32).collect();
    let places: Vec<f64> =
        (0..=hop).map(|bin| band_position(bin as f64 * f64::from(clip.rate) / length as f64)).collect();
    let mut sum = vec![0f32; clip.samples.len() + 2 * length];
    for start in (0..clip.samples.len() + hop).step_by(hop) {
        // The frame begins a hop before `start`: the first sample lies in two frames, as all others do.
        for (n, (time, window)) in time.iter_mut().zip(&window).enumerate() {
            let sample = (start + n).checked_sub(hop).and_then(|at| clip.samples.get(at));
            *time = window * sample.copied().unwrap_or(0.0);
        }
        if forward.process(&mut time, &mut spectrum).is_err() {
            continue; // Lengths come from the plan itself.
        }
        let moment = column_at(decibels, start as f64 / f64::from(clip.rate) / CELL - 0.5);
        for (bin, place) in spectrum.iter_mut().zip(&places) {
            if (0.0..BANDS as f64).contains(place) {
                let from_centre = (place - 0.5).clamp(0.0, (BANDS - 1) as f64);
                let (low, share) = (from_centre as usize, from_centre.fract() as f32);
                let high = (low + 1).min(BANDS - 1);
                let decibels = moment[low] + share * (moment[high] - moment[low]);
                *bin *= 10f32.powf(decibels / 20.0);
            }
        }
        // What rounding leaves in the first and last bin of a real transform must go.
        spectrum[0].im = 0.0;
        spectrum[hop].im = 0.0;
        if inverse.process(&mut spectrum, &mut time).is_ok() {
            let frame = time.iter().zip(&window).map(|(time, window)| time * window / length as f32);
            sum[start..].iter_mut().zip(frame).for_each(|(sum, sample)| *sum += sample);
        }
    }
    let samples = sum.into_iter().skip(hop).take(clip.samples.len()).collect();
    Clip { samples, rate: clip.rate }
}

/// The column at a moment between columns: a raised cosine leads from one to the next.
fn column_at(columns: &[Column], at: f64) -> Column {
    let (low, share) = (at.floor(), (0.5 - 0.5 * (std::f64::consts::PI * (at - at.floor())).cos()) as f32);
    let column = |at: f64| {
        if at < 0.0 { [0.0; BANDS] } else { columns.get(at as usize).copied().unwrap_or([0.0; BANDS]) }
    };
    let (low, high) = (column(low), column(low + 1.0));
    std::array::from_fn(|band| low[band] + share * (high[band] - low[band]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone() -> Clip {
        let wave = |n| (0.3 * (std::f64::consts::TAU * 1_000.0 * f64::from(n) / 16_000.0).sin()) as f32;
        Clip { samples: (0..16_000).map(wave).collect(), rate: 16_000 }
    }

    #[test]
    fn no_decibels_change_nothing() {
        let (before, after) = (tone(), regain(&tone(), &[]));
        assert_eq!(before.samples.len(), after.samples.len());
        assert!(before.samples.iter().zip(&after.samples).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn six_decibels_double_a_tone_in_its_cells_and_nowhere_else() {
        let columns: Vec<Column> = (0..21).map(|t| [if t < 10 { 6.0206 } else { 0.0 }; BANDS]).collect();
        let after = regain(&tone(), &columns);
        let peak = |range: std::ops::Range<usize>| after.samples[range].iter().copied().fold(0f32, f32::max);
        assert!((peak(2_000..6_000) - 0.6).abs() < 0.01, "{}", peak(2_000..6_000));
        assert!((peak(9_500..15_000) - 0.3).abs() < 0.01, "{}", peak(9_500..15_000));
    }
}
