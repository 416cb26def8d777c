//! What a character may be read as: the letters that look like it, and the signs that stand for letters.
//!
//! Two sources that fail on different characters are used together: the prototypes of Unicode's
//! confusables (UTS 39, `unicode-security`) and the readings of `decancer`. A third, small list is
//! ours: signs for letters ("leet"), letters turned upside down, and the Cyrillic and Greek letters that
//! Latin ones pass for.
//!
//! A page of 256 characters is worked out when one of them is first met, and kept.

use std::sync::OnceLock;

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};
use unicode_security::confusable_detection::skeleton;

use super::fold::{fold, is_ignorable};
use super::words::{is_unspaced, is_word_character};

/// The scripts of a word, as bits: more than one in a word is a mixture.
pub type Scripts = u8;
/// Latin.
pub const LATIN: Scripts = 1;
/// Every script that has no bit of its own.
pub const OTHER: Scripts = 64;

/// What is known of a character.
#[derive(Debug, Default)]
pub struct Glyph {
    /// Its script; none for digits, signs and marks.
    pub script: Scripts,
    /// Whether it is part of a word, a mark, and of a script without spaces.
    pub word: bool,
    /// A combining mark.
    pub mark: bool,
    /// Of a script that is written without spaces.
    pub unspaced: bool,
    /// Whether it looks like Latin letters.
    pub latin: bool,
    /// Whether it is Latin's twin: Unicode's confusables take it for one Latin letter.
    pub twin: bool,
    /// Letters that it looks like, folded, and other than itself.
    pub looks: Vec<Box<str>>,
}

const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;
static TABLE: [OnceLock<Page>; PAGES] = [const { OnceLock::new() }; PAGES];
static NOTHING: Glyph = Glyph {
    script: 0,
    word: false,
    mark: false,
    unspaced: false,
    latin: false,
    twin: false,
    looks: Vec::new(),
};

/// What is known of 256 characters in a row.
struct Page {
    glyphs: Box<[Glyph]>,
    /// A bit for each: whether it looks like Latin letters.
    latin: [u64; PAGE / 64],
}

fn page(character: char) -> Option<&'static Page> {
    let number = character as usize / PAGE;
    TABLE.get(number).map(|page| page.get_or_init(|| work_out(number)))
}

/// What is known of a character.
pub fn glyph(character: char) -> &'static Glyph {
    page(character).and_then(|page| page.glyphs.get(character as usize % PAGE)).unwrap_or(&NOTHING)
}

/// Whether a character looks like Latin letters: [`Glyph::latin`], for text whose glyphs are too many to stay in a cache.
pub fn looks_latin(character: char) -> bool {
    let place = character as usize % PAGE;
    page(character)
        .and_then(|page| page.latin.get(place / 64))
        .is_some_and(|bits| bits >> (place % 64) & 1 == 1)
}

fn work_out(page: usize) -> Page {
    let code = |place: usize| u32::try_from(page * PAGE + place).ok().and_then(char::from_u32);
    let known = |character: char| {
        let mut glyph = describe(character);
        glyph.word = is_word_character(character);
        glyph.mark = is_combining_mark(character);
        glyph.unspaced = is_unspaced(character);
        glyph.latin = glyph.looks.iter().any(|look| look.bytes().all(|byte| byte.is_ascii_lowercase()));
        glyph
    };
    let glyphs: Box<[Glyph]> = (0..PAGE).map(|place| code(place).map(known).unwrap_or_default()).collect();
    let mut latin = [0; PAGE / 64];
    for (bits, glyphs) in latin.iter_mut().zip(glyphs.chunks(64)) {
        *bits = glyphs.iter().rev().fold(0, |bits, glyph| bits << 1 | u64::from(glyph.latin));
    }
    Page { glyphs, latin }
}

