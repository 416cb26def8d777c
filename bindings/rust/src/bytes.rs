// Bytes that the library hands out, copied and freed.

use zeroize::Zeroizing;

use crate::call::control;
use crate::error::Result;
use crate::sys::{vg_bytes_free, vg_bytes_t, vg_error_t, vg_status_t};

/// Bytes of the library's, freed when dropped.
pub(crate) struct Bytes(vg_bytes_t);

impl Bytes {
    pub(crate) fn none() -> Self {
        Self(vg_bytes_t { data: std::ptr::null_mut(), len: 0 })
    }

    pub(crate) fn place(&mut self) -> *mut vg_bytes_t {
        &mut self.0
    }

    pub(crate) fn to_text(&self) -> String {
        String::from_utf8_lossy(self.as_slice()).into_owned()
    }

    fn as_slice(&self) -> &[u8] {
        match self.0.data.is_null() {
            true => &[],
            false => unsafe { std::slice::from_raw_parts(self.0.data, self.0.len) },
        }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        unsafe { vg_bytes_free(&mut self.0) }
    }
}

/// The bytes that a call hands out.
pub(crate) fn raw(
    call: impl FnOnce(*mut vg_bytes_t, *mut *mut vg_error_t) -> vg_status_t,
) -> Result<Vec<u8>> {
    let mut bytes = Bytes(vg_bytes_t { data: std::ptr::null_mut(), len: 0 });
    control(|err| call(&mut bytes.0, err))?;
    Ok(bytes.as_slice().to_vec())
}

/// The text that a call hands out.
pub(crate) fn text(
    call: impl FnOnce(*mut vg_bytes_t, *mut *mut vg_error_t) -> vg_status_t,
) -> Result<String> {
    let mut bytes = Bytes::none();
    control(|err| call(bytes.place(), err))?;
    Ok(bytes.to_text())
}

/// The secret text that a call hands out.
pub(crate) fn secret(
    call: impl FnOnce(*mut vg_bytes_t, *mut *mut vg_error_t) -> vg_status_t,
) -> Result<Zeroizing<String>> {
    text(call).map(Zeroizing::new)
}
