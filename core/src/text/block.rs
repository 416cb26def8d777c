//! 64 bytes of ASCII text as rows of bits.
//!
//! Comparing many bytes at once and branching on the few places where words begin and end costs a fraction of a branch
//! for each byte. The loops are written so that the compiler makes vector instructions of them.

/// What the bytes before a block leave behind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Edge {
    /// Whether the last byte is of a word: 0 or 1.
    word: u64,
    /// Whether the last byte is the one before it: 0 or 1.
    again: u64,
    /// The last byte, small.
    byte: u8,
}

/// A stretch of ASCII text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// A bit for each byte at which a word begins or has ended. After the text's end there is no word.
    pub edges: u64,
    /// Whether no digit is in it, and no letter for the third time in a row.
    pub plain: bool,
}

impl Block {
    /// Bytes of a block.
    pub const BYTES: usize = 64;

    /// The bits of at most 64 bytes.
    #[inline]
    pub fn new(bytes: &[u8], before: &mut Edge) -> Self {
        let mut padded = [b' '; Self::BYTES];
        let bytes: &[u8; Self::BYTES] = match bytes.first_chunk() {
            Some(whole) => whole,
            None => {
                padded.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
                &padded
            }
        };
        let small = bytes.map(|byte| byte | 0x20);
        let letter = small.map(|byte| u8::from(byte.wrapping_sub(b'a') < 26));
        let digit = bytes.map(|byte| u8::from(byte.wrapping_sub(b'0') < 10));
        let mut shifted = [before.byte; Self::BYTES];
        shifted.iter_mut().skip(1).zip(&small).for_each(|(place, byte)| *place = *byte);
        let mut again = [0; Self::BYTES];
        for ((place, byte), other) in again.iter_mut().zip(&small).zip(&shifted) {
            *place = u8::from(byte == other);
        }
        let (letter, digit, again) = (row(&letter), row(&digit), row(&again));
        let word = letter | digit;
        let thrice = letter & again & (again << 1 | before.again);
        let edges = word ^ (word << 1 | before.word);
        *before =
            Edge { word: word >> 63, again: again >> 63, byte: small.last().copied().unwrap_or_default() };
        Self { edges, plain: digit | thrice == 0 }
    }
}

/// A bit for each of 64 bytes that are 0 or 1.
#[inline]
fn row(flags: &[u8; Block::BYTES]) -> u64 {
    /// Brings the lowest bits of eight bytes together in the highest byte of the product.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = flags.as_chunks::<8>();
    eights.iter().rev().fold(0, |row, eight| row << 8 | u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where words begin and end, and whether every block is plain.
    fn read(text: &str) -> (Vec<usize>, bool) {
        let (mut before, mut edges, mut plain) = (Edge::default(), Vec::new(), true);
        for (index, bytes) in text.as_bytes().chunks(Block::BYTES).enumerate() {
            let block = Block::new(bytes, &mut before);
            edges.extend((0..64).filter(|bit| block.edges >> bit & 1 == 1).map(|bit| index * 64 + bit));
            plain &= block.plain;
        }
        (edges, plain)
    }

    #[test]
    fn words_begin_and_end_where_letters_and_digits_do() {
        assert_eq!(read("a big  Z_z."), (vec![0, 1, 2, 5, 7, 8, 9, 10], true));
        assert_eq!(read(&format!("{}word next", " ".repeat(62))).0, [62, 66, 67, 71]);
        assert_eq!(read(&"x y".repeat(64)).0.len(), 2 * 65 - 1, "the end of the text ends no word");
    }

    #[test]
    fn digits_and_letters_three_times_in_a_row_are_not_plain() {
        for (text, plain) in
            [("too oo", true), ("tooo", false), ("toOo", false), ("a1", false), ("...", true), ("_", true)]
        {
            assert_eq!(read(text).1, plain, "{text}");
            assert_eq!(read(&format!("{}{text}", ".".repeat(63))).1, plain, "over two blocks: {text}");
        }
    }
}
