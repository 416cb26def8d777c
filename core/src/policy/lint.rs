//! Advice about rules that load but do not do what their author means.

use serde::Serialize;

use super::compile::Policy;
use super::document;
use super::error::PolicyError;
use super::inflect::LANGUAGES;
use super::rule::{Action, Matcher, Rule};
use crate::text::{Markup, fold};

/// Letters below which a term hits by accident.
const SHORT: usize = 3;

/// Advice about a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// The rule's id.
    pub rule: String,
    /// The field that it is about.
    pub field: String,
    /// A name for the kind of advice.
    pub code: String,
    /// What is the matter and what would be better.
    pub message: String,
}

/// Advice about a rules file.
///
/// # Errors
/// As [`Policy::from_json`]: rules that do not load.
pub fn lint(json: &str) -> Result<Vec<Advice>, PolicyError> {
    let rules = document::read(json)?;
    Policy::from_json(json)?;
    let mut all = Vec::new();
    for rule in &rules {
        let mut advise = |field: &str, code: &str, message: String| {
            all.push(Advice { rule: rule.id.clone(), field: field.into(), code: code.into(), message });
        };
        match &rule.matcher {
            Matcher::Pattern(pattern) => self::pattern(pattern, &mut advise),
            _ => terms(rule, &mut advise),
        }
        if let Some(language) = &rule.language
            && !rule.terms().is_empty()
            && !LANGUAGES.contains(&language.split('-').next().unwrap_or_default())
        {
            let message = format!(
                "no forms are known for {language:?}: the terms hit as they stand; name the forms that you mean"
            );
            advise("language", "language-without-forms", message);
        }
        if rule.action == Action::Allow && !rule.exceptions.is_empty() {
            advise(
                "exceptions",
                "exceptions-of-nothing",
                "the rule only notes its hits: exceptions change nothing that is spoken".into(),
            );
        }
    }
    Ok(all)
}

fn terms(rule: &Rule, advise: &mut impl FnMut(&str, &str, String)) {
    let mut seen: Vec<String> = Vec::new();
    for (place, term) in rule.terms().iter().enumerate() {
        let field = format!("terms[{place}]");
        let folded = fold(term).text().to_owned();
        let letters = folded.chars().filter(|letter| letter.is_alphanumeric()).count();
        if letters < SHORT && folded.is_ascii() {
            advise(
                &field,
                "short-term",
                format!(
                    "{letters} letters: hits initials and abbreviations; accepted, but a phrase says more"
                ),
            );
        }
        if matches!(rule.matcher, Matcher::Terms(_))
            && (term.contains(r"\b") || term.contains(".*") || term.contains('['))
        {
            advise(
                &field,
                "pattern-as-term",
                "looks like a regular expression, and is taken as it stands: match \"regex\" reads it as one"
                    .into(),
            );
        }
        if seen.contains(&folded) {
            advise(
                &field,
                "same-term",
                "is the same as an earlier term once it is folded: one of them is enough".into(),
            );
        }
        seen.push(folded);
    }
    if rule.phonetic && rule.terms().iter().any(|term| !fold(term).text().is_ascii()) {
        advise(
            "phonetic",
            "phonetic-latin-only",
            "the same sound is looked for in words of plain Latin letters alone".into(),
        );
    }
}

