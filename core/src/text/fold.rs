//! The folded view: one way to write what can be written in many ways.
//!
//! Folding follows NFKC_Casefold (Unicode Standard, section 3.13; UAX #15) and goes further: case is
//! folded through upper and back to lower case (so that the dotless `ı` meets `i`), and what a voice
//! does not speak is dropped: default ignorable characters (soft hyphen, zero width, bidi controls,
//! variation selectors, tags, fillers), control characters, and the marks that are accents.
//!
//! Marks that are letters in their script (Indic vowel signs and viramas, Thai vowels and tones, kana
//! voicing) stay, unless somebody put them on a Latin, Greek or Cyrillic letter.
//!
//! Plain ASCII, and ASCII inside other text, is copied in runs: no allocation and no table look-up
//! per character.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{
    canonical_combining_class, compose, decompose_canonical, decompose_compatible, is_combining_mark,
};

use super::span::View;

/// The folded view of a text. Linear in the text, and at most 18 characters out for one in (U+FDFA).
pub fn fold(source: &str) -> View {
    let mut folder = Folder {
        view: View::with_capacity(source.len()),
        cluster: Vec::new(),
        source: 0..0,
        decomposed: Vec::new(),
        folded: Vec::new(),
    };
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let run = rest.bytes().take_while(|byte| is_spoken_ascii(*byte)).count();
        if run > 0 {
            folder.ascii(rest.get(..run).unwrap_or_default(), at);
            at += run;
        } else if let Some(character) = rest.chars().next() {
            let own = rest.chars().take_while(|character| stays(*character)).count() * HAN_BYTES;
            if own > 0 {
                folder.run(rest.get(..own).unwrap_or_default(), at);
                at += own;
                continue;
            }
            let end = at + character.len_utf8();
            folder.character(character, at..end);
            at = end;
        }
    }
    folder.finish_cluster();
    folder.view
}

/// Whether a voice passes over the character: it is dropped wherever it stands.
///
/// The Unicode property Default_Ignorable_Code_Point (DerivedCoreProperties.txt, 16.0), interlinear
/// annotation marks, the kashida that only stretches Arabic words, and the control characters that are not white space.
pub fn is_ignorable(character: char) -> bool {
    match character {
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{640}'
        | '\u{115F}'..='\u{1160}'
        | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => character.is_control() && !character.is_whitespace(),
    }
}

/// Length of a character that [`stays`].
const HAN_BYTES: usize = 3;

/// Whether a character is one of the Han characters that fold to themselves, whatever stands before them: most of a
/// Chinese text, which is copied in runs.
fn stays(character: char) -> bool {
    matches!(character, '\u{4E00}'..='\u{9FEF}' | '\u{3001}'..='\u{3002}')
}

/// What a character folds to, for the bulk of Han, Cyrillic, Greek and Arabic text: characters that do not compose
/// with what stands before them.
fn simple(character: char) -> Option<char> {
    match character {
        character if stays(character) => Some(character),
        '\u{628}'..='\u{63A}' | '\u{641}'..='\u{64A}' => Some(character),
        // Full width: the punctuation of Chinese and Japanese.
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(character) - 0xFEE0).map(|narrow| narrow.to_ascii_lowercase())
        }
        '\u{430}'..='\u{438}' | '\u{43A}'..='\u{44F}' | '\u{3B1}'..='\u{3C1}' | '\u{3C3}'..='\u{3C9}' => {
            Some(character)
        }
        '\u{410}'..='\u{418}' | '\u{41A}'..='\u{42F}' => char::from_u32(u32::from(character) + 0x20),
        _ => None,
    }
}

/// Whether folding a text changes nothing but case.
pub fn is_plain_ascii(text: &str) -> bool {
    // Pieces without an early end are compared many bytes at a time.
    text.as_bytes()
        .chunks(64)
        .all(|piece| piece.iter().fold(true, |plain, byte| plain & is_spoken_ascii(*byte)))
}

