//! Detections: what a detector says about one piece of audio.

use std::ffi::c_char;
use std::mem::offset_of;

use serde_json::json;
use voxguard_core::watermark::Detection;

use crate::argument::{Versioned, place, struct_out};
use crate::bytes::vg_bytes_t;
use crate::call::{control, plain};
use crate::error::{Error, vg_error_t};
use crate::handle::{Handle, free, kind, shared};
use crate::status::{VG_ERR_ARGUMENT, vg_status_t};

/// The answer of one detection.
pub struct vg_detection_t {
    _opaque: [u8; 0],
}

impl Handle for vg_detection_t {
    const KIND: u32 = kind(b"find");
    type Value = Found;
}

/// The answer in numbers, for the key whose mark is the strongest.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_detection_info_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Whether there is a mark: p_value < 1e-6.
    pub found: bool,
    /// Whether its id was read: only when the mark's check agrees.
    pub has_mark: bool,
    /// Whether `key_id` says whose mark it is.
    pub has_key: bool,
    /// How probable such an answer is for audio without a mark, over all that was tried, all keys included.
    pub p_value: f64,
    /// The id, when `has_mark`; otherwise 0.
    pub mark: u64,
    /// The key's public id, when `has_key`; otherwise empty.
    pub key_id: [c_char; 17],
    /// Length of the audio in seconds.
    pub seconds: f64,
    /// How many spans vg_detection_span knows.
    pub span_count: usize,
    /// How many points vg_detection_curve gives.
    pub curve_count: usize,
    /// How many times as fast as the marked audio the recording is; 1 when nothing was found.
    pub speed: f64,
    /// How many times as high its frequencies are; 1 when nothing was found.
    pub pitch: f64,
}

unsafe impl Versioned for vg_detection_info_t {
    const FIRST_SIZE: usize = offset_of!(Self, speed);
}

/// A stretch of audio that carries the mark.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_span_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Its start in seconds.
    pub start: f64,
    /// Its end in seconds.
    pub end: f64,
    /// How strong the mark is in it: standard deviations above chance, for each square root of a second.
    pub score: f64,
}

unsafe impl Versioned for vg_span_t {}

/// Fills `info`, whose struct_size you have set.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detection_info(
    detection: *const vg_detection_t,
    info: *mut vg_detection_info_t,
) -> vg_status_t {
    plain(|| unsafe { shared(detection, |found| struct_out(info, found.info)) })
}

/// Fills `span`, whose struct_size you have set, with the span of this index. VG_ERR_ARGUMENT past the last.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detection_span(
    detection: *const vg_detection_t,
    index: usize,
    span: *mut vg_span_t,
) -> vg_status_t {
    let call = |found: &Found| {
        let from = found.detection.spans.get(index).ok_or_else(|| Error::from(VG_ERR_ARGUMENT))?;
        let value = vg_span_t {
            struct_size: size_of::<vg_span_t>(),
            start: from.start,
            end: from.end,
            score: from.score,
        };
        unsafe { struct_out(span, value) }
    };
    plain(|| unsafe { shared(detection, call) })
}

/// Gives the score over time, found or not, to be drawn: `count` points, `time[i]` in seconds (the centre of a
/// window), `score[i]` as in vg_span_t. The arrays are borrowed and live as long as the detection.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detection_curve(
    detection: *const vg_detection_t,
    time: *mut *const f64,
    score: *mut *const f64,
    count: *mut usize,
) -> vg_status_t {
    plain(|| {
        let (time, score, count) = (place(time)?, place(score)?, place(count)?);
        let call = |found: &Found| Ok((found.time.as_ptr(), found.score.as_ptr(), found.time.len()));
        let curve = unsafe { shared(detection, call) }?;
        unsafe {
            time.set(curve.0);
            score.set(curve.1);
            count.set(curve.2);
        }
        Ok(())
    })
}

/// Gives the soft values of the mark's code bits under the surest hypothesis, found or not: `count` log-odds, positive for
/// a 0, and in `chips` the lowest eight bits of the ids that they are for. An id that could not be read is looked up by
/// them: the operation `lookup` of vg_ledger_ask takes both. The array is borrowed and lives as long as the detection.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detection_soft_bits(
    detection: *const vg_detection_t,
    bits: *mut *const f32,
    count: *mut usize,
    chips: *mut u8,
) -> vg_status_t {
    plain(|| {
        let (bits, count, chips) = (place(bits)?, place(count)?, place(chips)?);
        let call = |found: &Found| {
            let soft = &found.detection.soft_bits;
            Ok((soft.as_ptr(), soft.len(), found.detection.chips))
        };
        let soft = unsafe { shared(detection, call) }?;
        unsafe {
            bits.set(soft.0);
            count.set(soft.1);
            chips.set(soft.2);
        }
        Ok(())
    })
}

/// Gives the whole answer as JSON:
/// `{"found":true,"p_value":1e-9,"mark":"1234abcd"|null,"key_id":"..."|null,"seconds":4.2,
///   "speed":1.0,"pitch":1.0,"spans":[{"start":0.0,"end":4.2,"score":5.1}],"curve":[[0.5,5.0],...],
///   "soft_bits":[-1.5,...],"chips":205}`.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detection_json(
    detection: *const vg_detection_t,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let json = unsafe { shared(detection, |found| Ok(found.json())) }?;
        unsafe { out.set(vg_bytes_t::new(json.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees a detection. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_detection_free(detection: *mut vg_detection_t) {
    unsafe { free(detection) }
}

/// What a detection handle holds: the answer, and its curve as C reads it.
pub(crate) struct Found {
    detection: Detection,
    info: vg_detection_info_t,
    time: Vec<f64>,
    score: Vec<f64>,
}

impl Found {
    pub(crate) fn new(detection: Detection) -> Self {
        let mut key_id = [0; 17];
        let id = detection.key.map(|id| id.to_string()).unwrap_or_default();
        key_id.iter_mut().zip(id.bytes()).for_each(|(to, from)| *to = from as c_char);
        let info = vg_detection_info_t {
            struct_size: size_of::<vg_detection_info_t>(),
            found: detection.found,
            has_mark: detection.mark.is_some(),
            has_key: detection.key.is_some(),
            p_value: detection.p_value,
            mark: detection.mark.map_or(0, |mark| mark.value()),
            key_id,
            seconds: detection.seconds,
            span_count: detection.spans.len(),
            curve_count: detection.curve.len(),
            speed: detection.speed,
            pitch: detection.pitch,
        };
        let time = detection.curve.iter().map(|point| point.time).collect();
        let score = detection.curve.iter().map(|point| point.score).collect();
        Self { detection, info, time, score }
    }

    fn json(&self) -> String {
        let Detection { found, p_value, mark, key, spans, curve, speed, pitch, soft_bits, chips, seconds } =
            &self.detection;
        let spans =
            spans.iter().map(|span| json!({"start": span.start, "end": span.end, "score": span.score}));
        let curve = curve.iter().map(|point| json!([point.time, point.score]));
        json!({
            "found": found,
            "p_value": p_value,
            "mark": mark.map(|mark| mark.to_string()),
            "key_id": key.map(|key| key.to_string()),
            "seconds": seconds,
            "speed": speed,
            "pitch": pitch,
            "spans": spans.collect::<Vec<_>>(),
            "curve": curve.collect::<Vec<_>>(),
            "soft_bits": soft_bits,
            "chips": chips,
        })
        .to_string()
    }
}
