//! What samples are acceptable, before anything is done with them.

mod check;
mod format;
mod sample;

pub use check::{check_finite, frames};
pub use format::{AudioError, Format};
pub use sample::{Sample, SampleFormat};
