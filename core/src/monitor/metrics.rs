//! Counters, to be read by machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::Event;

/// All counters at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// How often each event happened.
    pub events: BTreeMap<Event, u64>,
    /// How many alerts each event raised.
    pub alerts: BTreeMap<Event, u64>,
    /// Sources that are remembered.
    pub sources: usize,
    /// Whether everything is denied.
    pub panic: bool,
}

impl Snapshot {
    /// The counters in the text format of Prometheus, version 0.0.4.
    pub fn prometheus(&self) -> String {
        let mut text = String::new();
        for (name, help, counts) in [
            ("voxguard_events_total", "Events by kind.", &self.events),
            ("voxguard_alerts_total", "Alerts by kind of event.", &self.alerts),
        ] {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
            for (event, count) in counts {
                let _ = writeln!(text, "{name}{{event=\"{}\"}} {count}", event.name());
            }
        }
        for (name, help, value) in [
            ("voxguard_sources", "Sources that are remembered.", self.sources),
            ("voxguard_panic", "1 while everything is denied.", usize::from(self.panic)),
        ] {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
        }
        text
    }
}
