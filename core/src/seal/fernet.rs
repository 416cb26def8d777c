//! Reads Fernet tokens (github.com/fernet/spec), the sealed form of many Python systems.
//!
//! Only reading: what is read should be sealed anew with [`super::record`]. Fernet has no associated data,
//! so a token moved from one place to another opens there all the same.

use aes::Aes128;
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::SealError;

const VERSION: u8 = 0x80;
const MAC_BYTES: usize = 32;
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// When a token may have been made, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// Least accepted.
    pub least: u64,
    /// Most accepted.
    pub most: u64,
}

/// Decrypts a token with a Fernet key (base64url of 32 bytes); `period`, where given, bounds its time.
pub fn open(key: &str, token: &str, period: Option<Period>) -> Result<Vec<u8>, SealError> {
    let key = BASE64.decode(key).map(Zeroizing::new).ok().filter(|key| key.len() == 32);
    let key = key.ok_or(SealError::Form { expected: "a Fernet key" })?;
    let (signing, encryption) = key.split_at_checked(16).unwrap_or_default();
    let form = || SealError::Form { expected: "a Fernet token" };
    let bytes = BASE64.decode(token).map_err(|_| form())?;
    let (signed, tag) = bytes.split_last_chunk::<MAC_BYTES>().ok_or_else(form)?;
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(signing).map_err(|_| form())?;
    mac.update(signed);
    mac.verify_slice(tag).map_err(|_| SealError::NotAuthentic)?;
    let (&version, rest) = signed.split_first().ok_or_else(form)?;
    let (time, rest) = rest.split_first_chunk::<8>().ok_or_else(form)?;
    let (iv, sealed) = rest.split_first_chunk::<16>().ok_or_else(form)?;
    if version != VERSION {
        return Err(form());
    }
    let time = u64::from_be_bytes(*time);
    if let Some(Period { least, most }) = period.filter(|p| !(p.least..=p.most).contains(&time)) {
        return Err(SealError::FernetTime { time, least, most });
    }
    let cipher = cbc::Decryptor::<Aes128>::new_from_slices(encryption, iv).map_err(|_| form())?;
    cipher.decrypt_padded_vec::<Pkcs7>(sealed).map_err(|_| SealError::NotAuthentic)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by the Python package `cryptography`: key bytes 0 to 31, IV bytes 0 to 15, time 1700000000.
    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const TOKEN: &str = "gAAAAABlU_EAAAECAwQFBgcICQoLDA0ODwGrJQQ__WScXjXqVcsgyFphkdg10KTmrxkINiKaXk0QrZGoPmpsaURWFu3lgk07Py5lnyxrxNXML4E6Sv-zELE=";

    #[test]
    fn a_token_of_pythons_cryptography_is_read() {
        assert_eq!(open(KEY, TOKEN, None).unwrap(), b"hello from before");
        let fresh = Period { least: 1_699_999_999, most: 1_700_000_001 };
        assert!(open(KEY, TOKEN, Some(fresh)).is_ok());
        let later = Period { least: 1_700_000_001, most: 1_800_000_000 };
        assert!(matches!(open(KEY, TOKEN, Some(later)), Err(SealError::FernetTime { .. })));
    }

    #[test]
    fn a_changed_token_and_another_key_are_refused() {
        for place in 0..TOKEN.len() {
            let mut changed = TOKEN.as_bytes().to_vec();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last characters hold bits that base64 ignores or refuses, never others.
            if let Ok(plain) = open(KEY, &changed, None) {
                panic!("{place}: {plain:?}");
            }
        }
        assert!(open(&KEY.replace('A', "B"), TOKEN, None).is_err());
        assert!(open("", TOKEN, None).is_err() && open(KEY, "", None).is_err());
    }
}
