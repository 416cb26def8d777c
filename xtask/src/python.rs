//! The Python environments under `target/` and what is installed in them.
//!
//! What was installed is stamped, so that a second run asks no registry.

use crate::{Result, place, step, tool};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packages that are installed together, for one purpose.
pub struct Packages {
    name: &'static str,
    requirements: &'static [&'static str],
}

impl Packages {
    /// What the packages are called in what we print.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

pub const MATURIN: Packages = Packages { name: "maturin", requirements: &["maturin>=1.9,<2"] };
pub const SPEECH: Packages = Packages { name: "hibari-tts", requirements: &["hibari-tts==0.2.1"] };
pub const PICTURE: Packages = Packages { name: "matplotlib", requirements: &["matplotlib>=3.7", "numpy"] };
/// What the attacks of the robustness bench need at least.
pub const SIGNAL: Packages =
    Packages { name: "scipy and soundfile", requirements: &["scipy>=1.9", "soundfile>=0.12"] };
pub const TESTS: Packages = Packages {
    name: "pytest, mypy, numpy and jsonschema",
    requirements: &["pytest>=8", "mypy>=1.10", "numpy", "jsonschema>=4.18,<5"],
};
/// The C2PA project's own library, which signs and reads back what our assertions say, and certificates for it.
pub const CREDENTIALS: Packages = Packages {
    name: "c2pa and cryptography",
    requirements: &["c2pa-python>=0.38,<0.39", "cryptography>=42"],
};

/// An environment, and where the voxguard package lies when it could not be installed there.
pub struct Environment {
    base: tool::Tool,
    folder: PathBuf,
    path: Option<PathBuf>,
}

impl Environment {
    /// `target/venv`, made when it is not there, or was made by another Python.
    pub fn open() -> Result<Environment> {
        Environment::open_in("venv")
    }

    /// The same in the folder `name` of `target/`, for packages that must not meet the others.
    pub fn open_in(name: &str) -> Result<Environment> {
        let base = tool::python()?;
        let folder = place::target().join(name);
        let environment = Environment { base, folder, path: None };
        let stamp = environment.folder.join("made-by");
        if fs::read_to_string(&stamp).ok().as_deref() != Some(&environment.base.version) {
            step::timed(&format!("Python environment target/{name}"), || environment.make())?;
            fs::write(stamp, &environment.base.version)?;
        }
        Ok(environment)
    }

    fn make(&self) -> Result {
        let mut last = String::new();
        // Debian's Python without python3-venv makes one only when pip is left out of it.
        for extra in [&[][..], &["--without-pip"]] {
            let mut venv = self.base.command();
            venv.args(["-m", "venv", "--clear"]).args(extra).arg(&self.folder);
            let output = step::capture("Python environment target/venv", &mut venv)?;
            if output.success {
                return Ok(());
            }
            last = output.text;
        }
        Err(format!("{last}\npython -m venv fails (Debian: apt install python3-venv)").into())
    }

    /// Version of the interpreter.
    pub fn version(&self) -> &str {
        &self.base.version
    }

    /// The environment's interpreter.
    pub fn interpreter(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
    }

    /// A Python command that sees voxguard and leaves no compiled files in the tree.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.interpreter());
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUTF8", "1");
        if let Some(path) = &self.path {
            command.env("PYTHONPATH", path);
        }
        command
    }

    /// Installs `packages` unless that was done before.
    pub fn install(&self, packages: &Packages) -> Result {
        let stamp = self.folder.join(format!("installed-{}", packages.name.replace([' ', ','], "-")));
        let wanted = packages.requirements.join("\n");
        if fs::read_to_string(&stamp).ok().as_deref() == Some(&wanted) {
            return Ok(());
        }
        let label = format!("{} from PyPI", packages.name);
        step::run(&label, self.pip().args(["install", "--retries", "1"]).args(packages.requirements))
            .map_err(|error| short(&*error))?;
        fs::write(stamp, wanted)?;
        Ok(())
    }

    /// Installs what the requirements file at `path` names, unless that was done before.
    pub fn install_file(&self, path: &Path) -> Result {
        let stamp = self.folder.join("installed-file");
        let wanted = fs::read_to_string(path).map_err(|error| format!("{}: {error}", place::shown(path)))?;
        if fs::read_to_string(&stamp).ok().as_deref() != Some(&wanted) {
            let label = format!("{} from PyPI", place::shown(path));
            step::run(&label, self.pip().args(["install", "--retries", "1", "-r"]).arg(path))
                .map_err(|error| short(&*error))?;
            fs::write(stamp, wanted)?;
        }
        Ok(())
    }

    /// Installs the wheel at `path`, without what it depends on, unless the same wheel is in place.
    pub fn install_wheel(&self, path: &Path) -> Result {
        let stamp = self.folder.join("installed-wheel");
        let wanted = sha256(path)?;
        if fs::read_to_string(&stamp).ok().as_deref() != Some(&wanted) {
            let mut pip = self.pip();
            pip.args(["install", "--no-deps", "--no-index", "--force-reinstall"]).arg(path);
            let name = self.folder.file_name().unwrap_or_default().to_string_lossy();
            step::run(&format!("wheel into target/{name}"), &mut pip)?;
            fs::write(stamp, wanted)?;
        }
        Ok(())
    }

    /// From now on voxguard is imported from the folder `path`.
    pub fn use_path(&mut self, path: PathBuf) {
        self.path = Some(path);
    }

    fn pip(&self) -> Command {
        let inside =
            self.interpreter().with_file_name(if cfg!(windows) { "pip.exe" } else { "pip" }).exists();
        let mut command = if inside { Command::new(self.interpreter()) } else { self.base.command() };
        command.args(["-m", "pip", "--disable-pip-version-check", "--quiet"]);
        if !inside {
            command.arg("--python").arg(self.interpreter());
        }
        command
    }
}

/// The line of pip's complaint that says why.
fn short(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let line = text.lines().rev().find(|line| line.starts_with("ERROR:")).unwrap_or(&text);
    line.trim_start_matches("ERROR:").trim().to_owned()
}

/// SHA-256 of a file, in hex.
pub fn sha256(path: &Path) -> Result<String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", place::shown(path)))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}
