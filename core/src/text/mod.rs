//! What will be spoken, and what it says underneath its disguise.
//!
//! A filter for speech has one job that filters for chat do not have: the text that is judged must be
//! the text that is spoken. The way of a text, with a map back to the original at every step
//! ([`span`]):
//!
//! 1. [`ssml`]: markup becomes the text that an engine speaks (plain text stays as it is);
//! 2. [`fold`](mod@fold): case, width, mathematical letters, accents and invisible characters fold away;
//! 3. [`words`](mod@words): the words of it, for terms and phrases.
//!
//! A second reading, *joined*, closes the gaps that markup may open inside a word: see [`Spoken`].

mod block;
pub mod fold;
pub mod hash;
pub mod letters;
pub mod scan;
pub mod span;
pub mod ssml;
pub mod tags;
pub mod words;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use fold::fold;
pub use span::View;
pub use words::words;

/// How a text is marked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Markup {
    /// SSML when the text begins with a `<speak` tag, else plain.
    #[default]
    Auto,
    /// Spoken as it stands.
    Plain,
    /// SSML 1.1.
    Ssml,
}

impl Markup {
    /// Plain or SSML: what `Auto` means for this text.
    ///
    /// SSML is what begins, after white space and an XML declaration if there is one, with the tag
    /// `<speak`. Anything else is plain.
    pub fn decide(self, text: &str) -> Markup {
        match self {
            Markup::Auto if ssml::is_document(text) => Markup::Ssml,
            Markup::Auto => Markup::Plain,
            decided => decided,
        }
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Markup::Auto => "auto",
            Markup::Plain => "plain",
            Markup::Ssml => "ssml",
        })
    }
}

impl FromStr for Markup {
    type Err = MarkupError;

    fn from_str(text: &str) -> Result<Self, MarkupError> {
        match text {
            "auto" => Ok(Markup::Auto),
            "plain" => Ok(Markup::Plain),
            "ssml" => Ok(Markup::Ssml),
            _ => Err(MarkupError),
        }
    }
}

/// The name is not one of a way to mark up text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("markup is not known: accepted are \"auto\", \"plain\" and \"ssml\"")]
pub struct MarkupError;

/// What an engine speaks of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// Plain or SSML, as decided.
    pub markup: Markup,
    /// The spoken text. A paragraph, a sentence, a pause or a substitution sets words apart.
    pub text: View,
    /// The same without what the markup set apart, where that differs: engines disagree whether
    /// `kil<break/>l` is one word or two, so both readings are judged.
    pub joined: Option<View>,
}

impl Spoken {
    /// The spoken text of a text.
    pub fn new(text: &str, markup: Markup) -> Result<Spoken, TextError> {
        match markup.decide(text) {
            Markup::Ssml => ssml::spoken(text),
            _ => Ok(Spoken { markup: Markup::Plain, text: View::identity(text), joined: tags::joined(text) }),
        }
    }
}

/// Why a text cannot be judged. Nothing of the text is in it but the name of a tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Longer than any utterance should be.
    #[error("text of {bytes} bytes: accepted are at most {max}")]
    TooLong {
        /// The refused length.
        bytes: usize,
        /// What is accepted.
        max: usize,
    },
    /// Not well-formed XML, or not an SSML document.
    #[error("broken SSML at byte {at}: {problem}")]
    Broken {
        /// Where, in bytes of the original text.
        at: usize,
        /// What is wrong, and what is accepted.
        problem: String,
    },
    /// Well-formed, but not accepted.
    #[error("SSML at byte {at} is not accepted: {problem}")]
    Refused {
        /// Where, in bytes of the original text.
        at: usize,
        /// What is refused, and what is accepted.
        problem: String,
    },
}
