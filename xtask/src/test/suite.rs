//! The suites, in the order in which they are run: what is quick to fail comes first.

use super::count::Count;
use super::docs;
use super::scene::{Scene, check, counted};
use crate::{Result, header, place, step, tool};
use std::fs;
use std::path::PathBuf;

/// One named group of checks.
pub struct Suite {
    pub name: &'static str,
    pub what: &'static str,
    pub run: fn(&mut Scene) -> Result<Count>,
}

pub const SUITES: &[Suite] = &[
    Suite { name: "format", what: "rustfmt leaves every file as it is", run: format },
    Suite { name: "lint", what: "clippy has nothing to say, over all crates and targets", run: lint },
    Suite {
        name: "docs",
        what: "links in the documents resolve, no path of one machine stands in the tree",
        run: docs::run,
    },
    Suite {
        name: "header",
        what: "header, list of symbols and Rust declarations are what the source says",
        run: header_is_current,
    },
    Suite {
        name: "rust",
        what: "all Rust tests: units, doc tests, C and C++ programs, layers, decoy, vectors",
        run: rust,
    },
    Suite {
        name: "cedar",
        what: "policies in Cedar: their crate, and the C interface built with the feature",
        run: cedar,
    },
    Suite { name: "client", what: "the Rust client's tests again, over the shared library", run: client },
    Suite {
        name: "python",
        what: "pytest over the installed wheel; mypy and stubtest are among the tests",
        run: python,
    },
    Suite {
        name: "robustness",
        what: "the robustness bench: its attacks do what they say, and a small run of it",
        run: robustness,
    },
    Suite {
        name: "node",
        what: "node --test over the built addon, tsc over the published types among it",
        run: node,
    },
    Suite { name: "examples", what: "every command in the examples' READMEs", run: docs::examples },
];

fn format(_: &mut Scene) -> Result<Count> {
    check("cargo fmt --check", tool::cargo().args(["fmt", "--all", "--check"]))
}

fn lint(_: &mut Scene) -> Result<Count> {
    let mut cargo = tool::cargo();
    cargo.args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let mut count = check("cargo clippy", &mut cargo)?;
    count.add(&oldest_rust()?);
    Ok(count)
}

/// No dependency wants a newer Rust than we state. (What we use of std ourselves, clippy watches.)
fn oldest_rust() -> Result<Count> {
    let output = tool::cargo()
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(place::top())
        .output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    // 1.89 is 1.89.0.
    let number = |text: &str| -> Vec<u32> {
        let parts = text.split('.').filter_map(|part| part.parse().ok());
        parts.chain(std::iter::repeat(0)).take(3).collect()
    };
    let ours = number(env!("CARGO_PKG_RUST_VERSION"));
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let wants = |package: &&serde_json::Value| {
        package["rust_version"].as_str().is_some_and(|version| number(version) > ours)
    };
    let newer: Vec<String> = packages
        .iter()
        .filter(wants)
        .map(|package| format!("{} wants Rust {}", package["name"], package["rust_version"]))
        .collect();
    if newer.is_empty() {
        return Ok(Count::success());
    }
    println!("    {}; rust-version is {}", newer.join(", "), env!("CARGO_PKG_RUST_VERSION"));
    Ok(Count::failure())
}

fn header_is_current(_: &mut Scene) -> Result<Count> {
    step::timed("cargo xtask header --check", || header::run(true))?;
    Ok(Count::success())
}

fn rust(scene: &mut Scene) -> Result<Count> {
    let mut cargo = scene.cargo_test()?;
    if tool::postgres() {
        cargo.env("VOXGUARD_NEED_POSTGRES", "1");
    }
    if tool::redis() {
        cargo.env("VOXGUARD_NEED_REDIS", "1");
    }
    counted("cargo test", &mut cargo, Count::from_cargo)
}

fn cedar(scene: &mut Scene) -> Result<Count> {
    let mut engine = scene.cargo_test()?;
    engine.args(["--package", "voxguard-cedar"]);
    let mut count = counted("cargo test, cedar", &mut engine, Count::from_cargo)?;
    let mut interface = scene.cargo_test()?;
    interface.args(["--package", "voxguard-ffi", "--features", "cedar", "--test", "cedar"]);
    count.add(&counted("cargo test, C interface with cedar", &mut interface, Count::from_cargo)?);
    Ok(count)
}

fn client(scene: &mut Scene) -> Result<Count> {
    let mut cargo = scene.cargo_test()?;
    cargo.args(["--package", "voxguard", "--no-default-features", "--features", "dynamic", "--tests"]);
    counted("cargo test, dynamic", &mut cargo, Count::from_cargo)
}

fn python(scene: &mut Scene) -> Result<Count> {
    let environment = scene.python()?;
    if let Err(error) = environment.install(&crate::python::CREDENTIALS) {
        step::note("without", &format!("c2pa: {error}; the round trip of Content Credentials is skipped"));
    }
    let mut pytest = environment.command();
    pytest.env("MYPY_CACHE_DIR", place::target().join("mypy"));
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "bindings/python/tests"]);
    counted("pytest", &mut pytest, Count::from_pytest)
}

fn robustness(scene: &mut Scene) -> Result<Count> {
    let environment = scene.python()?;
    environment.install(&crate::python::SIGNAL)?;
    let mut pytest = environment.command();
    pytest.env("PYTHONPATH", place::top().join("bench"));
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "bench/robustness/tests"]);
    counted("pytest, robustness bench", &mut pytest, Count::from_pytest)
}

fn node(scene: &mut Scene) -> Result<Count> {
    scene.native()?;
    typescript()?;
    let mut node = tool::node()?.command();
    node.args(["--test", "--test-reporter=tap"]).args(node_tests()?);
    counted("node --test", &mut node, Count::from_tap)
}

/// Node 18 takes files, not folders.
fn node_tests() -> Result<Vec<PathBuf>> {
    let folder = place::top().join("bindings/node/test");
    let files = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", place::shown(&folder)))?;
    let files = files.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.to_string_lossy().contains(".test.")).collect();
    files.sort();
    Ok(files)
}

/// Puts TypeScript into `target/node`, where the Node tests look for it; without the npm registry those
/// that need it are skipped, and counted so.
fn typescript() -> Result {
    let folder = place::target().join("node");
    let stamp = folder.join("package-lock.json");
    let package = place::top().join("bindings/node");
    let lock = fs::read_to_string(package.join("package-lock.json"))?;
    if fs::read_to_string(&stamp).ok().as_deref() == Some(&lock) {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    for file in ["package.json", ".npmrc"] {
        fs::copy(package.join(file), folder.join(file))?;
    }
    fs::write(&stamp, &lock)?;
    let mut npm = tool::npm()?;
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
    if let Err(error) = step::run("typescript from npm", &mut npm) {
        println!("{error}");
        step::note("without", "typescript: the tests of the published types are skipped");
        fs::remove_file(&stamp)?;
    }
    Ok(())
}
