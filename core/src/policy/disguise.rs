//! Reading a disguised stretch of text letter by letter.
//!
//! Each character of the stretch may be read in several ways (as the letter it folds to, as letters it looks
//! like, as letters a sign stands for, as part of a letter built of signs, as nothing). All readings
//! are walked through the trie of words at the same time, and what was undone on the way is counted.
//! A word that is reached counts when the disguise is credible ([`State::judge`]): that is where false alarms are
//! kept out. At most [`MAX_STATES`] readings are followed at a time, so the cost is linear.

use std::ops::{BitOr, BitOrAssign, Range};

use unicode_normalization::char::is_combining_mark;

use super::vocabulary::{Vocabulary, WordId};
use crate::text::fold;
use crate::text::fold::is_ignorable;
use crate::text::letters::{BUILT, glyph, stands_for};

/// Most readings that are followed at one place.
const MAX_STATES: usize = 48;
/// Most characters between two letters of a word.
const MAX_GAP: u8 = 16;
/// Longest letter built of signs, in characters.
const LONGEST_BUILT: usize = 4;

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

/// A word found in disguise. Offsets are in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub place: Range<usize>,
    /// Which word.
    pub word: WordId,
    /// What was undone.
    pub undone: Undone,
    /// Every letter is of another script: only a disguise where the words around it are not.
    pub whole: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Space,
    Sign,
    /// Not spoken: an ignorable character, or an accent.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Own,
    Folded,
    Looks,
    Digit,
    Sign,
}

/// A way to read one or more characters.
#[derive(Debug, Clone, Copy)]
struct Edge {
    letters: [char; 3],
    cells: usize,
    how: How,
    sign: char,
}

#[derive(Debug)]
struct Cell {
    start: usize,
    kind: Kind,
    character: char,
    edges: Range<usize>,
}

/// A reading on its way through the trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    node: u32,
    from: u32,
    last: char,
    letters: u8,
    own: u8,
    looks: u8,
    digits: u8,
    signs: u8,
    folded: bool,
    /// Gaps inside the word, how many with white space, and whether one is more than an apostrophe.
    gaps: u8,
    spaces: u8,
    real_gap: bool,
    /// Letters since the last gap, and the most between two gaps.
    fragment: u8,
    most: u8,
    /// Characters in the gap that is open.
    gap: u8,
    gap_space: bool,
    gap_real: bool,
    run: u8,
    extra: u8,
    long: bool,
    first_sign: char,
    last_sign: char,
}

