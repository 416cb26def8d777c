//! E-mail addresses, written and spoken, and IP addresses of version 6.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::atoms::{Atoms, is_at, is_dash, is_dot, is_near};
use super::{Item, Pii};
use crate::text::span::boundary;

/// Most parts of an address on either side of the "at".
const MAX_PARTS: usize = 12;
/// Longest part that is looked at, in bytes (RFC 5321, section 4.5.3.1).
const MAX_PART: usize = 255;

/// Ends of domains that are spoken: with "at" and "dot" as words, only these count.
#[rustfmt::skip]
const ENDS: [&str; 52] = [
    "com", "org", "net", "edu", "gov", "io", "co", "uk", "de", "fr", "es", "it", "pt", "br", "nl", "ru", "us", "info", "biz", "eu", "ch", "at", "be", "pl", "se", "no", "dk", "fi",
    "jp", "cn", "in", "au", "ca", "mx", "ar", "me", "tv", "ai", "app", "dev", "mail", "online", "shop", "tr", "kr", "ie", "nz", "za", "cz", "gr", "ua", "int",
];
/// Words before "at" that are no name.
#[rustfmt::skip]
const NOT_NAMES: [&str; 26] = [
    "look", "looking", "me", "us", "it", "is", "are", "was", "were", "visit", "shop", "order", "online", "find", "available", "more", "out", "here", "up", "website", "page", "site",
    "arrive", "buy", "them", "him",
];

/// Finds the addresses that are wanted.
pub fn find(atoms: &Atoms<'_>, wanted: &impl Fn(Pii) -> bool, items: &mut Vec<Item>) {
    if wanted(Pii::Email) {
        written(atoms.text, items);
        spoken(atoms, items);
    }
    if wanted(Pii::Ip) {
        version6(atoms.text, items);
    }
}

fn item(kind: Pii, place: Range<usize>, spoken: bool) -> Item {
    Item { kind, place, digits: String::new(), spoken }
}

/// `name@domain.end`, after RFC 5321 as people write it.
fn written(text: &str, items: &mut Vec<Item>) {
    for (at, _) in text.match_indices('@') {
        let from = boundary(text, at.saturating_sub(64));
        let before = text.get(from..at).unwrap_or_default();
        let local = |character: char| {
            character.is_alphanumeric() || matches!(character, '.' | '_' | '%' | '+' | '-' | '\'')
        };
        let name = before.rfind(|character| !local(character)).map_or(before, |end| {
            let step = before.get(end..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            before.get(end + step..).unwrap_or_default()
        });
        let name = name.trim_start_matches(['.', '-', '\'', '+']);
        let to = boundary(text, (at + 1 + MAX_PART).min(text.len()));
        let after = text.get(at + 1..to).unwrap_or_default();
        let domain = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-');
        let host = after
            .get(..after.find(|character| !domain(character)).unwrap_or(after.len()))
            .unwrap_or_default();
        let host = host.trim_end_matches(['.', '-']);
        let end = host.rsplit_once('.').map(|(_, end)| end);
        let good =
            end.is_some_and(|end| (2..=24).contains(&end.len()) && end.chars().all(char::is_alphabetic));
        if !name.is_empty() && good && !host.starts_with(['.', '-']) && !host.contains("..") {
            items.push(item(Pii::Email, at - name.len()..at + 1 + host.len(), false));
        }
    }
}

/// `name at domain dot end`, with words or with signs in brackets, or with spaces around the signs.
fn spoken(atoms: &Atoms<'_>, items: &mut Vec<Item>) {
    let list = &atoms.list;
    let sign = |index: usize, sign: char| {
        let gap = atoms.gap(index);
        gap.contains(sign)
            && is_near(gap)
            && gap.trim().trim_matches(['[', ']', '(', ')', '{', '}', ' ']).chars().eq([sign])
    };
    let small = |index: usize| atoms.gap(index).chars().count() <= 4;
    let mut index = 1;
    while index < list.len() {
        let word = list.get(index).is_some_and(|atom| is_at(atom.text));
        let at =
            if word { Some((index - 1, index + 1)) } else { sign(index, '@').then_some((index - 1, index)) };
        index += 1;
        let Some((before, after)) = at else { continue };
        if word && !(small(after - 1) && small(after)) {
            continue;
        }
        // Back over the name.
        let mut first = before;
        for _ in 0..MAX_PARTS {
            let Some(joint) = first.checked_sub(1) else { break };
            let spoken_joint = list.get(joint).is_some_and(|atom| is_dot(atom.text) || is_dash(atom.text));
            if spoken_joint && joint > 0 && small(first) {
                first = joint - 1;
            } else if matches!(atoms.gap(first).trim(), "." | "_" | "-" | "")
                && !atoms.gap(first).contains(char::is_whitespace)
            {
                first = joint;
            } else {
                break;
            }
        }
        // On over the domain: at least one dot, and a known end.
        let mut last = after;
        let mut end = None;
        for _ in 0..MAX_PARTS {
            let spoken_dot = list.get(last + 1).is_some_and(|atom| is_dot(atom.text)) && small(last + 1);
            let next = if spoken_dot { last + 2 } else { last + 1 };
            let joined = spoken_dot
                || sign(next, '.')
                || !atoms.gap(next).contains(char::is_whitespace)
                    && matches!(atoms.gap(next), "." | "-" | "");
            let Some(part) = list.get(next).filter(|_| joined) else { break };
            last = next;
            if ENDS.contains(&part.text) {
                end = Some((part.end, next));
            }
        }
        let name = list.get(before).map_or("", |atom| atom.text);
        let chained = first < before;
        if let (Some(start), Some((end, next))) = (list.get(first), end)
            && (chained || !word || !NOT_NAMES.contains(&name))
        {
            items.push(item(Pii::Email, start.start..end, true));
            index = next + 1;
        }
    }
}

/// Version 6, in the forms of RFC 4291, section 2.2.
fn version6(text: &str, items: &mut Vec<Item>) {
    let part = |byte: u8| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.';
    let mut at = 0;
    for piece in text.split(|character: char| !u8::try_from(character).is_ok_and(part)) {
        let start = at;
        at += piece.len()
            + text.get(at + piece.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let bare =
            piece.trim_end_matches('.').trim_end_matches(|_| piece.ends_with(':') && !piece.ends_with("::"));
        let groups = bare.split(':').filter(|group| !group.is_empty()).count();
        if bare.len() <= 45 && groups >= 2 && bare.parse::<Ipv6Addr>().is_ok() {
            items.push(item(Pii::Ip, start..start + bare.len(), false));
        }
    }
}
