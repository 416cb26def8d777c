//! `cargo xtask demo`: one utterance, end to end, with what was just built.
//!
//! Builds here; the story itself is `xtask/demo/story.py`, told over the Python package as any host
//! would use it; then the same WAV goes through C, C++, Node and Rust, and the answers are compared.

mod language;

use crate::place::Profile;
use crate::python::{self, Environment};
use crate::{Result, build, header, place, step, tool};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::Instant;

pub fn run() -> Result {
    let start = Instant::now();
    let out = place::target().join("demo");
    // What an earlier run left must not be taken for this one's.
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)?;
    println!("voxguard, one utterance from end to end\n\n 1  Build");
    let mut environment = Environment::open()?;
    let tools = tools(&environment)?;
    let missing = python_side(&mut environment)?;
    step::timed("header, compared with the library's source", || header::run(true))?;
    build::native()?;
    step::note("built", &sizes()?);

    tell(&environment, &out, &tools)?;
    let mut report = read(&out.join("report.json"))?;
    report["tools"] = json!(tools.lines());
    report["missing"] = json!(missing);

    println!("\n 6  Every language, on the same WAV");
    report["languages"] = language::compare(&environment, &tools, &out, &report)?;
    fs::write(out.join("report.json"), serde_json::to_string_pretty(&report)? + "\n")?;

    println!("\n 7  What is left to look at, in {}/", place::shown(&out));
    picture(&environment, &out, &missing)?;
    step::note("sound", "speech.wav, marked.wav, and what became of it: telephone, noise, cut, degraded");
    step::note("figures", "report.json");
    step::note("ledger", "ledger.db, with its checkpoint in checkpoint.txt; tampered.db is the changed copy");
    println!("\nDone in {:.0} s.", start.elapsed().as_secs_f64());
    Ok(())
}

/// The programs that the demonstration runs.
struct Tools {
    cc: tool::Tool,
    cxx: tool::Tool,
    node: tool::Tool,
    python: String,
    ffmpeg: Option<tool::Tool>,
}

impl Tools {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("Python {}", self.python), format!("Node {}", self.node.version)];
        lines.push(format!("C compiler {}", self.cc.version));
        lines.push(format!("C++ compiler {}", self.cxx.version));
        lines.push(match &self.ffmpeg {
            Some(ffmpeg) => format!("ffmpeg {}", ffmpeg.version),
            None => "no ffmpeg".to_owned(),
        });
        lines
    }
}

fn tools(environment: &Environment) -> Result<Tools> {
    let python = environment.version().to_owned();
    let tools =
        Tools { cc: tool::cc()?, cxx: tool::cxx()?, node: tool::node()?, ffmpeg: tool::ffmpeg(), python };
    step::note("tools", &tools.lines().join(", "));
    Ok(tools)
}

/// Installs what Python needs and the wheel, or what stands in for them without PyPI; answers what
/// could not be had.
fn python_side(environment: &mut Environment) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    for packages in [python::MATURIN, python::SPEECH, python::PICTURE] {
        if let Err(reason) = environment.install(&packages) {
            step::note("without", &format!("{}: {reason}", packages.name()));
            missing.push(packages.name().to_owned());
        }
    }
    if missing.iter().any(|name| name == python::MATURIN.name()) {
        build::python_folder(environment)?;
    } else {
        let wheel = build::wheel(environment, Profile::Release)?;
        environment.install_wheel(&wheel)?;
    }
    Ok(missing)
}

fn tell(environment: &Environment, out: &Path, tools: &Tools) -> Result {
    let mut story = environment.command();
    story.arg(place::top().join("xtask/demo/story.py")).arg(out).current_dir(place::top());
    if let Some(ffmpeg) = &tools.ffmpeg {
        story.args(["--ffmpeg", &ffmpeg.program]);
    }
    if !story.status()?.success() {
        return Err("the story broke off; its own words stand above".into());
    }
    Ok(())
}

fn picture(environment: &Environment, out: &Path, missing: &[String]) -> Result {
    if missing.iter().any(|name| name == python::PICTURE.name()) {
        step::note("picture", "none: matplotlib could not be installed");
        return Ok(());
    }
    let mut draw = environment.command();
    draw.arg(place::top().join("xtask/demo/picture.py")).arg(out);
    step::run("picture.png", &mut draw)?;
    Ok(())
}

fn sizes() -> Result<String> {
    let library = build::described(&Profile::Release.shared_library("voxguard"))?;
    Ok(format!("{library}, {}", build::described(&build::addon())?))
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", place::shown(path)))?;
    Ok(serde_json::from_str(&text)?)
}
