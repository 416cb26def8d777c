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
    // What a rule does not use is left out, so that older rules keep their hash.
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list.dedup();
        Value::from(list)
    };
    if !rule.exceptions.is_empty() {
        put("exceptions", sorted(&rule.exceptions));
    }
    put("id", rule.id.as_str().into());
    if let Some(language) = &rule.language {
        put("language", language.as_str().into());
    }
    if let Some(mask) = &rule.mask {
        put("mask", mask.as_str().into());
    }
    put("match", rule.matcher.kind().name().into());
    if let Matcher::Pattern(pattern) = &rule.matcher {
        put("pattern", pattern.as_str().into());
    }
    if rule.phonetic {
        put("phonetic", true.into());
    }
    if let Matcher::Pii(kind) = &rule.matcher {
        put("pii", kind.name().into());
    }
    put("severity", rule.severity.name().into());
    if !rule.terms().is_empty() {
        put("terms", sorted(rule.terms()));
    }
    if !rule.views.is_empty() {
        put("views", sorted(&rule.views));
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use crate::key::hex;
    use crate::policy::Policy;
    use crate::policy::document::read;

    #[test]
    fn the_hash_is_of_what_the_rules_decide_not_of_how_they_are_written() {
        let one = r#"{"version": 1, "rules": [
            {"id": "b", "category": "c", "severity": "error", "match": "term", "terms": ["y", "x", "y"]},
            {"id": "a", "category": "c", "severity": "warning", "match": "regex", "pattern": "é+", "language": "fr"}]}"#;
        let other = r#"{"rules":[{"language":"fr","pattern":"\u00e9+","match":"regex","action":"warn","severity":"warning","category":"c","id":"a"},
            {"terms":["x","y"],"match":"term","severity":"error","category":"c","id":"b"}],"version":1}"#;
        assert_eq!(Policy::from_json(one).unwrap().hash(), Policy::from_json(other).unwrap().hash());
        let text = super::text(&read(one).unwrap());
        assert_eq!(
            text,
            "{\"rules\":[{\"action\":\"warn\",\"category\":\"c\",\"id\":\"a\",\"language\":\"fr\",\"match\":\"regex\",\
             \"pattern\":\"é+\",\"severity\":\"warning\"},{\"action\":\"block\",\"category\":\"c\",\"id\":\"b\",\
             \"match\":\"term\",\"severity\":\"error\",\"terms\":[\"x\",\"y\"]}],\"version\":1}"
        );
        let changed = one.replace("\"x\"", "\"z\"");
        assert_ne!(Policy::from_json(one).unwrap().hash(), Policy::from_json(&changed).unwrap().hash());
    }

    #[test]
    fn the_hash_is_sha_256_of_the_canonical_text() {
        // Computed with: printf '{"rules":[],"version":1}' | sha256sum
        let empty = Policy::from_json(r#"{ "version": 1, "rules": [ ] }"#).unwrap();
        assert_eq!(hex(&empty.hash()), "1e34e8bc6c109516420e4b443382f26cce1eb9a08a798f149a74c50f27e773e3");
    }
}
