//! Utterances: one request's life. Ask whether it is allowed, speak vg_utterance_text with your own engine, pass
//! every sample through vg_utterance_mark, and finish: the record is durable before the last samples come out.

use std::sync::Arc;

use voxguard_core::guard::{Request, Utterance};
use voxguard_core::ledger::{Body, Outcome};
use zeroize::Zeroizing;

use crate::access::now_ns;
use crate::argument::{Buffers, RawBuffers, optional_place, place, samples, slice_out};
use crate::bytes::{vg_bytes_t, vg_str_t};
use crate::call::{control, plain};
use crate::error::{Error, Result, guard_status, vg_error_t};
use crate::guard::{Stamp, Watch};
use crate::handle::{Handle, exclusive, free, kind, make, shared};
use crate::json::json_out;
use crate::sample::{Sample, ready};
use crate::sink::refuse_reentry;
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_OUTPUT_SIZE, VG_ERR_STATE, vg_status_t};
use crate::verdict::{Judgement, vg_verdict_t};

/// One request, from text to record.
pub struct vg_utterance_t {
    _opaque: [u8; 0],
}

impl Handle for vg_utterance_t {
    const KIND: u32 = kind(b"utte");
    type Value = Speech;
}

/// Writes whether the text may be spoken.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_allowed(
    utterance: *const vg_utterance_t,
    allowed: *mut bool,
) -> vg_status_t {
    unsafe { get(utterance, allowed, |speech| Ok(speech.utterance.allowed())) }
}

/// Gives the verdict about the text, yours to free.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_verdict(
    utterance: *const vg_utterance_t,
    out: *mut *mut vg_verdict_t,
) -> vg_status_t {
    unsafe { get(utterance, out, |speech| Ok(make(Arc::clone(&speech.judgement)))) }
}

/// Borrows the text to speak: empty when it was refused.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_text(
    utterance: *const vg_utterance_t,
    text: *mut vg_str_t,
) -> vg_status_t {
    unsafe { get(utterance, text, |speech| Ok(vg_str_t::new(&speech.judgement.verdict.text))) }
}

/// Writes the id that the mark carries. VG_ERR_STATE when the text was refused.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_mark_id(
    utterance: *const vg_utterance_t,
    mark: *mut u64,
) -> vg_status_t {
    let value = |speech: &Speech| {
        let mark = speech.utterance.mark_id().ok_or_else(|| Error::from(VG_ERR_STATE))?;
        Ok(mark.value())
    };
    unsafe { get(utterance, mark, value) }
}

/// Writes by how many frames the output is later than the input.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_latency(
    utterance: *const vg_utterance_t,
    frames: *mut usize,
) -> vg_status_t {
    unsafe { get(utterance, frames, |speech| Ok(speech.utterance.latency())) }
}

/// Writes how many frames finish will write, as things stand.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_pending(
    utterance: *const vg_utterance_t,
    frames: *mut usize,
) -> vg_status_t {
    unsafe { get(utterance, frames, |speech| Ok(speech.pending())) }
}

/// Marks the next samples: vg_marker_process_f32, and an account of what went in and came out. VG_ERR_STATE
/// when the text was refused, after finish or abort, and when the utterance began with 16-bit samples.
///
/// Threads: one. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_mark_f32(
    utterance: *mut vg_utterance_t,
    input: *const f32,
    frames: usize,
    output: *mut f32,
    out_capacity_frames: usize,
    out_frames: *mut usize,
) -> vg_status_t {
    let buffers = RawBuffers { input, frames, output, capacity: out_capacity_frames };
    unsafe { mark(utterance, buffers, out_frames) }
}

/// vg_utterance_mark_f32 for 16-bit samples.
///
/// Threads: one. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_mark_i16(
    utterance: *mut vg_utterance_t,
    input: *const i16,
    frames: usize,
    output: *mut i16,
    out_capacity_frames: usize,
    out_frames: *mut usize,
) -> vg_status_t {
    let buffers = RawBuffers { input, frames, output, capacity: out_capacity_frames };
    unsafe { mark(utterance, buffers, out_frames) }
}

/// Ends the utterance: appends its record to the ledger, tells the sink, and only then writes the last
/// vg_utterance_pending frames to `output` and the record to `record_json`, which may be NULL. When it fails,
/// for want of room in `output`, in the ledger or in the sink, nothing is written and it can be called again;
/// the record is in the ledger once, however often. VG_ERR_STATE when it was refused or is over.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_finish_f32(
    utterance: *mut vg_utterance_t,
    output: *mut f32,
    out_capacity_frames: usize,
    out_frames: *mut usize,
    record_json: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || finish(utterance, (output, out_capacity_frames), out_frames, record_json)) }
}

