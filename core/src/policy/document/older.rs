//! Rules of the older shape: `{"name", "pattern", "severity", "category"}`.

use serde::Deserialize;
use serde_json::Value;

use super::value::{label, named, pattern, required};
use crate::policy::error::{PolicyError, RuleName};
use crate::policy::rule::{Matcher, Rule, Severity};

/// A rule of the older shape: a pattern with a name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Older {
    name: Option<Value>,
    pattern: Option<Value>,
    severity: Option<Value>,
    category: Option<Value>,
}

/// The rules of a file of the older shape: a list of rules with a `name` and a `pattern`, or an object that holds such
/// a list and no version.
pub fn older(json: &str) -> Option<Vec<Older>> {
    let value: Value = serde_json::from_str(json).ok()?;
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut fields) if !fields.contains_key("version") => match fields.remove("rules") {
            Some(Value::Array(list)) => list,
            _ => return None,
        },
        _ => return None,
    };
    list.into_iter().map(|rule| serde_json::from_value(rule).ok()).collect()
}

impl Older {
    /// The rule in today's shape: a regular expression; the severities low, medium and high are understood.
    pub fn rule(self, index: usize) -> Result<Rule, PolicyError> {
        let mut name = RuleName { index, id: None };
        let id = label(&name, "name", self.name)?;
        name.id = Some(id.clone());
        let severity = match self.severity.as_ref().and_then(Value::as_str) {
            Some("low") => Severity::Info,
            Some("medium") => Severity::Warning,
            Some("high") => Severity::Error,
            _ => {
                let value = required(&name, "severity", self.severity, Severity::ACCEPTED)?;
                named(&name, "severity", value)?
            }
        };
        let category = match self.category {
            Some(value) => label(&name, "category", Some(value))?,
            None => "general".to_owned(),
        };
        let matcher = Matcher::Pattern(pattern(&name, self.pattern, None)?);
        Ok(Rule {
            id,
            category,
            severity,
            action: severity.default_action(),
            matcher,
            language: None,
            exceptions: Vec::new(),
            phonetic: false,
            views: Vec::new(),
            mask: None,
        })
    }
}
