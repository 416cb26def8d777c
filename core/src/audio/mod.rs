//! What samples are acceptable, before anything is done with them: those to be marked ([`Format`],
//! [`check_finite`], [`Budget`]) and those that come in from outside ([`intake`]).

pub mod budget;
mod check;
mod format;
pub mod intake;
pub mod quality;
mod sample;
pub mod wav;

pub use budget::{Budget, OverBudget};
pub use check::{check_finite, frames};
pub use format::{AudioError, Format};
pub use intake::IntakeRules;
pub use sample::{Sample, SampleFormat};
