//! Personal data in sentences, as it is written, split and spoken; and other numbers.

use super::Random;

/// A text, and the personal data in it: kind, and its first and last byte.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The text.
    pub text: String,
    /// What is in it, if anything.
    pub kind: Option<&'static str>,
    /// Whether it is written plainly, and not split or spoken.
    pub plain: bool,
}

const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

fn digits(random: &mut Random, count: usize) -> String {
    (0..count).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
}

fn luhn(prefix: &str) -> char {
    let sum: u32 = prefix
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') * if place % 2 == 0 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    char::from(b'0' + ((10 - sum % 10) % 10) as u8)
}

fn card(random: &mut Random) -> String {
    let (prefix, length) =
        *random.pick(&[("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("6011", 16)]);
    let body = format!("{prefix}{}", digits(random, length - 1 - prefix.len()));
    let check = luhn(&body);
    format!("{body}{check}")
}

fn iban(random: &mut Random) -> String {
    let (country, length) =
        *random.pick(&[("DE", 22), ("FR", 27), ("ES", 24), ("NL", 18), ("PL", 28), ("AT", 20)]);
    let body =
        if country == "NL" { format!("ABNA{}", digits(random, 10)) } else { digits(random, length - 4) };
    let value =
        |text: &str| -> String { text.chars().map(|c| c.to_digit(36).unwrap_or(0).to_string()).collect() };
    let rest = value(&format!("{body}{country}00"))
        .bytes()
        .fold(0u32, |rest, byte| (rest * 10 + u32::from(byte - b'0')) % 97);
    format!("{country}{:02}{body}", 98 - rest)
}

fn grouped(text: &str, size: usize, sign: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(size).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(sign)
}

fn spoken(text: &str) -> String {
    let word =
        |c: char| c.to_digit(10).map_or_else(|| c.to_string(), |digit| DIGITS[digit as usize].to_owned());
    text.chars().filter(|c| c.is_alphanumeric()).map(word).collect::<Vec<_>>().join(" ")
}

/// Samples of every kind, and as many without.
pub fn samples(each: usize, seed: u64) -> Vec<Sample> {
    let mut random = Random(seed);
    let mut all = Vec::new();
    let mut add = |text: String, kind, plain| all.push(Sample { text, kind, plain });
    for place in 0..each {
        let r = &mut random;
        let lead = *r.pick(&[
            "My card number is {}.",
            "Please charge {} today",
            "The card: {}, thank you",
            "{} is the card that I use",
        ]);
        let number = card(r);
        let (form, plain) = match place % 6 {
            0 => (number.clone(), true),
            1 => (grouped(&number, 4, " "), true),
            2 => (grouped(&number, 4, "-"), true),
            3 => (grouped(&number, 1, " "), false),
            4 => (spoken(&number), false),
            _ => (grouped(&number, 4, "."), false),
        };
        add(lead.replace("{}", &form), Some("card"), plain);
        let lead = *r.pick(&[
            "Transfer it to {} please.",
            "The account is {}",
            "IBAN: {}",
            "Use {} for the rent, not the other one.",
        ]);
        let number = iban(r);
        let (form, plain) = match place % 3 {
            0 => (number.clone(), true),
            1 => (grouped(&number, 4, " "), true),
            _ => (spoken(&number), false),
        };
        add(lead.replace("{}", &form), Some("iban"), plain);
        let lead = *r.pick(&[
            "Call me at {} after five.",
            "My phone number is {}.",
            "You can reach us on {}",
            "Tel. {}",
        ]);
        let area = format!("{}{}", 2 + r.below(8), digits(r, 2));
        let exchange = format!("{}{}", 2 + r.below(8), digits(r, 2));
        let line = digits(r, 4);
        let (form, plain) = match place % 7 {
            0 => (format!("({area}) {exchange}-{line}"), true),
            1 => (format!("{area}-{exchange}-{line}"), true),
            2 => (format!("+1 {area} {exchange} {line}"), true),
            3 => (format!("+49 30 {exchange}{line}"), true),
            4 => (
                format!(
                    "06 {} {} {} {}",
                    10 + r.below(90),
                    10 + r.below(90),
                    10 + r.below(90),
                    10 + r.below(90)
                ),
                true,
            ),
            5 => (spoken(&format!("{area}{exchange}{line}")), false),
            _ => (format!("020 7{} {line}", digits(r, 3)), true),
        };
        add(lead.replace("{}", &form), Some("phone"), plain);
        let lead = *r.pick(&[
            "Write to {} please.",
            "My address is {}",
            "{} is where I read mail.",
            "Send it to {}, thanks",
        ]);
        let name = *r.pick(&["john.doe", "anna", "m.garcia", "info", "sales-team", "peter_pan", "k.lee42"]);
        let host = *r.pick(&["example.com", "mail.example.org", "firma.de", "uni.example.edu", "web.fr"]);
        let (form, plain) = match place % 4 {
            0 | 1 => (format!("{name}@{host}"), true),
            2 => (
                format!(
                    "{} at {}",
                    name.replace('.', " dot ").replace('_', " underscore ").replace('-', " dash "),
                    host.replace('.', " dot ")
                ),
                false,
            ),
            _ => (format!("{name} [at] {}", host.replace('.', " [dot] ")), false),
        };
        add(lead.replace("{}", &form), Some("email"), plain);
        let lead = *r.pick(&[
            "The server is {} today.",
            "ping {} first",
            "It came from {}.",
            "Host {} is down, restart it",
        ]);
        let address = format!("{}.{}.{}.{}", 1 + r.below(254), r.below(256), r.below(256), 1 + r.below(254));
        let (form, plain) = match place % 4 {
            0 | 1 => (address, true),
            2 => (format!("2001:db8:{:x}::{:x}", r.below(65_536), 1 + r.below(65_535)), true),
            _ => (address.split('.').map(spoken).collect::<Vec<_>>().join(" dot "), false),
        };
        add(lead.replace("{}", &form), Some("ip"), plain);
        let lead = *r.pick(&["My social security number is {}.", "SSN {}", "Her SSN is {}, I think"]);
        let (area, group, serial) = (100 + r.below(500), 10 + r.below(89), 1000 + r.below(8999));
        let (form, plain) = match place % 4 {
            0 | 1 => (format!("{area}-{group}-{serial}"), true),
            2 => (format!("{area} {group} {serial}"), true),
            _ => (spoken(&format!("{area}{group}{serial}")), false),
        };
        // 666 is no area.
        if area != 666 {
            add(lead.replace("{}", &form), Some("ssn"), plain);
        }
        // Other numbers, as many.
        let wrong = card(r);
        let last = wrong.bytes().last().map_or(0, |byte| (byte - b'0' + 1 + r.below(8) as u8) % 10);
        let wrong = format!("{}{last}", &wrong[..wrong.len() - 1]);
        add(format!("Order {} has left the house.", grouped(&wrong, 4, " ")), None, true);
        add(
            format!(
                "It is {:02}:{:02} on 20{:02}-{:02}-{:02}.",
                r.below(24),
                r.below(60),
                10 + r.below(20),
                1 + r.below(12),
                1 + r.below(28)
            ),
            None,
            true,
        );
        add(
            format!(
                "We sold {},{:03},{:03} of them in {}.",
                1 + r.below(9),
                r.below(1000),
                r.below(1000),
                1950 + r.below(70)
            ),
            None,
            true,
        );
        add(
            format!("Version {}.{}.{}.{} fixes it.", r.below(20), r.below(20), r.below(20), r.below(300)),
            None,
            true,
        );
        add(
            format!(
                "Take {} and add {} to it, then count {}.",
                DIGITS[r.below(10)],
                DIGITS[r.below(10)],
                "one two three"
            ),
            None,
            true,
        );
        add(
            format!("ISBN 978-{}-{}-{}-{}", r.below(10), digits(r, 4), digits(r, 4), r.below(10)),
            None,
            true,
        );
    }
    all
}
