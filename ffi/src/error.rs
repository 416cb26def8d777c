//! Errors: what went wrong, in words. Optional: pass NULL for `err` and live by the status alone.

use std::ffi::{CString, c_char};

use voxguard_core::access::api_key::ApiKeyError;
use voxguard_core::access::command::CommandError;
use voxguard_core::access::limiter::LimiterError;
use voxguard_core::access::role::RoleError;
use voxguard_core::access::token::{TokenError, TokenKeyError};
use voxguard_core::audio::AudioError;
use voxguard_core::config::ConfigError;
use voxguard_core::guard::GuardError;
use voxguard_core::id::IdError;
use voxguard_core::key::KeyError;
use voxguard_core::monitor::MonitorError;
use voxguard_core::policy::{PolicyError, TextError};
use voxguard_core::seal::SealError;
use voxguard_core::watermark::{DetectorError, StrengthError};
use voxguard_store::{KeySourceError, StoreError};

use crate::handle::{Handle, free, kind, shared};
use crate::status::*;

/// One failure: a status and a message.
pub struct vg_error_t {
    _opaque: [u8; 0],
}

impl Handle for vg_error_t {
    const KIND: u32 = kind(b"erro");
    type Value = Described;
}

/// The status of an error; VG_ERR_NULL or VG_ERR_HANDLE when it is none.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_error_status(error: *const vg_error_t) -> vg_status_t {
    unsafe { shared(error, |error| Ok(error.status)) }.unwrap_or_else(|error| error.status)
}

/// The message of an error: one English sentence, UTF-8, ended by NUL, that names the value and what is
/// accepted, and holds no key and no text to be spoken. It lives as long as the error. Empty when `error`
/// is not an error.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_error_message(error: *const vg_error_t) -> *const c_char {
    unsafe { shared(error, |error| Ok(error.message.as_ptr())) }.unwrap_or(c"".as_ptr())
}

/// Frees an error. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_error_free(error: *mut vg_error_t) {
    unsafe { free(error) }
}

/// What an error handle holds.
pub(crate) struct Described {
    status: vg_status_t,
    message: CString,
}

/// Why a call fails. Without a message until somebody asks for one: data-plane calls must not allocate.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) status: vg_status_t,
    message: Option<String>,
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(status: vg_status_t, message: impl ToString) -> Self {
        Self { status, message: Some(message.to_string()) }
    }

    pub(crate) fn describe(self) -> Described {
        let message = match self.message {
            // A NUL would end the message early; whoever put it into a value sees a space instead.
            Some(message) => CString::new(message.replace('\0', " ")).unwrap_or_default(),
            None => self.status.message().to_owned(),
        };
        Described { status: self.status, message }
    }
}

impl From<vg_status_t> for Error {
    fn from(status: vg_status_t) -> Self {
        Self { status, message: None }
    }
}

/// The status of an audio error, without its message: for calls that must not allocate.
pub(crate) fn audio_status(error: &AudioError) -> vg_status_t {
    match error {
        AudioError::Rate { .. } | AudioError::Channels { .. } => VG_ERR_AUDIO_FORMAT,
        AudioError::PartialFrame { .. } => VG_ERR_PARTIAL_FRAME,
        AudioError::NonFinite { .. } => VG_ERR_NON_FINITE,
        AudioError::OutputTooSmall { .. } => VG_ERR_OUTPUT_SIZE,
        _ => VG_ERR_INTERNAL,
    }
}

/// The status of a guard's error, without its message: for calls that must not allocate.
pub(crate) fn guard_status(error: &GuardError) -> vg_status_t {
    match error {
        GuardError::Audio(error) => audio_status(error),
        GuardError::TooLong(_) => VG_ERR_AUDIO_LENGTH,
        GuardError::Text(_) => VG_ERR_TEXT,
        GuardError::Voice { .. } | GuardError::Model { .. } => VG_ERR_ARGUMENT,
        GuardError::Refused | GuardError::Closed | GuardError::Open | GuardError::MixedSampleFormats => {
            VG_ERR_STATE
        }
        _ => VG_ERR_INTERNAL,
    }
}

