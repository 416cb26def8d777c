//! The fuzz targets of `fuzz/` for access and sealing, driven by a small mutator on stable Rust. A short run by default;
//! `VOXGUARD_FUZZ_SECONDS=1800 cargo test --release -p voxguard-core --test access_fuzz -- --nocapture` for half an hour
//! of each. `VOXGUARD_FUZZ_SEEDS=DIRECTORY` writes what it begins with there, a folder for each target, for cargo-fuzz.

use std::time::{Duration, Instant};

#[path = "../../fuzz/src/access.rs"]
mod access;

/// Mutants of a short run.
const RUNS: u64 = 2_000;
/// Mutants that are kept to make others of.
const POOL: usize = 2_000;

/// Feeds mutants of the seeds to a target until the time is up. The state is fixed, so a failure comes again.
fn drive(name: &str, target: fn(&[u8]), seeds: &[Vec<u8>], parts: &[&[u8]], most: usize) {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = move |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % end.max(1) as u64) as usize
    };
    let seconds = std::env::var("VOXGUARD_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let begun = Instant::now();
    let going = |runs: u64| seconds.map_or(runs < RUNS, |most| begun.elapsed() < Duration::from_secs(most));
    if let Some(directory) = std::env::var_os("VOXGUARD_FUZZ_SEEDS") {
        let folder = std::path::Path::new(&directory).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for (index, seed) in seeds.iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{index}")), seed).unwrap();
        }
    }
    let mut pool: Vec<Vec<u8>> = seeds.to_vec();
    pool.iter().for_each(|seed| target(seed));
    let mut runs = 0u64;
    while going(runs) {
        let mut data = pool[next(pool.len())].clone();
        for _ in 0..=next(5) {
            let at = next(data.len() + 1);
            match next(8) {
                0 => drop(data.splice(at..at, parts[next(parts.len())].iter().copied())),
                1 if at < data.len() => data[at] ^= 1 << next(8),
                2 if at < data.len() => data[at] = next(256) as u8,
                // Numbers of four bytes at their ends: lengths and counts.
                3 if at + 4 <= data.len() => {
                    let number = [0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX, data.len() as u32][next(6)];
                    data[at..at + 4].copy_from_slice(&number.to_le_bytes());
                }
                4 if at < data.len() => drop(data.remove(at)),
                5 => data.truncate(at),
                6 => {
                    let end = (at + next(100)).min(data.len());
                    let piece = data[at.min(end)..end].to_vec();
                    let to = next(data.len() + 1);
                    drop(data.splice(to..to, piece));
                }
                _ => {
                    let other = &pool[next(pool.len())];
                    let cut = next(other.len() + 1);
                    data.truncate(at);
                    data.extend_from_slice(&other[cut..]);
                }
            }
        }
        data.truncate(most);
        target(&data);
        if next(4) == 0 {
            match pool.len() < POOL {
                true => pool.push(data),
                // The seeds stay.
                false => pool[seeds.len() + next(POOL - seeds.len())] = data,
            }
        }
        runs += 1;
    }
    println!("{name}: {runs} mutants in {:.0} s", begun.elapsed().as_secs_f64());
    assert!(runs > 10, "{runs} runs");
}

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn any_token_gets_an_answer_and_none_is_believed_but_the_one_issued() {
    let mut seeds = access::good_tokens();
    seeds.extend(bytes(&["vg_0123456789abcdef.c2VjcmV0", "eyJhbGciOiJub25lIn0.e30.", "a.b.c"]));
    let parts: [&[u8]; 8] = [b".", b"=", b"eyJhbGciOiJub25lIn0", b"\"", b"_", b"\0", b"vg_", b"\xc3\xa9"];
    drive("tokens", access::tokens, &seeds, &parts, 2_000);
}

