//! What the benches share: clips read from files, and attacks on them.

pub mod attack;
pub mod clip;
