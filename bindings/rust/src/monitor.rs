//! Events counted, windows watched, alerts raised.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::access::from_json;
use crate::bytes::text;
use crate::call::{Owned, control, create, value};
use crate::error::Result;
use crate::sys;

/// Too many of one event from one source.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Alert {
    /// What happened, such as `auth_failure`.
    pub event: String,
    /// Where it came from.
    pub source: String,
    /// How many times within the window.
    pub count: u32,
    /// When, in seconds of the caller's clock.
    pub time: f64,
}

/// A form of counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metrics {
    /// JSON.
    Json,
    /// The text format of Prometheus.
    Prometheus,
}

impl Metrics {
    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Json => sys::VG_METRICS_JSON,
            Self::Prometheus => sys::VG_METRICS_PROMETHEUS,
        }
    }
}

/// Counts events and raises alerts. Cheap to clone; many threads may use one.
///
/// ```
/// let monitor = voxguard::Monitor::new(None)?;
/// let alerts: Vec<usize> =
///     (0..6).map(|n| monitor.record("auth_failure", "10.0.0.9", n as f64).unwrap().len()).collect();
/// assert_eq!(alerts, [0, 0, 0, 0, 1, 0]);
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Monitor {
    handle: Arc<Owned<sys::vg_monitor_t>>,
}

impl Monitor {
    /// A monitor of rules in JSON; none for the defaults.
    pub fn new(rules: Option<&str>) -> Result<Self> {
        let (data, len) = rules.map_or((std::ptr::null(), 0), |json| (json.as_ptr().cast(), json.len()));
        let call = |out, err| unsafe { sys::vg_monitor_new(data, len, out, err) };
        Ok(Self { handle: Arc::new(create(sys::vg_monitor_free, call)?) })
    }

    /// Counts an event of a source at `now` in seconds; the alerts that it raises.
    pub fn record(&self, event: &str, source: &str, now: f64) -> Result<Vec<Alert>> {
        from_json(&self.record_json(event, source, now)?)
    }

    /// The same, with the alerts as JSON.
    pub fn record_json(&self, event: &str, source: &str, now: f64) -> Result<String> {
        let (event, event_len) = (event.as_ptr().cast(), event.len());
        let (source, source_len) = (source.as_ptr().cast(), source.len());
        text(|out, err| unsafe {
            let monitor = self.handle.as_ptr();
            sys::vg_monitor_record(monitor, event, event_len, source, source_len, now, out, err)
        })
    }

    /// All counters.
    pub fn metrics(&self, format: Metrics) -> Result<String> {
        text(|out, err| unsafe { sys::vg_monitor_metrics(self.handle.as_ptr(), format.code(), out, err) })
    }

    /// Sets the panic switch.
    pub fn panic(&self, reason: &str) -> Result<()> {
        let (data, len) = (reason.as_ptr().cast(), reason.len());
        control(|err| unsafe { sys::vg_monitor_panic(self.handle.as_ptr(), data, len, err) })
    }

    /// Lifts the panic switch. Whether it was set.
    pub fn lift(&self) -> Result<bool> {
        value(|out| unsafe { sys::vg_monitor_lift(self.handle.as_ptr(), out) })
    }

    /// Whether the panic switch is set.
    pub fn panicking(&self) -> Result<bool> {
        value(|out| unsafe { sys::vg_monitor_panicking(self.handle.as_ptr(), out) })
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").finish_non_exhaustive()
    }
}
