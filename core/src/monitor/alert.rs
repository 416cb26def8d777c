//! What an operator should hear of.

use serde::{Deserialize, Serialize};

use super::Event;

/// How many of one event are too many.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// So many, 1 to 1000.
    pub count: u32,
    /// In so many seconds.
    pub seconds: f64,
}

impl Threshold {
    /// Most that can be waited for: each remembered time takes eight bytes.
    pub const MAX_COUNT: u32 = 1000;
}

/// Too many of one event from one source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// What happened.
    pub event: Event,
    /// Where it came from, as the host calls it.
    pub source: String,
    /// How many times within the window.
    pub count: u32,
    /// What that was too many for.
    pub threshold: Threshold,
    /// When, in seconds of the caller's clock.
    pub time: f64,
}
