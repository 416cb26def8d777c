//! `cargo xtask bench policy`: what the text policy catches, what it leaves alone, and how fast it is.
//!
//! ```text
//! cargo run --release -p voxguard-bench --bin policy              the tables
//! cargo run --release -p voxguard-bench --bin policy -- --misses  and what was missed or raised falsely
//! cargo run --release -p voxguard-bench --bin policy -- --speed   the speeds alone
//! cargo run --release -p voxguard-bench --bin policy -- --dump F  the sets as lines of JSON, for peers
//! cargo run --release -p voxguard-bench --bin policy -- --judge N what `voxguard` or `rustrict` says of the texts on stdin
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use voxguard_bench::policy::Random;
use voxguard_bench::policy::disguise::{CORE, CORE_MORE, Disguise, PHONETIC};
use voxguard_bench::policy::negatives::NEGATIVES;
use voxguard_bench::policy::ordinary::sentences;
use voxguard_bench::policy::pii::samples;
use voxguard_bench::policy::terms::TERMS;
use voxguard_core::policy::{Action, Markup, Policy};

/// Sentences of each language.
const EACH: usize = 1_500;
const SEED: u64 = 0x5EED_2026;

/// A disguised text of the set.
struct Case {
    kind: &'static str,
    language: &'static str,
    term: &'static str,
    text: String,
    phonetic: bool,
    held_out: bool,
}

