//! What is wrong with a document, in words that hold no part of its text.

use quick_xml::errors::{Error as XmlError, IllFormedError};
use quick_xml::events::attributes::AttrError;

use crate::text::TextError;

/// The accepted elements, as errors list them.
const ACCEPTED: &str =
    "speak, p, s, w, token, break, sub, say-as, emphasis, prosody, voice, lang and mark are accepted";

pub(super) fn broken(at: usize, problem: impl Into<String>) -> TextError {
    TextError::Broken { at, problem: problem.into() }
}

pub(super) fn refused(at: usize, problem: impl Into<String>) -> TextError {
    TextError::Refused { at, problem: problem.into() }
}

/// Why an element is not accepted.
pub(super) fn refusal(name: &str) -> String {
    let why = match name {
        "phoneme" => "<phoneme> speaks something else than what is written",
        "audio" => "<audio> plays a file",
        "lexicon" | "lookup" => "a lexicon is a file that says how words are spoken",
        "meta" | "metadata" | "desc" => "what is not spoken does not belong in the text",
        _ => {
            let plain =
                name.len() <= 32 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(&b));
            let name = if plain { name } else { "..." };
            return format!("the element <{name}> is not known; {ACCEPTED}");
        }
    };
    format!("{why}; {ACCEPTED}")
}

/// What is wrong, without a part of the text.
pub(super) fn xml_problem(error: &XmlError) -> String {
    match error {
        XmlError::Syntax(error) => error.to_string(),
        XmlError::IllFormed(IllFormedError::MismatchedEndTag { .. }) => {
            "an end tag of another element than the one that is open".into()
        }
        XmlError::IllFormed(IllFormedError::UnmatchedEndTag(_)) => "an end tag without its start tag".into(),
        XmlError::IllFormed(IllFormedError::UnclosedReference) => {
            "an & that starts no reference: &amp; is accepted".into()
        }
        XmlError::InvalidAttr(_) => "attributes are written name=\"value\"".into(),
        _ => "not well-formed XML".into(),
    }
}

pub(super) fn attribute_problem(error: &AttrError, at: usize) -> TextError {
    // Positions are relative to the start of the tag, after its `<`.
    let (inside, problem) = match error {
        AttrError::ExpectedEq(inside) => (*inside, "an attribute without ="),
        AttrError::ExpectedValue(inside) => (*inside, "an attribute without a value"),
        AttrError::UnquotedValue(inside) => (*inside, "an attribute whose value is not quoted"),
        AttrError::ExpectedQuote(inside, _) => (*inside, "an attribute whose value does not end"),
        AttrError::Duplicated(inside, _) => (*inside, "an attribute that is there twice"),
    };
    broken(at + 1 + inside, format!("{problem}: accepted is name=\"value\""))
}
