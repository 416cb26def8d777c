//! Plain text that looks like markup.
//!
//! A text that is said to be plain is spoken as it stands, and an engine may still take
//! `kil<break/>l` or `k&#105;ll` for markup. So a plain text with tags, comments or character
//! references in it has a second reading, without the ones and with the others resolved.

use quick_xml::escape::resolve_predefined_entity;

use super::span::View;

/// Longest character reference that is resolved, with `&` and `;`.
const MAX_REFERENCE: usize = 12;

/// The reading without tags, or nothing when the text has none. Linear in the text.
pub fn joined(text: &str) -> Option<View> {
    let mut view = View::default();
    let mut found = false;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find(['<', '&']).unwrap_or(rest.len());
        view.push_in_step(rest.get(..plain).unwrap_or_default(), at);
        at += plain;
        let rest = rest.get(plain..).unwrap_or_default();
        if let Some(length) = tag_length(rest) {
            at += length;
            found = true;
        } else if let Some((character, length)) = reference(rest) {
            view.push(character, at..at + length);
            at += length;
            found = true;
        } else if let Some(character) = rest.chars().next() {
            view.push_in_step(rest.get(..character.len_utf8()).unwrap_or_default(), at);
            at += character.len_utf8();
        }
    }
    found.then_some(view)
}

/// Length of the tag or comment that the text starts with. A tag ends before the next `<`, so that
/// no stretch of text is searched twice.
fn tag_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('<')?;
    inside.chars().next().filter(|first| first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?'))?;
    let end = inside.find(['<', '>'])?;
    inside.get(end..)?.starts_with('>').then_some(end + 2)
}

/// The character that a reference at the start of the text stands for, and the reference's length.
fn reference(text: &str) -> Option<(char, usize)> {
    let window = text.strip_prefix('&')?;
    let end = window.bytes().take(MAX_REFERENCE).position(|byte| byte == b';')?;
    let character = resolve(window.get(..end)?)?;
    Some((character, end + 2))
}

/// The character that a reference stands for: `amp`, `#105` or `#x69`.
pub(super) fn resolve(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return resolve_predefined_entity(name)?.chars().next();
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let unsigned = digits.chars().all(|digit| digit.is_digit(radix));
    let code = u32::from_str_radix(digits, radix).ok().filter(|_| unsigned)?;
    // XML 1.0, section 2.2: no NUL and no control characters but white space.
    char::from_u32(code).filter(|character| *character >= ' ' || matches!(character, '\t' | '\n' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_references_inside_a_word_are_seen_through() {
        for (text, expected) in [
            ("kil<break/>l", "kill"),
            ("ki<!-- x -->ll", "kill"),
            ("<b>ki</b>ll", "kill"),
            ("k&#105;l&#x6c;", "kill"),
            ("you &amp; me", "you & me"),
        ] {
            assert_eq!(joined(text).unwrap().text(), expected, "{text:?}");
        }
    }

    #[test]
    fn text_that_only_has_the_signs_has_no_second_reading() {
        for text in
            ["", "plain", "a < b and c > d", "R&D; yes", "<3", "a <b", "&;", "&#0;", "&#+5;", "&#xD800;"]
        {
            assert_eq!(joined(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_second_reading_leads_back() {
        let view = joined("ki<b/>l&#108; é").unwrap();
        assert_eq!(view.text(), "kill é");
        assert_eq!(view.source(0..4), 0..13);
    }
}
