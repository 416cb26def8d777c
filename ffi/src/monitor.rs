//! Monitors: events counted, windows watched, alerts raised. An alert is a value; sending it is yours.

use std::ffi::c_char;

use parking_lot::Mutex;
use serde::Deserialize;
use voxguard_core::access::limiter::nanoseconds;
use voxguard_core::monitor::{Alert, Event, Monitor, Rules, Snapshot, Threshold};

use crate::argument::{optional_text, place, text};
use crate::bytes::vg_bytes_t;
use crate::call::{control, plain};
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::json::{json_in, json_out};
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_CONFIG, vg_status_t};

/// A monitor.
pub struct vg_monitor_t {
    _opaque: [u8; 0],
}

impl Handle for vg_monitor_t {
    const KIND: u32 = kind(b"moni");
    const CHANGES_WHEN_CONST: bool = true;
    type Value = Mutex<Monitor>;
}

/// Counters as JSON.
pub const VG_METRICS_JSON: u32 = 0;
/// Counters in the text format of Prometheus.
pub const VG_METRICS_PROMETHEUS: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    thresholds: std::collections::BTreeMap<Event, Threshold>,
    cool_down_seconds: f64,
    max_sources: usize,
}

impl Default for Options {
    fn default() -> Self {
        let Rules { thresholds, cool_down_seconds, max_sources } = Rules::default();
        Self { thresholds, cool_down_seconds, max_sources }
    }
}

/// Makes a monitor of rules in JSON: `{"thresholds": {"auth_failure": {"count": 5, "seconds": 300}},
/// "cool_down_seconds": 300, "max_sources": 10000}`; NULL for the defaults: 5 failed authentications, 10 rate
/// violations, 3 suspicious commands, 5 large uploads in five minutes.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_monitor_new(
    rules: *const c_char,
    len: usize,
    out: *mut *mut vg_monitor_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let options = match rules.is_null() {
            true => Options::default(),
            false => unsafe { json_in("rules", rules, len, VG_ERR_CONFIG) }?,
        };
        let Options { thresholds, cool_down_seconds, max_sources } = options;
        let monitor = Monitor::new(Rules { thresholds, cool_down_seconds, max_sources })?;
        unsafe { out.set(make(Mutex::new(monitor))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Counts an event of a source at `now`, in seconds of any clock. `alerts` receives a JSON array of the alerts that
/// it raises, mostly empty. Events: utterance, finished, aborted, policy_block, auth_failure, permission_denied,
/// rate_violation, overload, limit_exceeded, suspicious_command, large_upload, malformed_input, tampering,
/// configuration.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_monitor_record(
    monitor: *const vg_monitor_t,
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
        let record = |monitor: &Mutex<Monitor>| Ok(monitor.lock().record(event, source, now));
        let alerts: Vec<Alert> = unsafe { shared(monitor, record) }?.into_iter().collect();
        unsafe { json_out(out, &alerts) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Gives all counters; `format` is one of VG_METRICS_*.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_monitor_metrics(
    monitor: *const vg_monitor_t,
    format: u32,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let snapshot = unsafe { shared(monitor, |monitor| Ok(monitor.lock().snapshot())) }?;
        let text = metrics(&snapshot, format)?;
        unsafe { out.set(vg_bytes_t::new(text.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Sets the panic switch, with a reason for those who are denied.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_monitor_panic(
    monitor: *const vg_monitor_t,
    reason: *const c_char,
    reason_len: usize,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let reason = unsafe { text("reason", reason, reason_len) }?;
        let set = |monitor: &Mutex<Monitor>| {
            monitor.lock().panic(reason);
            Ok(())
        };
        unsafe { shared(monitor, set) }
    };
    unsafe { control(err, call) }
}

/// Lifts the panic switch; `was_set`, which may be NULL, says whether it was set.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_monitor_lift(monitor: *const vg_monitor_t, was_set: *mut bool) -> vg_status_t {
    plain(|| {
        let out = crate::argument::optional_place(was_set)?;
        let was = unsafe { shared(monitor, |monitor| Ok(monitor.lock().lift())) }?;
        if let Some(out) = out {
            unsafe { out.set(was) };
        }
        Ok(())
    })
}

/// Writes whether the panic switch is set.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_monitor_panicking(monitor: *const vg_monitor_t, set: *mut bool) -> vg_status_t {
    plain(|| {
        let out = place(set)?;
        let is = unsafe { shared(monitor, |monitor| Ok(monitor.lock().panicking().is_some())) }?;
        unsafe { out.set(is) };
        Ok(())
    })
}

/// Frees a monitor. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_monitor_free(monitor: *mut vg_monitor_t) {
    unsafe { free(monitor) }
}

pub(crate) fn event_in(name: &str) -> Result<Event> {
    Event::from_name(name).ok_or_else(|| {
        let all: Vec<_> = Event::ALL.iter().map(|event| event.name()).collect();
        let shown: String = name.chars().take(40).collect();
        Error::new(VG_ERR_ARGUMENT, format_args!("event {shown:?}: accepted are {}", all.join(", ")))
    })
}

pub(crate) fn metrics(snapshot: &Snapshot, format: u32) -> Result<String> {
    match format {
        VG_METRICS_JSON => Ok(serde_json::to_string(snapshot).unwrap_or_default()),
        VG_METRICS_PROMETHEUS => Ok(snapshot.prometheus()),
        _ => {
            let message = format_args!("format {format}: accepted are 0 (JSON) and 1 (Prometheus)");
            Err(Error::new(VG_ERR_ARGUMENT, message))
        }
    }
}
