//! The keyed pattern: which sign every cell carries, and what each cell is for.
//!
//! The pattern is [`PERIOD`] columns of [`BANDS`] cells; a stream begins at a place in it that key and id choose.
//! In each block of [`BLOCK`] columns, four whole columns are *pilots*, whose signs the key alone
//! decides: they tell where in the pattern a recording lies. All other cells carry code bits. Their signs, the *chips*, are
//! one of [`VARIANTS`] sets, chosen by the lowest eight bits of the id: so who gathers marked audio with ids that change
//! learns little about any set, and what he learns about pilots does not let him forge, for pilots are no evidence.
//!
//! In each quarter of the bands, code cells are filled column by column with one random order of all code bits after the
//! other (a *layer* each), so that every bit has as many copies in the low as in the high bands: a telephone takes some
//! copies away, never a whole bit. The orders are secret too.

use std::sync::OnceLock;

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use zeroize::Zeroize;

use super::grid::BANDS;
use super::scheme::Scheme;
use crate::id::MarkId;
use crate::key::Key;

/// Columns of a block: 0.96 s.
pub const BLOCK: usize = 20;
/// Columns after which the pattern repeats: 103.68 s.
pub const PERIOD: usize = 108 * BLOCK;
/// Pilot columns of a block.
pub const PILOTS: usize = 4;
/// Share of the columns that are pilots.
pub const PILOT_SHARE: f32 = PILOTS as f32 / BLOCK as f32;
/// Bits of the id that choose the chips.
pub const VARIANT_BITS: u32 = 8;
/// Sets of chips.
pub const VARIANTS: usize = 1 << VARIANT_BITS;
/// Bands over which a layer is laid.
const QUARTER: usize = BANDS / 4;

/// One column of the pattern or of what a receiver read: a value for each band.
pub type Column = [f32; BANDS];

/// What a code cell carries: a copy of a code bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The layer that the copy belongs to.
    pub layer: u16,
    /// The code bit.
    pub bit: u8,
}

/// The code cells of a column; none in a pilot column.
pub type Cells = Option<[Cell; BANDS]>;

/// The chips of one key and scheme.
pub struct Chips {
    secret: Key,
    scheme: Scheme,
    pilots: Vec<(usize, Column)>,
    cells: Vec<Cells>,
    layers: usize,
    variants: OnceLock<Vec<u8>>,
}

impl Chips {
    /// Expands a key.
    pub fn new(key: &Key, scheme: Scheme) -> Self {
        let secret = key.subkey(scheme.purpose());
        let mut stream = Stream::new(&secret, "pilots", 0);
        let mut pilots = Vec::with_capacity(PERIOD / BLOCK * PILOTS);
        for block in 0..PERIOD / BLOCK {
            let mut columns: Vec<usize> = (block * BLOCK..(block + 1) * BLOCK).collect();
            stream.shuffle(&mut columns);
            columns.truncate(PILOTS);
            columns.sort_unstable();
            pilots.extend(columns.into_iter().map(|column| (column, signs(stream.word()))));
        }
        let bits = scheme.code_bits();
        let code_columns = PERIOD - pilots.len();
        let layers = (code_columns * QUARTER).div_ceil(bits);
        let mut stream = Stream::new(&secret, "layers", 0);
        let mut order: Vec<u8> = (0..bits as u8).collect();
        // Bits of the cells of each quarter, in the order in which the cells come.
        let quarters: Vec<Vec<Cell>> = (0..BANDS / QUARTER)
            .map(|quarter| {
                let layer = |layer: usize| {
                    stream.shuffle(&mut order);
                    let layer = (quarter * layers + layer) as u16;
                    order.iter().map(|&bit| Cell { layer, bit }).collect::<Vec<_>>()
                };
                (0..layers).flat_map(layer).collect()
            })
            .collect();
        let mut cells = Vec::with_capacity(PERIOD);
        let mut next_pilot = pilots.iter().map(|(column, _)| *column).peekable();
        let mut at = 0;
        for column in 0..PERIOD {
            if next_pilot.next_if_eq(&column).is_some() {
                cells.push(None);
                continue;
            }
            let cell = |band: usize| {
                let of_quarter = quarters.get(band / QUARTER).map_or(&[][..], Vec::as_slice);
                of_quarter.get(at + band % QUARTER).copied().unwrap_or(Cell { layer: 0, bit: 0 })
            };
            cells.push(Some(std::array::from_fn(cell)));
            at += QUARTER;
        }
        Self { secret, scheme, pilots, cells, layers: layers * (BANDS / QUARTER), variants: OnceLock::new() }
    }