fn is_spoken_ascii(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t'..=b'\r')
}

/// Folds character by character. What is not final yet is a cluster: a base and the marks on it.
struct Folder {
    view: View,
    /// The base and the marks that stay, decomposed; empty before the first base.
    cluster: Vec<char>,
    /// What of the source the cluster came from, dropped accents included.
    source: Range<usize>,
    decomposed: Vec<char>,
    folded: Vec<char>,
}

impl Folder {
    /// A run of ASCII. Its last character waits as a cluster: a mark may follow.
    fn ascii(&mut self, run: &str, at: usize) {
        self.finish_cluster();
        let mut characters = run.chars();
        if let Some(last) = characters.next_back() {
            let head = characters.as_str();
            self.view.push_ascii_lower(head, at);
            self.cluster.push(last.to_ascii_lowercase());
            self.source = at + head.len()..at + run.len();
        }
    }

    /// A run of characters that fold to themselves. The last one waits, as that of a run of ASCII does.
    fn run(&mut self, run: &str, at: usize) {
        self.finish_cluster();
        let mut characters = run.chars();
        if let Some(last) = characters.next_back() {
            let head = characters.as_str();
            self.view.push_in_step(head, at);
            self.cluster.push(last);
            self.source = at + head.len()..at + run.len();
        }
    }

    fn character(&mut self, character: char, source: Range<usize>) {
        if let Some(simple) = simple(character) {
            self.finish_cluster();
            self.cluster.push(simple);
            self.source = source;
            return;
        }
        if is_ignorable(character) {
            return;
        }
        let mut folded = std::mem::take(&mut self.folded);
        let decomposed = &mut self.decomposed;
        decomposed.clear();
        decompose_compatible(character, |part| decomposed.push(part));
        folded.clear();
        for part in decomposed.iter() {
            // The one mark that has a case is the Greek iota below, which nobody speaks: its upper
            // case would be a letter.
            if is_combining_mark(*part) {
                folded.push(*part);
            } else {
                fold_case(*part).for_each(|part| decompose_canonical(part, |part| folded.push(part)));
            }
        }
        for part in folded.iter().filter(|part| !is_ignorable(**part)) {
            self.part(*part, &source);
        }
        self.folded = folded;
    }

    fn part(&mut self, part: char, source: &Range<usize>) {
        if is_combining_mark(part) {
            // A mark before the first base is on nothing.
            if let Some(base) = self.cluster.first() {
                self.source.end = source.end;
                if !is_accent(part, *base) {
                    self.cluster.push(part);
                }
            }
            return;
        }
        // Two bases may be one character: the parts of a Hangul syllable.
        let whole = match self.cluster.as_slice() {
            [base] => compose(*base, part),
            _ => None,
        };
        if let Some(whole) = whole {
            self.cluster.clear();
            self.cluster.push(whole);
            self.source.end = source.end;
        } else {
            self.finish_cluster();
            self.cluster.push(part);
            self.source = source.clone();
        }
    }

    /// Writes the cluster in canonical order and composed (UAX #15, sections 3 and 6).
    fn finish_cluster(&mut self) {
        match self.cluster.as_slice() {
            [] => {}
            [base] => self.view.push(*base, self.source.clone()),
            parts => {
                for part in parts.iter().copied().nfc() {
                    self.view.push_from(part, self.source.clone());
                }
            }
        }
        self.cluster.clear();
    }
}

