//! Whether a text is an SSML document, by how it begins.

/// Whether a text is an SSML document: it begins with a `<speak` tag, after white space and an XML
/// declaration if there is one.
pub fn is_document(text: &str) -> bool {
    let text = text.trim_start_matches(is_space_or_mark);
    let text = match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest.trim_start_matches(is_space_or_mark),
        None => text,
    };
    text.strip_prefix("<speak")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/'))
}

/// Whether a text that goes on may be an SSML document, although it cannot be told yet.
pub fn may_become_document(text: &str) -> bool {
    let text = text.trim_start_matches(is_space_or_mark);
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => match rest.split_once("?>") {
            Some((_, rest)) => rest.trim_start_matches(is_space_or_mark),
            None => return true,
        },
        None => text,
    };
    "<speak".starts_with(text) || "<?xml".starts_with(text)
}

/// White space, or a byte order mark.
pub fn is_space_or_mark(character: char) -> bool {
    character.is_whitespace() || character == '\u{FEFF}'
}
