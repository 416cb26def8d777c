//! Versions: is the library that runs the one this header belongs to?

use std::ffi::c_char;

/// The number of the binary interface that this header describes, and of the shared library's name:
/// libvoxguard.so.0. It changes when a program built against an older header would break.
pub const VG_ABI_VERSION: u32 = 0;

/// The version of the library that runs, such as "0.1.0". Static.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub extern "C" fn vg_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The VG_ABI_VERSION of the library that runs: refuse to go on when it is not that of the header.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub extern "C" fn vg_abi_version() -> u32 {
    VG_ABI_VERSION
}
