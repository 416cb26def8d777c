//! Sealing: bytes that only a key's holder can read and nobody can change unnoticed (XChaCha20-Poly1305), records
//! with what they are bound to, and audio in chunks of which each opens on its own.

use std::ffi::c_char;

use voxguard_core::seal::{KeyRing, fernet, record, stream};
use zeroize::Zeroizing;

use crate::argument::{place, slice_in, text};
use crate::bytes::vg_bytes_t;
use crate::call::control;
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, exclusive, free, kind, make, shared};
use crate::key::entropy;
use crate::seal_key::vg_seal_key_t;
use crate::status::{VG_ERR_ARGUMENT, vg_status_t};

/// The key that seals now, and those that still open.
pub struct vg_sealer_t {
    _opaque: [u8; 0],
}

impl Handle for vg_sealer_t {
    const KIND: u32 = kind(b"seal");
    type Value = KeyRing;
}

/// A stream that is being sealed.
pub struct vg_seal_stream_t {
    _opaque: [u8; 0],
}

impl Handle for vg_seal_stream_t {
    const KIND: u32 = kind(b"seas");
    type Value = stream::Writer;
}

/// Makes a sealer that seals with the first of the keys and opens with all of them, 1 to 64.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_sealer_new(
    keys: *const *const vg_seal_key_t,
    count: usize,
    out: *mut *mut vg_sealer_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let keys = unsafe { slice_in(keys, count) }?;
        let (first, rest) =
            keys.split_first().ok_or_else(|| Error::new(VG_ERR_ARGUMENT, "0 keys: accepted are 1 to 64"))?;
        let copy = |key: *const vg_seal_key_t| unsafe { shared(key, |key| Ok(key.clone())) };
        let retired = rest.iter().map(|key| copy(*key)).collect::<Result<Vec<_>>>()?;
        unsafe { out.set(make(KeyRing::with_retired(copy(*first)?, retired)?)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Seals `plain`, bound to `about` (whose it is, of which kind): the same must be given to open it.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_sealer_seal(
    sealer: *const vg_sealer_t,
    plain: *const u8,
    plain_len: usize,
    about: *const u8,
    about_len: usize,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let (plain, about) = unsafe { (slice_in(plain, plain_len)?, slice_in(about, about_len)?) };
        let mut nonce = [0; record::NONCE_BYTES];
        entropy(&mut nonce)?;
        let sealed = unsafe { shared(sealer, |ring| Ok(record::seal(ring, plain, about, nonce)?)) }?;
        unsafe { out.set(vg_bytes_t::new(&sealed)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Opens what vg_sealer_seal sealed. VG_ERR_SEAL when it was changed, cut, bound to something else or sealed with a
/// key that the sealer has not.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_sealer_open(
    sealer: *const vg_sealer_t,
    sealed: *const u8,
    sealed_len: usize,
    about: *const u8,
    about_len: usize,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let (sealed, about) = unsafe { (slice_in(sealed, sealed_len)?, slice_in(about, about_len)?) };
        let open = |ring: &KeyRing| Ok(Zeroizing::new(record::open(ring, sealed, about)?));
        let plain = unsafe { shared(sealer, open) }?;
        unsafe { out.set(vg_bytes_t::new(&plain)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Begins to seal a stream in chunks of `chunk_bytes`, 64 to 16777216, 0 for 65536; bound to `about`. `header` receives
/// what the sealed stream begins with.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_stream_new(
    sealer: *const vg_sealer_t,
    about: *const u8,
    about_len: usize,
    chunk_bytes: u32,
    header: *mut vg_bytes_t,
    out: *mut *mut vg_seal_stream_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (header, out) = (place(header)?, place(out)?);
        let about = unsafe { slice_in(about, about_len) }?;
        let mut salt = [0; stream::SALT_BYTES];
        entropy(&mut salt)?;
        let chunk = if chunk_bytes == 0 { stream::CHUNK_BYTES } else { chunk_bytes };
        let begin = |ring: &KeyRing| Ok(stream::Writer::new(ring, about, salt, chunk)?);
        let (writer, bytes) = unsafe { shared(sealer, begin) }?;
        unsafe { header.set(vg_bytes_t::new(&bytes)) };
        unsafe { out.set(make(writer)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Seals what is full by now; `sealed` receives it, perhaps nothing.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_stream_push(
    stream: *mut vg_seal_stream_t,
    plain: *const u8,
    plain_len: usize,
    sealed: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(sealed)?;
        let plain = unsafe { slice_in(plain, plain_len) }?;
        let mut bytes = Vec::new();
        unsafe { exclusive(stream, |writer| Ok(writer.push(plain, &mut bytes)?)) }?;
        unsafe { out.set(vg_bytes_t::new(&bytes)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Seals the last chunk. Without it the stream is incomplete and does not open as a whole. VG_ERR_STATE the second time.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_stream_finish(
    stream: *mut vg_seal_stream_t,
    sealed: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(sealed)?;
        let mut bytes = Vec::new();
        unsafe { exclusive(stream, |writer| Ok(writer.finish(&mut bytes)?)) }?;
        unsafe { out.set(vg_bytes_t::new(&bytes)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees a stream. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_seal_stream_free(stream: *mut vg_seal_stream_t) {
    unsafe { free(stream) }
}

/// Opens a whole sealed stream. VG_ERR_SEAL when a chunk was changed, cut, moved, repeated or taken from elsewhere.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_sealer_open_stream(
    sealer: *const vg_sealer_t,
    sealed: *const u8,
    sealed_len: usize,
    about: *const u8,
    about_len: usize,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let (sealed, about) = unsafe { (slice_in(sealed, sealed_len)?, slice_in(about, about_len)?) };
        let open = |ring: &KeyRing| Ok(Zeroizing::new(stream::open(ring, sealed, about)?));
        let plain = unsafe { shared(sealer, open) }?;
        unsafe { out.set(vg_bytes_t::new(&plain)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Opens one chunk of a sealed stream: `header` is the stream's first 40 bytes, chunk `index` begins at byte
/// `40 + index * (chunk_bytes + 16)`; `last` says that it is the stream's last.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_sealer_open_chunk(
    sealer: *const vg_sealer_t,
    header: *const u8,
    header_len: usize,
    about: *const u8,
    about_len: usize,
    index: u64,
    last: bool,
    chunk: *const u8,
    chunk_len: usize,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let (header, about) = unsafe { (slice_in(header, header_len)?, slice_in(about, about_len)?) };
        let chunk = unsafe { slice_in(chunk, chunk_len) }?;
        let mut plain = Zeroizing::new(Vec::new());
        let open = |ring: &KeyRing| {
            let reader = stream::Reader::new(ring, header, about)?;
            Ok(reader.open_chunk(index, last, chunk, &mut plain)?)
        };
        unsafe { shared(sealer, open) }?;
        unsafe { out.set(vg_bytes_t::new(&plain)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Decrypts a Fernet token of an older system with its key (base64url of 32 bytes), to be sealed anew.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_fernet_open(
    key: *const c_char,
    key_len: usize,
    token: *const c_char,
    token_len: usize,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let (key, token) = unsafe { (text("key", key, key_len)?, text("token", token, token_len)?) };
        let plain = Zeroizing::new(fernet::open(key, token, None)?);
        unsafe { out.set(vg_bytes_t::new(&plain)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees a sealer. NULL is fine. Its streams live on.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_sealer_free(sealer: *mut vg_sealer_t) {
    unsafe { free(sealer) }
}
