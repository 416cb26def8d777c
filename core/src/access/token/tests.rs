use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

const NOW: u64 = 1_000;

fn key(algorithm: Algorithm) -> TokenKey {
    match algorithm {
        Algorithm::Hs256 => TokenKey::hs256(&[7; 32]).unwrap(),
        Algorithm::Es256 => TokenKey::es256_private(&[8; 32]).unwrap(),
        Algorithm::EdDsa => TokenKey::eddsa_private(&[9; 32]).unwrap(),
    }
}

fn tokens(algorithm: Algorithm) -> Tokens {
    Tokens::new(key(algorithm), "tts", "api").unwrap()
}

fn grant(subject: &str) -> Grant<'_> {
    Grant { subject, role: Some("user"), scopes: &[], now: NOW, ttl: 900, id: [1; 16] }
}

/// A token of any header and claims, signed as the header does not say but the key does.
fn forge(key: &TokenKey, header: &Value, claims: &Value) -> String {
    let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64.encode(signature))
}

fn claims() -> Value {
    json!({"iss": "tts", "aud": "api", "sub": "user-1", "jti": "a", "iat": 1000, "exp": 1900})
}

#[test]
fn a_token_says_who_holds_it_in_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let tokens = tokens(algorithm);
        let scopes = ["synthesize".to_owned(), "detect".to_owned()];
        let token = tokens.issue(&Grant { scopes: &scopes, ..grant("user-1") }).unwrap();
        let claims = tokens.verify(&token, 1_100, 0).unwrap();
        assert_eq!((claims.subject.as_str(), claims.role.as_deref()), ("user-1", Some("user")));
        assert_eq!((claims.scopes, claims.issued, claims.expires), (scopes.to_vec(), 1_000, 1_900));
    }
}

#[test]
fn a_public_key_verifies_what_its_private_key_signed_and_signs_nothing() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let private = key(algorithm);
        let bytes = private.public_bytes().unwrap();
        let public = match algorithm {
            Algorithm::Es256 => TokenKey::es256_public(&bytes),
            _ => TokenKey::eddsa_public(&bytes),
        };
        let verifier = Tokens::new(public.unwrap(), "tts", "api").unwrap();
        let token = tokens(algorithm).issue(&grant("user-1")).unwrap();
        assert!(verifier.verify(&token, NOW, 0).is_ok());
        assert_eq!(verifier.issue(&grant("user-1")), Err(TokenError::NoSigningKey));
    }
}

#[test]
fn algorithm_none_is_refused_however_it_is_written() {
    for alg in ["none", "None", "NONE", "nOnE", "", "HS256 ", "hs256", "RS256", "ES256", "EdDSA"] {
        let header = BASE64.encode(json!({"alg": alg, "typ": "JWT"}).to_string());
        let payload = BASE64.encode(claims().to_string());
        for token in [format!("{header}.{payload}."), format!("{header}.{payload}.AAAA")] {
            assert_eq!(tokens(Algorithm::Hs256).verify(&token, NOW, 0), Err(Refusal::Algorithm), "{alg}");
        }
    }
}

#[test]
fn a_public_key_cannot_be_used_as_an_hmac_secret() {
    // The attack of RFC 8725, section 2.1: HS256 keyed with the public key that everybody has.
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let mut public = key(algorithm).public_bytes().unwrap();
        public.resize(public.len().max(32), 0);
        let confused = TokenKey::hs256(&public).unwrap();
        for alg in ["HS256", algorithm.name()] {
            let token = forge(&confused, &json!({"alg": alg, "typ": "JWT"}), &claims());
            let refusal = tokens(algorithm).verify(&token, NOW, 0).unwrap_err();
            let expected = if alg == "HS256" { Refusal::Algorithm } else { Refusal::Signature };
            assert_eq!(refusal, expected);
        }
    }
    let pem = b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
    assert_eq!(TokenKey::hs256(pem).unwrap_err(), TokenKeyError::PublicAsSecret);
    assert_eq!(TokenKey::hs256(b"short").unwrap_err(), TokenKeyError::Secret { bytes: 5 });
}

