//! The same WAV through `mark_wav` of every language: the marked files must be the same, bit for bit,
//! and so must what detection says of them.

use super::Tools;
use crate::place::Profile;
use crate::python::{Environment, sha256};
use crate::{Result, build, place, step};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// What every program is asked, and what its answer is compared in.
const COMPARED: [&str; 5] = ["frames", "found", "mark", "p_value", "key_id"];

pub fn compare(environment: &Environment, tools: &Tools, out: &Path, report: &Value) -> Result<Value> {
    let key = fs::read_to_string(out.join("key.hex"))?.trim().to_owned();
    let mark = report["mark"].as_str().ok_or("report.json names no mark")?.to_owned();
    let story = sha256(&out.join("marked.wav"))?;
    let mut answers = Vec::new();
    for (language, mut program) in programs(environment, tools, out)? {
        let marked = out.join(format!("marked-{language}.wav"));
        let start = Instant::now();
        program.args([&key, &mark]).arg(out.join("speech.wav")).arg(&marked);
        let output = step::capture(&language, &mut program)?;
        if !output.success {
            return Err(step::failure(&program, &output.text.replace(&key, "KEY")));
        }
        let line = output.text.lines().last().unwrap_or_default();
        let mut answer: Value =
            serde_json::from_str(line).map_err(|error| format!("{language} answered '{line}': {error}"))?;
        answer["sha256"] = json!(sha256(&marked)?);
        let text = |name: &str| answer[name].as_str().unwrap_or("none").to_owned();
        let digest = text("sha256").chars().take(16).collect::<String>();
        let p_value = answer["p_value"].as_f64().unwrap_or(f64::NAN);
        let seconds = start.elapsed().as_secs_f64();
        let line = format!("mark {}   p-value {p_value:.1e}   SHA-256 {digest}...", text("mark"));
        println!("    {language:<10} {line:<67} {seconds:>6.1} s");
        answers.push(answer);
    }
    judge(&answers, &story)?;
    step::note("same", "the story's WAV and all five programs' are one file, and found alike");
    Ok(Value::Array(answers))
}

fn judge(answers: &[Value], story: &str) -> Result {
    for answer in answers {
        let language = &answer["language"];
        if answer["sha256"] != story {
            let theirs = &answer["sha256"];
            return Err(format!("{language} marked differently: SHA-256 {theirs}, the story {story}").into());
        }
        for name in COMPARED {
            let (theirs, first) = (&answer[name], &answers[0][name]);
            if theirs != first {
                return Err(format!(
                    "{language} answers {name} {theirs}, {} answers {first}",
                    answers[0]["language"]
                )
                .into());
            }
        }
    }
    Ok(())
}

/// `mark_wav` of each language, ready for its arguments.
fn programs(environment: &Environment, tools: &Tools, out: &Path) -> Result<Vec<(String, Command)>> {
    let examples = place::top().join("examples");
    let mut python = environment.command();
    python.arg(examples.join("python/mark_wav.py"));
    let mut node = tools.node.command();
    node.arg(examples.join("node/mark_wav.mjs"));
    let c = compile(tools.cc.command().arg("-std=c99"), &examples.join("c/mark_wav.c"), out)?;
    let cpp = compile(tools.cxx.command().arg("-std=c++17"), &examples.join("cpp/mark_wav.cpp"), out)?;
    let rust = Command::new(Profile::Release.program("mark_wav"));
    let programs = [("python", python), ("c", c), ("cpp", cpp), ("node", node), ("rust", rust)];
    Ok(programs.map(|(language, command)| (language.to_owned(), command)).into())
}

/// Compiles one C or C++ file against the header and the shared library, both as they are shipped.
fn compile(compiler: &mut Command, source: &Path, out: &Path) -> Result<Command> {
    let language = source.extension().unwrap_or_default().to_string_lossy().into_owned();
    let program: PathBuf = out.join(format!("mark_wav_{language}{}", std::env::consts::EXE_SUFFIX));
    compiler.args(["-O2", "-Wall", "-Wextra", "-o"]).arg(&program).arg(source);
    compiler.arg("-I").arg(place::top().join("include")).args(build::link_arguments());
    step::run(&format!("{} compiled", place::shown(source)), compiler)?;
    let mut command = Command::new(program);
    build::add_library_path(&mut command);
    Ok(command)
}