fn describe(character: char) -> Glyph {
    if is_ignorable(character) || character.is_whitespace() || character.is_control() {
        return Glyph::default();
    }
    let script = match character.script() {
        _ if !character.is_alphabetic() => 0,
        Script::Common | Script::Inherited => 0,
        Script::Latin => LATIN,
        Script::Greek => 2,
        Script::Cyrillic => 4,
        Script::Armenian => 8,
        Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo => 16,
        Script::Cherokee | Script::Canadian_Aboriginal | Script::Runic | Script::Lisu => 32,
        _ => OTHER,
    };
    let mut glyph = Glyph { script, ..Glyph::default() };
    let itself = fold(character.encode_utf8(&mut [0; 4])).text().to_owned();
    let mut looks: Vec<Box<str>> = Vec::new();
    let mut add = |look: &str| {
        let look = fold(look);
        let look = look.text();
        let letters = !look.is_empty() && look.chars().count() <= 3 && look.chars().all(char::is_alphabetic);
        if letters && look != itself && !looks.iter().any(|known| &**known == look) {
            looks.push(look.into());
        }
    };
    if character.is_ascii() {
        // Latin letters that pass for Cyrillic and Greek ones, and I for l.
        PASSES
            .iter()
            .filter(|(latin, _)| *latin == character.to_ascii_lowercase())
            .for_each(|(_, look)| add(look));
        match character {
            'I' => add("l"),
            'l' => add("i"),
            _ => {}
        }
        glyph.looks = looks;
        return glyph;
    }
    let shape: String = skeleton(character.encode_utf8(&mut [0; 4])).collect();
    glyph.twin = matches!(fold(&shape).text().as_bytes(), [b'a'..=b'z']);
    add(&shape);
    // Of capitals and small letters the other shape is another one.
    let small: String = character.to_lowercase().collect();
    add(&skeleton(&small).collect::<String>());
    match decancer::cure_char(character, decancer::Options::default()) {
        decancer::Translation::Character(read) => add(read.encode_utf8(&mut [0; 4])),
        decancer::Translation::String(read) => add(&read),
        decancer::Translation::None => {}
    }
    MORE.iter().filter(|(from, _)| from.contains(character)).for_each(|(_, look)| add(look));
    let code = u32::from(character);
    for base in [0x1F1E6, 0x1F130, 0x1F150, 0x1F170] {
        // Regional indicators; squared, negative circled and negative squared capitals.
        if let Some(letter) = code.checked_sub(base).filter(|place| *place < 26) {
            add(char::from_u32(0x61 + letter).unwrap_or_default().encode_utf8(&mut [0; 4]));
        }
    }
    glyph.looks = looks;
    glyph
}

#[rustfmt::skip]
const PASSES: [(char, &str); 42] = [
    ('a', "а"), ('b', "в"), ('b', "ь"), ('c', "с"), ('e', "е"), ('h', "н"), ('i', "і"), ('k', "к"), ('m', "м"), ('o', "о"), ('p', "р"),
    ('t', "т"), ('x', "х"), ('y', "у"), ('u', "и"), ('n', "п"), ('r', "г"), ('s', "ѕ"), ('j', "ј"),
    ('a', "α"), ('b', "β"), ('e', "ε"), ('h', "η"), ('n', "η"), ('i', "ι"), ('k', "κ"), ('m', "μ"), ('v', "ν"), ('o', "ο"), ('p', "ρ"), ('t', "τ"),
    ('u', "υ"), ('y', "υ"), ('y', "γ"), ('x', "χ"), ('w', "ω"), ('z', "ζ"), ('s', "σ"), ('n', "ν"), ('b', "б"), ('d', "д"), ('g', "д"),
];