/// Lower, upper, lower: full case folding, with `ẞ`, `ß` and `ss` one, and `ı` as `i`.
fn fold_case(character: char) -> impl Iterator<Item = char> {
    character.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// Whether a mark is an accent, which is dropped, and not a letter of its script.
fn is_accent(mark: char, base: char) -> bool {
    let enclosing = matches!(mark,
        '\u{488}'..='\u{489}' | '\u{1ABE}' | '\u{20DD}'..='\u{20E0}' | '\u{20E2}'..='\u{20E4}' | '\u{A670}'..='\u{A672}');
    // Latin, Greek, Cyrillic, Armenian, and everything that is not a letter before them.
    let european = base < '\u{590}';
    // Overlays; Hebrew, Arabic and Syriac points; whatever is written above or below.
    enclosing || european || matches!(canonical_combining_class(mark), 1 | 10..=36 | 200..=240)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_of_one_word_fold_to_one_word() {
        for disguise in [
            "Password",
            "ｐａｓｓｗｏｒｄ",
            "𝗽𝗮𝘀𝘀𝘄𝗼𝗿𝗱",
            "pass\u{AD}word",
            "p\u{200B}a\u{200C}s\u{200D}s\u{2060}w\u{FEFF}ord",
            "\u{202E}password\u{202C}",
            "pa\u{FE0F}ss\u{E0077}word",
            "p\u{301}a\u{308}\u{323}ssword",
            "päßwörd",
            "paſſword",
            "ⓟⓐⓢⓢⓦⓞⓡⓓ",
        ] {
            assert_eq!(fold(disguise).text(), "password", "{disguise:?}");
        }
    }

    #[test]
    fn full_case_folding_and_compatibility() {
        for (text, folded) in [
            ("STRASSE Straße STRAẞE", "strasse strasse strasse"),
            ("ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ σισυφοσ"),
            ("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
            ("ﬁne ½ ㎏ №", "fine 1⁄2 kg no"),
            ("ЁЛКА", "елка"),
            ("ᾠδή ᾨδή", "ωδη ωδη"),
        ] {
            assert_eq!(fold(text).text(), folded, "{text:?}");
        }
    }

    #[test]
    fn what_is_taken_for_simple_folds_as_by_the_tables() {
        for character in (0..0x1_0000).filter_map(char::from_u32) {
            if let Some(folded) = simple(character) {
                let by_tables: String = character.nfkd().flat_map(fold_case).collect();
                assert_eq!(by_tables, folded.to_string(), "{character:?}");
                assert!(!is_ignorable(character) && !is_combining_mark(character));
            }
        }
    }

    #[test]
    fn marks_that_are_letters_stay() {
        for text in ["हिंसा", "ฆ่า", "ガギグ", "살인"] {
            let composed: String = text.nfc().collect();
            assert_eq!(fold(text).text(), composed, "{text:?}");
        }
        assert_eq!(fold("ｶﾞ").text(), "ガ");
        assert_eq!(fold("ki\u{94D}ll\u{E48}").text(), "kill", "on Latin letters they are disguise");
        // The Arabic and Hebrew points that readers leave out.
        assert_eq!(fold("قَتَلَ").text(), "قتل");
        assert_eq!(fold("שָׁלוֹם").text(), "שלום");
    }

    #[test]
    fn a_folded_character_leads_back_to_whole_characters() {
        let text = "aﬁ½é\u{301}\u{AD}z";
        let view = fold(text);
        assert_eq!(view.text(), "afi1⁄2ez");
        let slice = |part: &str| {
            let at = view.text().find(part).unwrap();
            &text[view.source(at..at + part.len())]
        };
        assert_eq!(slice("f"), "ﬁ");
        assert_eq!(slice("⁄2"), "½");
        assert_eq!(slice("e"), "é\u{301}", "the accent with its letter, what is ignored without");
        assert_eq!(slice("ez"), "é\u{301}\u{AD}z");
    }

    #[test]
    fn ascii_is_one_piece_and_keeps_its_length() {
        let view = fold("The Quick\tbrown\nFOX, 123.");
        assert_eq!((view.text(), view.pieces()), ("the quick\tbrown\nfox, 123.", 1));
        assert_eq!(fold("a\u{0}b\u{7F}c\u{85}").text(), "abc\u{85}");
        assert_eq!(fold("").text(), "");
    }
}
