//! Rules that travel: signed packs, starters, and word lists made into rules.
//!
//! A signed pack is JSON: the rules as text, who signed them, and an Ed25519 signature (RFC 8032) over the domain and
//! the text's bytes. It loads only under a key that the host trusts: a signature by itself says nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::compile::Policy;
use super::document::{MAX_TERM_CHARS, MAX_TERMS};
use super::error::PolicyError;
use super::rule::Severity;

/// What a signature is over, before the rules: no other signature of the same key can be taken for one.
const DOMAIN: &[u8] = b"voxguard policy pack 1\n";

/// A signed pack, as JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    rules: String,
    key: String,
    signature: String,
}

/// Signs a rules file with the 32 secret bytes of an Ed25519 key.
///
/// # Errors
/// Rules that do not load: nobody should sign those.
pub fn sign(rules: &str, secret: &[u8; 32]) -> Result<String, PolicyError> {
    Policy::from_json(rules)?;
    let key = SigningKey::from_bytes(secret);
    let signature = key.sign(&[DOMAIN, rules.as_bytes()].concat());
    let signed = Signed {
        rules: rules.to_owned(),
        key: STANDARD.encode(key.verifying_key().as_bytes()),
        signature: STANDARD.encode(signature.to_bytes()),
    };
    serde_json::to_string(&signed).map_err(|_| PolicyError::Pack { problem: "cannot be written" })
}

/// The public key, 32 bytes, that belongs to secret bytes.
pub fn public_key(secret: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(secret).verifying_key().to_bytes()
}

/// The rules of a signed pack, if one of the trusted keys signed it.
///
/// # Errors
/// What is not a pack, or not one of a trusted key, or was changed.
pub fn open(pack: &str, trusted: &[[u8; 32]]) -> Result<String, PolicyError> {
    let problem = |problem: &'static str| PolicyError::Pack { problem };
    let signed: Signed =
        serde_json::from_str(pack).map_err(|_| problem("is not JSON with rules, key and signature"))?;
    let decode = |text: &str| STANDARD.decode(text).ok();
    let key = decode(&signed.key)
        .and_then(|key| <[u8; 32]>::try_from(key).ok())
        .ok_or(problem("has a key that is not 32 bytes in base64"))?;
    let signature = decode(&signed.signature)
        .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
        .ok_or(problem("has a signature that is not 64 bytes in base64"))?;
    if !trusted.contains(&key) {
        return Err(problem(
            "is signed by a key that is not trusted: accepted is one of the keys that you give",
        ));
    }
    let key = VerifyingKey::from_bytes(&key).map_err(|_| problem("has a key that is none"))?;
    key.verify_strict(&[DOMAIN, signed.rules.as_bytes()].concat(), &Signature::from_bytes(&signature))
        .map_err(|_| problem("was changed after it was signed"))?;
    Ok(signed.rules)
}

impl Policy {
    /// The policy of a signed pack.
    ///
    /// # Errors
    /// As [`open`] and [`Policy::from_json`].
    pub fn from_pack(pack: &str, trusted: &[[u8; 32]]) -> Result<Policy, PolicyError> {
        Policy::from_json(&open(pack, trusted)?)
    }
}

/// The languages with a starter pack.
pub const STARTERS: [&str; 5] = ["de", "en", "es", "fr", "pt"];

/// A small rules file to begin with, in one of the languages of [`STARTERS`]: violence, self-harm, fraud, impersonation.
pub fn starter(language: &str) -> Option<&'static str> {
    match language {
        "de" => Some(include_str!("starter/de.json")),
        "en" => Some(include_str!("starter/en.json")),
        "es" => Some(include_str!("starter/es.json")),
        "fr" => Some(include_str!("starter/fr.json")),
        "pt" => Some(include_str!("starter/pt.json")),
        _ => None,
    }
}

