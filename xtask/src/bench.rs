//! `cargo xtask bench`: the speed benches of `bench/`.

use crate::{Result, tool};

pub fn run(arguments: &[String]) -> Result {
    let mut cargo = tool::cargo();
    cargo.args(["bench", "--locked", "--package", "voxguard-bench", "--"]).args(arguments);
    if cargo.current_dir(crate::place::top()).status()?.success() {
        Ok(())
    } else {
        Err("the benches broke off; their own words stand above".into())
    }
}
