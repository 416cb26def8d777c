//! What the suites need and share: built once, by the first suite that asks.

use super::count::Count;
use crate::place::Profile;
use crate::python::{self, Environment};
use crate::{Result, build, place, step, tool};
use std::process::Command;
use std::time::Instant;

pub struct Scene {
    /// Leave out what takes long.
    pub quick: bool,
    environment: Option<Environment>,
    native: bool,
}

impl Scene {
    pub fn new(quick: bool) -> Scene {
        Scene { quick, environment: None, native: false }
    }

    /// libvoxguard, the addon and the Rust example, in release mode.
    pub fn native(&mut self) -> Result {
        if !self.native {
            build::native()?;
            self.native = true;
        }
        Ok(())
    }

    /// The Python environment with the wheel and the test tools in it.
    pub fn python(&mut self) -> Result<&Environment> {
        if self.environment.is_none() {
            let environment = Environment::open()?;
            environment.install(&python::MATURIN)?;
            environment.install(&python::TESTS)?;
            let wheel = build::wheel(&environment, Profile::Release)?;
            environment.install_wheel(&wheel)?;
            self.environment = Some(environment);
        }
        self.environment.as_ref().ok_or_else(|| "no Python environment".into())
    }

    /// A `cargo test` that knows where the built artefacts are.
    pub fn cargo_test(&mut self) -> Result<Command> {
        self.native()?;
        let interpreter = self.python()?.interpreter();
        let mut cargo = tool::cargo();
        cargo.args(["test", "--locked", "--no-fail-fast"]);
        cargo.env("VOXGUARD_LIB_DIR", place::libraries());
        cargo.env("VOXGUARD_PYTHON", interpreter);
        cargo.env("VOXGUARD_NODE", tool::node()?.program);
        cargo.env("VOXGUARD_NODE_ADDON", build::addon());
        if self.quick {
            cargo.env("VOXGUARD_QUICK", "1");
        }
        Ok(cargo)
    }
}

/// Runs `command` as one check: passed when it exits with 0; otherwise shows what it printed.
pub fn check(label: &str, command: &mut Command) -> Result<Count> {
    counted(label, command, |_| Count::success())
}

/// Runs a test runner and reads its counts with `read`; shows what it printed when anything failed.
pub fn counted(label: &str, command: &mut Command, read: fn(&str) -> Count) -> Result<Count> {
    let start = Instant::now();
    step::begin(label);
    let output = step::capture(label, command)?;
    let mut count = read(&output.text);
    if !output.success && count.failed == 0 {
        count.failed = 1;
        count.passed = 0;
    }
    if output.success && count == Count::default() {
        return Err(format!("{}\n{label}: exited well but ran no test", output.text).into());
    }
    let result = format!("{} passed, {} failed", count.passed, count.failed);
    step::end(label, if count == Count::success() { "" } else { &result }, start);
    if count.failed > 0 {
        println!("{}", output.text);
    }
    Ok(count)
}
