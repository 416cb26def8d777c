#![no_main]

#[path = "../src/access.rs"]
#[allow(dead_code)]
mod access;

libfuzzer_sys::fuzz_target!(|data: &[u8]| access::tokens(data));
