//! The words of a folded text: what terms and phrases are looked up in.
//!
//! Every word stands between single spaces, and so does the whole: `" wire transfer "`. A term that
//! is written the same way matches at word boundaries and nowhere else, whatever white space or
//! punctuation stood between the words.
//!
//! A word is a run of letters, digits and the marks on them. Scripts that put no spaces between words
//! (Han, Hiragana, Thai, Lao, Khmer, Myanmar) have no boundary to look for: each of their characters
//! is a word of its own.

use unicode_normalization::char::is_combining_mark;

use super::span::View;

/// The words of a folded text, each between single spaces. Empty when there is no word.
pub fn words(folded: &str) -> View {
    let mut view = View::with_capacity(folded.len() + 2);
    // Where the separators before the next word start.
    let mut gap = 0;
    let mut at = 0;
    while let Some(rest) = folded.get(at..).filter(|rest| !rest.is_empty()) {
        let separators = length_while(rest, |character| !is_word_character(character));
        if separators > 0 {
            at += separators;
            continue;
        }
        let word = word_length(rest);
        view.push(' ', gap..at);
        view.push_in_step(rest.get(..word).unwrap_or_default(), at);
        at += word;
        gap = at;
    }
    if !view.text().is_empty() {
        view.push(' ', gap..at);
    }
    view
}

/// Whether a character is part of a word. The underscore is not: it dresses words up.
pub fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || (!character.is_ascii() && (character.is_alphanumeric() || is_combining_mark(character)))
}

/// Length of the word at the start of a text that starts with a word character.
fn word_length(rest: &str) -> usize {
    let mut characters = rest.chars();
    if characters.next().is_some_and(is_unspaced) {
        let base = rest.len() - characters.as_str().len();
        return base + length_while(characters.as_str(), is_combining_mark);
    }
    let letters = length_while(rest, |character| is_word_character(character) && !is_unspaced(character));
    letters.max(rest.len() - characters.as_str().len())
}

fn length_while(text: &str, holds: impl Fn(char) -> bool) -> usize {
    text.find(|character| !holds(character)).unwrap_or(text.len())
}

/// Whether a letter is of a script that is written without spaces between words.
pub fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{E01}'..='\u{E4E}' | '\u{E80}'..='\u{ECF}' | '\u{EDC}'..='\u{EDF}'
        | '\u{1000}'..='\u{103F}' | '\u{1050}'..='\u{108F}' | '\u{1780}'..='\u{17DD}'
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3041}'..='\u{309F}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFD}')
        && !is_combining_mark(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_between_single_spaces() {
        for (text, expected) in [
            ("wire transfer", " wire transfer "),
            ("...wire --\n transfer!", " wire transfer "),
            ("_wire_", " wire "),
            ("don't x9", " don t x9 "),
            ("", ""),
            (" .,!", ""),
        ] {
            assert_eq!(words(text).text(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_script_without_spaces_has_a_boundary_at_every_character() {
        assert_eq!(words("我要杀人kill").text(), " 我 要 杀 人 kill ");
        assert_eq!(words("ころす").text(), " こ ろ す ");
        // A Thai consonant keeps the tone above it.
        assert_eq!(words("ฆ\u{e48}า").text(), " ฆ\u{e48} า ");
        // Katakana and Hangul are written in words.
        assert_eq!(words("ステロイド 살인을").text(), " ステロイド 살인을 ");
        // An Indic vowel sign belongs to its word.
        assert_eq!(words("हिंसा करो").text(), " हिंसा करो ");
    }

    #[test]
    fn a_word_leads_back_to_its_place() {
        let view = words("...wire --\n transfer!");
        let wire = view.text().find("wire").unwrap();
        assert_eq!(view.source(wire..wire + 4), 3..7);
        let both = 1..view.text().len() - 1;
        assert_eq!(view.source(both), 3..20);
    }
}
