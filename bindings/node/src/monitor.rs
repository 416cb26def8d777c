//! Monitors. Alerts and counters cross as JSON.

use std::cell::RefCell;

use napi::Env;
use napi_derive::napi;
use voxguard::{Alert, Error, Metrics, Status};

use crate::failure::{Result, closed, raise};

pub fn metrics_in(format: &str) -> voxguard::Result<Metrics> {
    match format {
        "json" => Ok(Metrics::Json),
        "prometheus" => Ok(Metrics::Prometheus),
        _ => Err(Error::new(Status::ARGUMENT, "format: accepted are \"json\" and \"prometheus\"")),
    }
}

/// A JSON array of alerts.
pub fn list(alerts: &[Alert]) -> String {
    format!("[{}]", alerts.iter().map(Alert::to_json).collect::<Vec<_>>().join(","))
}

#[napi]
pub struct Monitor {
    held: RefCell<Option<voxguard::Monitor>>,
}

impl Monitor {
    fn with<T>(&self, env: &Env, call: impl FnOnce(&voxguard::Monitor) -> voxguard::Result<T>) -> Result<T> {
        self.held.borrow().as_ref().ok_or_else(closed).and_then(call).map_err(|error| raise(env, &error))
    }
}

#[napi]
impl Monitor {
    #[napi(constructor)]
    pub fn new(env: Env, rules: Option<String>) -> Result<Self> {
        let made = voxguard::Monitor::new(rules.as_deref()).map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(made)) })
    }

    #[napi]
    pub fn record(&self, env: Env, event: String, source: String, now: f64) -> Result<String> {
        self.with(&env, |monitor| monitor.record_json(&event, &source, now))
    }

    #[napi]
    pub fn metrics(&self, env: Env, format: String) -> Result<String> {
        self.with(&env, |monitor| monitor.metrics(metrics_in(&format)?))
    }

    #[napi]
    pub fn panic(&self, env: Env, reason: String) -> Result<()> {
        self.with(&env, |monitor| monitor.panic(&reason))
    }

    #[napi]
    pub fn lift(&self, env: Env) -> Result<bool> {
        self.with(&env, voxguard::Monitor::lift)
    }

    #[napi]
    pub fn panicking(&self, env: Env) -> Result<bool> {
        self.with(&env, voxguard::Monitor::panicking)
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}