/// vg_utterance_finish_f32 for 16-bit samples.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_finish_i16(
    utterance: *mut vg_utterance_t,
    output: *mut i16,
    out_capacity_frames: usize,
    out_frames: *mut usize,
    record_json: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || finish(utterance, (output, out_capacity_frames), out_frames, record_json)) }
}

/// Ends the utterance early: records, as aborted, what was marked until now; the frames that are still inside are
/// lost. The record goes to `record_json`, which may be NULL; it is `null` when no sample was marked, since
/// then nothing is recorded, and when the text was refused, which is recorded already. When the ledger or
/// the sink fails it can be called again. VG_ERR_STATE when it is over.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_abort(
    utterance: *mut vg_utterance_t,
    record_json: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        refuse_reentry()?;
        let record = optional_place(record_json)?;
        let abort = |speech: &mut Speech| Ok(speech.abort()?.unwrap_or("null").to_owned());
        let json = unsafe { exclusive(utterance, abort) }?;
        if let Some(record) = record {
            unsafe { record.set(vg_bytes_t::new(json.as_bytes())) };
        }
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Gives what to answer when the request was turned away before its text was judged (too often, too much, not
/// permitted), as JSON; see Access. `null` otherwise.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_answer(
    utterance: *const vg_utterance_t,
    answer: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(answer)?;
        let answer = unsafe { shared(utterance, |speech| Ok(speech.utterance.answer().cloned())) }?;
        unsafe { json_out(out, &answer) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Gives the record of this utterance as JSON, as the sink was told it: of the refusal, or of what was spoken.
/// `null` while there is none.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_record(
    utterance: *const vg_utterance_t,
    record_json: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(record_json)?;
        let copy = |speech: &Speech| Ok(speech.record().unwrap_or("null").to_owned());
        let json = unsafe { shared(utterance, copy) }?;
        unsafe { out.set(vg_bytes_t::new(json.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees an utterance. NULL is fine. One that is not over is aborted first, as vg_utterance_abort does; what fails
/// then has nobody to be told to, so abort or finish what must be recorded. Freed inside a record sink, its
/// record goes to the ledger and not to the sink.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_utterance_free(utterance: *mut vg_utterance_t) {
    unsafe { free(utterance) }
}

/// What an utterance handle holds.
pub(crate) struct Speech {
    watch: Arc<Watch>,
    utterance: Utterance,
    judgement: Arc<Judgement>,
    channels: usize,
    /// The text, where it is to be kept.
    kept: Option<Zeroizing<String>>,
    /// Set by the first attempt to append.
    stamp: Option<Stamp>,
    /// Whether finish has begun.
    closed: bool,
    stage: Stage,
}

enum Stage {
    /// Samples may come.
    Open,
    /// The record is in the ledger; the sink has not taken it yet.
    Appended(Outcome, String),
    /// All is done. Without a record when no sample was marked.
    Over(Option<String>),
}

impl Speech {
    pub(crate) fn begin(watch: Arc<Watch>, mut request: Request<'_>, keep: bool) -> Result<Self> {
        let channels = request.format.channels();
        if keep && (request.subject.is_none() || !watch.has_ledger()) {
            let message =
                "keep_text: accepted with a subject, whose key seals the text, and a ledger, which keeps it";
            return Err(Error::new(VG_ERR_ARGUMENT, message));
        }
        request.consent = watch.consent(request.voice)?;
        let kept = keep.then(|| Zeroizing::new(request.text.to_owned()));
        let mark = watch.draw_mark()?;
        let utterance = watch.guard.begin(request, mark)?;
        let judgement = Judgement::new(utterance.verdict().clone());
        let mut speech = Self {
            watch,
            utterance,
            judgement,
            channels,
            kept,
            stamp: None,
            closed: false,
            stage: Stage::Open,
        };
        if speech.utterance.answer().is_some() {
            // Turned away before the text was judged: counted, not recorded.
            speech.stage = Stage::Over(None);
        } else if !speech.utterance.allowed() {
            speech.settle(Outcome::Complete)?;
        }
        Ok(speech)
    }

    fn record(&self) -> Option<&str> {
        match &self.stage {
            Stage::Open | Stage::Over(None) => None,
            Stage::Appended(_, json) | Stage::Over(Some(json)) => Some(json),
        }
    }

    fn pending(&self) -> usize {
        match self.stage {
            Stage::Over(_) => 0,
            _ => self.utterance.pending(),
        }
    }

    fn mark<S: Sample>(&mut self, buffers: RawBuffers<S>) -> Result<usize> {
        let Stage::Open = self.stage else { return Err(VG_ERR_STATE.into()) };
        let ready = ready(self.utterance.pending(), buffers.frames, self.utterance.latency());
        let buffers = unsafe { buffers.borrow(self.channels, ready) }?;
        let marked = match buffers {
            Buffers::Two(input, output) => self.utterance.mark(input, output),
            Buffers::One(buffer) => self.utterance.mark_in_place(buffer),
        };
        marked.map_err(|error| guard_status(&error).into())
    }

    unsafe fn finish<S: Sample>(&mut self, output: *mut S, capacity: usize) -> Result<usize> {
        if let Stage::Over(_) = self.stage {
            let message = "the utterance was refused or is over: accepted is one that is neither";
            return Err(Error::new(VG_ERR_STATE, message));
        }
        let pending = self.pending();
        if capacity < pending {
            return Err(Error::new(
                VG_ERR_OUTPUT_SIZE,
                format_args!("output holds {capacity} frames, {pending} are needed"),
            ));
        }
        let output = unsafe { slice_out(output, samples(pending, self.channels)?) }?;
        if !self.closed {
            // Refused for samples of the other kind, before anything has changed.
            self.utterance.mark::<S>(&[], &mut [])?;
            self.utterance.close()?;
            self.closed = true;
        }
        self.utterance.tail::<S>()?;
        self.settle(Outcome::Complete)?;
        output.copy_from_slice(self.utterance.tail()?);
        Ok(pending)
    }

    fn abort(&mut self) -> Result<Option<&str>> {
        if !self.utterance.allowed() {
            return Ok(None);
        }
        if let Stage::Over(_) = self.stage {
            return Err(Error::new(VG_ERR_STATE, "the utterance is over: accepted is one that is not"));
        }
        match self.utterance.body(Outcome::Aborted) {
            Body::Generation(generation) if generation.frames_in == 0 => {
                self.stage = Stage::Over(None);
                self.utterance.settle(Outcome::Aborted, now_ns());
            }
            _ => self.settle(Outcome::Aborted)?,
        }
        Ok(self.record())
    }

    /// Appends the record, once; then tells the sink, until it takes it.
    fn settle(&mut self, outcome: Outcome) -> Result<()> {
        if let Stage::Open = self.stage {
            let stamp = match self.stamp {
                Some(stamp) => stamp,
                None => *self.stamp.insert(Stamp::now()?),
            };
            let json = self.watch.append(
                stamp,
                self.utterance.body(outcome),
                self.kept.as_ref().map(|text| text.as_str()),
            )?;
            self.kept = None;
            self.stage = Stage::Appended(outcome, json);
        }
        let Stage::Appended(appended, json) = &mut self.stage else { return Ok(()) };
        if *appended != outcome {
            let message =
                "the record is in the ledger already: accepted is the call that put it there, again";
            return Err(Error::new(VG_ERR_STATE, message));
        }
        // Its place is free once the record is durable, whatever the sink says.
        self.utterance.settle(outcome, now_ns());
        self.watch.tell(json)?;
        self.stage = Stage::Over(Some(std::mem::take(json)));
        Ok(())
    }
}

impl Drop for Speech {
    /// An utterance that nobody ended is recorded as aborted, as far as that goes.
    fn drop(&mut self) {
        if let Stage::Open = self.stage {
            let _ = self.abort();
        }
    }
}

unsafe fn mark<S: Sample>(
    utterance: *mut vg_utterance_t,
    buffers: RawBuffers<S>,
    out_frames: *mut usize,
) -> vg_status_t {
    plain(|| {
        refuse_reentry()?;
        let out_frames = place(out_frames)?;
        let written = unsafe { exclusive(utterance, |speech| speech.mark(buffers)) }?;
        unsafe { out_frames.set(written) };
        Ok(())
    })
}

unsafe fn finish<S: Sample>(
    utterance: *mut vg_utterance_t,
    (output, capacity): (*mut S, usize),
    out_frames: *mut usize,
    record_json: *mut vg_bytes_t,
) -> Result<()> {
    refuse_reentry()?;
    let (out_frames, record) = (place(out_frames)?, optional_place(record_json)?);
    let call = |speech: &mut Speech| {
        let written = unsafe { speech.finish(output, capacity) }?;
        let json = record.is_some().then(|| vg_bytes_t::new(speech.record().unwrap_or("null").as_bytes()));
        Ok((written, json))
    };
    let (written, json) = unsafe { exclusive(utterance, call) }?;
    unsafe { out_frames.set(written) };
    if let (Some(record), Some(json)) = (record, json) {
        unsafe { record.set(json) };
    }
    Ok(())
}

unsafe fn get<T>(
    utterance: *const vg_utterance_t,
    out: *mut T,
    value: impl FnOnce(&Speech) -> Result<T>,
) -> vg_status_t {
    plain(|| {
        let out = place(out)?;
        let value = unsafe { shared(utterance, value) }?;
        unsafe { out.set(value) };
        Ok(())
    })
}
