//! One pass over a folded text: its words, and the stretches that look disguised.
//!
//! Ordinary prose costs a few instructions a byte and leaves next to nothing behind: the words that a
//! filter lets pass (those that some rule may name). Everything that is dear, undoing disguise above all, is
//! done on the *regions* alone: stretches that no ordinary sentence has, such as letters mixed with signs or
//! digits, scripts mixed in a word, a letter three times in a row, or single letters in a row.

mod class;
mod scanner;

use self::scanner::Scanner;

/// A word that the filter let pass. Offsets are in bytes of the scanned text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// First byte.
    pub start: usize,
    /// Byte after it.
    pub end: usize,
    /// Hash of its letters.
    pub hash: u64,
    /// Which word of the text it is, or begins with.
    pub index: usize,
    /// Whether a line end splits it.
    pub broken: bool,
}

/// What a pass found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Words that the filter let pass, in order.
    pub words: Vec<Word>,
    /// Where each word of the text starts.
    pub starts: Vec<u32>,
    /// Stretches that look disguised, in order and apart.
    pub regions: Vec<(usize, usize)>,
    /// From here on a continuation of the text may change what is found.
    pub open: usize,
}

/// Whether a character is one of the Han characters in common use, each of which is a word.
fn is_han(character: char) -> bool {
    matches!(character, '\u{4E00}'..='\u{9FEF}')
}

/// The words and regions of a folded text. `filter` says of a hash whether the word is worth keeping;
/// `longest` is the length of the longest term in letters.
pub fn scan(text: &str, filter: impl Fn(u64) -> bool, longest: usize) -> Scan {
    let mut scanner = Scanner::new(text, filter);
    if text.is_ascii() {
        scanner.all_ascii(text.as_bytes())
    } else {
        scanner.mixed()
    }
    scanner.finish(longest)
}

/// Punctuation of scripts without spaces: what it parts are no neighbours.
pub fn is_stop(character: char) -> bool {
    matches!(
        character,
        '。' | '，'
            | '、'
            | '！'
            | '？'
            | '；'
            | '：'
            | '「'
            | '」'
            | '『'
            | '』'
            | '（'
            | '）'
            | '《'
            | '》'
            | '…'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hash::hash;

    fn regions(text: &str) -> Vec<&str> {
        scan(text, |_| true, 8).regions.into_iter().map(|(start, end)| &text[start..end]).collect()
    }

    #[test]
    fn ordinary_sentences_have_no_region() {
        for text in [
            "it's a quiet morning, isn't it? yes: (very) quiet!",
            "она сказала: «да», и ушла.",
            "他说：今天天气很好。",
            "\"well,\" he said, \"no.\"",
        ] {
            assert_eq!(regions(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn what_looks_disguised_is_a_region() {
        for (text, region) in [
            ("go k1ll now", "k1ll"),
            ("go k i l l now", "k i l l"),
            ("go k.i.l.l now", "k.i.l.l"),
            ("go ki-ll now", "ki-ll"),
            ("go kiiill now", "kiiill"),
            ("go кill now", "кill"),
            ("go $tupid now", "$tupid"),
            ("go |<!|_ now", "|<!|_"),
            ("go f**k now", "f**k"),
        ] {
            assert_eq!(regions(text), [region], "{text}");
        }
    }

    #[test]
    fn a_text_of_ascii_is_read_as_any_other_would_be() {
        let parts = [
            "kill",
            "k",
            "a",
            " ",
            " ",
            " ",
            ".",
            "-",
            "\n",
            "\r\n",
            "-\n",
            "1",
            "ooo",
            "Mur",
            "der",
            "$",
            "|",
            "'",
            "!",
            "_",
            "averyverylongwordindeed",
            ", ",
            ". ",
            "! ",
            "+ ",
            "' ",
            " then ",
        ];
        let mut state = 0x9E37_79B9_u64;
        let mut next = |end: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % end as u64) as usize
        };
        for _ in 0..3000 {
            let text: String = (0..next(60)).map(|_| parts[next(parts.len())]).collect();
            let filter = |hash: u64| hash.is_multiple_of(3);
            let mut slow = Scanner::new(&text, filter);
            slow.mixed();
            let (fast, slow) = (scan(&text, filter, 8), slow.finish(8));
            assert_eq!((fast.words, fast.starts), (slow.words, slow.starts), "{text:?}");
            assert_eq!((fast.regions, fast.open), (slow.regions, slow.open), "{text:?}");
        }
    }

    #[test]
    fn words_are_told_apart_and_joined_over_line_ends() {
        let found = scan("one mur\nder two", |_| true, 8);
        assert_eq!(found.starts, [0, 4, 8, 12]);
        assert!(found.words.iter().any(|word| word.broken && word.index == 1 && word.hash == hash("murder")));
        assert!(found.words.iter().all(|word| found.starts[word.index] as usize == word.start));
    }
}
