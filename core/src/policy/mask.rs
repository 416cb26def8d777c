//! Masking: what is spoken in place of what was hit.
//!
//! In place of personal data, a voice says what kind it was ("a card number ending four two four two"), in the rule's
//! language where it is one of six; in place of anything else, nothing. A rule's own `mask` goes before both.
//! In SSML only characters are replaced, never tags, so a masked document is as well-formed as it was.

use std::ops::Range;

use super::pii::Pii;
use super::rule::{Matcher, Rule};
use crate::text::Spoken;

/// A part of the original text and what is spoken instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// Bytes of the original text.
    pub place: Range<usize>,
    /// What is spoken instead.
    pub says: String,
}

/// What is spoken in place of a hit of this rule.
pub fn says(rule: &Rule, digits: &str) -> String {
    if let Some(mask) = &rule.mask {
        return mask.clone();
    }
    let Matcher::Pii(kind) = rule.matcher else { return String::new() };
    let language = rule.language.as_deref().unwrap_or("en").get(..2).unwrap_or("en");
    let speech = SPEECH.iter().find(|speech| speech.language == language).or(SPEECH.first());
    let Some(speech) = speech else { return String::new() };
    let name = match kind {
        Pii::Card => speech.card,
        Pii::Iban => speech.account,
        Pii::Phone => speech.phone,
        Pii::Email => speech.email,
        Pii::Ip => speech.ip,
        Pii::Ssn => speech.ssn,
        Pii::NationalId => speech.identity,
    };
    let last: Vec<&str> = match kind {
        Pii::Card => digits
            .bytes()
            .rev()
            .take(4)
            .filter_map(|digit| speech.digits.get(usize::from(digit.wrapping_sub(b'0'))).copied())
            .collect(),
        _ => Vec::new(),
    };
    match last.len() {
        4 => format!("{name} {} {}", speech.ending, last.into_iter().rev().collect::<Vec<_>>().join(" ")),
        _ => name.to_owned(),
    }
}

struct Speech {
    language: &'static str,
    card: &'static str,
    account: &'static str,
    phone: &'static str,
    email: &'static str,
    ip: &'static str,
    ssn: &'static str,
    identity: &'static str,
    ending: &'static str,
    digits: [&'static str; 10],
}

#[rustfmt::skip]
const SPEECH: [Speech; 6] = [
    Speech { language: "en", card: "card number", account: "account number", phone: "phone number", email: "e-mail address", ip: "network address", ssn: "social security number",
        identity: "identity number", ending: "ending", digits: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] },
    Speech { language: "de", card: "Kartennummer", account: "Kontonummer", phone: "Telefonnummer", email: "E-Mail-Adresse", ip: "Netzwerkadresse", ssn: "Sozialversicherungsnummer",
        identity: "Ausweisnummer", ending: "endend auf", digits: ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"] },
    Speech { language: "fr", card: "numéro de carte", account: "numéro de compte", phone: "numéro de téléphone", email: "adresse électronique", ip: "adresse réseau", ssn: "numéro de sécurité sociale",
        identity: "numéro de pièce", ending: "finissant par", digits: ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"] },
    Speech { language: "es", card: "número de tarjeta", account: "número de cuenta", phone: "número de teléfono", email: "correo electrónico", ip: "dirección de red", ssn: "número de seguridad social",
        identity: "número de identidad", ending: "terminado en", digits: ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"] },
    Speech { language: "it", card: "numero di carta", account: "numero di conto", phone: "numero di telefono", email: "indirizzo e-mail", ip: "indirizzo di rete", ssn: "numero di previdenza sociale",
        identity: "numero di documento", ending: "che finisce con", digits: ["zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"] },
    Speech { language: "pt", card: "número de cartão", account: "número de conta", phone: "número de telefone", email: "endereço eletrônico", ip: "endereço de rede", ssn: "número de segurança social",
        identity: "número de identidade", ending: "terminado em", digits: ["zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove"] },
];

/// Puts overlapping masks together, in order.
pub fn merge(mut masks: Vec<Mask>) -> Vec<Mask> {
    masks.sort_by_key(|mask| (mask.place.start, usize::MAX - mask.place.end));
    let mut merged: Vec<Mask> = Vec::with_capacity(masks.len());
    for mask in masks {
        match merged.last_mut() {
            Some(last) if mask.place.start < last.place.end => {
                last.place.end = last.place.end.max(mask.place.end);
                if last.says.is_empty() {
                    last.says = mask.says;
                }
            }
            _ => merged.push(mask),
        }
    }
    merged
}

/// The text with masks, which are merged. In plain text a whole place is replaced; in SSML the characters in
/// it are, and tags stay.
pub fn apply(text: &str, masks: &[Mask], markup: Option<&Spoken>) -> String {
    let mut cuts: Vec<(Range<usize>, String)> = Vec::new();
    for mask in masks {
        match markup {
            None => cuts.push((mask.place.clone(), padded(text, mask))),
            Some(spoken) => {
                let mut says = mask.says.clone();
                for source in spoken.text.sources() {
                    let part = source.start.max(mask.place.start)..source.end.min(mask.place.end);
                    if part.start < part.end && cuts.last().is_none_or(|(last, _)| last.end <= part.start) {
                        cuts.push((part, std::mem::take(&mut says)));
                    }
                }
            }
        }
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for (place, says) in cuts {
        masked.push_str(text.get(at..place.start).unwrap_or_default());
        masked.push_str(&says);
        at = place.end;
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    masked
}

/// What is said, set apart from letters on either side.
fn padded(text: &str, mask: &Mask) -> String {
    let before = text.get(..mask.place.start).and_then(|text| text.chars().next_back());
    let after = text.get(mask.place.end..).and_then(|text| text.chars().next());
    let word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let left = if word(before) { " " } else { "" };
    let right = if word(after) && !(mask.says.is_empty() && word(before)) { " " } else { "" };
    format!("{left}{}{right}", mask.says)
}
