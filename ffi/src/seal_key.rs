//! Keys that seal: made, read from their source, wrapped under a password.

use std::ffi::c_char;
use std::path::Path;

use voxguard_core::key::Key;
use voxguard_core::seal::password::{self, Kdf};
use voxguard_core::seal::{SealKey, record};
use voxguard_store::key_source;
use zeroize::Zeroizing;

use crate::argument::{place, slice_in, slice_out, text};
use crate::bytes::vg_bytes_t;
use crate::call::{control, plain};
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::key::{VG_KEY_ID_SIZE, entropy};
use crate::status::{VG_ERR_ARGUMENT, vg_status_t};

/// A key that seals. Wiped from memory when the last handle that was made from it is freed.
pub struct vg_seal_key_t {
    _opaque: [u8; 0],
}

impl Handle for vg_seal_key_t {
    const KIND: u32 = kind(b"seak");
    type Value = SealKey;
}

/// Argon2id with 19 MiB, two passes and one lane.
pub const VG_KDF_ARGON2ID: u32 = 0;
/// PBKDF2 with HMAC-SHA-256 and 600,000 rounds, where FIPS 140 is asked for.
pub const VG_KDF_PBKDF2: u32 = 1;

/// Makes a new key from the operating system's entropy.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_key_generate(
    out: *mut *mut vg_seal_key_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        unsafe { out.set(make(fresh()?)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Makes a key of `len` bytes, which must be 32: from a callback of yours, a key service, a hardware module.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_key_from_bytes(
    bytes: *const u8,
    len: usize,
    out: *mut *mut vg_seal_key_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let key = SealKey::from_bytes(unsafe { slice_in(bytes, len) }?)?;
        unsafe { out.set(make(key)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Reads a key from its source: "file:PATH", 64 hexadecimal digits in a file that its owner alone may read, or
/// "env:NAME". With `create` a file that is not there is made first, with a new key, mode 0600. VG_ERR_KEY when
/// there is no key: do not go on without.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_key_from_source(
    source: *const c_char,
    len: usize,
    create: bool,
    out: *mut *mut vg_seal_key_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let source = unsafe { text("source", source, len) }?;
        if let (true, Some(path)) = (create, source.strip_prefix("file:"))
            && !Path::new(path).exists()
        {
            let key = fresh()?;
            // Should another process make the file first, its key is the one.
            match key_source::create(Path::new(path), &Key::from_bytes(key.expose())?) {
                Ok(()) | Err(voxguard_store::KeySourceError::Exists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let key = key_source::read(source)?;
        unsafe { out.set(make(SealKey::from_bytes(key.expose())?)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Gives the key's bytes. They are the secret itself; vg_bytes_free wipes them.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_key_to_bytes(
    key: *const vg_seal_key_t,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let bytes = unsafe { shared(key, |key| Ok(Zeroizing::new(*key.expose()))) }?;
        unsafe { out.set(vg_bytes_t::new(bytes.as_slice())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes the key's public id, 16 hexadecimal digits and a NUL.
///
/// Threads: any. Real time: no.
///
/// cbindgen:ptrs-as-arrays=[[out;17]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_key_id(key: *const vg_seal_key_t, out: *mut c_char) -> vg_status_t {
    plain(|| {
        let id = unsafe { shared(key, |key| Ok(key.id())) }?.to_string();
        let out = unsafe { slice_out(out.cast::<u8>(), VG_KEY_ID_SIZE) }?;
        out.iter_mut().zip(id.bytes().chain([0])).for_each(|(to, from)| *to = from);
        Ok(())
    })
}

/// Wraps the key under a password; `kdf` is one of VG_KDF_*. `text` receives one line that can be stored.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_key_wrap(
    key: *const vg_seal_key_t,
    password: *const u8,
    password_len: usize,
    kdf: u32,
    text: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(text)?;
        let password = unsafe { slice_in(password, password_len) }?;
        let kdf = kdf_in(kdf)?;
        let (mut salt, mut nonce) = ([0; password::SALT_BYTES], [0; record::NONCE_BYTES]);
        entropy(&mut salt)?;
        entropy(&mut nonce)?;
        let wrap = |key: &SealKey| Ok(password::wrap(key, password, kdf, salt, nonce)?);
        let wrapped = unsafe { shared(key, wrap) }?;
        unsafe { out.set(vg_bytes_t::new(wrapped.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Opens a key that was wrapped under a password. `outdated`, which may be NULL, says that it was wrapped at less than
/// the cost of `kdf`: wrap it anew while the password is at hand. VG_ERR_SEAL when the password does not open it.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_key_unwrap(
    wrapped: *const c_char,
    wrapped_len: usize,
    password: *const u8,
    password_len: usize,
    kdf: u32,
    outdated: *mut bool,
    out: *mut *mut vg_seal_key_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (out, outdated) = (place(out)?, crate::argument::optional_place(outdated)?);
        let wrapped = unsafe { text("wrapped", wrapped, wrapped_len) }?;
        let password = unsafe { slice_in(password, password_len) }?;
        let opened = password::unwrap(wrapped, password, kdf_in(kdf)?)?;
        if let Some(outdated) = outdated {
            unsafe { outdated.set(opened.outdated) };
        }
        unsafe { out.set(make(opened.key)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees a key. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_key_free(key: *mut vg_seal_key_t) {
    unsafe { free(key) }
}

fn fresh() -> Result<SealKey> {
    let mut bytes = Zeroizing::new([0u8; SealKey::BYTES]);
    entropy(bytes.as_mut_slice())?;
    Ok(SealKey::from_bytes(bytes.as_slice())?)
}

fn kdf_in(code: u32) -> Result<Kdf> {
    match code {
        VG_KDF_ARGON2ID => Ok(Kdf::RECOMMENDED),
        VG_KDF_PBKDF2 => Ok(Kdf::FIPS),
        _ => {
            let message = format_args!("kdf {code}: accepted are 0 (Argon2id) and 1 (PBKDF2)");
            Err(Error::new(VG_ERR_ARGUMENT, message))
        }
    }
}
