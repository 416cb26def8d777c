//! The key.

use std::cell::RefCell;

use napi::Env;
use napi_derive::napi;

use crate::failure::{Result, closed, raise};

#[napi]
pub struct Key {
    held: RefCell<Option<voxguard::Key>>,
}

impl Key {
    fn new(key: voxguard::Key) -> Self {
        Self { held: RefCell::new(Some(key)) }
    }

    /// A key of its own for who needs one beyond this call: cloning shares the memory.
    pub fn held(&self, env: &Env) -> Result<voxguard::Key> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }
}

#[napi]
impl Key {
    #[napi(factory)]
    pub fn generate(env: Env) -> Result<Self> {
        voxguard::Key::generate().map(Self::new).map_err(|error| raise(&env, &error))
    }

    #[napi(factory)]
    pub fn from_bytes(env: Env, bytes: &[u8]) -> Result<Self> {
        voxguard::Key::from_bytes(bytes).map(Self::new).map_err(|error| raise(&env, &error))
    }

    #[napi(factory)]
    pub fn from_hex(env: Env, text: String) -> Result<Self> {
        voxguard::Key::from_hex(&text).map(Self::new).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn to_hex(&self, env: Env) -> Result<String> {
        self.held(&env)?.to_hex().map(|hex| hex.to_string()).map_err(|error| raise(&env, &error))
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
