//! The name of a policy: a hash of what it decides.
//!
//! Two files with the same rules have the same hash, whatever their white space and the order of
//! their fields, rules and terms. The hashed text is canonical JSON (RFC 8785): anybody can compute it
//! again, as `docs/POLICY.md` shows.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::rule::{Matcher, Rule};

/// The canonical text of these rules: actions spelled out, rules by id, terms sorted and each once.
pub fn text(rules: &[Rule]) -> String {
    let mut rules: Vec<&Rule> = rules.iter().collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let rules: Vec<Value> = rules.into_iter().map(value).collect();
    serde_json::json!({"rules": rules, "version": 1}).to_string()
}

/// SHA-256 of the canonical text.
pub fn hash(rules: &[Rule]) -> [u8; 32] {
    Sha256::digest(text(rules).as_bytes()).into()
}

fn value(rule: &Rule) -> Value {
    let mut fields = Map::new();
    // In the order of the alphabet, which is the canonical one.
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    put("action", rule.action.name().into());
    put("category", rule.category.as_str().into());
    put("id", rule.id.as_str().into());
    if let Some(language) = &rule.language {
        put("language", language.as_str().into());
    }
    put("match", rule.matcher.kind().name().into());
    if let Matcher::Pattern(pattern) = &rule.matcher {
        put("pattern", pattern.as_str().into());
    }
    put("severity", rule.severity.name().into());
    if let Matcher::Terms(terms) | Matcher::Phrases(terms) = &rule.matcher {
        let mut terms = terms.clone();
        terms.sort();
        terms.dedup();
        put("terms", terms.into());
    }
    Value::Object(fields)
}
