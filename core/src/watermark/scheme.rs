//! How many bits of id a mark carries.

use super::code::Code;
use crate::id::{IdError, MarkId};

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
    /// 64 bits of id.
    Id64,
}

impl Scheme {
    /// Bits of the id: 0, 16, 32 or 64.
    pub fn bits(self) -> u32 {
        match self {
            Self::Presence => 0,
            Self::Id16 => 16,
            Self::Id32 => 32,
            Self::Id64 => 64,
        }
    }

    /// The scheme with ids of this many bits.
    pub fn from_bits(bits: u32) -> Option<Self> {
        [Self::Presence, Self::Id16, Self::Id32, Self::Id64].into_iter().find(|scheme| scheme.bits() == bits)
    }

    /// The id with this value, of which a mark of this scheme carries its lowest bits.
    ///
    /// # Errors
    /// A value of more than 32 bits, in a scheme of fewer than 64.
    pub fn mark(self, value: u64) -> Result<MarkId, IdError> {
        let fits = self == Self::Id64 || u32::try_from(value).is_ok();
        fits.then(|| MarkId::new(value)).ok_or(IdError::MarkTooLarge { value })
    }

    /// What the key is expanded under: schemes share no chip.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Presence => "voxguard/v2/watermark/0",
            Self::Id16 => "voxguard/v2/watermark/16",
            Self::Id32 => "voxguard/v2/watermark/32",
            Self::Id64 => "voxguard/v2/watermark/64",
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
        MarkId::new(id.value() & u64::MAX >> (u64::BITS - bits))
    }

    /// The code bits of an id.
    pub(super) fn word(self, id: MarkId) -> Vec<f32> {
        let payload = id.value() >> super::chips::VARIANT_BITS;
        match self.code() {
            Some(code) => code.encode(payload, id.value() as u8),
            None => vec![1.0; PRESENCE_BITS],
        }
    }

    /// The id of a decoded payload under a set of chips.
    pub(super) fn id(payload: u64, variant: usize) -> MarkId {
        MarkId::new(payload << super::chips::VARIANT_BITS | variant as u64)
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
