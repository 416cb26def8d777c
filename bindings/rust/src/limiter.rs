//! How often a key may ask.

use std::fmt;
use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::call::{Owned, create, plain, static_text};
use crate::error::Result;
use crate::sys;

/// A limit by GCRA: a burst, then a steady rate. Cheap to clone; many threads may use one.
///
/// ```
/// use voxguard::RateLimiter;
///
/// let limiter = RateLimiter::new(60, 10)?;
/// assert!((0..10).all(|_| limiter.check("key-1", 1, 0.0).unwrap().allowed));
/// assert_eq!(limiter.check("key-1", 1, 0.0)?.retry_after, 1.0);
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct RateLimiter {
    handle: Arc<Owned<sys::vg_limiter_t>>,
}

/// What a limiter says.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Limit {
    /// Whether the request may go on.
    pub allowed: bool,
    /// Seconds until it would be allowed; infinite when its cost is above the burst.
    pub retry_after: f64,
    /// Requests that may still come at once.
    pub remaining: u32,
}

impl RateLimiter {
    /// So many requests a minute, of which `burst` may come at once; 65536 keys are remembered.
    pub fn new(per_minute: u32, burst: u32) -> Result<Self> {
        Self::with_keys(per_minute, burst, 0)
    }

    /// The same with another number of keys, 16 bytes each; 0 for 65536.
    pub fn with_keys(per_minute: u32, burst: u32, max_keys: usize) -> Result<Self> {
        let struct_size = size_of::<sys::vg_limiter_options_t>();
        let (count, period_seconds) = (per_minute, 60.0);
        let options = sys::vg_limiter_options_t { struct_size, count, burst, period_seconds, max_keys };
        let call = |out, err| unsafe { sys::vg_limiter_new(&options, out, err) };
        Ok(Self { handle: Arc::new(create(sys::vg_limiter_free, call)?) })
    }

    /// Decides about one request of a key, at `now` in seconds of any clock that does not go back.
    pub fn check(&self, key: &str, cost: u32, now: f64) -> Result<Limit> {
        limit(|out| unsafe {
            sys::vg_limiter_check(self.handle.as_ptr(), key.as_ptr(), key.len(), cost, now, out)
        })
    }

    /// Forgets a key: it has its whole burst again.
    pub fn forget(&self, key: &str) -> Result<()> {
        plain(unsafe { sys::vg_limiter_forget(self.handle.as_ptr(), key.as_ptr(), key.len()) })
    }

    /// The script by which many machines share limits in Redis or Valkey.
    pub fn script() -> &'static str {
        static_text(unsafe { sys::vg_limiter_script() })
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter").finish_non_exhaustive()
    }
}

pub(crate) fn limit(call: impl FnOnce(*mut sys::vg_limit_t) -> sys::vg_status_t) -> Result<Limit> {
    let mut raw = MaybeUninit::<sys::vg_limit_t>::zeroed();
    // The library looks at the size before it writes the rest.
    unsafe { (&raw mut (*raw.as_mut_ptr()).struct_size).write(size_of::<sys::vg_limit_t>()) };
    plain(call(raw.as_mut_ptr()))?;
    let sys::vg_limit_t { allowed, retry_after, remaining, .. } = unsafe { raw.assume_init() };
    Ok(Limit { allowed, retry_after, remaining })
}
