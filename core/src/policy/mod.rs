//! Judging a text before it is spoken.
//!
//! A [`Policy`] is compiled once from a rules file ([`rule`] says what a rule is, [`document`] how
//! it is read) and then only read: many threads may [`Policy::check`] texts with it at the same time.
//! The answer is a [`Verdict`]: the strongest action of the rules that hit, and where they hit in the
//! text as the caller wrote it.
//!
//! No text may cost more than its length times a constant: terms are one Aho-Corasick automaton,
//! patterns are finite automata, and a rule reports at most [`MAX_HITS`] places.

pub mod canonical;
mod check;
pub mod classifier;
pub mod compile;
pub mod disguise;
pub mod document;
pub mod error;
mod find;
pub mod inflect;
pub mod lint;
pub mod mask;
pub mod pack;
mod path;
pub mod phonetic;
pub mod pii;
pub mod rule;
mod spell;
pub mod stream;
pub mod verdict;
pub mod vocabulary;

pub use compile::Policy;
pub use error::{PolicyError, RuleName};
pub use rule::{Action, Severity};
pub use stream::{Released, Stream};
pub use verdict::{Hit, Verdict};

pub use crate::text::{Markup, TextError};

/// Most places of a text that one rule reports in one view. More would not change the verdict.
pub const MAX_HITS: usize = 100;
