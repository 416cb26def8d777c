//! Ledgers: the tamper-evident account of what was said and what was refused.
//!
//! A ledger notices changed, moved, added and missing records by itself, but for records cut off at its end,
//! and it cannot bind who holds both the database and the key. A checkpoint that was kept elsewhere can.
//!
//! Records come out as JSON, for instance
//! `{"seq":1,"id":"hex","time":"2026-01-31T12:00:00.000Z","kind":"generation","subject":"hex"|null,"voice":"heart","text":"hex",
//!   "policy":"hex"|null,"action":"allow","mark":"1234abcd","key_id":"hex","rate":24000,"channels":1,"frames_in":48000,
//!   "frames_marked":48000,"sample_format":"f32","audio_in":"hex","audio_out":"hex","outcome":"complete"}`.
//! Texts and subjects are kept as keyed hashes.

use std::ffi::{c_char, c_void};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::Value;
use voxguard_core::id::{MarkId, SubjectId};
use voxguard_core::key::KeyId;
use voxguard_core::ledger::Record;
use voxguard_store::{Ledger, StoredRecord};

use crate::argument::{Versioned, optional_place, optional_text, place, struct_in, text};
use crate::bytes::vg_bytes_t;
use crate::call::control;
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::key::vg_key_t;
use crate::sink::{Sink, refuse_reentry};
use crate::status::{VG_ERR_INTERNAL, vg_status_t};

/// An open ledger.
pub struct vg_ledger_t {
    _opaque: [u8; 0],
}

impl Handle for vg_ledger_t {
    const KIND: u32 = kind(b"ledg");
    const CHANGES_WHEN_CONST: bool = true;
    type Value = Arc<OpenLedger>;
}

/// A function of yours that is told of checkpoints. It is called on whichever thread appends, or makes the call that it
/// is told in, one call at a time; it may read the ledger. What would append to it, or use a guard, answers VG_ERR_BUSY.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_checkpoint_sink_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Yours: handed to both functions.
    pub user_data: *mut c_void,
    /// Takes one checkpoint, a signed note of `len` bytes, borrowed for the call. Anything but 0: not taken, to be told
    /// again after the next record.
    pub write: Option<unsafe extern "C" fn(user_data: *mut c_void, note: *const c_char, len: usize) -> i32>,
    /// Called exactly once, when another sink takes its place or the ledger is closed. May be NULL.
    pub drop: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}

unsafe impl Versioned for vg_checkpoint_sink_t {}

/// Opens a ledger, and makes it when there is none: "sqlite:///relative.db", "sqlite:////absolute.db" or
/// "sqlite::memory:"; "?busy_timeout_ms=200" at the end changes how long to wait for somebody else's lock.
/// VG_ERR_STORE_* say why it cannot be opened, VG_ERR_CONFIG that the URL is none.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_open(
    url: *const c_char,
    len: usize,
    key: *const vg_key_t,
    out: *mut *mut vg_ledger_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let url = unsafe { text("url", url, len) }?;
        let key = unsafe { shared(key, |key| Ok(key.clone())) }?;
        let ledger = OpenLedger { ledger: Ledger::open(url, &key)?, key: key.id() };
        unsafe { out.set(make(Arc::new(ledger))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes how many records there are.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_len(
    ledger: *const vg_ledger_t,
    len: *mut u64,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(len)?;
        let len = unsafe { shared(ledger, |open| Ok(open.ledger.len()?)) }?;
        unsafe { out.set(len) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Gives the record with this sequence number, from 1, as JSON: `null` when there is none.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_get(
    ledger: *const vg_ledger_t,
    seq: u64,
    json: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = |open: &OpenLedger| json_of(&open.ledger.get(seq)?);
    unsafe { control(err, || json_out(ledger, json, call)) }
}

/// Gives the records of the audio that carries this mark, as a JSON array: the first 1000, empty when
/// there is none.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_find_mark(
    ledger: *const vg_ledger_t,
    mark: u64,
    json: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = |open: &OpenLedger| json_of(&open.ledger.find_mark(MarkId::new(mark))?);
    unsafe { control(err, || json_out(ledger, json, call)) }
}

/// Gives the records of what was made for this subject, as a JSON array: the first 1000, empty when
/// there is none.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_find_subject(
    ledger: *const vg_ledger_t,
    subject: *const c_char,
    len: usize,
    json: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = |open: &OpenLedger| {
        let subject: SubjectId = unsafe { text("subject", subject, len) }?.parse()?;
        json_of(&open.ledger.find_subject(&subject)?)
    };
    unsafe { control(err, || json_out(ledger, json, call)) }
}

/// Gives a checkpoint of the ledger as it stands: a signed note (C2SP tlog-checkpoint) to be kept elsewhere.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_checkpoint(
    ledger: *const vg_ledger_t,
    note: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || json_out(ledger, note, |open| Ok(open.ledger.checkpoint(now_ms())?))) }
}

