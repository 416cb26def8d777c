//! One request, from text to record.

use std::fmt;

use crate::access::{Answer, from_json};
use crate::bytes::text;
use crate::call::{Owned, create, value};
use crate::error::{Error, Result, Status};
use crate::guard::why_the_sink_failed;
use crate::marker::run;
use crate::record::Record;
use crate::sample::{Sample, explain, frames, sealed};
use crate::sys;
use crate::verdict::Verdict;

/// One request's life: ask whether it is [`allowed`](Utterance::allowed), speak [`text`](Utterance::text), pass every
/// sample through [`mark`](Utterance::mark), and [`finish`](Utterance::finish).
///
/// One that is dropped before its end is recorded as aborted, as far as that goes; call
/// [`abort`](Utterance::abort) to know that it was.
pub struct Utterance {
    handle: Owned<sys::vg_utterance_t>,
    channels: u16,
    verdict: Verdict,
    mark_id: Option<u64>,
    latency: usize,
}

impl Utterance {
    pub(crate) fn new(handle: Owned<sys::vg_utterance_t>, channels: u16) -> Result<Self> {
        let utterance = handle.as_ptr();
        let call = |out, _| unsafe { sys::vg_utterance_verdict(utterance, out) };
        let verdict = Verdict::new(&create(sys::vg_verdict_free, call)?)?;
        let allowed = value(|out| unsafe { sys::vg_utterance_allowed(utterance, out) })?;
        let mark = || value(|out| unsafe { sys::vg_utterance_mark_id(utterance, out) });
        let mark_id = allowed.then(mark).transpose()?;
        let latency = value(|out| unsafe { sys::vg_utterance_latency(utterance, out) })?;
        Ok(Self { handle, channels, verdict, mark_id, latency })
    }

    /// Whether the text may be spoken.
    pub fn allowed(&self) -> bool {
        self.verdict.allowed()
    }

    /// What the policy says about the text.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// What to answer when the request was turned away before its text was judged: too often, too much, not permitted.
    pub fn answer(&self) -> Result<Option<Answer>> {
        let utterance = self.handle.as_ptr();
        from_json(&text(|out, err| unsafe { sys::vg_utterance_answer(utterance, out, err) })?)
    }

    /// The text to speak: empty when it was refused.
    pub fn text(&self) -> &str {
        &self.verdict.text
    }

    /// The id that the mark carries; none when the text was refused.
    pub fn mark_id(&self) -> Option<u64> {
        self.mark_id
    }

    /// By how many frames the output is later than the input.
    pub fn latency(&self) -> usize {
        self.latency
    }

    /// Interleaved channels.
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// How many frames finish will give, as things stand.
    pub fn pending(&self) -> Result<usize> {
        value(|out| unsafe { sys::vg_utterance_pending(self.handle.as_ptr(), out) })
    }

    /// Marks the next samples and appends those that are ready to `output`. Gives the number of frames appended. An
    /// utterance is of one kind of samples throughout.
    pub fn mark<S: Sample>(&mut self, input: &[S], output: &mut Vec<S>) -> Result<usize> {
        let channels = self.channels;
        let handle = self.handle.as_mut_ptr();
        unsafe { run(<S as sealed::Sample>::MARK, handle, channels, input, output) }
    }

    /// Marks the samples of a buffer and writes those that are ready to its start. Gives the number of frames
    /// written.
    pub fn mark_in_place<S: Sample>(&mut self, buffer: &mut [S]) -> Result<usize> {
        let count = frames(buffer.len(), self.channels)?;
        let (handle, data) = (self.handle.as_mut_ptr(), buffer.as_mut_ptr());
        let mark = <S as sealed::Sample>::MARK;
        value(|written| unsafe { mark(handle, data, count, data, count, written) })
            .map_err(|error| explain(error, buffer, buffer.len()))
    }

    /// Ends the utterance: the record is durable in the ledger and the sink was told of it before the last samples are
    /// appended to `output`. When it fails, nothing is appended and it can be called again.
    pub fn finish<S: Sample>(&mut self, output: &mut Vec<S>) -> Result<Record> {
        let pending = self.pending()?;
        output.reserve(pending * usize::from(self.channels));
        let (handle, end) = (self.handle.as_mut_ptr(), output.spare_capacity_mut().as_mut_ptr().cast());
        let mut written = 0;
        let finish = <S as sealed::Sample>::FINISH;
        let json = text(|record, err| unsafe { finish(handle, end, pending, &mut written, record, err) })
            .map_err(why_the_sink_failed)?;
        unsafe { output.set_len(output.len() + written * usize::from(self.channels)) };
        Record::from_json(json)?.ok_or_else(|| Error::from(Status::INTERNAL))
    }

    /// Ends the utterance early and records, as aborted, what was marked until now. None when no sample was marked, or
    /// when the text was refused.
    pub fn abort(&mut self) -> Result<Option<Record>> {
        let handle = self.handle.as_mut_ptr();
        let json = text(|record, err| unsafe { sys::vg_utterance_abort(handle, record, err) });
        Record::from_json(json.map_err(why_the_sink_failed)?)
    }

    /// The record of the refusal, or of what was spoken; none while there is none.
    pub fn record(&self) -> Result<Option<Record>> {
        let handle = self.handle.as_ptr();
        Record::from_json(text(|record, err| unsafe { sys::vg_utterance_record(handle, record, err) })?)
    }
}

impl fmt::Debug for Utterance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Utterance")
            .field("allowed", &self.allowed())
            .field("mark_id", &self.mark_id)
            .finish_non_exhaustive()
    }
}