#[test]
fn a_key_id_is_looked_up_and_never_more() {
    let mut tokens = Tokens::new(key(Algorithm::Hs256).with_id("2026-01").unwrap(), "tts", "api").unwrap();
    tokens.add_key(key(Algorithm::EdDsa).with_id("2026-02").unwrap()).unwrap();
    let paths = ["../../dev/null", "/dev/null", "' OR 1=1 --", "2026-01\n", "2026-01\u{0}", "", "2026-03"];
    for kid in paths {
        let token =
            forge(&key(Algorithm::Hs256), &json!({"alg": "HS256", "typ": "JWT", "kid": kid}), &claims());
        assert_eq!(tokens.verify(&token, NOW, 0), Err(Refusal::UnknownKey), "{kid:?}");
    }
    // The key of one id with the algorithm of the other.
    let crossed = json!({"alg": "HS256", "typ": "JWT", "kid": "2026-02"});
    let token = forge(&key(Algorithm::Hs256), &crossed, &claims());
    assert_eq!(tokens.verify(&token, NOW, 0), Err(Refusal::Algorithm));
    let none = forge(&key(Algorithm::Hs256), &json!({"alg": "HS256", "typ": "JWT"}), &claims());
    assert_eq!(tokens.verify(&none, NOW, 0), Err(Refusal::UnknownKey));
    assert!(key(Algorithm::Hs256).with_id("../x").is_err());
}

#[test]
fn keys_rotate_without_a_gap_and_a_removed_key_ends_its_tokens() {
    let mut tokens = Tokens::new(key(Algorithm::Hs256).with_id("old").unwrap(), "tts", "api").unwrap();
    let before = tokens.issue(&grant("user-1")).unwrap();
    tokens.add_key(key(Algorithm::EdDsa).with_id("new").unwrap()).unwrap();
    tokens.sign_with("new").unwrap();
    let after = tokens.issue(&grant("user-1")).unwrap();
    assert!(tokens.verify(&before, NOW, 0).is_ok() && tokens.verify(&after, NOW, 0).is_ok());
    assert!(tokens.remove_key("old"));
    assert_eq!(tokens.verify(&before, NOW, 0), Err(Refusal::UnknownKey));
    assert!(!tokens.remove_key("new"), "the last key stays");
    assert_eq!(tokens.add_key(key(Algorithm::Es256)), Err(TokenError::KeyWithoutId));
}

#[test]
fn headers_that_bring_keys_or_extensions_are_refused() {
    let fields = [
        json!({"crit": ["b64"], "b64": false}),
        json!({"jwk": {"kty": "oct", "k": "AA"}}),
        json!({"jku": "https://example.org/keys"}),
        json!({"x5u": "https://example.org/cert"}),
        json!({"x5c": ["AA"]}),
        json!({"zip": "DEF"}),
    ];
    for field in fields {
        let mut header = json!({"alg": "HS256", "typ": "JWT"});
        header.as_object_mut().unwrap().extend(field.as_object().unwrap().clone());
        let token = forge(&key(Algorithm::Hs256), &header, &claims());
        assert_eq!(tokens(Algorithm::Hs256).verify(&token, NOW, 0), Err(Refusal::Header), "{field}");
    }
}

#[test]
fn a_token_of_another_type_issuer_audience_or_time_is_refused() {
    let tokens = tokens(Algorithm::Hs256);
    let verify = |header: Value, change: Value, now: u64| {
        let mut claims = claims();
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        tokens.verify(&forge(&key(Algorithm::Hs256), &header, &claims), now, 0).map(|claims| claims.subject)
    };
    let jwt = || json!({"alg": "HS256", "typ": "JWT"});
    assert_eq!(verify(jwt(), json!({}), NOW), Ok("user-1".into()));
    assert!(verify(json!({"alg": "HS256", "typ": "application/jwt"}), json!({}), NOW).is_ok());
    for header in [json!({"alg": "HS256"}), json!({"alg": "HS256", "typ": "at+jwt"})] {
        assert_eq!(verify(header, json!({}), NOW), Err(Refusal::Type));
    }
    assert_eq!(verify(jwt(), json!({"iss": "other"}), NOW), Err(Refusal::Issuer));
    assert_eq!(verify(jwt(), json!({"aud": "other"}), NOW), Err(Refusal::Audience));
    assert!(verify(jwt(), json!({"aud": ["other", "api"]}), NOW).is_ok());
    assert_eq!(verify(jwt(), json!({"aud": []}), NOW), Err(Refusal::Audience));
    assert_eq!(verify(jwt(), json!({}), 1_900), Err(Refusal::Expired));
    assert_eq!(verify(jwt(), json!({}), 999), Err(Refusal::Early));
    assert_eq!(verify(jwt(), json!({"nbf": 1_500}), 1_499), Err(Refusal::Early));
    assert!(verify(jwt(), json!({"nbf": 1_499.5}), 1_500).is_ok());
    for claim in ["iss", "aud", "sub", "jti", "iat", "exp"] {
        assert_eq!(verify(jwt(), json!({claim: null}), NOW), Err(Refusal::Claims), "{claim}");
    }
    for exp in [json!("1900"), json!(-1), json!(1e300), json!(true)] {
        assert_eq!(verify(jwt(), json!({"exp": exp}), NOW), Err(Refusal::Claims));
    }
}

