//! The two kinds of samples.

use crate::error::{Error, Result, Status};

/// `f32`, nominally -1 to 1, or `i16`.
pub trait Sample: sealed::Sample {}

impl Sample for f32 {}
impl Sample for i16 {}

pub(crate) mod sealed {
    use crate::sys::*;

    type Process<H, S> =
        unsafe extern "C" fn(*mut H, *const S, usize, *mut S, usize, *mut usize) -> vg_status_t;
    type Flush<S> = unsafe extern "C" fn(*mut vg_marker_t, *mut S, usize, *mut usize) -> vg_status_t;
    type Embed<S> = unsafe extern "C" fn(
        *const vg_key_t,
        *const vg_marker_options_t,
        *const S,
        usize,
        *mut S,
        *mut *mut vg_error_t,
    ) -> vg_status_t;
    type Detect<S> = unsafe extern "C" fn(
        *const vg_detector_t,
        *const S,
        usize,
        u32,
        u16,
        *const vg_progress_t,
        *mut *mut vg_detection_t,
        *mut *mut vg_error_t,
    ) -> vg_status_t;
    type Push<S> = unsafe extern "C" fn(
        *mut vg_listener_t,
        *const S,
        usize,
        *mut *mut vg_detection_t,
        *mut *mut vg_error_t,
    ) -> vg_status_t;
    type Finish<S> = unsafe extern "C" fn(
        *mut vg_utterance_t,
        *mut S,
        usize,
        *mut usize,
        *mut vg_bytes_t,
        *mut *mut vg_error_t,
    ) -> vg_status_t;

    /// The C functions for one kind of samples.
    pub trait Sample: Copy + Default + Send + 'static {
        const PROCESS: Process<vg_marker_t, Self>;
        const FLUSH: Flush<Self>;
        const EMBED: Embed<Self>;
        const DETECT: Detect<Self>;
        const PUSH: Push<Self>;
        const MARK: Process<vg_utterance_t, Self>;
        const FINISH: Finish<Self>;
        fn is_finite(self) -> bool;
    }

    impl Sample for f32 {
        const PROCESS: Process<vg_marker_t, Self> = vg_marker_process_f32;
        const FLUSH: Flush<Self> = vg_marker_flush_f32;
        const EMBED: Embed<Self> = vg_embed_f32;
        const DETECT: Detect<Self> = vg_detector_detect_progress_f32;
        const PUSH: Push<Self> = vg_listener_push_f32;
        const MARK: Process<vg_utterance_t, Self> = vg_utterance_mark_f32;
        const FINISH: Finish<Self> = vg_utterance_finish_f32;
        fn is_finite(self) -> bool {
            f32::is_finite(self)
        }
    }

    impl Sample for i16 {
        const PROCESS: Process<vg_marker_t, Self> = vg_marker_process_i16;
        const FLUSH: Flush<Self> = vg_marker_flush_i16;
        const EMBED: Embed<Self> = vg_embed_i16;
        const DETECT: Detect<Self> = vg_detector_detect_progress_i16;
        const PUSH: Push<Self> = vg_listener_push_i16;
        const MARK: Process<vg_utterance_t, Self> = vg_utterance_mark_i16;
        const FINISH: Finish<Self> = vg_utterance_finish_i16;
        fn is_finite(self) -> bool {
            true
        }
    }
}

/// Frames in interleaved samples, which must divide evenly.
pub(crate) fn frames(samples: usize, channels: u16) -> Result<usize> {
    // The library itself refuses a format without channels.
    let each = usize::from(channels).max(1);
    if samples.is_multiple_of(each) {
        return Ok(samples / each);
    }
    let message =
        format!("{samples} interleaved samples are not a whole number of frames of {channels} channels");
    Err(Error::new(Status::PARTIAL_FRAME, message))
}

/// Says more about an error of a call that answers with a status alone.
pub(crate) fn explain<S: Sample>(error: Error, input: &[S], capacity: usize) -> Error {
    let status = error.status;
    if status == Status::NON_FINITE
        && let Some(index) = input.iter().position(|sample| !sealed::Sample::is_finite(*sample))
    {
        let accepted = "accepted are finite values, nominally -1 to 1";
        return Error::new(status, format!("sample {index} is not a finite number: {accepted}"));
    }
    if status == Status::OUTPUT_SIZE {
        let message = format!("output holds {capacity} samples, fewer than are ready");
        return Error::new(status, message);
    }
    error
}
