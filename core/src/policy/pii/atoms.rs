//! A text cut into groups of digits, names of digits, letters and words.

use std::ops::Range;

/// Most atoms in a row that a recogniser looks at, and that a stream holds back.
pub const MAX_ROW: usize = 48;
/// Most groups of a row of digits.
const MAX_GROUPS: usize = 24;
/// Most characters between two atoms of a row.
const MAX_GAP: usize = 4;

/// A group of digits or letters, or a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom<'t> {
    /// As it stands in the folded text.
    pub text: &'t str,
    /// First byte.
    pub start: usize,
    /// Byte after it.
    pub end: usize,
    /// The digits that it is or names.
    pub digits: Digits,
}

/// Digits of an atom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// None: a word.
    None,
    /// It is written in digits.
    Written,
    /// It names one digit.
    Name(u8),
    /// It names two digits.
    Pair(u8, u8),
    /// It names tens: `forty`, which a unit may follow.
    Tens(u8),
    /// It says how often the next digit is meant: `double`, `triple`.
    Times(u8),
}

/// The atoms of a text.
#[derive(Debug)]
pub struct Atoms<'t> {
    /// The folded text.
    pub text: &'t str,
    /// In order.
    pub list: Vec<Atom<'t>>,
    numbers: bool,
}

impl<'t> Atoms<'t> {
    /// Cuts a folded text.
    pub fn new(text: &'t str) -> Self {
        let mut atoms = Self { text, list: Vec::with_capacity(text.len() / 5), numbers: false };
        let mut start: Option<(usize, bool)> = None;
        for (at, character) in text.char_indices() {
            let digit = character.is_ascii_digit();
            let word = digit || character.is_alphanumeric();
            match start {
                Some((from, digits)) if !word || digits != digit => {
                    atoms.push(from, at, digits);
                    start = word.then_some((at, digit));
                }
                None if word => start = Some((at, digit)),
                _ => {}
            }
        }
        if let Some((from, digits)) = start {
            atoms.push(from, text.len(), digits);
        }
        atoms
    }

    fn push(&mut self, start: usize, end: usize, digits: bool) {
        let Some(text) = self.text.get(start..end) else { return };
        let digits = if digits { Digits::Written } else { name(text) };
        self.numbers |= digits != Digits::None;
        self.list.push(Atom { text, start, end, digits });
    }

    /// Whether there can be anything: a digit, the name of one, or an address.
    pub fn worth_a_look(&self) -> bool {
        self.numbers
            || self.text.contains('@')
            || self.list.iter().any(|atom| is_at(atom.text))
            || self.text.contains(':')
    }

    /// What stands between an atom and the one before it.
    pub fn gap(&self, index: usize) -> &'t str {
        let before = index.checked_sub(1).and_then(|before| self.list.get(before)).map_or(0, |atom| atom.end);
        self.list.get(index).and_then(|atom| self.text.get(before..atom.start)).unwrap_or_default()
    }

    /// The character right before an atom, if it is not white space.
    pub fn sign_before(&self, index: usize) -> Option<char> {
        self.gap(index).chars().next_back().filter(|sign| !sign.is_whitespace())
    }

    /// Whether one of the words is among the few before an atom.
    pub fn context(&self, index: usize, words: &[&str]) -> bool {
        let first = index.saturating_sub(7);
        self.list.get(first..index).unwrap_or_default().iter().any(|atom| words.contains(&atom.text))
    }

    /// From here on more text may change what is found: the last row of atoms that belong together.
    pub fn open(&self) -> usize {
        let mut open = self.text.len();
        let mut last = true;
        for (index, atom) in self.list.iter().enumerate().rev().take(MAX_ROW) {
            let after = self.list.get(index + 1).map_or(self.text.len(), |next| next.start);
            let gap = self.text.get(atom.end..after).unwrap_or_default();
            let next = self.list.get(index + 1);
            let length = atom.text.chars().count();
            let before_digits =
                next.is_some_and(|next| next.digits != Digits::None || next.text.chars().count() == 1);
            let part = atom.digits != Digits::None
                || is_joint(atom.text)
                || !last && (is_join_sign(gap) || is_apart_sign(gap) || length <= 8 && before_digits);
            let near = is_near(gap);
            // A last word that may go on may become a joint.
            let joint = next.is_some_and(|next| is_joint(next.text) || next.end == self.text.len());
            if !near || !(last || part || joint) {
                break;
            }
            last = false;
            open = atom.start;
        }
        // Signs that belong to the first atom.
        let before = self.text.get(..open).unwrap_or_default();
        before.trim_end_matches(['+', '(', '[', '{', '<']).len().min(open)
    }
}

fn is_join_sign(gap: &str) -> bool {
    gap.chars().all(|sign| matches!(sign, '.' | '-' | '_' | '@' | ':' | '+' | '%'))
}

/// Whether a gap is the sign of an address, with white space or brackets around it.
fn is_apart_sign(gap: &str) -> bool {
    let bare = |sign: char| sign.is_whitespace() || "[](){}".contains(sign);
    matches!(gap.trim_matches(bare), "@" | ".")
}

/// Whether what stands between two atoms is short enough for them to belong together, or for a stream to wait for it.
pub fn is_near(gap: &str) -> bool {
    gap.chars().nth(3 * MAX_GAP).is_none()
}

/// Whether a word stands for a sign that joins the parts of an address.
pub fn is_joint(word: &str) -> bool {
    is_at(word) || is_dot(word) || is_dash(word)
}

/// "at", in the languages that are known here.
pub fn is_at(word: &str) -> bool {
    matches!(
        word,
        "at" | "arobase" | "arroba" | "chiocciola" | "klammeraffe" | "apenstaartje" | "собака" | "malpa"
    )
}