fn cases() -> Vec<Case> {
    let mut random = Random(SEED);
    let mut all = Vec::new();
    let groups: [(&[(&'static str, Disguise)], bool); 3] =
        [(&CORE, false), (&CORE_MORE, false), (&PHONETIC, true)];
    for (language, sentence, terms) in TERMS {
        for (place, term) in terms.iter().enumerate() {
            for (kinds, phonetic) in groups {
                for (kind, disguise) in kinds {
                    if let Some(word) = disguise(term, &mut random) {
                        let text = sentence.replace("{}", &word);
                        // No rule was tuned on every second term.
                        all.push(Case { kind, language, term, text, phonetic, held_out: place % 2 == 1 });
                    }
                }
            }
        }
    }
    all
}

fn rules(phonetic: bool) -> String {
    let rules: Vec<_> = TERMS
        .iter()
        .map(|(language, _, terms)| {
            json!({"id": language, "category": "test", "severity": "error", "match": "term", "terms": terms, "language": language, "phonetic": phonetic})
        })
        .collect();
    json!({"version": 1, "rules": rules}).to_string()
}

fn blocked(policy: &Policy, text: &str) -> bool {
    policy.check(text, Markup::Auto).is_ok_and(|verdict| verdict.action == Action::Block)
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let misses = arguments.iter().any(|argument| argument == "--misses");
    if let Some(place) = arguments.iter().position(|argument| argument == "--dump") {
        return dump(arguments.get(place + 1).ok_or("--dump needs a file")?);
    }
    if let Some(place) = arguments.iter().position(|argument| argument == "--judge") {
        return judge(arguments.get(place + 1).ok_or("--judge needs a name")?);
    }
    if arguments.iter().any(|argument| argument == "--speed") {
        return speed();
    }
    caught(misses)?;
    raised(misses)?;
    personal(misses)?;
    speed()
}

fn caught(misses: bool) -> Result<(), Box<dyn std::error::Error>> {
    let plain = Policy::from_json(&rules(false))?;
    let sound = Policy::from_json(&rules(true))?;
    let cases = cases();
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut languages: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut totals = [(0, 0); 4];
    for case in &cases {
        let hit = blocked(if case.phonetic { &sound } else { &plain }, &case.text);
        let slot = usize::from(case.phonetic) * 2 + usize::from(case.held_out);
        totals[slot].0 += usize::from(hit);
        totals[slot].1 += 1;
        for table in
            [kinds.entry(case.kind), languages.entry(if case.phonetic { "phonetic" } else { case.language })]
        {
            let row = table.or_default();
            row.0 += usize::from(hit);
            row.1 += 1;
        }
        if misses && !hit {
            println!("  missed: {} of {:?}: {:?}", case.kind, case.term, case.text);
        }
    }
    let terms: usize = TERMS.iter().map(|(.., terms)| terms.len()).sum();
    println!(
        "\n## Disguises: {} core kinds, {terms} terms, {} languages",
        CORE.len() + CORE_MORE.len(),
        TERMS.len()
    );
    for (name, (hit, all)) in
        ["core, development", "core, held out", "phonetic, development", "phonetic, held out"]
            .iter()
            .zip(totals)
    {
        println!("{name:<24} {hit:>6} of {all:>6}  {:>6.2} %", share(hit, all));
    }
    println!("\nkinds below 100 %:");
    for (kind, (hit, all)) in kinds.iter().filter(|(_, (hit, all))| hit < all) {
        println!("{kind:<28} {hit:>4} of {all:>4}  {:>6.2} %", share(*hit, *all));
    }
    println!("\nlanguages:");
    for (language, (hit, all)) in languages {
        println!("{language:<28} {hit:>4} of {all:>4}  {:>6.2} %", share(hit, all));
    }
    Ok(())
}

fn raised(misses: bool) -> Result<(), Box<dyn std::error::Error>> {
    let policy = Policy::from_json(&rules(false))?;
    let sound = Policy::from_json(&rules(true))?;
    let ordinary = sentences(EACH, SEED);
    println!("\n## False alarms");
    for (name, policy) in [("ordinary sentences", &policy), ("the same, phonetic", &sound)] {
        let false_alarms: Vec<_> = ordinary.iter().filter(|(_, text)| blocked(policy, text)).collect();
        println!(
            "{name:<24} {:>6} of {:>6}  {:>6.3} %",
            false_alarms.len(),
            ordinary.len(),
            share(false_alarms.len(), ordinary.len())
        );
        if misses {
            false_alarms
                .iter()
                .take(20)
                .for_each(|(language, text)| println!("  false: {language}: {text:?}"));
        }
    }
    for (name, part) in [("hard, development", 0), ("hard, held out", 1)] {
        let list: Vec<_> = NEGATIVES
            .iter()
            .enumerate()
            .filter(|(place, _)| place % 2 == part)
            .map(|(_, text)| *text)
            .collect();
        let false_alarms: Vec<_> = list.iter().filter(|text| blocked(&policy, text)).collect();
        println!(
            "{name:<24} {:>6} of {:>6}  {:>6.3} %",
            false_alarms.len(),
            list.len(),
            share(false_alarms.len(), list.len())
        );
        if misses {
            false_alarms.iter().for_each(|text| println!("  false: {text:?}"));
        }
    }
    Ok(())
}

/// A rule for every kind of personal data in the sets.
fn personal_rules() -> String {
    let rules: Vec<_> = ["card", "iban", "phone", "email", "ip", "ssn"]
        .iter()
        .map(|kind| json!({"id": kind, "category": "pii", "severity": "error", "match": "pii", "pii": kind}))
        .collect();
    json!({"version": 1, "rules": rules}).to_string()
}

fn personal(misses: bool) -> Result<(), Box<dyn std::error::Error>> {
    let policy = Policy::from_json(&personal_rules())?;
    println!("\n## Personal data");
    for (name, seed) in [("development", SEED), ("held out", SEED + 1)] {
        let samples = samples(400, seed);
        let (mut right, mut wrong, mut missed) = (0, 0, 0);
        let mut per: BTreeMap<(&str, bool), (usize, usize)> = BTreeMap::new();
        for sample in &samples {
            let verdict = policy.check(&sample.text, Markup::Plain)?;
            let hit = sample.kind.is_some_and(|kind| verdict.hits.iter().any(|hit| hit.rule == kind));
            let extra = verdict.hits.iter().filter(|hit| Some(hit.rule.as_str()) != sample.kind).count();
            right += usize::from(hit);
            wrong += extra;
            missed += usize::from(sample.kind.is_some() && !hit);
            if let Some(kind) = sample.kind {
                let row = per.entry((kind, sample.plain)).or_default();
                row.0 += usize::from(hit);
                row.1 += 1;
            }
            if misses && (extra > 0 || sample.kind.is_some() && !hit) {
                println!(
                    "  {:?}: {:?} {:?}",
                    sample.kind,
                    sample.text,
                    verdict.hits.iter().map(|hit| &hit.rule).collect::<Vec<_>>()
                );
            }
        }
        println!(
            "{name:<14} precision {:.4}  recall {:.4}  ({} texts)",
            right as f64 / (right + wrong) as f64,
            right as f64 / (right + missed) as f64,
            samples.len()
        );
        for ((kind, plain), (hit, all)) in per {
            println!(
                "  {kind:<8} {:<16} {hit:>4} of {all:>4}",
                if plain { "plain" } else { "split or spoken" }
            );
        }
    }
    Ok(())
}

/// Ten thousand terms that no text of the bench holds.
fn many() -> BTreeSet<String> {
    let mut random = Random(7);
    let syllables = ["zor", "qua", "vex", "nim", "tul", "bra", "kep", "wod", "fiz", "gly", "xan", "pru"];
    let mut terms = BTreeSet::new();
    while terms.len() < 10_000 {
        terms.insert((0..4).map(|_| *random.pick(&syllables)).collect::<String>());
    }
    terms
}

/// A rule of these terms, in their English forms.
fn english(terms: &[&str]) -> String {
    json!({"version": 1, "rules": [{"id": "many", "category": "test", "severity": "error", "match": "term", "terms": terms, "language": "en"}]}).to_string()
}

fn speed() -> Result<(), Box<dyn std::error::Error>> {
    println!("\n## Speed, with 10,000 terms in their English forms");
    let terms = many();
    let json = english(&terms.iter().map(String::as_str).collect::<Vec<_>>());
    let before = resident();
    let begun = Clock::start();
    let policy = Arc::new(Policy::from_json(&json)?);
    println!(
        "compile                  {:>8.3} s, {:.1} MB more resident",
        begun.seconds(),
        (resident() - before) / 1e6
    );
    let ordinary = sentences(EACH, SEED);
    let joined = |language: &str| -> String {
        let mut text: String =
            ordinary.iter().filter(|(of, _)| *of == language).map(|(_, text)| format!("{text} ")).collect();
        if language == "en" {
            text = text.chars().filter(char::is_ascii).collect();
        }
        text.repeat(1 + 400_000 / text.len())
    };
    for (name, language) in [
        ("plain ASCII", "en"),
        ("folded, German", "de"),
        ("folded, Russian", "ru"),
        ("folded, Chinese", "zh"),
    ] {
        let text = joined(language);
        let each = repeatedly(|| {
            policy.check(&text, Markup::Plain).map(|verdict| assert!(verdict.hits.is_empty(), "{name}"))
        })?;
        println!("{name:<24} {:>8.1} MB/s", text.len() as f64 / each / 1e6);
    }
    let text = joined("en");
    let piece: String = text.chars().take(4096).collect();
    let each = repeatedly(|| policy.check(&piece, Markup::Auto).map(drop))?;
    let mut times: Vec<f64> = (0..5000)
        .map(|_| {
            let begun = Instant::now();
            drop(policy.check(&piece, Markup::Auto));
            begun.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "4,096 characters         {:>8.1} us of processor time; by the clock {:.1} us median, {:.1} us p99",
        each * 1e6,
        times[2500] * 1e6,
        times[4949] * 1e6
    );
    let deltas: Vec<&str> =
        text.as_bytes().chunks(4).map(std::str::from_utf8).take(20_000).collect::<Result<_, _>>()?;
    let each = repeatedly(|| {
        let mut stream = policy.stream(Markup::Auto, &[]);
        deltas.iter().try_for_each(|delta| stream.push(delta).map(drop))
    })?;
    println!("a streamed delta         {:>8.2} us of processor time", each / deltas.len() as f64 * 1e6);
    println!("\nhostile texts of 100 kB and of 400 kB: time for each byte, and how it grows (1.0 is linear)");
    for part in [
        ".", "a ", "a a a", "\u{301}", "e\u{301}", "<b>", "&amp;", "1!|", "k.i.l.", "*a*", "\u{0}",
        "\u{202E}", "4111 ", "one ", "a@b.", "/\\", "к",
    ] {
        let time = |bytes: usize| -> Result<f64, Box<dyn std::error::Error>> {
            let text = part.repeat(bytes / part.len());
            Ok(repeatedly(|| policy.check(&text, Markup::Plain).map(drop))? / text.len() as f64)
        };
        let (small, large) = (time(100_000)?, time(400_000)?);
        println!("{:<24} {:>8.1} ns a byte, x{:.2}", format!("{part:?}"), large * 1e9, large / small);
    }
    Ok(())
}

/// A clock of processor time where there is one (Linux), so that other work on the machine does not count; of real time
/// elsewhere.
struct Clock(Option<u64>, Instant);

impl Clock {
    fn start() -> Self {
        Self(Self::processor(), Instant::now())
    }

    fn processor() -> Option<u64> {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split(' ').next()?.parse().ok()
    }

    fn seconds(&self) -> f64 {
        match (self.0, Self::processor()) {
            (Some(begun), Some(now)) => now.saturating_sub(begun) as f64 / 1e9,
            _ => self.1.elapsed().as_secs_f64(),
        }
    }
}

/// Seconds that a task takes, as the mean of as many runs as make a quarter of a second: the kernel's count is coarse.
fn repeatedly<E>(mut task: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let begun = Clock::start();
    let mut runs = 0.0;
    loop {
        task()?;
        runs += 1.0;
        let seconds = begun.seconds();
        if seconds > 0.25 {
            return Ok(seconds / runs);
        }
    }
}

/// Resident memory in bytes (Linux).
fn resident() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|pages| pages.split(' ').nth(1)?.parse::<f64>().ok()).unwrap_or_default() * 4096.0
}

/// Seconds of work after which a peer is not asked about further texts.
const PATIENCE: f64 = 20.0;

/// What this library, or a peer in Rust, says of texts: `{"terms": [...], "texts": [...]}` on standard input, with
/// `"personal": true` which kinds of personal data are in them. Without terms they are those of the sets, each in the forms of its language.
fn judge(name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut given = String::new();
    std::io::stdin().read_to_string(&mut given)?;
    let given: serde_json::Value = serde_json::from_str(&given)?;
    let list = |key: &str| -> Vec<&str> {
        let list = given.get(key).and_then(serde_json::Value::as_array);
        list.into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
    };
    let (terms, texts) = (list("terms"), list("texts"));
    let personal = given.get("personal").is_some();
    let says: Box<dyn Fn(&str) -> serde_json::Value> = match name {
        "voxguard" => {
            let json = match (personal, terms.is_empty()) {
                (true, _) => personal_rules(),
                (false, true) => rules(given.get("phonetic").is_some()),
                (false, false) => english(&terms),
            };
            let policy = Policy::from_json(&json)?;
            Box::new(move |text| {
                let Ok(verdict) = policy.check(text, Markup::Auto) else { return json!([]) };
                let found: BTreeSet<&str> = verdict.hits.iter().map(|hit| hit.rule.as_str()).collect();
                if personal { json!(found) } else { json!(verdict.action == Action::Block) }
            })
        }
        "rustrict" => {
            let mut trie = rustrict::Trie::new();
            let ours =
                TERMS.iter().flat_map(|(.., terms)| terms.iter().copied()).filter(|_| terms.is_empty());
            terms.iter().copied().chain(ours).for_each(|term| trie.set(term, PROFANE));
            // The trie lives as long as the program, which ends with this.
            let trie: &'static rustrict::Trie = Box::leak(Box::new(trie));
            Box::new(move |text| {
                let mut censor = rustrict::Censor::from_str(text);
                json!(censor.with_trie(trie).analyze().is(PROFANE))
            })
        }
        other => return Err(format!("judge {other:?}: accepted are \"voxguard\" and \"rustrict\"").into()),
    };
    let begun = Clock::start();
    let mut said = Vec::with_capacity(texts.len());
    for text in texts {
        said.push(says(text));
        if said.len().is_multiple_of(64) && begun.seconds() > PATIENCE {
            break;
        }
    }
    println!("{}", json!({"seconds": begun.seconds(), "said": said}));
    Ok(())
}

const PROFANE: rustrict::Type = rustrict::Type::PROFANE;

/// Writes the sets for peers: a line of JSON each.
fn dump(file: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    let terms: Vec<&str> = TERMS.iter().flat_map(|(.., terms)| terms.iter().copied()).collect();
    writeln!(out, "{}", json!({"terms": terms, "many": many()}))?;
    for case in cases() {
        let set = if case.phonetic { "phonetic" } else { "core" };
        writeln!(
            out,
            "{}",
            json!({"set": set, "kind": case.kind, "held_out": case.held_out, "text": case.text})
        )?;
    }
    for (language, text) in sentences(EACH, SEED) {
        writeln!(out, "{}", json!({"set": "ordinary", "kind": language, "text": text}))?;
    }
    for text in NEGATIVES {
        writeln!(out, "{}", json!({"set": "hard", "text": text}))?;
    }
    for sample in samples(400, SEED + 1) {
        writeln!(
            out,
            "{}",
            json!({"set": "pii", "kind": sample.kind, "plain": sample.plain, "text": sample.text})
        )?;
    }
    Ok(())
}
