#![no_main]

#[path = "../src/policy.rs"]
#[allow(dead_code)]
mod policy;

libfuzzer_sys::fuzz_target!(|data: &[u8]| policy::streams(data));
