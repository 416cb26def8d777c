//! Listeners: look for marks in a stream while it runs; the verdict firms up.
//!
//! A listener searches what it has heard after 2, 4, 8, 16, 32 and 64 seconds, and then each minute in the same
//! way, and gives a verdict about all of it each time. Every search counts in the p-value. Memory does not grow with
//! the stream, but for the curve.

use std::sync::Arc;

use voxguard_core::audio::Format;
use voxguard_core::watermark::{Detection, Listener};

use crate::argument::{place, samples, slice_in};
use crate::call::control;
use crate::detection::{Found, vg_detection_t};
use crate::detector::vg_detector_t;
use crate::error::{Result, vg_error_t};
use crate::handle::{Handle, exclusive, free, kind, make, shared};
use crate::sample::Sample;
use crate::status::vg_status_t;

/// The search for marks in one stream.
pub struct vg_listener_t {
    _opaque: [u8; 0],
}

impl Handle for vg_listener_t {
    const KIND: u32 = kind(b"list");
    type Value = Listener;
}

/// Makes a listener that looks for a detector's marks in one stream of `channels` interleaved channels, `rate` frames
/// a second. Any number of listeners share a detector.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_listener_new(
    detector: *const vg_detector_t,
    rate: u32,
    channels: u16,
    out: *mut *mut vg_listener_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let format = Format::new(rate, channels)?;
        let detector = unsafe { shared(detector, |detector| Ok(Arc::clone(detector))) }?;
        unsafe { out.set(make(Listener::new(detector, format))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Hears `frames` frames. `out` receives a verdict about all that was heard when one is due, and NULL otherwise, which is
/// VG_OK too. When it fails nothing was heard. A call that searches takes its time: not for the thread that plays.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_listener_push_f32(
    listener: *mut vg_listener_t,
    input: *const f32,
    frames: usize,
    out: *mut *mut vg_detection_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || push(listener, (input, frames), out)) }
}

/// vg_listener_push_f32 for 16-bit samples. Both kinds may be mixed.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_listener_push_i16(
    listener: *mut vg_listener_t,
    input: *const i16,
    frames: usize,
    out: *mut *mut vg_detection_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || push(listener, (input, frames), out)) }
}

/// Gives the verdict about all that was heard; the listener then stands as new.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_listener_finish(
    listener: *mut vg_listener_t,
    out: *mut *mut vg_detection_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let verdict = unsafe { exclusive(listener, |listener| Ok(listener.finish())) }?;
        unsafe { out.set(make(Found::new(verdict))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees a listener. NULL is fine. Detections that it gave live on.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_listener_free(listener: *mut vg_listener_t) {
    unsafe { free(listener) }
}

unsafe fn push<S: Sample>(
    listener: *mut vg_listener_t,
    (input, frames): (*const S, usize),
    out: *mut *mut vg_detection_t,
) -> Result<()> {
    let out = place(out)?;
    let call = |listener: &mut Listener| -> Result<Option<Detection>> {
        let input = unsafe { slice_in(input, samples(frames, listener.format().channels())?) }?;
        Ok(S::hear(listener, input)?)
    };
    let verdict = unsafe { exclusive(listener, call) }?;
    unsafe { out.set(verdict.map_or(std::ptr::null_mut(), |verdict| make(Found::new(verdict)))) };
    Ok(())
}