/// "dot".
pub fn is_dot(word: &str) -> bool {
    matches!(word, "dot" | "point" | "punto" | "ponto" | "punkt" | "punt" | "точка" | "kropka")
}

/// "dash", "underscore" and the like.
pub fn is_dash(word: &str) -> bool {
    matches!(
        word,
        "dash"
            | "hyphen"
            | "underscore"
            | "minus"
            | "plus"
            | "tiret"
            | "guion"
            | "bindestrich"
            | "trattino"
            | "unterstrich"
    )
}

/// The digits that a word names, in English, German, French, Spanish, Italian and Portuguese.
fn name(word: &str) -> Digits {
    if word.len() > 10 {
        return Digits::None;
    }
    let digit = match word {
        "zero" | "oh" | "null" | "cero" | "ноль" | "nul" => 0,
        "one" | "eins" | "un" | "uno" | "um" | "один" => 1,
        "two" | "zwei" | "zwo" | "deux" | "dos" | "due" | "dois" | "два" => 2,
        "three" | "drei" | "trois" | "tres" | "tre" | "три" => 3,
        "four" | "vier" | "quatre" | "cuatro" | "quattro" | "quatro" | "четыре" => 4,
        "five" | "funf" | "fuenf" | "cinq" | "cinco" | "cinque" | "пять" => 5,
        "six" | "sechs" | "seis" | "sei" | "шесть" => 6,
        "seven" | "sieben" | "sept" | "siete" | "sette" | "sete" | "семь" => 7,
        "eight" | "acht" | "huit" | "ocho" | "otto" | "oito" | "восемь" => 8,
        "nine" | "neun" | "neuf" | "nueve" | "nove" | "девять" | "niner" => 9,
        _ => return pair(word),
    };
    Digits::Name(digit)
}

fn pair(word: &str) -> Digits {
    match word {
        "double" | "doppel" | "doble" | "doppio" | "dobro" => Digits::Times(2),
        "triple" | "treble" => Digits::Times(3),
        "ten" => Digits::Pair(1, 0),
        "eleven" => Digits::Pair(1, 1),
        "twelve" => Digits::Pair(1, 2),
        "thirteen" => Digits::Pair(1, 3),
        "fourteen" => Digits::Pair(1, 4),
        "fifteen" => Digits::Pair(1, 5),
        "sixteen" => Digits::Pair(1, 6),
        "seventeen" => Digits::Pair(1, 7),
        "eighteen" => Digits::Pair(1, 8),
        "nineteen" => Digits::Pair(1, 9),
        "twenty" => Digits::Tens(2),
        "thirty" => Digits::Tens(3),
        "forty" => Digits::Tens(4),
        "fifty" => Digits::Tens(5),
        "sixty" => Digits::Tens(6),
        "seventy" => Digits::Tens(7),
        "eighty" => Digits::Tens(8),
        "ninety" => Digits::Tens(9),
        _ => Digits::None,
    }
}

/// A row of digits, written or named.
#[derive(Debug, Default)]
pub struct Row {
    /// The digits, each with its group.
    pub digits: Vec<(u8, usize)>,
    /// The atoms of each group: first, and the one after the last.
    pub groups: Vec<Range<usize>>,
    /// What stands before each group but the first.
    pub gaps: Vec<String>,
    /// Whether any digit is named.
    pub spoken: bool,
}

impl Row {
    /// The row of digits that starts at an atom, if one does: as much of it as a number may have.
    pub fn at(atoms: &Atoms<'_>, first: usize) -> Option<Self> {
        let mut row = Row::default();
        let mut index = first;
        let mut times = 1;
        while let Some(atom) = atoms.list.get(index).filter(|_| row.groups.len() < MAX_GROUPS) {
            let gap = atoms.gap(index);
            if index > first && !joins(gap, atom.digits != Digits::Written) {
                break;
            }
            let group = row.groups.len();
            let mut push = |digit: u8, count: u8| (0..count).for_each(|_| row.digits.push((digit, group)));
            match atom.digits {
                Digits::None => break,
                Digits::Written => atom.text.bytes().for_each(|byte| push(byte.wrapping_sub(b'0'), 1)),
                Digits::Name(digit) => push(digit, times),
                Digits::Pair(one, two) => [one, two].into_iter().for_each(|digit| push(digit, 1)),
                Digits::Tens(tens) => {
                    push(tens, 1);
                    let unit = atoms.list.get(index + 1).map(|atom| atom.digits);
                    let joined = joins(atoms.gap(index + 1), true) && !atoms.gap(index + 1).contains(',');
                    if !matches!(unit, Some(Digits::Name(1..=9))) || !joined {
                        push(0, 1);
                    }
                }
                Digits::Times(_) => {}
            }
            times = if let Digits::Times(times) = atom.digits { times } else { 1 };
            row.spoken |= atom.digits != Digits::Written;
            row.groups.push(index..index + 1);
            row.gaps.push(gap.to_owned());
            index += 1;
        }
        let none = row.digits.is_empty();
        (!none).then_some(row)
    }

    /// How many digits each group has.
    pub fn shape(&self) -> Vec<usize> {
        let mut shape = vec![0; self.groups.len()];
        for (_, group) in &self.digits {
            if let Some(count) = shape.get_mut(*group) {
                *count += 1;
            }
        }
        shape
    }
}

/// Whether what stands between two groups leaves them one number.
fn joins(gap: &str, spoken: bool) -> bool {
    let sign = |sign: char| {
        sign.is_whitespace()
            || matches!(
                sign,
                '-' | '.' | '/' | '(' | ')' | '_' | '–' | '—' | '·' | '•' | '‐' | '‑' | '*' | '\''
            )
    };
    gap.chars().count() <= MAX_GAP
        && gap.chars().all(|character| sign(character) || spoken && character == ',')
}
