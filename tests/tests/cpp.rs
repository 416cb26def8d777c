//! The C++ programs of `tests/cpp`: as they are, and under the sanitizers.
#![cfg(unix)]

use std::process::Command;

use voxguard_tests::compiler::{self, Watch};
use voxguard_tests::{program, quick, skipped};

fn as_it_is(source: &str) {
    println!("{} checks", program::checks(&mut Command::new(compiler::program(source, Watch::Plain))));
}

fn under_sanitizers(source: &str) {
    if quick() {
        return skipped(source, "only what is quick is wanted");
    }
    match compiler::sanitizers() {
        Ok(()) => {
            let program = compiler::program(source, Watch::Sanitizers);
            println!("{} checks", program::checks(&mut program::sanitized(&program)));
        }
        Err(why) => skipped(source, &why),
    }
}

#[test]
fn marks() {
    as_it_is("tests/cpp/marks.cpp");
}

#[test]
fn marks_under_sanitizers() {
    under_sanitizers("tests/cpp/marks.cpp");
}

#[test]
fn policy() {
    as_it_is("tests/cpp/policy.cpp");
}

#[test]
fn policy_under_sanitizers() {
    under_sanitizers("tests/cpp/policy.cpp");
}

#[test]
fn utterance() {
    as_it_is("tests/cpp/utterance.cpp");
}

#[test]
fn utterance_under_sanitizers() {
    under_sanitizers("tests/cpp/utterance.cpp");
}

#[test]
fn access() {
    as_it_is("tests/cpp/access.cpp");
}

#[test]
fn access_under_sanitizers() {
    under_sanitizers("tests/cpp/access.cpp");
}
