//! A policy, a key and a ledger that belong together.

use std::cell::RefCell;
use std::ffi::{c_char, c_void};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use crate::access::Access;
use crate::call::{Owned, create};
use crate::error::{Error, Result, Status};
use crate::key::Key;
use crate::ledger::Ledger;
use crate::policy::{Markup, Policy};
use crate::record::Record;
use crate::sys;
use crate::utterance::Utterance;

/// A request to speak.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// For whom: the host's name for a person, 1 to 128 of `A-Z a-z 0-9 _ . @ : -`; kept as a keyed hash.
    pub subject: Option<&'a str>,
    /// The host's name for the voice; kept as it is.
    pub voice: &'a str,
    /// What is to be spoken; kept as a keyed hash.
    pub text: &'a str,
    /// How the text is marked up.
    pub markup: Markup,
    /// Frames a second of the samples to come, 8000 to 192000.
    pub rate: u32,
    /// Interleaved channels of the samples to come, 1 to 8.
    pub channels: u16,
    /// The subject's role, where roles are to decide.
    pub role: Option<&'a str>,
    /// The text's language (BCP 47), where it is known.
    pub language: Option<&'a str>,
    /// The name of the model that will speak; the record keeps it.
    pub model: Option<&'a str>,
    /// What it will speak with (speed, seed, style), in any form of the host's; the record keeps its SHA-256.
    pub parameters: Option<&'a str>,
    /// Whether the text is to be kept, sealed under the subject's key beside the record, until the subject is erased
    /// or its time is over. Needs a subject and a ledger.
    pub keep_text: bool,
}

impl Default for Request<'_> {
    /// No subject, voice or text; 24 kHz mono.
    fn default() -> Self {
        Self {
            subject: None,
            voice: "",
            text: "",
            markup: Markup::Auto,
            rate: 24_000,
            channels: 1,
            role: None,
            language: None,
            model: None,
            parameters: None,
            keep_text: false,
        }
    }
}

/// Where requests to speak come in. Cheap to clone; many threads may use one. See the [crate](crate) for an example.
#[derive(Clone)]
pub struct Guard {
    handle: Arc<Owned<sys::vg_guard_t>>,
}

impl Guard {
    /// Begins to make a guard, with the key of its marks and records.
    pub fn builder(key: &Key) -> GuardBuilder<'_> {
        GuardBuilder { key, policy: None, ledger: None, sink: None, access: None }
    }

    /// Begins an utterance. That the text is refused is an answer: see [`Utterance::allowed`].
    pub fn begin(&self, request: Request<'_>) -> Result<Utterance> {
        let (subject, subject_len) = request.subject.map_or((ptr::null(), 0), parts);
        let (role, role_len) = request.role.map_or((ptr::null(), 0), parts);
        let (language, language_len) = request.language.map_or((ptr::null(), 0), parts);
        let (model, model_len) = request.model.map_or((ptr::null(), 0), parts);
        let (parameters, parameters_len) = request.parameters.map_or((ptr::null(), 0), parts);
        let (voice, voice_len) = parts(request.voice);
        let (text, text_len) = parts(request.text);
        let raw = sys::vg_request_t {
            struct_size: size_of::<sys::vg_request_t>(),
            subject,
            subject_len,
            voice,
            voice_len,
            text,
            text_len,
            markup: request.markup.code(),
            rate: request.rate,
            channels: request.channels,
            role,
            role_len,
            language,
            language_len,
            model,
            model_len,
            parameters,
            parameters_len,
            keep_text: request.keep_text.into(),
        };
        let call = |out, err| unsafe { sys::vg_guard_begin(self.handle.as_ptr(), &raw, out, err) };
        let handle = create(sys::vg_utterance_free, call).map_err(why_the_sink_failed)?;
        Utterance::new(handle, request.channels)
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

/// What a guard is made of.
pub struct GuardBuilder<'a> {
    key: &'a Key,
    policy: Option<&'a Policy>,
    ledger: Option<&'a Ledger>,
    sink: Option<Box<Sink>>,
    access: Option<&'a Access>,
}

