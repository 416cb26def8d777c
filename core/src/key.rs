//! The one secret: 256 bits from which every other secret is derived.
//!
//! A [`Key`] marks audio, commits to texts, and authenticates the ledger. None of these uses sees the
//! key itself: [`Key::derive`] expands it with HMAC-SHA-256 under a purpose of its own, so that no use
//! says anything about another.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// 32 bytes, zeroised when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; Key::BYTES]);

impl Key {
    /// Length of a key in bytes.
    pub const BYTES: usize = 32;

    /// A key of these bytes, which must be 32 and should come from a generator fit for keys.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.try_into().map_err(|_| KeyError::Length { bytes: bytes.len() })?;
        let key = Self(bytes);
        if bool::from(key.0.ct_eq(&[0; Self::BYTES])) {
            return Err(KeyError::Zero);
        }
        Ok(key)
    }

    /// A key from 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        if text.len() != 2 * Self::BYTES {
            return Err(KeyError::HexLength { characters: text.chars().count() });
        }
        let mut bytes = Zeroizing::new([0u8; Self::BYTES]);
        for (position, digit) in text.chars().enumerate() {
            let value = digit.to_digit(16).ok_or(KeyError::HexDigit { position })?;
            if let Some(byte) = bytes.get_mut(position / 2) {
                *byte = (*byte << 4) | value as u8;
            }
        }
        Self::from_bytes(bytes.as_slice())
    }

    /// The key's bytes: handle with care.
    pub fn expose(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// The key as 64 lower-case hexadecimal digits: handle with care.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&self.0))
    }

    /// The public name of this key: says which key, and nothing about it.
    pub fn id(&self) -> KeyId {
        let mut id = [0; KeyId::BYTES];
        id.iter_mut().zip(self.derive("voxguard/v1/key-id").iter()).for_each(|(to, from)| *to = *from);
        KeyId(id)
    }

    /// A 32-byte secret for one purpose: HMAC-SHA-256 of the purpose's name under this key.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        self.mac(&[purpose.as_bytes()])
    }

    /// As [`Key::derive`], as a key of its own.
    pub(crate) fn subkey(&self, purpose: &str) -> Self {
        Self(*self.derive(purpose))
    }

    /// HMAC-SHA-256 of the parts under this key. The caller frames the parts: they are not delimited.
    pub fn mac(&self, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        // `new` takes a key of the hash's own block type, which cannot fail as `new_from_slice` may.
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block.iter_mut().zip(self.0.iter()).for_each(|(to, from)| *to = *from);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block);
        block.zeroize();
        parts.iter().for_each(|part| mac.update(part));
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key(id {})", self.id())
    }
}

/// The public name of a key: 8 bytes, shown as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; KeyId::BYTES]);

impl KeyId {
    /// Length of a key id in bytes.
    pub const BYTES: usize = 8;

    /// The id of these bytes.
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    pub fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Lower-case hexadecimal digits of the bytes.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Why a key was refused. Never holds a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not 32 bytes.
    #[error("key of {bytes} bytes: accepted are exactly 32")]
    Length {
        /// The refused length.
        bytes: usize,
    },
    /// Not 64 characters.
    #[error("key text of {characters} characters: accepted are exactly 64 hexadecimal digits")]
    HexLength {
        /// The refused length.
        characters: usize,
    },
    /// Something else than a hexadecimal digit.
    #[error("key text has something else than a hexadecimal digit at position {position}")]
    HexDigit {
        /// Position in characters, from 0.
        position: usize,
    },
    /// All bytes zero: memory that nobody filled.
    #[error("key is all zeros: accepted are 32 bytes from a random generator")]
    Zero,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_hex_and_is_never_printed() {
        let text = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";
        let key = Key::from_hex(text).unwrap();
        assert_eq!(key.to_hex().as_str(), text);
        assert_eq!(Key::from_bytes(key.expose()).unwrap(), key);
        assert_eq!(format!("{key:?}"), format!("Key(id {})", key.id()));
        assert_eq!(key.id().to_string().len(), 16);
    }

    #[test]
    fn a_wrong_key_says_what_is_wrong_with_it() {
        assert_eq!(Key::from_bytes(&[1; 31]), Err(KeyError::Length { bytes: 31 }));
        assert_eq!(Key::from_bytes(&[0; 32]), Err(KeyError::Zero));
        assert_eq!(Key::from_hex("ab"), Err(KeyError::HexLength { characters: 2 }));
        assert_eq!(Key::from_hex(&"ag".repeat(32)), Err(KeyError::HexDigit { position: 1 }));
        assert!(Key::from_hex(&"é".repeat(32)).is_err());
    }

    #[test]
    fn derivation_is_hmac_sha256() {
        // Computed with: python3 -c "import hmac; print(hmac.new(bytes([11])*32, b'Hi There', 'sha256').hexdigest())"
        let key = Key::from_bytes(&[11; 32]).unwrap();
        assert_eq!(
            hex(key.derive("Hi There").as_slice()),
            "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7"
        );
        assert_ne!(key.derive("a"), key.derive("b"));
    }
}
