//! The table of settings: what each is for, and its bounds. Explanations and the schema are made of it.

use serde_json::{Map, Value, json};

use super::{ConfigError, Profile, VERSION};
use crate::access::role::PERMISSIONS;
use crate::audio::intake::Container;
use crate::monitor::Event;

/// One setting.
pub(super) struct Setting {
    /// Its fields, between dots.
    pub(super) path: &'static str,
    kind: Kind,
    /// What it is for.
    pub(super) why: &'static str,
}

enum Kind {
    Flag,
    /// A whole number.
    Count(f64, f64),
    /// Any number.
    Real(f64, f64),
    Texts,
    /// Some of these names.
    Names(fn() -> Vec<&'static str>),
    /// Rates by kind of request.
    Kinds,
    /// Thresholds by event.
    Thresholds,
    /// A document of its own.
    Document,
}

use Kind::{Count, Document, Flag, Kinds, Names, Real, Texts, Thresholds};

const DAYS: f64 = 36_500.0;

#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    Setting { path: "identity.subject_required", kind: Flag, why: "without a subject nobody can be limited or held to account" },
    Setting { path: "identity.role_required", kind: Flag, why: "with a role every request must be granted by it; without one roles are asked only where one is named" },
    Setting { path: "text.max_characters", kind: Count(1.0, 1_048_576.0), why: "a longer text costs more than one request should" },
    Setting { path: "text.max_folded_characters", kind: Count(1.0, 18_874_368.0), why: "one character can stand for eighteen once compatibility forms are undone" },
    Setting { path: "text.languages", kind: Texts, why: "languages by prefix (BCP 47) that a request may name; empty: any" },
    Setting { path: "audio.max_seconds", kind: Real(0.001, 86_400.0), why: "an engine that does not stop must be stopped; counted to the sample" },
    Setting { path: "intake.max_bytes", kind: Count(1.0, 1_073_741_824.0), why: "an upload is refused by its length, before it is decoded" },
    Setting { path: "intake.max_seconds", kind: Real(0.001, 86_400.0), why: "longest recording that is taken in" },
    Setting { path: "intake.min_seconds", kind: Real(0.0, 86_400.0), why: "shortest recording that is of use" },
    Setting { path: "intake.rates", kind: Texts, why: "sample rates that are taken in; empty: 8000 to 192000" },
    Setting { path: "intake.max_channels", kind: Count(1.0, 8.0), why: "most channels of a recording" },
    Setting { path: "intake.containers", kind: Names(containers), why: "containers that are taken in, by their first bytes" },
    Setting { path: "intake.max_clipped", kind: Real(0.0, 1.0), why: "part of the samples at full scale above which a recording is called clipped" },
    Setting { path: "intake.max_dc", kind: Real(0.0, 1.0), why: "mean of the samples above which a recording is called shifted" },
    Setting { path: "intake.silence", kind: Real(0.0, 1.0), why: "root mean square below which a recording is silence" },
    Setting { path: "rate.per_minute", kind: Count(0.0, 6_000_000.0), why: "utterances of one subject a minute, in the long run; 0: no limit" },
    Setting { path: "rate.burst", kind: Count(1.0, 1_000_000.0), why: "utterances of one subject at once" },
    Setting { path: "rate.max_keys", kind: Count(1.0, 16_777_216.0), why: "subjects that are remembered, 16 bytes each: the bound on memory" },
    Setting { path: "rate.kinds", kind: Kinds, why: "limits for kinds of request of their own, such as detect" },
    Setting { path: "admission.seconds", kind: Real(0.001, 1e9), why: "seconds of audio that may be in the making at once" },
    Setting { path: "admission.utterances", kind: Count(1.0, 1_000_000.0), why: "utterances that may be in the making at once" },
    Setting { path: "admission.share", kind: Real(0.000_001, 1.0), why: "part of both that one subject may hold, so that others have room" },
    Setting { path: "tokens.ttl_seconds", kind: Count(1.0, 2_678_400.0), why: "a stolen token is of use for this long" },
    Setting { path: "tokens.leeway_seconds", kind: Count(0.0, 300.0), why: "by how much clocks may differ" },
    Setting { path: "tokens.single_use", kind: Flag, why: "a token that was used is refused" },
    Setting { path: "requests.origins", kind: Texts, why: "origins of browsers that may ask: scheme, host and port, exactly" },
    Setting { path: "requests.without_origin", kind: Flag, why: "whether requests without an origin pass: programs send none, browsers always do" },
    Setting { path: "requests.networks.allowed", kind: Texts, why: "networks that may ask; empty: all that are not refused" },
    Setting { path: "requests.networks.refused", kind: Texts, why: "networks that may not ask" },
    Setting { path: "requests.networks.proxies", kind: Texts, why: "proxies whose word about the client's address counts" },
    Setting { path: "requests.max_message_bytes", kind: Count(1.0, 1_073_741_824.0), why: "most bytes of one message; a longer one closes the connection with 1009" },
    Setting { path: "requests.binary_messages", kind: Flag, why: "whether binary messages are taken; else they close the connection with 1003" },
    Setting { path: "requests.message_types", kind: Texts, why: "values of \"type\" that messages may have; empty: any message" },
    Setting { path: "monitor.thresholds", kind: Thresholds, why: "how many of which event from one source are told to an operator" },
    Setting { path: "monitor.cool_down_seconds", kind: Real(0.0, 31_622_400.0), why: "the same alert is not repeated before" },
    Setting { path: "monitor.max_sources", kind: Count(1.0, 1_000_000.0), why: "sources that are remembered: the bound on memory" },
    Setting { path: "retention.recordings_days", kind: Count(0.0, DAYS), why: "days that voice recordings are kept, for the ledger's plan" },
    Setting { path: "retention.transcripts_days", kind: Count(0.0, DAYS), why: "days that transcripts are kept" },
    Setting { path: "retention.audit_days", kind: Count(0.0, DAYS), why: "days that audit records are kept" },
    Setting { path: "retention.logs_days", kind: Count(0.0, DAYS), why: "days that system logs are kept" },
    Setting { path: "disclosure.labels", kind: Names(labels), why: "labels that reports and files should carry; the host writes them" },
    Setting { path: "disclosure.audible", kind: Flag, why: "whether listeners should be told; the host speaks it" },
    Setting { path: "roles", kind: Document, why: "who may do what; without, the presets guest, user and admin" },
    Setting { path: "cedar", kind: Document, why: "policies in Cedar that decide in place of roles; of a library built with the feature cedar" },
    Setting { path: "commands", kind: Document, why: "commands that a voice may give; without, none" },
    Setting { path: "consent", kind: Document, why: "voices of people, each with the subject whose consent it needs; the guard's ledger is asked at every utterance" },
];

