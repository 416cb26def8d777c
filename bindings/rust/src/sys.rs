//! The C interface as Rust sees it: what stands in `voxguard.h`, item for item.
//!
//! Made from ffi/src by `cargo xtask header`: change it there.

#![allow(non_camel_case_types)]

use std::ffi::{c_char, c_void};
/// The number of the binary interface that this header describes, and of the shared library's name:
/// libvoxguard.so.0. It changes when a program built against an older header would break.
pub const VG_ABI_VERSION: u32 = 0;
/// How a call went. An open set: later versions may add to it.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct vg_status_t(pub i32);
/// It went well.
pub const VG_OK: vg_status_t = vg_status_t(0);
/// A pointer that is needed is NULL.
pub const VG_ERR_NULL: vg_status_t = vg_status_t(1);
/// An argument is out of its range: a number, a length, or buffers that overlap in part.
pub const VG_ERR_ARGUMENT: vg_status_t = vg_status_t(2);
/// A string is not UTF-8.
pub const VG_ERR_UTF8: vg_status_t = vg_status_t(3);
/// The handle is in use by another call, or this is a call from inside a record sink.
pub const VG_ERR_BUSY: vg_status_t = vg_status_t(4);
/// The call does not fit what happened before: marking after a refusal or after the end, or float after int16_t.
pub const VG_ERR_STATE: vg_status_t = vg_status_t(5);
/// A struct's `struct_size` is not one that this library knows.
pub const VG_ERR_STRUCT_SIZE: vg_status_t = vg_status_t(6);
/// The pointer is not a live handle of the kind that is asked for.
pub const VG_ERR_HANDLE: vg_status_t = vg_status_t(7);
/// The key is not 32 bytes or 64 hexadecimal digits, or is all zeros.
pub const VG_ERR_KEY: vg_status_t = vg_status_t(20);
/// The rules of a policy cannot be used.
pub const VG_ERR_POLICY: vg_status_t = vg_status_t(21);
/// The text cannot be judged: too long, or its markup is broken.
pub const VG_ERR_TEXT: vg_status_t = vg_status_t(22);
/// An object cannot be made with this configuration.
pub const VG_ERR_CONFIG: vg_status_t = vg_status_t(23);
/// The text is not a checkpoint, or not one that this ledger's key signed.
pub const VG_ERR_CHECKPOINT: vg_status_t = vg_status_t(24);
/// What was sealed does not open: changed, cut, moved, bound to something else, or sealed with another key.
pub const VG_ERR_SEAL: vg_status_t = vg_status_t(25);
/// This library was built without the feature that is asked for; the message names it.
pub const VG_ERR_FEATURE: vg_status_t = vg_status_t(26);
/// The sample rate or the number of channels is not accepted.
pub const VG_ERR_AUDIO_FORMAT: vg_status_t = vg_status_t(40);
/// A sample is NaN or infinite.
pub const VG_ERR_NON_FINITE: vg_status_t = vg_status_t(41);
/// The output is too small for the frames that are ready.
pub const VG_ERR_OUTPUT_SIZE: vg_status_t = vg_status_t(42);
/// The samples are not a whole number of frames.
pub const VG_ERR_PARTIAL_FRAME: vg_status_t = vg_status_t(43);
/// The audio would be longer than the configuration allows; nothing of these samples was taken.
pub const VG_ERR_AUDIO_LENGTH: vg_status_t = vg_status_t(44);
/// The store cannot be opened.
pub const VG_ERR_STORE_OPEN: vg_status_t = vg_status_t(60);
/// What is there is not a voxguard ledger.
pub const VG_ERR_STORE_NOT_LEDGER: vg_status_t = vg_status_t(61);
/// The store cannot be written to.
pub const VG_ERR_STORE_READ_ONLY: vg_status_t = vg_status_t(62);
/// No room is left where the store lives.
pub const VG_ERR_STORE_FULL: vg_status_t = vg_status_t(63);
/// Somebody else holds the store.
pub const VG_ERR_STORE_LOCKED: vg_status_t = vg_status_t(64);
/// The store is damaged.
pub const VG_ERR_STORE_CORRUPT: vg_status_t = vg_status_t(65);
/// The operating system failed to read or write the store.
pub const VG_ERR_STORE_IO: vg_status_t = vg_status_t(66);
/// The ledger belongs to another key.
pub const VG_ERR_STORE_KEY: vg_status_t = vg_status_t(67);
/// A fault of ours. Please report it.
pub const VG_ERR_INTERNAL: vg_status_t = vg_status_t(90);
/// An earlier fault of ours broke this handle: free it.
pub const VG_ERR_POISONED: vg_status_t = vg_status_t(91);
/// The record sink answered that it failed.
pub const VG_ERR_CALLBACK: vg_status_t = vg_status_t(92);
/// One failure: a status and a message.
#[repr(C)]
pub struct vg_error_t {
    _opaque: [u8; 0],
}
/// Bytes that are yours: `len` of them at `data`, and a NUL after them that `len` does not count, so that text
/// can be printed. Free them with vg_bytes_free. Do not change `data` and `len` before that.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_bytes_t {
    /// The first byte.
    pub data: *mut u8,
    /// How many there are.
    pub len: usize,
}
/// Text that is borrowed: `len` bytes of UTF-8 at `data`, not ended by NUL. It lives as long as the handle that
/// it was asked of. Print it with `printf("%.*s", (int)str.len, str.data)`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_str_t {
    /// The first byte; never NULL when a call has set it.
    pub data: *const c_char,
    /// How many bytes there are.
    pub len: usize,
}
/// A key. Wiped from memory when the last handle that was made from it is freed.
#[repr(C)]
pub struct vg_key_t {
    _opaque: [u8; 0],
}
/// Length of a key in bytes.
pub const VG_KEY_BYTES: usize = 32;
/// Length of a key's public id as text, with the NUL that ends it.
pub const VG_KEY_ID_SIZE: usize = 17;
/// The marking of one stream.
#[repr(C)]
pub struct vg_marker_t {
    _opaque: [u8; 0],
}
/// A mark with an id of 32 bits: the usual.
pub const VG_SCHEME_ID32: u32 = 0;
/// A mark with an id of 16 bits: found in shorter clips.
pub const VG_SCHEME_ID16: u32 = 1;
/// A mark with an id of 64 bits: found in longer clips.
pub const VG_SCHEME_ID64: u32 = 3;
/// A mark without an id: it says "made under this key" and nothing else, in the shortest clips.
pub const VG_SCHEME_PRESENCE: u32 = 2;
/// What is marked, and with what.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_marker_options_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Frames a second, 8000 to 192000.
    pub rate: u32,
    /// Interleaved channels, 1 to 8.
    pub channels: u16,
    /// The id, 0 to 4294967295 (32 bits), of 64 bits under VG_SCHEME_ID64. A scheme of fewer bits carries the lowest of them; without an id the
    /// lowest eight choose which of 256 sets of signs is used: let them change from one stream to the next.
    pub mark: u64,
    /// One of VG_SCHEME_*. Only a detector of the same scheme finds the mark.
    pub scheme: u32,
    /// How loud the mark is, 0.25 to 2: 1 is the usual, 2 twice the decibels. 0 stands for 1.
    pub strength: f32,
}
/// The search for the marks of some keys.
#[repr(C)]
pub struct vg_detector_t {
    _opaque: [u8; 0],
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
/// The answer of one detection.
#[repr(C)]
pub struct vg_detection_t {
    _opaque: [u8; 0],
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
/// The search for marks in one stream.
#[repr(C)]
pub struct vg_listener_t {
    _opaque: [u8; 0],
}
/// A set of rules, ready to judge.
#[repr(C)]
pub struct vg_policy_t {
    _opaque: [u8; 0],
}
/// The text is SSML when it begins with a `<speak` tag, else plain.
pub const VG_MARKUP_AUTO: u32 = 0;
/// The text is plain: it is spoken as it stands.
pub const VG_MARKUP_PLAIN: u32 = 1;
/// The text is SSML 1.1.
pub const VG_MARKUP_SSML: u32 = 2;
/// Length of a policy's hash in bytes.
pub const VG_POLICY_HASH_BYTES: usize = 32;
/// The answer about one text.
#[repr(C)]
pub struct vg_verdict_t {
    _opaque: [u8; 0],
}
/// Speak it.
pub const VG_ACTION_ALLOW: u32 = 0;
/// Speak it, and look at the hits.
pub const VG_ACTION_WARN: u32 = 1;
/// Do not speak it.
pub const VG_ACTION_BLOCK: u32 = 2;
/// Speak the verdict's text, from which parts are masked. Stronger than VG_ACTION_WARN, weaker than VG_ACTION_BLOCK.
pub const VG_ACTION_MASK: u32 = 3;
/// A hit worth knowing of.
pub const VG_SEVERITY_INFO: u32 = 0;
/// A hit that may be a problem.
pub const VG_SEVERITY_WARNING: u32 = 1;
/// A hit that is a problem.
pub const VG_SEVERITY_ERROR: u32 = 2;
/// A hit that somebody should look at now.
pub const VG_SEVERITY_CRITICAL: u32 = 3;
/// One place where a rule matched. Its strings live as long as the verdict.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_hit_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// The id of the rule.
    pub rule: vg_str_t,
    /// The category of the rule.
    pub category: vg_str_t,
    /// The view of the text that matched: how a disguise was undone.
    pub view: vg_str_t,
    /// One of VG_SEVERITY_*.
    pub severity: u32,
    /// One of VG_ACTION_*.
    pub action: u32,
    /// Where the match starts in the original text, in characters (Unicode scalar values).
    pub start: usize,
    /// Where it ends, in characters.
    pub end: usize,
    /// Where it starts, in bytes.
    pub start_byte: usize,
    /// Where it ends, in bytes.
    pub end_byte: usize,
}
/// A text that arrives in pieces.
#[repr(C)]
pub struct vg_text_stream_t {
    _opaque: [u8; 0],
}
/// Length of a key that signs packs, and of its public key, in bytes (Ed25519).
pub const VG_SIGNING_KEY_BYTES: usize = 32;
/// Where a classifier puts what it finds. Lives for one call of the classifier.
#[repr(C)]
pub struct vg_findings_t {
    _opaque: [u8; 0],
}
/// Something that a classifier found.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_finding_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// A name for the hit, as rules have ids.
    pub rule: vg_str_t,
    /// What it is about. Public: the reason of a refusal names it.
    pub category: vg_str_t,
    /// One of VG_SEVERITY_*.
    pub severity: u32,
    /// One of VG_ACTION_*.
    pub action: u32,
    /// Where it starts in the spoken text, in characters (Unicode scalar values).
    pub start: usize,
    /// Where it ends, in characters. More than there are means the end.
    pub end: usize,
}
/// A classifier. It is called on the thread that checks, with a budget on one of the library's own; perhaps several times at once,
/// once for each text that a policy checks. vg_findings_add is the only function of this library that it may call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_classifier_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Yours: handed to both functions.
    pub user_data: *mut c_void,
    /// Judges the spoken text, UTF-8 of `len` bytes, borrowed for the call. Anything but 0 is a failure.
    pub classify: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            spoken: *const c_char,
            len: usize,
            findings: *mut vg_findings_t,
        ) -> i32,
    >,
    /// Called exactly once, when the policy is freed and no call is in progress. May be NULL.
    pub drop: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
    /// Milliseconds that an answer may take; 0 for no limit. A call that takes longer goes on, unheard.
    pub budget_ms: u32,
    /// What a failure or a late answer does: VG_ACTION_BLOCK (fail closed) or VG_ACTION_WARN (fail open).
    pub on_failure: u32,
}
/// An open ledger.
#[repr(C)]
pub struct vg_ledger_t {
    _opaque: [u8; 0],
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
    pub write: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            note: *const c_char,
            len: usize,
        ) -> i32,
    >,
    /// Called exactly once, when another sink takes its place or the ledger is closed. May be NULL.
    pub drop: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}
