//! International bank account numbers, and national identity numbers that have a shape or a check of their own:
//! the United Kingdom's NINO, Spain's DNI and NIE, Italy's codice fiscale, France's NIR, Brazil's CPF, China's
//! resident identity number, India's Aadhaar and Poland's PESEL.

use super::atoms::{Atoms, Digits};
use super::{Item, Pii};

/// Longest of the numbers in characters.
const LONGEST: usize = 34;

/// Lengths of IBANs (ISO 13616, SWIFT registry).
#[rustfmt::skip]
const IBAN: [(&str, usize); 76] = [
    ("ad", 24), ("ae", 23), ("al", 28), ("at", 20), ("az", 28), ("ba", 20), ("be", 16), ("bg", 22), ("bh", 22), ("br", 29), ("by", 28), ("ch", 21), ("cr", 22), ("cy", 28), ("cz", 24),
    ("de", 22), ("dk", 18), ("do", 28), ("ee", 20), ("eg", 29), ("es", 24), ("fi", 18), ("fo", 18), ("fr", 27), ("gb", 22), ("ge", 22), ("gi", 23), ("gl", 18), ("gr", 27), ("gt", 28),
    ("hr", 21), ("hu", 28), ("ie", 22), ("il", 23), ("iq", 23), ("is", 26), ("it", 27), ("jo", 30), ("kw", 30), ("kz", 20), ("lb", 28), ("lc", 32), ("li", 21), ("lt", 20), ("lu", 20),
    ("lv", 21), ("ly", 25), ("mc", 27), ("md", 24), ("me", 22), ("mk", 19), ("mr", 27), ("mt", 31), ("mu", 30), ("nl", 18), ("no", 15), ("pk", 24), ("pl", 28), ("ps", 29), ("pt", 25),
    ("qa", 29), ("ro", 24), ("rs", 22), ("sa", 24), ("sc", 31), ("sd", 18), ("se", 24), ("si", 19), ("sk", 24), ("sm", 27), ("st", 25), ("sv", 28), ("tl", 23), ("tn", 24), ("tr", 26),
    ("ua", 29),
];

/// Finds the numbers that are wanted.
pub fn find(atoms: &Atoms<'_>, wanted: &impl Fn(Pii) -> bool, items: &mut Vec<Item>) {
    if !wanted(Pii::Iban) && !wanted(Pii::NationalId) {
        return;
    }
    let mut index = 0;
    while index < atoms.list.len() {
        match at(atoms, index, wanted) {
            Some((item, next)) => {
                items.push(item);
                index = next;
            }
            None => index += 1,
        }
    }
}

fn at(atoms: &Atoms<'_>, first: usize, wanted: &impl Fn(Pii) -> bool) -> Option<(Item, usize)> {
    let start = atoms.list.get(first)?;
    let short = start.text.chars().count() <= 8 || start.digits != Digits::None;
    // Not in the middle of a longer group.
    if !short || first > 0 && atoms.gap(first).is_empty() {
        return None;
    }
    let mut code = String::new();
    let mut spoken = false;
    let mut best = None;
    for index in first.. {
        let Some(atom) = atoms.list.get(index) else { break };
        let gap = atoms.gap(index);
        if index > first
            && !(gap.chars().count() <= 2
                && gap.chars().all(|sign| matches!(sign, ' ' | '-' | '.' | '/' | ',' | '\u{A0}')))
        {
            break;
        }
        match atom.digits {
            Digits::Name(digit) => code.push(char::from(b'0' + digit)),
            Digits::Pair(one, two) => code.extend([char::from(b'0' + one), char::from(b'0' + two)]),
            _ => code.push_str(atom.text),
        }
        spoken |= !matches!(atom.digits, Digits::Written | Digits::None);
        if code.len() > LONGEST || !code.is_ascii() {
            break;
        }
        let ends = atoms.list.get(index + 1).is_none() || !atoms.gap(index + 1).is_empty();
        if ends && let Some(kind) = kind(&code, atoms, first, index, wanted) {
            best = Some((kind, index, code.clone()));
        }
    }
    let (kind, last, code) = best?;
    let place = start.start..atoms.list.get(last)?.end;
    Some((Item { kind, place, digits: code, spoken }, last + 1))
}

