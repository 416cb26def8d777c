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

mod older;
mod value;

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use self::older::older;
use self::value::{
    describe, label, language, mask, named, pattern, problem, refused, required, term_list, texts,
};
use super::error::{PolicyError, RuleName};
use super::pii::Pii;
use super::rule::{Action, MatchKind, Matcher, Rule, Severity};
use super::verdict::ViewName;

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
    /// The pack's name and revision: for people.
    #[serde(default)]
    name: Option<Value>,
    #[serde(default)]
    revision: Option<Value>,
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
    exceptions: Option<Value>,
    phonetic: Option<Value>,
    views: Option<Value>,
    mask: Option<Value>,
    pii: Option<Value>,
}

/// The rules of a file, in the order of the file.
pub fn read(json: &str) -> Result<Vec<Rule>, PolicyError> {
    if json.len() > MAX_BYTES {
        return Err(PolicyError::TooLong { bytes: json.len(), max: MAX_BYTES });
    }
    if let Some(rules) = older(json) {
        return numbered(rules.into_iter().enumerate().map(|(index, rule)| rule.rule(index)));
    }
    let document: Document = serde_json::from_str(json).map_err(|error| json_problem(json, &error))?;
    let file = RuleName { index: 0, id: None };
    for (field, value) in [("name", document.name), ("revision", document.revision)] {
        if value.is_some() {
            label(&file, field, value)?;
        }
    }
    if document.version != 1 {
        return Err(PolicyError::Version { found: describe(&document.version) });
    }
    if document.rules.len() > MAX_RULES {
        return Err(PolicyError::TooManyRules { rules: document.rules.len(), max: MAX_RULES });
    }
    numbered(document.rules.into_iter().enumerate().map(|(index, fields)| fields.rule(index)))
}

