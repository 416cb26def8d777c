//! The one secret.

use std::ffi::c_char;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::bytes::secret;
use crate::call::{Owned, create, static_text, value};
use crate::error::Result;
use crate::sys;

/// 256 bits from which marks, commitments and the ledger's signatures are derived. Cheap to clone.
///
/// Printed, it shows its public id only.
///
/// ```
/// use voxguard::Key;
///
/// let key = Key::generate()?;
/// let same = Key::from_hex(&key.to_hex()?)?;
/// assert_eq!(same.id(), key.id());
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Key {
    handle: Arc<Owned<sys::vg_key_t>>,
    id: String,
}

impl Key {
    /// A new key from the operating system's entropy.
    pub fn generate() -> Result<Self> {
        Self::new(create(sys::vg_key_free, |out, err| unsafe { sys::vg_key_generate(out, err) })?)
    }

    /// A key of these bytes, which must be 32 and should come from a generator fit for keys.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let call = |out, err| unsafe { sys::vg_key_from_bytes(bytes.as_ptr(), bytes.len(), out, err) };
        Self::new(create(sys::vg_key_free, call)?)
    }

    /// A key from 64 hexadecimal digits.
    pub fn from_hex(hex: &str) -> Result<Self> {
        let call = |out, err| unsafe { sys::vg_key_from_hex(hex.as_ptr().cast(), hex.len(), out, err) };
        Self::new(create(sys::vg_key_free, call)?)
    }

    /// The secret itself as 64 hexadecimal digits: handle with care.
    pub fn to_hex(&self) -> Result<Zeroizing<String>> {
        secret(|out, err| unsafe { sys::vg_key_to_hex(self.as_ptr(), out, err) })
    }

    /// The key's public id, 16 hexadecimal digits: says which key, and nothing about it.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn as_ptr(&self) -> *const sys::vg_key_t {
        self.handle.as_ptr()
    }

    fn new(handle: Owned<sys::vg_key_t>) -> Result<Self> {
        let call =
            |out: *mut [c_char; sys::VG_KEY_ID_SIZE]| unsafe { sys::vg_key_id(handle.as_ptr(), out.cast()) };
        let id = static_text(value(call)?.as_ptr()).to_owned();
        Ok(Self { handle: Arc::new(handle), id })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key(id {})", self.id)
    }
}