impl From<AudioError> for Error {
    fn from(error: AudioError) -> Self {
        Self::new(audio_status(&error), error)
    }
}

impl From<GuardError> for Error {
    fn from(error: GuardError) -> Self {
        Self::new(guard_status(&error), error)
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::new(VG_ERR_KEY, error)
    }
}

impl From<IdError> for Error {
    fn from(error: IdError) -> Self {
        Self::new(VG_ERR_ARGUMENT, error)
    }
}

impl From<StrengthError> for Error {
    fn from(error: StrengthError) -> Self {
        Self::new(VG_ERR_ARGUMENT, error)
    }
}

impl From<DetectorError> for Error {
    fn from(error: DetectorError) -> Self {
        Self::new(VG_ERR_CONFIG, error)
    }
}

impl From<PolicyError> for Error {
    fn from(error: PolicyError) -> Self {
        Self::new(VG_ERR_POLICY, error)
    }
}

impl From<TextError> for Error {
    fn from(error: TextError) -> Self {
        Self::new(VG_ERR_TEXT, error)
    }
}

/// Errors of one kind are of one status.
macro_rules! status_of {
    ($($error:ty => $status:ident;)*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::new($status, error)
            }
        })*
    };
}
status_of! {
    ApiKeyError => VG_ERR_ARGUMENT;
    CommandError => VG_ERR_CONFIG;
    KeySourceError => VG_ERR_KEY;
    MonitorError => VG_ERR_CONFIG;
    RoleError => VG_ERR_CONFIG;
    TokenError => VG_ERR_ARGUMENT;
    TokenKeyError => VG_ERR_KEY;
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let unbuilt = matches!(error, ConfigError::NoCedar);
        Self::new(if unbuilt { VG_ERR_FEATURE } else { VG_ERR_CONFIG }, error)
    }
}

impl From<LimiterError> for Error {
    fn from(error: LimiterError) -> Self {
        let time = matches!(error, LimiterError::Time { .. });
        Self::new(if time { VG_ERR_ARGUMENT } else { VG_ERR_CONFIG }, error)
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        let status = match error {
            SealError::Ended => VG_ERR_STATE,
            SealError::Cost { .. } | SealError::ChunkBytes { .. } | SealError::RingSize { .. } => {
                VG_ERR_ARGUMENT
            }
            _ => VG_ERR_SEAL,
        };
        Self::new(status, error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let status = match &error {
            StoreError::Url { .. } => VG_ERR_CONFIG,
            StoreError::MissingFolder { .. }
            | StoreError::Folder { .. }
            | StoreError::Open { .. }
            | StoreError::NewerSchema { .. } => VG_ERR_STORE_OPEN,
            StoreError::NotLedger { .. } => VG_ERR_STORE_NOT_LEDGER,
            StoreError::WrongKey { .. } => VG_ERR_STORE_KEY,
            StoreError::ReadOnly { .. } => VG_ERR_STORE_READ_ONLY,
            StoreError::Full { .. } => VG_ERR_STORE_FULL,
            StoreError::Locked { .. } => VG_ERR_STORE_LOCKED,
            StoreError::Corrupt { .. } => VG_ERR_STORE_CORRUPT,
            StoreError::Replaced { .. }
            | StoreError::Io { .. }
            | StoreError::Unreachable { .. }
            | StoreError::Stopped { .. } => VG_ERR_STORE_IO,
            StoreError::Missing { .. } => VG_ERR_STORE_OPEN,
            StoreError::Record(_)
            | StoreError::Attachment
            | StoreError::Sample { .. }
            | StoreError::SameKey
            | StoreError::Kind { .. } => VG_ERR_ARGUMENT,
            StoreError::Reentered { .. } => VG_ERR_BUSY,
            StoreError::Sink { .. } => VG_ERR_CALLBACK,
            StoreError::Checkpoint(_) => VG_ERR_CHECKPOINT,
            _ => VG_ERR_INTERNAL,
        };
        Self::new(status, error)
    }
}