/// A limiter.
#[repr(C)]
pub struct vg_limiter_t {
    _opaque: [u8; 0],
}
/// What a limiter lets pass.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_limiter_options_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Requests in a period, at least 1.
    pub count: u32,
    /// How many may come at once, at least 1.
    pub burst: u32,
    /// The period in seconds; 0 for a minute.
    pub period_seconds: f64,
    /// Keys that are remembered, 16 bytes each; 0 for 65536.
    pub max_keys: usize,
}
/// What a limiter says.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_limit_t {
    /// sizeof this struct: set it before the call.
    pub struct_size: usize,
    /// Whether the request may go on.
    pub allowed: bool,
    /// Requests that may still come at once.
    pub remaining: u32,
    /// Seconds until it would be allowed: 0 when it is, infinite when its cost is above the burst.
    pub retry_after: f64,
}
/// Who issues tokens for whom, and with which keys.
#[repr(C)]
pub struct vg_tokens_t {
    _opaque: [u8; 0],
}
/// HMAC with SHA-256: the key is a secret of 32 to 1024 bytes.
pub const VG_TOKEN_HS256: u32 = 0;
/// ECDSA over P-256: the private key is 32 bytes, the public one a point in SEC1 form.
pub const VG_TOKEN_ES256: u32 = 1;
/// Ed25519: both keys are 32 bytes.
pub const VG_TOKEN_EDDSA: u32 = 2;
/// A store of API keys.
#[repr(C)]
pub struct vg_api_keys_t {
    _opaque: [u8; 0],
}
/// Roles, ready to decide.
#[repr(C)]
pub struct vg_roles_t {
    _opaque: [u8; 0],
}
/// Commands that may be given.
#[repr(C)]
pub struct vg_commands_t {
    _opaque: [u8; 0],
}
/// Policies in Cedar, ready to decide.
#[repr(C)]
pub struct vg_cedar_t {
    _opaque: [u8; 0],
}
/// A key that seals. Wiped from memory when the last handle that was made from it is freed.
#[repr(C)]
pub struct vg_seal_key_t {
    _opaque: [u8; 0],
}
/// Argon2id with 19 MiB, two passes and one lane.
pub const VG_KDF_ARGON2ID: u32 = 0;
/// PBKDF2 with HMAC-SHA-256 and 600,000 rounds, where FIPS 140 is asked for.
pub const VG_KDF_PBKDF2: u32 = 1;
/// The key that seals now, and those that still open.
#[repr(C)]
pub struct vg_sealer_t {
    _opaque: [u8; 0],
}
/// A stream that is being sealed.
#[repr(C)]
pub struct vg_seal_stream_t {
    _opaque: [u8; 0],
}
/// A monitor.
#[repr(C)]
pub struct vg_monitor_t {
    _opaque: [u8; 0],
}
/// Counters as JSON.
pub const VG_METRICS_JSON: u32 = 0;
/// Counters in the text format of Prometheus.
pub const VG_METRICS_PROMETHEUS: u32 = 1;
/// Who may speak, and how much.
#[repr(C)]
pub struct vg_access_t {
    _opaque: [u8; 0],
}
/// A function of yours that is told of every alert when it is raised. It is called on the thread of the call that
/// raises it, from several threads at once if need be, and may use the access: vg_access_panic, for one.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_alert_sink_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Yours: handed to both functions.
    pub user_data: *mut c_void,
    /// Takes one alert, JSON of `len` bytes, borrowed for the call: `{"event": "auth_failure", "source": "10.0.0.9",
    /// "count": 5, "threshold": {"count": 5, "seconds": 300.0}, "time": 3.0}`.
    pub tell: Option<
        unsafe extern "C" fn(user_data: *mut c_void, json: *const c_char, len: usize),
    >,
    /// Called exactly once, when another sink takes over or the access and all its guards are freed, and no alert is
    /// being told; never when vg_access_on_alert failed. May be NULL.
    pub drop: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}