#[test]
fn leeway_is_for_clocks_and_revocation_for_everything_before_a_moment() {
    let tokens = tokens(Algorithm::EdDsa).with_leeway(30).unwrap();
    let token = tokens.issue(&grant("user-1")).unwrap();
    assert!(tokens.verify(&token, 970, 0).is_ok() && tokens.verify(&token, 1_929, 0).is_ok());
    assert_eq!(tokens.verify(&token, 1_930, 0), Err(Refusal::Expired));
    assert_eq!(tokens.verify(&token, 969, 0), Err(Refusal::Early));
    assert_eq!(tokens.verify(&token, NOW, 1_001), Err(Refusal::Revoked));
    assert!(tokens.verify(&token, NOW, 1_000).is_ok());
    assert!(super::Tokens::with_leeway(tokens, 301).is_err());
}

#[test]
fn a_token_is_used_once_where_once_is_all_and_memory_is_bounded() {
    let tokens = tokens(Algorithm::Hs256);
    let mut replay = Replay::new(2);
    let token = |id: u8| tokens.issue(&Grant { id: [id; 16], ..grant("user-1") }).unwrap();
    assert!(tokens.verify_once(&token(1), NOW, 0, &mut replay).is_ok());
    assert_eq!(tokens.verify_once(&token(1), NOW, 0, &mut replay), Err(Refusal::Replayed));
    assert!(tokens.verify_once(&token(2), NOW, 0, &mut replay).is_ok());
    assert_eq!(tokens.verify_once(&token(3), NOW, 0, &mut replay), Err(Refusal::ReplayFull));
    // Its token has expired: what is remembered of it can go.
    assert!(replay.first_use("later", 3_000, 1_900).is_ok());
    assert_eq!(replay.len(), 1);
}

#[test]
fn truncated_and_oversized_tokens_are_refused() {
    for algorithm in Algorithm::ALL {
        let tokens = tokens(algorithm);
        let token = tokens.issue(&grant("user-1")).unwrap();
        for length in 0..token.len() {
            assert!(tokens.verify(&token[..length], NOW, 0).is_err(), "{length}");
        }
        assert!(tokens.verify(&format!("{token}A"), NOW, 0).is_err());
        assert!(tokens.verify(&format!("{token}="), NOW, 0).is_err());
        assert!(tokens.verify(&format!("{token}.{token}"), NOW, 0).is_err());
        let long = format!("{token}{}", "A".repeat(MAX_TOKEN_BYTES));
        assert_eq!(tokens.verify(&long, NOW, 0), Err(Refusal::TooLong));
    }
}

#[test]
fn no_character_of_a_token_can_change() {
    for algorithm in Algorithm::ALL {
        let tokens = tokens(algorithm);
        let token = tokens.issue(&grant("user-1")).unwrap().into_bytes();
        for place in 0..token.len() {
            let mut changed = token.clone();
            changed[place] = if changed[place] == b'A' { b'Q' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(tokens.verify(&changed, NOW, 0).is_err(), "{algorithm:?}, character {place}");
        }
    }
}

#[test]
fn the_same_field_twice_is_malformed() {
    let signed = format!(
        "{}.{}",
        BASE64.encode(r#"{"alg":"HS256","typ":"JWT","alg":"none"}"#),
        BASE64.encode(claims().to_string())
    );
    let token = format!("{signed}.{}", BASE64.encode(key(Algorithm::Hs256).sign(signed.as_bytes()).unwrap()));
    assert_eq!(tokens(Algorithm::Hs256).verify(&token, NOW, 0), Err(Refusal::Malformed));
}

#[test]
fn a_million_random_tokens_are_refused_without_a_panic() {
    let tokens = tokens(Algorithm::Hs256);
    let good = tokens.issue(&grant("user-1")).unwrap().into_bytes();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_....=\"{}\xc3\xa9";
    let mut state = 1u64;
    let mut draw = |bound: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % bound
    };
    for _ in 0..1_000_000 {
        let mut bytes = if draw(2) == 0 {
            (0..draw(80)).map(|_| alphabet[draw(alphabet.len())]).collect()
        } else {
            let mut bytes = good.clone();
            for _ in 0..=draw(3) {
                let place = draw(bytes.len());
                match draw(3) {
                    0 => bytes[place] = alphabet[draw(alphabet.len())],
                    1 => drop(bytes.remove(place)),
                    _ => bytes.insert(place, alphabet[draw(alphabet.len())]),
                }
            }
            bytes
        };
        if bytes == good {
            bytes.pop();
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(tokens.verify(&text, NOW, 0).is_err(), "{text}");
    }
}

#[test]
fn neither_keys_nor_tokens_are_printed() {
    let shown = format!("{:?} {:?}", key(Algorithm::Hs256), tokens(Algorithm::Hs256));
    assert_eq!(shown, "TokenKey(HS256, id None) Tokens { keys: 1, .. }");
}