fn containers() -> Vec<&'static str> {
    Container::KNOWN.map(Container::name).to_vec()
}

fn labels() -> Vec<&'static str> {
    vec!["c2pa", "sb942", "aigc"]
}

impl Setting {
    /// The path as RFC 6901 writes it.
    pub(super) fn pointer(&self) -> String {
        format!("/{}", self.path.replace('.', "/"))
    }
}

/// Every number is within its bounds.
pub(super) fn check(whole: &Value) -> Result<(), ConfigError> {
    for setting in SETTINGS {
        let (Count(least, most) | Real(least, most)) = setting.kind else { continue };
        let value = whole.pointer(&setting.pointer());
        // What is no number at all is found when the document is read.
        let Some(number) = value.and_then(Value::as_f64) else { continue };
        if !(least..=most).contains(&number) {
            let value = number.to_string();
            return Err(ConfigError::Bounds { path: setting.path, value, least, most });
        }
    }
    Ok(())
}

/// The JSON Schema of documents.
pub(super) fn schema() -> Value {
    let profiles = Profile::ALL.map(Profile::name);
    let mut properties = Map::new();
    properties.insert("version".into(), json!({"const": VERSION}));
    properties.insert("profile".into(), json!({"enum": profiles, "default": "default"}));
    for setting in SETTINGS {
        let mut at = &mut properties;
        let mut parts = setting.path.split('.').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                at.insert(part.into(), setting.schema());
                break;
            }
            let object = at.entry(part).or_insert_with(
                || json!({"type": "object", "additionalProperties": false, "properties": {}}),
            );
            match object.get_mut("properties").and_then(Value::as_object_mut) {
                Some(inner) => at = inner,
                None => break,
            }
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "voxguard configuration",
        "type": "object",
        "additionalProperties": false,
        "required": ["version"],
        "properties": properties,
    })
}

impl Setting {
    fn schema(&self) -> Value {
        let mut schema = match &self.kind {
            Flag => json!({"type": "boolean"}),
            Count(least, most) => {
                json!({"type": "integer", "minimum": *least as u64, "maximum": *most as u64})
            }
            Real(least, most) => json!({"type": "number", "minimum": least, "maximum": most}),
            Texts if self.path == "intake.rates" => json!({"type": "array", "items": {"type": "integer"}}),
            Texts => json!({"type": "array", "items": {"type": "string"}}),
            Names(names) => json!({"type": "array", "items": {"enum": names()}}),
            Kinds => json!({"type": "object", "additionalProperties": {
                "type": "object", "additionalProperties": false, "required": ["per_minute", "burst"],
                "properties": {
                    "per_minute": {"type": "integer", "minimum": 1},
                    "burst": {"type": "integer", "minimum": 1, "maximum": 1_000_000}}}}),
            Thresholds => json!({"type": "object",
                "propertyNames": {"enum": Event::ALL.map(Event::name)},
                "additionalProperties": {
                    "type": "object", "additionalProperties": false, "required": ["count", "seconds"],
                    "properties": {
                        "count": {"type": "integer", "minimum": 1, "maximum": 1000},
                        "seconds": {"type": "number", "exclusiveMinimum": 0}}}}),
            Document if self.path == "roles" => json!({"type": ["object", "null"],
                "$comment": format!("permissions with a meaning here: {}", PERMISSIONS.join(", "))}),
            Document if self.path == "cedar" => json!({"type": ["object", "null"],
                "additionalProperties": false, "required": ["policies"],
                "properties": {
                    "policies": {"type": "string"},
                    "schema": {"type": ["string", "null"]},
                    "entities": {"type": ["array", "null"], "items": {"type": "object"}}}}),
            Document if self.path == "consent" => json!({"type": ["object", "null"],
                "additionalProperties": false, "required": ["voices"],
                "properties": {
                    "scope": {"type": "string", "default": "synthesize"},
                    "voices": {"type": "object", "additionalProperties": {"type": "string"}}}}),
            Document => json!({"type": ["object", "null"]}),
        };
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".into(), self.why.into());
        }
        schema
    }
}
