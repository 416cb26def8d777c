//! How loud each cell may be marked.
//!
//! A cell's spectrum is raised or lowered by a few decibels by its sign. The change is smoothed over
//! time (a raised cosine from the middle of one cell to the middle of the next) and over the edges of
//! the bands; it is smaller in low bands, where the ear resolves level best; and it fades in cells
//! far below the loudest of the last moments, where it would be heard in tails and noise would take
//! it anyway. The figures were tuned with `bench/quality.py` and the `corpus` bench (see docs/WATERMARK.md).

use realfft::num_complex::Complex32;

use super::chips::Column;
use super::grid::{BANDS, HIGHEST_HZ, LOWEST_HZ, STEPS, STEPS_PER_SECOND, band_position};

/// Change of a fully marked cell, in decibels, at a place in hertz; between the places it is a line on the scale of
/// the bands. The ear resolves level best below 1 kHz; codecs of speech keep level best from 1.5 to 4 kHz.
const CHANGE_DB: [(f64, f64); 7] = [
    (LOWEST_HZ, 0.3),
    (700.0, 0.8),
    (1_200.0, 1.6),
    (2_000.0, 3.6),
    (2_600.0, 4.8),
    (3_600.0, 4.8),
    (HIGHEST_HZ, 3.2),
];
/// A cell this far below the loudest carries half the change.
const FADE_DB: f64 = -45.0;
/// How fast the memory of the loudest cell falls.
const PEAK_DECAY_DB_PER_SECOND: f64 = 30.0;
/// Share of a band's width over which its gain passes into the neighbour's.
const EDGE: f64 = 1.0;
/// Power of full scale is about 1e4 here; nothing audible is below this.
const SMALLEST_PEAK: f32 = 1e-9;
const LARGEST_POWER: f32 = 1e15;

/// The fixed part: strengths and the bins' places for one rate and transform length.
pub struct Shape {
    /// Natural logarithm of a fully marked band's gain.
    strength: Column,
    bins: Vec<Place>,
    first: usize,
    fade: f32,
    decay: f32,
}

/// A bin's two nearest bands and the second's share.
#[derive(Clone, Copy)]
struct Place {
    near: usize,
    far: usize,
    share: f32,
}

/// What one channel remembers from frame to frame.
#[derive(Clone, Copy)]
pub struct Loudest(f32);

impl Default for Loudest {
    fn default() -> Self {
        Self(SMALLEST_PEAK)
    }
}

impl Shape {
    /// The shape for transforms of `length` at `rate`, `hop` frames apart; `strength` multiplies all decibels.
    pub fn new(rate: u32, length: usize, hop: usize, strength: f32) -> Self {
        let position = |bin: usize| band_position(bin as f64 * f64::from(rate) / length as f64);
        let inside = |bin: &usize| (0.0..BANDS as f64).contains(&position(*bin));
        let first = (1..length / 2).find(inside).unwrap_or(1);
        let place = |bin: usize| {
            let within = position(bin);
            let near = (within as usize).min(BANDS - 1);
            let from_centre = within - near as f64 - 0.5;
            let far = if from_centre < 0.0 { near.saturating_sub(1) } else { (near + 1).min(BANDS - 1) };
            let over = (from_centre.abs() - (0.5 - EDGE / 2.0)).max(0.0) / EDGE;
            Place { near, far, share: over as f32 }
        };
        let seconds = hop as f64 / f64::from(rate);
        Self {
            strength: std::array::from_fn(|band| {
                let db = f64::from(strength) * change_db(band as f64 + 0.5);
                (db * std::f64::consts::LN_10 / 20.0) as f32
            }),
            bins: (first..length / 2).filter(inside).map(place).collect(),
            first,
            fade: 10f64.powf(FADE_DB / 10.0) as f32,
            decay: 10f64.powf(-PEAK_DECAY_DB_PER_SECOND * seconds / 10.0) as f32,
        }
    }

    /// Turns a frame's spectrum into what must be added to it, given the signs (-1 to 1) of its moment.
    pub fn change(&self, signs: &Column, loudest: &mut Loudest, spectrum: &mut [Complex32]) {
        let Some((low, rest)) = spectrum.split_at_mut_checked(self.first) else { return };
        let Some((inside, high)) = rest.split_at_mut_checked(self.bins.len()) else { return };
        low.fill(Complex32::ZERO);
        high.fill(Complex32::ZERO);
        let mut powers = [0f32; BANDS];
        for (bin, place) in inside.iter().zip(&self.bins) {
            if let Some(power) = powers.get_mut(place.near) {
                *power += bin.norm_sqr();
            }
        }
        // The loudest cell, with a bound that also stops infinities of absurd input.
        let most = powers.iter().fold(0f32, |most, &power| most.max(power)).min(LARGEST_POWER);
        loudest.0 = (loudest.0 * self.decay).max(most).max(SMALLEST_PEAK);
        let half = loudest.0 * self.fade;
        let mut gains = [0f32; BANDS];
        for (((gain, power), sign), strength) in gains.iter_mut().zip(&powers).zip(signs).zip(&self.strength)
        {
            let power = power.min(LARGEST_POWER);
            *gain = exp_minus_1(sign * strength * power / (power + half));
        }
        for (bin, place) in inside.iter_mut().zip(&self.bins) {
            let (near, far) = (gains.get(place.near), gains.get(place.far));
            if let (Some(near), Some(far)) = (near, far) {
                *bin *= near + (far - near) * place.share;
            }
        }
    }
}

