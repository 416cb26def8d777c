//! What access and sealing cost: `cargo xtask bench access`.
//!
//! A decision is the median of many batches, with a new key or another role each time; sealing is measured against the
//! bare cipher over the same chunks in the same run, batch by batch in turn, so that whatever else the machine does
//! meets both alike.

use std::hint::black_box;
use std::time::Instant;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use voxguard_core::access::Access;
use voxguard_core::access::gate::Ask;
use voxguard_core::access::limiter::{Limiter, Rate};
use voxguard_core::access::role::Roles;
use voxguard_core::config::Config;
use voxguard_core::monitor::Event;
use voxguard_core::seal::{KeyRing, SealKey, stream};

/// Batches of each measurement.
const BATCHES: usize = 201;

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Nanoseconds of one call, as the median of batches of `calls`.
fn nanoseconds(calls: usize, mut call: impl FnMut(usize)) -> f64 {
    let mut next = 0;
    let batch = |_| {
        let begun = Instant::now();
        for _ in 0..calls {
            call(next);
            next += 1;
        }
        begun.elapsed().as_secs_f64() * 1e9 / calls as f64
    };
    median((0..BATCHES).map(batch).collect())
}

fn row(what: &str, measured: f64, bound: Option<f64>) {
    let bound = bound.map_or(String::new(), |bound| format!("{:>10.3} us", bound / 1e3));
    println!("{what:<58}{:>12.3} us{bound:>14}", measured / 1e3);
}

fn limits() -> Result<(), Box<dyn std::error::Error>> {
    let rate = Rate::new(60, 60.0, 10)?;
    let keys: Vec<String> = (0..1_000_000).map(|n| format!("subject-{n}")).collect();
    let mut limiter = Limiter::new(rate, Limiter::DEFAULT_KEYS)?;
    let one = nanoseconds(5_000, |n| {
        black_box(limiter.check(b"subject-1", 1, n as u64 * 1_000_000_000));
    });
    row("limit, one key", one, Some(1e3));
    let all = nanoseconds(5_000, |n| {
        black_box(limiter.check(keys[n % keys.len()].as_bytes(), 1, n as u64));
    });
    row("limit, a million keys in turn", all, Some(1e3));
    println!(
        "{:<58}{:>12} bytes for {} keys, {} forgotten with a debt",
        "memory after a million distinct keys",
        limiter.bytes(),
        Limiter::DEFAULT_KEYS,
        limiter.evicted()
    );
    let mut whole = Limiter::new(rate, 1 << 20)?;
    for (n, key) in keys.iter().enumerate() {
        whole.check(key.as_bytes(), 1, n as u64);
    }
    println!(
        "{:<58}{:>12} bytes, {} forgotten with a debt",
        "the same in a table of 2^20 keys",
        whole.bytes(),
        whole.evicted()
    );
    Ok(())
}

fn roles() -> Result<(), Box<dyn std::error::Error>> {
    let preset = Roles::preset();
    let asked = [
        ("guest", "synthesize", "voice/heart"),
        ("admin", "clone_voice", "voice/heart"),
        ("guest", "clone_voice", "voice/heart"),
        ("nobody", "detect", "voice/heart"),
    ];
    let cost = nanoseconds(2_000, |n| {
        let (role, permission, resource) = asked[n % asked.len()];
        black_box(preset.check(role, permission, resource));
    });
    row("roles, presets", cost, Some(50e3));
    let grants: Vec<String> = (0..1_000).map(|n| format!("\"voice/v{n}/*\"")).collect();
    let many = format!(
        r#"{{"version": 1, "roles": {{"r": {{"allow": [{{"permission": "synthesize", "resources": [{}]}}]}}}}}}"#,
        grants.join(", ")
    );
    let many = Roles::from_json(&many)?;
    let cost = nanoseconds(200, |_| {
        black_box(many.check("r", "synthesize", "voice/v999/a"));
    });
    row("roles, the last of 1,000 patterns", cost, Some(50e3));
    Ok(())
}

