//! Bytes and strings: what comes out besides handles.

use std::ffi::c_char;
use std::ptr;
use std::slice;

use zeroize::Zeroize;

use crate::argument::is_writable;

/// Bytes that are yours: `len` of them at `data`, and a NUL after them that `len` does not count, so that text
/// can be printed. Free them with vg_bytes_free. Do not change `data` and `len` before that.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_bytes_t {
    /// The first byte.
    pub data: *mut u8,
    /// How many there are.
    pub len: usize,
}

/// Text that is borrowed: `len` bytes of UTF-8 at `data`, not ended by NUL. It lives as long as the handle that
/// it was asked of. Print it with `printf("%.*s", (int)str.len, str.data)`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_str_t {
    /// The first byte; never NULL when a call has set it.
    pub data: *const c_char,
    /// How many bytes there are.
    pub len: usize,
}

/// Wipes and frees bytes, and sets the struct to zero: freeing twice is safe, and so is NULL.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_bytes_free(bytes: *mut vg_bytes_t) {
    if !is_writable(bytes) {
        return;
    }
    let vg_bytes_t { data, len } = unsafe { bytes.replace(vg_bytes_t::NONE) };
    if !data.is_null() {
        let with_nul = ptr::slice_from_raw_parts_mut(data, len + 1);
        unsafe { slice::from_raw_parts_mut(data, len) }.zeroize();
        drop(unsafe { Box::from_raw(with_nul) });
    }
}

impl vg_bytes_t {
    /// No bytes: what `vg_bytes_free` leaves.
    pub(crate) const NONE: Self = Self { data: ptr::null_mut(), len: 0 };

    /// A copy of the bytes for the caller.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut with_nul = Vec::with_capacity(bytes.len() + 1);
        with_nul.extend_from_slice(bytes);
        with_nul.push(0);
        let data = Box::into_raw(with_nul.into_boxed_slice()).cast();
        Self { data, len: bytes.len() }
    }
}

impl vg_str_t {
    /// The text, which must outlive what the caller was told.
    pub(crate) fn new(text: &str) -> Self {
        // An empty `String` points nowhere in particular; C code likes to be able to look.
        let data = if text.is_empty() { c"".as_ptr() } else { text.as_ptr().cast() };
        Self { data, len: text.len() }
    }
}
