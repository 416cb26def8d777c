//! Cards, telephone and social security numbers, and IP addresses of version 4.

use super::atoms::{Atoms, Digits, Row, is_dot};
use super::{Item, Pii};

#[rustfmt::skip]
const PHONE_WORDS: [&str; 47] = [
    "phone", "telephone", "tel", "mobile", "cell", "cellphone", "call", "calls", "dial", "fax", "whatsapp", "ring", "text", "sms", "hotline", "reach", "landline", "extension",
    "telefon", "telefonnummer", "handy", "handynummer", "mobil", "anrufen", "ruf", "rufnummer", "telephonez", "appelez", "appelle", "portable", "telefono", "movil", "llama",
    "llame", "celular", "telefone", "ligue", "cellulare", "chiama", "chiami", "телефон", "телефону", "звоните", "позвоните", "bel", "telefoon", "numero",
];
const SSN_WORDS: [&str; 5] = ["ssn", "social", "security", "ssns", "socialsecurity"];

/// Finds the numbers that are wanted.
pub fn find(atoms: &Atoms<'_>, wanted: &impl Fn(Pii) -> bool, items: &mut Vec<Item>) {
    let mut index = 0;
    while index < atoms.list.len() {
        if wanted(Pii::Ip)
            && let Some((item, next)) = ip(atoms, index)
        {
            items.push(item);
            index = next;
            continue;
        }
        let next = Row::at(atoms, index).and_then(|row| number(atoms, &row, wanted, items));
        index = next.unwrap_or(index).max(index + 1);
    }
}

/// The longest number that a row begins with, and the atom after it.
fn number(
    atoms: &Atoms<'_>,
    row: &Row,
    wanted: &impl Fn(Pii) -> bool,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let shape = row.shape();
    let mut total = 0;
    let mut best = None;
    for (last, digits) in shape.iter().enumerate() {
        total += digits;
        if total > 19 {
            break;
        }
        let part = Part { atoms, row, first: 0, last, shape: shape.get(..=last).unwrap_or_default() };
        if let Some(kind) = part.kind(wanted) {
            best = Some((kind, last));
        }
    }
    let (kind, last) = best?;
    items.extend(Part { atoms, row, first: 0, last, shape: &[] }.item(kind));
    row.groups.get(last).map(|group| group.end)
}

/// Some groups of a row.
struct Part<'a, 't> {
    atoms: &'a Atoms<'t>,
    row: &'a Row,
    first: usize,
    last: usize,
    shape: &'a [usize],
}

impl Part<'_, '_> {
    fn digits(&self) -> Vec<u8> {
        let inside = self.row.digits.iter().filter(|(_, group)| (self.first..=self.last).contains(group));
        inside.map(|(digit, _)| *digit).collect()
    }

    fn atom(&self) -> usize {
        self.row.groups.get(self.first).map_or(0, |group| group.start)
    }

    /// The gaps inside.
    fn gaps(&self) -> impl Iterator<Item = &str> {
        self.row.gaps.iter().take(self.last + 1).skip(self.first + 1).map(String::as_str)
    }

    /// Whether nothing of the row is left over on either side that belongs to the same number.
    fn whole(&self) -> bool {
        let tight = |gap: Option<&String>| {
            gap.is_some_and(|gap| !gap.is_empty() && !gap.contains(char::is_whitespace))
        };
        let atom = self.atom();
        let digits = atom
            .checked_sub(1)
            .and_then(|before| self.atoms.list.get(before))
            .is_some_and(|atom| atom.digits == Digits::Written);
        let before = digits && tight(Some(&self.atoms.gap(atom).to_owned()));
        !before && !tight(self.row.gaps.get(self.last + 1))
    }

    fn kind(&self, wanted: &impl Fn(Pii) -> bool) -> Option<Pii> {
        let digits = self.digits();
        let count = digits.len();
        // The digits of a longer group of letters and digits are no number of their own.
        let list = &self.atoms.list;
        let atom = self.atom();
        let end = self.row.groups.get(self.last)?.end;
        let glued =
            atom > 0 && self.atoms.gap(atom).is_empty() || end < list.len() && self.atoms.gap(end).is_empty();
        if glued {
            return None;
        }
        let lists = self.row.spoken || !self.gaps().any(|gap| gap.contains(','));
        if wanted(Pii::Card) && (13..=19).contains(&count) && lists && is_card(&digits) && self.whole() {
            return Some(Pii::Card);
        }
        if wanted(Pii::Ssn) && count == 9 && self.is_ssn(&digits) {
            return Some(Pii::Ssn);
        }
        (wanted(Pii::Phone) && (7..=15).contains(&count) && self.is_phone(&digits)).then_some(Pii::Phone)
    }

