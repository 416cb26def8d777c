//! What happens to audio on its way: each attack takes a clip and gives another.

use std::path::Path;
use std::process::Command;

use crate::clip::{Clip, Draw, Failure};

/// The clip at another rate: interpolated with a Kaiser-windowed sinc of 32 zero crossings on a side.
pub fn resample(clip: &Clip, rate: u32) -> Clip {
    if rate == clip.rate {
        return clip.clone();
    }
    const CROSSINGS: f64 = 32.0;
    const FINENESS: f64 = 256.0;
    let step = f64::from(clip.rate) / f64::from(rate);
    // Pass band up to 95 % of the lower Nyquist frequency.
    let cutoff = 0.95 * (1.0 / step).min(1.0);
    let reach = CROSSINGS / cutoff;
    // The kernel, tabulated finely enough for linear interpolation to be exact to 16 bits.
    let table: Vec<f64> = (0..=(reach * FINENESS) as usize + 2)
        .map(|n| {
            let x = n as f64 / FINENESS;
            let angle = std::f64::consts::PI * x * cutoff;
            let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
            let edge = (1.0 - (x / reach).powi(2)).max(0.0).sqrt();
            cutoff * sinc * bessel_i0(9.0 * edge) / bessel_i0(9.0)
        })
        .collect();
    let kernel = |x: f64| {
        let place = x.abs() * FINENESS;
        let (low, share) = (place as usize, place.fract());
        table[low] + share * (table[low + 1] - table[low])
    };
    let count = (clip.samples.len() as f64 / step) as usize;
    let at = |n: usize| {
        let centre = n as f64 * step;
        let first = (centre - reach).ceil().max(0.0) as usize;
        let last = ((centre + reach) as usize).min(clip.samples.len().saturating_sub(1));
        let taps = clip.samples.iter().enumerate().take(last + 1).skip(first);
        taps.map(|(k, s)| f64::from(*s) * kernel(k as f64 - centre)).sum::<f64>() as f32
    };
    Clip { samples: (0..count).map(at).collect(), rate }
}

