//! Guards: a policy, a key and a ledger that belong together. One for a program, or one for each voice; shared
//! by all threads.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use voxguard_core::access::Access;
use voxguard_core::audio::Format;
use voxguard_core::config::Config;
use voxguard_core::guard::{Guard, Request};
use voxguard_core::id::MarkId;
use voxguard_core::ledger::{Body, Category, Consent, Record, subject};
use voxguard_store::Intent;

use crate::access::{now_ns, vg_access_t};
use crate::argument::{Versioned, optional_text, place, struct_in, text};
use crate::call::control;
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::key::{entropy, vg_key_t};
use crate::ledger::{OpenLedger, now_ms, record_json, vg_ledger_t};
use crate::policy::{markup_in, vg_policy_t};
use crate::sink::{Sink, refuse_reentry};
use crate::status::{VG_ERR_INTERNAL, VG_ERR_STORE_KEY, vg_status_t};
use crate::utterance::{Speech, vg_utterance_t};

/// Where requests to speak come in.
pub struct vg_guard_t {
    _opaque: [u8; 0],
}

impl Handle for vg_guard_t {
    const KIND: u32 = kind(b"guar");
    type Value = Arc<Watch>;
}

/// A function of yours that is told of every record once it is durable. It is called on whichever thread makes
/// the record, one call at a time, and must neither wait for another thread that uses the guard nor call
/// vg_guard_begin or a vg_utterance function: those answer VG_ERR_BUSY. Ledger functions may be called.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_record_sink_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Yours: handed to both functions.
    pub user_data: *mut c_void,
    /// Takes one record, JSON of `len` bytes, borrowed for the call. Anything but 0 makes the call that made the
    /// record fail with VG_ERR_CALLBACK; the record stays in the ledger.
    pub write: Option<unsafe extern "C" fn(user_data: *mut c_void, json: *const c_char, len: usize) -> i32>,
    /// Called exactly once, when the guard and all its utterances are freed; never when vg_guard_new failed.
    /// May be NULL.
    pub drop: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}

unsafe impl Versioned for vg_record_sink_t {}

/// What a guard is made of.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_guard_options_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// The rules that texts must meet. NULL: every text may be spoken.
    pub policy: *const vg_policy_t,
    /// The key of the marks and of the records.
    pub key: *const vg_key_t,
    /// Where records go, opened with the same key. NULL: records are only handed out.
    pub ledger: *const vg_ledger_t,
    /// Who is told of records. NULL: nobody.
    pub sink: *const vg_record_sink_t,
    /// Who may speak, and how much. NULL: the default configuration.
    pub access: *const vg_access_t,
}

unsafe impl Versioned for vg_guard_options_t {
    const FIRST_SIZE: usize = std::mem::offset_of!(Self, access);
}

/// A request to speak.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_request_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// For whom: your name for a person, 1 to 128 of `A-Z a-z 0-9 _ . @ : -`; kept as a keyed hash. May be NULL.
    pub subject: *const c_char,
    /// Bytes of `subject`.
    pub subject_len: usize,
    /// Your name for the voice; kept as it is.
    pub voice: *const c_char,
    /// Bytes of `voice`.
    pub voice_len: usize,
    /// What is to be spoken; kept as a keyed hash.
    pub text: *const c_char,
    /// Bytes of `text`.
    pub text_len: usize,
    /// One of VG_MARKUP_*.
    pub markup: u32,
    /// Frames a second of the samples to come, 8000 to 192000.
    pub rate: u32,
    /// Interleaved channels of the samples to come, 1 to 8.
    pub channels: u16,
    /// The subject's role, where roles are to decide. May be NULL.
    pub role: *const c_char,
    /// Bytes of `role`.
    pub role_len: usize,
    /// The text's language (BCP 47), where it is known. May be NULL.
    pub language: *const c_char,
    /// Bytes of `language`.
    pub language_len: usize,
    /// The name of the model that will speak; the record keeps it. May be NULL.
    pub model: *const c_char,
    /// Bytes of `model`.
    pub model_len: usize,
    /// What it will speak with (speed, seed, style), in any form of yours; the record keeps the SHA-256 of these bytes.
    /// May be NULL.
    pub parameters: *const c_char,
    /// Bytes of `parameters`.
    pub parameters_len: usize,
    /// Anything but 0: the text is kept, sealed under the subject's key beside the record, until the subject is erased
    /// or its time is over. Needs a subject and a ledger.
    pub keep_text: u32,
}

unsafe impl Versioned for vg_request_t {
    const FIRST_SIZE: usize = std::mem::offset_of!(Self, role);
}

