//! The suites, in the order in which they are run: what is quick to fail comes first.

use super::count::Count;
use super::docs;
use super::scene::{Scene, check, counted};
use crate::{Result, place, step, tool};
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
        name: "rust",
        what: "all Rust tests: units, doc tests, C and C++ programs, layers, decoy, vectors",
        run: rust,
    },
    Suite { name: "client", what: "the Rust client's tests again, over the shared library", run: client },
    Suite { name: "python", what: "pytest over the installed wheel", run: python },
    Suite { name: "node", what: "node --test over the built addon", run: node },
    Suite { name: "types", what: "mypy, stubtest and tsc agree with the published types", run: types },
    Suite { name: "examples", what: "every command in the examples' READMEs", run: docs::examples },
];

fn format(_: &mut Scene) -> Result<Count> {
    check("cargo fmt --check", tool::cargo().args(["fmt", "--all", "--check"]))
}

fn lint(_: &mut Scene) -> Result<Count> {
    let mut cargo = tool::cargo();
    cargo.args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    check("cargo clippy", &mut cargo)
}

fn rust(scene: &mut Scene) -> Result<Count> {
    counted("cargo test", &mut scene.cargo_test()?, Count::from_cargo)
}

fn client(scene: &mut Scene) -> Result<Count> {
    let mut cargo = scene.cargo_test()?;
    cargo.args(["--package", "voxguard", "--no-default-features", "--features", "dynamic", "--tests"]);
    counted("cargo test, dynamic", &mut cargo, Count::from_cargo)
}

fn python(scene: &mut Scene) -> Result<Count> {
    let mut pytest = scene.python()?.command();
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "bindings/python/tests"]);
    counted("pytest", &mut pytest, Count::from_pytest)
}

fn node(scene: &mut Scene) -> Result<Count> {
    scene.native()?;
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

fn types(scene: &mut Scene) -> Result<Count> {
    let mut count = Count::default();
    let cache = place::target().join("mypy");
    let environment = scene.python()?;
    let mut mypy = environment.command();
    mypy.args(["-m", "mypy", "--strict", "--cache-dir"]).arg(&cache).arg("bindings/python/python/voxguard");
    count.add(&check("mypy --strict", &mut mypy)?);
    let mut stubtest = environment.command();
    // Its cache would lie in the working folder.
    stubtest.args(["-m", "mypy.stubtest", "voxguard"]).current_dir(place::target());
    count.add(&check("stubtest", &mut stubtest)?);
    count.add(&tsc()?);
    Ok(count)
}

/// TypeScript lies in `target/node`; without the npm registry the check is skipped, and said so.
fn tsc() -> Result<Count> {
    let folder = place::target().join("node");
    let script = folder.join("node_modules/typescript/bin/tsc");
    if !script.exists() {
        fs::create_dir_all(&folder)?;
        let mut npm = tool::npm()?;
        npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(&folder);
        npm.args(["typescript@5", "@types/node@20"]);
        if let Err(error) = step::run("typescript from npm", &mut npm) {
            println!("{error}");
            step::note("skipped", "tsc: typescript could not be installed");
            return Ok(Count::skip());
        }
    }
    let mut tsc = tool::node()?.command();
    tsc.arg(script).args(["--noEmit", "-p", "bindings/node"]);
    tsc.arg("--typeRoots").arg(folder.join("node_modules/@types"));
    check("tsc", &mut tsc)
}
