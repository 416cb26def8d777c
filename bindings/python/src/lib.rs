//! `voxguard._native`: the Rust client for Python, on bytes.
//!
//! The package around it (`python/voxguard`) knows arrays, dataclasses and defaults; this module knows
//! handles. The rules, the same in every file:
//!
//! - Samples are `bytes` of interleaved little-endian numbers, copied in and handed back as a
//!   `bytearray`, which NumPy can look at without another copy. So there is no `unsafe` here, nothing
//!   depends on NumPy, and the limited API of Python 3.9, which has no buffer protocol, is enough.
//! - Every call into the client goes through [`work`](error::work): Python is let go of meanwhile, and a
//!   panic becomes a `VoxguardRuntimeError`.
//! - A handle that is one thread's at a time sits in a [`Slot`](slot::Slot): a second thread gets
//!   `VG_ERR_BUSY`, a closed one `VG_ERR_HANDLE`. All classes are frozen, so free-threaded Python is safe.

mod access;
mod callback;
mod detector;
mod error;
mod guard;
mod key;
mod ledger;
mod listener;
mod marker;
mod policy;
mod samples;
mod seal;
mod slot;

use pyo3::prelude::*;

/// The extension module.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::access::{
        Access, ApiKeys, Cedar, Commands, Monitor, RateLimiter, Roles, Tokens, config_schema, explain,
    };
    #[pymodule_export]
    use crate::detector::Detector;
    #[pymodule_export]
    use crate::guard::{Guard, Utterance};
    #[pymodule_export]
    use crate::key::Key;
    #[pymodule_export]
    use crate::ledger::{Ledger, check_proof, command_line};
    #[pymodule_export]
    use crate::listener::Listener;
    #[pymodule_export]
    use crate::marker::{Marker, embed_f32, embed_i16};
    #[pymodule_export]
    use crate::policy::{
        Policy, TextStream, lint_rules, public_signing_key, rules_from_words, sign_rules, starter_rules,
    };
    #[pymodule_export]
    use crate::seal::{SealKey, Sealer, fernet_open};
    #[pymodule_export]
    use crate::{status_name, version};
}

/// The version of the library.
#[pyfunction]
fn version() -> &'static str {
    voxguard::version()
}

/// A status by name.
#[pyfunction]
fn status_name(status: i32) -> &'static str {
    voxguard::Status::from_code(status).name()
}
