//! Reading a rules file, schema version 1.
//!
//! ```json
//! {"version": 1, "rules": [
//!   {"id": "r1", "category": "fraud", "severity": "error", "match": "phrase", "terms": ["wire transfer"]},
//!   {"id": "r2", "category": "questionable", "severity": "warning", "match": "regex", "pattern": "x[0-9]+y"}
//! ]}
//! ```
//!
//! A rule without an `action` takes its severity's. What is not known is refused, not passed over: a
//! rule with a slip in it would otherwise stand there and never hit. `docs/policy.schema.json` says
//! the same to editors; a test keeps the two together.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::error::{PolicyError, RuleName};
use super::rule::{Action, MatchKind, Matcher, Rule, Severity};

/// Longest rules file in bytes.
pub const MAX_BYTES: usize = 16 << 20;
/// Most rules in a file.
pub const MAX_RULES: usize = 10_000;
/// Most terms and phrases in a file, all rules together.
pub const MAX_TERMS: usize = 100_000;
/// Longest term or phrase in characters.
pub const MAX_TERM_CHARS: usize = 256;
/// Longest pattern in characters.
pub const MAX_PATTERN_CHARS: usize = 4096;
/// Longest id or category in characters.
pub const MAX_NAME_CHARS: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: Value,
    rules: Vec<Fields>,
}

/// The fields of a rule, known by name, their values not looked at yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    id: Option<Value>,
    category: Option<Value>,
    severity: Option<Value>,
    action: Option<Value>,
    #[serde(rename = "match")]
    kind: Option<Value>,
    terms: Option<Value>,
    pattern: Option<Value>,
    language: Option<Value>,
}

/// The rules of a file, in the order of the file.
pub fn read(json: &str) -> Result<Vec<Rule>, PolicyError> {
    if json.len() > MAX_BYTES {
        return Err(PolicyError::TooLong { bytes: json.len(), max: MAX_BYTES });
    }
    let document: Document = serde_json::from_str(json).map_err(|error| json_problem(json, &error))?;
    if document.version != 1 {
        return Err(PolicyError::Version { found: describe(&document.version) });
    }
    if document.rules.len() > MAX_RULES {
        return Err(PolicyError::TooManyRules { rules: document.rules.len(), max: MAX_RULES });
    }
    let mut rules = Vec::with_capacity(document.rules.len());
    let mut places = HashMap::with_capacity(document.rules.len());
    let mut terms = 0;
    for (index, fields) in document.rules.into_iter().enumerate() {
        let rule = fields.rule(index)?;
        let name = || RuleName { index, id: Some(rule.id.clone()) };
        if let Some(first) = places.insert(rule.id.clone(), index) {
            return Err(PolicyError::DuplicateId { rule: name(), first });
        }
        if let Matcher::Terms(list) | Matcher::Phrases(list) = &rule.matcher {
            terms += list.len();
        }
        if terms > MAX_TERMS {
            return Err(PolicyError::TooManyTerms { rule: name(), max: MAX_TERMS });
        }
        rules.push(rule);
    }
    Ok(rules)
}

impl Fields {
    fn rule(self, index: usize) -> Result<Rule, PolicyError> {
        let mut name = RuleName { index, id: None };
        let id = label(&name, "id", self.id)?;
        name.id = Some(id.clone());
        let category = label(&name, "category", self.category)?;
        let severity: Severity =
            named(&name, "severity", required(&name, "severity", self.severity, Severity::ACCEPTED)?)?;
        let action = match self.action {
            Some(value) => named::<Action>(&name, "action", value)?,
            None => severity.default_action(),
        };
        let kind: MatchKind =
            named(&name, "match", required(&name, "match", self.kind, MatchKind::ACCEPTED)?)?;
        let matcher = match kind {
            MatchKind::Term => Matcher::Terms(term_list(&name, kind, self.terms, self.pattern)?),
            MatchKind::Phrase => Matcher::Phrases(term_list(&name, kind, self.terms, self.pattern)?),
            MatchKind::Regex => Matcher::Pattern(pattern(&name, self.pattern, self.terms)?),
        };
        let language = self.language.map(|value| language(&name, value)).transpose()?;
        Ok(Rule { id, category, severity, action, matcher, language })
    }
}

/// An id or a category.
fn label(rule: &RuleName, field: &str, value: Option<Value>) -> Result<String, PolicyError> {
    let accepted = format!("1 to {MAX_NAME_CHARS} characters, none of them a control character");
    match required(rule, field, value, &accepted)? {
        Value::String(text)
            if !text.trim().is_empty()
                && text.chars().count() <= MAX_NAME_CHARS
                && !text.chars().any(char::is_control) =>
        {
            Ok(text)
        }
        value => Err(refused(rule, field, &value, &accepted)),
    }
}