/// [`CHANGE_DB`] at a place on the scale of the bands.
fn change_db(position: f64) -> f64 {
    CHANGE_DB.windows(2).fold(0.0, |db, pair| {
        let &[(from_hz, from_db), (to_hz, to_db)] = pair else { return db };
        let (from, to) = (band_position(from_hz), band_position(to_hz));
        if position < from {
            db
        } else {
            from_db + (to_db - from_db) * ((position - from) / (to - from)).min(1.0)
        }
    })
}

/// e^x - 1 for |x| < 1, to 1e-4: the series, which vectorises where the library call does not.
fn exp_minus_1(x: f32) -> f32 {
    x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0)))))
}

/// Where a frame of the stream lies in the pattern: its cell, the neighbour that it leans to, and how
/// much of the gain is the neighbour's (0 in the middle of a cell, 1/2 at its edge).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Column of the moment, from the start of the stream.
    pub cell: u64,
    /// The next nearest column.
    pub neighbour: u64,
    /// The neighbour's share.
    pub share: f32,
}

impl Moment {
    /// The moment of a frame, exact for streams of any length.
    pub fn of(frame: u64, rate: u32) -> Self {
        let cell_length = u64::from(rate) * STEPS as u64;
        let scaled = u128::from(frame) * u128::from(STEPS_PER_SECOND);
        let cell = (scaled / u128::from(cell_length)) as u64;
        let phase = (scaled % u128::from(cell_length)) as f64 / cell_length as f64;
        let cosine = (std::f64::consts::PI * phase).sin();
        let neighbour = if phase < 0.5 { cell.saturating_sub(1) } else { cell + 1 };
        Self { cell, neighbour, share: (0.5 - 0.5 * cosine) as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_change_is_strongest_in_the_middle_of_a_cell_and_none_where_signs_meet() {
        let rate = 24_000;
        let cell = rate as u64 * 6 / 125;
        assert_eq!(Moment::of(cell / 2, rate), Moment { cell: 0, neighbour: 1, share: 0.0 });
        assert_eq!(Moment::of(cell, rate), Moment { cell: 1, neighbour: 0, share: 0.5 });
        let years = 100_000_000_000 * cell;
        assert_eq!(Moment::of(years + cell * 3 / 2, rate).cell, 100_000_000_001);
    }

    #[test]
    fn loud_cells_move_by_their_strength_and_cells_far_below_hardly() {
        let (rate, length) = (16_000, 512);
        let shape = Shape::new(rate, length, 256, 1.0);
        let mut spectrum = vec![Complex32::new(1e-5, 0.0); length / 2 + 1];
        spectrum[88..105].fill(Complex32::new(10.0, 0.0)); // around 3 kHz
        shape.change(&[1.0; BANDS], &mut Loudest::default(), &mut spectrum);
        let band = band_position(3_000.0) as usize;
        let expected = shape.strength[band].exp() - 1.0;
        assert!((spectrum[96].re / 10.0 - expected).abs() < 0.01);
        assert!(
            spectrum[140].norm() < 0.2 * 1e-5 && spectrum[0].norm() == 0.0 && spectrum[256].norm() == 0.0
        );
    }

    #[test]
    fn silence_and_absurd_loudness_give_no_nan_in_the_gains() {
        let shape = Shape::new(16_000, 512, 256, 1.0);
        let mut loudest = Loudest::default();
        for level in [0.0, 1e18, 1e-30, 1.0] {
            let mut spectrum = vec![Complex32::new(level, 0.0); 257];
            shape.change(&[1.0; BANDS], &mut loudest, &mut spectrum);
            assert!(spectrum.iter().all(|bin| bin.re.is_finite() && bin.re.abs() <= level));
        }
    }

    #[test]
    fn the_series_is_the_exponential() {
        for x in [-0.7f32, -0.3, 0.0, 0.2, 0.7] {
            assert!((exp_minus_1(x) - x.exp_m1()).abs() < 3e-4, "{x}");
        }
    }
}
