//! Personal data: numbers and addresses, written, split or spoken.
//!
//! The folded text is cut into [`atoms`]: groups of digits, the names of digits in six languages, letters
//! and words. Recognisers look at rows of atoms, so `4111 1111`, `4 1 1 1` and `four one one one` are the
//! same to all of them. A number counts by its own check digits where its kind has some (Luhn, mod 97,
//! Verhoeff, check letters), by its shape, or by the words before it.

pub mod address;
pub mod atoms;
pub mod identity;
pub mod number;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::rule::NameError;
pub use atoms::Atoms;

/// What personal data a rule looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pii {
    /// Payment card number (ISO/IEC 7812), by prefix, length and Luhn's check digit.
    Card,
    /// International bank account number (ISO 13616), by country, length and mod 97.
    Iban,
    /// Telephone number (E.164 or national).
    Phone,
    /// E-mail address, with "at" and "dot" spoken too.
    Email,
    /// IP address, version 4 or 6.
    Ip,
    /// Social security number of the United States.
    Ssn,
    /// National identity numbers: see [`identity`].
    NationalId,
}

impl Pii {
    /// Every kind.
    pub const ALL: [Pii; 7] =
        [Pii::Card, Pii::Iban, Pii::Phone, Pii::Email, Pii::Ip, Pii::Ssn, Pii::NationalId];
    /// The names in JSON, as an error lists them.
    pub const ACCEPTED: &'static str = r#""card", "iban", "phone", "email", "ip", "ssn" and "national_id""#;

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Pii::Card => "card",
            Pii::Iban => "iban",
            Pii::Phone => "phone",
            Pii::Email => "email",
            Pii::Ip => "ip",
            Pii::Ssn => "ssn",
            Pii::NationalId => "national_id",
        }
    }
}

impl fmt::Display for Pii {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Pii {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let known = Self::ALL.into_iter().find(|known| known.name() == text);
        known.ok_or(NameError { accepted: Self::ACCEPTED })
    }
}

/// Personal data in a text. Offsets are in bytes of the folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Pii,
    /// Where it is.
    pub place: Range<usize>,
    /// Its digits.
    pub digits: String,
    /// Whether any of it is spoken in words.
    pub spoken: bool,
}

/// Finds the wanted kinds of personal data. Linear in the text. The second value says from where on more text
/// may change the answer. What begins before `from` is context, and not found.
pub fn find(folded: &str, wanted: impl Fn(Pii) -> bool, from: usize) -> (Vec<Item>, usize) {
    let atoms = Atoms::new(folded);
    let mut items = Vec::new();
    if atoms.worth_a_look() {
        address::find(&atoms, &wanted, &mut items);
        identity::find(&atoms, &wanted, &mut items);
        number::find(&atoms, &wanted, &mut items);
    }
    // What is the surer or the longer finding of a place keeps it.
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    items.sort_by_key(|item| (item.place.start, usize::MAX - item.place.end, item.kind));
    for item in items.into_iter().filter(|item| item.place.start >= from) {
        match kept.last() {
            Some(last) if last.place.end > item.place.start => {}
            _ => kept.push(item),
        }
    }
    (kept, atoms.open())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Pii, &str)> {
        find(text, |_| true, 0).0.into_iter().map(|item| (item.kind, &text[item.place])).collect()
    }

    #[test]
    fn personal_data_is_found_however_it_is_written() {
        for (text, kind, slice) in [
            ("my card is 4111 1111 1111 1111, ok", Pii::Card, "4111 1111 1111 1111"),
            ("4111-1111-1111-1111", Pii::Card, "4111-1111-1111-1111"),
            ("4111111111111111.", Pii::Card, "4111111111111111"),
            ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", Pii::Card, "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
            (
                "card four one one one one one one one one one one one one one one one now",
                Pii::Card,
                "four one one one one one one one one one one one one one one one",
            ),
            (
                "vier eins eins eins eins eins eins eins eins eins eins eins eins eins eins eins",
                Pii::Card,
                "vier eins eins eins eins eins eins eins eins eins eins eins eins eins eins eins",
            ),
            ("amex 3782 822463 10005", Pii::Card, "3782 822463 10005"),
            ("iban de89 3704 0044 0532 0130 00.", Pii::Iban, "de89 3704 0044 0532 0130 00"),
            ("gb82west12345698765432", Pii::Iban, "gb82west12345698765432"),
            ("call +49 30 1234567 now", Pii::Phone, "+49 30 1234567"),
            ("call (212) 555-0123 now", Pii::Phone, "(212) 555-0123"),
            ("212-555-0123", Pii::Phone, "212-555-0123"),
            ("phone: 2125550123", Pii::Phone, "2125550123"),
            ("06 12 34 56 78", Pii::Phone, "06 12 34 56 78"),
            (
                "call me at two one two five five five oh one two three",
                Pii::Phone,
                "two one two five five five oh one two three",
            ),
            ("write to john.doe@example.com!", Pii::Email, "john.doe@example.com"),
            ("write to john dot doe at example dot com today", Pii::Email, "john dot doe at example dot com"),
            ("john [at] example [dot] org", Pii::Email, "john [at] example [dot] org"),
            ("host 192.168.0.1.", Pii::Ip, "192.168.0.1"),
            (
                "one nine two dot one six eight dot zero dot one",
                Pii::Ip,
                "one nine two dot one six eight dot zero dot one",
            ),
            ("at 2001:db8::ff00:42:8329 now", Pii::Ip, "2001:db8::ff00:42:8329"),
            ("ssn 078-05-1120", Pii::Ssn, "078-05-1120"),
            ("social security number 078051120", Pii::Ssn, "078051120"),
            ("nino ab 12 34 56 c", Pii::NationalId, "ab 12 34 56 c"),
            ("dni 12345678z", Pii::NationalId, "12345678z"),
            ("cpf 529.982.247-25", Pii::NationalId, "529.982.247-25"),
        ] {
            assert_eq!(found(text), [(kind, slice)], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "4111 1111 1111 1112",
            "in 1984 and 2024-05-06 at 12:30:45",
            "version 1.2.3.4 of it",
            "it costs 1,234,567.89 euros",
            "pi is 3.14159265358979",
            "call me at two",
            "look at apple dot com",
            "order 1234567890123",
            "999-99-9999",
            "300.168.0.1",
            "de88 3704 0044 0532 0130 00",
            "page 12 of 345, section 6.7",
            "one two three, testing",
            "isbn 978-3-16-148410-0",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
