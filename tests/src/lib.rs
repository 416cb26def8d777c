//! What crosses languages: C and C++ programs against the shipped header and library, the shared vectors, and checks of
//! the ABI. Unit tests live beside their code.
//!
//! - [`workspace`] knows where things lie, [`library`] builds and finds `libvoxguard`;
//! - [`compiler`] makes programs of the files in `tests/c`, `tests/cpp` and `examples`, [`program`] runs them;
//! - [`vectors`] reads `tests/vectors/audio.json`.
//!
//! A check that cannot be made on a machine (no sanitizer, no valgrind, no Python module) prints `skipped: ` and why:
//! `cargo test -p voxguard-tests -- --nocapture` shows it.

pub mod compiler;
pub mod library;
pub mod program;
pub mod proofs;
pub mod vectors;
pub mod workspace;

/// Says that a check was not made, and why.
pub fn skipped(check: &str, why: &str) {
    println!("skipped: {check}: {why}");
}

/// Whether only what is quick is wanted: `cargo xtask test --quick` says so.
pub fn quick() -> bool {
    std::env::var_os("VOXGUARD_QUICK").is_some()
}