    /// The same chips, with signs for pilots that this key does not know.
    #[cfg(test)]
    pub fn with_foreign_pilots(mut self) -> Self {
        let mut stream = Stream::new(&self.secret, "foreign", 0);
        self.pilots.iter_mut().for_each(|(_, pilot)| *pilot = signs(stream.word()));
        self
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The pilot columns, in order, and their signs.
    pub fn pilots(&self) -> &[(usize, Column)] {
        &self.pilots
    }

    /// What each column carries, [`PERIOD`] of them.
    pub fn cells(&self) -> &[Cells] {
        &self.cells
    }

    /// Bytes of a layer's chips, an even number: eight code bits a byte, the first lowest; a set bit is a sign of -1.
    pub fn stride(&self) -> usize {
        2 * self.scheme.code_bits().div_ceil(16)
    }

    /// Layers of the pattern.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// The chips of a variant, layer by layer.
    pub fn variant(&self, variant: usize) -> &[u8] {
        let length = self.layers * self.stride();
        let all = self.variants.get_or_init(|| (0..VARIANTS).flat_map(|v| self.expand(v)).collect());
        all.get(variant * length..(variant + 1) * length).unwrap_or(&[])
    }

    fn expand(&self, variant: usize) -> Vec<u8> {
        let mut stream = Stream::new(&self.secret, "chips", variant as u64);
        let mut chips = vec![0; self.layers * self.stride()];
        stream.cipher.write_keystream(&mut chips);
        chips
    }

    /// The set of chips that an id chooses.
    pub fn variant_of(id: MarkId) -> usize {
        id.value() as usize % VARIANTS
    }

    /// The column of the pattern at which a stream under this id begins.
    pub fn start(&self, id: MarkId) -> usize {
        // Schemes of up to 32 bits came first, and write no more than those.
        let used = if self.scheme == Scheme::Id64 { 8 } else { 4 };
        let bytes = id.value().to_le_bytes();
        let draw = self.secret.mac(&[b"start", bytes.get(..used).unwrap_or(&bytes)]);
        draw.iter().take(8).fold(0, |place, byte| (place << 8 | usize::from(*byte)) % PERIOD)
    }

    /// The sign of every cell, the code bits being these.
    pub fn pattern(&self, variant: usize, word: &[f32]) -> Pattern {
        let own;
        let chips = match self.variants.get() {
            Some(_) => self.variant(variant),
            None => {
                own = self.expand(variant);
                &own
            }
        };
        let mut columns: Vec<u64> = self
            .cells
            .iter()
            .map(|cells| {
                let Some(cells) = cells else { return 0 };
                cells.iter().enumerate().fold(0, |column, (band, cell)| {
                    let byte = usize::from(cell.layer) * self.stride() + usize::from(cell.bit / 8);
                    let chip = chips.get(byte).is_some_and(|byte| byte >> (cell.bit % 8) & 1 == 1);
                    let bit = word.get(usize::from(cell.bit)).is_some_and(|bit| *bit < 0.0);
                    column | u64::from(chip != bit) << band
                })
            })
            .collect();
        for (column, signs) in &self.pilots {
            if let Some(column) = columns.get_mut(*column) {
                let negative = signs.iter().enumerate().filter(|(_, sign)| **sign < 0.0);
                *column = negative.fold(0, |column, (band, _)| column | 1 << band);
            }
        }
        Pattern(columns)
    }
}

/// The signs of all cells of a mark: a bit each, set for -1.
pub struct Pattern(Vec<u64>);

impl Pattern {
    /// A column's signs; any column, the pattern repeats.
    pub fn column(&self, column: u64) -> Column {
        let index = (column % self.0.len().max(1) as u64) as usize;
        signs(self.0.get(index).copied().unwrap_or(0))
    }
}

fn signs(bits: u64) -> Column {
    std::array::from_fn(|band| if bits >> band & 1 == 0 { 1.0 } else { -1.0 })
}

/// The key stream of ChaCha20 under the key HMAC-SHA-256(key, name, number), its nonce zero.
struct Stream {
    cipher: ChaCha20,
    block: [u8; 1024],
    used: usize,
}

impl Stream {
    fn new(key: &Key, name: &str, number: u64) -> Self {
        let seed = key.mac(&[name.as_bytes(), &number.to_le_bytes()]);
        let cipher = ChaCha20::new(&(*seed).into(), &[0; 12].into());
        Self { cipher, block: [0; 1024], used: 1024 }
    }

