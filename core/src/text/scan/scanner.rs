//! The pass itself: what is open while a text is read, and what it leaves behind when it ends.

mod ascii;

use super::super::hash::{hash, hash_at};
use super::super::letters::{LATIN, Scripts, glyph, looks_latin};
use super::class::{APOSTROPHE, BUILDING, DIGIT, EDGE, LETTER, LINE, SPACE, class};
use super::{Scan, Word, is_han, is_stop};

/// Most bytes between two single letters that belong together.
const MAX_GAP: usize = 24;

/// The word that is being read.
#[derive(Debug, Clone, Copy)]
struct Reading {
    start: usize,
    characters: u32,
    /// Letters and digits, as classes.
    kinds: u8,
    scripts: Scripts,
    previous: u32,
    run: u32,
    odd: bool,
    /// All letters look Latin, and none is.
    looks: bool,
    unspaced: bool,
}

/// What stands between white space.
#[derive(Debug, Clone, Copy, Default)]
struct Chunk {
    start: usize,
    words: u32,
    letters: bool,
    /// A sign, other than an apostrophe, stands after the last word.
    apart: bool,
    suspect: bool,
    /// How many signs letters are built of, and whether they differ.
    building: u32,
    differ: bool,
    /// Unspaced letters that all look Latin.
    looks: u32,
    unspaced: u32,
}

/// What has been read of a text, and what is still open.
pub struct Scanner<'t, F> {
    filter: F,
    text: &'t str,
    found: Scan,
    word: Option<Reading>,
    chunk: Option<Chunk>,
    /// The last word, and whether it has letters.
    last: (usize, usize),
    last_letters: bool,
    /// The single letters in a row: where each starts and ends.
    singles: Vec<(usize, usize)>,
    /// Only a line end, with or without a hyphen, stands after the last word.
    line_end: bool,
    /// The last word, if it may be Latin written with other letters: the next one tells.
    whole: Option<usize>,
    /// The last sign.
    sign: u8,
}

impl<'t, F: Fn(u64) -> bool> Scanner<'t, F> {
    pub fn new(text: &'t str, filter: F) -> Self {
        Scanner {
            filter,
            text,
            found: Scan::default(),
            word: None,
            chunk: None,
            last: (0, 0),
            last_letters: false,
            singles: Vec::new(),
            line_end: false,
            whole: None,
            sign: 0,
        }
    }

