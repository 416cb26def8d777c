//! Access: all that decides who may speak and how much, from one configuration. A guard has one; vg_guard_new makes it
//! with the defaults unless it is given one.
//!
//! Answers are JSON: `{"allowed": false, "reason": "rate_limit", "message": "too many requests: ...", "http_status": 429,
//! "close_code": 1008, "retry_after": 1.0}`; `reason` and `retry_after` may be null.

use std::ffi::c_char;
use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::{Value, json};
use voxguard_core::access::gate::Access;
use voxguard_core::access::limiter::nanoseconds;
use voxguard_core::access::message::Kind;
use voxguard_core::access::origin::Origins;
use voxguard_core::access::{Answer, Reason};
use voxguard_core::audio::IntakeRules;
use voxguard_core::config::{self, Config, Profile};
use voxguard_core::id::{ClientId, SessionId};
use voxguard_core::monitor::Alert;

use crate::argument::{optional_place, optional_text, place, slice_in, text};
use crate::bytes::vg_bytes_t;
use crate::call::{control, plain};
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::json::{json_in, json_out};
use crate::limiter::{limit_out, vg_limit_t};
use crate::monitor::{VG_METRICS_JSON, event_in, metrics};
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_CONFIG, vg_status_t};

/// Who may speak, and how much.
pub struct vg_access_t {
    _opaque: [u8; 0],
}

impl Handle for vg_access_t {
    const KIND: u32 = kind(b"acce");
    const CHANGES_WHEN_CONST: bool = true;
    type Value = Access;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    origin: Option<String>,
    #[serde(default)]
    peer: Option<String>,
    #[serde(default)]
    forwarded_for: Option<String>,
    #[serde(default)]
    session: Option<String>,
    #[serde(default)]
    client: Option<String>,
}

/// Makes access of a configuration in JSON, such as `{"version": 1, "profile": "strict"}`; NULL for the default.
/// VG_ERR_CONFIG names the setting that cannot be used and what is accepted.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_new(
    config: *const c_char,
    len: usize,
    out: *mut *mut vg_access_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let config = match unsafe { optional_text("config", config, len) }? {
            Some(json) => Config::from_json(json)?,
            None => Config::default(),
        };
        unsafe { out.set(make(Access::with(config, crate::cedar::COMPILE)?)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Takes over another configuration at once, without a gap: no request sees half of it, and one that cannot be used
/// changes nothing.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_reload(
    access: *const vg_access_t,
    config: *const c_char,
    len: usize,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let config = Config::from_json(unsafe { text("config", config, len) }?)?;
        unsafe { shared(access, |access| Ok(access.reload(config)?)) }
    };
    unsafe { control(err, call) }
}

