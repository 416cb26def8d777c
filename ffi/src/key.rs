//! Keys: the one secret. 256 bits from which marks, commitments and the ledger's signatures are derived.
//! Who has the key can find its marks, forge them and sign as the ledger. Keep it where secrets are kept.

use std::ffi::c_char;

use voxguard_core::key::Key;
use zeroize::Zeroizing;

use crate::argument::{place, slice_in, slice_out, text};
use crate::bytes::vg_bytes_t;
use crate::call::{control, plain};
use crate::error::{Error, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::status::{VG_ERR_INTERNAL, VG_ERR_NULL, vg_status_t};

/// A key. Wiped from memory when the last handle that was made from it is freed.
pub struct vg_key_t {
    _opaque: [u8; 0],
}

impl Handle for vg_key_t {
    const KIND: u32 = kind(b"key ");
    type Value = Key;
}

/// Length of a key in bytes.
pub const VG_KEY_BYTES: usize = 32;
/// Length of a key's public id as text, with the NUL that ends it.
pub const VG_KEY_ID_SIZE: usize = 17;

/// Makes a new key from the operating system's entropy.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_key_generate(out: *mut *mut vg_key_t, err: *mut *mut vg_error_t) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let mut bytes = Zeroizing::new([0u8; Key::BYTES]);
        entropy(bytes.as_mut_slice())?;
        unsafe { out.set(make(Key::from_bytes(bytes.as_slice())?)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Makes a key of `len` bytes, which must be 32 and should come from a generator fit for keys.
/// VG_ERR_KEY for another length or all zeros.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_key_from_bytes(
    bytes: *const u8,
    len: usize,
    out: *mut *mut vg_key_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        if bytes.is_null() {
            return Err(VG_ERR_NULL.into());
        }
        let key = Key::from_bytes(unsafe { slice_in(bytes, len) }?)?;
        unsafe { out.set(make(key)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Makes a key of 64 hexadecimal digits. VG_ERR_KEY for anything else.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_key_from_hex(
    hex: *const c_char,
    len: usize,
    out: *mut *mut vg_key_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let key = Key::from_hex(unsafe { text("hex", hex, len) }?)?;
        unsafe { out.set(make(key)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Gives the key as 64 hexadecimal digits. They are the secret itself; vg_bytes_free wipes them.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_key_to_hex(
    key: *const vg_key_t,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let hex = unsafe { shared(key, |key| Ok(key.to_hex())) }?;
        unsafe { out.set(vg_bytes_t::new(hex.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes the key's public id, 16 hexadecimal digits and a NUL: says which key, and nothing about it.
///
/// Threads: any. Real time: no.
///
/// cbindgen:ptrs-as-arrays=[[out;17]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_key_id(key: *const vg_key_t, out: *mut c_char) -> vg_status_t {
    plain(|| {
        let id = unsafe { shared(key, |key| Ok(key.id())) }?.to_string();
        let out = unsafe { slice_out(out.cast::<u8>(), VG_KEY_ID_SIZE) }?;
        out.iter_mut().zip(id.bytes().chain([0])).for_each(|(to, from)| *to = from);
        Ok(())
    })
}

/// Frees a key. NULL is fine. What was made from it goes on working.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_key_free(key: *mut vg_key_t) {
    unsafe { free(key) }
}

/// Fills `bytes` from the operating system.
pub(crate) fn entropy(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| {
        Error::new(VG_ERR_INTERNAL, format_args!("the operating system gives no entropy: {error}"))
    })
}
