//! A reading on its way through the trie of words, and whether it is credible.

use super::cell::{Cell, Edge, How, Kind};
use super::undone::Undone;
use crate::policy::vocabulary::Vocabulary;

/// Most characters between two letters of a word.
pub const MAX_GAP: u8 = 16;

/// A reading on its way through the trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub node: u32,
    pub from: u32,
    last: char,
    pub letters: u8,
    own: u8,
    looks: u8,
    digits: u8,
    signs: u8,
    folded: bool,
    /// Gaps inside the word, how many with white space, and whether one is more than an apostrophe.
    pub gaps: u8,
    spaces: u8,
    real_gap: bool,
    /// Letters since the last gap, and the most between two gaps.
    fragment: u8,
    most: u8,
    /// Characters in the gap that is open.
    pub gap: u8,
    gap_space: bool,
    gap_real: bool,
    run: u8,
    extra: u8,
    long: bool,
    first_sign: char,
    last_sign: char,
}

impl State {
    /// A reading that begins at a character.
    pub fn start(from: u32) -> Self {
        Self {
            node: 0,
            from,
            last: '\0',
            letters: 0,
            own: 0,
            looks: 0,
            digits: 0,
            signs: 0,
            folded: false,
            gaps: 0,
            spaces: 0,
            real_gap: false,
            fragment: 0,
            most: 0,
            gap: 0,
            gap_space: false,
            gap_real: false,
            run: 0,
            extra: 0,
            long: false,
            first_sign: '\0',
            last_sign: '\0',
        }
    }

    /// The reading with one more character between its letters.
    pub fn skip(mut self, cell: &Cell) -> Option<Self> {
        if cell.kind == Kind::Nothing {
            self.folded |= self.letters > 0;
            return Some(self);
        }
        self.gap += 1;
        self.gap_space |= cell.kind == Kind::Space;
        self.gap_real |= !matches!(cell.character, '\'' | '\u{2019}' | '\u{2018}');
        (self.letters > 0 && self.gap <= MAX_GAP).then_some(self)
    }

    /// The reading with one more letter, or letters.
    pub fn read(mut self, edge: &Edge, vocabulary: &Vocabulary) -> Option<Self> {
        for letter in edge.letters.iter().copied().take_while(|letter| *letter != '\0') {
            self.node = vocabulary.letter(self.node, letter)?;
            self.last = letter;
            self.letters = self.letters.checked_add(1)?;
            self.fragment = self.fragment.saturating_add(1);
        }
        if self.gap > 0 {
            self.gaps = self.gaps.saturating_add(1);
            self.spaces += u8::from(self.gap_space);
            self.real_gap |= self.gap_real;
            self.most = self.most.max(self.fragment.saturating_sub(1));
            self.fragment = 1;
            (self.gap, self.gap_space, self.gap_real) = (0, false, false);
        }
        self.run = 1;
        self.last_sign = '\0';
        match edge.how {
            How::Own => self.own += 1,
            How::Folded => {
                self.own += 1;
                self.folded = true;
            }
            How::Looks => self.looks += 1,
            How::Digit => self.digits += 1,
            How::Sign => {
                self.signs += 1;
                self.last_sign = edge.sign;
                if self.letters == 1 {
                    self.first_sign = edge.sign;
                }
            }
        }
        Some(self)
    }

    /// The reading with its last letter once more.
    pub fn repeat(mut self, edge: &Edge) -> Option<Self> {
        let again = edge.letters == [self.last, '\0', '\0'] && self.gap == 0;
        self.run = self.run.saturating_add(1);
        self.extra = self.extra.saturating_add(1);
        self.long |= self.run >= 3;
        again.then_some(self)
    }

    /// What was undone, when it is credible that somebody hid the word; and whether every letter is of
    /// another script.
    pub fn judge(&self) -> Option<(Undone, bool)> {
        let letters = self.letters;
        let most = self.most.max(self.fragment);
        let mut undone = Undone::NOTHING;
        if letters < 2 {
            return None;
        }
        if self.gaps > 0 {
            undone |= Undone::APART;
            let credible = match (self.spaces > 0, most) {
                (true, 1) => letters >= 3,
                (true, _) => false,
                (false, 1) => letters >= 3,
                (false, _) => letters >= 4,
            };
            if !credible || !self.real_gap {
                return None;
            }
        }
        let seen = self.own + self.looks;
        if self.digits + self.signs > 0 {
            undone |= Undone::LEET;
            let opening = matches!(self.first_sign, '(' | '[' | '{' | '<' | '#');
            // Most exclamation marks and plus signs at the end are just that.
            let closing = matches!(self.last_sign, '!' | '+' | '^' | '?') && self.signs + self.digits == 1;
            let few = match letters {
                2 => seen == 0 || self.signs > 0 && self.last_sign != '\0',
                3 => seen == 0 && self.signs < 2 || self.digits > seen + self.signs,
                _ => {
                    seen == 0 && self.signs == 0 || u16::from(self.digits) > 4 * u16::from(seen + self.signs)
                }
            };
            if opening || closing || few {
                return None;
            }
        }
        if self.extra > 0 {
            undone |= Undone::REPEATED;
            if !self.long && self.extra < 2 {
                return None;
            }
        }
        if self.looks > 0 {
            undone |= Undone::LOOKALIKE;
        }
        if undone == Undone::NOTHING {
            return None;
        }
        if self.folded {
            undone |= Undone::FOLDED;
        }
        Some((undone, self.looks > 0 && self.own == 0))
    }
}
