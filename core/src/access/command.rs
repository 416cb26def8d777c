//! Commands by voice: an allow-list with typed arguments. It decides; it runs nothing and changes nothing.
//!
//! ```json
//! {"echo": {"message": {"type": "string", "max_length": 100}},
//!  "volume": {"level": {"type": "integer", "min": 0, "max": 10}},
//!  "stop": {}}
//! ```
//!
//! What was recognised from speech is input like any other. A command that is not listed, an argument that is
//! not, one that is missing, of another type, too long or out of range is refused, never repaired.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

const MAX_COMMANDS: usize = 10_000;
const MAX_ARGUMENTS: usize = 64;
const MAX_NAME_BYTES: usize = 64;
/// Characters of a text argument unless the rule says otherwise.
const DEFAULT_LENGTH: usize = 1_000;

/// What an argument may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Argument {
    /// Text without control characters.
    String {
        /// Most characters; 1000 unless given.
        #[serde(default = "default_length")]
        max_length: usize,
        /// Least characters.
        #[serde(default)]
        min_length: usize,
        /// The only texts accepted, where given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        one_of: Option<Vec<String>>,
        /// Whether it may be left out.
        #[serde(default)]
        optional: bool,
    },
    /// A whole number.
    Integer {
        /// Least accepted.
        #[serde(default = "least_integer")]
        min: i64,
        /// Most accepted.
        #[serde(default = "most_integer")]
        max: i64,
        /// Whether it may be left out.
        #[serde(default)]
        optional: bool,
    },
    /// Any finite number.
    Number {
        /// Least accepted.
        #[serde(default = "least_number")]
        min: f64,
        /// Most accepted.
        #[serde(default = "most_number")]
        max: f64,
        /// Whether it may be left out.
        #[serde(default)]
        optional: bool,
    },
    /// True or false.
    Boolean {
        /// Whether it may be left out.
        #[serde(default)]
        optional: bool,
    },
}

fn default_length() -> usize {
    DEFAULT_LENGTH
}
fn least_integer() -> i64 {
    i64::MIN
}
fn most_integer() -> i64 {
    i64::MAX
}
fn least_number() -> f64 {
    f64::MIN
}
fn most_number() -> f64 {
    f64::MAX
}

/// Commands that may be given.
#[derive(Debug, Clone, PartialEq)]
pub struct Commands {
    rules: BTreeMap<String, BTreeMap<String, Argument>>,
}

/// What was decided about a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether it may be carried out.
    pub allowed: bool,
    /// A stable name of why not: `unknown_command`, `unknown_argument`, `missing_argument`, `type`, `length`,
    /// `range`, `choice`, `control_character` or `arguments`.
    pub code: Option<&'static str>,
    /// One sentence; shows no value that was given.
    pub reason: String,
    /// The argument that it is about.
    pub argument: Option<String>,
}

impl Decision {
    fn refuse(code: &'static str, argument: Option<&str>, reason: impl Into<String>) -> Self {
        Self {
            allowed: false,
            code: Some(code),
            reason: reason.into(),
            argument: argument.map(str::to_owned),
        }
    }
}

impl Commands {
    /// Commands of a document in JSON.
    pub fn from_json(json: &str) -> Result<Self, CommandError> {
        Self::new(
            serde_json::from_str(json).map_err(|error| CommandError::Json { message: error.to_string() })?,
        )
    }

    /// No commands: each is refused.
    pub fn none() -> Self {
        Self { rules: BTreeMap::new() }
    }