/// Reads the whole ledger again and says whether it is as it was written; with a checkpoint, also whether
/// everything that the checkpoint covers is still there. NULL for `checkpoint` is none. That something is
/// wrong is an answer: VG_OK and `intact` = false. The report, which may be NULL, is JSON:
/// `{"intact":false,"entries":12,"checkpoint":20|null,"fault":{"seq":13,"kind":"record","message":"..."}|null}`,
/// where `entries` are those that were found intact and `checkpoint` is the size that was compared with.
/// VG_ERR_CHECKPOINT when the text is no checkpoint of this ledger's key.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_verify(
    ledger: *const vg_ledger_t,
    checkpoint: *const c_char,
    len: usize,
    intact: *mut bool,
    report_json: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (intact, report) = (place(intact)?, optional_place(report_json)?);
        let checkpoint = unsafe { optional_text("checkpoint", checkpoint, len) }?;
        let verification = unsafe { shared(ledger, |open| Ok(open.ledger.verify(checkpoint)?)) }?;
        let json = json_of(&verification)?;
        unsafe { intact.set(verification.intact) };
        if let Some(report) = report {
            unsafe { report.set(vg_bytes_t::new(json.as_bytes())) };
        }
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Gives the public key that checks this ledger's checkpoints, as C2SP writes it: name+hash+base64.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_verifying_key(
    ledger: *const vg_ledger_t,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    unsafe { control(err, || json_out(ledger, out, |open| Ok(open.ledger.verifying_key()))) }
}

/// Tells a function of yours of a checkpoint now, whenever `every` records have come since the last one that it took,
/// and when the ledger is closed, so that it can be kept where whoever keeps the ledger cannot take it back. It takes
/// the place of the one before; NULL tells nobody any more. VG_ERR_CALLBACK when the first checkpoint is not taken; it
/// is told again after the next record.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_on_checkpoint(
    ledger: *const vg_ledger_t,
    every: u64,
    sink: *const vg_checkpoint_sink_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        refuse_reentry()?;
        let sink = match sink.is_null() {
            true => None,
            false => Some(unsafe { struct_in(sink) }?),
        };
        unsafe {
            shared(ledger, |open| {
                match sink.as_ref().and_then(Sink::of_checkpoints) {
                    None => open.ledger.forget_checkpoint_sink()?,
                    Some(sink) => {
                        let told = move |note: &str| match sink.write(note) {
                            0 => Ok(()),
                            code => Err(format!("it answered {code}, accepted is 0")),
                        };
                        open.ledger.on_checkpoint(every, told, now_ms())?;
                    }
                }
                Ok(())
            })
        }
    };
    unsafe { control(err, call) }
}

/// Changes keys: ends this ledger and lets `next`, opened under another key, go on; each gets a record that names the
/// other. Gives the last checkpoint of this one. VG_ERR_ARGUMENT when both have the same key.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_rotate(
    ledger: *const vg_ledger_t,
    next: *const vg_ledger_t,
    checkpoint: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let next = unsafe { shared(next, |open| Ok(Arc::clone(open))) }?;
        unsafe { json_out(ledger, checkpoint, |open| Ok(open.ledger.rotate(&next.ledger, now_ms())?)) }
    };
    unsafe { control(err, call) }
}

/// Frees a ledger. NULL is fine. Guards that use it keep it open.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_free(ledger: *mut vg_ledger_t) {
    unsafe { free(ledger) }
}

/// What a ledger handle holds: the ledger, and whose it is.
pub(crate) struct OpenLedger {
    pub(crate) ledger: Ledger,
    pub(crate) key: KeyId,
}

/// A record as JSON; `seq` is null for one that no ledger keeps.
pub(crate) fn record_json(seq: Option<u64>, record: Record) -> Result<String> {
    let Some(seq) = seq else {
        let mut json = record.to_json();
        if let Value::Object(fields) = &mut json {
            fields.insert("seq".to_owned(), Value::Null);
        }
        return json_of(&json);
    };
    json_of(&StoredRecord { seq, record })
}

/// A value of core as core writes it.
pub(crate) fn json_of(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::new(VG_ERR_INTERNAL, error))
}

/// Milliseconds since 1970 in UTC; 0 for a clock that stands before that.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

unsafe fn json_out(
    ledger: *const vg_ledger_t,
    out: *mut vg_bytes_t,
    call: impl FnOnce(&OpenLedger) -> Result<String>,
) -> Result<()> {
    let out = place(out)?;
    let json = unsafe { shared(ledger, |open| call(open)) }?;
    unsafe { out.set(vg_bytes_t::new(json.as_bytes())) };
    Ok(())
}
