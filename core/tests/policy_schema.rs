//! The published JSON Schema, the example rules and the parser say the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use voxguard_core::policy::rule::MatchKind;
use voxguard_core::policy::{Action, Policy, Severity, document};

const EXAMPLE: &str = include_str!("../../examples/rules.json");

fn schema() -> Value {
    serde_json::from_str(include_str!("../../docs/policy.schema.json")).unwrap()
}

fn fields(schema: &Value) -> BTreeSet<String> {
    schema["$defs"]["rule"]["properties"].as_object().unwrap().keys().cloned().collect()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

#[test]
fn the_schema_has_the_fields_that_the_parser_knows() {
    let unknown = r#"{"version": 1, "rules": [{"": 1}]}"#;
    let error = Policy::from_json(unknown).unwrap_err().to_string();
    // serde lists the fields it knows between back ticks, after the unknown one.
    let known: BTreeSet<String> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert_eq!(known, fields(&schema()), "{error}");
}

#[test]
fn the_schema_lists_the_names_that_the_parser_accepts() {
    let properties = &schema()["$defs"]["rule"]["properties"];
    assert_eq!(names(&properties["action"]["enum"]), Action::ALL.map(Action::name));
    assert_eq!(names(&properties["severity"]["enum"]), Severity::ALL.map(Severity::name));
    assert_eq!(names(&properties["match"]["enum"]), MatchKind::ALL.map(MatchKind::name));
}

#[test]
fn the_schema_requires_what_the_parser_misses() {
    let schema = schema();
    let rule = json!({"id": "r", "category": "c", "severity": "error", "match": "term", "terms": ["x"]});
    for field in fields(&schema) {
        let required =
            names(&schema["$defs"]["rule"]["required"]).contains(&field.as_str()) || field == "terms";
        let mut rule = rule.clone();
        rule.as_object_mut().unwrap().remove(&field);
        let parsed = Policy::from_json(&json!({"version": 1, "rules": [rule]}).to_string());
        assert_eq!(parsed.is_err(), required, "{field}");
    }
}

#[test]
fn the_schema_has_the_limits_of_the_parser() {
    let schema = schema();
    let rule = &schema["$defs"]["rule"]["properties"];
    assert_eq!(schema["properties"]["rules"]["maxItems"], document::MAX_RULES);
    assert_eq!(schema["$defs"]["label"]["maxLength"], document::MAX_NAME_CHARS);
    assert_eq!(rule["terms"]["items"]["maxLength"], document::MAX_TERM_CHARS);
    assert_eq!(rule["pattern"]["maxLength"], document::MAX_PATTERN_CHARS);
    assert_eq!(schema["properties"]["version"]["const"], 1);
}

#[test]
fn the_example_rules_load_and_keep_to_the_schema() {
    let policy = Policy::from_json(EXAMPLE).unwrap();
    let example: Value = serde_json::from_str(EXAMPLE).unwrap();
    let rules = example["rules"].as_array().unwrap();
    assert_eq!(policy.rule_count(), rules.len());
    let schema = schema();
    let mut kinds = BTreeSet::new();
    for rule in rules {
        let used: BTreeSet<String> = rule.as_object().unwrap().keys().cloned().collect();
        assert!(used.is_subset(&fields(&schema)), "{rule}");
        kinds.insert(rule["match"].as_str().unwrap());
    }
    assert_eq!(kinds.len(), MatchKind::ALL.len(), "an example of every kind");
}
