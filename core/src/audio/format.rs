//! How samples are laid out.

/// Frames a second and interleaved channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    rate: u32,
    channels: u16,
}

impl Format {
    /// Lowest sample rate, in hertz.
    pub const MIN_RATE: u32 = 8_000;
    /// Highest sample rate, in hertz.
    pub const MAX_RATE: u32 = 192_000;
    /// Most channels.
    pub const MAX_CHANNELS: u16 = 8;

    /// A format of `rate` frames a second and `channels` interleaved samples a frame.
    pub fn new(rate: u32, channels: u16) -> Result<Self, AudioError> {
        if !(Self::MIN_RATE..=Self::MAX_RATE).contains(&rate) {
            return Err(AudioError::Rate { rate });
        }
        if !(1..=Self::MAX_CHANNELS).contains(&channels) {
            return Err(AudioError::Channels { channels });
        }
        Ok(Self { rate, channels })
    }

    /// Frames a second.
    pub fn rate(self) -> u32 {
        self.rate
    }

    /// Interleaved samples a frame.
    pub fn channels(self) -> usize {
        usize::from(self.channels)
    }
}

/// Why samples were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// The sample rate is out of range.
    #[error("sample rate {rate} Hz: accepted are 8000 to 192000")]
    Rate {
        /// The refused rate.
        rate: u32,
    },
    /// The channel count is out of range.
    #[error("{channels} channels: accepted are 1 to 8")]
    Channels {
        /// The refused count.
        channels: u16,
    },
    /// The samples do not divide into frames.
    #[error("{samples} interleaved samples are not a whole number of frames of {channels} channels")]
    PartialFrame {
        /// Samples given.
        samples: usize,
        /// Channels of the format.
        channels: usize,
    },
    /// A sample is NaN or infinite.
    #[error("sample {index} is not a finite number: accepted are finite values, nominally -1 to 1")]
    NonFinite {
        /// Index of the first such sample, interleaved, from 0.
        index: usize,
    },
    /// The output is shorter than what must be written to it.
    #[error("output holds {given} samples, {needed} are needed")]
    OutputTooSmall {
        /// Samples that the output holds.
        given: usize,
        /// Samples that are needed.
        needed: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_outside_its_bounds_is_refused_with_the_value() {
        assert_eq!(Format::new(0, 1), Err(AudioError::Rate { rate: 0 }));
        assert_eq!(Format::new(1_000_000_000, 1), Err(AudioError::Rate { rate: 1_000_000_000 }));
        assert_eq!(Format::new(24_000, 0), Err(AudioError::Channels { channels: 0 }));
        assert_eq!(Format::new(24_000, 9), Err(AudioError::Channels { channels: 9 }));
        assert_eq!(Format::new(48_000, 2).map(|f| (f.rate(), f.channels())), Ok((48_000, 2)));
    }
}