fn kind(
    code: &str,
    atoms: &Atoms<'_>,
    first: usize,
    last: usize,
    wanted: &impl Fn(Pii) -> bool,
) -> Option<Pii> {
    if wanted(Pii::Iban) && is_iban(code) {
        return Some(Pii::Iban);
    }
    if !wanted(Pii::NationalId) {
        return None;
    }
    let named = |words: &[&str]| atoms.context(first, words);
    let digits: Option<Vec<u32>> = code.chars().map(|digit| digit.to_digit(10)).collect();
    let shaped = |signs: &str| (first + 1..=last).map(|index| atoms.gap(index)).collect::<String>() == signs;
    let national = match (code.len(), &digits) {
        (9, None) => is_nino(code) || is_dni(code),
        (16, None) => is_codice_fiscale(code),
        (18, _) => is_resident(code),
        (15, Some(_)) => is_nir(code),
        (11, Some(digits)) => {
            is_cpf(digits) && (shaped("..-") || named(&["cpf"])) || is_pesel(digits) && named(&["pesel"])
        }
        (12, Some(digits)) => {
            verhoeff(digits)
                && digits.first().is_some_and(|first| *first >= 2)
                && (shaped("  ") || shaped("--") || named(&["aadhaar", "uidai"]))
        }
        _ => false,
    };
    national.then_some(Pii::NationalId)
}

/// ISO 7064, mod 97-10, over letters as 10 to 35.
fn mod97(mut text: impl Iterator<Item = char>) -> Option<u32> {
    text.try_fold(0, |rest, character| {
        let value = character.to_digit(36)?;
        Some((if value < 10 { rest * 10 } else { rest * 100 } + value) % 97)
    })
}

fn is_iban(code: &str) -> bool {
    let country = code.get(..2).unwrap_or_default();
    let length = IBAN.iter().find(|(known, _)| *known == country).map(|(_, length)| *length);
    let checked = code.get(2..4).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let (head, tail) = code.split_at_checked(4).unwrap_or_default();
    length == Some(code.len()) && checked && mod97(tail.chars().chain(head.chars())) == Some(1)
}

/// Two letters, six digits, one of a to d; some letters are never used (HMRC, NIM39110).
fn is_nino(code: &str) -> bool {
    let (prefix, rest) = code.split_at_checked(2).unwrap_or_default();
    let (digits, suffix) = rest.split_at_checked(6).unwrap_or_default();
    let letters = prefix.bytes().all(|byte| byte.is_ascii_lowercase() && !b"dfiquv".contains(&byte));
    letters
        && !prefix.ends_with('o')
        && !["bg", "gb", "kn", "nk", "nt", "tn", "zz"].contains(&prefix)
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(suffix, "a" | "b" | "c" | "d")
}

/// Eight digits, or x, y or z and seven, and the letter of the number modulo 23.
fn is_dni(code: &str) -> bool {
    let (number, letter) = code.split_at_checked(8).unwrap_or_default();
    let number = match number.chars().next() {
        Some('x') => number.replacen('x', "0", 1),
        Some('y') => number.replacen('y', "1", 1),
        Some('z') => number.replacen('z', "2", 1),
        _ => number.to_owned(),
    };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let expected =
        number.parse::<usize>().ok().and_then(|number| "trwagmyfpdxbnjzsqvhlcke".chars().nth(number % 23));
    digits && expected.is_some() && expected == letter.chars().next()
}

