//! Bytes that only a key's holder can read and nobody can change unnoticed.

use std::ffi::c_char;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::bytes::{raw, secret};
use crate::call::{Owned, create, static_text, value};
use crate::error::Result;
use crate::sys;

/// How a password becomes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kdf {
    /// Argon2id: 19 MiB, two passes, one lane.
    #[default]
    Argon2id,
    /// PBKDF2 with HMAC-SHA-256, 600,000 rounds: where FIPS 140 is asked for.
    Pbkdf2,
}

impl Kdf {
    fn code(self) -> u32 {
        match self {
            Self::Argon2id => sys::VG_KDF_ARGON2ID,
            Self::Pbkdf2 => sys::VG_KDF_PBKDF2,
        }
    }
}

/// A key that seals. Cheap to clone; printed, it shows its public id only.
#[derive(Clone)]
pub struct SealKey {
    handle: Arc<Owned<sys::vg_seal_key_t>>,
    id: String,
}

impl SealKey {
    /// A new key from the operating system's entropy.
    pub fn generate() -> Result<Self> {
        Self::new(create(sys::vg_seal_key_free, |out, err| unsafe { sys::vg_seal_key_generate(out, err) })?)
    }

    /// A key of 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let call = |out, err| unsafe { sys::vg_seal_key_from_bytes(bytes.as_ptr(), bytes.len(), out, err) };
        Self::new(create(sys::vg_seal_key_free, call)?)
    }

    /// The key of `file:PATH` or `env:NAME`. With `make` a file that is not there is made first, with a new key. No
    /// key is an error: do not go on without.
    pub fn from_source(source: &str, make: bool) -> Result<Self> {
        let (data, len) = (source.as_ptr().cast(), source.len());
        let call = |out, err| unsafe { sys::vg_seal_key_from_source(data, len, make, out, err) };
        Self::new(create(sys::vg_seal_key_free, call)?)
    }

    /// The key that was wrapped under a password, and whether it should be wrapped anew.
    pub fn unwrap(wrapped: &str, password: &[u8], today: Kdf) -> Result<(Self, bool)> {
        let (data, len) = (wrapped.as_ptr().cast(), wrapped.len());
        let mut outdated = false;
        let call = |out, err| unsafe {
            let (password, length) = (password.as_ptr(), password.len());
            sys::vg_seal_key_unwrap(data, len, password, length, today.code(), &mut outdated, out, err)
        };
        let key = Self::new(create(sys::vg_seal_key_free, call)?)?;
        Ok((key, outdated))
    }

    /// The key under a password, as one line that can be stored.
    pub fn wrap(&self, password: &[u8], kdf: Kdf) -> Result<Zeroizing<String>> {
        secret(|out, err| unsafe {
            sys::vg_seal_key_wrap(self.as_ptr(), password.as_ptr(), password.len(), kdf.code(), out, err)
        })
    }

    /// The secret itself: handle with care.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>> {
        raw(|out, err| unsafe { sys::vg_seal_key_to_bytes(self.as_ptr(), out, err) }).map(Zeroizing::new)
    }

    /// The key's public id.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn as_ptr(&self) -> *const sys::vg_seal_key_t {
        self.handle.as_ptr()
    }

    fn new(handle: Owned<sys::vg_seal_key_t>) -> Result<Self> {
        let call = |out: *mut [c_char; sys::VG_KEY_ID_SIZE]| unsafe {
            sys::vg_seal_key_id(handle.as_ptr(), out.cast())
        };
        let id = static_text(value(call)?.as_ptr()).to_owned();
        Ok(Self { handle: Arc::new(handle), id })
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey(id {})", self.id)
    }
}

/// Seals with one key and opens with all it has. Cheap to clone; many threads may use one.
///
/// ```
/// use voxguard::{SealKey, Sealer, Status};
///
/// let sealer = Sealer::new(&[&SealKey::generate()?])?;
/// let sealed = sealer.seal(b"Good morning.", b"id-7")?;
/// assert_eq!(sealer.open(&sealed, b"id-7")?, b"Good morning.");
/// assert_eq!(sealer.open(&sealed, b"id-8").unwrap_err().status, Status::SEAL);
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Sealer {
    handle: Arc<Owned<sys::vg_sealer_t>>,
}

impl Sealer {
    /// Seals with the first key and opens with all, 1 to 64.
    pub fn new(keys: &[&SealKey]) -> Result<Self> {
        let keys: Vec<_> = keys.iter().map(|key| key.as_ptr()).collect();
        let call = |out, err| unsafe { sys::vg_sealer_new(keys.as_ptr(), keys.len(), out, err) };
        Ok(Self { handle: Arc::new(create(sys::vg_sealer_free, call)?) })
    }

