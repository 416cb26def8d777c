//! The keyed pattern: which sign every cell carries, and what each cell is for.
//!
//! The pattern is [`PERIOD`] columns of [`BANDS`] cells. A secret sign (a *chip*) belongs to each cell.
//! In each block of [`BLOCK`] columns and each quarter of the bands, 28 cells are *pilots*, whose
//! sign is the chip alone: they tell where the pattern lies. The other 132 carry one copy of every
//! code bit, in a keyed order that differs from block to block and quarter to quarter. So each
//! second of audio holds the whole codeword four times, each bit once in the low, lower middle, upper
//! middle and high bands: a telephone takes the upper copies away, never a whole bit.

use super::code::CODE_BITS;
use super::grid::BANDS;
use crate::key::Key;

/// Columns of a block: 0.96 s, in which every code bit occurs four times.
pub const BLOCK: usize = 20;
/// Columns after which the pattern repeats: 17.28 s.
pub const PERIOD: usize = 18 * BLOCK;
/// Bands in which every code bit occurs once a block.
const QUARTER: usize = BANDS / 4;
/// Pilots in a quarter of a block.
const PILOTS: usize = QUARTER * BLOCK - CODE_BITS;
/// Share of the cells that are pilots.
pub const PILOT_SHARE: f32 = PILOTS as f32 / (QUARTER * BLOCK) as f32;

/// One column of the pattern or of what a receiver read: a value for each band.
pub type Column = [f32; BANDS];

/// What a cell is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Its sign is the chip: known to whoever has the key.
    Pilot,
    /// Its sign is the chip times this code bit.
    Code(u8),
}

/// The chips and roles of one key.
#[derive(Clone)]
pub struct Chips {
    signs: Vec<Column>,
    roles: Vec<[Role; BANDS]>,
}

impl Chips {
    /// Expands a key into its chips with HMAC-SHA-256 in counter mode.
    pub fn new(key: &Key) -> Self {
        let mut stream = Stream::new(key);
        let signs = (0..PERIOD)
            .map(|_| {
                let bits = u32::from_le_bytes([stream.byte(), stream.byte(), stream.byte(), stream.byte()]);
                std::array::from_fn(|band| if bits >> band & 1 == 0 { 1.0 } else { -1.0 })
            })
            .collect();
        let mut roles = vec![[Role::Pilot; BANDS]; PERIOD];
        for block in roles.chunks_exact_mut(BLOCK) {
            for quarter in 0..BANDS / QUARTER {
                let mut slots: Vec<usize> = (0..QUARTER * BLOCK).collect();
                stream.shuffle(&mut slots);
                for (&slot, bit) in slots.iter().zip(0..CODE_BITS as u8) {
                    let column = block.get_mut(slot / QUARTER);
                    let cell = column.and_then(|c| c.get_mut(quarter * QUARTER + slot % QUARTER));
                    if let Some(cell) = cell {
                        *cell = Role::Code(bit);
                    }
                }
            }
        }
        Self { signs, roles }
    }

    /// The secret signs, [`PERIOD`] columns.
    pub fn signs(&self) -> &[Column] {
        &self.signs
    }

    /// What each cell is for, [`PERIOD`] columns.
    pub fn roles(&self) -> &[[Role; BANDS]] {
        &self.roles
    }

    /// The pilots' signs, 0 where a cell is none.
    pub fn pilots(&self) -> Vec<Column> {
        self.map(|sign, role| if role == Role::Pilot { sign } else { 0.0 })
    }

    /// The sign of every cell when the code bits are these (each +1 or -1).
    pub fn pattern(&self, word: &[f32; CODE_BITS]) -> Vec<Column> {
        self.map(|sign, role| match role {
            Role::Pilot => sign,
            Role::Code(bit) => sign * word.get(usize::from(bit)).copied().unwrap_or(0.0),
        })
    }

