//! What was undone to find something.

use std::ops::{BitOr, BitOrAssign};

/// What was undone to find something, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Undone(u16);

impl Undone {
    /// Nothing: it stands there.
    pub const NOTHING: Self = Self(0);
    /// Compatible forms, accents, invisible characters.
    pub const FOLDED: Self = Self(1);
    /// Letters that look alike.
    pub const LOOKALIKE: Self = Self(2);
    /// Digits and signs for letters.
    pub const LEET: Self = Self(4);
    /// Letters set apart by spaces, signs or line ends.
    pub const APART: Self = Self(8);
    /// Markup inside a word.
    pub const MARKUP: Self = Self(16);
    /// Letters repeated.
    pub const REPEATED: Self = Self(32);
    /// Letters masked with signs.
    pub const MASKED: Self = Self(64);
    /// The names of letters, or of digits.
    pub const SPELLED: Self = Self(128);
    /// Another spelling of the same sound.
    pub const PHONETIC: Self = Self(256);
    /// Another form of the word.
    pub const INFLECTED: Self = Self(512);
    /// Text that a bidirectional override shows the other way round.
    pub const REVERSED: Self = Self(1024);
    /// Vowels left out.
    pub const DROPPED: Self = Self(2048);

    const NAMES: [(Self, &'static str); 12] = [
        (Self::FOLDED, "folded"),
        (Self::LOOKALIKE, "lookalike letters"),
        (Self::LEET, "signs for letters"),
        (Self::APART, "letters apart"),
        (Self::MARKUP, "markup"),
        (Self::REPEATED, "repeated letters"),
        (Self::MASKED, "masked letters"),
        (Self::SPELLED, "spelled out"),
        (Self::PHONETIC, "same sound"),
        (Self::INFLECTED, "another form"),
        (Self::REVERSED, "reversed"),
        (Self::DROPPED, "vowels left out"),
    ];

    /// Whether all of the other set is in this one.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names of what was undone.
    pub fn names(self) -> Vec<&'static str> {
        Self::NAMES.into_iter().filter(|(kind, _)| self.has(*kind)).map(|(_, name)| name).collect()
    }
}

impl BitOr for Undone {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Undone {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
