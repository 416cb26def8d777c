//! Who may speak, and how much.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::bytes::text;
use crate::call::{Owned, control, create, value};
use crate::error::{Error, Result, Status};
use crate::limiter::{Limit, limit};
use crate::monitor::{Alert, Metrics};
use crate::role::{CommandDecision, RoleDecision};
use crate::sys;
use crate::token::{Claims, KeyRecord, Refusal};

/// All that decides who may speak and how much, from one configuration. Cheap to clone; many threads may use one.
///
/// ```
/// use voxguard::{Access, Guard, Key, Request};
///
/// let access = Access::new(Some(r#"{"version": 1, "profile": "baseline"}"#))?;
/// let guard = Guard::builder(&Key::generate()?).access(&access).build()?;
/// let request = Request { subject: Some("user-1"), voice: "heart", text: "Good morning.", ..Request::default() };
/// let began: Vec<_> = (0..11).map(|_| guard.begin(request)).collect::<Result<_, _>>()?;
/// assert!(began[9].allowed() && !began[10].allowed());
/// assert_eq!(began[10].answer()?.unwrap().http_status, 429);
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Access {
    handle: Arc<Owned<sys::vg_access_t>>,
}

/// What to do with a request, and what to tell whoever sent it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// Whether it may go on.
    pub allowed: bool,
    /// Why not, as a stable name such as `rate_limit`.
    pub reason: Option<String>,
    /// One plain sentence.
    pub message: String,
    /// What to answer with over HTTP.
    pub http_status: u16,
    /// What to close a WebSocket with.
    pub close_code: u16,
    /// After how many seconds it is worth trying again.
    pub retry_after: Option<f64>,
    /// The client's address, as far as trusted proxies tell; of [`Access::check_request`] alone.
    #[serde(default)]
    pub client: Option<String>,
}

/// Where a request comes from. Leave out what there is not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Source<'a> {
    /// The header `Origin`.
    pub origin: Option<&'a str>,
    /// The address of the connection.
    pub peer: Option<&'a str>,
    /// The header `X-Forwarded-For`.
    pub forwarded_for: Option<&'a str>,
    /// The session's id.
    pub session: Option<&'a str>,
    /// The client program's id.
    pub client: Option<&'a str>,
}

/// What was found out about audio that came in.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct AudioReport {
    /// Whether it may be used.
    pub accepted: bool,
    /// `wav`, `flac`, `ogg`, `mp3`, `mp4`, `webm` or `unknown`, by its first bytes.
    pub container: Option<String>,
    /// Frames a second, where known.
    pub rate: Option<u32>,
    /// Channels, where known.
    pub channels: Option<u16>,
    /// Seconds, of the samples that are really there.
    pub seconds: Option<f64>,
    /// All that was noticed.
    pub findings: Vec<AudioFinding>,
    /// All of it as JSON.
    #[serde(skip)]
    pub json: String,
}

/// Something noticed about audio.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct AudioFinding {
    /// A stable name such as `clipping`.
    pub code: String,
    /// Whether it makes the audio unacceptable.
    pub refuses: bool,
    /// One plain sentence.
    pub message: String,
}

impl Access {
    /// Access of a configuration in JSON; none for the default.
    pub fn new(config: Option<&str>) -> Result<Self> {
        let (data, len) = config.map_or((std::ptr::null(), 0), |json| (json.as_ptr().cast(), json.len()));
        let handle =
            create(sys::vg_access_free, |out, err| unsafe { sys::vg_access_new(data, len, out, err) })?;
        Ok(Self { handle: Arc::new(handle) })
    }

    /// Takes over another configuration at once; one that cannot be used changes nothing.
    pub fn reload(&self, config: &str) -> Result<()> {
        let (data, len) = (config.as_ptr().cast(), config.len());
        control(|err| unsafe { sys::vg_access_reload(self.as_ptr(), data, len, err) })
    }

    /// Judges where a request comes from.
    pub fn check_request(&self, source: Source<'_>) -> Result<Answer> {
        let Source { origin, peer, forwarded_for, session, client } = source;
        let asked = json!({
            "origin": origin, "peer": peer, "forwarded_for": forwarded_for, "session": session, "client": client,
        });
        let asked = asked.to_string();
        let (data, len) = (asked.as_ptr().cast(), asked.len());
        from_json(&text(|out, err| unsafe {
            sys::vg_access_check_request(self.as_ptr(), data, len, out, err)
        })?)
    }