    fn map(&self, value: impl Fn(f32, Role) -> f32) -> Vec<Column> {
        let column = |(signs, roles): (&Column, &[Role; BANDS])| {
            let mut column = *signs;
            column.iter_mut().zip(roles).for_each(|(cell, &role)| *cell = value(*cell, role));
            column
        };
        self.signs.iter().zip(&self.roles).map(column).collect()
    }
}

/// Bytes of HMAC-SHA-256(derived key, counter).
struct Stream {
    key: Key,
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl Stream {
    fn new(key: &Key) -> Self {
        let derived = key.derive("voxguard/v1/watermark");
        // A derived key of 32 zero bytes has probability 2^-256; the master key then serves itself.
        let key = Key::from_bytes(derived.as_slice()).unwrap_or_else(|_| key.clone());
        Self { key, counter: 0, block: [0; 32], used: 32 }
    }

    fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            self.block = *self.key.mac(&[&self.counter.to_le_bytes()]);
            self.counter += 1;
            self.used = 0;
        }
        let byte = self.block.get(self.used).copied().unwrap_or(0);
        self.used += 1;
        byte
    }

    /// Fisher-Yates. The scaling of 16 bits is off from uniform by 1 in 400 at most, which concerns
    /// the order only: the signs, which p-values rest on, are whole bits.
    fn shuffle(&mut self, slots: &mut [usize]) {
        for end in (1..slots.len()).rev() {
            let draw = u32::from(u16::from_le_bytes([self.byte(), self.byte()]));
            slots.swap(end, ((draw * (end as u32 + 1)) >> 16) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chips(byte: u8) -> Chips {
        Chips::new(&Key::from_bytes(&[byte; 32]).unwrap())
    }

    #[test]
    fn every_block_holds_every_code_bit_once_in_each_quarter_of_the_bands() {
        let chips = chips(3);
        for block in chips.roles().chunks_exact(BLOCK) {
            for quarter in 0..4 {
                let mut seen = [0; CODE_BITS];
                let mut pilots = 0;
                for role in
                    block.iter().flat_map(|column| &column[quarter * QUARTER..(quarter + 1) * QUARTER])
                {
                    match role {
                        Role::Pilot => pilots += 1,
                        Role::Code(bit) => seen[usize::from(*bit)] += 1,
                    }
                }
                assert_eq!(seen, [1; CODE_BITS]);
                assert_eq!(pilots, PILOTS);
            }
        }
    }

    #[test]
    fn chips_are_balanced_and_differ_from_key_to_key() {
        let (one, two) = (chips(1), chips(2));
        let dot = |a: &[Column], b: &[Column]| -> f32 {
            a.iter().flatten().zip(b.iter().flatten()).map(|(x, y)| x * y).sum()
        };
        let cells = (PERIOD * BANDS) as f32;
        assert_eq!(dot(one.signs(), one.signs()), cells);
        assert!(dot(one.signs(), two.signs()).abs() < 5.0 * cells.sqrt());
        assert!(one.signs().iter().flatten().sum::<f32>().abs() < 5.0 * cells.sqrt());
        assert_ne!(one.roles(), two.roles());
    }

    #[test]
    fn the_same_key_gives_the_same_chips_on_every_machine() {
        // The start of HMAC-SHA-256(HMAC-SHA-256(key, purpose), counter 0), computed with:
        // python3 -c "import hmac; k = hmac.new(bytes([1])*32, b'voxguard/v1/watermark', 'sha256').digest();
        //             print(hmac.new(k, bytes(8), 'sha256').hexdigest()[:8])"
        let bits = chips(1).signs()[0]
            .iter()
            .enumerate()
            .fold(0u32, |bits, (band, &sign)| bits | u32::from(sign < 0.0) << band);
        assert_eq!(crate::key::hex(&bits.to_le_bytes()), EXPECTED);
    }

    const EXPECTED: &str = "910f2786";
}