/// Rules as they come: each with an id of its own, and not too many terms in all.
fn numbered(list: impl Iterator<Item = Result<Rule, PolicyError>>) -> Result<Vec<Rule>, PolicyError> {
    let mut rules = Vec::new();
    let mut places = HashMap::new();
    let mut terms = 0;
    for (index, rule) in list.enumerate() {
        let rule = rule?;
        if index >= MAX_RULES {
            return Err(PolicyError::TooManyRules { rules: index + 1, max: MAX_RULES });
        }
        let name = || RuleName { index, id: Some(rule.id.clone()) };
        if let Some(first) = places.insert(rule.id.clone(), index) {
            return Err(PolicyError::DuplicateId { rule: name(), first });
        }
        terms += rule.terms().len() + rule.exceptions.len();
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
            MatchKind::Name => Matcher::Names(term_list(&name, kind, self.terms, self.pattern)?),
            MatchKind::Regex => Matcher::Pattern(pattern(&name, self.pattern, self.terms)?),
            MatchKind::Pii => {
                for (field, value) in [("terms", &self.terms), ("pattern", &self.pattern)] {
                    if value.is_some() {
                        return Err(problem(
                            &name,
                            field,
                            "does not go with match \"pii\": accepted is pii".into(),
                        ));
                    }
                }
                Matcher::Pii(named(&name, "pii", required(&name, "pii", self.pii.clone(), Pii::ACCEPTED)?)?)
            }
        };
        if self.pii.is_some() && kind != MatchKind::Pii {
            return Err(problem(
                &name,
                "pii",
                format!("does not go with match \"{kind}\": accepted is match \"pii\""),
            ));
        }
        let language = self.language.map(|value| language(&name, value)).transpose()?;
        let exceptions = match self.exceptions {
            Some(list) => texts(&name, "exceptions", list, "a list of phrases, at least one")?,
            None => Vec::new(),
        };
        let phonetic = match self.phonetic {
            None => false,
            Some(Value::Bool(phonetic))
                if matches!(kind, MatchKind::Term | MatchKind::Phrase | MatchKind::Name) =>
            {
                phonetic
            }
            Some(value) => {
                return Err(refused(
                    &name,
                    "phonetic",
                    &value,
                    "true and false, with match \"term\", \"phrase\" and \"name\"",
                ));
            }
        };
        let views = match self.views {
            Some(list) => texts(&name, "views", list, ViewName::ACCEPTED)?,
            None => Vec::new(),
        };
        if let Some(view) = views.iter().find(|view| !ViewName::ALL.iter().any(|known| known.name() == *view))
        {
            return Err(refused(&name, "views", &Value::from(view.as_str()), ViewName::ACCEPTED));
        }
        let mask = self.mask.map(|value| mask(&name, action, value)).transpose()?;
        Ok(Rule { id, category, severity, action, matcher, language, exceptions, phonetic, views, mask })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::rule::Action;

    fn one(fields: &str) -> String {
        format!("{{\"version\": 1, \"rules\": [{{{fields}}}]}}")
    }

    fn error_of(json: &str) -> String {
        crate::policy::Policy::from_json(json).unwrap_err().to_string()
    }

    /// A rule like the one in the manual, with one field replaced or added.
    fn error_with(field: &str, value: &str) -> String {
        let mut rule: serde_json::Map<String, Value> = serde_json::from_str(
            r#"{"id": "r2", "category": "questionable", "severity": "warning", "match": "regex", "pattern": "x[0-9]+y"}"#,
        )
        .unwrap();
        match value {
            "" => drop(rule.remove(field)),
            value => drop(rule.insert(field.into(), serde_json::from_str(value).unwrap())),
        }
        error_of(&serde_json::json!({"version": 1, "rules": [rule]}).to_string())
    }

    #[test]
    fn a_rule_without_an_action_takes_its_severitys() {
        for (severity, action) in [
            ("info", Action::Allow),
            ("warning", Action::Warn),
            ("error", Action::Block),
            ("critical", Action::Block),
        ] {
            let rule = format!(
                r#""id": "r2", "category": "questionable", "severity": "{severity}", "match": "regex", "pattern": "x[0-9]+y""#
            );
            assert_eq!(read(&one(&rule)).unwrap()[0].action, action);
            let spelled = format!(r#"{rule}, "action": "warn", "language": "pt-BR""#);
            assert_eq!(read(&one(&spelled)).unwrap()[0].action, Action::Warn);
        }
        assert_eq!(read(r#"{"version": 1, "rules": []}"#).unwrap(), []);
    }

    #[test]
    fn a_wrong_field_is_named_with_its_rule_and_what_is_accepted() {
        let r2 = "rules[0] (id \"r2\"): ";
        for (field, value, says) in [
            ("action", r#""hide""#, r#"action is "hide": accepted are "allow", "warn", "mask" and "block""#),
            (
                "match",
                r#""words""#,
                r#"match is "words": accepted are "term", "phrase", "regex", "name" and "pii""#,
            ),
            ("match", r#""pii""#, r#"pattern does not go with match "pii": accepted is pii"#),
            ("mask", r#""beep""#, r#"mask is "beep": accepted are up to 256 characters"#),
            ("phonetic", "true", "phonetic is true: accepted are true and false, with match \"term\""),
            ("views", r#"["sideways"]"#, r#"views is "sideways": accepted are "plain""#),
            ("exceptions", "[]", "exceptions is a list of 0 values: accepted are a list of phrases"),
            ("pii", r#""card""#, r#"pii does not go with match "regex""#),
            ("match", "", r#"match is missing: accepted are "term""#),
            ("severity", "3", r#"severity is 3: accepted are "info", "warning", "error" and "critical""#),
            ("severity", "", "severity is missing: accepted are"),
            ("category", r#""""#, r#"category is "": accepted are 1 to 64 characters"#),
            ("pattern", "", "pattern is missing: accepted are a regular expression"),
            ("pattern", "[]", "pattern is a list of 0 values"),
            ("terms", r#"["a"]"#, "terms does not go with match \"regex\": accepted is pattern"),
            ("match", r#""term""#, "pattern does not go with match \"term\": accepted is terms"),
            (
                "language",
                r#""english language""#,
                r#"language is "english language": accepted are a language tag"#,
            ),
        ] {
            let error = error_with(field, value);
            assert!(error.starts_with(&format!("{r2}{says}")), "{field} {value}: {error}");
        }
        assert!(error_with("id", "").starts_with("rules[0]: id is missing: accepted are 1 to 64 characters"));
        assert!(error_with("id", r#""a\nb""#).contains("none of them a control character"));
    }

    #[test]
    fn a_wrong_term_is_named_by_its_place() {
        let with = |kind: &str, terms: &str| {
            error_of(&one(&format!(
                r#""id": "t", "category": "c", "severity": "error", "match": "{kind}", "terms": {terms}"#
            )))
        };
        for (kind, terms, says) in [
            ("term", "[]", "terms is a list of 0 values: accepted are with match \"term\" a list of texts"),
            ("term", r#"["ok", ""]"#, "terms[1] is \"\": accepted are 1 to 256 characters"),
            ("phrase", r#"["ok", 7]"#, "terms[1] is 7: accepted"),
            ("term", r#"["wire transfer"]"#, "terms[0] is more than one word: accepted is a single word"),
            ("term", r#"["c++"]"#, "terms[0] begins or ends with something else than a letter or digit"),
            ("phrase", r#"["?!"]"#, "terms[0] has no letter and no digit"),
        ] {
            let error = with(kind, terms);
            assert!(error.starts_with(&format!("rules[0] (id \"t\"): {says}")), "{kind} {terms}: {error}");
        }
        assert!(with("term", &format!("[\"{}\"]", "a".repeat(257))).contains("a text of 257 characters"));
    }

    #[test]
    fn what_is_not_the_shape_is_shown_by_line_and_column() {
        assert!(error_of("not json").starts_with("rules are not accepted at line 1, column 2: "));
        assert!(error_of("").contains("line 1, column 0: EOF"));
        assert!(error_of("[1]").contains("line 1, column "));
        assert!(error_of("{\"version\": 1,\n \"rules\": 3}").contains("line 2, column 11: invalid type"));
        assert!(error_of(r#"{"version": 1}"#).contains("missing field `rules`"));
        let unknown = "{\"version\": 1, \"rules\": [{\"id\": \"a\",\n\"colour\": 1}]}";
        let error = error_of(unknown);
        assert!(
            error.contains(
                "line 2, column 8: rules[0] (id \"a\"): unknown field `colour`, expected one of `id`"
            ),
            "{error}"
        );
        assert!(
            error_of(r#"{"version": 1, "rules": [{"id": "a", "id": "b"}]}"#).contains("duplicate field `id`")
        );
        assert_eq!(error_of(r#"{"version": 2, "rules": []}"#), "version is 2: accepted is 1");
        assert_eq!(error_of(r#"{"version": "1", "rules": []}"#), "version is \"1\": accepted is 1");
        let deep = "[".repeat(100_000);
        assert!(error_of(&deep).contains("line 1, column "));
    }

    #[test]
    fn rules_of_the_older_shape_are_patterns() {
        let rule =
            r#"{"name": "old", "pattern": "x[0-9]+y", "severity": "error", "category": "questionable"}"#;
        for file in [format!("[{rule}]"), format!("{{\"rules\": [{rule}]}}")] {
            let rules = read(&file).unwrap();
            assert_eq!(rules[0].id, "old");
            assert_eq!((rules[0].severity, rules[0].action), (Severity::Error, Action::Block));
            assert_eq!(rules[0].matcher, Matcher::Pattern("x[0-9]+y".into()));
        }
        assert_eq!(
            read(r#"[{"name": "a", "pattern": "b", "severity": "medium"}]"#).unwrap()[0].category,
            "general"
        );
        assert!(
            error_of(r#"[{"name": "a", "pattern": "b", "severity": "odd"}]"#).contains("severity is \"odd\"")
        );
    }

    #[test]
    fn ids_are_not_shared() {
        let rule = r#"{"id": "a", "category": "c", "severity": "info", "match": "term", "terms": ["x"]}"#;
        assert_eq!(
            error_of(&format!("{{\"version\": 1, \"rules\": [{rule}, {rule}]}}")),
            "rules[1] (id \"a\"): rules[0] has the same id; accepted is an id of its own for every rule"
        );
    }

    #[test]
    fn rules_terms_and_bytes_have_limits() {
        let rule = |n: usize, terms: &[&str]| serde_json::json!({"id": n.to_string(), "category": "c", "severity": "info", "match": "term", "terms": terms});
        let file = |rules: Vec<Value>| serde_json::json!({"version": 1, "rules": rules}).to_string();
        let rules: Vec<Value> = (0..=MAX_RULES).map(|n| rule(n, &["x"])).collect();
        assert_eq!(error_of(&file(rules)), "10001 rules: accepted are at most 10000");
        let terms = vec!["x"; MAX_TERMS];
        assert!(
            error_of(&file(vec![rule(0, &terms), rule(1, &["y"])]))
                .starts_with("rules[1] (id \"1\"): more than 100000 terms")
        );
        let error = error_of(&" ".repeat(MAX_BYTES + 1));
        assert_eq!(error, "rules of 16777217 bytes: accepted are at most 16777216");
    }
}
