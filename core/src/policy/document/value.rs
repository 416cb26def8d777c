//! The values of fields: what is accepted, and what is said of the others.

use serde_json::Value;

use super::{MAX_NAME_CHARS, MAX_PATTERN_CHARS, MAX_TERM_CHARS};
use crate::policy::error::{PolicyError, RuleName};
use crate::policy::rule::{Action, MatchKind, NameError};

/// What is spoken in place of a hit: words that need no escaping in any markup.
pub fn mask(rule: &RuleName, action: Action, value: Value) -> Result<String, PolicyError> {
    let accepted = format!(
        "up to {MAX_TERM_CHARS} characters without < > & \" ' and control characters, with action \"mask\""
    );
    match value {
        Value::String(text)
            if action == Action::Mask
                && text.chars().count() <= MAX_TERM_CHARS
                && !text.chars().any(|character| character.is_control() || "<>&\"'".contains(character)) =>
        {
            Ok(text)
        }
        value => Err(refused(rule, "mask", &value, &accepted)),
    }
}

/// An id or a category.
pub fn label(rule: &RuleName, field: &str, value: Option<Value>) -> Result<String, PolicyError> {
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

pub fn named<T: std::str::FromStr<Err = NameError>>(
    rule: &RuleName,
    field: &str,
    value: Value,
) -> Result<T, PolicyError> {
    let known = value.as_str().unwrap_or_default().parse();
    known.map_err(|error: NameError| refused(rule, field, &value, error.accepted))
}

pub fn term_list(
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
    texts(rule, "terms", required(rule, "terms", terms, &accepted)?, &accepted)
}

/// A list of texts with letters in them.
pub fn texts(rule: &RuleName, field: &str, value: Value, accepted: &str) -> Result<Vec<String>, PolicyError> {
    let list = match value {
        Value::Array(list) if !list.is_empty() => list,
        value => return Err(refused(rule, field, &value, accepted)),
    };
    let accepted = format!("1 to {MAX_TERM_CHARS} characters of text");
    let term = |(place, value): (usize, Value)| match value {
        Value::String(text) if !text.trim().is_empty() && text.chars().count() <= MAX_TERM_CHARS => Ok(text),
        value => Err(refused(rule, &format!("{field}[{place}]"), &value, &accepted)),
    };
    list.into_iter().enumerate().map(term).collect()
}

pub fn pattern(rule: &RuleName, pattern: Option<Value>, terms: Option<Value>) -> Result<String, PolicyError> {
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
pub fn language(rule: &RuleName, value: Value) -> Result<String, PolicyError> {
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

pub fn required(
    rule: &RuleName,
    field: &str,
    value: Option<Value>,
    accepted: &str,
) -> Result<Value, PolicyError> {
    value.ok_or_else(|| problem(rule, field, format!("is missing: accepted are {accepted}")))
}

pub fn refused(rule: &RuleName, field: &str, value: &Value, accepted: &str) -> PolicyError {
    problem(rule, field, format!("is {}: accepted are {accepted}", describe(value)))
}

pub fn problem(rule: &RuleName, field: &str, problem: String) -> PolicyError {
    PolicyError::Field { rule: rule.clone(), field: field.to_owned(), problem }
}

/// A value in a few words: a short one as it stands.
pub fn describe(value: &Value) -> String {
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
