//! Plain text that looks like markup.
//!
//! A text that is said to be plain is spoken as it stands, and an engine may still take
//! `kil<break/>l` or `k&#105;ll` for markup. So a plain text with tags, comments or character
//! references in it has a second reading, without the ones and with the others resolved.

use quick_xml::escape::resolve_predefined_entity;

use super::span::{View, boundary};

/// Longest character reference that is resolved, with `&` and `;`.
const MAX_REFERENCE: usize = 12;

/// The reading without tags, or nothing when the text has none. Linear in the text.
pub fn joined(text: &str) -> Option<View> {
    memchr::memchr2(b'<', b'&', text.as_bytes())?;
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

/// Longest tag or comment in plain text, in bytes.
const MAX_TAG: usize = 1024;

/// Up to where a continuation of the text changes nothing of its tags: the first of the last few that more tags begin
/// than end from there on, or the end of the text. Tags may be written with references.
pub fn settled(text: &str) -> usize {
    let from = boundary(text, text.len().saturating_sub(MAX_TAG));
    let rest = text.get(from..).unwrap_or_default();
    let mut open = None;
    let mut depth = 0usize;
    for (at, sign) in rest.match_indices(['<', '>', '&']) {
        let after = rest.get(at + 1..).unwrap_or_default();
        let begins = match sign {
            "<" => after
                .chars()
                .next()
                .is_none_or(|first| first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?')),
            "&" => ["lt", "#60", "#x3c", "#x3C"].iter().any(|name| after.starts_with(name)),
            _ => false,
        };
        if begins {
            open = open.or(Some(at));
            depth += 1;
        } else if sign == ">" {
            depth = depth.saturating_sub(1);
            open = open.filter(|_| depth > 0);
        }
    }
    // An override without an end shows everything that follows the other way round.
    let shown = text.rfind('\u{202E}').filter(|at| {
        let run = text.get(at + '\u{202E}'.len_utf8()..).unwrap_or_default();
        !run.contains(['\u{202C}', '\u{202D}', '\n'])
    });
    open.map_or(text.len(), |at| from + at).min(shown.unwrap_or(text.len()))
}

/// The text as a bidirectional override shows it: what stands between U+202E and the character that ends it the
/// other way round. Nothing when there is no override.
pub fn shown(text: &str) -> Option<View> {
    memchr::memmem::find(text.as_bytes(), "\u{202E}".as_bytes())?;
    let mut view = View::default();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('\u{202E}')).map(|found| at + found) {
        view.push_in_step(text.get(at..start).unwrap_or_default(), at);
        let inner = start + '\u{202E}'.len_utf8();
        let rest = text.get(inner..).unwrap_or_default();
        let end = inner + rest.find(['\u{202C}', '\u{202E}', '\u{202D}', '\n']).unwrap_or(rest.len());
        let run = text.get(inner..end).unwrap_or_default();
        run.chars().rev().for_each(|character| view.push_from(character, inner..end));
        at = end;
    }
    view.push_in_step(text.get(at..).unwrap_or_default(), at);
    Some(view)
}

/// Length of the tag or comment that the text starts with. A tag ends before the next `<`, so that
/// no stretch of text is searched twice.
fn tag_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('<')?;
    inside.chars().next().filter(|first| first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?'))?;
    let end = inside.bytes().take(MAX_TAG).position(|byte| matches!(byte, b'<' | b'>'))?;
    inside.get(end..)?.starts_with('>').then_some(end + 2)
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
    fn the_second_reading_leads_back() {
        let view = joined("ki<b/>l&#108; é").unwrap();
        assert_eq!(view.text(), "kill é");
        assert_eq!(view.source(0..4), 0..13);
    }
}
