//! What a detector says.

use std::fmt;
use std::ptr;
use std::sync::Arc;

use crate::bytes::text;
use crate::call::{Owned, plain, static_text};
use crate::error::Result;
use crate::sys;

/// A stretch of audio that carries the mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Its start in seconds.
    pub start: f64,
    /// Its end in seconds.
    pub end: f64,
    /// How strong the mark is in it: standard deviations above chance, for each square root of a second.
    pub score: f64,
}

/// A point of the score over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The centre of a window, in seconds.
    pub time: f64,
    /// The score in it, as in [`Span`].
    pub score: f64,
}

/// The answer about one piece of audio, for the key whose mark is the strongest.
#[derive(Clone)]
#[non_exhaustive]
pub struct Detection {
    /// Whether there is a mark: `p_value` < 1e-6.
    pub found: bool,
    /// How probable such an answer is for audio without a mark, over all that was tried, all keys included.
    pub p_value: f64,
    /// The id that the mark carries, when its check agrees.
    pub mark: Option<u64>,
    /// The public id of the key whose mark it is, when there is one.
    pub key_id: Option<String>,
    /// Where the mark is; empty when there is none.
    pub spans: Vec<Span>,
    /// The score over time, found or not, to be drawn.
    pub curve: Vec<CurvePoint>,
    /// How many times as fast as the marked audio the recording is; 1 when nothing was found.
    pub speed: f64,
    /// How many times as high its frequencies are; 1 when nothing was found.
    pub pitch: f64,
    /// Log-odds of the mark's code bits, found or not, positive for a 0: what an id that could not be read is looked up by.
    pub soft_bits: Vec<f32>,
    /// The lowest eight bits of the ids that `soft_bits` are for.
    pub chips: u8,
    /// Length of the audio in seconds.
    pub seconds: f64,
    handle: Arc<Owned<sys::vg_detection_t>>,
}

impl Detection {
    /// The whole answer as JSON.
    pub fn to_json(&self) -> Result<String> {
        text(|out, err| unsafe { sys::vg_detection_json(self.handle.as_ptr(), out, err) })
    }

    pub(crate) fn new(handle: Owned<sys::vg_detection_t>) -> Result<Self> {
        let detection = handle.as_ptr();
        let mut info = sys::vg_detection_info_t {
            struct_size: size_of::<sys::vg_detection_info_t>(),
            found: false,
            has_mark: false,
            has_key: false,
            p_value: 1.0,
            mark: 0,
            key_id: [0; sys::VG_KEY_ID_SIZE],
            seconds: 0.0,
            span_count: 0,
            curve_count: 0,
            speed: 1.0,
            pitch: 1.0,
        };
        plain(unsafe { sys::vg_detection_info(detection, &mut info) })?;
        let span = |index| {
            let mut span =
                sys::vg_span_t { struct_size: size_of::<sys::vg_span_t>(), start: 0.0, end: 0.0, score: 0.0 };
            plain(unsafe { sys::vg_detection_span(detection, index, &mut span) })?;
            Ok(Span { start: span.start, end: span.end, score: span.score })
        };
        let spans = (0..info.span_count).map(span).collect::<Result<_>>()?;
        let (soft_bits, chips) = soft_bits(detection)?;
        let key_id = info.has_key.then(|| static_text(info.key_id.as_ptr()).to_owned());
        Ok(Self {
            found: info.found,
            p_value: info.p_value,
            mark: info.has_mark.then_some(info.mark),
            key_id,
            spans,
            curve: curve(detection)?,
            speed: info.speed,
            pitch: info.pitch,
            soft_bits,
            chips,
            seconds: info.seconds,
            handle: Arc::new(handle),
        })
    }
}

fn curve(detection: *const sys::vg_detection_t) -> Result<Vec<CurvePoint>> {
    let (mut times, mut scores, mut count) = (ptr::null(), ptr::null(), 0);
    plain(unsafe { sys::vg_detection_curve(detection, &mut times, &mut scores, &mut count) })?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let times = unsafe { std::slice::from_raw_parts(times, count) };
    let scores = unsafe { std::slice::from_raw_parts(scores, count) };
    Ok(times.iter().zip(scores).map(|(&time, &score)| CurvePoint { time, score }).collect())
}

fn soft_bits(detection: *const sys::vg_detection_t) -> Result<(Vec<f32>, u8)> {
    let (mut bits, mut count, mut chips) = (ptr::null(), 0, 0);
    plain(unsafe { sys::vg_detection_soft_bits(detection, &mut bits, &mut count, &mut chips) })?;
    let bits = if count == 0 { &[] } else { unsafe { std::slice::from_raw_parts(bits, count) } };
    Ok((bits.to_vec(), chips))
}

impl fmt::Debug for Detection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detection")
            .field("found", &self.found)
            .field("p_value", &self.p_value)
            .field("mark", &self.mark)
            .field("key_id", &self.key_id)
            .field("spans", &self.spans)
            .field("seconds", &self.seconds)
            .finish_non_exhaustive()
    }
}
