//! What the bytes of ASCII text are: letters, digits, white space, and the signs that disguise is made of.

/// A letter.
pub const LETTER: u8 = 1;
/// A digit.
pub const DIGIT: u8 = 2;
/// White space.
pub const SPACE: u8 = 4;
/// The end of a line.
pub const LINE: u8 = 8;
/// An apostrophe.
pub const APOSTROPHE: u8 = 16;
/// Signs that stand for letters, so that next to a word they are no punctuation.
pub const EDGE: u8 = 32;
/// Signs that letters are built of.
pub const BUILDING: u8 = 64;

static CLASS: [u8; 256] = classes();

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'\n' | b'\r' => SPACE | LINE,
            b' ' | b'\t' | 0x0B | 0x0C => SPACE,
            b'\'' => APOSTROPHE,
            b'$' | b'@' | b'|' | b'+' | b'*' | b'#' => EDGE | BUILDING,
            b'!' | b'/' | b'\\' | b'(' | b')' | b'<' | b'>' | b'{' | b'}' | b'[' | b']' | b'_' => BUILDING,
            _ => 0,
        };
        byte += 1;
    }
    table
}

/// What an ASCII byte is, as a set.
#[inline]
pub fn class(byte: u8) -> u8 {
    CLASS.get(usize::from(byte)).copied().unwrap_or_default()
}
