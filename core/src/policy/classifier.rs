//! The host's own classifier: judges meaning, which rules do not.
//!
//! A [`Judge`] is asked about the spoken text of every check and may add hits. Core has no clock: a time budget is
//! kept by whoever implements the trait (the C layer does), who answers [`Failure`] when it is used up. What
//! then happens is the host's choice, made once: block ([`Judge::on_failure`]) or go on with a warning.

use super::rule::{Action, Severity};

/// What a classifier says of a part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A name for the hit, as rules have ids.
    pub rule: String,
    /// What it is about. Public.
    pub category: String,
    /// How grave it is.
    pub severity: Severity,
    /// What to do; a masked part is removed.
    pub action: Action,
    /// First character of the spoken text, in Unicode scalar values.
    pub start: usize,
    /// Character after the last; larger values mean the end.
    pub end: usize,
}

/// The classifier gave no answer, or none in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the classifier gave no answer")]
pub struct Failure;

/// A classifier. Asked from many threads at once.
pub trait Judge: Send + Sync + std::fmt::Debug {
    /// What it finds in a spoken text.
    fn judge(&self, spoken: &str) -> Result<Vec<Finding>, Failure>;

    /// What to do when it gives no answer: [`Action::Block`] fails closed, [`Action::Warn`] fails open.
    fn on_failure(&self) -> Action {
        Action::Block
    }
}
