//! What is going on: events counted, windows watched, alerts raised, and the switch that stops everything.
//!
//! A host tells the [`Monitor`] of events; it answers with the alerts that they raise, as values: sending them is
//! the host's part. Memory is bounded however many sources there are. No text, token or address is
//! kept in what is shown: sources are names that the host chose, and are shown in alerts alone.

mod alert;
mod event;
mod metrics;
mod window;

pub use alert::{Alert, Threshold};
pub use event::Event;
pub use metrics::Snapshot;

use std::collections::BTreeMap;

use window::Windows;

/// What a monitor watches for.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// How many of which event are too many, in which time.
    pub thresholds: BTreeMap<Event, Threshold>,
    /// Seconds for which an alert about the same event and source is not repeated.
    pub cool_down_seconds: f64,
    /// Most sources remembered.
    pub max_sources: usize,
}

impl Default for Rules {
    /// Five failed authentications, ten rate violations, three suspicious commands or five large uploads of one
    /// source in five minutes; an alert about the same is raised once in five minutes.
    fn default() -> Self {
        let threshold = |count| Threshold { count, seconds: 300.0 };
        let thresholds = [
            (Event::AuthFailure, threshold(5)),
            (Event::RateViolation, threshold(10)),
            (Event::SuspiciousCommand, threshold(3)),
            (Event::LargeUpload, threshold(5)),
        ];
        Self { thresholds: thresholds.into(), cool_down_seconds: 300.0, max_sources: 10_000 }
    }
}

/// Counts events and raises alerts.
pub struct Monitor {
    rules: Rules,
    counts: BTreeMap<Event, u64>,
    alerts: BTreeMap<Event, u64>,
    windows: Windows,
    panic: Option<String>,
    latest: u64,
}

impl Monitor {
    /// A monitor with nothing seen.
    pub fn new(rules: Rules) -> Result<Self, MonitorError> {
        rules.check()?;
        let windows = Windows::new(rules.max_sources);
        Ok(Self { rules, counts: BTreeMap::new(), alerts: BTreeMap::new(), windows, panic: None, latest: 0 })
    }

    /// Counts an event of a source at a time, nanoseconds since any epoch. Answers with the alert it raises.
    pub fn record(&mut self, event: Event, source: &str, now_ns: u64) -> Option<Alert> {
        // Time that goes back would reopen windows that were closed.
        self.latest = self.latest.max(now_ns);
        *self.counts.entry(event).or_default() += 1;
        let threshold = *self.rules.thresholds.get(&event)?;
        let cool_down = nanoseconds(self.rules.cool_down_seconds);
        let count = self.windows.add(event, source, threshold, cool_down, self.latest)?;
        *self.alerts.entry(event).or_default() += 1;
        Some(Alert {
            event,
            source: source.chars().take(window::MAX_SOURCE_CHARS).collect(),
            count,
            threshold,
            time: self.latest as f64 / 1e9,
        })
    }

    /// Denies everything until [`Monitor::lift`]: for when something is wrong and nobody knows what yet.
    pub fn panic(&mut self, reason: &str) {
        self.panic = Some(reason.chars().filter(|c| !c.is_control()).take(200).collect());
    }

    /// Ends the panic. Whether there was one.
    pub fn lift(&mut self) -> bool {
        self.panic.take().is_some()
    }

    /// Why everything is denied, while it is.
    pub fn panicking(&self) -> Option<&str> {
        self.panic.as_deref()
    }

    /// Takes over other rules. What was counted stays.
    pub fn reload(&mut self, rules: Rules) -> Result<(), MonitorError> {
        rules.check()?;
        self.windows.limit(rules.max_sources);
        self.rules = rules;
        Ok(())
    }

    /// All counters as they stand.
    pub fn snapshot(&self) -> Snapshot {
        let all = |counts: &BTreeMap<Event, u64>| {
            Event::ALL.iter().map(|event| (*event, counts.get(event).copied().unwrap_or(0))).collect()
        };
        Snapshot {
            events: all(&self.counts),
            alerts: all(&self.alerts),
            sources: self.windows.len(),
            panic: self.panic.is_some(),
        }
    }
}

impl Rules {
    fn check(&self) -> Result<(), MonitorError> {
        let time = |seconds: f64| (0.0..=86_400.0 * 366.0).contains(&seconds);
        for (event, threshold) in &self.thresholds {
            let Threshold { count, seconds } = *threshold;
            if !(1..=Threshold::MAX_COUNT).contains(&count) || !time(seconds) || seconds <= 0.0 {
                return Err(MonitorError::Threshold { event: event.name(), count, seconds });
            }
        }
        if !time(self.cool_down_seconds) {
            return Err(MonitorError::CoolDown { seconds: self.cool_down_seconds });
        }
        if !(1..=1_000_000).contains(&self.max_sources) {
            return Err(MonitorError::Sources { sources: self.max_sources });
        }
        Ok(())
    }
}

fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

/// Why a monitor cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MonitorError {
    /// A threshold out of its bounds.
    #[error(
        "{count} of {event} in {seconds} s: accepted are 1 to 1000 in more than 0 s and at most 366 days"
    )]
    Threshold {
        /// Of which event.
        event: &'static str,
        /// How many.
        count: u32,
        /// In which time.
        seconds: f64,
    },
    /// A cool-down out of its bounds.
    #[error("a cool-down of {seconds} s: accepted are 0 s to 366 days")]
    CoolDown {
        /// The refused time.
        seconds: f64,
    },
    /// Too many sources, or none.
    #[error("{sources} sources: accepted are 1 to 1000000")]
    Sources {
        /// The refused number.
        sources: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn monitor() -> Monitor {
        Monitor::new(Rules::default()).unwrap()
    }

    #[test]
    fn the_fifth_failure_of_one_source_raises_one_alert() {
        let mut monitor = monitor();
        let alerts: Vec<Option<u32>> = (0..8)
            .map(|n| monitor.record(Event::AuthFailure, "10.0.0.9", n * SECOND).map(|alert| alert.count))
            .collect();
        assert_eq!(alerts, [None, None, None, None, Some(5), None, None, None]);
        assert!((0..4).all(|n| monitor.record(Event::AuthFailure, "10.0.0.8", n * SECOND).is_none()));
    }

    #[test]
    fn the_window_slides_and_an_alert_comes_again_after_the_cool_down() {
        let mut monitor = monitor();
        // One a minute and a bit: never five in five minutes.
        assert!((0..50).all(|n| monitor.record(Event::AuthFailure, "a", n * 76 * SECOND).is_none()));
        let raised =
            (0..400).filter(|n| monitor.record(Event::AuthFailure, "b", (4000 + n) * SECOND).is_some());
        assert_eq!(raised.count(), 2, "at 4 s and 300 s later");
    }

    #[test]
    fn each_event_has_its_threshold_and_one_without_is_only_counted() {
        let until_alert = |event| {
            let mut monitor = monitor();
            (1..100).find(|n| monitor.record(event, "s", n * SECOND).is_some())
        };
        assert_eq!(until_alert(Event::RateViolation), Some(10));
        assert_eq!(until_alert(Event::SuspiciousCommand), Some(3));
        assert_eq!(until_alert(Event::LargeUpload), Some(5));
        assert_eq!(until_alert(Event::PolicyBlock), None);
    }

    #[test]
    fn a_hundred_thousand_sources_take_the_memory_of_a_thousand_and_the_busy_one_is_kept() {
        let mut monitor = Monitor::new(Rules { max_sources: 1_000, ..Rules::default() }).unwrap();
        for n in 0..4 {
            monitor.record(Event::AuthFailure, "busy", n);
        }
        for n in 0..100_000u64 {
            monitor.record(Event::AuthFailure, &n.to_string(), n);
        }
        assert_eq!(monitor.snapshot().sources, 1_000);
        assert!(monitor.record(Event::AuthFailure, "busy", 100_000).is_some());
    }

    #[test]
    fn a_panic_lasts_until_it_is_lifted_and_counters_are_shown_in_both_forms() {
        let mut monitor = monitor();
        monitor.record(Event::PolicyBlock, "s", 0);
        monitor.panic("key\nleaked");
        assert_eq!(monitor.panicking(), Some("keyleaked"));
        let snapshot = monitor.snapshot();
        assert!(snapshot.prometheus().contains("voxguard_events_total{event=\"policy_block\"} 1\n"));
        assert!(snapshot.prometheus().contains("voxguard_panic 1\n"));
        assert_eq!(serde_json::to_value(&snapshot).unwrap()["events"]["policy_block"], 1);
        assert!(monitor.lift() && !monitor.lift());
        assert!(monitor.panicking().is_none());
    }

    #[test]
    fn rules_that_cannot_hold_are_refused() {
        let with = |count, seconds| {
            let thresholds = [(Event::AuthFailure, Threshold { count, seconds })].into();
            Monitor::new(Rules { thresholds, ..Rules::default() }).is_ok()
        };
        assert!(with(1, 1.0) && !with(0, 1.0) && !with(1, 0.0) && !with(1, f64::NAN) && !with(1001, 1.0));
    }
}