/// Makes a guard. VG_ERR_STORE_KEY when the ledger was opened with another key.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_guard_new(
    options: *const vg_guard_options_t,
    out: *mut *mut vg_guard_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let options = unsafe { struct_in(options) }?;
        let key = unsafe { shared(options.key, |key| Ok(key.clone())) }?;
        let policy = unsafe { optional(options.policy) }?;
        let ledger = unsafe { optional(options.ledger) }?;
        if let Some(open) = ledger.as_ref().filter(|open| open.key != key.id()) {
            let (ours, theirs) = (key.id(), open.key);
            return Err(Error::new(
                VG_ERR_STORE_KEY,
                format_args!("the ledger belongs to key {theirs}: accepted is one of the guard's key {ours}"),
            ));
        }
        let access = match options.access.is_null() {
            true => Access::new(Config::default())?,
            false => unsafe { shared(options.access, |access| Ok(access.clone())) }?,
        };
        // The sink comes last: from here on nothing fails, so its `drop` is called for guards that exist only.
        let sink = match options.sink.is_null() {
            true => None,
            false => Sink::new(&unsafe { struct_in(options.sink) }?),
        };
        let guard = Guard::new(key, policy, access);
        unsafe { out.set(make(Arc::new(Watch { guard, ledger, sink }))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Begins an utterance: checks the request, judges the text, and draws the id that the mark will carry.
/// That the text is refused is an answer: VG_OK, vg_utterance_allowed says false, and the refusal is
/// recorded. VG_ERR_TEXT when it cannot be judged; a failing ledger fails the call, and nothing begins.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_guard_begin(
    guard: *const vg_guard_t,
    request: *const vg_request_t,
    out: *mut *mut vg_utterance_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        refuse_reentry()?;
        let out = place(out)?;
        let request = unsafe { struct_in(request) }?;
        let keep = request.keep_text != 0;
        let request = unsafe { request_in(&request) }?;
        let watch = unsafe { shared(guard, |watch| Ok(Arc::clone(watch))) }?;
        unsafe { out.set(make(Speech::begin(watch, request, keep)?)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees a guard. NULL is fine. Its utterances live on.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_guard_free(guard: *mut vg_guard_t) {
    unsafe { free(guard) }
}

/// What a guard handle holds.
pub(crate) struct Watch {
    pub(crate) guard: Guard,
    ledger: Option<Arc<OpenLedger>>,
    sink: Option<Sink>,
}

/// What makes a record that one and no other: drawn once, so that a second attempt to append is the same record.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    id: [u8; 16],
    time_ms: u64,
}

impl Stamp {
    pub(crate) fn now() -> Result<Self> {
        let mut id = [0; 16];
        entropy(&mut id)?;
        Ok(Self { id, time_ms: now_ms() })
    }
}

impl Watch {
    /// Draws a mark id that no record has. Two utterances at the same moment could draw the same one, with a
    /// probability of one in four billion.
    pub(crate) fn draw_mark(&self) -> Result<MarkId> {
        for _ in 0..MOST_DRAWS {
            let mut bytes = [0; 4];
            entropy(&mut bytes)?;
            let mark = MarkId::new(u32::from_ne_bytes(bytes).into());
            match &self.ledger {
                Some(open) if !open.ledger.find_mark(mark)?.is_empty() => continue,
                _ => return Ok(mark),
            }
        }
        Err(Error::new(VG_ERR_INTERNAL, format_args!("{MOST_DRAWS} drawn mark ids are all in the ledger")))
    }

    /// What the ledger answers about the consent that this voice needs, if it needs one.
    pub(crate) fn consent(&self, voice: &str) -> Result<Option<Consent>> {
        let Some((owner, scope)) = self.guard.access().consent_needed(voice) else { return Ok(None) };
        let Some(open) = &self.ledger else { return Ok(None) };
        let intent = Intent { voice: voice.to_owned(), scope, sample: None };
        Ok(Some(open.ledger.consent(&owner, &intent, now_ms())?))
    }

    pub(crate) fn has_ledger(&self) -> bool {
        self.ledger.is_some()
    }

    /// Appends a record, durably, with the text to be kept beside it if any, and gives it as JSON.
    pub(crate) fn append(&self, stamp: Stamp, body: Body, kept: Option<&str>) -> Result<String> {
        let record = Record { id: stamp.id, time_ms: stamp.time_ms, body };
        match &self.ledger {
            Some(open) => {
                let sealed = kept.map(|text| (Category::Transcripts, text.as_bytes()));
                let stored = open.ledger.record(record, sealed)?;
                record_json(Some(stored.seq), stored.record)
            }
            None => record_json(None, record),
        }
    }

    /// Tells the sink of a record that has been appended.
    pub(crate) fn tell(&self, json: &str) -> Result<()> {
        self.sink.as_ref().map_or(Ok(()), |sink| sink.tell(json))
    }
}

/// With a million records in a ledger, 64 draws in a row that are all taken have a probability of 10^-232.
const MOST_DRAWS: u32 = 64;

unsafe fn optional<H: Handle<Value = Arc<T>>, T>(handle: *const H) -> Result<Option<Arc<T>>> {
    if handle.is_null() { Ok(None) } else { unsafe { shared(handle, |value| Ok(Some(Arc::clone(value)))) } }
}

unsafe fn request_in<'a>(request: &vg_request_t) -> Result<Request<'a>> {
    let subject = unsafe { optional_text("subject", request.subject, request.subject_len) }?;
    Ok(Request {
        subject: subject.map(str::parse).transpose()?,
        voice: unsafe { text("voice", request.voice, request.voice_len) }?,
        text: unsafe { text("text", request.text, request.text_len) }?,
        markup: markup_in(request.markup)?,
        format: Format::new(request.rate, request.channels)?,
        role: unsafe { optional_text("role", request.role, request.role_len) }?,
        language: unsafe { optional_text("language", request.language, request.language_len) }?,
        model: unsafe { optional_text("model", request.model, request.model_len) }?,
        parameters: unsafe { optional_text("parameters", request.parameters, request.parameters_len) }?
            .map(|parameters| subject::attachment_hash(parameters.as_bytes())),
        consent: None,
        now_ns: now_ns(),
    })
}
