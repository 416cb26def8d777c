//! The two sample formats that cross every interface, as one trait.

use sha2::{Digest, Sha256};

/// Which of the two formats a stream is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleFormat {
    /// 32-bit float, nominally -1 to 1.
    F32,
    /// 16-bit signed integer.
    I16,
}

impl SampleFormat {
    /// The format's name in records: `f32` or `i16`.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::I16 => "i16",
        }
    }
}

/// A sample: `f32` or `i16`.
pub trait Sample: Copy + Default + private::Sealed {
    /// This type's format.
    const FORMAT: SampleFormat;
    /// The sample on the scale on which full is 1.
    fn to_f32(self) -> f32;
    /// The nearest sample to a value on that scale; 16 bits saturate.
    fn from_f32(value: f32) -> Self;
    /// Adds the samples, as little-endian bytes in order, to `hash`. Does not allocate.
    fn hash(samples: &[Self], hash: &mut Sha256);
}

/// Samples whose bytes are gathered before they are hashed: one by one costs ten times as much.
const HASH_BATCH: usize = 256;

/// A full-scale sample of 16 bits.
const I16_SCALE: f32 = 32_768.0;

impl Sample for f32 {
    const FORMAT: SampleFormat = SampleFormat::F32;

    fn to_f32(self) -> f32 {
        self
    }

    fn from_f32(value: f32) -> Self {
        value
    }

    fn hash(samples: &[Self], hash: &mut Sha256) {
        hash_bytes::<4>(samples.iter().map(|sample| sample.to_le_bytes()), hash);
    }
}

impl Sample for i16 {
    const FORMAT: SampleFormat = SampleFormat::I16;

    fn to_f32(self) -> f32 {
        f32::from(self) / I16_SCALE
    }

    fn from_f32(value: f32) -> Self {
        (value * I16_SCALE).round() as i16
    }

    fn hash(samples: &[Self], hash: &mut Sha256) {
        hash_bytes::<2>(samples.iter().map(|sample| sample.to_le_bytes()), hash);
    }
}

fn hash_bytes<const N: usize>(mut samples: impl Iterator<Item = [u8; N]>, hash: &mut Sha256) {
    let mut batch = [[0; N]; HASH_BATCH];
    loop {
        // `samples` comes second: `zip` would take one sample too many from the longer side put first.
        let filled = batch.iter_mut().zip(&mut samples).map(|(slot, bytes)| *slot = bytes).count();
        hash.update(batch.get(..filled).unwrap_or_default().as_flattened());
        if filled < HASH_BATCH {
            return;
        }
    }
}

mod private {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for i16 {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_hashed_as_little_endian_bytes() {
        let mut hash = Sha256::new();
        i16::hash(&[1, -2], &mut hash);
        f32::hash(&[1.0], &mut hash);
        assert_eq!(hash.finalize(), Sha256::digest([1, 0, 0xfe, 0xff, 0, 0, 0x80, 0x3f]));
    }

    #[test]
    fn no_sample_is_lost_where_batches_meet() {
        for count in [0, 1, HASH_BATCH - 1, HASH_BATCH, HASH_BATCH + 1, 3 * HASH_BATCH] {
            let samples: Vec<i16> = (0..count as i16).collect();
            let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
            let mut hash = Sha256::new();
            i16::hash(&samples, &mut hash);
            assert_eq!(hash.finalize(), Sha256::digest(bytes), "{count}");
        }
    }

    #[test]
    fn sixteen_bits_go_to_float_and_back_unchanged_and_saturate() {
        assert!((i16::MIN..=i16::MAX).all(|sample| i16::from_f32(sample.to_f32()) == sample));
        assert_eq!([1.5, -1.5, 0.0].map(i16::from_f32), [i16::MAX, i16::MIN, 0]);
    }
}
