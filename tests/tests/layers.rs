//! Who may depend on whom: `docs/ARCHITECTURE.md`, as `cargo metadata` and the sources see it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use voxguard_tests::workspace;

/// Our crates, and which of ours each may use outside its tests.
const LAYERS: &[(&str, &[&str])] = &[
    ("voxguard-core", &[]),
    ("voxguard-store", &["voxguard-core"]),
    ("voxguard-cedar", &["voxguard-core"]),
    ("voxguard-ffi", &["voxguard-cedar", "voxguard-core", "voxguard-store"]),
    ("voxguard-capi", &["voxguard-ffi"]),
    ("voxguard", &["voxguard-ffi"]),
    ("voxguard-python", &["voxguard", "voxguard-cli"]),
    ("voxguard-node", &["voxguard"]),
    ("voxguard-example", &["voxguard"]),
    ("voxguard-cli", &["voxguard"]),
];

/// Crates that open files or sockets, read clocks, start threads or runtimes.
const WITH_IO: &[&str] = &[
    "async-std",
    "chrono",
    "crossbeam-channel",
    "curl",
    "fs2",
    "getrandom",
    "hyper",
    "libsqlite3-sys",
    "memmap2",
    "mio",
    "native-tls",
    "openssl",
    "postgres",
    "rayon",
    "reqwest",
    "rusqlite",
    "rustls",
    "smol",
    "socket2",
    "tempfile",
    "time",
    "tokio",
    "ureq",
    "walkdir",
];

fn metadata() -> Value {
    let output = Command::new(workspace::cargo())
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(workspace::top())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

fn packages(metadata: &Value) -> &Vec<Value> {
    metadata["packages"].as_array().expect("packages")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn each_crate_uses_only_the_crates_below_it() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
    for (name, allowed) in LAYERS {
        let package = packages(&metadata).iter().find(|package| text(&package["name"]) == *name);
        let package = package.unwrap_or_else(|| panic!("{name} is a crate of the workspace"));
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let used = text(&dependency["name"]);
            let for_tests = text(&dependency["kind"]) == "dev";
            assert!(
                !ours.contains(used)
                    || allowed.contains(&used)
                    || (for_tests && !name.starts_with("voxguard-core")),
                "{name} depends on {used}: accepted are {allowed:?}"
            );
        }
    }
}

#[test]
fn bindings_never_depend_on_core_or_store_not_even_for_tests() {
    let metadata = metadata();
    let bindings = workspace::file("bindings");
    let mut seen = 0;
    for package in packages(&metadata)
        .iter()
        .filter(|package| Path::new(text(&package["manifest_path"])).starts_with(&bindings))
    {
        seen += 1;
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let used = text(&dependency["name"]);
            assert!(
                !matches!(used, "voxguard-core" | "voxguard-store"),
                "{} depends on {used}",
                package["name"]
            );
        }
    }
    assert_eq!(seen, 3, "Rust, Python and Node");
}

#[test]
fn bindings_never_name_core_or_store() {
    let mut read = 0;
    for path in
        files(&workspace::file("bindings"), &["rs", "py", "pyi", "js", "mjs", "ts", "mts", "toml", "json"])
    {
        let source = std::fs::read_to_string(&path).expect("sources are text");
        for name in ["voxguard_core", "voxguard-core", "voxguard_store", "voxguard-store"] {
            assert!(!source.contains(name), "{} names {name}", path.display());
        }
        read += 1;
    }
    assert!(read > 10, "{read} sources");
}

#[test]
fn nothing_that_core_needs_does_io() {
    let metadata = metadata();
    let names: BTreeMap<&str, &str> =
        packages(&metadata).iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect();
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .expect("a resolved graph")
        .iter()
        .map(|node| (text(&node["id"]), node))
        .collect();
    let core = *names.iter().find(|(_, name)| **name == "voxguard-core").expect("core").0;
    let mut reached = BTreeSet::from([core]);
    let mut open = vec![core];
    while let Some(id) = open.pop() {
        for dependency in nodes[id]["deps"].as_array().expect("deps") {
            // Linked into the library, not into a build script or a test.
            let linked =
                dependency["dep_kinds"].as_array().expect("kinds").iter().any(|kind| kind["kind"].is_null());
            let next = text(&dependency["pkg"]);
            if linked && reached.insert(next) {
                open.push(next);
            }
        }
    }
    let reached: BTreeSet<&str> = reached.iter().map(|id| names[id]).collect();
    assert!(reached.len() > 5, "{reached:?}");
    let with_io: Vec<_> = WITH_IO.iter().filter(|name| reached.contains(**name)).collect();
    assert!(with_io.is_empty(), "core needs {with_io:?}");
}

#[test]
fn core_itself_does_no_io() {
    let forbidden = [
        "std::fs",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "ToSocketAddrs",
        "std::thread",
        "std::process",
        "std::env",
        "std::io",
        "SystemTime",
        "Instant::now",
    ];
    let mut read = 0;
    for path in files(&workspace::file("core/src"), &["rs"]) {
        let source = std::fs::read_to_string(&path).expect("sources are text");
        // What follows is tests, as is a file of that name.
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for name in forbidden {
            assert!(!code.iter().any(|line| line.contains(name)), "{} uses {name}", path.display());
        }
        read += 1;
    }
    assert!(read > 5, "{read} sources");
}

/// Files below `folder` that end in one of `endings`, without what tools put there.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "node_modules" && name != "target" && !name.starts_with('.') {
            found.extend(files(&path, endings));
        } else if endings.iter().any(|ending| path.extension().is_some_and(|extension| extension == *ending))
        {
            found.push(path);
        }
    }
    found
}