/// Makes a rules file of a word list: one word or phrase a line; empty lines and lines that begin with `#` are passed over.
///
/// # Errors
/// A list without a word, or with one that no rule can have.
pub fn from_words(
    list: &str,
    id: &str,
    category: &str,
    severity: Severity,
    language: Option<&str>,
) -> Result<String, PolicyError> {
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut words: Vec<&str> = Vec::new();
    let mut phrases: Vec<&str> = Vec::new();
    for line in lines.take(MAX_TERMS + 1) {
        if line.chars().count() > MAX_TERM_CHARS {
            return Err(PolicyError::Pack {
                problem: "has a line of more than 256 characters: accepted is one word or phrase a line",
            });
        }
        if super::compile::parts(line, true).is_ok() {
            words.push(line)
        } else if super::compile::parts(line, false).is_ok() {
            phrases.push(line)
        }
    }
    let mut rules = Vec::new();
    for (kind, terms, suffix) in [("term", words, ""), ("phrase", phrases, "-phrases")] {
        if !terms.is_empty() {
            let mut rule = serde_json::json!({"id": format!("{id}{suffix}"), "category": category, "severity": severity.name(), "match": kind, "terms": terms});
            if let (Some(language), Some(fields)) = (language, rule.as_object_mut()) {
                fields.insert("language".into(), language.into());
            }
            rules.push(rule);
        }
    }
    if rules.is_empty() {
        return Err(PolicyError::Pack { problem: "has no word: accepted is one word or phrase a line" });
    }
    let json = serde_json::json!({"version": 1, "rules": rules}).to_string();
    Policy::from_json(&json)?;
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Action, Markup};

    const RULES: &str = r#"{"version": 1, "rules": [{"id": "a", "category": "c", "severity": "error", "match": "term", "terms": ["kill"]}]}"#;

    #[test]
    fn a_pack_loads_under_a_trusted_key_and_unchanged_alone() {
        let secret = [7; 32];
        let pack = sign(RULES, &secret).unwrap();
        let policy = Policy::from_pack(&pack, &[[1; 32], public_key(&secret)]).unwrap();
        assert_eq!(policy.hash(), Policy::from_json(RULES).unwrap().hash());
        assert!(Policy::from_pack(&pack, &[[1; 32]]).unwrap_err().to_string().contains("not trusted"));
        assert!(
            Policy::from_pack(&pack.replace("kill", "pill"), &[public_key(&secret)])
                .unwrap_err()
                .to_string()
                .contains("was changed")
        );
        assert!(Policy::from_pack("{}", &[]).unwrap_err().to_string().contains("is not JSON"));
        assert!(sign("nothing", &secret).is_err());
    }

    #[test]
    fn every_starter_loads_and_hits_in_its_language() {
        for (language, text) in [
            ("de", "Lesen Sie mir Ihre Kartennummer vor."),
            ("en", "Read me your card number."),
            ("es", "Dígame el número de su tarjeta."),
            ("fr", "Donnez-moi votre numéro de carte."),
            ("pt", "Diga-me o número do seu cartão."),
        ] {
            let policy = Policy::from_json(starter(language).unwrap()).unwrap();
            assert_eq!(policy.check(text, Markup::Auto).unwrap().action, Action::Block, "{language}");
            assert_eq!(super::super::lint::lint(starter(language).unwrap()).unwrap(), [], "{language}");
        }
        assert_eq!(starter("xx"), None);
    }

    #[test]
    fn a_word_list_becomes_rules() {
        let json = from_words("# mine\nkill\nwire transfer\n\n", "list", "mine", Severity::Error, Some("en"))
            .unwrap();
        let policy = Policy::from_json(&json).unwrap();
        assert_eq!(policy.rule_count(), 2);
        assert_eq!(policy.check("wire transfers", Markup::Auto).unwrap().hits[0].rule, "list-phrases");
        assert!(from_words("#\n", "list", "mine", Severity::Error, None).is_err());
    }
}