    /// Commands by name, their arguments by name.
    pub fn new(rules: BTreeMap<String, BTreeMap<String, Argument>>) -> Result<Self, CommandError> {
        if rules.len() > MAX_COMMANDS {
            return Err(CommandError::Count { commands: rules.len() });
        }
        for (command, arguments) in &rules {
            check_name("command", command)?;
            if arguments.len() > MAX_ARGUMENTS {
                return Err(CommandError::Arguments { command: command.clone(), arguments: arguments.len() });
            }
            for (name, argument) in arguments {
                check_name("argument", name)?;
                let reachable = match argument {
                    Argument::String { min_length, max_length, .. } => min_length <= max_length,
                    Argument::Integer { min, max, .. } => min <= max,
                    Argument::Number { min, max, .. } => min <= max,
                    Argument::Boolean { .. } => true,
                };
                if !reachable {
                    return Err(CommandError::Empty { command: command.clone(), argument: name.clone() });
                }
            }
        }
        Ok(Self { rules })
    }

    /// Whether this command may be given with these arguments, an object in JSON.
    pub fn check_json(&self, command: &str, arguments: &str) -> Decision {
        match serde_json::from_str(arguments) {
            Ok(value) => self.check(command, &value),
            Err(_) => {
                Decision::refuse("arguments", None, "the arguments are not JSON: accepted is an object")
            }
        }
    }

    /// Whether this command may be given with these arguments, an object.
    pub fn check(&self, command: &str, arguments: &Value) -> Decision {
        let Some(rules) = self.rules.get(command) else {
            return Decision::refuse("unknown_command", None, "the command is not one of those allowed");
        };
        let Value::Object(given) = arguments else {
            return Decision::refuse("arguments", None, "the arguments are not an object");
        };
        if let Some(name) = given.keys().find(|name| !rules.contains_key(*name)) {
            // The name came from outside: it is shown only where it could be one.
            let shown = check_name("argument", name).is_ok().then_some(name.as_str());
            return Decision::refuse("unknown_argument", shown, "the command has no argument of that name");
        }
        for (name, rule) in rules {
            match given.get(name) {
                None if rule.optional() => {}
                None => {
                    let reason = format!("argument {name} is missing");
                    return Decision::refuse("missing_argument", Some(name), reason);
                }
                Some(value) => {
                    if let Some((code, what)) = rule.refusal(value) {
                        return Decision::refuse(code, Some(name), format!("argument {name}: {what}"));
                    }
                }
            }
        }
        Decision { allowed: true, code: None, reason: "allowed".into(), argument: None }
    }
}

impl Argument {
    fn optional(&self) -> bool {
        match self {
            Self::String { optional, .. }
            | Self::Integer { optional, .. }
            | Self::Number { optional, .. }
            | Self::Boolean { optional } => *optional,
        }
    }

    fn refusal(&self, value: &Value) -> Option<(&'static str, String)> {
        match (self, value) {
            (Self::String { max_length, min_length, one_of, .. }, Value::String(text)) => {
                let length = text.chars().count();
                if !(*min_length..=*max_length).contains(&length) {
                    let what = format!("{length} characters: accepted are {min_length} to {max_length}");
                    return Some(("length", what));
                }
                if text.chars().any(char::is_control) {
                    return Some((
                        "control_character",
                        "it has a control character: none is accepted".into(),
                    ));
                }
                let listed = one_of.as_ref().is_none_or(|all| all.contains(text));
                (!listed).then(|| ("choice", "it is not one of those accepted".into()))
            }
            (Self::Integer { min, max, .. }, Value::Number(number)) if !number.is_f64() => {
                let fits = number.as_i64().is_some_and(|number| (min..=max).contains(&&number));
                (!fits).then(|| ("range", format!("accepted are {min} to {max}")))
            }
            (Self::Number { min, max, .. }, Value::Number(number)) => {
                let fits = number.as_f64().is_some_and(|number| (min..=max).contains(&&number));
                (!fits).then(|| ("range", format!("accepted are {min} to {max}")))
            }
            (Self::Boolean { .. }, Value::Bool(_)) => None,
            (rule, _) => Some(("type", format!("accepted is a {}", rule.kind()))),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::String { .. } => "string",
            Self::Integer { .. } => "integer",
            Self::Number { .. } => "number",
            Self::Boolean { .. } => "boolean",
        }
    }
}

