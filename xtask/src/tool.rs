//! The programs that must be on the machine, and what to do when one is missing or too old.

use crate::Result;
use std::env;
use std::process::Command;

/// A program that was found.
pub struct Tool {
    pub program: String,
    pub version: String,
}

impl Tool {
    pub fn command(&self) -> Command {
        Command::new(&self.program)
    }
}

/// cargo: the one that runs us.
pub fn cargo() -> Command {
    Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
}

/// Python 3.9 or newer: `$PYTHON`, or the first of python3, python (on Windows also py) that will do.
pub fn python() -> Result<Tool> {
    let names: &[&str] = if cfg!(windows) { &["python", "py", "python3"] } else { &["python3", "python"] };
    let advice = "install Python 3.9 or newer, or set PYTHON to one";
    newest("PYTHON", names, &["--version"], (3, 9), "Python", advice)
}

/// Node 18 or newer: `$NODE` or node.
pub fn node() -> Result<Tool> {
    newest("NODE", &["node"], &["--version"], (18, 0), "Node", "install Node 18 or newer, or set NODE to one")
}

/// npm, which comes with Node.
pub fn npm() -> Result<Command> {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    newest("NPM", &[name], &["--version"], (7, 0), "npm", "it comes with Node").map(|tool| tool.command())
}

/// The C compiler: `$CC`, cc, gcc or clang.
pub fn cc() -> Result<Tool> {
    let advice = "install a C compiler (Debian: apt install build-essential; macOS: xcode-select --install)";
    newest("CC", &["cc", "gcc", "clang"], &["--version"], (0, 0), "a C compiler", advice)
}

/// The C++ compiler: `$CXX`, c++, g++ or clang++.
pub fn cxx() -> Result<Tool> {
    let advice =
        "install a C++ compiler (Debian: apt install build-essential; macOS: xcode-select --install)";
    newest("CXX", &["c++", "g++", "clang++"], &["--version"], (0, 0), "a C++ compiler", advice)
}

/// ffmpeg, for the demonstration's MP3 copy. It is no error that it is absent.
pub fn ffmpeg() -> Option<Tool> {
    newest("FFMPEG", &["ffmpeg"], &["-version"], (0, 0), "ffmpeg", "").ok()
}

fn newest(
    variable: &str,
    names: &[&str],
    arguments: &[&str],
    least: (u32, u32),
    title: &str,
    advice: &str,
) -> Result<Tool> {
    let chosen = env::var(variable).ok().filter(|name| !name.is_empty());
    let names: Vec<&str> = match &chosen {
        Some(name) => vec![name],
        None => names.to_vec(),
    };
    let mut seen = Vec::new();
    for name in &names {
        let Ok(output) = Command::new(name).args(arguments).output() else { continue };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        match version(&text) {
            Some((found, version)) if found >= least => {
                return Ok(Tool { program: (*name).to_owned(), version });
            }
            Some((_, version)) => seen.push(format!("{name} is {version}")),
            None => {}
        }
    }
    let seen = if seen.is_empty() { format!("none of {} runs", names.join(", ")) } else { seen.join(", ") };
    Err(format!("{title} is needed and {seen}: {advice}").into())
}

/// The first dotted number in `text`, as (major, minor) and as it stands.
fn version(text: &str) -> Option<((u32, u32), String)> {
    let word = text
        .split(|c: char| c.is_whitespace() || c == '-')
        .map(|word| word.trim_start_matches(['v', 'n']))
        .find(|word| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit()))?;
    let word = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    let mut numbers = word.split('.').map(|part| part.parse::<u32>());
    let major = numbers.next()?.ok()?;
    let minor = numbers.next()?.unwrap_or(0);
    Some(((major, minor), word.to_owned()))
}

/// Whether PostgreSQL's programs are here: installed from Debian's package where they are not and may be.
pub fn postgres() -> bool {
    let there = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        versions.map(|version| version.path().join("bin/initdb")).any(|program| program.is_file())
    };
    if !there() && cfg!(target_os = "linux") {
        let mut install = Command::new("apt-get");
        install.args(["install", "--yes", "--no-install-recommends", "postgresql"]);
        // Without the right to install, the ledger is tested over SQLite alone.
        let _ = crate::step::capture("apt-get install postgresql", &mut install);
    }
    there()
}

/// Whether Valkey or Redis is here: Redis is installed from Debian's package where neither is and it may be.
pub fn redis() -> bool {
    let there = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let has = |name: &str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
        ["valkey", "redis"].iter().any(|kind| has(&format!("{kind}-server")) && has(&format!("{kind}-cli")))
    };
    if !there() && cfg!(target_os = "linux") {
        let mut install = Command::new("apt-get");
        install.args(["install", "--yes", "--no-install-recommends", "redis-server", "redis-tools"]);
        // Without the right to install, limits are tested in the process alone.
        let _ = crate::step::capture("apt-get install redis-server", &mut install);
    }
    there()
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_read_from_what_the_programs_print() {
        let lines = [
            ("Python 3.11.7", (3, 11), "3.11.7"),
            ("v20.20.2", (20, 20), "20.20.2"),
            ("cc (Debian 12.2.0-14+deb12u1) 12.2.0", (12, 2), "12.2.0"),
            ("Apple clang version 16.0.0 (clang-1600.0.26.6)", (16, 0), "16.0.0"),
            ("ffmpeg version 5.1.8-0+deb12u1 Copyright", (5, 1), "5.1.8"),
        ];
        for (line, numbers, text) in lines {
            assert_eq!(version(line), Some((numbers, text.to_owned())), "{line}");
        }
    }

    #[test]
    fn a_line_without_a_version_has_none() {
        assert_eq!(version("command not found"), None);
    }
}
