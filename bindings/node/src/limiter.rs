//! Rate limits.

use std::cell::RefCell;

use napi::Env;
use napi_derive::napi;

use crate::failure::{Result, closed, raise};

#[napi(object, object_from_js = false)]
pub struct Limit {
    pub allowed: bool,
    pub retry_after: f64,
    pub remaining: u32,
}

impl From<voxguard::Limit> for Limit {
    fn from(limit: voxguard::Limit) -> Self {
        Self { allowed: limit.allowed, retry_after: limit.retry_after, remaining: limit.remaining }
    }
}

#[napi]
pub struct RateLimiter {
    held: RefCell<Option<voxguard::RateLimiter>>,
}

impl RateLimiter {
    fn with<T>(
        &self,
        env: &Env,
        call: impl FnOnce(&voxguard::RateLimiter) -> voxguard::Result<T>,
    ) -> Result<T> {
        self.held.borrow().as_ref().ok_or_else(closed).and_then(call).map_err(|error| raise(env, &error))
    }
}

#[napi]
impl RateLimiter {
    #[napi(constructor)]
    pub fn new(env: Env, per_minute: u32, burst: u32, max_keys: u32) -> Result<Self> {
        let made = voxguard::RateLimiter::with_keys(per_minute, burst, max_keys as usize);
        Ok(Self { held: RefCell::new(Some(made.map_err(|error| raise(&env, &error))?)) })
    }

    #[napi]
    pub fn check(&self, env: Env, key: String, cost: u32, now: f64) -> Result<Limit> {
        self.with(&env, |limiter| Ok(limiter.check(&key, cost, now)?.into()))
    }

    #[napi]
    pub fn forget(&self, env: Env, key: String) -> Result<()> {
        self.with(&env, |limiter| limiter.forget(&key))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

#[napi]
pub fn limiter_script() -> &'static str {
    voxguard::RateLimiter::script()
}