fn check_name(what: &'static str, name: &str) -> Result<(), CommandError> {
    let accepted = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let fits = (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(accepted);
    if fits { Ok(()) } else { Err(CommandError::Name { what, bytes: name.len() }) }
}

/// Why commands cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// Not JSON of this form.
    #[error("commands: {message}")]
    Json {
        /// Where and what.
        message: String,
    },
    /// Too many.
    #[error("{commands} commands: accepted are up to 10000")]
    Count {
        /// How many.
        commands: usize,
    },
    /// Too many arguments.
    #[error("command {command} has {arguments} arguments: accepted are up to 64")]
    Arguments {
        /// Of which.
        command: String,
        /// How many.
        arguments: usize,
    },
    /// A name that is not accepted.
    #[error("name of {bytes} bytes for a {what}: accepted are 1 to 64 of A-Z a-z 0-9 _ . -")]
    Name {
        /// Of what.
        what: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// Bounds that nothing can meet.
    #[error("argument {argument} of command {command}: its least is above its most")]
    Empty {
        /// Of which command.
        command: String,
        /// Which argument.
        argument: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn commands() -> Commands {
        let rules = json!({
            "echo": {"message": {"type": "string", "max_length": 5}},
            "volume": {"level": {"type": "integer", "min": 0, "max": 10},
                       "mute": {"type": "boolean", "optional": true}},
            "voice": {"name": {"type": "string", "one_of": ["heart", "bella"]}},
            "stop": {}
        });
        Commands::from_json(&rules.to_string()).unwrap()
    }

    #[test]
    fn a_listed_command_with_accepted_arguments_is_allowed() {
        let commands = commands();
        for (name, arguments) in [
            ("echo", json!({"message": "hello"})),
            ("echo", json!({"message": "ééééé"})),
            ("volume", json!({"level": 10})),
            ("volume", json!({"level": 0, "mute": true})),
            ("voice", json!({"name": "bella"})),
            ("stop", json!({})),
        ] {
            assert!(commands.check(name, &arguments).allowed, "{name} {arguments}");
        }
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        let commands = commands();
        for (name, arguments, code) in [
            ("rm", json!({}), "unknown_command"),
            ("Echo", json!({"message": "hi"}), "unknown_command"),
            ("echo", json!({}), "missing_argument"),
            ("echo", json!({"message": "hi", "shell": "sh"}), "unknown_argument"),
            ("echo", json!({"message": 7}), "type"),
            ("echo", json!({"message": "too long"}), "length"),
            ("echo", json!({"message": "a\nb"}), "control_character"),
            ("volume", json!({"level": 11}), "range"),
            ("volume", json!({"level": 1.5}), "type"),
            ("volume", json!({"level": 18446744073709551615u64}), "range"),
            ("volume", json!({"level": "1"}), "type"),
            ("voice", json!({"name": "Heart"}), "choice"),
            ("stop", json!([]), "arguments"),
            ("stop", json!(null), "arguments"),
        ] {
            let decision = commands.check(name, &arguments);
            assert_eq!((decision.allowed, decision.code), (false, Some(code)), "{name} {arguments}");
        }
        assert_eq!(commands.check_json("stop", "{").code, Some("arguments"));
    }

    #[test]
    fn rules_that_cannot_be_used_say_why() {
        let error = |json: &str| Commands::from_json(json).unwrap_err().to_string();
        assert!(error(r#"{"a b": {}}"#).contains("command"));
        assert!(error(r#"{"a": {"x": {"type": "shell"}}}"#).contains("unknown variant"));
        assert!(error(r#"{"a": {"x": {"type": "integer", "min": 2, "max": 1}}}"#).contains("above its most"));
        assert!(error(r#"{"a": {"x": {"type": "string", "regex": "."}}}"#).contains("unknown field"));
    }
}
