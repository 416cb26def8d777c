//! A bar on standard error for work that takes long, where a person watches.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Widest part of the bar, in characters.
const WIDTH: usize = 30;

/// How far something is.
pub struct Progress {
    what: String,
    total: u64,
    shown: Option<Instant>,
    watched: bool,
}

impl Progress {
    /// Work of so many steps.
    pub fn new(what: impl Into<String>, total: u64) -> Self {
        Self { what: what.into(), total: total.max(1), shown: None, watched: stderr().is_terminal() }
    }

    /// Says how many steps are done; draws ten times a second at most.
    pub fn at(&mut self, done: u64) {
        let due = self.shown.is_none_or(|shown| shown.elapsed() >= Duration::from_millis(100));
        if !self.watched || !due {
            return;
        }
        self.shown = Some(Instant::now());
        let share = (done.min(self.total) as f64) / (self.total as f64);
        let filled = (share * WIDTH as f64) as usize;
        let (full, rest) = ("#".repeat(filled), " ".repeat(WIDTH - filled));
        let _ = write!(stderr(), "\r{} [{full}{rest}] {:3.0} %", self.what, share * 100.0);
        let _ = stderr().flush();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(stderr(), "\r\x1b[2K");
            let _ = stderr().flush();
        }
    }
}
