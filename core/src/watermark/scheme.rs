//! How many bits of id a mark carries.

use super::code::Code;
use crate::id::MarkId;

/// The kind of a mark: part of what a key means. A detector finds marks of its own scheme only.
///
/// Fewer bits are found in shorter clips: an id of b bits costs as much evidence as 2^b places to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scheme {
    /// No id: the mark says "made under this key" and nothing else.
    Presence,
    /// 16 bits of id.
    Id16,
    /// 32 bits of id.
    #[default]
    Id32,
}

impl Scheme {
    /// Bits of the id: 0, 16 or 32.
    pub fn bits(self) -> u32 {
        match self {
            Self::Presence => 0,
            Self::Id16 => 16,
            Self::Id32 => 32,
        }
    }

    /// The scheme with ids of this many bits.
    pub fn from_bits(bits: u32) -> Option<Self> {
        [Self::Presence, Self::Id16, Self::Id32].into_iter().find(|scheme| scheme.bits() == bits)
    }

    /// What the key is expanded under: schemes share no chip.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Presence => "voxguard/v2/watermark/0",
            Self::Id16 => "voxguard/v2/watermark/16",
            Self::Id32 => "voxguard/v2/watermark/32",
        }
    }

    /// The code of the id's bits above the lowest eight, which choose the chips. `None`: there are none to code.
    pub(super) fn code(self) -> Option<Code> {
        let coded = self.bits().checked_sub(super::chips::VARIANT_BITS)?;
        Some(Code::new(coded as usize))
    }

    /// Soft values that the cells of a mark add up to.
    pub(super) fn code_bits(self) -> usize {
        self.code().map_or(PRESENCE_BITS, |code| code.bits())
    }

    /// Of an id, the bits that a mark of this scheme carries, or that choose its chips.
    pub(super) fn carried(self, id: MarkId) -> MarkId {
        let bits = self.bits().max(super::chips::VARIANT_BITS);
        MarkId::new(id.value() & u32::MAX >> (u32::BITS - bits))
    }

    /// The code bits of an id.
    pub(super) fn word(self, id: MarkId) -> Vec<f32> {
        let payload = u64::from(id.value() >> super::chips::VARIANT_BITS);
        match self.code() {
            Some(code) => code.encode(payload, id.value() as u8),
            None => vec![1.0; PRESENCE_BITS],
        }
    }

    /// The id of a decoded payload under a set of chips.
    pub(super) fn id(payload: u64, variant: usize) -> MarkId {
        MarkId::new((payload as u32) << super::chips::VARIANT_BITS | variant as u32)
    }

    /// ln of the number of marks there are under one key.
    pub(super) fn ln_marks(self) -> f64 {
        f64::from(self.bits().max(super::chips::VARIANT_BITS)) * std::f64::consts::LN_2
    }
}

/// Cells of the scheme without an id are laid out as if there were this many code bits.
const PRESENCE_BITS: usize = 96;

/// Code bits of the usual scheme, ids of 32 bits.
pub const CODE_BITS: usize = 108;

/// The codeword of an id of 32 bits: each bit as +1 (zero) or -1 (one). Linear but for a constant over the bits of the id.
pub fn codeword(id: MarkId) -> Vec<f32> {
    Scheme::Id32.word(id)
}

/// Whether soft bits decode to an id.
#[cfg(test)]
pub(crate) fn decodes(soft: &[f32], chips: u8) -> bool {
    Scheme::Id32.code().is_some_and(|code| code.decode(soft, chips).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codeword_has_as_many_bits_as_are_said() {
        assert_eq!(codeword(MarkId::new(5)).len(), CODE_BITS);
        assert_eq!(Scheme::Id32.code_bits(), CODE_BITS);
    }
}