#[test]
fn any_name_gets_an_answer_and_what_is_accepted_is_one() {
    let seeds = bytes(&[
        "session-1",
        "user@example.org",
        "zh-Hant-TW",
        "https://a.example:443",
        "https://[::1]:8443",
        "10.0.0.0/8",
        "2001:db8::/32",
        "192.0.2.1, 10.0.0.1",
        r#"{"type": "speak", "text": "Good morning."}"#,
    ]);
    let parts: [&[u8]; 12] = [
        b"\n",
        b"\0",
        b"-",
        b"/",
        b":",
        b"@",
        b"https://",
        b"a.example",
        b"[",
        b"{\"type\":",
        b"\xe2\x80\xae",
        b"%00",
    ];
    drive("ids", access::ids, &seeds, &parts, 600);
}

#[test]
fn any_configuration_is_refused_or_can_be_used_explained_and_written_again() {
    let mut seeds = bytes(&[
        r#"{"version": 1, "profile": "strict"}"#,
        r#"{"version": 1, "profile": "cn", "text": {"max_characters": 5, "languages": ["en", "zh"]}, "audio": {"max_seconds": 2.5}}"#,
        r#"{"version": 1, "rate": {"per_minute": 0, "burst": 1, "max_keys": 8, "kinds": {"detect": {"per_minute": 1, "burst": 1}}}}"#,
        r#"{"version": 1, "requests": {"origins": ["https://a.example"], "networks": {"allowed": ["10.0.0.0/8"]}}}"#,
        r#"{"version": 1, "monitor": {"thresholds": {"overload": {"count": 2, "seconds": 60}}}, "commands": {"stop": {}}}"#,
        r#"{"version": 1, "roles": {"guest": {"inherits": ["a"], "allow": [{"permission": "x", "resources": ["voice/*"]}]}, "a": {}}}"#,
        r#"{"echo": {"message": {"type": "string", "max_length": 5}}, "volume": {"level": {"type": "integer", "min": 0, "max": 10}}}"#,
        r#"{"message": "hi"}"#,
    ]);
    seeds.push(serde_json::to_vec(&voxguard_core::config::Config::default()).unwrap());
    let parts: [&[u8]; 16] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"null",
        b"-1",
        b"1e999",
        b"9007199254740993",
        b"\"version\": 1",
        b"\"\\ud800\"",
        b"0.0001",
        b"true",
        b"\"*\"",
    ];
    drive("configuration", access::configuration, &seeds, &parts, 6_000);
}

#[test]
fn any_upload_is_judged_and_its_header_is_not_believed() {
    let mut wav =
        b"RIFF\x24\x01\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0data\0\x01\0\0"
            .to_vec();
    wav.extend((0..128i16).flat_map(|n| (n * 200).to_le_bytes()));
    let mut float = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x03\0\x02\0\x40\x1f\0\0\0\xfa\0\0\x08\0\x20\0LIST\x04\0\0\0INFOdata\x40\0\0\0".to_vec();
    float.extend((0..16).flat_map(|n| (n as f32 / 8.0).to_le_bytes()));
    let mut seeds = vec![wav, float];
    seeds.extend(bytes(&["UklGRiQAAABXQVZF", "fLaC\0\0\0\x22", "OggS\0\x02", "ID3\x04\0"]));
    let parts: [&[u8]; 10] = [
        b"RIFF",
        b"WAVE",
        b"fmt ",
        b"data",
        b"\xff\xff\xff\xff",
        b"\x01\0",
        b"\xfe\xff",
        b"LIST",
        b"\0\0\xc0\x7f",
        b"=",
    ];
    drive("wav", access::wav, &seeds, &parts, 4_000);
}

#[test]
fn nothing_opens_but_what_was_sealed() {
    let mut seeds = access::good_sealed();
    seeds.extend(bytes(&["gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ=="]));
    let parts: [&[u8]; 6] = [b"VGA1", b"VGS1", b"\0\0\0\x40", b"gAAAAA", b"=", b"\xff"];
    drive("sealed", access::sealed, &seeds, &parts, 6_000);
}