fn pattern(pattern: &str, advise: &mut impl FnMut(&str, &str, String)) {
    let folded = fold(pattern).text().to_owned();
    let literal: String = pattern.replace(r"\b", "");
    let plain = literal.chars().all(|letter| letter.is_alphabetic() || letter == ' ');
    if plain && pattern.starts_with(r"\b") && pattern.ends_with(r"\b") {
        let message = format!(
            "{pattern:?} hits the whole word {literal:?} alone, never a longer one that begins with it (\"\\\\bdiscriminat\\\\b\" never \
             matches \"discrimination\"): match \"term\" with a language knows the forms, {:?} hits every beginning",
            format!(r"\b{literal}")
        );
        advise("pattern", "stem-between-boundaries", message);
    } else if plain {
        advise(
            "pattern",
            "word-as-pattern",
            "is a plain word: match \"term\" finds it in disguise too, and not inside other words".into(),
        );
    }
    if pattern.contains(r"\bn't") || pattern.contains(r"\b\W") || pattern.contains(r"\w\b\w") {
        advise(
            "pattern",
            "impossible-boundary",
            "a boundary between two letters, or before a sign, never matches".into(),
        );
    }
    let insensitive = pattern.contains("(?i");
    let classes = pattern
        .replace(r"\S", "")
        .replace(r"\W", "")
        .replace(r"\D", "")
        .replace(r"\B", "")
        .replace(r"\P", "")
        .replace(r"\p{L", "");
    if !insensitive && classes.chars().any(char::is_uppercase) {
        advise(
            "pattern",
            "capital-in-pattern",
            "a capital letter hits the text as it stands alone: in the folded text all letters are small"
                .into(),
        );
    }
    if !insensitive && folded != pattern.to_lowercase() {
        advise(
            "pattern",
            "accent-in-pattern",
            "an accent hits the text as it stands alone: in the folded text there is none".into(),
        );
    }
    let unbounded = regex_syntax::parse(pattern).is_ok_and(|hir| hir.properties().maximum_len().is_none());
    if unbounded {
        advise("pattern", "unbounded", "may match without end: a stream holds text back for as long as it does; {0,40} in place of * or + sets a limit".into());
    }
    let matches_ordinary = Policy::from_json(
        &serde_json::json!({"version": 1, "rules": [
        {"id": "r", "category": "c", "severity": "error", "match": "regex", "pattern": pattern}]})
        .to_string(),
    )
    .ok()
    .and_then(|policy| {
        policy.check("The weather is fine today, and the train is on time.", Markup::Plain).ok()
    })
    .is_some_and(|verdict| !verdict.hits.is_empty());
    if matches_ordinary {
        advise(
            "pattern",
            "hits-ordinary-text",
            "hits \"The weather is fine today, and the train is on time.\"".into(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(rule: &str) -> Vec<String> {
        let file = format!(
            r#"{{"version": 1, "rules": [{{"id": "r", "category": "c", "severity": "error", {rule}}}]}}"#
        );
        lint(&file).unwrap().into_iter().map(|advice| advice.code).collect()
    }

    #[test]
    fn what_cannot_work_is_said() {
        for (rule, code) in [
            (r#""match": "regex", "pattern": "\\bdiscriminat\\b""#, "stem-between-boundaries"),
            (r#""match": "regex", "pattern": "Bomb[0-9]""#, "capital-in-pattern"),
            (r#""match": "regex", "pattern": "caf\u00e9[0-9]""#, "accent-in-pattern"),
            (r#""match": "regex", "pattern": "x.*y""#, "unbounded"),
            (r#""match": "regex", "pattern": "[a-z] [a-z]""#, "hits-ordinary-text"),
            (r#""match": "regex", "pattern": "kill""#, "word-as-pattern"),
            (r#""match": "term", "terms": ["ab"]"#, "short-term"),
            (r#""match": "term", "terms": ["kill", "KILL"]"#, "same-term"),
            (r#""match": "term", "terms": ["kill"], "language": "tlh""#, "language-without-forms"),
        ] {
            assert!(codes(rule).iter().any(|known| known == code), "{rule}: {:?}", codes(rule));
        }
        assert!(codes(r#""match": "term", "terms": ["kill"], "language": "en""#).is_empty());
        assert!(lint("[").is_err());
        let older =
            r#"[{"name": "old", "pattern": "\\bdiscriminat\\b", "severity": "error", "category": "x"}]"#;
        assert_eq!(lint(older).unwrap()[0].rule, "old");
    }
}
