//! Text that is all ASCII, which most text is: read in blocks, with a way past everything for ordinary words.

use super::Scanner;
use crate::text::block::{Block, Edge};
use crate::text::letters::LATIN;
use crate::text::scan::class::{EDGE, LETTER, SPACE, class};

impl<F: Fn(u64) -> bool> Scanner<'_, F> {
    /// A text that is all ASCII, 64 bytes at a time: where words begin and end is read off a row of bits.
    pub fn all_ascii(&mut self, bytes: &[u8]) {
        self.found.starts.reserve(bytes.len() / 5);
        let (mut start, mut gap) = (None, 0);
        let (mut before, mut clean) = (Edge::default(), true);
        for (index, block) in bytes.chunks(Block::BYTES).enumerate() {
            let block = Block::new(block, &mut before);
            clean &= block.plain;
            let mut edges = block.edges;
            while edges != 0 {
                let at = index * Block::BYTES + edges.trailing_zeros() as usize;
                edges &= edges - 1;
                // The end of the text is no end of a word: it may go on.
                if at >= bytes.len() {
                    break;
                }
                if let Some(start) = start.take() {
                    self.ascii_word(bytes, start, at, clean);
                    gap = at;
                } else {
                    self.gap(bytes, gap, at);
                    clean = block.plain;
                    start = Some(at);
                }
            }
        }
        match start {
            Some(start) => self.open_ascii(bytes, start, bytes.len()),
            None => self.gap(bytes, gap, bytes.len()),
        }
    }

    /// What stands between two words.
    #[inline]
    fn gap(&mut self, bytes: &[u8], from: usize, to: usize) {
        let gap = bytes.get(from..to).unwrap_or_default();
        match gap {
            b" " => return self.end_chunk(from),
            // Punctuation after a word, which may begin a line of its own no more.
            [sign, b' '] if class(*sign) & (EDGE | SPACE) == 0 => {
                self.line_end = false;
                return self.end_chunk(from + 1);
            }
            _ => {}
        }
        for (at, byte) in (from..).zip(gap) {
            let class = class(*byte);
            if class & SPACE != 0 { self.space(at, class) } else { self.sign(at, *byte, class) }
        }
    }

    /// A word of ASCII letters and digits. Of a plain one, all are letters, and none stands three times in a row.
    #[inline]
    fn ascii_word(&mut self, bytes: &[u8], start: usize, end: usize, plain: bool) {
        let alone = self.chunk.is_none() && !self.line_end;
        let ends = match bytes.get(end..).unwrap_or_default() {
            [b' ', ..] => true,
            [sign, b' ', ..] => class(*sign) & (EDGE | SPACE) == 0,
            _ => false,
        };
        if !(plain && alone && end > start + 1 && ends) {
            self.open_ascii(bytes, start, end);
            return self.end_word(end);
        }
        // An ordinary word between spaces, with or without punctuation after it, leaves nothing behind.
        if !self.singles.is_empty() {
            self.end_singles();
        }
        self.found.starts.push(u32::try_from(start).unwrap_or(u32::MAX));
        self.keep(bytes, start, end);
        self.whole = None;
        self.last = (start, end);
        self.last_letters = true;
    }

    /// Reads a word of ASCII letters and digits, and leaves it open.
    fn open_ascii(&mut self, bytes: &[u8], start: usize, end: usize) {
        let word = bytes.get(start..end).unwrap_or_default();
        let (mut kinds, mut previous, mut run, mut long) = (0, 0, 0u32, false);
        for byte in word {
            let lower = byte | 0x20;
            kinds |= class(*byte);
            run = if lower == previous { run + 1 } else { 1 };
            long |= run >= 3;
            previous = lower;
        }
        self.open_word(start, u32::from(previous), kinds);
        if let Some(open) = &mut self.word {
            open.characters = u32::try_from(word.len()).unwrap_or(u32::MAX);
            open.scripts = if kinds & LETTER != 0 { LATIN } else { 0 };
            open.odd = long;
            open.looks = false;
        }
    }
}