fn bessel_i0(x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-12 * sum {
        term *= (x / (2.0 * k)).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}

/// Through a telephone line: 8 kHz, G.711 mu-law and back, at 8 kHz.
pub fn mu_law(clip: &Clip) -> Clip {
    let mut line = resample(clip, 8_000);
    line.samples.iter_mut().for_each(|s| {
        let linear = (*s * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
        *s = f32::from(mu_law_decode(mu_law_encode(linear))) / 32_768.0;
    });
    line
}

/// G.711 mu-law of a 16-bit sample.
fn mu_law_encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs().min(32_635) + 132) as u32;
    let exponent = magnitude.ilog2() - 7;
    let mantissa = (magnitude >> (exponent + 3)) & 15;
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

fn mu_law_decode(code: u8) -> i16 {
    let code = !code;
    let magnitude = (((i32::from(code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132;
    (if code & 0x80 == 0 { magnitude } else { -magnitude }) as i16
}

/// White noise at a ratio of speech to noise, over the whole clip.
pub fn noise(clip: &Clip, db: f64, draw: &mut Draw) -> Clip {
    let power =
        clip.samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / clip.samples.len().max(1) as f64;
    let level = (power / 10f64.powf(db / 10.0)).sqrt() as f32;
    Clip { samples: clip.samples.iter().map(|s| s + level * draw.normal()).collect(), rate: clip.rate }
}

/// Takes `share` of the clip out of its middle.
pub fn cut(clip: &Clip, share: f64) -> Clip {
    let (length, gone) = (clip.samples.len(), (clip.samples.len() as f64 * share) as usize);
    let from = (length - gone) / 2;
    let kept = clip.samples.iter().take(from).chain(clip.samples.iter().skip(from + gone));
    Clip { samples: kept.copied().collect(), rate: clip.rate }
}

/// The band of a telephone, 300 to 3400 Hz: fourth-order Butterworth filters.
pub fn telephone_band(clip: &Clip) -> Clip {
    let mut samples = clip.samples.clone();
    for q in [0.541_196, 1.306_563] {
        biquad(&mut samples, clip.rate, 300.0, q, true);
        biquad(&mut samples, clip.rate, 3_400.0, q, false);
    }
    Clip { samples, rate: clip.rate }
}

/// A second-order section (R. Bristow-Johnson, *Audio EQ Cookbook*).
fn biquad(samples: &mut [f32], rate: u32, hz: f64, q: f64, high_pass: bool) {
    let angle = std::f64::consts::TAU * hz / f64::from(rate);
    let (alpha, cosine) = (angle.sin() / (2.0 * q), angle.cos());
    let b1 = if high_pass { -(1.0 + cosine) } else { 1.0 - cosine };
    let b0 = b1.abs() / 2.0;
    let (a0, a1, a2) = (1.0 + alpha, -2.0 * cosine, 1.0 - alpha);
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    for sample in samples {
        let x = f64::from(*sample);
        let y = (b0 * x + b1 * x1 + b0 * x2 - a1 * y1 - a2 * y2) / a0;
        (x2, x1, y2, y1) = (x1, x, y1, y);
        *sample = y as f32;
    }
}

/// What a bad call leaves of a clip: telephone band at 8 kHz, mu-law, noise at 20 dB, a fifth cut out.
pub fn bad_call(clip: &Clip, draw: &mut Draw) -> Clip {
    let line = telephone_band(&resample(clip, 8_000));
    mu_law(&noise(&cut(&line, 0.2), 20.0, draw))
}

/// Through a codec of ffmpeg and back, at the clip's rate. `folder` is for two files.
///
/// # Errors
/// No ffmpeg on the path, or one without this codec.
pub fn through_ffmpeg(clip: &Clip, codec: &[&str], extension: &str, folder: &Path) -> Result<Clip, Failure> {
    let [wav, coded] = ["wav", extension].map(|end| folder.join(format!("clip.{end}")));
    let ffmpeg = |from: &Path, options: &[&str], to: &Path| -> Result<(), Failure> {
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-loglevel", "error", "-y", "-i"]).arg(from).args(options).arg(to);
        let status = command.status()?;
        if status.success() { Ok(()) } else { Err(format!("ffmpeg {options:?}: {status}").into()) }
    };
    clip.write(&wav)?;
    // The layout is said again: without it libopus refuses the mono of a float WAV.
    ffmpeg(&wav, &[&["-ac", "1"], codec].concat(), &coded)?;
    let rate = clip.rate.to_string();
    ffmpeg(&coded, &["-ar", &rate, "-ac", "1", "-c:a", "pcm_s16le"], &wav)?;
    Clip::read(&wav)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hz: f64) -> Clip {
        let wave = |n| (0.5 * (std::f64::consts::TAU * hz * f64::from(n) / f64::from(rate)).sin()) as f32;
        Clip { samples: (0..rate).map(wave).collect(), rate }
    }

    fn power(clip: &Clip) -> f64 {
        let middle = &clip.samples[clip.samples.len() / 4..clip.samples.len() * 3 / 4];
        middle.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / middle.len() as f64
    }

    #[test]
    fn resampling_keeps_a_tone_and_drops_what_does_not_fit() {
        let down = resample(&tone(24_000, 1_000.0), 8_000);
        let middle = down.samples.iter().zip(tone(8_000, 1_000.0).samples).skip(1_000).take(6_000);
        assert!(middle.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) < 1e-3);
        assert!(power(&resample(&tone(24_000, 5_000.0), 8_000)) < 1e-7);
    }

    #[test]
    fn mu_law_is_that_of_g_711() {
        // From table 2a of G.711, on the 16-bit scale.
        for (linear, code) in
            [(0i16, 0xff), (-1, 0x7f), (32_124, 0x80), (-32_124, 0x00), (1_000, 0xce), (-1_000, 0x4e)]
        {
            assert_eq!(mu_law_encode(linear), code, "{linear}");
        }
        assert!((0..=255u8).all(|code| code == 0x7f || mu_law_encode(mu_law_decode(code)) == code));
        assert_eq!(mu_law_decode(0x80), 32_124);
    }

    #[test]
    fn noise_has_its_level_and_a_cut_its_length() {
        let clip = tone(16_000, 500.0);
        let noisy = noise(&clip, 10.0, &mut Draw(1));
        let added: Vec<f32> = noisy.samples.iter().zip(&clip.samples).map(|(a, b)| a - b).collect();
        let ratio = power(&clip) / power(&Clip { samples: added, rate: 16_000 });
        assert!((10.0 * ratio.log10() - 10.0).abs() < 0.3);
        assert_eq!(cut(&clip, 0.25).samples.len(), 12_000);
    }

    #[test]
    fn the_telephone_band_ends_at_300_and_3400_hz() {
        let through =
            |hz| 10.0 * (power(&telephone_band(&tone(16_000, hz))) / power(&tone(16_000, hz))).log10();
        assert!(through(1_000.0).abs() < 0.2);
        assert!((through(300.0) + 3.0).abs() < 0.3 && (through(3_400.0) + 3.0).abs() < 0.3);
        assert!(through(100.0) < -30.0 && through(7_000.0) < -30.0);
    }
}