fn is_codice_fiscale(code: &str) -> bool {
    const ODD: [u32; 36] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12,
        14, 16, 10, 22, 25, 24, 23,
    ];
    let shape = code.bytes().zip(b"llllllddlddldddl").all(|(byte, kind)| match kind {
        b'l' => byte.is_ascii_lowercase(),
        _ => byte.is_ascii_digit() || b"lmnpqrstuv".contains(&byte),
    });
    let value = |place: usize, character: char| {
        let value = character.to_digit(36)?;
        // Places count from one: the first is odd.
        if place.is_multiple_of(2) {
            ODD.get(value as usize).copied()
        } else {
            Some(if value < 10 { value } else { value - 10 })
        }
    };
    let sum: Option<u32> =
        code.chars().take(15).enumerate().map(|(place, character)| value(place, character)).sum();
    let check = code.chars().last().and_then(|last| last.to_digit(36)).map(|last| last.wrapping_sub(10));
    shape && sum.map(|sum| sum % 26) == check
}

fn is_nir(code: &str) -> bool {
    let (number, key) = code.split_at_checked(13).unwrap_or_default();
    let month = number.get(3..5).and_then(|month| month.parse::<u32>().ok());
    let sex = matches!(number.chars().next(), Some('1' | '2'));
    let key = key.parse::<u64>().ok();
    sex && month.is_some_and(|month| (1..=12).contains(&month) || (20..=42).contains(&month))
        && number.parse::<u64>().ok().map(|number| 97 - number % 97) == key
}

fn is_cpf(digits: &[u32]) -> bool {
    let check = |count: usize| {
        let sum: u32 = digits
            .iter()
            .take(count)
            .zip((2..=count as u32 + 1).rev())
            .map(|(digit, weight)| digit * weight)
            .sum();
        let rest = sum * 10 % 11;
        Some(if rest == 10 { 0 } else { rest })
    };
    let varied = digits.iter().any(|digit| Some(digit) != digits.first());
    varied && check(9) == digits.get(9).copied() && check(10) == digits.get(10).copied()
}

fn is_pesel(digits: &[u32]) -> bool {
    let sum: u32 =
        digits.iter().zip([1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).map(|(digit, weight)| digit * weight).sum();
    sum.is_multiple_of(10)
}

/// GB 11643: ISO 7064, mod 11-2, and a date of birth.
fn is_resident(code: &str) -> bool {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits: Option<Vec<u32>> = code.chars().take(17).map(|digit| digit.to_digit(10)).collect();
    let Some(digits) = digits else { return false };
    let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
    let year = code.get(6..10).and_then(|year| year.parse::<u32>().ok());
    let month = code.get(10..12).and_then(|month| month.parse::<u32>().ok());
    year.is_some_and(|year| (1900..2100).contains(&year))
        && month.is_some_and(|month| (1..=12).contains(&month))
        && "10x98765432".chars().nth(sum as usize % 11) == code.chars().last()
}

/// Verhoeff's check digit (dihedral group of order ten).
fn verhoeff(digits: &[u32]) -> bool {
    const TURN: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let multiply = |a: usize, b: usize| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let sum = digits.iter().rev().enumerate().fold(0, |sum, (place, digit)| {
        let turned =
            (0..place % 8).fold(*digit as usize, |digit, _| TURN.get(digit).copied().unwrap_or_default());
        multiply(sum, turned)
    });
    sum == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_checked() {
        assert!(is_iban("de89370400440532013000") && !is_iban("de88370400440532013000"));
        assert!(is_dni("12345678z") && is_dni("x1234567l") && !is_dni("12345678a"));
        assert!(is_codice_fiscale("rssmra85t10a562s") && !is_codice_fiscale("rssmra85t10a562t"));
        assert!(is_nir("255081416802538") && !is_nir("255081416802539"));
        assert!(is_resident("11010519491231002x") && !is_resident("110105194912310021"));
        assert!(verhoeff(&[2, 3, 6]) && !verhoeff(&[2, 3, 7]));
        assert!(is_nino("ab123456c") && !is_nino("bg123456c"));
        assert!(is_pesel(&[4, 4, 0, 5, 1, 4, 0, 1, 4, 5, 8]));
    }
}
