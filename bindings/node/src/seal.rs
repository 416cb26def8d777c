//! Sealing. What asks for a password works on another thread: it is slow on purpose.

use std::cell::RefCell;

use napi::Env;
use napi::bindgen_prelude::{AsyncTask, Buffer, ClassInstance};
use napi_derive::napi;
use voxguard::{Error, Kdf, Status};
use zeroize::Zeroizing;

use crate::failure::{Result, closed, raise};
use crate::job::{Job, start};

fn kdf_in(name: &str) -> voxguard::Result<Kdf> {
    match name {
        "argon2id" => Ok(Kdf::Argon2id),
        "pbkdf2" => Ok(Kdf::Pbkdf2),
        _ => Err(Error::new(Status::ARGUMENT, "kdf: accepted are \"argon2id\" and \"pbkdf2\"")),
    }
}

#[napi]
pub struct SealKey {
    held: RefCell<Option<voxguard::SealKey>>,
    outdated: bool,
}

impl SealKey {
    fn new(key: voxguard::SealKey) -> Self {
        Self { held: RefCell::new(Some(key)), outdated: false }
    }

    fn held(&self, env: &Env) -> Result<voxguard::SealKey> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }
}

#[napi]
impl SealKey {
    #[napi(factory)]
    pub fn generate(env: Env) -> Result<Self> {
        voxguard::SealKey::generate().map(Self::new).map_err(|error| raise(&env, &error))
    }

    #[napi(factory)]
    pub fn from_bytes(env: Env, bytes: &[u8]) -> Result<Self> {
        voxguard::SealKey::from_bytes(bytes).map(Self::new).map_err(|error| raise(&env, &error))
    }

    #[napi(factory)]
    pub fn from_source(env: Env, source: String, create: bool) -> Result<Self> {
        voxguard::SealKey::from_source(&source, create).map(Self::new).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn wrap(&self, env: Env, password: Buffer, kdf: String) -> Result<AsyncTask<Job<String>>> {
        let (key, password) = (self.held(&env)?, Zeroizing::new(password.to_vec()));
        Ok(start(move || Ok(key.wrap(&password, kdf_in(&kdf)?)?.to_string())))
    }

    /// Whether it came from a wrapping at less than today's cost.
    #[napi]
    pub fn outdated(&self) -> bool {
        self.outdated
    }

    #[napi]
    pub fn to_bytes(&self, env: Env) -> Result<Buffer> {
        let bytes = self.held(&env)?.to_bytes().map_err(|error| raise(&env, &error))?;
        Ok(Buffer::from(bytes.as_slice()))
    }

    #[napi]
    pub fn id(&self, env: Env) -> Result<String> {
        Ok(self.held(&env)?.id().to_owned())
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

#[napi]
pub fn unwrap_seal_key(wrapped: String, password: Buffer, kdf: String) -> AsyncTask<Job<SealKey>> {
    let password = Zeroizing::new(password.to_vec());
    start(move || {
        let (key, outdated) = voxguard::SealKey::unwrap(&wrapped, &password, kdf_in(&kdf)?)?;
        Ok(SealKey { outdated, ..SealKey::new(key) })
    })
}

#[napi]
pub struct Sealer {
    held: RefCell<Option<voxguard::Sealer>>,
}

impl Sealer {
    fn bytes(
        &self,
        env: &Env,
        call: impl FnOnce(&voxguard::Sealer) -> voxguard::Result<Vec<u8>>,
    ) -> Result<Buffer> {
        let held = self.held.borrow();
        let bytes = held.as_ref().ok_or_else(closed).and_then(call);
        bytes.map(Buffer::from).map_err(|error| raise(env, &error))
    }
}

#[napi]
impl Sealer {
    #[napi(constructor)]
    pub fn new(env: Env, keys: Vec<ClassInstance<SealKey>>) -> Result<Self> {
        let keys = keys.iter().map(|key| key.held(&env)).collect::<Result<Vec<_>>>()?;
        let made = voxguard::Sealer::new(&keys.iter().collect::<Vec<_>>());
        Ok(Self { held: RefCell::new(Some(made.map_err(|error| raise(&env, &error))?)) })
    }

    #[napi]
    pub fn seal(&self, env: Env, plain: &[u8], about: &[u8]) -> Result<Buffer> {
        self.bytes(&env, |sealer| sealer.seal(plain, about))
    }

    #[napi]
    pub fn open(&self, env: Env, sealed: &[u8], about: &[u8]) -> Result<Buffer> {
        self.bytes(&env, |sealer| sealer.open(sealed, about))
    }

    #[napi]
    pub fn seal_stream(&self, env: Env, plain: &[u8], about: &[u8], chunk_bytes: u32) -> Result<Buffer> {
        self.bytes(&env, |sealer| sealer.seal_stream(plain, about, chunk_bytes))
    }

    #[napi]
    pub fn open_stream(&self, env: Env, sealed: &[u8], about: &[u8]) -> Result<Buffer> {
        self.bytes(&env, |sealer| sealer.open_stream(sealed, about))
    }

    #[napi]
    pub fn open_chunk(
        &self,
        env: Env,
        header: &[u8],
        about: &[u8],
        index: f64,
        last: bool,
        chunk: &[u8],
    ) -> Result<Buffer> {
        self.bytes(&env, |sealer| sealer.open_chunk(header, about, index as u64, last, chunk))
    }

    #[napi]
    pub fn stream(&self, env: Env, about: &[u8], chunk_bytes: u32) -> Result<SealStream> {
        let held = self.held.borrow();
        let begun = held.as_ref().ok_or_else(closed).and_then(|sealer| sealer.stream(about, chunk_bytes));
        let (stream, header) = begun.map_err(|error| raise(&env, &error))?;
        Ok(SealStream { held: RefCell::new(Some(stream)), header })
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

#[napi]
pub struct SealStream {
    held: RefCell<Option<voxguard::SealStream>>,
    header: Vec<u8>,
}

impl SealStream {
    fn bytes(
        &self,
        env: &Env,
        call: impl FnOnce(&mut voxguard::SealStream) -> voxguard::Result<Vec<u8>>,
    ) -> Result<Buffer> {
        let mut held = self.held.borrow_mut();
        let bytes = held.as_mut().ok_or_else(closed).and_then(call);
        bytes.map(Buffer::from).map_err(|error| raise(env, &error))
    }
}

#[napi]
impl SealStream {
    #[napi]
    pub fn header(&self) -> Buffer {
        Buffer::from(self.header.as_slice())
    }

    #[napi]
    pub fn push(&self, env: Env, plain: &[u8]) -> Result<Buffer> {
        self.bytes(&env, |stream| stream.push(plain))
    }

    #[napi]
    pub fn finish(&self, env: Env) -> Result<Buffer> {
        self.bytes(&env, voxguard::SealStream::finish)
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

#[napi]
pub fn fernet_open(env: Env, key: String, token: String) -> Result<Buffer> {
    voxguard::fernet_open(&key, &token).map(Buffer::from).map_err(|error| raise(&env, &error))
}
