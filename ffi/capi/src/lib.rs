//! libvoxguard, as C programs link it: every function of `voxguard-ffi`, and nothing else.
//!
//! A crate of its own, since one that is a Rust library and a C library at once gets no link-time optimisation
//! over all of its parts.

pub use voxguard_ffi::*;