    fn is_ssn(&self, digits: &[u8]) -> bool {
        let number = |part: Option<&[u8]>| {
            part.unwrap_or_default().iter().fold(0, |sum, digit| sum * 10 + u32::from(*digit))
        };
        let (area, group, serial) =
            (number(digits.get(..3)), number(digits.get(3..5)), number(digits.get(5..)));
        let valid = area != 0 && area != 666 && area < 900 && group != 0 && serial != 0;
        let named = self.atoms.context(self.atom(), &SSN_WORDS);
        let shaped = *self.shape == [3, 2, 4] && !self.row.spoken && self.whole();
        valid && self.whole() && (shaped || named)
    }

    fn is_phone(&self, digits: &[u8]) -> bool {
        let atom = self.atom();
        let plus = self.atoms.sign_before(atom) == Some('+')
            || atom
                .checked_sub(1)
                .and_then(|before| self.atoms.list.get(before))
                .is_some_and(|word| word.text == "plus");
        let count = digits.len();
        if !self.whole() || self.is_date() {
            return false;
        }
        // Numbers with a fraction, and dotted numbers of other kinds.
        let dotted = self.gaps().any(|gap| gap.contains('.')) && self.gaps().any(|gap| !gap.contains('.'));
        if dotted {
            return false;
        }
        if plus && count >= 8 && digits.first() != Some(&0) {
            return true;
        }
        let named = self.atoms.context(atom, &PHONE_WORDS);
        let digit = |place: usize| digits.get(place).copied().unwrap_or_default();
        // North America: 3-3-4, with or without 1 before.
        let north = |at: usize| digit(at) >= 2 && digit(at + 3) >= 2;
        let american = match self.shape {
            [3, 3, 4] => north(0),
            [1, 3, 3, 4] => digit(0) == 1 && north(1),
            [3, 7] => north(0) && named,
            _ => false,
        };
        if american && !self.row.spoken {
            return true;
        }
        // A national number: a zero first, and at least one gap.
        let national = digit(0) == 0 && digit(1) != 0 && (9..=12).contains(&count) && self.shape.len() >= 2;
        // The end of a longer row of digits is no number of its own.
        let alone = atom
            .checked_sub(1)
            .and_then(|before| self.atoms.list.get(before))
            .is_none_or(|before| before.digits == Digits::None || self.atoms.gap(atom).chars().count() > 1);
        let international = digit(0) == 0
            && digit(1) == 0
            && digit(2) != 0
            && (10..=15).contains(&count)
            && self.shape.len() >= 2;
        if alone
            && (national || international)
            && !self.row.spoken
            && self.shape.first().is_some_and(|first| *first >= 2)
        {
            return true;
        }
        if self.row.spoken
            && (count == 10 && north(0)
                || count == 11 && (digit(0) == 0 && digit(1) != 0 || digit(0) == 1 && north(1)))
        {
            return true;
        }
        named && !is_card(digits)
    }

    /// Years, dates and times are written with the same signs.
    fn is_date(&self) -> bool {
        let digits = self.digits();
        let year = |at: usize| {
            matches!((digits.get(at), digits.get(at + 1)), (Some(1), Some(9)) | (Some(2), Some(0)))
        };
        match self.shape {
            [4, 2, 2] => year(0),
            [2, 2, 4] => year(4),
            [4, 4] => year(0) && year(4),
            _ => false,
        }
    }