impl State {
    fn start(from: u32) -> Self {
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

    fn skip(mut self, cell: &Cell) -> Option<Self> {
        if cell.kind == Kind::Nothing {
            self.folded |= self.letters > 0;
            return Some(self);
        }
        self.gap += 1;
        self.gap_space |= cell.kind == Kind::Space;
        self.gap_real |= !matches!(cell.character, '\'' | '\u{2019}' | '\u{2018}');
        (self.letters > 0 && self.gap <= MAX_GAP).then_some(self)
    }

    fn read(mut self, edge: &Edge, vocabulary: &Vocabulary) -> Option<Self> {
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

    fn repeat(mut self, edge: &Edge) -> Option<Self> {
        let again = edge.letters == [self.last, '\0', '\0'] && self.gap == 0;
        self.run = self.run.saturating_add(1);
        self.extra = self.extra.saturating_add(1);
        self.long |= self.run >= 3;
        again.then_some(self)
    }

    /// What was undone, when it is credible that somebody hid the word; and whether every letter is of
    /// another script.
    fn judge(&self) -> Option<(Undone, bool)> {
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

/// Finds the words of the vocabulary that a stretch of the text hides. Linear in the stretch.
pub fn undisguise(vocabulary: &Vocabulary, text: &str, stretch: Range<usize>, found: &mut Vec<Found>) {
    let (cells, edges) = read(text, stretch.clone());
    let solid =
        |cell: Option<&Cell>| cell.is_some_and(|cell| matches!(cell.kind, Kind::Letter | Kind::Digit));
    let before = text.get(..stretch.start).and_then(|text| text.chars().next_back());
    let mut after_solid = before.is_some_and(char::is_alphanumeric);
    let next_outside = text.get(stretch.end..).and_then(|text| text.chars().next());
    let mut states: Vec<Vec<State>> = vec![Vec::new(); cells.len() + 1];
    let put = |states: &mut Vec<Vec<State>>, at: usize, state: State| {
        if let Some(list) =
            states.get_mut(at).filter(|list| list.len() < MAX_STATES && !list.contains(&state))
        {
            list.push(state);
        }
    };
    // For each place, the next character from there on that is spoken.
    let mut spoken_next: Vec<Option<usize>> = vec![None; cells.len()];
    let mut next_spoken = None;
    for (at, (place, cell)) in spoken_next.iter_mut().zip(&cells).enumerate().rev() {
        if cell.kind != Kind::Nothing {
            next_spoken = Some(at);
        }
        *place = next_spoken;
    }
    for at in 0..=cells.len() {
        let here = states.get_mut(at).map(std::mem::take).unwrap_or_default();
        let cell = cells.get(at);
        // The next character that is spoken decides whether a word ends here.
        let next = spoken_next.get(at).copied().flatten().and_then(|next| cells.get(next));
        let ends =
            if next.is_some() { !solid(next) } else { !next_outside.is_some_and(char::is_alphanumeric) };
        let end = cell.map_or(stretch.end, |cell| cell.start);
        for state in &here {
            if ends
                && state.gap == 0
                && let Some(word) = vocabulary.ends(state.node)
                && let Some((undone, whole)) = state.judge()
            {
                let from = state.from as usize;
                if state.gaps > 0 && state.letters == 3 && alone(&cells, from, at) {
                    continue;
                }
                let start = cells.get(from).map_or(end, |cell| cell.start);
                found.push(Found { place: start..end, word, undone, whole });
            }
        }
        let Some(cell) = cell else { break };
        let fresh = (!after_solid && cell.kind != Kind::Nothing).then(|| State::start(at as u32));
        for state in here.into_iter().chain(fresh) {
            if matches!(cell.kind, Kind::Nothing | Kind::Space | Kind::Sign)
                && let Some(next) = state.skip(cell)
            {
                put(&mut states, at + 1, next);
            }
            for edge in edges.get(cell.edges.clone()).unwrap_or_default() {
                if let Some(next) = state.read(edge, vocabulary) {
                    put(&mut states, at + edge.cells, next);
                }
                if state.letters > 0
                    && let Some(next) = state.repeat(edge)
                {
                    put(&mut states, at + edge.cells, next);
                }
            }
        }
        if cell.kind != Kind::Nothing {
            after_solid = solid(Some(cell));
        }
    }
    masked(vocabulary, &cells, stretch.end, found);
}

/// Whether single letters go on before or after: three letters of a longer row are an accident.
fn alone(cells: &[Cell], from: usize, to: usize) -> bool {
    let letter = |cell: &&Cell| cell.kind == Kind::Letter;
    let near = |cells: &mut dyn Iterator<Item = &Cell>| -> bool {
        let mut cells =
            cells.skip_while(|cell| matches!(cell.kind, Kind::Space | Kind::Sign | Kind::Nothing));
        let single = cells
            .next()
            .filter(letter)
            .is_some_and(|cell| !"aioeyuаиоувкся".contains(cell.character.to_ascii_lowercase()));
        single && !cells.next().is_some_and(|cell| cell.kind == Kind::Letter)
    };
    let reach = usize::from(MAX_GAP) * 2;
    near(&mut cells.iter().take(from).rev().take(reach)) || near(&mut cells.iter().skip(to).take(reach))
}

/// The characters of a stretch and the ways to read them.
fn read(text: &str, stretch: Range<usize>) -> (Vec<Cell>, Vec<Edge>) {
    let part = text.get(stretch.clone()).unwrap_or_default();
    let mut cells = Vec::with_capacity(part.len());
    let mut edges = Vec::with_capacity(part.len());
    for (inside, character) in part.char_indices() {
        let first = edges.len();
        let kind = ways(character, &mut edges);
        let rest = part.get(inside..).unwrap_or_default();
        built(rest, character, &mut edges);
        cells.push(Cell { start: stretch.start + inside, kind, character, edges: first..edges.len() });
    }
    (cells, edges)
}

fn ways(character: char, edges: &mut Vec<Edge>) -> Kind {
    let mut add = |look: &str, how: How| {
        let mut letters = ['\0'; 3];
        if look.chars().count() <= letters.len() {
            letters.iter_mut().zip(look.chars()).for_each(|(place, letter)| *place = letter);
            edges.push(Edge { letters, cells: 1, how, sign: character });
        }
    };
    if is_ignorable(character) {
        return Kind::Nothing;
    }
    if character.is_whitespace() {
        return Kind::Space;
    }
    let known = glyph(character);
    known.looks.iter().for_each(|look| add(look, How::Looks));
    if character.is_ascii() {
        let lower = character.to_ascii_lowercase();
        if lower.is_ascii_lowercase() {
            add(lower.encode_utf8(&mut [0; 4]), How::Own);
            return Kind::Letter;
        }
        let how = if character.is_ascii_digit() { How::Digit } else { How::Sign };
        stands_for(character).chars().for_each(|letter| add(letter.encode_utf8(&mut [0; 4]), how));
        return if how == How::Digit { Kind::Digit } else { Kind::Sign };
    }
    if is_combining_mark(character) {
        // A mark that is a letter of its script; the others fold away.
        let kept = fold(&format!("\u{915}{character}")).text().chars().count() > 1;
        if kept {
            add(character.encode_utf8(&mut [0; 4]), How::Own);
        }
        return Kind::Nothing;
    }
    let folded = fold(character.encode_utf8(&mut [0; 4]));
    let folded = folded.text();
    if !folded.is_empty() && folded.chars().all(|letter| letter.is_alphabetic() || is_combining_mark(letter))
    {
        let own = character.to_lowercase().eq(folded.chars());
        add(folded, if own { How::Own } else { How::Folded });
        return Kind::Letter;
    }
    if let Some(digit) = folded.chars().next().filter(|_| folded.chars().count() == 1) {
        let how = if digit.is_numeric() { How::Digit } else { How::Sign };
        stands_for(digit).chars().for_each(|letter| add(letter.encode_utf8(&mut [0; 4]), how));
        if digit.is_numeric() {
            return Kind::Digit;
        }
    }
    Kind::Sign
}

/// Letters built of several signs, at the start of a text.
fn built(rest: &str, character: char, edges: &mut Vec<Edge>) {
    if !matches!(
        character,
        '/' | '|' | '\\' | '(' | ')' | '[' | ']' | '}' | '>' | '`' | '1' | 'p' | 'P' | 'v' | 'V' | 'r' | 'R'
    ) {
        return;
    }
    for (signs, letter) in BUILT {
        let fits = rest.get(..signs.len()).is_some_and(|start| start.eq_ignore_ascii_case(signs));
        if fits && signs.len() <= LONGEST_BUILT {
            let how = if signs == "rn" { How::Looks } else { How::Sign };
            edges.push(Edge { letters: [letter, '\0', '\0'], cells: signs.len(), how, sign: '\u{1}' });
        }
    }
}

/// Words with letters masked: `f**k`, `m-rder`. A strong mask hides any letter, a weak one a vowel.
fn masked(vocabulary: &Vocabulary, cells: &[Cell], end: usize, found: &mut Vec<Found>) {
    let strong = |character: char| {
        matches!(
            character,
            '*' | '#'
                | '%'
                | '&'
                | '?'
                | '@'
                | '$'
                | '!'
                | '•'
                | '●'
                | '■'
                | '█'
                | '×'
                | '^'
                | '~'
                | '+'
                | '▒'
                | '░'
                | '◯'
                | '○'
                | '※'
        )
    };
    let weak = |character: char| {
        matches!(character, '-' | '_' | '.' | '–' | '—' | '·' | '=' | '…' | ',' | ':' | ';' | '/' | '|')
    };
    let fits = |cell: &Cell| match cell.kind {
        Kind::Letter => true,
        Kind::Sign => strong(cell.character) || weak(cell.character),
        _ => false,
    };
    let vowel = |letter: char| "aeiouyаеиоуыэюяієїαεηιουω".contains(letter);
    let spoken: Vec<&Cell> = cells.iter().filter(|cell| cell.kind != Kind::Nothing).collect();
    let mut at = 0;
    while let Some(rest) = spoken.get(at..).filter(|rest| !rest.is_empty()) {
        let run = rest.iter().take_while(|cell| fits(cell)).count();
        let before = at.checked_sub(1).and_then(|before| spoken.get(before));
        let stop = at + run;
        let after = spoken.get(stop);
        at = stop + 1;
        let mut word = rest.get(..run).unwrap_or_default();
        // Punctuation around the word.
        while let Some((first, inner)) = word.split_first().filter(|(first, _)| first.kind != Kind::Letter) {
            word = inner;
            let _ = first;
        }
        while let Some((last, inner)) = word.split_last().filter(|(last, _)| {
            last.kind == Kind::Sign && !matches!(last.character, '*' | '#' | '█' | '■' | '•')
        }) {
            word = inner;
            let _ = last;
        }
        let letter_of = |cell: &Cell| match cell.character.is_ascii() {
            true => Some(cell.character.to_ascii_lowercase()),
            false => fold(cell.character.encode_utf8(&mut [0; 4])).text().chars().next(),
        };
        let seen = word.iter().filter(|cell| cell.kind == Kind::Letter).count();
        let hidden = word.len() - seen;
        let inner = word.split_last().is_some_and(|(last, rest)| {
            last.kind == Kind::Letter || rest.last().is_some_and(|cell| cell.kind == Kind::Sign)
        });
        let digit = |cell: Option<&&Cell>| cell.is_some_and(|cell| cell.kind == Kind::Digit);
        let firm = word.iter().all(|cell| cell.kind == Kind::Letter || strong(cell.character));
        if hidden == 0
            || seen < 2
            || seen + 1 < hidden
            || word.len() > 24
            || !inner
            || digit(before)
            || digit(after)
            || (!firm && (word.len() < 4 || hidden > 2))
        {
            continue;
        }
        let Some(first) = word.first() else { continue };
        let Some(letter) = letter_of(first) else { continue };
        for id in vocabulary.masked(letter, word.len()) {
            let same = vocabulary.text(*id).chars().zip(word).all(|(letter, cell)| match cell.kind {
                Kind::Letter => letter_of(cell) == Some(letter),
                _ => strong(cell.character) || vowel(letter),
            });
            if same {
                let last = word.last().map_or(0, |cell| cell.start);
                let after = cells.partition_point(|cell| cell.start <= last);
                let to = cells.get(after).map_or(end, |cell| cell.start);
                found.push(Found { place: first.start..to, word: *id, undone: Undone::MASKED, whole: false });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String)> {
        let mut vocabulary = Vocabulary::default();
        for word in ["kill", "murder", "ass", "stupid", "hell", "crap", "убить"] {
            vocabulary.add(word);
        }
        vocabulary.seal();
        let mut found = Vec::new();
        undisguise(&vocabulary, text, 0..text.len(), &mut found);
        found
            .into_iter()
            .map(|found| (vocabulary.text(found.word).to_owned(), text[found.place].to_owned()))
            .collect()
    }

    #[test]
    fn disguises_are_seen_through() {
        for (text, word) in [
            ("k1ll", "kill"),
            ("k!11", "kill"),
            ("|<ill", "kill"),
            ("K.I.L.L", "kill"),
            ("k i l l", "kill"),
            ("k-i-l-l", "kill"),
            ("ki-ll", "kill"),
            ("kiiillll", "kill"),
            ("кill", "kill"),
            ("kіll", "kill"),
            ("mυrder", "murder"),
            ("🅺🅸🅻🅻", "kill"),
            ("m*rder", "murder"),
            ("m-rder", "murder"),
            ("k**l", "kill"),
            ("a$$", "ass"),
            ("$7up1d", "stupid"),
            ("5tup!d", "stupid"),
            ("ʞᴉll", "kill"),
            ("yбить", "убить"),
            ("у-б-и-т-ь", "убить"),
            ("k\u{200B}1ll", "kill"),
            ("/\\$$", "ass"),
            ("h3||", "hell"),
            ("k 1 l l", "kill"),
            ("🇰 🇮 🇱 🇱", "kill"),
            ("k🔥i🔥l🔥l", "kill"),
            ("₭ï₤₤", "kill"),
        ] {
            assert!(found(text).iter().any(|(known, _)| known == word), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn ordinary_text_is_not_taken_for_a_disguise() {
        for text in [
            "he'll",
            "455",
            "(rap)",
            "k1lls",
            "skill-set",
            "a55",
            "kil",
            "kiill",
            "he ll",
            "N A S S A",
            "ki ll",
            "k2ll",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
