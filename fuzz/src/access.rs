//! What must hold of every byte that reaches access and sealing, for fuzzers: cargo-fuzz (`fuzz/fuzz_targets`) and the
//! driver in `core/tests/access_fuzz.rs`.

use std::hint::black_box;
use std::sync::LazyLock;

use voxguard_core::access::api_key::KeyMaker;
use voxguard_core::access::command::Commands;
use voxguard_core::access::message::{Kind, MessageRules};
use voxguard_core::access::network::{Network, Networks};
use voxguard_core::access::origin::Origins;
use voxguard_core::access::role::Roles;
use voxguard_core::access::token::{Grant, TokenKey, Tokens};
use voxguard_core::audio::IntakeRules;
use voxguard_core::audio::intake::Container;
use voxguard_core::audio::wav::Wav;
use voxguard_core::config::{self, Config};
use voxguard_core::id::{ClientId, Language, SessionId, SubjectId};
use voxguard_core::key::Key;
use voxguard_core::seal::{KeyRing, SealKey, fernet, record, stream};

/// When tokens are verified, and when the seeds were issued.
pub const NOW: u64 = 1_000;

static TOKENS: LazyLock<Vec<(Tokens, String)>> = LazyLock::new(|| {
    let keys = [
        TokenKey::hs256(&[7; 32]).expect("a secret"),
        TokenKey::es256_private(&[8; 32]).expect("a private key"),
        TokenKey::eddsa_private(&[9; 32]).expect("a private key"),
    ];
    let grant = Grant { subject: "user-1", role: Some("user"), scopes: &[], now: NOW, ttl: 900, id: [1; 16] };
    keys.into_iter()
        .map(|key| {
            let tokens = Tokens::new(key, "tts", "api").expect("names");
            let token = tokens.issue(&grant).expect("a grant");
            (tokens, token)
        })
        .collect()
});

/// A token of each algorithm, which the seeds are made of.
pub fn good_tokens() -> Vec<Vec<u8>> {
    TOKENS.iter().map(|(_, token)| token.clone().into_bytes()).collect()
}

/// Tokens and API keys: any bytes get an answer, and no token is believed but the one that was issued.
pub fn tokens(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for (tokens, good) in TOKENS.iter() {
        if let Ok(claims) = tokens.verify(&text, NOW, 0) {
            assert_eq!(text, good.as_str(), "believed: {claims:?}");
        }
    }
    let maker = KeyMaker::new(&Key::from_bytes(&[5; 32]).expect("a key"));
    black_box(maker.id_of(&text));
}

/// Ids, languages, origins, networks and messages: what is accepted prints as it was written.
pub fn ids(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let plain = |text: &str, most: usize| {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        (1..=most).contains(&text.len()) && text.chars().all(known)
    };
    assert_eq!(text.parse::<SessionId>().is_ok(), plain(&text, 64), "{text:?}");
    assert_eq!(text.parse::<ClientId>().is_ok(), plain(&text, 32), "{text:?}");
    if let Ok(subject) = text.parse::<SubjectId>() {
        assert_eq!(subject.as_str(), text);
    }
    if let Ok(language) = text.parse::<Language>() {
        assert!(language.within(&language), "{text:?}");
        assert!(text.eq_ignore_ascii_case(language.as_str()), "{text:?}");
    }
    let origins = Origins::new(&["https://a.example"], false).expect("an origin");
    let lower = text.to_ascii_lowercase();
    let same = lower.strip_prefix("https://a.example").is_some_and(|rest| {
        rest.is_empty() || rest.strip_prefix(':').and_then(|port| port.parse::<u16>().ok()) == Some(443)
    });
    assert!(!origins.check(Some(&*text)).allowed || same, "{text:?}");
    black_box(Network::parse(&text).ok());
    let peer = "10.0.0.9".parse().expect("an address");
    black_box(Networks::default().client(peer, Some(&*text)));
    let rules = MessageRules { types: vec!["speak".into()], ..MessageRules::default() };
    for kind in [Kind::Text, Kind::Binary] {
        let answer = rules.check(kind, data);
        assert!(answer.allowed || [1003, 1007, 1008, 1009].contains(&answer.close_code), "{answer:?}");
    }
}

