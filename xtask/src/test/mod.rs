//! `cargo xtask test`: every check of the repository, suite by suite, with one summary at the end.
//!
//! A suite counts what its own runner counted. The last line is the sum over all suites; anything
//! that failed makes the command fail.

mod count;
mod docs;
mod scene;
mod suite;

use crate::Result;
use count::Count;
use scene::Scene;
use std::time::Instant;
use suite::{SUITES, Suite};

pub fn run(arguments: &[String]) -> Result {
    let mut names = Vec::new();
    let mut quick = false;
    for argument in arguments {
        match argument.as_str() {
            "--list" => {
                for suite in SUITES {
                    println!("  {:<10} {}", suite.name, suite.what);
                }
                return Ok(());
            }
            "--quick" => quick = true,
            name if SUITES.iter().any(|suite| suite.name == name) => names.push(name),
            other => {
                return Err(format!("no suite '{other}'; 'cargo xtask test --list' names them").into());
            }
        }
    }
    let chosen = SUITES.iter().filter(|suite| names.is_empty() || names.contains(&suite.name));
    let mut scene = Scene::new(quick);
    let start = Instant::now();
    let outcomes: Vec<Outcome> = chosen.map(|suite| judge(suite, &mut scene)).collect();
    summarise(&outcomes, start)
}

/// What came of one suite.
struct Outcome {
    suite: &'static Suite,
    count: Count,
    seconds: f64,
}

fn judge(suite: &'static Suite, scene: &mut Scene) -> Outcome {
    println!("\n{}: {}", suite.name, suite.what);
    let start = Instant::now();
    let count = (suite.run)(scene).unwrap_or_else(|error| {
        println!("{error}");
        Count::failure()
    });
    Outcome { suite, count, seconds: start.elapsed().as_secs_f64() }
}

fn summarise(outcomes: &[Outcome], start: Instant) -> Result {
    println!("\n{:<12}{:>8}{:>8}{:>9}{:>10}", "suite", "passed", "failed", "skipped", "seconds");
    let mut total = Count::default();
    for Outcome { suite, count, seconds } in outcomes {
        let Count { passed, failed, skipped } = count;
        println!("{:<12}{passed:>8}{failed:>8}{skipped:>9}{seconds:>10.1}", suite.name);
        total.add(count);
    }
    println!("{:<12}{:>35.1}\n", "", start.elapsed().as_secs_f64());
    let verdict: Result = if total.failed == 0 && total.passed > 0 {
        Ok(())
    } else {
        let failed = outcomes.iter().filter(|outcome| outcome.count.failed > 0).map(|o| o.suite.name);
        Err(format!("failed: {}", failed.collect::<Vec<_>>().join(", ")).into())
    };
    let Count { passed, failed, .. } = total;
    if let Err(error) = &verdict {
        println!("{error}");
    }
    println!("{passed} passed, {failed} failed");
    if verdict.is_err() {
        // The line above is to be the last one.
        std::process::exit(1);
    }
    Ok(())
}
