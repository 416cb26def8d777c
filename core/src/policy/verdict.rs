//! The answer to a text.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::rule::{Action, Severity};
use crate::key::hex;
use crate::text::Markup;

/// The views of a text, the plainest first. A hit names the one that found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViewName {
    /// It stands there.
    Plain,
    /// Compatible forms, accents, invisible characters, look-alike letters, signs for letters.
    Folded,
    /// Set apart: by markup, spaces, signs or line ends.
    Joined,
    /// Letters repeated.
    Squeezed,
    /// Letters masked with signs, or vowels left out.
    Masked,
    /// Letters or digits spelled out.
    Spelled,
    /// Another spelling of the same sound.
    Phonetic,
    /// Found by the host's own classifier.
    Classifier,
}

impl ViewName {
    /// Every view.
    pub const ALL: [ViewName; 8] = [
        ViewName::Plain,
        ViewName::Folded,
        ViewName::Joined,
        ViewName::Squeezed,
        ViewName::Masked,
        ViewName::Spelled,
        ViewName::Phonetic,
        ViewName::Classifier,
    ];
    /// The names in JSON, as an error lists them.
    pub const ACCEPTED: &'static str =
        r#""plain", "folded", "joined", "squeezed", "masked", "spelled", "phonetic" and "classifier""#;

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            ViewName::Plain => "plain",
            ViewName::Folded => "folded",
            ViewName::Joined => "joined",
            ViewName::Squeezed => "squeezed",
            ViewName::Masked => "masked",
            ViewName::Spelled => "spelled",
            ViewName::Phonetic => "phonetic",
            ViewName::Classifier => "classifier",
        }
    }
}

/// One place where a rule hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The rule's id.
    pub rule: String,
    /// The rule's category.
    pub category: String,
    /// The rule's severity.
    pub severity: Severity,
    /// What the rule does.
    pub action: Action,
    /// First character of the hit in the original text, in Unicode scalar values.
    pub start: usize,
    /// Character after the hit.
    pub end: usize,
    /// First byte of the hit in the original text (UTF-8).
    pub start_byte: usize,
    /// Byte after the hit.
    pub end_byte: usize,
    /// The view that found it: the name of a [`ViewName`].
    pub view: String,
}

/// What a policy says of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The strongest action of the rules that hit; allow when none did.
    pub action: Action,
    /// Where rules hit, by place in the text.
    pub hits: Vec<Hit>,
    /// The text to speak: the input, with masks where a rule asks for them, or nothing when blocked.
    pub text: String,
    /// The text that was judged: the spoken words, markup removed.
    pub spoken: String,
    /// Plain or SSML, as decided.
    pub markup: Markup,
    /// Which policy said so.
    pub policy_hash: [u8; 32],
}

impl Verdict {
    /// Whether the text may be spoken.
    pub fn allowed(&self) -> bool {
        self.action != Action::Block
    }

    /// Why, for anybody to see: the action and the categories behind it. Neither the text nor what a
    /// rule looks for is in it.
    pub fn reason(&self) -> String {
        let mut categories: Vec<&str> = Vec::new();
        for hit in self.hits.iter().filter(|hit| hit.action == self.action) {
            if !categories.contains(&hit.category.as_str()) {
                categories.push(&hit.category);
            }
        }
        categories.sort_unstable();
        match (self.action, categories.is_empty()) {
            (Action::Block, _) => format!("blocked: {}", categories.join(", ")),
            (Action::Mask, _) => format!("allowed with parts removed: {}", categories.join(", ")),
            (Action::Warn, _) => format!("allowed with a warning: {}", categories.join(", ")),
            (Action::Allow, false) => format!("allowed, noted: {}", categories.join(", ")),
            (Action::Allow, true) => "allowed".into(),
        }
    }
}

/// The shape that every language shows. The spoken text is left out: it can be made again.
impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut verdict = serializer.serialize_struct("Verdict", 7)?;
        verdict.serialize_field("action", &self.action)?;
        verdict.serialize_field("allowed", &self.allowed())?;
        verdict.serialize_field("text", &self.text)?;
        verdict.serialize_field("reason", &self.reason())?;
        verdict.serialize_field("markup", &self.markup)?;
        verdict.serialize_field("policy_hash", &hex(&self.policy_hash))?;
        verdict.serialize_field("hits", &self.hits)?;
        verdict.end()
    }
}
