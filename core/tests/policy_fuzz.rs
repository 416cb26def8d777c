//! The fuzz targets of `fuzz/`, driven by a small mutator on stable Rust. A short run by default;
//! `VOXGUARD_FUZZ_SECONDS=1800 cargo test --release -p voxguard-core --test policy_fuzz` for a long one of each.

use std::time::{Duration, Instant};

#[path = "../../fuzz/src/policy.rs"]
mod policy;

/// Texts and parts that mutants are made of.
const SEEDS: [&str; 56] = [
    "kill",
    "k i l l",
    "murder",
    "убить",
    "杀人",
    "wire transfer",
    "gift card codes",
    "darn",
    "ass",
    "x12y",
    "éz",
    "Aurelia Example",
    "kill time",
    "4111 1111 1111 1111",
    "four one one one",
    "john.doe@example.com",
    "john dot doe at example dot com",
    "+49 30 1234567",
    "DE89 3704 0044 0532 0130 00",
    "192.168.0.1",
    "2001:db8::1",
    "<speak>",
    "</speak>",
    "<break time='1s'/>",
    "<sub alias=\"kill\">x</sub>",
    "<!-- x -->",
    "<![CDATA[",
    "]]>",
    "&#105;",
    "&amp;#x69;",
    "&lt;",
    "<s>",
    "</s>",
    "<",
    ">",
    "&",
    ";",
    "\u{301}",
    "\u{200B}",
    "\u{202E}",
    "\u{202C}",
    "\u{FE0F}",
    "ｋ",
    "к",
    "ﷺ",
    "가",
    "\u{1100}",
    "\u{1161}",
    "か\u{3099}",
    "हि",
    "\n",
    "-\n",
    "*",
    "|<",
    "🇰",
    "\0",
];

/// Mutants of a short run.
const RUNS: u64 = 300;

/// How long a long run is asked to be.
fn seconds() -> Option<u64> {
    std::env::var("VOXGUARD_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok())
}

/// Feeds mutants to a target until the time is up. The seed is fixed, so a failure comes again.
fn drive(target: fn(&[u8]), seed: u64) {
    let mut state = seed;
    let mut next = move |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % end as u64) as usize
    };
    let until = seconds().map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut pool: Vec<Vec<u8>> = SEEDS.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let mut runs = 0u64;
    while until.map_or(runs < RUNS, |until| Instant::now() < until) {
        let mut data = pool[next(pool.len())].clone();
        for _ in 0..=next(6) {
            match next(6) {
                0 | 1 => {
                    let at = next(data.len() + 1);
                    data.splice(at..at, SEEDS[next(SEEDS.len())].bytes());
                }
                2 => data.extend_from_slice(b" "),
                3 if !data.is_empty() => {
                    let at = next(data.len());
                    data[at] = next(256) as u8;
                }
                4 if !data.is_empty() => drop(data.remove(next(data.len()))),
                _ => {
                    let other = pool[next(pool.len())].clone();
                    data.extend(other);
                }
            }
        }
        data.truncate(600);
        target(&data);
        if next(4) == 0 {
            let place = next(2000);
            if place < pool.len() && pool.len() > 1000 {
                pool[place] = data
            } else {
                pool.push(data)
            }
            pool.truncate(2000);
        }
        runs += 1;
    }
    assert!(runs > 10, "{runs} runs");
}

#[test]
fn any_markup_gets_an_answer() {
    drive(policy::markup, 0x9E37_79B9);
}

#[test]
fn any_text_folds_and_leads_back() {
    drive(policy::folding, 0x85EB_CA6B);
}

#[test]
fn any_cut_of_any_text_is_decided_as_the_whole() {
    drive(policy::streams, 0xC2B2_AE35);
}