/// Configurations, roles and commands: what is accepted can be used, explained and written again as it is.
pub fn configuration(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(read) = Config::from_json(&text) {
        let written = serde_json::to_string(&read).expect("a configuration is JSON");
        assert_eq!(Config::from_json(&written).ok().as_ref(), Some(&read), "{text}");
        assert!(config::explain(&text).is_ok(), "{text}");
        // A million keys of each kind would be memory, not a finding.
        if read.rate.max_keys <= 1 << 16 && read.rate.kinds.len() < 8 {
            assert!(voxguard_core::access::Access::new(read).is_ok(), "{text}");
        }
    }
    if let Ok(roles) = Roles::from_json(&text) {
        drop(roles.check("guest", "synthesize", "voice/heart"));
    }
    if let Ok(commands) = Commands::from_json(&text) {
        drop(commands.check_json("echo", r#"{"message": "hi"}"#));
    }
    let echo = Commands::from_json(r#"{"echo": {"message": {"type": "string", "max_length": 5}}}"#);
    let decision = echo.expect("commands").check_json("echo", &text);
    assert!(!decision.allowed || text.len() >= r#"{"message":""}"#.len(), "{text}");
}

/// Uploads: no more samples than bytes, and what is refused says why.
pub fn wav(data: &[u8]) {
    if let Ok(read) = Wav::read(data) {
        let frame = usize::from(read.channels) * read.encoding.bytes();
        assert!(read.data.len() <= data.len() && read.frames() * frame == read.data.len(), "{read:?}");
        assert!(read.encoding.each(read.data, |_| ()) <= data.len());
        assert!(read.lies().all(|(code, sentence)| !code.is_empty() && !sentence.is_empty()));
    }
    let rules = IntakeRules::default();
    for report in [rules.check_file(data), rules.check_base64(data).0] {
        assert!(report.accepted || report.findings.iter().any(|finding| finding.refuses), "{report:?}");
        assert!(report.seconds.is_none_or(|seconds| seconds.is_finite() && seconds >= 0.0), "{report:?}");
    }
    assert!(Container::sniff(data) != Container::Wav || data.len() >= 12);
}

static RING: LazyLock<KeyRing> =
    LazyLock::new(|| KeyRing::new(SealKey::from_bytes(&[1; 32]).expect("a key")));
static SEALED: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let plain: Vec<u8> = (0..1000).map(|n| n as u8).collect();
    [
        stream::seal(&RING, &plain, b"a", [2; stream::SALT_BYTES], 64).expect("a stream"),
        record::seal(&RING, &plain, b"a", [3; record::NONCE_BYTES]).expect("a record"),
    ]
});

/// What was sealed: a stream and a record, which the seeds are made of.
pub fn good_sealed() -> Vec<Vec<u8>> {
    SEALED.to_vec()
}

/// Sealed data: nothing opens but what was sealed, chunk by chunk or whole.
pub fn sealed(data: &[u8]) {
    assert!(stream::open(&RING, data, b"a").is_err() || data == SEALED[0]);
    assert!(record::open(&RING, data, b"a").is_err() || data == SEALED[1]);
    assert!(stream::open(&RING, data, b"b").is_err() && record::open(&RING, data, b"b").is_err());
    if let Ok(reader) = stream::Reader::new(&RING, data, b"a") {
        let stride = reader.chunk_bytes() + stream::TAG_BYTES;
        let body = data.get(stream::HEADER_BYTES..).unwrap_or_default();
        let ours = &SEALED[0][stream::HEADER_BYTES..];
        let same_header = data.starts_with(&SEALED[0][..stream::HEADER_BYTES]);
        for (index, chunk) in body.chunks(stride).enumerate() {
            let last = (index + 1) * stride >= body.len();
            let mut output = b"before".to_vec();
            let opened = reader.open_chunk(index as u64, last, chunk, &mut output).is_ok();
            let was_there = same_header && ours.chunks(stride).nth(index) == Some(chunk);
            assert!(!opened || was_there, "chunk {index} opened");
            assert!(opened || output == b"before", "chunk {index} left something");
        }
    }
    let text = String::from_utf8_lossy(data);
    drop(fernet::open("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", &text, None));
}