    fn item(&self, kind: Pii) -> Option<Item> {
        let list = &self.atoms.list;
        let first = self.atom();
        let last = self.row.groups.get(self.last)?.end.checked_sub(1)?;
        let mut start = list.get(first)?.start;
        // The plus sign and the bracket around the area code belong to a telephone number.
        if kind == Pii::Phone {
            let before = self.atoms.text.get(..start)?;
            let bracket = self.gaps().any(|gap| gap.contains(')'));
            start = before.trim_end_matches(|sign| sign == '+' || bracket && sign == '(').len();
            if let Some(plus) =
                first.checked_sub(1).and_then(|before| list.get(before)).filter(|word| word.text == "plus")
            {
                start = plus.start;
            }
        }
        let digits = self.digits().iter().map(|digit| char::from(b'0' + digit)).collect();
        Some(Item { kind, place: start..list.get(last)?.end, digits, spoken: self.row.spoken })
    }
}

/// Whether digits are a payment card's: prefix, length, Luhn.
pub fn is_card(digits: &[u8]) -> bool {
    let number = |count: usize| digits.iter().take(count).fold(0, |sum, digit| sum * 10 + u32::from(*digit));
    let length = digits.len();
    let issued = match (number(1), number(2), number(3), number(4)) {
        (4, ..) => matches!(length, 13 | 16 | 19),
        (_, 51..=55, ..) | (.., 2221..=2720) => length == 16,
        (_, 34 | 37, ..) => length == 15,
        (_, 36 | 38 | 39, ..) | (_, _, 300..=305, _) => matches!(length, 14 | 16),
        (_, 35, ..) => (16..=19).contains(&length),
        (_, 62 | 65, ..) | (_, _, 644..=649, _) | (.., 6011) => (16..=19).contains(&length),
        (.., 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763) => length >= 13,
        _ => false,
    };
    let varied = digits.iter().any(|digit| Some(digit) != digits.first());
    issued && varied && luhn(digits)
}

/// ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit) << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// An address of version 4 that starts at an atom: four numbers up to 255, with dots between.
fn ip(atoms: &Atoms<'_>, first: usize) -> Option<(Item, usize)> {
    let start = atoms.list.get(first).filter(|atom| atom.digits != Digits::None)?;
    let before = first.checked_sub(1).and_then(|before| atoms.list.get(before));
    let versioned = before.is_some_and(|word| {
        matches!(word.text, "version" | "v" | "ver" | "section" | "chapter" | "release" | "rev")
            || word.text.parse::<u32>().is_ok() && atoms.gap(first) == "."
    });
    if versioned || atoms.gap(first).is_empty() && first > 0 {
        return None;
    }
    let mut digits = String::new();
    let mut spoken = false;
    let mut index = first;
    for part in 0..4 {
        if part > 0 {
            match atoms.list.get(index) {
                Some(word) if is_dot(word.text) => {
                    index += 1;
                    spoken = true;
                }
                Some(_)
                    if matches!(atoms.gap(index), "." | " . " | "[.]" | "(.)" | ". ")
                        && !(atoms.gap(index) == ". " && part == 0) => {}
                _ => return None,
            }
        }
        let mut value = String::new();
        let mut inside = 0;
        while let Some(atom) = atoms.list.get(index) {
            let named = match atom.digits {
                Digits::Written if inside == 0 => Some(atom.text.to_owned()),
                Digits::Name(digit) if inside == 0 || atoms.gap(index) == " " => Some(digit.to_string()),
                Digits::Pair(one, two) if inside == 0 || atoms.gap(index) == " " => {
                    Some(format!("{one}{two}"))
                }
                _ => None,
            };
            let Some(named) = named else { break };
            value.push_str(&named);
            inside += 1;
            index += 1;
            if atom.digits == Digits::Written {
                break;
            }
            spoken = true;
        }
        let number = value.parse::<u16>().ok().filter(|number| *number <= 255)?;
        if value.len() > 3 || value.len() > 1 && value.starts_with('0') {
            return None;
        }
        digits.push_str(&format!("{}{number}", if part > 0 { "." } else { "" }));
    }
    // A fifth part, or a letter, makes it something else.
    let after = atoms.list.get(index);
    if after.is_some_and(|atom| {
        atoms.gap(index).is_empty() || atoms.gap(index) == "." && atom.digits == Digits::Written
    }) {
        return None;
    }
    let end = atoms.list.get(index.checked_sub(1)?)?.end;
    Some((Item { kind: Pii::Ip, place: start.start..end, digits, spoken }, index))
}
