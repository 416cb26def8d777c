//! Sliding windows: the times of the last events of each source, as many as its threshold needs.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::{Event, Threshold};

/// Characters of a source's name that are kept.
pub(super) const MAX_SOURCE_CHARS: usize = 128;

/// The windows of all sources, of which a bounded number is remembered.
pub(super) struct Windows {
    most: usize,
    windows: HashMap<(Event, String), Window>,
    /// Who gives way first: whoever has the fewest events, and of those the one that was quiet longest.
    order: BTreeSet<(usize, u64, Event, String)>,
}

#[derive(Default)]
struct Window {
    times: VecDeque<u64>,
    last_alert: Option<u64>,
}

impl Window {
    fn rank(&self) -> (usize, u64) {
        (self.times.len(), self.times.back().copied().unwrap_or(0))
    }
}

impl Windows {
    pub(super) fn new(most: usize) -> Self {
        Self { most, windows: HashMap::new(), order: BTreeSet::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.windows.len()
    }

    /// Remembers no more sources than this from now on.
    pub(super) fn limit(&mut self, most: usize) {
        self.most = most;
        while self.windows.len() > most {
            self.drop_least();
        }
    }

    /// Adds an event. How many lie in the window, when they are too many and nobody was told lately.
    pub(super) fn add(
        &mut self,
        event: Event,
        source: &str,
        threshold: Threshold,
        cool_down_ns: u64,
        now_ns: u64,
    ) -> Option<u32> {
        let source: String = source.chars().take(MAX_SOURCE_CHARS).collect();
        let key = (event, source);
        if !self.windows.contains_key(&key) && self.windows.len() >= self.most {
            self.drop_least();
        }
        let window = self.windows.entry(key.clone()).or_default();
        let (event, source) = key;
        let (count, quiet_since) = window.rank();
        self.order.remove(&(count, quiet_since, event, source.clone()));
        let begin = now_ns.saturating_sub((threshold.seconds * 1e9) as u64);
        while window.times.front().is_some_and(|time| *time < begin) {
            window.times.pop_front();
        }
        window.times.push_back(now_ns);
        while window.times.len() > threshold.count as usize {
            window.times.pop_front();
        }
        let reached = window.times.len() >= threshold.count as usize;
        let cooled = window.last_alert.is_none_or(|last| now_ns >= last.saturating_add(cool_down_ns));
        let count = window.times.len() as u32;
        if reached && cooled {
            window.last_alert = Some(now_ns);
        }
        let (rank, quiet_since) = window.rank();
        self.order.insert((rank, quiet_since, event, source));
        (reached && cooled).then_some(count)
    }

    fn drop_least(&mut self) {
        if let Some((_, _, event, source)) = self.order.pop_first() {
            self.windows.remove(&(event, source));
        }
    }
}