fn named<T: std::str::FromStr<Err = super::rule::NameError>>(
    rule: &RuleName,
    field: &str,
    value: Value,
) -> Result<T, PolicyError> {
    let known = value.as_str().unwrap_or_default().parse();
    known.map_err(|error: super::rule::NameError| refused(rule, field, &value, error.accepted))
}

fn term_list(
    rule: &RuleName,
    kind: MatchKind,
    terms: Option<Value>,
    pattern: Option<Value>,
) -> Result<Vec<String>, PolicyError> {
    let accepted = format!("with match \"{kind}\" a list of texts, at least one");
    if pattern.is_some() {
        return Err(problem(
            rule,
            "pattern",
            format!("does not go with match \"{kind}\": accepted is terms"),
        ));
    }
    let list = match required(rule, "terms", terms, &accepted)? {
        Value::Array(list) if !list.is_empty() => list,
        value => return Err(refused(rule, "terms", &value, &accepted)),
    };
    let accepted = format!("1 to {MAX_TERM_CHARS} characters of text");
    let term = |(place, value): (usize, Value)| match value {
        Value::String(text) if !text.trim().is_empty() && text.chars().count() <= MAX_TERM_CHARS => Ok(text),
        value => Err(refused(rule, &format!("terms[{place}]"), &value, &accepted)),
    };
    list.into_iter().enumerate().map(term).collect()
}

fn pattern(rule: &RuleName, pattern: Option<Value>, terms: Option<Value>) -> Result<String, PolicyError> {
    let accepted = format!("a regular expression of 1 to {MAX_PATTERN_CHARS} characters");
    if terms.is_some() {
        return Err(problem(rule, "terms", "does not go with match \"regex\": accepted is pattern".into()));
    }
    match required(rule, "pattern", pattern, &accepted)? {
        Value::String(text) if !text.is_empty() && text.chars().count() <= MAX_PATTERN_CHARS => Ok(text),
        value => Err(refused(rule, "pattern", &value, &accepted)),
    }
}

/// A language tag by its outer shape (BCP 47, RFC 5646): `en`, `pt-BR`, `zh-Hant`.
fn language(rule: &RuleName, value: Value) -> Result<String, PolicyError> {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let first = |part: &str| part.len() >= 2 && part.bytes().all(|b| b.is_ascii_alphabetic());
    match value {
        Value::String(text)
            if text.len() <= MAX_NAME_CHARS
                && text.split('-').all(part)
                && text.split('-').next().is_some_and(first) =>
        {
            Ok(text)
        }
        value => Err(refused(rule, "language", &value, "a language tag as \"en\" or \"pt-BR\"")),
    }
}

fn required(
    rule: &RuleName,
    field: &str,
    value: Option<Value>,
    accepted: &str,
) -> Result<Value, PolicyError> {
    value.ok_or_else(|| problem(rule, field, format!("is missing: accepted are {accepted}")))
}

fn refused(rule: &RuleName, field: &str, value: &Value, accepted: &str) -> PolicyError {
    problem(rule, field, format!("is {}: accepted are {accepted}", describe(value)))
}

fn problem(rule: &RuleName, field: &str, problem: String) -> PolicyError {
    PolicyError::Field { rule: rule.clone(), field: field.to_owned(), problem }
}

/// A value in a few words: a short one as it stands.
fn describe(value: &Value) -> String {
    const SHOWN: usize = 40;
    match value {
        Value::String(text) => match text.chars().count() {
            characters @ 0..=SHOWN if characters == text.len() => format!("{text:?}"),
            characters => format!("a text of {characters} characters"),
        },
        Value::Array(list) => format!("a list of {} values", list.len()),
        Value::Object(_) => "an object".into(),
        value => value.to_string(),
    }
}

/// Where the JSON is wrong, and in which rule if that can be told.
fn json_problem(json: &str, error: &serde_json::Error) -> PolicyError {
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let message = error.to_string();
    let message = message.strip_suffix(&suffix).unwrap_or(&message);
    let problem = match faulty_rule(json) {
        Some(rule) => format!("{rule}: {message}"),
        None => message.to_owned(),
    };
    PolicyError::Json { line: error.line(), column: error.column(), problem }
}

/// The first rule whose fields are not the known ones.
fn faulty_rule(json: &str) -> Option<RuleName> {
    let document: Value = serde_json::from_str(json).ok()?;
    let rules = document.get("rules")?.as_array()?;
    let (index, rule) = rules.iter().enumerate().find(|(_, rule)| Fields::deserialize(*rule).is_err())?;
    Some(RuleName { index, id: rule.get("id").and_then(Value::as_str).map(str::to_owned) })
}
