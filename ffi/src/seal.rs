//! Sealing: bytes that only a key's holder can read and nobody can change unnoticed (XChaCha20-Poly1305), records
//! with what they are bound to, and audio in chunks of which each opens on its own.

use std::ffi::c_char;
use std::path::Path;

use voxguard_core::key::Key;
use voxguard_core::seal::password::{self, Kdf};
use voxguard_core::seal::{KeyRing, SealKey, fernet, record, stream};
use voxguard_store::key_source;
use zeroize::Zeroizing;

use crate::argument::{place, slice_in, slice_out, text};
use crate::bytes::vg_bytes_t;
use crate::call::{control, plain};
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, exclusive, free, kind, make, shared};
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
