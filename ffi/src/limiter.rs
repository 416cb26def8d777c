//! Limiters: how often a key may ask (GCRA: a burst, then a steady rate), in memory of a fixed size.

use std::ffi::c_char;

use parking_lot::Mutex;
use voxguard_core::access::limiter::{Decision, Limiter, Rate, SCRIPT, nanoseconds};

use crate::argument::{Versioned, place, slice_in, struct_in, struct_out};
use crate::call::{control, plain};
use crate::error::{Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::status::{VG_ERR_ARGUMENT, vg_status_t};

/// A limiter.
pub struct vg_limiter_t {
    _opaque: [u8; 0],
}

impl Handle for vg_limiter_t {
    const KIND: u32 = kind(b"limi");
    const CHANGES_WHEN_CONST: bool = true;
    type Value = Mutex<Limiter>;
}

/// What a limiter lets pass.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_limiter_options_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Requests in a period, at least 1.
    pub count: u32,
    /// How many may come at once, at least 1.
    pub burst: u32,
    /// The period in seconds; 0 for a minute.
    pub period_seconds: f64,
    /// Keys that are remembered, 16 bytes each; 0 for 65536.
    pub max_keys: usize,
}

unsafe impl Versioned for vg_limiter_options_t {}

/// What a limiter says.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_limit_t {
    /// sizeof this struct: set it before the call.
    pub struct_size: usize,
    /// Whether the request may go on.
    pub allowed: bool,
    /// Requests that may still come at once.
    pub remaining: u32,
    /// Seconds until it would be allowed: 0 when it is, infinite when its cost is above the burst.
    pub retry_after: f64,
}

unsafe impl Versioned for vg_limit_t {}

/// Makes a limiter. VG_ERR_CONFIG for a rate that is none.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_limiter_new(
    options: *const vg_limiter_options_t,
    out: *mut *mut vg_limiter_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let options = unsafe { struct_in(options) }?;
        let period = if options.period_seconds == 0.0 { 60.0 } else { options.period_seconds };
        let keys = if options.max_keys == 0 { Limiter::DEFAULT_KEYS } else { options.max_keys };
        let limiter = Limiter::new(Rate::new(options.count, period, options.burst)?, keys)?;
        unsafe { out.set(make(Mutex::new(limiter))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Decides about one request of `key` (any bytes), which costs `cost`, at `now` in seconds of any clock that
/// does not go back. VG_ERR_ARGUMENT for a time that is none.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_limiter_check(
    limiter: *const vg_limiter_t,
    key: *const u8,
    key_len: usize,
    cost: u32,
    now: f64,
    out: *mut vg_limit_t,
) -> vg_status_t {
    plain(|| {
        let key = unsafe { slice_in(key, key_len) }?;
        let now = nanoseconds(now).map_err(|_| VG_ERR_ARGUMENT)?;
        let decision = unsafe { shared(limiter, |limiter| Ok(limiter.lock().check(key, cost, now))) }?;
        unsafe { limit_out(out, decision) }
    })
}

/// Forgets a key: it has its whole burst again.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_limiter_forget(
    limiter: *const vg_limiter_t,
    key: *const u8,
    key_len: usize,
) -> vg_status_t {
    plain(|| {
        let key = unsafe { slice_in(key, key_len) }?;
        let forget = |limiter: &Mutex<Limiter>| {
            limiter.lock().forget(key);
            Ok(())
        };
        unsafe { shared(limiter, forget) }
    })
}

/// Gives the script by which many machines share limits in Redis or Valkey, as text: run it by EVALSHA with the
/// key as its only KEYS, and as ARGV the interval in microseconds, the burst and the cost. It answers three numbers:
/// 1 (allowed) or 0, microseconds until it would be (-1: never), and how many may still come at once; the clock is the
/// server's. Static.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub extern "C" fn vg_limiter_script() -> *const c_char {
    SCRIPT.as_ptr()
}

/// Frees a limiter. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_limiter_free(limiter: *mut vg_limiter_t) {
    unsafe { free(limiter) }
}

pub(crate) unsafe fn limit_out(out: *mut vg_limit_t, decision: Decision) -> Result<()> {
    let Decision { allowed, retry_after, remaining } = decision;
    let limit = vg_limit_t { struct_size: size_of::<vg_limit_t>(), allowed, remaining, retry_after };
    unsafe { struct_out(out, limit) }
}
