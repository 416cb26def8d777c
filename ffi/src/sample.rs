// The two kinds of samples, so that each audio function is written once.

use std::ops::ControlFlow;

use voxguard_core::audio::{AudioError, Format, Sample as _};
use voxguard_core::guard::Speak;
use voxguard_core::watermark::{Detection, Detector, Listener, Marker};

use crate::argument::Buffers;

/// Hears which share of a recording is searched, and may end the search.
pub(crate) type Progress<'a> = dyn FnMut(f64) -> ControlFlow<()> + 'a;

/// `f32` or `i16`: what [`Speak`] is for utterances, with markers and detectors.
pub(crate) trait Sample: Speak {
    fn feed(marker: &mut Marker, buffers: Buffers<'_, Self>) -> Result<usize, AudioError>;
    fn drain(marker: &mut Marker, output: &mut [Self]) -> Result<usize, AudioError>;
    fn detect(
        detector: &Detector,
        samples: &[Self],
        format: Format,
        progress: &mut Progress<'_>,
    ) -> Result<Detection, AudioError>;
    fn hear(listener: &mut Listener, samples: &[Self]) -> Result<Option<Detection>, AudioError>;
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

    fn detect(
        detector: &Detector,
        samples: &[Self],
        format: Format,
        progress: &mut Progress<'_>,
    ) -> Result<Detection, AudioError> {
        detector.detect_with_progress(samples, format, progress)
    }

    fn hear(listener: &mut Listener, samples: &[Self]) -> Result<Option<Detection>, AudioError> {
        listener.push(samples)
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

    fn detect(
        detector: &Detector,
        samples: &[Self],
        format: Format,
        progress: &mut Progress<'_>,
    ) -> Result<Detection, AudioError> {
        detector.detect_i16_with_progress(samples, format, progress)
    }

    fn hear(listener: &mut Listener, samples: &[Self]) -> Result<Option<Detection>, AudioError> {
        let samples: Vec<f32> = samples.iter().map(|sample| sample.to_f32()).collect();
        listener.push(&samples)
    }
}

/// Frames that a marker writes when it is fed `frames`: all that it holds and is given, but for its latency.
pub(crate) fn ready(pending: usize, frames: usize, latency: usize) -> usize {
    pending.saturating_add(frames).saturating_sub(latency)
}
