//! What the benches share: clips read from files, attacks on them, and the sets of the policy bench.

pub mod attack;
pub mod clip;
pub mod policy;
pub mod regain;
