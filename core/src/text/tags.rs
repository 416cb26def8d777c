//! Plain text that looks like markup.
//!
//! A text that is said to be plain is spoken as it stands, and an engine may still take
//! `kil<break/>l` or `k&#105;ll` for markup. So a plain text with tags, comments or character
//! references in it has a second reading, without the ones and with the others resolved.

use quick_xml::escape::resolve_predefined_entity;

use super::span::View;

/// Longest character reference that is resolved, with `&` and `;`.
const MAX_REFERENCE: usize = 12;

/// Longest tag or comment in plain text, in bytes.
const MAX_TAG: usize = 1024;

/// A text without tags and with references resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stripped {
    /// The reading.
    pub view: View,
    /// Whether it differs from the text that was read.
    pub changed: bool,
    /// The text was read up to this byte.
    pub until: usize,
}

/// The reading without tags, or nothing when the text has none. Linear in the text.
pub fn joined(text: &str) -> Option<View> {
    stripped(text, false).filter(|stripped| stripped.changed).map(|stripped| stripped.view)
}

/// The text without tags; nothing when it has no sign of one. Linear in the text. Of a text that may go on (`more`), what is read
/// ends before a sign that what follows may make a tag or a reference of.
pub fn stripped(text: &str, more: bool) -> Option<Stripped> {
    memchr::memchr2(b'<', b'&', text.as_bytes())?;
    let mut view = View::default();
    let mut changed = false;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = memchr::memchr2(b'<', b'&', rest.as_bytes()).unwrap_or(rest.len());
        view.push_in_step(rest.get(..plain).unwrap_or_default(), at);
        at += plain;
        let rest = rest.get(plain..).unwrap_or_default();
        if let Some(length) = tag_length(rest) {
            at += length;
            changed = true;
        } else if let Some((character, length)) = reference(rest) {
            view.push(character, at..at + length);
            at += length;
            changed = true;
        } else if more && (may_become_tag(rest) || may_become_reference(rest)) {
            break;
        } else if let Some(character) = rest.chars().next() {
            view.push_in_step(rest.get(..character.len_utf8()).unwrap_or_default(), at);
            at += character.len_utf8();
        }
    }
    Some(Stripped { view, changed, until: at })
}

/// The text as a bidirectional override shows it: what stands between U+202E and the character that ends it the
/// other way round. Nothing when there is no override. With it, up to where the text was read: of one that may go on
/// (`more`), up to an override that has no end yet.
pub fn shown(text: &str, more: bool) -> Option<(View, usize)> {
    memchr::memmem::find(text.as_bytes(), "\u{202E}".as_bytes())?;
    let mut view = View::default();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('\u{202E}')).map(|found| at + found) {
        view.push_in_step(text.get(at..start).unwrap_or_default(), at);
        let inner = start + '\u{202E}'.len_utf8();
        let rest = text.get(inner..).unwrap_or_default();
        let end = rest.find(['\u{202C}', '\u{202E}', '\u{202D}', '\n']);
        if more && end.is_none() {
            return Some((view, start));
        }
        let end = end.map_or(text.len(), |end| inner + end);
        let run = text.get(inner..end).unwrap_or_default();
        run.chars().rev().for_each(|character| view.push_from(character, inner..end));
        at = end;
    }
    view.push_in_step(text.get(at..).unwrap_or_default(), at);
    Some((view, text.len()))
}

/// Length of the tag or comment that the text starts with. A tag ends before the next `<`, so that
/// no stretch of text is searched twice.
fn tag_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('<')?;
    inside.bytes().next().filter(begins_tag)?;
    let end = inside.bytes().take(MAX_TAG).position(|byte| matches!(byte, b'<' | b'>'))?;
    inside.get(end..)?.starts_with('>').then_some(end + 2)
}

/// Whether a byte after `<` makes it the sign of a tag.
fn begins_tag(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?')
}

/// Whether the text starts with what may go on as a tag or a comment: its end, or what shows that it is none, has not come yet.
fn may_become_tag(text: &str) -> bool {
    let Some(inside) = text.strip_prefix('<') else { return false };
    let begins = inside.bytes().next().is_none_or(|first| begins_tag(&first));
    begins && inside.len() < MAX_TAG && memchr::memchr2(b'<', b'>', inside.as_bytes()).is_none()
}

/// Whether the text starts with what may go on as a reference.
fn may_become_reference(text: &str) -> bool {
    let Some(name) = text.strip_prefix('&') else { return false };
    name.len() < MAX_REFERENCE && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
}

/// The character that a reference at the start of the text stands for, and the reference's length.
fn reference(text: &str) -> Option<(char, usize)> {
    let window = text.strip_prefix('&')?;
    let end = window.bytes().take(MAX_REFERENCE).position(|byte| byte == b';')?;
    let name = window.get(..end)?;
    let character = resolve(name).or_else(|| named(name))?;
    Some((character, end + 2))
}

/// References of HTML that a text may bring along although SSML does not know them.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "nbsp" => '\u{A0}',
        "shy" => '\u{AD}',
        "zwj" => '\u{200D}',
        "zwnj" => '\u{200C}',
        "lrm" => '\u{200E}',
        "rlm" => '\u{200F}',
        "ensp" | "emsp" | "thinsp" => ' ',
        "sol" => '/',
        "period" => '.',
        "commat" => '@',
        "lowbar" => '_',
        "hyphen" | "dash" | "ndash" | "mdash" => '-',
        "Tab" => '\t',
        "NewLine" => '\n',
        "excl" => '!',
        "dollar" => '$',
        "ast" => '*',
        _ => return accented(name),
    })
}

/// A letter with an accent: its letter.
fn accented(name: &str) -> Option<char> {
    const ACCENTS: [&str; 9] = ["acute", "grave", "circ", "uml", "tilde", "ring", "cedil", "slash", "caron"];
    let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
    ACCENTS.contains(&name.get(1..)?).then_some(letter)
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
    fn what_may_become_a_tag_or_a_reference_is_not_read_yet() {
        for (text, until) in [
            ("a <", 2),
            ("a < ", 4),
            ("a <b", 2),
            ("a <b c", 2),
            ("a <b <", 5),
            ("a <b>", 5),
            ("a <3", 4),
            ("R&", 1),
            ("R&D", 1),
            ("R& ", 3),
            ("R&D;", 4),
            ("R&#10", 1),
            ("R&abcdefghijkl", 14),
        ] {
            assert_eq!(stripped(text, true).unwrap().until, until, "{text:?}");
            assert_eq!(stripped(text, false).unwrap().until, text.len(), "{text:?}");
        }
        let long = format!("a <b {}", "c ".repeat(MAX_TAG));
        assert_eq!(stripped(&long, true).unwrap().until, long.len(), "longer than any tag");
        assert_eq!(shown("a \u{202E}b", true).unwrap().1, 2);
        assert_eq!(shown("a \u{202E}b\n", true).unwrap().1, "a \u{202E}b\n".len());
    }

    #[test]
    fn the_second_reading_leads_back() {
        let view = joined("ki<b/>l&#108; é").unwrap();
        assert_eq!(view.text(), "kill é");
        assert_eq!(view.source(0..4), 0..13);
    }
}
