//! The documents: their links resolve, the tests that the security model names exist, and what they tell a reader to run,
//! runs.
//!
//! Two rules, so that no mark is needed in the text: every ```` ```sh ```` block of an example's README
//! is run, and every Python, JavaScript, C and C++ block of the top README is a whole program that is
//! run. (Its Rust blocks are doc tests of `bindings/rust`.)

use super::count::Count;
use super::scene::{Scene, check};
use crate::{Result, build, place, tool};
use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn run(_: &mut Scene) -> Result<Count> {
    let files = tracked()?;
    let mut faults = Vec::new();
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        faults.extend(dead_links(path)?);
    }
    let home = env::var("HOME").unwrap_or_default();
    let places = [place::top().display().to_string(), home + "/"];
    for path in &files {
        // What is not text has no lines to look at.
        let Ok(text) = fs::read_to_string(path) else { continue };
        let here = |line: &&str| places.iter().any(|place| place.len() > 2 && line.contains(place.as_str()));
        faults.extend(
            text.lines()
                .find(here)
                .map(|line| format!("{}: path of this machine: {line}", place::shown(path))),
        );
    }
    faults.extend(missing_tests(&files)?);
    for fault in &faults {
        println!("    {fault}");
    }
    Ok(Count { passed: files.len() - faults.len().min(files.len()), failed: faults.len(), skipped: 0 })
}

/// Every file that git tracks and that is still there.
fn tracked() -> Result<Vec<PathBuf>> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(place::top()).output()?;
    if !output.status.success() {
        return Err("git ls-files fails: the documents are checked in a clone".into());
    }
    let names = String::from_utf8(output.stdout)?;
    let paths = names.split('\0').filter(|name| !name.is_empty()).map(|name| place::top().join(name));
    Ok(paths.filter(|path| path.is_file()).collect())
}

/// Names of tests in the security model that no source has.
fn missing_tests(files: &[PathBuf]) -> Result<Vec<String>> {
    let model = fs::read_to_string(place::top().join("docs/SECURITY-MODEL.md"))?;
    let shown = shown_by(&model);
    if shown.is_empty() {
        return Err("docs/SECURITY-MODEL.md has no column of tests any more".into());
    }
    let sources = files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs" || extension == "py"));
    let text: String = sources.flat_map(fs::read_to_string).collect();
    let there = |name: &&str| text.contains(&format!("fn {name}(")) || text.contains(&format!("def {name}("));
    let missing = shown.into_iter().filter(|name| !there(name));
    Ok(missing.map(|name| format!("docs/SECURITY-MODEL.md: no test is called {name}")).collect())
}

/// What stands in backticks in the third column of the tables of four columns.
fn shown_by(text: &str) -> Vec<&str> {
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix('|')?.split('|').collect();
        if cells.len() == 5 { Some(cells[2]) } else { None }
    });
    rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

fn dead_links(path: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(path)?;
    let mut faults = Vec::new();
    for link in links(&text) {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = if file.is_empty() { path.to_owned() } else { path.with_file_name("").join(file) };
        let fault = if !target.exists() {
            "leads nowhere"
        } else if !anchor.is_empty()
            && target.is_file()
            && !anchors(&fs::read_to_string(&target)?).contains(anchor)
        {
            "names no heading there"
        } else {
            continue;
        };
        faults.push(format!("{}: the link {link} {fault}", place::shown(path)));
    }
    Ok(faults)
}

/// Targets of the inline links and pictures outside code blocks that point into the repository.
fn links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        }
        if code {
            continue;
        }
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](") {
            let end = after.find(')').unwrap_or(after.len());
            let (link, tail) = after.split_at(end);
            if !link.contains("://") && !link.starts_with("mailto:") {
                links.push(link);
            }
            rest = tail;
        }
    }
    links
}

/// The anchors that a forge makes of the headings in `text`.
fn anchors(text: &str) -> HashSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let slug = |heading: &str| -> String {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(slug).collect()
}

/// Fenced blocks of `text` whose language is `language`, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(found) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        if found == language {
            blocks.push(block.join("\n") + "\n");
        }
    }
    blocks
}

/// Runs what the examples' READMEs and the top README say.
pub fn examples(scene: &mut Scene) -> Result<Count> {
    scene.native()?;
    let mut count = Count::default();
    let mut folders: Vec<PathBuf> =
        fs::read_dir(place::top().join("examples"))?.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    for readme in folders.iter().map(|folder| folder.join("README.md")).filter(|readme| readme.exists()) {
        let script = blocks(&fs::read_to_string(&readme)?, "sh").concat();
        if !script.is_empty() {
            let mut shell = with_python(scene, Command::new("bash"))?;
            shell.args(["-euo", "pipefail", "-c", &script]);
            count.add(&check(&place::shown(&readme), &mut shell)?);
        }
    }
    count.add(&programs(scene)?);
    Ok(count)
}