/// Policies of five kinds, a hundred in all, and questions that each of them decides.
#[cfg(feature = "cedar")]
fn cedar() -> Result<(), Box<dyn std::error::Error>> {
    use voxguard_cedar::Policies;
    use voxguard_core::access::authorizer::{Authorizer, CedarRules, Question};

    let few = r#"
        permit(principal in Role::"guest", action == Action::"synthesize", resource in Voice::"public")
            when { context.seconds <= 60 };
        permit(principal in Role::"admin", action, resource);
        permit(principal, action == Action::"detect", resource) when { principal.scopes.contains("detect") };
        permit(principal, action == Action::"clone_voice", resource)
            when { resource has owner && resource.owner == principal };
        forbid(principal, action, resource in Voice::"retired")
            unless { ip(context.network).isInRange(ip("10.0.0.0/8")) };"#;
    let asked = |subject: &str, role: &str, permission: &str, resource: &str| {
        let mut question = Question {
            subject: Some(subject.into()),
            role: Some(role.into()),
            scopes: vec!["synthesize".into(), "detect".into()],
            permission: permission.into(),
            resource: resource.into(),
            ..Question::default()
        };
        question.context.insert("seconds".into(), 12.into());
        question.context.insert("network".into(), "192.0.2.1".into());
        question
    };
    let questions = [
        asked("user-1", "guest", "synthesize", "voice/public/heart"),
        asked("user-2", "guest", "clone_voice", "voice/anna"),
        asked("user-3", "admin", "erase_subject", "ledger/main"),
        asked("user-4", "guest", "detect", "voice/retired/old"),
    ];
    let decide = |policies: &Policies| {
        nanoseconds(20, |n| {
            black_box(policies.check(&questions[n % questions.len()]));
        })
    };
    let rules = CedarRules { policies: few.into(), ..CedarRules::default() };
    row("Cedar, 5 policies", decide(&Policies::new(&rules)?), Some(200e3));
    let more: String = (0..95)
        .map(|n| format!("permit(principal == User::\"u{n}\", action, resource == Voice::\"v{n}\");"))
        .collect();
    let rules = CedarRules { policies: format!("{few}{more}"), ..CedarRules::default() };
    row("Cedar, 100 policies", decide(&Policies::new(&rules)?), Some(200e3));
    let entities = (0..100).map(|n| {
        serde_json::json!({"uid": {"type": "Voice", "id": format!("v{n}")}, "parents": [],
            "attrs": {"owner": {"__entity": {"type": "User", "id": format!("u{n}")}}}})
    });
    let rules = CedarRules { entities: Some(entities.collect()), ..rules };
    row("Cedar, 100 policies and 100 voices with owners", decide(&Policies::new(&rules)?), Some(200e3));
    Ok(())
}

/// Without the feature there is nothing to measure.
#[cfg(not(feature = "cedar"))]
fn cedar() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:<58}{:>15}", "Cedar: built without; --features cedar", "-");
    Ok(())
}

fn gate() -> Result<(), Box<dyn std::error::Error>> {
    let access = Access::new(Config::from_json(
        r#"{"version": 1, "rate": {"per_minute": 6000000, "burst": 1000000}, "identity": {"role_required": true}}"#,
    )?)?;
    let ask = Ask {
        subject: Some("user-1"),
        role: Some("guest"),
        voice: "heart",
        text: "Turn left after the bridge, then keep right.",
        language: None,
        now_ns: 0,
    };
    let cost = nanoseconds(1_000, |n| {
        let ask = Ask { now_ns: n as u64 * 1_000_000, ..ask };
        if let Ok(mut pass) = access.begin(&ask) {
            pass.end(Event::Finished, ask.now_ns);
        }
    });
    row("gate: role, text, limit and admission of an utterance", cost, None);
    Ok(())
}

/// Ten minutes of 16-bit audio at 24 kHz would not fit into a cache: neither would what it is sealed into.
fn sealing() -> Result<(), Box<dyn std::error::Error>> {
    let plain: Vec<u8> = (0..24_000u32 * 2 * 60).map(|n| (n * 31 % 251) as u8).collect();
    let ring = KeyRing::new(SealKey::from_bytes(&[1; 32])?);
    let chunk = stream::CHUNK_BYTES as usize;
    let cipher = ChaCha20Poly1305::new(&[7; 32].into());
    // What any user of the cipher does: a copy of each chunk, sealed in place, and its tag.
    let bare = |output: &mut Vec<u8>| {
        for (index, piece) in plain.chunks(chunk).enumerate() {
            let mut nonce = [0u8; 12];
            nonce[4..].copy_from_slice(&(index as u64).to_be_bytes());
            let begin = output.len();
            output.extend_from_slice(piece);
            let body = &mut output[begin..];
            let tag = cipher.encrypt_inout_detached(&Nonce::from(nonce), &[], body.into());
            output.extend_from_slice(&tag.unwrap_or_default());
        }
    };
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..BATCHES {
        let begun = Instant::now();
        let mut output = Vec::with_capacity(plain.len() + plain.len() / chunk * 16 + 64);
        bare(&mut output);
        black_box(&output);
        drop(output);
        let theirs_now = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        black_box(&stream::seal(&ring, &plain, b"id-7", [2; stream::SALT_BYTES], stream::CHUNK_BYTES)?);
        let ours_now = begun.elapsed().as_secs_f64();
        ours.push(ours_now);
        theirs.push(theirs_now);
        ratios.push(ours_now / theirs_now);
    }
    let speed = |times: Vec<f64>| plain.len() as f64 / median(times) / 1e6;
    println!(
        "{:<58}{:>12.3} times the bare cipher{:>8.2}",
        "sealing a minute of audio in chunks of 64 KiB",
        median(ratios),
        1.25
    );
    println!("{:<58}{:>12.0} MB/s, bare {:.0} MB/s", "", speed(ours), speed(theirs));
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:<58}{:>15}{:>14}", "a decision", "measured", "at most");
    limits()?;
    roles()?;
    cedar()?;
    gate()?;
    sealing()
}
