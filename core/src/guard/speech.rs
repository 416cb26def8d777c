//! The samples of an utterance: marked, counted and hashed as they pass, their end held back.

use sha2::{Digest, Sha256};

use crate::access::gate::Pass;
use crate::audio::{AudioError, Budget, Format, Sample, SampleFormat};
use crate::id::MarkId;
use crate::key::KeyId;
use crate::watermark::Marker;

/// The part that only an allowed utterance has.
pub(super) struct Speech {
    pub(super) marker: Marker,
    pub(super) format: Format,
    pub(super) mark: MarkId,
    pub(super) key: KeyId,
    pub(super) samples: Option<SampleFormat>,
    pub(super) received: Account,
    pub(super) released: Account,
    pub(super) tail: Option<Tail>,
    pub(super) budget: Budget,
    pub(super) pass: Pass,
}

/// The flushed end of the speech, held back until its record is stored.
pub(super) enum Tail {
    F32(Vec<f32>),
    I16(Vec<i16>),
}

/// Samples counted and hashed.
#[derive(Clone, Default)]
pub(super) struct Account {
    pub(super) frames: u64,
    hash: Sha256,
}

impl Account {
    pub(super) fn add<S: Speak>(&mut self, samples: &[S], frames: usize) {
        self.frames += frames as u64;
        S::hash(samples, &mut self.hash);
    }

    pub(super) fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }
}

impl Speech {
    /// Counts `frames` that leave, which stand first in `output`.
    pub(super) fn release<S: Speak>(&mut self, output: &[S], frames: usize) {
        let samples = output.get(..frames * self.format.channels()).unwrap_or(output);
        self.released.add(samples, frames);
        self.samples = Some(S::FORMAT);
    }

    pub(super) fn drain<S: Speak>(&mut self) -> Result<Vec<S>, AudioError> {
        let mut tail = vec![S::default(); self.marker.pending() * self.format.channels()];
        let frames = S::flush(&mut self.marker, &mut tail)?;
        self.released.add(&tail, frames);
        Ok(tail)
    }
}

impl Tail {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::F32(samples) => samples.len(),
            Self::I16(samples) => samples.len(),
        }
    }
}

/// A sample format that an utterance can speak in: `f32` or `i16`.
pub trait Speak: Sample + speak::Through {}
impl Speak for f32 {}
impl Speak for i16 {}

/// Which of the marker's functions serve which format; not for callers, so not nameable by them.
mod speak {
    use super::{AudioError, Marker, Tail};

    pub trait Through: Sized {
        fn process(marker: &mut Marker, input: &[Self], output: &mut [Self]) -> Result<usize, AudioError>;
        fn process_in_place(marker: &mut Marker, buffer: &mut [Self]) -> Result<usize, AudioError>;
        fn flush(marker: &mut Marker, output: &mut [Self]) -> Result<usize, AudioError>;
        #[allow(private_interfaces)]
        fn of_tail(tail: &Tail) -> Option<&[Self]>;
    }

    macro_rules! through {
        ($sample:ty, $variant:ident, $process:ident, $in_place:ident, $flush:ident) => {
            impl Through for $sample {
                fn process(m: &mut Marker, input: &[Self], output: &mut [Self]) -> Result<usize, AudioError> {
                    m.$process(input, output)
                }
                fn process_in_place(m: &mut Marker, buffer: &mut [Self]) -> Result<usize, AudioError> {
                    m.$in_place(buffer)
                }
                fn flush(m: &mut Marker, output: &mut [Self]) -> Result<usize, AudioError> {
                    m.$flush(output)
                }
                #[allow(private_interfaces)]
                fn of_tail(tail: &Tail) -> Option<&[Self]> {
                    match tail {
                        Tail::$variant(samples) => Some(samples),
                        _ => None,
                    }
                }
            }
        };
    }
    through!(f32, F32, process_f32, process_f32_in_place, flush_f32);
    through!(i16, I16, process_i16, process_i16_in_place, flush_i16);
}