impl<'a> GuardBuilder<'a> {
    /// The rules that texts must meet. Without, every text may be spoken.
    pub fn policy(mut self, policy: &'a Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Where records go: a ledger opened with the same key. Without, records are only handed out.
    pub fn ledger(mut self, ledger: &'a Ledger) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Who may speak, and how much. Without, the default configuration.
    pub fn access(mut self, access: &'a Access) -> Self {
        self.access = Some(access);
        self
    }

    /// Who is told of every record once it is durable: on the thread that makes the record, one at a time. An error
    /// makes the call that made the record fail with [`Status::CALLBACK`] and its message; the record stays in
    /// the ledger. Guards and utterances answer [`Status::BUSY`] inside; a ledger may be used.
    pub fn on_record<E: fmt::Display>(
        mut self,
        mut sink: impl FnMut(&Record) -> std::result::Result<(), E> + Send + 'static,
    ) -> Self {
        let told = move |record: &Record| sink(record).map_err(|error| error.to_string());
        self.sink = Some(Box::new(Sink(Box::new(told))));
        self
    }

    /// The guard.
    pub fn build(self) -> Result<Guard> {
        let user_data = self.sink.map_or(ptr::null_mut(), Box::into_raw);
        let sink = sys::vg_record_sink_t {
            struct_size: size_of::<sys::vg_record_sink_t>(),
            user_data: user_data.cast(),
            write: Some(write),
            drop: Some(drop_sink),
        };
        let options = sys::vg_guard_options_t {
            struct_size: size_of::<sys::vg_guard_options_t>(),
            policy: self.policy.map_or(ptr::null(), Policy::as_ptr),
            key: self.key.as_ptr(),
            ledger: self.ledger.map_or(ptr::null(), Ledger::as_ptr),
            sink: if user_data.is_null() { ptr::null() } else { &sink },
            access: self.access.map_or(ptr::null(), Access::as_ptr),
        };
        let made = create(sys::vg_guard_free, |out, err| unsafe { sys::vg_guard_new(&options, out, err) });
        if made.is_err() && !user_data.is_null() {
            // Nobody took it.
            drop(unsafe { Box::from_raw(user_data) });
        }
        Ok(Guard { handle: Arc::new(made?) })
    }
}

impl fmt::Debug for GuardBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardBuilder").field("key", self.key).finish_non_exhaustive()
    }
}

struct Sink(Box<Told>);

type Told = dyn FnMut(&Record) -> std::result::Result<(), String> + Send;

thread_local! {
    /// What the last sink that failed on this thread said: C carries only that it failed.
    static FAILURE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Puts the words of a sink that failed into the error that came of it.
pub(crate) fn why_the_sink_failed(error: Error) -> Error {
    let said = FAILURE.take().filter(|_| error.status == Status::CALLBACK);
    match said {
        Some(said) => Error::new(error.status, format!("the record sink failed: {said}")),
        None => error,
    }
}

unsafe extern "C" fn write(user_data: *mut c_void, json: *const c_char, len: usize) -> i32 {
    let told = catch_unwind(AssertUnwindSafe(|| {
        // One call at a time, says the interface: nobody else has the sink now.
        let sink = unsafe { &mut *user_data.cast::<Sink>() };
        let json = unsafe { std::slice::from_raw_parts(json.cast::<u8>(), len) };
        let record = Record::from_json(String::from_utf8_lossy(json).into_owned());
        match record.map_err(|error| error.message)? {
            Some(record) => (sink.0)(&record),
            None => Err("no record was given".to_owned()),
        }
    }));
    let failure = match told {
        Ok(Ok(())) => return 0,
        Ok(Err(message)) => message,
        Err(_) => "it panicked".to_owned(),
    };
    FAILURE.set(Some(failure));
    1
}

unsafe extern "C" fn drop_sink(user_data: *mut c_void) {
    // A panic in the drop of what a closure holds must not reach C.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(user_data.cast::<Sink>()) })));
}

fn parts(text: &str) -> (*const c_char, usize) {
    (text.as_ptr().cast(), text.len())
}