    fn draw<const BYTES: usize>(&mut self) -> [u8; BYTES] {
        if self.used + BYTES > self.block.len() {
            // 2^38 bytes may be drawn of one key: far more than any pattern takes.
            self.cipher.write_keystream(&mut self.block);
            self.used = 0;
        }
        let drawn = self.block.get(self.used..).and_then(|rest| rest.first_chunk());
        self.used += BYTES;
        drawn.copied().unwrap_or([0; BYTES])
    }

    fn word(&mut self) -> u64 {
        u64::from_le_bytes(self.draw())
    }

    /// Fisher-Yates. The scaling of 16 bits is off from uniform by 1 in 300 at most, which concerns
    /// the order only: the signs, which p-values rest on, are whole bits.
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let draw = u32::from(u16::from_le_bytes(self.draw()));
            items.swap(end, ((draw * (end as u32 + 1)) >> 16) as usize);
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.block.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chips(byte: u8) -> Chips {
        Chips::new(&Key::from_bytes(&[byte; 32]).unwrap(), Scheme::Id32)
    }

    #[test]
    fn every_layer_holds_every_code_bit_once_and_a_block_holds_four_pilots() {
        let chips = chips(3);
        for block in chips.cells().chunks_exact(BLOCK) {
            assert_eq!(block.iter().filter(|cells| cells.is_none()).count(), PILOTS);
        }
        let mut copies = std::collections::HashMap::new();
        for cells in chips.cells().iter().flatten() {
            for (band, cell) in cells.iter().enumerate() {
                assert_eq!(usize::from(cell.layer) / (chips.layers / 4), band / QUARTER);
                *copies.entry((cell.layer, cell.bit)).or_insert(0) += 1;
            }
        }
        assert_eq!(copies.len(), (PERIOD - chips.pilots().len()) * BANDS);
        assert!(copies.values().all(|count| *count == 1));
    }

    #[test]
    fn patterns_of_other_keys_variants_and_starts_have_nothing_in_common() {
        let (a, b) = (chips(1), chips(2));
        let word = vec![1.0; Scheme::Id32.code_bits()];
        let agreement = |x: &Pattern, y: &Pattern| {
            let dot = |t: u64| x.column(t).iter().zip(y.column(t)).map(|(x, y)| x * y).sum::<f32>();
            (0..PERIOD as u64).map(dot).sum::<f32>() / (PERIOD * BANDS) as f32
        };
        assert_eq!(agreement(&a.pattern(5, &word), &chips(1).pattern(5, &word)), 1.0);
        assert!(agreement(&a.pattern(5, &word), &b.pattern(5, &word)).abs() < 0.02);
        // Two variants share their pilots.
        let shared = agreement(&a.pattern(5, &word), &a.pattern(6, &word));
        assert!((shared - PILOT_SHARE).abs() < 0.02, "{shared}");
        assert_ne!(a.start(MarkId::new(1)), a.start(MarkId::new(2)));
    }

    #[test]
    fn a_pattern_flips_with_its_code_bit() {
        let chips = chips(9);
        let mut word = vec![1.0; Scheme::Id32.code_bits()];
        let before = chips.pattern(7, &word);
        word[40] = -1.0;
        let after = chips.pattern(7, &word);
        for (t, cells) in chips.cells().iter().enumerate() {
            let (before, after) = (before.column(t as u64), after.column(t as u64));
            for band in 0..BANDS {
                let flips = cells.is_some_and(|cells| cells[band].bit == 40);
                assert_eq!(before[band] == -after[band], flips);
            }
        }
    }
}
