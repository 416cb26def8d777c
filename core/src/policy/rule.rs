//! What a rule is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::pii::Pii;

/// What to do with a text. A later one outweighs an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Speak it.
    Allow,
    /// Speak it, and tell.
    Warn,
    /// Speak it without what was hit.
    Mask,
    /// Do not speak it.
    Block,
}

impl Action {
    /// Every action, the weakest first.
    pub const ALL: [Action; 4] = [Action::Allow, Action::Warn, Action::Mask, Action::Block];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Action::Allow => "allow",
            Action::Warn => "warn",
            Action::Mask => "mask",
            Action::Block => "block",
        }
    }
}

/// How grave a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Questionable.
    Warning,
    /// Not to be spoken.
    Error,
    /// Not to be spoken, and worth an alarm.
    Critical,
}

impl Severity {
    /// Every severity, the mildest first.
    pub const ALL: [Severity; 4] = [Severity::Info, Severity::Warning, Severity::Error, Severity::Critical];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }

    /// What a rule of this severity does when it does not say.
    pub fn default_action(self) -> Action {
        match self {
            Severity::Info => Action::Allow,
            Severity::Warning => Action::Warn,
            Severity::Error | Severity::Critical => Action::Block,
        }
    }
}

/// How a rule looks for what it looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatchKind {
    /// Single words, at word boundaries of the folded text.
    Term,
    /// Words in a row, whatever white space or punctuation stands between them.
    Phrase,
    /// A regular expression, over the text as it stands and over the folded text.
    Regex,
    /// Protected names: as phrases, in either order of two parts; a consent lifts them.
    Name,
    /// Personal data of a kind.
    Pii,
}

impl MatchKind {
    /// Every kind.
    pub const ALL: [MatchKind; 5] =
        [MatchKind::Term, MatchKind::Phrase, MatchKind::Regex, MatchKind::Name, MatchKind::Pii];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            MatchKind::Term => "term",
            MatchKind::Phrase => "phrase",
            MatchKind::Regex => "regex",
            MatchKind::Name => "name",
            MatchKind::Pii => "pii",
        }
    }
}

/// A rule as it was read: every field checked but the words and the pattern themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The operator's name for the rule; no two rules share it.
    pub id: String,
    /// What the rule is about. Public: a refusal names it.
    pub category: String,
    /// How grave a hit is.
    pub severity: Severity,
    /// What a hit does: as written, or the severity's default.
    pub action: Action,
    /// What is looked for.
    pub matcher: Matcher,
    /// The language that the rule is written for (BCP 47). The rule applies to every text; terms and phrases
    /// are looked for in the forms that the language gives them, and masks speak it.
    pub language: Option<String>,
    /// Phrases in which the rule's hits do not count.
    pub exceptions: Vec<String>,
    /// Whether other spellings of the same sound hit too.
    pub phonetic: bool,
    /// The views that count, by name; all of them when there are none.
    pub views: Vec<String>,
    /// What is spoken in place of a masked hit; the default says of what kind it was, or nothing.
    pub mask: Option<String>,
}

impl Rule {
    /// The terms, phrases or names that are looked for.
    pub fn terms(&self) -> &[String] {
        match &self.matcher {
            Matcher::Terms(list) | Matcher::Phrases(list) | Matcher::Names(list) => list,
            Matcher::Pattern(_) | Matcher::Pii(_) => &[],
        }
    }
}

/// What a rule looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matcher {
    /// Any of these words.
    Terms(Vec<String>),
    /// Any of these phrases.
    Phrases(Vec<String>),
    /// This regular expression, in the syntax of the `regex` crate.
    Pattern(String),
    /// Any of these names of persons or voices.
    Names(Vec<String>),
    /// Personal data of this kind.
    Pii(Pii),
}

impl Matcher {
    /// The kind of match.
    pub fn kind(&self) -> MatchKind {
        match self {
            Matcher::Terms(_) => MatchKind::Term,
            Matcher::Phrases(_) => MatchKind::Phrase,
            Matcher::Pattern(_) => MatchKind::Regex,
            Matcher::Names(_) => MatchKind::Name,
            Matcher::Pii(_) => MatchKind::Pii,
        }
    }
}

/// The name is none of those that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name is not known: accepted are {accepted}")]
pub struct NameError {
    /// The accepted names, as a list.
    pub accepted: &'static str,
}

macro_rules! named {
    ($kind:ty, $accepted:literal) => {
        impl $kind {
            /// The names in JSON, as an error lists them.
            pub const ACCEPTED: &'static str = $accepted;
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $kind {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let known = Self::ALL.into_iter().find(|known| known.name() == text);
                known.ok_or(NameError { accepted: Self::ACCEPTED })
            }
        }
    };
}

named!(Action, r#""allow", "warn", "mask" and "block""#);
named!(Severity, r#""info", "warning", "error" and "critical""#);
named!(MatchKind, r#""term", "phrase", "regex", "name" and "pii""#);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_listed() {
        for action in Action::ALL {
            assert_eq!(action.name().parse(), Ok(action));
            assert!(Action::ACCEPTED.contains(&format!("\"{action}\"")));
        }
        for severity in Severity::ALL {
            assert_eq!(severity.to_string().parse(), Ok(severity));
            assert!(Severity::ACCEPTED.contains(&format!("\"{severity}\"")));
        }
        for kind in MatchKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert!(MatchKind::ACCEPTED.contains(&format!("\"{kind}\"")));
        }
        assert!("hide".parse::<Action>().unwrap_err().to_string().contains("\"allow\""));
        assert_eq!(serde_json::to_string(&Action::Warn).unwrap(), "\"warn\"");
        assert_eq!(serde_json::to_string(&Severity::Critical).unwrap(), "\"critical\"");
    }

    #[test]
    fn a_later_action_outweighs_an_earlier_one() {
        assert!(Action::ALL.is_sorted());
        assert!(Severity::ALL.is_sorted());
    }
}