/// The whole programs of the top README, run in a folder where they may leave files.
fn programs(scene: &mut Scene) -> Result<Count> {
    let mut count = Count::default();
    let readme = fs::read_to_string(place::top().join("README.md"))?;
    let folder = place::target().join("readme");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    fs::copy(place::top().join("examples/audio/hibari.wav"), folder.join("speech.wav"))?;
    for (language, extension) in [("python", "py"), ("js", "js"), ("c", "c"), ("cpp", "cpp")] {
        for (index, block) in blocks(&readme, language).iter().enumerate() {
            let name = format!("{language}_{index}");
            let source = folder.join(format!("{name}.{extension}"));
            fs::write(&source, block)?;
            let mut program = match language {
                "python" => scene.python()?.command(),
                "js" => tool::node()?.command(),
                _ => {
                    let program = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
                    compile(language, &source, &program)?;
                    Command::new(program)
                }
            };
            match language {
                "python" => program.arg(&source),
                "js" => program.arg(&source).env("NODE_PATH", modules(&folder)?),
                _ => &mut program,
            };
            build::add_library_path(&mut program);
            count.add(&check(&format!("README.md, {language} {}", index + 1), program.current_dir(&folder))?);
        }
    }
    Ok(count)
}

fn compile(language: &str, source: &Path, program: &Path) -> Result {
    let mut compiler = match language {
        "c" => tool::cc()?.command(),
        _ => tool::cxx()?.command(),
    };
    compiler.arg(if language == "c" { "-std=c99" } else { "-std=c++17" });
    compiler.args(["-Wall", "-Wextra", "-Werror", "-o"]).arg(program).arg(source);
    compiler.arg("-I").arg(place::top().join("include")).args(build::link_arguments());
    crate::step::run(&format!("{} compiled", place::shown(source)), &mut compiler)?;
    Ok(())
}

/// A module folder in which `require('voxguard')` finds `bindings/node`.
fn modules(folder: &Path) -> Result<PathBuf> {
    let modules = folder.join("node_modules");
    let package = modules.join("voxguard");
    fs::create_dir_all(&package)?;
    let index = place::top().join("bindings/node/index.js").display().to_string();
    let text = format!("module.exports = require({});\n", serde_json::to_string(&index)?);
    fs::write(package.join("index.js"), text)?;
    Ok(modules)
}

/// `command` with the environment's Python first on the path, as after activating it.
fn with_python(scene: &mut Scene, mut command: Command) -> Result<Command> {
    let interpreter = scene.python()?.interpreter();
    let folder = interpreter.parent().map(Path::to_owned).unwrap_or_default();
    let old = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(folder).chain(env::split_paths(&old)))?;
    command.env("PATH", path).env("PYTHONDONTWRITEBYTECODE", "1").current_dir(place::top());
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::{anchors, blocks, links, shown_by};

    #[test]
    fn links_into_the_repository_are_found_and_others_left_alone() {
        let text =
            "See [a](docs/a.md), ![b](b.png#c) and [c](https://example.org).\n```\n[d](e)\n```\n[f](#g)";
        assert_eq!(links(text), ["docs/a.md", "b.png#c", "#g"]);
    }

    #[test]
    fn tests_are_read_from_the_third_column() {
        let table = "| threat | what | shown by | host |\n|---|---|---|---|\n| a | `b` | `c_d`, `e` (f) | `g` |\n| `h` | i |";
        assert_eq!(shown_by(table), ["c_d", "e"]);
    }

    #[test]
    fn headings_become_anchors_as_a_forge_writes_them() {
        let found = anchors("# Where does a change go?\n## `core`: rooms\n");
        assert!(found.contains("where-does-a-change-go") && found.contains("core-rooms"), "{found:?}");
    }

    #[test]
    fn blocks_are_told_apart_by_language() {
        let text = "```sh\nls\n```\ntext\n```python\nimport a\n\nb()\n```\n```sh\npwd\n```\n";
        assert_eq!(blocks(text, "sh"), ["ls\n", "pwd\n"]);
        assert_eq!(blocks(text, "python"), ["import a\n\nb()\n"]);
        assert!(blocks(text, "js").is_empty());
    }
}