/// Letters upside down, signs of money, and other signs that stand for letters.
#[rustfmt::skip]
const MORE: [(&str, &str); 30] = [
    ("ɐɒΛ∀Ʌᴀ△▲ДαάΔ∆🅰ª", "a"), ("ßƃβвɃ฿Ƀ₿🅱", "b"), ("ɔ¢©₡ⅽ☾Ↄ", "c"), ("ԁɗ∂Ð₫", "d"), ("ǝƎ∃€ΣξЄєєэ£ɘ℮", "e"),
    ("ɟƒ₣ʄ", "f"), ("ƃɢ₲ɓ9ց", "g"), ("ɥнħҺ♄ዘ", "h"), ("ᴉıɩ¡ɪḷℹ❗❕", "i"), ("ɾʝſ♩", "j"), ("ʞкκ₭", "k"),
    ("ʅɭ£₤ʟłŁ|ⅼ∣丨", "l"), ("ɯм₥ɱ♏Ⓜ", "m"), ("иΠпηɴ₪ℵησи", "n"), ("ØøΘθ◯○●⭕ʘ¤☉🅾ס◎", "o"), ("ƿþρ₱🅿", "p"), ("ɋφ", "q"),
    ("ɹʁяʀ®Я", "r"), ("ʂ§ѕ💲₴$", "s"), ("ʇтτ†✝₮☨", "t"), ("ʊυцµ∪", "u"), ("ʌ√∨ν☑", "v"), ("ʍшωщ₩ѡ", "w"),
    ("×❌✖χ☓✕", "x"), ("ʎу¥γ", "y"), ("ʐƶ₷", "z"), ("ی", "ي"), ("ک", "ك"), ("ة", "ه"), ("ى", "ي"),
];

/// The letters that a sign or a digit may stand for: Latin, Cyrillic and Greek ones.
#[rustfmt::skip]
pub fn stands_for(sign: char) -> &'static str {
    match sign {
        '0' => "oоο", '1' => "ilіι", '2' => "zг", '3' => "eзεэ", '4' => "aчα", '5' => "sσ", '6' => "bgб", '7' => "tт", '8' => "bвβ", '9' => "gq",
        '@' => "aаα", '$' => "sѕσ", '!' | '¡' => "iі", '|' | '¦' => "liі", '+' | '†' => "tт", '(' | '[' | '{' | '<' => "cс", '€' => "eе", '£' => "l",
        '¢' => "c", '#' => "h", '^' | '∆' => "a", '×' => "x", '°' => "o", '¥' => "y", '%' => "x", '&' => "8", '§' => "s", '?' => "",
        _ => "",
    }
}

/// Letters that are built of several signs.
#[rustfmt::skip]
pub const BUILT: [(&str, char); 38] = [
    ("/\\", 'a'), ("/-\\", 'a'), ("|3", 'b'), ("13", 'b'), ("|)", 'd'), ("|>", 'd'), ("[)", 'd'), ("|=", 'f'), ("ph", 'f'), ("|-|", 'h'), ("}{", 'h'),
    ("]-[", 'h'), ("|<", 'k'), ("|{", 'k'), ("|(", 'k'), ("|_", 'l'), ("|\\/|", 'm'), ("/\\/\\", 'm'), ("/v\\", 'm'), ("|v|", 'm'), ("|\\|", 'n'), ("/\\/", 'n'),
    ("()", 'o'), ("[]", 'o'), ("|*", 'p'), ("|o", 'p'), ("|2", 'r'), ("|?", 'r'), ("|_|", 'u'), ("(_)", 'u'), ("\\/", 'v'), ("vv", 'w'), ("\\/\\/", 'w'),
    ("\\^/", 'w'), ("><", 'x'), (")(", 'x'), ("`/", 'y'), ("rn", 'm'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_scripts_and_signs_look_like_letters() {
        for (character, look) in [
            ('а', "a"),
            ('е', "e"),
            ('Κ', "k"),
            ('к', "k"),
            ('ʞ', "k"),
            ('🅺', "k"),
            ('🇰', "k"),
            ('ł', "l"),
            ('І', "i"),
            ('₭', "k"),
            ('a', "а"),
            ('I', "l"),
            ('ᴋ', "k"),
            ('Ꮶ', "k"),
        ] {
            assert!(
                glyph(character).looks.iter().any(|known| &**known == look),
                "{character}: {:?}",
                glyph(character).looks
            );
        }
    }

    #[test]
    fn what_is_not_spoken_looks_like_nothing() {
        for character in ['\u{200B}', ' ', '\n', '\u{0}'] {
            assert!(glyph(character).looks.is_empty());
        }
    }
}
