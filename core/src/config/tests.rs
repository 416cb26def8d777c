use super::*;
use crate::monitor::Event;

fn error(json: &str) -> String {
    Config::from_json(json).unwrap_err().to_string()
}

#[test]
fn every_profile_can_be_used_and_says_what_it_is_for() {
    for profile in Profile::ALL {
        let config = Config::profile(profile).unwrap();
        assert_eq!(config.profile, profile.name());
        assert!(profile.about().ends_with('.'));
    }
    assert_eq!(Config::profile(Profile::Default).unwrap(), Config::default());
    assert_eq!(Config::from_json(r#"{"version": 1}"#).unwrap(), Config::default());
}

#[test]
fn the_baseline_has_the_numbers_it_is_known_for() {
    let config = Config::profile(Profile::Baseline).unwrap();
    assert_eq!((config.text.max_characters, config.audio.max_seconds), (1_000, 300.0));
    assert_eq!(config.text.languages, ["en"]);
    assert_eq!((config.rate.per_minute, config.rate.burst), (60, 10));
    assert_eq!(config.tokens.ttl_seconds, 15 * 60);
    let count = |event| config.monitor.thresholds[&event].count;
    let events = [Event::AuthFailure, Event::RateViolation, Event::SuspiciousCommand, Event::LargeUpload];
    assert_eq!(events.map(count), [5, 10, 3, 5]);
    let Retention { recordings_days, transcripts_days, audit_days, logs_days } = config.retention;
    assert_eq!([recordings_days, transcripts_days, audit_days, logs_days], [7, 30, 90, 30]);
}

#[test]
fn a_document_lies_over_its_profile_over_the_default_and_explains_which() {
    let json = r#"{"version": 1, "profile": "strict", "rate": {"per_minute": 7},
        "monitor": {"thresholds": {"overload": {"count": 2, "seconds": 60}}}}"#;
    let config = Config::from_json(json).unwrap();
    assert_eq!((config.rate.per_minute, config.rate.burst), (7, 5));
    assert_eq!(config.monitor.thresholds.len(), 5);
    let explained = explain(json).unwrap();
    let from = |path: &str| explained["settings"][path]["from"].as_str().unwrap().to_owned();
    assert_eq!(from("rate.per_minute"), "document");
    assert_eq!(from("rate.burst"), "profile");
    assert_eq!(from("rate.max_keys"), "default");
    assert_eq!(explained["settings"]["rate.per_minute"]["value"], 7);
    assert_eq!(explained["config"]["text"]["max_characters"], 1_000);
}

#[test]
fn each_setting_is_explained_and_each_explanation_is_of_a_setting() {
    fn leaves(value: &Value, path: String, found: &mut Vec<String>) {
        let known = |path: &str| setting::SETTINGS.iter().any(|setting| setting.path == path);
        match value {
            Value::Object(fields) if !known(&path) => {
                for (name, value) in fields {
                    let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    leaves(value, below, found);
                }
            }
            _ => found.push(path),
        }
    }
    let mut found = Vec::new();
    leaves(&serde_json::to_value(Config::default()).unwrap(), String::new(), &mut found);
    found.retain(|path| path != "version" && path != "profile");
    let mut known: Vec<_> = setting::SETTINGS.iter().map(|setting| setting.path).collect();
    found.sort();
    known.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn what_cannot_be_used_is_named_with_what_is_accepted() {
    assert!(error("").starts_with("configuration: "));
    assert!(error("[]").contains("not a JSON object"));
    assert!(error("{}").contains("no version"));
    assert!(error(r#"{"version": 2}"#).contains("version 2: accepted is 1"));
    assert!(error(r#"{"version": 1, "profile": "lax"}"#).contains("accepted are default, strict"));
    assert!(error(r#"{"version": 1, "profile": 7}"#).contains("not a string"));
    assert!(error(r#"{"version": 1, "txt": {}}"#).contains("unknown field `txt`"));
    assert!(error(r#"{"version": 1, "text": {"max_chars": 1}}"#).contains("unknown field `max_chars`"));
    let bounds = error(r#"{"version": 1, "audio": {"max_seconds": 0}}"#);
    assert_eq!(bounds, "audio.max_seconds is 0: accepted are 0.001 to 86400");
    assert!(error(r#"{"version": 1, "audio": {"max_seconds": "long"}}"#).contains("invalid type"));
    assert!(
        error(r#"{"version": 1, "rate": {"kinds": {"x": {"per_minute": 0, "burst": 1}}}}"#)
            .contains("accepted")
    );
    assert!(error(r#"{"version": 1, "requests": {"origins": ["*"]}}"#).contains("origin"));
    assert!(
        error(r#"{"version": 1, "requests": {"networks": {"proxies": ["10.0.0.1/8"]}}}"#).contains("network")
    );
    assert!(error(r#"{"version": 1, "text": {"languages": ["e"]}}"#).contains("language"));
    assert!(
        error(r#"{"version": 1, "monitor": {"thresholds": {"boredom": {"count": 1, "seconds": 1}}}}"#)
            .contains("unknown variant")
    );
    assert!(
        error(r#"{"version": 1, "roles": {"version": 1, "roles": {"a": {"inherits": ["a"]}}}}"#)
            .contains("itself")
    );
    assert!(error(&" ".repeat(MAX_DOCUMENT_BYTES + 1)).contains("accepted are up to"));
}

#[test]
fn the_published_schema_is_the_table() {
    // VOXGUARD_REWRITE=1 cargo test -p voxguard-core --lib published_schema
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/config.schema.json");
    if std::env::var_os("VOXGUARD_REWRITE").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&schema()).unwrap() + "\n").unwrap();
    }
    let published: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(published, schema());
}