    /// Any text, a character at a time.
    pub fn mixed(&mut self) {
        let mut characters = self.text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match u8::try_from(character) {
                Ok(byte) if byte < 128 => self.ascii(at, byte),
                _ if is_han(character) => match characters.peek() {
                    // What a mark could still belong to is read as any other letter.
                    Some((end, next)) if next.is_ascii() || is_han(*next) || is_stop(*next) => {
                        self.han(at, *end, character);
                    }
                    _ => self.other(at, character),
                },
                _ => self.other(at, character),
            }
        }
    }

    /// Which word of the text the last one is.
    fn index(&self) -> usize {
        self.found.starts.len().saturating_sub(1)
    }

    /// Keeps a word that the filter lets pass.
    #[inline]
    fn keep(&mut self, bytes: &[u8], start: usize, end: usize) {
        let hash = hash_at(bytes, start, end);
        if (self.filter)(hash) {
            self.found.words.push(Word { start, end, hash, index: self.index(), broken: false });
        }
    }

    /// A Han character that no mark follows: a word of its own.
    #[inline]
    fn han(&mut self, at: usize, end: usize, character: char) {
        self.end_word(at);
        let chunk = self.open_chunk(at);
        chunk.words += 1;
        chunk.letters = true;
        chunk.unspaced += 1;
        chunk.looks += u32::from(looks_latin(character));
        self.keep(self.text.as_bytes(), at, end);
        if self.line_end {
            self.broken(at, end);
            self.line_end = false;
        }
        if !self.singles.is_empty() {
            self.end_singles();
        }
        self.whole = None;
        self.last = (at, end);
        self.last_letters = true;
    }

    #[inline]
    fn ascii(&mut self, at: usize, byte: u8) {
        let class = class(byte);
        if class & (LETTER | DIGIT) != 0 {
            let lower = byte | 0x20;
            if self.word.as_ref().is_some_and(|word| word.unspaced) {
                self.end_word(at);
            }
            let Some(word) = &mut self.word else { return self.start_ascii(at, byte, class) };
            word.characters += 1;
            word.kinds |= class;
            if word.previous == u32::from(lower) {
                word.run += 1;
                word.odd |= word.run >= 3;
            } else {
                word.run = 1;
                word.previous = u32::from(lower);
            }
            if word.scripts == 0 && class == LETTER {
                word.scripts = LATIN;
            }
            word.odd |= word.scripts > LATIN && class == LETTER;
        } else {
            self.end_word(at);
            if class & SPACE != 0 { self.space(at, class) } else { self.sign(at, byte, class) }
        }
    }

    fn start_ascii(&mut self, at: usize, byte: u8, class: u8) {
        let lower = byte | 0x20;
        self.open_word(at, u32::from(lower), class);
        if let Some(word) = &mut self.word {
            word.scripts = if class == LETTER { LATIN } else { 0 };
        }
    }

    fn other(&mut self, at: usize, character: char) {
        let known = glyph(character);
        let mark = known.mark;
        if self.word.as_ref().is_some_and(|word| word.unspaced) && !mark {
            self.end_word(at);
        }
        if !known.word {
            self.end_word(at);
            if character.is_whitespace() {
                return self.space(
                    at,
                    if matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}') { LINE } else { 0 },
                );
            }
            if is_stop(character) {
                self.end_chunk(at);
                self.line_end = false;
                return;
            }
            self.sign(at, 0, if matches!(character, '\u{2018}' | '\u{2019}') { APOSTROPHE } else { 0 });
            if let Some(chunk) = &mut self.chunk {
                chunk.suspect |= !known.looks.is_empty();
                chunk.letters |= !known.looks.is_empty();
            }
            return;
        }
        let unspaced = known.unspaced;
        if unspaced {
            self.end_word(at);
        }
        if self.word.is_none() {
            self.open_word(at, u32::from(character), LETTER);
        }
        let looks = known.latin;
        if let Some(word) = &mut self.word {
            if at > word.start {
                word.characters += u32::from(!mark);
                word.run = if word.previous == u32::from(character) { word.run + 1 } else { 1 };
                word.previous = u32::from(character);
                word.kinds |= LETTER;
            }
            word.odd |= word.run >= 3 || (known.script <= LATIN && looks);
            word.scripts |= known.script;
            word.looks &= known.twin && known.script > LATIN;
            word.unspaced = unspaced;
        }
        if let Some(chunk) = self.chunk.as_mut().filter(|_| unspaced) {
            chunk.unspaced += 1;
            chunk.looks += u32::from(looks);
        }
    }

    /// The chunk that a word begins in.
    #[inline]
    fn open_chunk(&mut self, at: usize) -> &mut Chunk {
        let edge = self.sign != 0 && at > 0;
        self.sign = 0;
        self.found.starts.push(u32::try_from(at).unwrap_or(u32::MAX));
        let chunk = self.chunk.get_or_insert(Chunk { start: at, ..Chunk::default() });
        chunk.suspect |= edge || chunk.words > 0 && chunk.apart;
        chunk.apart = false;
        chunk
    }

    fn open_word(&mut self, at: usize, first: u32, kind: u8) {
        self.open_chunk(at);
        self.word = Some(Reading {
            start: at,
            characters: 1,
            kinds: kind,
            scripts: 0,
            previous: first,
            run: 1,
            odd: false,
            looks: true,
            unspaced: false,
        });
    }

    #[inline]
    fn end_word(&mut self, at: usize) {
        let Some(word) = self.word.take() else { return };
        self.keep(self.text.as_bytes(), word.start, at);
        if self.line_end {
            self.broken(word.start, at);
        }
        let letters = word.kinds & LETTER != 0;
        let mixed = word.kinds == LETTER | DIGIT || word.scripts.count_ones() > 1;
        let whole = word.looks && word.scripts > LATIN && !word.unspaced && word.characters > 1;
        self.whole = whole.then_some(word.start);
        if let Some(chunk) = &mut self.chunk {
            chunk.words += 1;
            chunk.letters |= letters;
            chunk.suspect |= letters && (mixed || word.odd || whole);
        }
        if word.characters == 1 && !word.unspaced {
            if self.singles.last().is_some_and(|(_, end)| word.start - end > MAX_GAP) {
                self.end_singles();
            }
            self.singles.push((word.start, at));
        } else if !self.singles.is_empty() {
            self.end_singles();
        }
        self.last = (word.start, at);
        self.last_letters = letters;
        self.line_end = false;
    }

    /// A word that a line end splits: the last one and this one.
    fn broken(&mut self, start: usize, end: usize) {
        let (first, first_end) = self.last;
        let second = self.text.get(start..end).unwrap_or_default();
        // Two short words in a row are far more often that than one long word in two parts.
        let hyphen = self.text.get(first_end..).is_some_and(|rest| rest.starts_with('-'));
        let enough = hyphen || second.len() + (first_end - first) >= 5;
        if !self.last_letters || !enough {
            return;
        }
        let hash = hash(&format!("{}{second}", self.text.get(first..first_end).unwrap_or_default()));
        if (self.filter)(hash) {
            self.found.words.push(Word {
                start: first,
                end,
                hash,
                index: self.index().saturating_sub(1),
                broken: true,
            });
        }
    }

    fn sign(&mut self, at: usize, byte: u8, class: u8) {
        let after = self.chunk.is_some() && self.last.1 == at;
        let chunk = self.chunk.get_or_insert(Chunk { start: at, ..Chunk::default() });
        chunk.apart |= class & APOSTROPHE == 0;
        chunk.suspect |= after && class & EDGE != 0 && chunk.letters;
        if class & BUILDING != 0 {
            chunk.differ |= chunk.building > 0 && self.sign != byte;
            chunk.building += 1;
        }
        self.line_end = false;
        self.sign = if class & EDGE != 0 || byte == b'!' { byte } else { 0 };
    }

    fn space(&mut self, at: usize, class: u8) {
        let directly =
            self.last.1 == at || self.last.1 + 1 == at && self.text.get(self.last.1..at) == Some("-");
        self.end_chunk(at);
        self.line_end |= class & LINE != 0 && directly && !self.found.starts.is_empty();
    }

    fn end_chunk(&mut self, at: usize) {
        self.sign = 0;
        let Some(chunk) = self.chunk.take() else { return };
        let built = chunk.words == 0 && chunk.building >= 3 && chunk.differ;
        let whole = chunk.unspaced >= 2 && chunk.looks == chunk.unspaced;
        if chunk.suspect && chunk.letters || built || whole {
            self.found.regions.push((chunk.start, at));
        }
    }

    fn end_singles(&mut self) {
        if let (Some(first), Some(last)) = (self.singles.first(), self.singles.last())
            && self.singles.len() >= 3
        {
            self.found.regions.push((first.0, last.1));
        }
        self.singles.clear();
    }

    pub fn finish(mut self, longest: usize) -> Scan {
        let end = self.text.len();
        let mut open = self.chunk.map_or(end, |chunk| chunk.start);
        // A word in progress may be a single letter, go on over the line, or be in another script.
        let singles = self.singles.len();
        if let Some((start, _)) = self.singles.get(singles.saturating_sub(longest.max(3))) {
            open = open.min(*start);
        }
        if self.line_end {
            open = open.min(self.last.0);
        }
        open = self.whole.map_or(open, |start| open.min(start));
        self.end_word(end);
        self.end_singles();
        self.end_chunk(end);
        self.found.open = open;
        self.found.regions.sort_unstable();
        self.found.regions.dedup_by(|next, kept| {
            let over = next.0 <= kept.1;
            if over {
                kept.1 = kept.1.max(next.1);
            }
            over
        });
        self.found
    }
}
