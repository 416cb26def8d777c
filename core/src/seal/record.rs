//! One sealed piece of data.
//!
//! ```text
//! "VGS1" | key id, 8 bytes | nonce, 24 bytes | ciphertext | tag, 16 bytes
//! ```
//!
//! XChaCha20-Poly1305 under a key derived from the ring's for this purpose. What the data is bound to
//! (whose it is, of which kind, which id) is associated data: it is not stored, and must be given again
//! to open. The header is associated data too, so that no byte of the whole can change.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::{KeyRing, SealError, SealKey};
use crate::key::KeyId;

/// Length of a nonce in bytes. Drawn at random for each record.
pub const NONCE_BYTES: usize = 24;
/// By how much the sealed form is longer.
pub const OVERHEAD_BYTES: usize = HEADER_BYTES + NONCE_BYTES + 16;

const MAGIC: [u8; 4] = *b"VGS1";
const HEADER_BYTES: usize = MAGIC.len() + KeyId::BYTES;
const WHAT: &str = "a sealed record";

/// Seals `plain` with the ring's active key, bound to `about`. `nonce` must be random and new.
pub fn seal(
    ring: &KeyRing,
    plain: &[u8],
    about: &[u8],
    nonce: [u8; NONCE_BYTES],
) -> Result<Vec<u8>, SealError> {
    let key = ring.active();
    let header = [&MAGIC[..], key.id().as_bytes()].concat();
    let bound = [&header, about].concat();
    let payload = Payload { msg: plain, aad: &bound };
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::NotAuthentic)?;
    Ok([&header, &nonce[..], &sealed].concat())
}

/// What was sealed. Fails for a changed byte, another key and another `about`.
pub fn open(ring: &KeyRing, sealed: &[u8], about: &[u8]) -> Result<Vec<u8>, SealError> {
    let (header, nonce, rest) = split(sealed)?;
    let key = ring.find(header_key(header))?;
    let bound = [header, about].concat();
    let payload = Payload { msg: rest, aad: &bound };
    cipher(key).decrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::NotAuthentic)
}

/// The name of the key that sealed this.
pub fn key_of(sealed: &[u8]) -> Result<KeyId, SealError> {
    split(sealed).map(|(header, ..)| header_key(header))
}

/// Header, nonce, and ciphertext with its tag.
type Parts<'a> = (&'a [u8], [u8; NONCE_BYTES], &'a [u8]);

fn split(sealed: &[u8]) -> Result<Parts<'_>, SealError> {
    let form = || SealError::Form { expected: WHAT };
    let (header, rest) = sealed.split_at_checked(HEADER_BYTES).ok_or_else(form)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(form)?;
    if !header.starts_with(&MAGIC) || rest.len() < 16 {
        return Err(form());
    }
    Ok((header, *nonce, rest))
}

fn header_key(header: &[u8]) -> KeyId {
    KeyId::from_bytes(header.last_chunk().copied().unwrap_or_default())
}

fn cipher(key: &SealKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(*key.secret("record", &[])).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(byte: u8) -> SealKey {
        SealKey::from_bytes(&[byte; 32]).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_binding_only() {
        let ring = KeyRing::new(key(1));
        let sealed = seal(&ring, b"Good morning.", b"id-7", [3; 24]).unwrap();
        assert_eq!(sealed.len(), 13 + OVERHEAD_BYTES);
        assert_eq!(open(&ring, &sealed, b"id-7").unwrap(), b"Good morning.");
        assert_eq!(open(&ring, &sealed, b"id-8"), Err(SealError::NotAuthentic));
        assert_eq!(key_of(&sealed).unwrap(), key(1).id());
    }

    #[test]
    fn a_retired_key_opens_and_a_dropped_one_is_named() {
        let mut ring = KeyRing::new(key(1));
        let sealed = seal(&ring, b"x", b"", [3; 24]).unwrap();
        ring.rotate(key(2)).unwrap();
        assert_eq!(open(&ring, &sealed, b"").unwrap(), b"x");
        assert!(ring.drop_retired(key(1).id()));
        assert_eq!(open(&ring, &sealed, b""), Err(SealError::UnknownKey { key: key(1).id() }));
    }

    #[test]
    fn no_bit_of_a_sealed_record_can_change() {
        let ring = KeyRing::new(key(1));
        let sealed = seal(&ring, b"a voice", b"about", [9; 24]).unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&ring, &changed, b"about").is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(open(&ring, &sealed[..length], b"about").is_err(), "{length} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_survive_and_any_other_bytes_are_refused(plain: Vec<u8>, about: Vec<u8>, noise: Vec<u8>) {
            let ring = KeyRing::new(key(1));
            let sealed = seal(&ring, &plain, &about, [5; 24]).unwrap();
            prop_assert_eq!(open(&ring, &sealed, &about).unwrap(), plain);
            prop_assert!(open(&ring, &noise, &about).is_err());
        }
    }
}
