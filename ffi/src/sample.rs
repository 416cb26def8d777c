// The two kinds of samples, so that each audio function is written once.

use voxguard_core::audio::{AudioError, Format};
use voxguard_core::guard::Speak;
use voxguard_core::watermark::{Detection, Detector, Marker};

use crate::argument::Buffers;

/// `f32` or `i16`: what [`Speak`] is for utterances, with markers and detectors.
pub(crate) trait Sample: Speak {
    fn feed(marker: &mut Marker, buffers: Buffers<'_, Self>) -> Result<usize, AudioError>;
    fn drain(marker: &mut Marker, output: &mut [Self]) -> Result<usize, AudioError>;
    fn detect(detector: &Detector, samples: &[Self], format: Format) -> Result<Detection, AudioError>;
}

impl Sample for f32 {
    fn feed(marker: &mut Marker, buffers: Buffers<'_, Self>) -> Result<usize, AudioError> {
        match buffers {
            Buffers::Two(input, output) => marker.process_f32(input, output),
            Buffers::One(buffer) => marker.process_f32_in_place(buffer),
        }
    }

    fn drain(marker: &mut Marker, output: &mut [Self]) -> Result<usize, AudioError> {
        marker.flush_f32(output)
    }

    fn detect(detector: &Detector, samples: &[Self], format: Format) -> Result<Detection, AudioError> {
        detector.detect_f32(samples, format)
    }
}

impl Sample for i16 {
    fn feed(marker: &mut Marker, buffers: Buffers<'_, Self>) -> Result<usize, AudioError> {
        match buffers {
            Buffers::Two(input, output) => marker.process_i16(input, output),
            Buffers::One(buffer) => marker.process_i16_in_place(buffer),
        }
    }

    fn drain(marker: &mut Marker, output: &mut [Self]) -> Result<usize, AudioError> {
        marker.flush_i16(output)
    }

    fn detect(detector: &Detector, samples: &[Self], format: Format) -> Result<Detection, AudioError> {
        detector.detect_i16(samples, format)
    }
}

/// Frames that a marker writes when it is fed `frames`: all that it holds and is given, but for its latency.
pub(crate) fn ready(pending: usize, frames: usize, latency: usize) -> usize {
    pending.saturating_add(frames).saturating_sub(latency)
}
