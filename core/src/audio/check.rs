//! Samples are finite and make whole frames, or are refused before anything has changed.

use super::{AudioError, Format};

/// The number of frames in interleaved `samples`, which must divide evenly.
pub fn frames(samples: usize, format: Format) -> Result<usize, AudioError> {
    let channels = format.channels();
    match samples % channels {
        0 => Ok(samples / channels),
        _ => Err(AudioError::PartialFrame { samples, channels }),
    }
}

/// Refuses NaN and infinities, naming the first.
pub fn check_finite(samples: &[f32]) -> Result<(), AudioError> {
    // The sum of `x * 0` is 0 exactly when every x is finite; it vectorises where a search does not.
    if samples.iter().map(|x| x * 0.0).sum::<f32>() == 0.0 {
        return Ok(());
    }
    match samples.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(AudioError::NonFinite { index }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sample_that_is_no_number_is_named() {
        assert_eq!(check_finite(&[0.0, -1.0, f32::MAX, f32::MIN]), Ok(()));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(check_finite(&[0.0, 0.5, bad, bad]), Err(AudioError::NonFinite { index: 2 }));
        }
    }

    #[test]
    fn half_a_frame_is_refused() {
        let stereo = Format::new(24_000, 2).unwrap();
        assert_eq!(frames(4, stereo), Ok(2));
        assert_eq!(frames(3, stereo), Err(AudioError::PartialFrame { samples: 3, channels: 2 }));
    }
}
