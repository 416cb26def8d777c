//! Who may speak, and how much.
//!
//! - Who: [`api_key`] and [`token`] say on whose behalf a request comes; [`pseudonym`] is the name under
//!   which the rest of the program knows that person.
//! - What: [`role`] decides what they may do, or an [`authorizer`] in its place; [`command`] what a voice may ask of
//!   the program.
//! - From where: [`origin`], [`network`] and [`message`] judge a request before it is read.
//! - How much: [`limiter`] counts requests, [`admission`] seconds of audio in flight.
//!
//! - All of it: [`gate`], which a guard asks.
//!
//! Each part works alone. Nothing here has a clock: times are arguments, in nanoseconds or seconds since
//! an epoch of the caller's choice where they are only compared, since 1970 where they are written down.
//! A refusal is an answer that says what to tell the client, never an error.

pub mod admission;
pub mod answer;
pub mod api_key;
pub mod authorizer;
pub mod command;
pub mod gate;
pub mod limiter;
pub mod message;
pub mod network;
pub mod origin;
pub mod pseudonym;
pub mod role;
pub mod token;

pub use answer::{Answer, Reason};
pub use gate::Access;