    /// Seals bytes, bound to `about`.
    pub fn seal(&self, plain: &[u8], about: &[u8]) -> Result<Vec<u8>> {
        raw(|out, err| unsafe {
            let (data, len) = (plain.as_ptr(), plain.len());
            sys::vg_sealer_seal(self.handle.as_ptr(), data, len, about.as_ptr(), about.len(), out, err)
        })
    }

    /// Opens what was sealed and bound to the same.
    pub fn open(&self, sealed: &[u8], about: &[u8]) -> Result<Vec<u8>> {
        raw(|out, err| unsafe {
            let (data, len) = (sealed.as_ptr(), sealed.len());
            sys::vg_sealer_open(self.handle.as_ptr(), data, len, about.as_ptr(), about.len(), out, err)
        })
    }

    /// Begins to seal a stream in chunks; 0 for 64 KiB. Returns what the sealed stream begins with.
    pub fn stream(&self, about: &[u8], chunk_bytes: u32) -> Result<(SealStream, Vec<u8>)> {
        let mut made = None;
        let header = raw(|header, err| {
            let mut stream = std::ptr::null_mut();
            let (data, len) = (about.as_ptr(), about.len());
            let status = unsafe {
                sys::vg_seal_stream_new(
                    self.handle.as_ptr(),
                    data,
                    len,
                    chunk_bytes,
                    header,
                    &mut stream,
                    err,
                )
            };
            made = Some((stream, status));
            status
        })?;
        let (stream, status) = made.unwrap_or((std::ptr::null_mut(), sys::VG_ERR_INTERNAL));
        let handle = create(sys::vg_seal_stream_free, |out, _| {
            unsafe { out.write(stream) };
            status
        })?;
        Ok((SealStream { handle }, header))
    }

    /// Seals a whole stream at once.
    pub fn seal_stream(&self, plain: &[u8], about: &[u8], chunk_bytes: u32) -> Result<Vec<u8>> {
        let (mut stream, mut sealed) = self.stream(about, chunk_bytes)?;
        sealed.extend(stream.push(plain)?);
        sealed.extend(stream.finish()?);
        Ok(sealed)
    }

    /// Opens a whole sealed stream.
    pub fn open_stream(&self, sealed: &[u8], about: &[u8]) -> Result<Vec<u8>> {
        raw(|out, err| unsafe {
            let (data, len) = (sealed.as_ptr(), sealed.len());
            sys::vg_sealer_open_stream(self.handle.as_ptr(), data, len, about.as_ptr(), about.len(), out, err)
        })
    }

    /// Opens one chunk of a sealed stream by its header and index.
    pub fn open_chunk(
        &self,
        header: &[u8],
        about: &[u8],
        index: u64,
        last: bool,
        chunk: &[u8],
    ) -> Result<Vec<u8>> {
        let sealer = self.handle.as_ptr();
        let (h, h_len, a, a_len) = (header.as_ptr(), header.len(), about.as_ptr(), about.len());
        let (c, c_len) = (chunk.as_ptr(), chunk.len());
        raw(|out, err| unsafe {
            sys::vg_sealer_open_chunk(sealer, h, h_len, a, a_len, index, last, c, c_len, out, err)
        })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

/// A stream that is being sealed.
pub struct SealStream {
    handle: Owned<sys::vg_seal_stream_t>,
}

impl SealStream {
    /// What is sealed by now, perhaps nothing.
    pub fn push(&mut self, plain: &[u8]) -> Result<Vec<u8>> {
        let stream = self.handle.as_mut_ptr();
        raw(|out, err| unsafe { sys::vg_seal_stream_push(stream, plain.as_ptr(), plain.len(), out, err) })
    }

    /// The last chunk; without it the stream is incomplete.
    pub fn finish(&mut self) -> Result<Vec<u8>> {
        let stream = self.handle.as_mut_ptr();
        raw(|out, err| unsafe { sys::vg_seal_stream_finish(stream, out, err) })
    }
}

impl fmt::Debug for SealStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealStream").finish_non_exhaustive()
    }
}

/// Decrypts a Fernet token of an older system, to be sealed anew.
pub fn fernet_open(key: &str, token: &str) -> Result<Vec<u8>> {
    raw(|out, err| unsafe {
        let (k, k_len) = (key.as_ptr().cast(), key.len());
        sys::vg_fernet_open(k, k_len, token.as_ptr().cast(), token.len(), out, err)
    })
}
