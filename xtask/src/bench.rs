//! `cargo xtask bench`: the speed benches of `bench/`, and with `watermark` the robustness bench, with `policy` what
//! the text policy catches, with `ledger` how fast a ledger is, with `access` what decisions and sealing cost, with
//! `crowd` many utterances at once.

use crate::place::Profile;
use crate::python::{self, Environment};
use crate::{Result, build, place, step, tool};
use std::env;

pub fn run(arguments: &[String]) -> Result {
    match arguments.split_first() {
        Some((name, rest)) if name == "watermark" => return watermark(rest),
        Some((name, rest)) if name == "policy" => return policy(rest),
        Some((name, rest)) if name == "access" => return access(rest),
        Some((name, rest)) if name == "crowd" => return crowd(rest),
        _ => {}
    }
    let mut cargo = tool::cargo();
    if let Some((name, rest)) = arguments.split_first()
        && name == "ledger"
    {
        let example =
            ["run", "--locked", "--release", "--package", "voxguard-store", "--example", "ledger", "--"];
        let folder = place::target().join("bench");
        std::fs::create_dir_all(&folder)?;
        cargo.args(example).arg("--folder").arg(folder).args(rest);
        let well = cargo.current_dir(place::top()).status()?.success();
        return if well { Ok(()) } else { Err("the bench broke off; its words stand above".into()) };
    }
    cargo.args(["bench", "--locked", "--package", "voxguard-bench", "--"]).args(arguments);
    if cargo.current_dir(place::top()).status()?.success() {
        Ok(())
    } else {
        Err("the benches broke off; their own words stand above".into())
    }
}

/// Runs the bench of decisions and of sealing.
fn access(arguments: &[String]) -> Result {
    let mut cargo = tool::cargo();
    cargo.args(["run", "--locked", "--release", "--package", "voxguard-bench", "--features", "cedar"]);
    cargo.args(["--bin", "access", "--"]);
    if cargo.args(arguments).current_dir(place::top()).status()?.success() {
        Ok(())
    } else {
        Err("the bench broke off; its words stand above".into())
    }
}

/// Runs `tests/c/crowd.c`: many utterances at once in real time, for some seconds (60) and streams (100).
fn crowd(arguments: &[String]) -> Result {
    build::cargo("C library", Profile::Release, &["voxguard-capi"])?;
    build::install_libraries(Profile::Release, &place::libraries())?;
    let folder = place::target().join("crowd");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let ledger = folder.join("ledger");
    std::fs::create_dir_all(&ledger)?;
    let program = folder.join("crowd");
    let mut compiler = std::process::Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()));
    compiler.args(["-std=c99", "-O2", "-I"]).arg(place::top().join("include")).arg("-o").arg(&program);
    compiler.arg(place::top().join("tests/c/crowd.c")).args(build::link_arguments()).arg("-pthread");
    step::run("tests/c/crowd.c", &mut compiler)?;
    let mut crowd = std::process::Command::new(program);
    crowd
        .arg(ledger)
        .arg(arguments.first().map_or("60", String::as_str))
        .args(arguments.get(1..).unwrap_or_default());
    if crowd.status()?.success() { Ok(()) } else { Err("what was promised does not hold; see above".into()) }
}

/// Runs the bench of the text policy, and with `--peers` its peers on the same sets, installed into `target/`.
fn policy(arguments: &[String]) -> Result {
    let bench = || {
        let mut cargo = tool::cargo();
        cargo.args(["run", "--locked", "--release", "--package", "voxguard-bench", "--bin", "policy", "--"]);
        cargo.current_dir(place::top());
        cargo
    };
    let ours: Vec<&String> = arguments.iter().filter(|argument| *argument != "--peers").collect();
    if !bench().args(ours).status()?.success() {
        return Err("the bench broke off; its words stand above".into());
    }
    if !asks(arguments, "--peers") {
        step::note(
            "without",
            "peers: --peers installs better-profanity, obscenity and Presidio into target/, beside rustrict",
        );
        return Ok(());
    }
    let folder = place::target().join("bench/policy");
    std::fs::create_dir_all(&folder)?;
    let sets = folder.join("sets.jsonl");
    if !bench().arg("--dump").arg(&sets).status()?.success() {
        return Err("the sets were not written; the words stand above".into());
    }
    let peers = Environment::open_in("venv-policy-peers")?;
    if let Err(error) = peers.install_file(&place::top().join("bench/peers/requirements.txt")) {
        step::note("without", &format!("peers in Python: {error}"));
    }
    std::fs::write(folder.join("package.json"), "{}")?;
    let mut npm = tool::npm()?;
    npm.args(["install", "--silent", "--ignore-scripts", "obscenity@0.4.6"]);
    if !npm.current_dir(&folder).status()?.success() {
        step::note("without", "obscenity, which does not install");
    }
    let mut python = peers.command();
    let program = place::target().join("release").join(format!("policy{}", env::consts::EXE_SUFFIX));
    python.arg(place::top().join("bench/peers/policy.py")).arg(&sets).arg(&folder).arg(program);
    if python.status()?.success() {
        Ok(())
    } else {
        Err("the peers broke off; their words stand above".into())
    }
}

/// Runs `bench/robustness` in an environment of its own, over the library built from this tree.
fn watermark(arguments: &[String]) -> Result {
    let environment = Environment::open_in("venv-bench")?;
    let folder = place::top().join("bench/robustness");
    environment.install_file(&folder.join("requirements.txt"))?;
    // What only reads or tells needs no library.
    if !["--section", "--list", "--help", "-h"].iter().any(|option| asks(arguments, option)) {
        environment.install(&python::MATURIN)?;
        let wheel = build::wheel(&environment, Profile::Release)?;
        environment.install_wheel(&wheel)?;
    }

    let mut bench = environment.command();
    bench.args(["-m", "robustness", "--out"]).arg(place::target().join("bench/watermark"));
    if !asks(arguments, "--corpus") {
        match env::var_os("VOXGUARD_CORPUS") {
            Some(corpus) => bench.arg("--corpus").arg(corpus),
            None => {
                step::note("corpus", "the few committed clips; --corpus or $VOXGUARD_CORPUS names more");
                let clips = place::top().join("tests/vectors");
                bench.arg("--corpus").arg(clips).args(["--lengths", "2,3"])
            }
        };
    }
    if asks(arguments, "--peers") {
        let peers = Environment::open_in("venv-peers")?;
        match peers.install_file(&folder.join("requirements-peers.txt")) {
            Ok(()) => drop(bench.arg("--peers-python").arg(peers.interpreter())),
            Err(error) => step::note("without", &format!("peers: {error}")),
        }
    }
    bench.args(arguments).env("PYTHONPATH", place::top().join("bench")).current_dir(place::top());
    if bench.status()?.success() { Ok(()) } else { Err("the bench broke off; its words stand above".into()) }
}

/// Whether an option is among the arguments, as `--option VALUE` or `--option=VALUE`.
fn asks(arguments: &[String], option: &str) -> bool {
    arguments.iter().any(|word| word.split('=').next() == Some(option))
}
