//! The shared vectors of proofs: made by `core/tests/ledger_vectors.rs`, checked with the public key alone.

use serde::Deserialize;
use serde_json::Value;

use crate::vectors;

/// `tests/vectors/ledger.json`.
#[derive(Debug, Deserialize)]
pub struct Proofs {
    /// One a question.
    pub cases: Vec<Case>,
}

/// One question, and whether what it asks about holds.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// What it is about.
    pub name: String,
    /// The answer.
    pub holds: bool,
    /// As `vg_proof_check` is asked.
    pub question: Value,
}

/// The vectors. Panics when they cannot be read.
pub fn read() -> Proofs {
    let text = std::fs::read_to_string(vectors::path("ledger.json")).expect("tests/vectors/ledger.json");
    serde_json::from_str(&text).expect("the vectors of proofs")
}
