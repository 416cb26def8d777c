//! Pseudonyms: a person's name as the rest of the program knows it.
//!
//! HMAC-SHA-256 of the name under a key: the same person has the same pseudonym, and nobody without the key
//! can go from one to the other, not even by trying all names. Different uses have different pseudonyms.

use crate::key::{Key, hex};

/// The pseudonym of `name` for one use, 32 hexadecimal digits.
pub fn pseudonym(key: &Key, purpose: &str, name: &str) -> String {
    // The purpose is framed by its length, so that no purpose and name give the same bytes as another pair.
    let length = (purpose.len() as u64).to_be_bytes();
    let parts: [&[u8]; 4] = [b"voxguard/v1/pseudonym", &length, purpose.as_bytes(), name.as_bytes()];
    hex(key.mac(&parts).first_chunk::<16>().map_or(&[][..], |half| half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_one_pseudonym_for_each_use_and_key() {
        let (a, b) = (Key::from_bytes(&[1; 32]).unwrap(), Key::from_bytes(&[2; 32]).unwrap());
        assert_eq!(pseudonym(&a, "limits", "user-1"), pseudonym(&a, "limits", "user-1"));
        assert_ne!(pseudonym(&a, "limits", "user-1"), pseudonym(&a, "limits", "user-2"));
        assert_ne!(pseudonym(&a, "limits", "user-1"), pseudonym(&a, "limi", "tsuser-1"));
        assert_ne!(pseudonym(&a, "limits", "user-1"), pseudonym(&b, "limits", "user-1"));
        assert_eq!(pseudonym(&a, "limits", "user-1").len(), 32);
    }
}
