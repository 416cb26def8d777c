//! Kinds of marks.

use crate::error::{Error, Result, Status};
use crate::sys;

/// How many bits of id a mark carries. Fewer are found in shorter clips. A detector finds marks of its own scheme only.
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
    /// The scheme with ids of 0, 16, 32 or 64 bits.
    pub fn from_bits(bits: u32) -> Result<Self> {
        match bits {
            0 => Ok(Self::Presence),
            16 => Ok(Self::Id16),
            32 => Ok(Self::Id32),
            64 => Ok(Self::Id64),
            _ => {
                let message = format!("scheme {bits}: accepted are 0, 16, 32 and 64, the bits of the id");
                Err(Error::new(Status::ARGUMENT, message))
            }
        }
    }

    /// Bits of the id: 0, 16, 32 or 64.
    pub fn bits(self) -> u32 {
        match self {
            Self::Presence => 0,
            Self::Id16 => 16,
            Self::Id32 => 32,
            Self::Id64 => 64,
        }
    }

    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Presence => sys::VG_SCHEME_PRESENCE,
            Self::Id16 => sys::VG_SCHEME_ID16,
            Self::Id32 => sys::VG_SCHEME_ID32,
            Self::Id64 => sys::VG_SCHEME_ID64,
        }
    }
}