/// Judges where a request comes from. `request` is JSON with the parts that there are: `{"origin": "https://...",
/// "peer": "10.0.0.9", "forwarded_for": "...", "session": "...", "client": "..."}`; `origin` null is a request
/// without one. `answer` receives JSON.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_check_request(
    access: *const vg_access_t,
    request: *const c_char,
    len: usize,
    answer: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(answer)?;
        let asked: Asked = unsafe { json_in("request", request, len, VG_ERR_ARGUMENT) }?;
        let config = unsafe { shared(access, |access| Ok(access.config())) }?;
        unsafe { json_out(out, &judge(&config, &asked)?) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Judges a message of a WebSocket, or a request's body, before anything acts on it. `answer` receives JSON with the
/// close code to send.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_check_message(
    access: *const vg_access_t,
    binary: bool,
    data: *const u8,
    len: usize,
    answer: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(answer)?;
        let data = unsafe { slice_in(data, len) }?;
        let rules = unsafe { shared(access, |access| Ok(access.config().message_rules())) }?;
        let kind = if binary { Kind::Binary } else { Kind::Text };
        unsafe { json_out(out, &rules.check(kind, data)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Counts one request of a kind with a limit of its own (`rate.kinds` of the configuration), for a key, at `now` in
/// seconds. Kinds without a limit pass.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_check_rate(
    access: *const vg_access_t,
    kind: *const c_char,
    kind_len: usize,
    key: *const c_char,
    key_len: usize,
    now: f64,
    out: *mut vg_limit_t,
) -> vg_status_t {
    plain(|| {
        let (kind, key) = unsafe { (text("kind", kind, kind_len)?, text("key", key, key_len)?) };
        let now = nanoseconds(now).map_err(|_| VG_ERR_ARGUMENT)?;
        let decision = unsafe { shared(access, |access| Ok(access.check_rate(kind, key, now))) }?;
        unsafe { limit_out(out, decision) }
    })
}

/// Judges an upload by the `intake` part of the configuration: length, container, header, samples. With `base64` the
/// data is base64, refused by its length before it is decoded. `report` receives JSON: `{"accepted": true,
/// "container": "wav", "rate": 24000, "channels": 1, "seconds": 1.5, "quality": {...}, "findings": [{"code": "clipping",
/// "refuses": false, "message": ...}]}`.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_check_audio(
    access: *const vg_access_t,
    data: *const u8,
    len: usize,
    base64: bool,
    report: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(report)?;
        let data = unsafe { slice_in(data, len) }?;
        let rules = unsafe { intake(access) }?;
        let said = if base64 { rules.check_base64(data).0 } else { rules.check_file(data) };
        unsafe { json_out(out, &said) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// The same for interleaved samples that were decoded elsewhere; `samples` counts all channels.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_check_samples(
    access: *const vg_access_t,
    data: *const f32,
    samples: usize,
    rate: u32,
    channels: u16,
    report: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(report)?;
        let data = unsafe { slice_in(data, samples) }?;
        let said = unsafe { intake(access) }?.check_samples(data, rate, channels);
        unsafe { json_out(out, &said) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Counts an event, as vg_monitor_record does, with the monitor of this access.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_record(
    access: *const vg_access_t,
    event: *const c_char,
    event_len: usize,
    source: *const c_char,
    source_len: usize,
    now: f64,
    alerts: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(alerts)?;
        let event = event_in(unsafe { text("event", event, event_len) }?)?;
        let source = unsafe { optional_text("source", source, source_len) }?.unwrap_or_default();
        let now = nanoseconds(now)?;
        let record = |access: &Access| Ok(access.record(event, source, now));
        let alerts: Vec<Alert> = unsafe { shared(access, record) }?.into_iter().collect();
        unsafe { json_out(out, &alerts) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Takes the alerts that refusals have raised since the last call, as a JSON array.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_alerts(
    access: *const vg_access_t,
    alerts: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(alerts)?;
        let alerts = unsafe { shared(access, |access| Ok(access.take_alerts())) }?;
        unsafe { json_out(out, &alerts) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Denies everything from now on, until vg_access_lift. What is under way goes on.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_panic(
    access: *const vg_access_t,
    reason: *const c_char,
    reason_len: usize,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let reason = unsafe { text("reason", reason, reason_len) }?;
        let set = |access: &Access| {
            access.panic(reason);
            Ok(())
        };
        unsafe { shared(access, set) }
    };
    unsafe { control(err, call) }
}

/// Ends the panic; `was_set`, which may be NULL, says whether there was one.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_lift(access: *const vg_access_t, was_set: *mut bool) -> vg_status_t {
    plain(|| {
        let out = optional_place(was_set)?;
        let was = unsafe { shared(access, |access| Ok(access.lift())) }?;
        if let Some(out) = out {
            unsafe { out.set(was) };
        }
        Ok(())
    })
}

/// Gives all counters; `format` is one of VG_METRICS_*. As JSON with what is in flight.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_metrics(
    access: *const vg_access_t,
    format: u32,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let text = match format {
            VG_METRICS_JSON => unsafe { shared(access, |access| Ok(access.snapshot_json().to_string())) }?,
            format => metrics(&unsafe { shared(access, |access| Ok(access.snapshot())) }?, format)?,
        };
        unsafe { out.set(vg_bytes_t::new(text.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees access. NULL is fine. Guards that have it live on.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_free(access: *mut vg_access_t) {
    unsafe { free(access) }
}

/// Explains a configuration: `out` receives JSON with the whole of what is in force and, for each setting, its value,
/// who set it (default, profile or document) and what it is for. NULL for the default; a text that is no object is
/// the name of a profile.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_config_explain(
    config: *const c_char,
    len: usize,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let given = unsafe { optional_text("config", config, len) }?.unwrap_or("default");
        let explained = if given.trim_start().starts_with('{') {
            config::explain(given)?
        } else {
            let profile = Profile::from_name(given)?;
            config::explain(&json!({"version": config::VERSION, "profile": profile.name()}).to_string())?
        };
        unsafe { json_out(out, &explained) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Gives the JSON Schema (2020-12) of configurations.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_config_schema(out: *mut vg_bytes_t, err: *mut *mut vg_error_t) -> vg_status_t {
    let call = || {
        unsafe { json_out(place(out)?, &config::schema()) };
        Ok(())
    };
    unsafe { control(err, call) }
}

unsafe fn intake(access: *const vg_access_t) -> Result<IntakeRules> {
    unsafe { shared(access, |access| Ok(access.config().intake)) }
}

fn judge(config: &Config, asked: &Asked) -> Result<Value> {
    let answer = |answer: Answer| serde_json::to_value(answer).unwrap_or(Value::Null);
    let form = |error: &dyn std::error::Error| Answer::refuse(Reason::MessageForm, error.to_string());
    if let Some(Err(error)) = asked.session.as_ref().map(|text| text.parse::<SessionId>()) {
        return Ok(answer(form(&error)));
    }
    if let Some(Err(error)) = asked.client.as_ref().map(|text| text.parse::<ClientId>()) {
        return Ok(answer(form(&error)));
    }
    let origins = Origins::new(&config.requests.origins, config.requests.without_origin)
        .map_err(|error| Error::new(VG_ERR_CONFIG, error))?;
    // Where no origin is listed none is asked for.
    let origin = match (&asked.origin, config.requests.origins.is_empty()) {
        (Some(_), true) => Answer::allow(),
        (origin, _) => origins.check(origin.as_deref()),
    };
    if !origin.allowed {
        return Ok(answer(origin));
    }
    let Some(peer) = &asked.peer else { return Ok(answer(Answer::allow())) };
    let peer: IpAddr = peer.parse().map_err(|_| {
        Error::new(VG_ERR_ARGUMENT, "peer is not an address: accepted is that of the connection")
    })?;
    let networks = config.networks().map_err(|error| Error::new(VG_ERR_CONFIG, error))?;
    let forwarded = asked.forwarded_for.as_deref();
    let mut said = answer(networks.check(peer, forwarded));
    if let Some(fields) = said.as_object_mut() {
        fields.insert("client".into(), networks.client(peer, forwarded).to_string().into());
    }
    Ok(said)
}

/// Now, in nanoseconds since 1970.
pub(crate) fn now_ns() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}