/// Where requests to speak come in.
#[repr(C)]
pub struct vg_guard_t {
    _opaque: [u8; 0],
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
    pub write: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            json: *const c_char,
            len: usize,
        ) -> i32,
    >,
    /// Called exactly once, when the guard and all its utterances are freed; never when vg_guard_new failed.
    /// May be NULL.
    pub drop: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}
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
/// One request, from text to record.
#[repr(C)]
pub struct vg_utterance_t {
    _opaque: [u8; 0],
}
unsafe extern "C" {
    /// The version of the library that runs, such as "0.1.0". Static.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_version() -> *const c_char;
    /// The VG_ABI_VERSION of the library that runs: refuse to go on when it is not that of the header.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_abi_version() -> u32;
    /// The name of a status, such as "VG_ERR_BUSY"; "VG_ERR_UNKNOWN" for a number that is none. Static.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_status_name(status: vg_status_t) -> *const c_char;
    /// One English sentence about a status, for calls that have no vg_error_t to say more. Static.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_status_message(status: vg_status_t) -> *const c_char;
    /// The status of an error; VG_ERR_NULL or VG_ERR_HANDLE when it is none.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_error_status(error: *const vg_error_t) -> vg_status_t;
    /// The message of an error: one English sentence, UTF-8, ended by NUL, that names the value and what is
    /// accepted, and holds no key and no text to be spoken. It lives as long as the error. Empty when `error`
    /// is not an error.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_error_message(error: *const vg_error_t) -> *const c_char;
    /// Frees an error. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_error_free(error: *mut vg_error_t);
    /// Wipes and frees bytes, and sets the struct to zero: freeing twice is safe, and so is NULL.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_bytes_free(bytes: *mut vg_bytes_t);
    /// Makes a new key from the operating system's entropy.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_key_generate(
        out: *mut *mut vg_key_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a key of `len` bytes, which must be 32 and should come from a generator fit for keys.
    /// VG_ERR_KEY for another length or all zeros.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_key_from_bytes(
        bytes: *const u8,
        len: usize,
        out: *mut *mut vg_key_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a key of 64 hexadecimal digits. VG_ERR_KEY for anything else.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_key_from_hex(
        hex: *const c_char,
        len: usize,
        out: *mut *mut vg_key_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the key as 64 hexadecimal digits. They are the secret itself; vg_bytes_free wipes them.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_key_to_hex(
        key: *const vg_key_t,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes the key's public id, 16 hexadecimal digits and a NUL: says which key, and nothing about it.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_key_id(key: *const vg_key_t, out: *mut c_char) -> vg_status_t;
    /// Frees a key. NULL is fine. What was made from it goes on working.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_key_free(key: *mut vg_key_t);
    /// Makes a marker for one stream. VG_ERR_AUDIO_FORMAT for a rate or a number of channels that is not
    /// accepted, VG_ERR_ARGUMENT for a mark of more bits than its scheme takes, a scheme or a strength that there is not.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_marker_new(
        key: *const vg_key_t,
        options: *const vg_marker_options_t,
        out: *mut *mut vg_marker_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes by how many frames the output is later than the input: at most 80 milliseconds.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_marker_latency(
        marker: *const vg_marker_t,
        frames: *mut usize,
    ) -> vg_status_t;
    /// Writes how many frames flush would write now.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_marker_pending(
        marker: *const vg_marker_t,
        frames: *mut usize,
    ) -> vg_status_t;
    /// Feeds `frames` frames and writes those that are ready to `output`, their number to `out_frames`: never
    /// more than `frames`. `output` may be `input`; buffers that overlap otherwise are VG_ERR_ARGUMENT. When it
    /// fails (VG_ERR_NON_FINITE, VG_ERR_OUTPUT_SIZE) nothing was fed, and the marker is as before.
    ///
    /// Threads: one. Real time: yes.
    pub fn vg_marker_process_f32(
        marker: *mut vg_marker_t,
        input: *const f32,
        frames: usize,
        output: *mut f32,
        out_capacity_frames: usize,
        out_frames: *mut usize,
    ) -> vg_status_t;
    /// vg_marker_process_f32 for 16-bit samples. A stream is of one kind of samples from its start to its flush.
    ///
    /// Threads: one. Real time: yes.
    pub fn vg_marker_process_i16(
        marker: *mut vg_marker_t,
        input: *const i16,
        frames: usize,
        output: *mut i16,
        out_capacity_frames: usize,
        out_frames: *mut usize,
    ) -> vg_status_t;
    /// Writes the frames that are still inside, at most vg_marker_latency, and ends the stream: the marker then
    /// stands as new. VG_ERR_OUTPUT_SIZE, and nothing changes, when `output` holds fewer than vg_marker_pending.
    ///
    /// Threads: one. Real time: yes.
    pub fn vg_marker_flush_f32(
        marker: *mut vg_marker_t,
        output: *mut f32,
        out_capacity_frames: usize,
        out_frames: *mut usize,
    ) -> vg_status_t;
    /// vg_marker_flush_f32 for 16-bit samples.
    ///
    /// Threads: one. Real time: yes.
    pub fn vg_marker_flush_i16(
        marker: *mut vg_marker_t,
        output: *mut i16,
        out_capacity_frames: usize,
        out_frames: *mut usize,
    ) -> vg_status_t;
    /// Drops the frames that are still inside and begins a new stream.
    ///
    /// Threads: one. Real time: yes.
    pub fn vg_marker_reset(marker: *mut vg_marker_t) -> vg_status_t;
    /// Frees a marker. NULL is fine. Frames that are still inside are lost.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_marker_free(marker: *mut vg_marker_t);
    /// Marks all of a recording at once: a marker fed once and flushed. Writes exactly `frames` frames to `output`,
    /// which may be `input`.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_embed_f32(
        key: *const vg_key_t,
        options: *const vg_marker_options_t,
        input: *const f32,
        frames: usize,
        output: *mut f32,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// vg_embed_f32 for 16-bit samples.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_embed_i16(
        key: *const vg_key_t,
        options: *const vg_marker_options_t,
        input: *const i16,
        frames: usize,
        output: *mut i16,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a detector for the marks of `count` keys, 1 to 64. NULL for `options` is VG_EFFORT_NORMAL
    /// and VG_SCHEME_ID32.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_detector_new(
        keys: *const *const vg_key_t,
        count: usize,
        options: *const vg_detector_options_t,
        out: *mut *mut vg_detector_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Looks for the detector's marks in `frames` frames of `channels` interleaved samples, `rate` frames a second.
    /// That there is none is an answer: VG_OK, and vg_detection_info says `found` = false.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_detector_detect_f32(
        detector: *const vg_detector_t,
        input: *const f32,
        frames: usize,
        rate: u32,
        channels: u16,
        out: *mut *mut vg_detection_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// vg_detector_detect_f32 for 16-bit samples.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_detector_detect_i16(
        detector: *const vg_detector_t,
        input: *const i16,
        frames: usize,
        rate: u32,
        channels: u16,
        out: *mut *mut vg_detection_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// vg_detector_detect_f32 that tells `progress` how far it is, and ends when that says so. NULL for `progress`, or for
    /// its `report`, tells nobody.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_detector_detect_progress_f32(
        detector: *const vg_detector_t,
        input: *const f32,
        frames: usize,
        rate: u32,
        channels: u16,
        progress: *const vg_progress_t,
        out: *mut *mut vg_detection_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// vg_detector_detect_progress_f32 for 16-bit samples.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_detector_detect_progress_i16(
        detector: *const vg_detector_t,
        input: *const i16,
        frames: usize,
        rate: u32,
        channels: u16,
        progress: *const vg_progress_t,
        out: *mut *mut vg_detection_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a detector. NULL is fine. Detections that it made live on.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_detector_free(detector: *mut vg_detector_t);
    /// Fills `info`, whose struct_size you have set.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_detection_info(
        detection: *const vg_detection_t,
        info: *mut vg_detection_info_t,
    ) -> vg_status_t;
    /// Fills `span`, whose struct_size you have set, with the span of this index. VG_ERR_ARGUMENT past the last.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_detection_span(
        detection: *const vg_detection_t,
        index: usize,
        span: *mut vg_span_t,
    ) -> vg_status_t;
    /// Gives the score over time, found or not, to be drawn: `count` points, `time[i]` in seconds (the centre of a
    /// window), `score[i]` as in vg_span_t. The arrays are borrowed and live as long as the detection.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_detection_curve(
        detection: *const vg_detection_t,
        time: *mut *const f64,
        score: *mut *const f64,
        count: *mut usize,
    ) -> vg_status_t;
    /// Gives the soft values of the mark's code bits under the surest hypothesis, found or not: `count` log-odds, positive for
    /// a 0, and in `chips` the lowest eight bits of the ids that they are for. An id that could not be read is looked up by
    /// them: the operation `lookup` of vg_ledger_ask takes both. The array is borrowed and lives as long as the detection.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_detection_soft_bits(
        detection: *const vg_detection_t,
        bits: *mut *const f32,
        count: *mut usize,
        chips: *mut u8,
    ) -> vg_status_t;
    /// Gives the whole answer as JSON:
    /// `{"found":true,"p_value":1e-9,"mark":"1234abcd"|null,"key_id":"..."|null,"seconds":4.2,
    ///   "speed":1.0,"pitch":1.0,"spans":[{"start":0.0,"end":4.2,"score":5.1}],"curve":[[0.5,5.0],...],
    ///   "soft_bits":[-1.5,...],"chips":205}`.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_detection_json(
        detection: *const vg_detection_t,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a detection. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_detection_free(detection: *mut vg_detection_t);
    /// Makes a listener that looks for a detector's marks in one stream of `channels` interleaved channels, `rate` frames
    /// a second. Any number of listeners share a detector.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_listener_new(
        detector: *const vg_detector_t,
        rate: u32,
        channels: u16,
        out: *mut *mut vg_listener_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Hears `frames` frames. `out` receives a verdict about all that was heard when one is due, and NULL otherwise, which is
    /// VG_OK too. When it fails nothing was heard. A call that searches takes its time: not for the thread that plays.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_listener_push_f32(
        listener: *mut vg_listener_t,
        input: *const f32,
        frames: usize,
        out: *mut *mut vg_detection_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// vg_listener_push_f32 for 16-bit samples. Both kinds may be mixed.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_listener_push_i16(
        listener: *mut vg_listener_t,
        input: *const i16,
        frames: usize,
        out: *mut *mut vg_detection_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the verdict about all that was heard; the listener then stands as new.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_listener_finish(
        listener: *mut vg_listener_t,
        out: *mut *mut vg_detection_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a listener. NULL is fine. Detections that it gave live on.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_listener_free(listener: *mut vg_listener_t);
    /// Makes a policy of rules in JSON. VG_ERR_POLICY says which rule cannot be used, and why.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_policy_new(
        json: *const c_char,
        len: usize,
        out: *mut *mut vg_policy_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes the SHA-256 of the rules in canonical form: records name the policy by it.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_policy_hash(policy: *const vg_policy_t, out: *mut u8) -> vg_status_t;
    /// Judges a text; `markup` is one of VG_MARKUP_*. That it is refused is an answer: VG_OK, and the verdict
    /// says so. VG_ERR_TEXT when the text cannot be judged: more than 1 MiB, or broken markup.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_policy_check(
        policy: *const vg_policy_t,
        text: *const c_char,
        len: usize,
        markup: u32,
        out: *mut *mut vg_verdict_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a policy. NULL is fine. Guards and verdicts that came from it live on.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_policy_free(policy: *mut vg_policy_t);
    /// Writes what is to be done: one of VG_ACTION_*.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_verdict_action(
        verdict: *const vg_verdict_t,
        action: *mut u32,
    ) -> vg_status_t;
    /// Borrows the text to speak: empty when the action is VG_ACTION_BLOCK.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_verdict_text(
        verdict: *const vg_verdict_t,
        text: *mut vg_str_t,
    ) -> vg_status_t;
    /// Borrows a sentence that says why, fit to be shown to whoever wrote the text: categories, and no pattern.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_verdict_reason(
        verdict: *const vg_verdict_t,
        reason: *mut vg_str_t,
    ) -> vg_status_t;
    /// Writes how the text was read: VG_MARKUP_PLAIN or VG_MARKUP_SSML.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_verdict_markup(
        verdict: *const vg_verdict_t,
        markup: *mut u32,
    ) -> vg_status_t;
    /// Writes how many hits there are.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_verdict_hit_count(
        verdict: *const vg_verdict_t,
        count: *mut usize,
    ) -> vg_status_t;
    /// Fills `hit`, whose struct_size you have set, with the hit of this index. VG_ERR_ARGUMENT past the last.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_verdict_hit(
        verdict: *const vg_verdict_t,
        index: usize,
        hit: *mut vg_hit_t,
    ) -> vg_status_t;
    /// Gives the whole verdict as JSON:
    /// `{"action":"block","allowed":false,"text":"","reason":"...","markup":"plain","policy_hash":"hex","hits":[{"rule":"...",
    ///   "category":"...","view":"folded","severity":"error","action":"block","start":0,"end":4,"start_byte":0,"end_byte":4}]}`.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_verdict_json(
        verdict: *const vg_verdict_t,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a verdict. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_verdict_free(verdict: *mut vg_verdict_t);
    /// Judges a text for which consents exist: `consents` are `consent_count` protected names, or ids of rules with match
    /// "name", that do not hit in it. Otherwise as vg_policy_check.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_policy_check_consented(
        policy: *const vg_policy_t,
        text: *const c_char,
        len: usize,
        markup: u32,
        consents: *const vg_str_t,
        consent_count: usize,
        out: *mut *mut vg_verdict_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Begins a text that arrives in pieces; `markup` is one of VG_MARKUP_*, consents as in vg_policy_check_consented. The
    /// stream keeps the policy alive.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_text_stream_new(
        policy: *const vg_policy_t,
        markup: u32,
        consents: *const vg_str_t,
        consent_count: usize,
        out: *mut *mut vg_text_stream_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Takes the next piece, and gives the text that may be spoken now, after everything given before; it may be empty.
    /// `blocked` becomes true when a rule forbids to go on: nothing will be given any more. `hits` may be NULL, and gets the hits
    /// that were decided as a JSON list, with places in the whole text. Pieces end anywhere between characters. VG_ERR_TEXT when the
    /// text is longer than 1 MiB in all.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_text_stream_push(
        stream: *mut vg_text_stream_t,
        text: *const c_char,
        len: usize,
        released: *mut vg_bytes_t,
        blocked: *mut bool,
        hits: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Says that the text is complete, and gives the rest of it. VG_ERR_TEXT when an SSML document is broken: nothing of it
    /// was given.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_text_stream_finish(
        stream: *mut vg_text_stream_t,
        released: *mut vg_bytes_t,
        blocked: *mut bool,
        hits: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a stream. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_text_stream_free(stream: *mut vg_text_stream_t);
    /// Gives advice about rules that load but do not do what they seem to, as JSON:
    /// `[{"rule":"...","field":"...","code":"...","message":"..."}]`. VG_ERR_POLICY when they do not load.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_rules_lint(
        json: *const c_char,
        len: usize,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the small rules file to begin with in a language: "de", "en", "es", "fr" or "pt".
    ///
    /// Threads: any. Real time: no.
    pub fn vg_rules_starter(
        language: *const c_char,
        len: usize,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes rules of a word list, one word or phrase a line, as JSON. `severity` is one of VG_SEVERITY_*; `language` may be
    /// NULL.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_rules_from_words(
        words: *const c_char,
        words_len: usize,
        id: *const c_char,
        id_len: usize,
        category: *const c_char,
        category_len: usize,
        severity: u32,
        language: *const c_char,
        language_len: usize,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Signs rules with the 32 secret bytes of an Ed25519 key, and gives the signed pack. VG_ERR_POLICY when the rules do not
    /// load.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_rules_sign(
        json: *const c_char,
        len: usize,
        secret: *const u8,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes the public key of a secret one: hosts that load a pack name it.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_rules_public_key(secret: *const u8, out: *mut u8) -> vg_status_t;
    /// Makes a policy of a signed pack, if one of the trusted keys signed it: `keys` are `key_count` public keys of 32 bytes.
    /// VG_ERR_POLICY when none of them did, or the pack was changed.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_policy_from_pack(
        pack: *const c_char,
        len: usize,
        keys: *const u8,
        key_count: usize,
        out: *mut *mut vg_policy_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Says why a text is judged as it is, as JSON: the spoken text, and for every hit the rule, what it sought, and which
    /// disguises were undone. It quotes rules and text: for your own eyes, not for whoever wrote the text.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_policy_explain(
        policy: *const vg_policy_t,
        text: *const c_char,
        len: usize,
        markup: u32,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a policy of rules in JSON, as vg_policy_new does, and of a classifier that is asked about every text as well.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_policy_new_classified(
        json: *const c_char,
        len: usize,
        classifier: *const vg_classifier_t,
        out: *mut *mut vg_policy_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Adds a finding. VG_ERR_HANDLE once the call of the classifier is over.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_findings_add(
        findings: *mut vg_findings_t,
        finding: *const vg_finding_t,
    ) -> vg_status_t;
    /// Opens a ledger, and makes it when there is none: "sqlite:///relative.db", "sqlite:////absolute.db" or
    /// "sqlite::memory:"; "?busy_timeout_ms=200" at the end changes how long to wait for somebody else's lock.
    /// VG_ERR_STORE_* say why it cannot be opened, VG_ERR_CONFIG that the URL is none.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_open(
        url: *const c_char,
        len: usize,
        key: *const vg_key_t,
        out: *mut *mut vg_ledger_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes how many records there are.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_len(
        ledger: *const vg_ledger_t,
        len: *mut u64,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the record with this sequence number, from 1, as JSON: `null` when there is none.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_get(
        ledger: *const vg_ledger_t,
        seq: u64,
        json: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the records of the audio that carries this mark, as a JSON array: the first 1000, empty when
    /// there is none.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_find_mark(
        ledger: *const vg_ledger_t,
        mark: u64,
        json: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the records of what was made for this subject, as a JSON array: the first 1000, empty when
    /// there is none.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_find_subject(
        ledger: *const vg_ledger_t,
        subject: *const c_char,
        len: usize,
        json: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives a checkpoint of the ledger as it stands: a signed note (C2SP tlog-checkpoint) to be kept elsewhere.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_checkpoint(
        ledger: *const vg_ledger_t,
        note: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Reads the whole ledger again and says whether it is as it was written; with a checkpoint, also whether
    /// everything that the checkpoint covers is still there. NULL for `checkpoint` is none. That something is
    /// wrong is an answer: VG_OK and `intact` = false. The report, which may be NULL, is JSON:
    /// `{"intact":false,"entries":12,"checkpoint":20|null,"fault":{"seq":13,"kind":"record","message":"..."}|null}`,
    /// where `entries` are those that were found intact and `checkpoint` is the size that was compared with.
    /// VG_ERR_CHECKPOINT when the text is no checkpoint of this ledger's key.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_verify(
        ledger: *const vg_ledger_t,
        checkpoint: *const c_char,
        len: usize,
        intact: *mut bool,
        report_json: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the public key that checks this ledger's checkpoints, as C2SP writes it: name+hash+base64.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_verifying_key(
        ledger: *const vg_ledger_t,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Tells a function of yours of a checkpoint now, whenever `every` records have come since the last one that it took,
    /// and when the ledger is closed, so that it can be kept where whoever keeps the ledger cannot take it back. It takes
    /// the place of the one before; NULL tells nobody any more. VG_ERR_CALLBACK when the first checkpoint is not taken; it
    /// is told again after the next record.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_on_checkpoint(
        ledger: *const vg_ledger_t,
        every: u64,
        sink: *const vg_checkpoint_sink_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Changes keys: ends this ledger and lets `next`, opened under another key, go on; each gets a record that names the
    /// other. Gives the last checkpoint of this one. VG_ERR_ARGUMENT when both have the same key.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_rotate(
        ledger: *const vg_ledger_t,
        next: *const vg_ledger_t,
        checkpoint: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a ledger. NULL is fine. Guards that use it keep it open.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_ledger_free(ledger: *mut vg_ledger_t);
    /// Does an operation of the ledger: finds, proves, exports, records consent and the host's own events, answers
    /// requests of people, purges, looks soft bits up, reports. VG_ERR_ARGUMENT when there is no such operation, or
    /// not with these fields; that somebody is not known, or that there is no such record, is an answer (`null`, or
    /// `"granted":false`).
    ///
    /// Threads: any. Real time: no.
    pub fn vg_ledger_ask(
        ledger: *const vg_ledger_t,
        question: *const c_char,
        len: usize,
        answer: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Checks, without a secret key, what a ledger gave out:
    /// `{"proof":"c2sp.org/tlog-proof@v1...","key":"name+hash+key"}` a record's proof, with `"witnesses":[...]` and `"quorum":1`
    /// if others must have signed; `{"proof":"old 7...","key":...,"checkpoint":"..."}` that a ledger continues an earlier
    /// checkpoint; `{"ledger":"sqlite:///...","key":...,"checkpoint":"..."}` a whole ledger against a checkpoint;
    /// `{"checkpoint":"...","key":...}` who signed a checkpoint, with witnesses as above. The answer has
    /// `"holds"`, true or false, a `"reason"`, and what was proven. VG_ERR_ARGUMENT when it is no such question.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_proof_check(
        question: *const c_char,
        len: usize,
        answer: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a limiter. VG_ERR_CONFIG for a rate that is none.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_limiter_new(
        options: *const vg_limiter_options_t,
        out: *mut *mut vg_limiter_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Decides about one request of `key` (any bytes), which costs `cost`, at `now` in seconds of any clock that
    /// does not go back. VG_ERR_ARGUMENT for a time that is none.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_limiter_check(
        limiter: *const vg_limiter_t,
        key: *const u8,
        key_len: usize,
        cost: u32,
        now: f64,
        out: *mut vg_limit_t,
    ) -> vg_status_t;
    /// Forgets a key: it has its whole burst again.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_limiter_forget(
        limiter: *const vg_limiter_t,
        key: *const u8,
        key_len: usize,
    ) -> vg_status_t;
    /// Gives the script by which many machines share limits in Redis or Valkey, as text: run it by EVALSHA with the
    /// key as its only KEYS, and as ARGV the interval in microseconds, the burst and the cost. It answers three numbers:
    /// 1 (allowed) or 0, microseconds until it would be (-1: never), and how many may still come at once; the clock is the
    /// server's. Static.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_limiter_script() -> *const c_char;
    /// Frees a limiter. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_limiter_free(limiter: *mut vg_limiter_t);
    /// Makes tokens of one key. `algorithm` is one of VG_TOKEN_*; `options` is JSON:
    /// `{"issuer": "tts", "audience": "api", "typ": "JWT", "leeway": 0, "ttl": 900, "key_id": null, "public": false,
    ///   "single_use": false, "max_tokens": 100000}`, of which the first two are needed. With `public` the key only
    /// verifies. VG_ERR_KEY for a key that is none, VG_ERR_CONFIG for options that cannot be used.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_tokens_new(
        algorithm: u32,
        key: *const u8,
        key_len: usize,
        options: *const c_char,
        options_len: usize,
        out: *mut *mut vg_tokens_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Adds a key that verifies, under an id of 1 to 64 of `A-Z a-z 0-9 _ . -`; with `public` it is a public key.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_tokens_add_key(
        tokens: *const vg_tokens_t,
        algorithm: u32,
        key: *const u8,
        key_len: usize,
        public: bool,
        id: *const c_char,
        id_len: usize,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Signs with the key of this id from now on; tokens of the others go on being accepted.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_tokens_sign_with(
        tokens: *const vg_tokens_t,
        id: *const c_char,
        id_len: usize,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Takes a key away: its tokens are refused from now on. The last key stays. Writes whether one went.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_tokens_remove_key(
        tokens: *const vg_tokens_t,
        id: *const c_char,
        id_len: usize,
        removed: *mut bool,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Issues a token. `grant` is JSON: `{"subject": "user-1", "role": "user", "scopes": ["synthesize"], "now": 1000,
    /// "ttl": 900}`; subject and now (seconds since 1970) are needed. `token` receives its text.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_tokens_issue(
        tokens: *const vg_tokens_t,
        grant: *const c_char,
        grant_len: usize,
        token: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Verifies a token at `now` (seconds since 1970). `accepted` says whether it is to be believed; `claims` receives
    /// JSON: `{"id": ..., "subject": "user-1", "role": "user", "scopes": [], "issued": 1000, "not_before": null,
    /// "expires": 1900}`, or `{"code": "expired", "message": "the token has expired"}`.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_tokens_verify(
        tokens: *const vg_tokens_t,
        token: *const c_char,
        token_len: usize,
        now: u64,
        accepted: *mut bool,
        claims: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Refuses all tokens that were issued before this second. It never goes back.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_tokens_revoke_all(tokens: *const vg_tokens_t, before: u64) -> vg_status_t;
    /// Frees tokens. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_tokens_free(tokens: *mut vg_tokens_t);
    /// Opens a store of API keys: "sqlite:///access.db" or "sqlite::memory:". It is made where nothing lies. `key` hashes
    /// the secrets and must be the same every time; NULL lets the store draw one of its own.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_api_keys_open(
        url: *const c_char,
        len: usize,
        key: *const vg_key_t,
        out: *mut *mut vg_api_keys_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a key. `grant` is JSON: `{"subject": "user-1", "scopes": ["synthesize"], "now": 1700000000, "expires":
    /// null}`. `issued` receives JSON: the key's record and, as `secret`, its whole text, which nobody can show again;
    /// vg_bytes_free wipes it.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_api_keys_issue(
        keys: *const vg_api_keys_t,
        grant: *const c_char,
        len: usize,
        issued: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Verifies a key's text at `now` (seconds since 1970). `accepted` says whether it holds; `record` receives the key's
    /// record as JSON, or `{"code": "revoked", "message": "the API key was revoked"}`.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_api_keys_verify(
        keys: *const vg_api_keys_t,
        secret: *const c_char,
        len: usize,
        now: u64,
        accepted: *mut bool,
        record: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a key that takes over from the one of this id, with its subject, scopes and expiry; the old one holds for
    /// `grace` more seconds. `issued` receives what vg_api_keys_issue gives.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_api_keys_rotate(
        keys: *const vg_api_keys_t,
        id: *const c_char,
        len: usize,
        now: u64,
        grace: u64,
        issued: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Revokes the key of this id. Writes whether one was in force.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_api_keys_revoke(
        keys: *const vg_api_keys_t,
        id: *const c_char,
        len: usize,
        now: u64,
        revoked: *mut bool,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Revokes all keys that were made before this second. Writes how many.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_api_keys_revoke_all(
        keys: *const vg_api_keys_t,
        before: u64,
        now: u64,
        count: *mut u64,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Lists the records of a subject's keys as JSON, or of all when `subject` is NULL.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_api_keys_list(
        keys: *const vg_api_keys_t,
        subject: *const c_char,
        len: usize,
        records: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a store of API keys. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_api_keys_free(keys: *mut vg_api_keys_t);
    /// Makes roles of JSON such as `{"version": 1, "roles": {"guest": {"allow": [{"permission": "synthesize",
    /// "resources": ["voice/heart"]}], "deny": [], "inherits": []}}}`; NULL for the presets guest, user and admin.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_roles_new(
        json: *const c_char,
        len: usize,
        out: *mut *mut vg_roles_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes whether a role has a permission over a resource such as "voice/heart"; `decision`, which may be NULL,
    /// receives JSON: `{"allowed": true, "reason": "allowed by role guest: ...", "role": "guest", "pattern": "*"}`.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_roles_check(
        roles: *const vg_roles_t,
        role: *const c_char,
        role_len: usize,
        permission: *const c_char,
        permission_len: usize,
        resource: *const c_char,
        resource_len: usize,
        allowed: *mut bool,
        decision: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees roles. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_roles_free(roles: *mut vg_roles_t);
    /// Makes the list of commands that may be given, of JSON such as `{"echo": {"message": {"type": "string",
    /// "max_length": 100}}, "volume": {"level": {"type": "integer", "min": 0, "max": 10}}, "stop": {}}`.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_commands_new(
        json: *const c_char,
        len: usize,
        out: *mut *mut vg_commands_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes whether a command may be given with these arguments, an object in JSON; nothing is run or changed.
    /// `decision`, which may be NULL, receives JSON: `{"allowed": false, "code": "length", "reason": ..., "argument":
    /// "message"}`.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_commands_check(
        commands: *const vg_commands_t,
        name: *const c_char,
        name_len: usize,
        arguments: *const c_char,
        arguments_len: usize,
        allowed: *mut bool,
        decision: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees commands. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_commands_free(commands: *mut vg_commands_t);
    /// Makes policies of JSON such as `{"policies": "permit(principal in Role::\"guest\", action == Action::\"synthesize\",
    /// resource == Voice::\"heart\");"}`; `schema`, in Cedar's syntax, and `entities`, in Cedar's JSON form, may be there too.
    /// VG_ERR_CONFIG says what cannot be used and where; VG_ERR_FEATURE that this library was built without Cedar.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_cedar_new(
        rules: *const c_char,
        len: usize,
        out: *mut *mut vg_cedar_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes whether policies permit what is asked: JSON such as `{"subject": "anna", "role": "guest", "scopes":
    /// ["synthesize"], "permission": "synthesize", "resource": "voice/heart", "context": {"network": "10.0.0.9", "seconds":
    /// 12}}`, of which permission and resource are needed. `decision`, which may be NULL, receives JSON: `{"allowed": true,
    /// "reason": "permitted by policy guests", "policies": ["guests"], "errors": [], "role": null, "pattern": null}`;
    /// `errors` names the policies that could not be evaluated and were left out.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_cedar_check(
        cedar: *const vg_cedar_t,
        question: *const c_char,
        len: usize,
        allowed: *mut bool,
        decision: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees policies. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_cedar_free(cedar: *mut vg_cedar_t);
    /// Asks the configuration of an access as vg_cedar_check does: its policies where it has `cedar`, else its roles, which
    /// look at role, permission and resource alone.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_check(
        access: *const vg_access_t,
        question: *const c_char,
        len: usize,
        allowed: *mut bool,
        decision: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a new key from the operating system's entropy.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_seal_key_generate(
        out: *mut *mut vg_seal_key_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a key of `len` bytes, which must be 32: from a callback of yours, a key service, a hardware module.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_seal_key_from_bytes(
        bytes: *const u8,
        len: usize,
        out: *mut *mut vg_seal_key_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Reads a key from its source: "file:PATH", 64 hexadecimal digits in a file that its owner alone may read, or
    /// "env:NAME". With `create` a file that is not there is made first, with a new key, mode 0600. VG_ERR_KEY when
    /// there is no key: do not go on without.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_seal_key_from_source(
        source: *const c_char,
        len: usize,
        create: bool,
        out: *mut *mut vg_seal_key_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the key's bytes. They are the secret itself; vg_bytes_free wipes them.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_seal_key_to_bytes(
        key: *const vg_seal_key_t,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes the key's public id, 16 hexadecimal digits and a NUL.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_seal_key_id(key: *const vg_seal_key_t, out: *mut c_char) -> vg_status_t;
    /// Wraps the key under a password; `kdf` is one of VG_KDF_*. `text` receives one line that can be stored.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_seal_key_wrap(
        key: *const vg_seal_key_t,
        password: *const u8,
        password_len: usize,
        kdf: u32,
        text: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Opens a key that was wrapped under a password. `outdated`, which may be NULL, says that it was wrapped at less than
    /// the cost of `kdf`: wrap it anew while the password is at hand. VG_ERR_SEAL when the password does not open it.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_seal_key_unwrap(
        wrapped: *const c_char,
        wrapped_len: usize,
        password: *const u8,
        password_len: usize,
        kdf: u32,
        outdated: *mut bool,
        out: *mut *mut vg_seal_key_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a key. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_seal_key_free(key: *mut vg_seal_key_t);
    /// Makes a sealer that seals with the first of the keys and opens with all of them, 1 to 64.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_sealer_new(
        keys: *const *const vg_seal_key_t,
        count: usize,
        out: *mut *mut vg_sealer_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Seals `plain`, bound to `about` (whose it is, of which kind): the same must be given to open it.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_sealer_seal(
        sealer: *const vg_sealer_t,
        plain: *const u8,
        plain_len: usize,
        about: *const u8,
        about_len: usize,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Opens what vg_sealer_seal sealed. VG_ERR_SEAL when it was changed, cut, bound to something else or sealed with a
    /// key that the sealer has not.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_sealer_open(
        sealer: *const vg_sealer_t,
        sealed: *const u8,
        sealed_len: usize,
        about: *const u8,
        about_len: usize,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Begins to seal a stream in chunks of `chunk_bytes`, 64 to 16777216, 0 for 65536; bound to `about`. `header` receives
    /// what the sealed stream begins with.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_seal_stream_new(
        sealer: *const vg_sealer_t,
        about: *const u8,
        about_len: usize,
        chunk_bytes: u32,
        header: *mut vg_bytes_t,
        out: *mut *mut vg_seal_stream_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Seals what is full by now; `sealed` receives it, perhaps nothing.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_seal_stream_push(
        stream: *mut vg_seal_stream_t,
        plain: *const u8,
        plain_len: usize,
        sealed: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Seals the last chunk. Without it the stream is incomplete and does not open as a whole. VG_ERR_STATE the second time.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_seal_stream_finish(
        stream: *mut vg_seal_stream_t,
        sealed: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a stream. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_seal_stream_free(stream: *mut vg_seal_stream_t);
    /// Opens a whole sealed stream. VG_ERR_SEAL when a chunk was changed, cut, moved, repeated or taken from elsewhere.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_sealer_open_stream(
        sealer: *const vg_sealer_t,
        sealed: *const u8,
        sealed_len: usize,
        about: *const u8,
        about_len: usize,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Opens one chunk of a sealed stream: `header` is the stream's first 40 bytes, chunk `index` begins at byte
    /// `40 + index * (chunk_bytes + 16)`; `last` says that it is the stream's last.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_sealer_open_chunk(
        sealer: *const vg_sealer_t,
        header: *const u8,
        header_len: usize,
        about: *const u8,
        about_len: usize,
        index: u64,
        last: bool,
        chunk: *const u8,
        chunk_len: usize,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Decrypts a Fernet token of an older system with its key (base64url of 32 bytes), to be sealed anew.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_fernet_open(
        key: *const c_char,
        key_len: usize,
        token: *const c_char,
        token_len: usize,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a sealer. NULL is fine. Its streams live on.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_sealer_free(sealer: *mut vg_sealer_t);
    /// Makes a monitor of rules in JSON: `{"thresholds": {"auth_failure": {"count": 5, "seconds": 300}},
    /// "cool_down_seconds": 300, "max_sources": 10000}`; NULL for the defaults: 5 failed authentications, 10 rate
    /// violations, 3 suspicious commands, 5 large uploads in five minutes.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_monitor_new(
        rules: *const c_char,
        len: usize,
        out: *mut *mut vg_monitor_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Counts an event of a source at `now`, in seconds of any clock. `alerts` receives a JSON array of the alerts that
    /// it raises, mostly empty. Events: utterance, finished, aborted, policy_block, auth_failure, permission_denied,
    /// rate_violation, overload, limit_exceeded, suspicious_command, large_upload, malformed_input, tampering,
    /// configuration.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_monitor_record(
        monitor: *const vg_monitor_t,
        event: *const c_char,
        event_len: usize,
        source: *const c_char,
        source_len: usize,
        now: f64,
        alerts: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives all counters; `format` is one of VG_METRICS_*.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_monitor_metrics(
        monitor: *const vg_monitor_t,
        format: u32,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Sets the panic switch, with a reason for those who are denied.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_monitor_panic(
        monitor: *const vg_monitor_t,
        reason: *const c_char,
        reason_len: usize,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Lifts the panic switch; `was_set`, which may be NULL, says whether it was set.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_monitor_lift(
        monitor: *const vg_monitor_t,
        was_set: *mut bool,
    ) -> vg_status_t;
    /// Writes whether the panic switch is set.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_monitor_panicking(
        monitor: *const vg_monitor_t,
        set: *mut bool,
    ) -> vg_status_t;
    /// Frees a monitor. NULL is fine.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_monitor_free(monitor: *mut vg_monitor_t);
    /// Makes access of a configuration in JSON, such as `{"version": 1, "profile": "strict"}`; NULL for the default.
    /// VG_ERR_CONFIG names the setting that cannot be used and what is accepted.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_new(
        config: *const c_char,
        len: usize,
        out: *mut *mut vg_access_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Takes over another configuration at once, without a gap: no request sees half of it, and one that cannot be used
    /// changes nothing.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_reload(
        access: *const vg_access_t,
        config: *const c_char,
        len: usize,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Judges where a request comes from. `request` is JSON with the parts that there are: `{"origin": "https://...",
    /// "peer": "10.0.0.9", "forwarded_for": "...", "session": "...", "client": "..."}`; `origin` null is a request
    /// without one. `answer` receives JSON.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_check_request(
        access: *const vg_access_t,
        request: *const c_char,
        len: usize,
        answer: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Judges a message of a WebSocket, or a request's body, before anything acts on it. `answer` receives JSON with the
    /// close code to send.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_check_message(
        access: *const vg_access_t,
        binary: bool,
        data: *const u8,
        len: usize,
        answer: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Counts one request of a kind with a limit of its own (`rate.kinds` of the configuration), for a key, at `now` in
    /// seconds. Kinds without a limit pass.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_check_rate(
        access: *const vg_access_t,
        kind: *const c_char,
        kind_len: usize,
        key: *const c_char,
        key_len: usize,
        now: f64,
        out: *mut vg_limit_t,
    ) -> vg_status_t;
    /// Judges an upload by the `intake` part of the configuration: length, container, header, samples. With `base64` the
    /// data is base64, refused by its length before it is decoded. `report` receives JSON: `{"accepted": true,
    /// "container": "wav", "rate": 24000, "channels": 1, "seconds": 1.5, "quality": {...}, "findings": [{"code": "clipping",
    /// "refuses": false, "message": ...}]}`.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_check_audio(
        access: *const vg_access_t,
        data: *const u8,
        len: usize,
        base64: bool,
        report: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// The same for interleaved samples that were decoded elsewhere; `samples` counts all channels.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_check_samples(
        access: *const vg_access_t,
        data: *const f32,
        samples: usize,
        rate: u32,
        channels: u16,
        report: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Counts an event, as vg_monitor_record does, with the monitor of this access.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_record(
        access: *const vg_access_t,
        event: *const c_char,
        event_len: usize,
        source: *const c_char,
        source_len: usize,
        now: f64,
        alerts: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Takes the alerts that refusals have raised since the last call, as a JSON array.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_alerts(
        access: *const vg_access_t,
        alerts: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Denies everything from now on, until vg_access_lift. What is under way goes on.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_panic(
        access: *const vg_access_t,
        reason: *const c_char,
        reason_len: usize,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Ends the panic; `was_set`, which may be NULL, says whether there was one.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_lift(access: *const vg_access_t, was_set: *mut bool) -> vg_status_t;
    /// Gives all counters; `format` is one of VG_METRICS_*. As JSON with what is in flight.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_metrics(
        access: *const vg_access_t,
        format: u32,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees access. NULL is fine. Guards that have it live on.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_access_free(access: *mut vg_access_t);
    /// Explains a configuration: `out` receives JSON with the whole of what is in force and, for each setting, its value,
    /// who set it (default, profile or document) and what it is for. NULL for the default; a text that is no object is
    /// the name of a profile.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_config_explain(
        config: *const c_char,
        len: usize,
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the JSON Schema (2020-12) of configurations.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_config_schema(
        out: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Names who is told of alerts from now on, in place of whoever was; NULL: nobody.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_on_alert(
        access: *const vg_access_t,
        sink: *const vg_alert_sink_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes whether a role of this access's configuration has a permission over a resource, as vg_roles_check does.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_check_role(
        access: *const vg_access_t,
        role: *const c_char,
        role_len: usize,
        permission: *const c_char,
        permission_len: usize,
        resource: *const c_char,
        resource_len: usize,
        allowed: *mut bool,
        decision: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Writes whether a voice may give a command of this access's configuration, as vg_commands_check does. A refusal counts
    /// as suspicious_command of `source`, at `now` in seconds.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_check_command(
        access: *const vg_access_t,
        name: *const c_char,
        name_len: usize,
        arguments: *const c_char,
        arguments_len: usize,
        source: *const c_char,
        source_len: usize,
        now: f64,
        allowed: *mut bool,
        decision: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Refuses, in vg_access_verify_token, all tokens that were issued before this second. It never goes back.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_revoke_all(access: *const vg_access_t, before: u64) -> vg_status_t;
    /// Makes tokens as vg_tokens_new does. What the options leave out of ttl, leeway and single_use, the configuration of
    /// `access` says: as it is now, a later reload changes nothing.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_tokens_new(
        access: *const vg_access_t,
        algorithm: u32,
        key: *const u8,
        key_len: usize,
        options: *const c_char,
        options_len: usize,
        out: *mut *mut vg_tokens_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Verifies a token as vg_tokens_verify does, for an access: a token that was issued before the moment of
    /// vg_access_revoke_all is refused, and refusals count as auth_failure of `source`, such as the client's address.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_access_verify_token(
        access: *const vg_access_t,
        tokens: *const vg_tokens_t,
        token: *const c_char,
        token_len: usize,
        source: *const c_char,
        source_len: usize,
        now: u64,
        accepted: *mut bool,
        claims: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Makes a guard. VG_ERR_STORE_KEY when the ledger was opened with another key.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_guard_new(
        options: *const vg_guard_options_t,
        out: *mut *mut vg_guard_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Begins an utterance: checks the request, judges the text, and draws the id that the mark will carry.
    /// That the text is refused is an answer: VG_OK, vg_utterance_allowed says false, and the refusal is
    /// recorded. VG_ERR_TEXT when it cannot be judged; a failing ledger fails the call, and nothing begins.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_guard_begin(
        guard: *const vg_guard_t,
        request: *const vg_request_t,
        out: *mut *mut vg_utterance_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees a guard. NULL is fine. Its utterances live on.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_guard_free(guard: *mut vg_guard_t);
    /// Writes whether the text may be spoken.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_utterance_allowed(
        utterance: *const vg_utterance_t,
        allowed: *mut bool,
    ) -> vg_status_t;
    /// Gives the verdict about the text, yours to free.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_utterance_verdict(
        utterance: *const vg_utterance_t,
        out: *mut *mut vg_verdict_t,
    ) -> vg_status_t;
    /// Borrows the text to speak: empty when it was refused.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_utterance_text(
        utterance: *const vg_utterance_t,
        text: *mut vg_str_t,
    ) -> vg_status_t;
    /// Writes the id that the mark carries. VG_ERR_STATE when the text was refused.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_utterance_mark_id(
        utterance: *const vg_utterance_t,
        mark: *mut u64,
    ) -> vg_status_t;
    /// Writes by how many frames the output is later than the input.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_utterance_latency(
        utterance: *const vg_utterance_t,
        frames: *mut usize,
    ) -> vg_status_t;
    /// Writes how many frames finish will write, as things stand.
    ///
    /// Threads: any. Real time: yes.
    pub fn vg_utterance_pending(
        utterance: *const vg_utterance_t,
        frames: *mut usize,
    ) -> vg_status_t;
    /// Marks the next samples: vg_marker_process_f32, and an account of what went in and came out. VG_ERR_STATE
    /// when the text was refused, after finish or abort, and when the utterance began with 16-bit samples.
    ///
    /// Threads: one. Real time: yes.
    pub fn vg_utterance_mark_f32(
        utterance: *mut vg_utterance_t,
        input: *const f32,
        frames: usize,
        output: *mut f32,
        out_capacity_frames: usize,
        out_frames: *mut usize,
    ) -> vg_status_t;
    /// vg_utterance_mark_f32 for 16-bit samples.
    ///
    /// Threads: one. Real time: yes.
    pub fn vg_utterance_mark_i16(
        utterance: *mut vg_utterance_t,
        input: *const i16,
        frames: usize,
        output: *mut i16,
        out_capacity_frames: usize,
        out_frames: *mut usize,
    ) -> vg_status_t;
    /// Ends the utterance: appends its record to the ledger, tells the sink, and only then writes the last
    /// vg_utterance_pending frames to `output` and the record to `record_json`, which may be NULL. When it fails,
    /// for want of room in `output`, in the ledger or in the sink, nothing is written and it can be called again;
    /// the record is in the ledger once, however often. VG_ERR_STATE when it was refused or is over.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_utterance_finish_f32(
        utterance: *mut vg_utterance_t,
        output: *mut f32,
        out_capacity_frames: usize,
        out_frames: *mut usize,
        record_json: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// vg_utterance_finish_f32 for 16-bit samples.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_utterance_finish_i16(
        utterance: *mut vg_utterance_t,
        output: *mut i16,
        out_capacity_frames: usize,
        out_frames: *mut usize,
        record_json: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Ends the utterance early: records, as aborted, what was marked until now; the frames that are still inside are
    /// lost. The record goes to `record_json`, which may be NULL; it is `null` when no sample was marked, since
    /// then nothing is recorded, and when the text was refused, which is recorded already. When the ledger or
    /// the sink fails it can be called again. VG_ERR_STATE when it is over.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_utterance_abort(
        utterance: *mut vg_utterance_t,
        record_json: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives what to answer when the request was turned away before its text was judged (too often, too much, not
    /// permitted), as JSON; see Access. `null` otherwise.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_utterance_answer(
        utterance: *const vg_utterance_t,
        answer: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Gives the record of this utterance as JSON, as the sink was told it: of the refusal, or of what was spoken.
    /// `null` while there is none.
    ///
    /// Threads: any. Real time: no.
    pub fn vg_utterance_record(
        utterance: *const vg_utterance_t,
        record_json: *mut vg_bytes_t,
        err: *mut *mut vg_error_t,
    ) -> vg_status_t;
    /// Frees an utterance. NULL is fine. One that is not over is aborted first, as vg_utterance_abort does; what fails
    /// then has nobody to be told to, so abort or finish what must be recorded. Freed inside a record sink, its
    /// record goes to the ledger and not to the sink.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_utterance_free(utterance: *mut vg_utterance_t);
    /// Causes a fault inside the library, as if marking had met one: the way to test that a program copes. Answers
    /// VG_ERR_INTERNAL, and the marker answers VG_ERR_POISONED from then on; everything else goes on. The message
    /// of the fault goes to standard error.
    ///
    /// Threads: one. Real time: no.
    pub fn vg_debug_panic(marker: *mut vg_marker_t) -> vg_status_t;
}
