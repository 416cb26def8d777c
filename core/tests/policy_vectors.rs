//! The shared vectors (`tests/vectors/policy.json`) that every language is held to.

use serde_json::Value;
use voxguard_core::key::hex;
use voxguard_core::policy::{Markup, Policy};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../tests/vectors/policy.json")).unwrap()
}

fn field<'v>(case: &'v Value, name: &str) -> &'v str {
    case[name].as_str().unwrap_or_else(|| panic!("{name} of {case}"))
}

fn policy(vectors: &Value) -> Policy {
    Policy::from_json(&vectors["rules"].to_string()).unwrap()
}

fn markup(case: &Value) -> Markup {
    field(case, "markup").parse().unwrap()
}

#[test]
fn the_verdicts_are_those_of_the_vectors() {
    let vectors = vectors();
    let policy = policy(&vectors);
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 40);
    for case in cases {
        let verdict = policy.check(field(case, "text"), markup(case)).unwrap();
        assert_eq!(serde_json::to_value(&verdict).unwrap(), case["verdict"], "{}", field(case, "name"));
    }
}

#[test]
fn the_policy_hash_is_the_one_computed_elsewhere() {
    let vectors = vectors();
    assert_eq!(hex(&policy(&vectors).hash()), field(&vectors, "policy_hash"));
}

#[test]
fn the_errors_are_those_of_the_vectors() {
    let vectors = vectors();
    let policy = policy(&vectors);
    let errors = vectors["errors"].as_array().unwrap();
    assert!(!errors.is_empty());
    for case in errors {
        let error = policy.check(field(case, "text"), markup(case)).unwrap_err();
        assert_eq!(error.to_string(), field(case, "message"), "{}", field(case, "name"));
    }
    let bad = vectors["bad_rules"].as_array().unwrap();
    assert!(!bad.is_empty());
    for case in bad {
        let error = Policy::from_json(field(case, "rules")).unwrap_err();
        assert_eq!(error.to_string(), field(case, "message"), "{}", field(case, "name"));
    }
}

#[test]
fn the_json_of_a_verdict_has_its_fields_in_order() {
    let vectors = vectors();
    let verdict = policy(&vectors).check("x1y", Markup::Auto).unwrap();
    let json = serde_json::to_string(&verdict).unwrap();
    let expected = format!(
        r#"{{"action":"warn","allowed":true,"text":"x1y","reason":"allowed with a warning: questionable","markup":"plain","policy_hash":"{}","hits":[{{"rule":"r2","category":"questionable","severity":"warning","action":"warn","start":0,"end":3,"start_byte":0,"end_byte":3,"view":"plain"}}]}}"#,
        field(&vectors, "policy_hash")
    );
    assert_eq!(json, expected);
}
