//! A mark that says "made by a machine, under this key, with this id", in every second of speech.
//!
//! Speech is seen as a grid of cells, 64 bands by 48 ms (`grid`). A keyed pattern (`chips`) gives
//! every cell a sign; most of the signs carry the id (`scheme`), protected by a code (`code`). The [`Marker`]
//! raises or lowers each cell by a few decibels (`shape`, `embed`). The [`Detector`] reads the grid with a
//! small network (`receiver`), looks where the pattern lies and how it was warped (`search`, `warp`) and says how surely
//! it is there (`passage`, `claim`, `chance`); the [`Listener`] does so for streams. `docs/WATERMARK.md` tells the whole,
//! with figures.
//!
//! ```
//! use voxguard_core::audio::Format;
//! use voxguard_core::id::MarkId;
//! use voxguard_core::key::Key;
//! use voxguard_core::watermark::{Detector, Effort, embed_f32};
//!
//! let key = Key::from_bytes(&[7; 32])?;
//! let format = Format::new(8_000, 1)?;
//! // Any sound with something to hide in; here, ten seconds of noise.
//! let mut state = 1u32;
//! let noise = std::iter::repeat_with(|| {
//!     state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
//!     (state >> 8) as f32 / 16_777_216.0 - 0.5
//! });
//! let speech: Vec<f32> = noise.take(80_000).collect();
//! let marked = embed_f32(&key, MarkId::new(0x1234_abcd), format, &speech)?;
//! let detection = Detector::new(vec![key], Effort::Normal)?.detect_f32(&marked, format)?;
//! assert_eq!(detection.mark, Some(MarkId::new(0x1234_abcd)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod agreement;
mod blind;
mod candidates;
mod chance;
mod chips;
mod claim;
mod code;
mod detect;
mod embed;
mod extent;
mod grid;
pub mod inspect;
mod listen;
mod network;
mod passage;
mod reading;
mod receiver;
mod scheme;
mod search;
mod shape;
mod warp;

pub(crate) use chance::{ln_tail, p_value};
pub(crate) use chips::Chips;
pub use detect::{CurvePoint, Detection, Detector, DetectorError, Effort, Span};
pub use embed::{Marker, MarkerOptions, Strength, StrengthError, embed_f32, embed_i16};
pub use listen::Listener;
#[cfg(test)]
pub(crate) use scheme::decodes;
pub use scheme::{CODE_BITS, Scheme, codeword};
