//! Detectors: look for marks in any audio, of any rate, cut out of anywhere.

use std::ffi::c_void;
use std::mem::offset_of;
use std::ops::ControlFlow;
use std::ptr;
use std::sync::Arc;

use voxguard_core::audio::Format;
use voxguard_core::watermark::{Detector, Effort, Scheme};

use crate::argument::{Versioned, place, samples, slice_in, struct_in};
use crate::call::control;
use crate::detection::{Found, vg_detection_t};
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::key::vg_key_t;
use crate::marker::scheme;
use crate::sample::Sample;
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_CONFIG, vg_status_t};

/// The search for the marks of some keys.
pub struct vg_detector_t {
    _opaque: [u8; 0],
}

impl Handle for vg_detector_t {
    const KIND: u32 = kind(b"dete");
    /// Shared with the listeners that were made of it.
    type Value = Arc<Detector>;
}

/// The quickest search: audio that was hardly changed.
pub const VG_EFFORT_FAST: u32 = 0;
/// The search for ordinary use.
pub const VG_EFFORT_NORMAL: u32 = 1;
/// The search for evidence: tries the most.
pub const VG_EFFORT_THOROUGH: u32 = 2;

/// Most keys of one detector.
pub const VG_DETECTOR_MAX_KEYS: usize = 64;

/// How a detector searches.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_detector_options_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// One of VG_EFFORT_*.
    pub effort: u32,
    /// One of VG_SCHEME_*: only marks of this scheme are found.
    pub scheme: u64,
}

// The scheme has 64 bits because 32 would lie in what was the struct's padding, which older programs did not set.
unsafe impl Versioned for vg_detector_options_t {
    const FIRST_SIZE: usize = offset_of!(Self, scheme);
}

/// Your function that hears how far a detection is.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_progress_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Handed to `report`; we do not look at it.
    pub user_data: *mut c_void,
    /// Called by the thread that detects, after each minute of audio, with the share of it that is done, 0 to 1. Answer
    /// 0 to go on; anything else ends the search, and the detection says what was found so far. It must not call the
    /// library with handles of this detection and must not throw.
    pub report: Option<unsafe extern "C" fn(user_data: *mut c_void, done: f64) -> i32>,
}

unsafe impl Versioned for vg_progress_t {}

/// Makes a detector for the marks of `count` keys, 1 to 64. NULL for `options` is VG_EFFORT_NORMAL
/// and VG_SCHEME_ID32.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detector_new(
    keys: *const *const vg_key_t,
    count: usize,
    options: *const vg_detector_options_t,
    out: *mut *mut vg_detector_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let (effort, scheme) = match options.is_null() {
            true => (Effort::Normal, Scheme::default()),
            false => {
                let options = unsafe { struct_in(options) }?;
                (effort(options.effort)?, scheme(options.scheme)?)
            }
        };
        if count > VG_DETECTOR_MAX_KEYS {
            return Err(Error::new(VG_ERR_CONFIG, format_args!("{count} keys: accepted are 1 to 64")));
        }
        let handles = unsafe { slice_in(keys, count) }?.iter();
        let keys = handles.map(|key| unsafe { shared(*key, |key| Ok(key.clone())) });
        let detector = Detector::with_scheme(keys.collect::<Result<_>>()?, effort, scheme)?;
        unsafe { out.set(make(Arc::new(detector))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Looks for the detector's marks in `frames` frames of `channels` interleaved samples, `rate` frames a second.
/// That there is none is an answer: VG_OK, and vg_detection_info says `found` = false.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detector_detect_f32(
    detector: *const vg_detector_t,
    input: *const f32,
    frames: usize,
    rate: u32,
    channels: u16,
    out: *mut *mut vg_detection_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || detect(detector, (input, frames), (rate, channels), ptr::null(), out)) }
}

/// vg_detector_detect_f32 for 16-bit samples.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detector_detect_i16(
    detector: *const vg_detector_t,
    input: *const i16,
    frames: usize,
    rate: u32,
    channels: u16,
    out: *mut *mut vg_detection_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || detect(detector, (input, frames), (rate, channels), ptr::null(), out)) }
}

/// vg_detector_detect_f32 that tells `progress` how far it is, and ends when that says so. NULL for `progress`, or for
/// its `report`, tells nobody.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detector_detect_progress_f32(
    detector: *const vg_detector_t,
    input: *const f32,
    frames: usize,
    rate: u32,
    channels: u16,
    progress: *const vg_progress_t,
    out: *mut *mut vg_detection_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || detect(detector, (input, frames), (rate, channels), progress, out)) }
}

/// vg_detector_detect_progress_f32 for 16-bit samples.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detector_detect_progress_i16(
    detector: *const vg_detector_t,
    input: *const i16,
    frames: usize,
    rate: u32,
    channels: u16,
    progress: *const vg_progress_t,
    out: *mut *mut vg_detection_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || detect(detector, (input, frames), (rate, channels), progress, out)) }
}

/// Frees a detector. NULL is fine. Detections that it made live on.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detector_free(detector: *mut vg_detector_t) {
    unsafe { free(detector) }
}

fn effort(code: u32) -> Result<Effort> {
    match code {
        VG_EFFORT_FAST => Ok(Effort::Fast),
        VG_EFFORT_NORMAL => Ok(Effort::Normal),
        VG_EFFORT_THOROUGH => Ok(Effort::Thorough),
        _ => Err(Error::new(
            VG_ERR_ARGUMENT,
            format_args!("effort {code}: accepted are 0 (fast), 1 (normal) and 2 (thorough)"),
        )),
    }
}

unsafe fn detect<S: Sample>(
    detector: *const vg_detector_t,
    (input, frames): (*const S, usize),
    (rate, channels): (u32, u16),
    progress: *const vg_progress_t,
    out: *mut *mut vg_detection_t,
) -> Result<()> {
    let out = place(out)?;
    let format = Format::new(rate, channels)?;
    let input = unsafe { slice_in(input, samples(frames, format.channels())?) }?;
    let mut report = unsafe { reporter(progress) }?;
    let detect = |detector: &Arc<Detector>| Ok(S::detect(detector, input, format, &mut report)?);
    let detection = unsafe { shared(detector, detect) }?;
    unsafe { out.set(make(Found::new(detection))) };
    Ok(())
}

/// What tells the host how far a detection is.
unsafe fn reporter(progress: *const vg_progress_t) -> Result<impl FnMut(f64) -> ControlFlow<()>> {
    let progress = if progress.is_null() { None } else { Some(unsafe { struct_in(progress) }?) };
    let report = progress.and_then(|progress| Some((progress.report?, progress.user_data)));
    Ok(move |done| match report {
        Some((report, user_data)) if unsafe { report(user_data, done) } != 0 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
}