    /// Judges a message of a WebSocket or a request's body.
    pub fn check_message(&self, data: &[u8], binary: bool) -> Result<Answer> {
        from_json(&text(|out, err| unsafe {
            sys::vg_access_check_message(self.as_ptr(), binary, data.as_ptr(), data.len(), out, err)
        })?)
    }

    /// Counts one request of a kind with a limit of its own, at `now` in seconds.
    pub fn check_rate(&self, kind: &str, key: &str, now: f64) -> Result<Limit> {
        let (kind, kind_len) = (kind.as_ptr().cast(), kind.len());
        let (key, key_len) = (key.as_ptr().cast(), key.len());
        limit(|out| unsafe {
            sys::vg_access_check_rate(self.as_ptr(), kind, kind_len, key, key_len, now, out)
        })
    }

    /// Judges an upload: its length, container, header and samples. Base64 is refused by its length before it is
    /// decoded.
    pub fn check_audio(&self, data: &[u8], base64: bool) -> Result<AudioReport> {
        let json = text(|out, err| unsafe {
            sys::vg_access_check_audio(self.as_ptr(), data.as_ptr(), data.len(), base64, out, err)
        })?;
        Ok(AudioReport { json: json.clone(), ..from_json(&json)? })
    }

    /// The same for interleaved samples that were decoded elsewhere.
    pub fn check_samples(&self, samples: &[f32], rate: u32, channels: u16) -> Result<AudioReport> {
        let (data, count) = (samples.as_ptr(), samples.len());
        let json = text(|out, err| unsafe {
            sys::vg_access_check_samples(self.as_ptr(), data, count, rate, channels, out, err)
        })?;
        Ok(AudioReport { json: json.clone(), ..from_json(&json)? })
    }

    /// Counts an event of a source at `now` in seconds; the alerts that it raises.
    pub fn record(&self, event: &str, source: &str, now: f64) -> Result<Vec<Alert>> {
        let (event, event_len) = (event.as_ptr().cast(), event.len());
        let (source, source_len) = (source.as_ptr().cast(), source.len());
        from_json(&text(|out, err| unsafe {
            sys::vg_access_record(self.as_ptr(), event, event_len, source, source_len, now, out, err)
        })?)
    }

    /// Takes the alerts that refusals have raised since the last call.
    pub fn alerts(&self) -> Result<Vec<Alert>> {
        from_json(&text(|out, err| unsafe { sys::vg_access_alerts(self.as_ptr(), out, err) })?)
    }

    /// Denies everything from now on, until [`Access::lift`].
    pub fn panic(&self, reason: &str) -> Result<()> {
        let (data, len) = (reason.as_ptr().cast(), reason.len());
        control(|err| unsafe { sys::vg_access_panic(self.as_ptr(), data, len, err) })
    }

    /// Ends the panic. Whether there was one.
    pub fn lift(&self) -> Result<bool> {
        value(|out| unsafe { sys::vg_access_lift(self.as_ptr(), out) })
    }

    /// All counters, and what is in flight.
    pub fn metrics(&self, format: Metrics) -> Result<String> {
        text(|out, err| unsafe { sys::vg_access_metrics(self.as_ptr(), format.code(), out, err) })
    }

    pub(crate) fn as_ptr(&self) -> *const sys::vg_access_t {
        self.handle.as_ptr()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

/// What of a configuration is in force and why, as JSON. `config` is a document, the name of a profile, or none for
/// the default.
pub fn explain(config: Option<&str>) -> Result<String> {
    let (data, len) = config.map_or((std::ptr::null(), 0), |json| (json.as_ptr().cast(), json.len()));
    text(|out, err| unsafe { sys::vg_config_explain(data, len, out, err) })
}

/// The JSON Schema of configurations.
pub fn config_schema() -> Result<String> {
    text(|out, err| unsafe { sys::vg_config_schema(out, err) })
}

/// Answers that can be handed on as JSON.
macro_rules! to_json {
    ($($answer:ty),*) => {
        $(impl $answer {
            /// The same as JSON.
            pub fn to_json(&self) -> String {
                // Texts, numbers and flags always have a JSON form.
                serde_json::to_string(self).unwrap_or_default()
            }
        })*
    };
}
to_json!(Answer, AudioReport, Claims, Refusal, KeyRecord, RoleDecision, CommandDecision, Alert);

/// What the library answers in JSON.
pub(crate) fn from_json<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json)
        .map_err(|error| Error::new(Status::INTERNAL, format!("an answer of the library: {error}")))
}
