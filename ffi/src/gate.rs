//! The gate of an access: roles, commands, tokens and alerts by its one configuration. Refusals count: three refused
//! commands of one source are an alert by default, and five tokens that were not believed.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use voxguard_core::access::gate::{Access, OnAlert};
use voxguard_core::access::limiter::nanoseconds;
use voxguard_core::monitor::Alert;

use crate::access::vg_access_t;
use crate::argument::{Versioned, optional_place, optional_text, place, slice_in, struct_in, text};
use crate::bytes::vg_bytes_t;
use crate::call::{control, plain};
use crate::error::vg_error_t;
use crate::handle::{make, shared};
use crate::json::{decided, json_in};
use crate::status::{VG_ERR_CONFIG, vg_status_t};
use crate::token::{Desk, Options, answer, vg_tokens_t};

/// A function of yours that is told of every alert when it is raised. It is called on the thread of the call that
/// raises it, from several threads at once if need be, and may use the access: vg_access_panic, for one.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_alert_sink_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Yours: handed to both functions.
    pub user_data: *mut c_void,
    /// Takes one alert, JSON of `len` bytes, borrowed for the call: `{"event": "auth_failure", "source": "10.0.0.9",
    /// "count": 5, "threshold": {"count": 5, "seconds": 300.0}, "time": 3.0}`.
    pub tell: Option<unsafe extern "C" fn(user_data: *mut c_void, json: *const c_char, len: usize)>,
    /// Called exactly once, when another sink takes over or the access and all its guards are freed, and no alert is
    /// being told; never when vg_access_on_alert failed. May be NULL.
    pub drop: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}

unsafe impl Versioned for vg_alert_sink_t {}

/// A host's sink of alerts. Dropping it calls the host's `drop`.
struct AlertSink(vg_alert_sink_t);

// The header says that it is called from any thread, and from several at once.
unsafe impl Send for AlertSink {}
unsafe impl Sync for AlertSink {}

impl AlertSink {
    fn tell(&self, alert: &Alert) {
        let Some(tell) = self.0.tell else { return };
        // An alert always has a JSON form.
        let json = serde_json::to_vec(alert).unwrap_or_default();
        unsafe { tell(self.0.user_data, json.as_ptr().cast(), json.len()) }
    }
}

impl Drop for AlertSink {
    fn drop(&mut self) {
        if let Some(drop) = self.0.drop {
            unsafe { drop(self.0.user_data) };
        }
    }
}

/// Names who is told of alerts from now on, in place of whoever was; NULL: nobody.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_on_alert(
    access: *const vg_access_t,
    sink: *const vg_alert_sink_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let raw = if sink.is_null() { None } else { Some(unsafe { struct_in(sink) }?) };
        // The handle is looked at first: a sink that nobody takes is not dropped either.
        let access = unsafe { shared(access, |access| Ok(access.clone())) }?;
        access.on_alert(raw.map(|raw| {
            let sink = AlertSink(raw);
            let told: OnAlert = Arc::new(move |alert: &Alert| sink.tell(alert));
            told
        }));
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes whether a role of this access's configuration has a permission over a resource, as vg_roles_check does.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_check_role(
    access: *const vg_access_t,
    role: *const c_char,
    role_len: usize,
    permission: *const c_char,
    permission_len: usize,
    resource: *const c_char,
    resource_len: usize,
    allowed: *mut bool,
    decision: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (allowed, decision) = (place(allowed)?, optional_place(decision)?);
        let role = unsafe { text("role", role, role_len) }?;
        let permission = unsafe { text("permission", permission, permission_len) }?;
        let resource = unsafe { text("resource", resource, resource_len) }?;
        let check = |access: &Access| Ok(access.check_role(role, permission, resource));
        let said = unsafe { shared(access, check) }?;
        unsafe { decided(said.allowed, &said, allowed, decision) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes whether a voice may give a command of this access's configuration, as vg_commands_check does. A refusal counts
/// as suspicious_command of `source`, at `now` in seconds.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_check_command(
    access: *const vg_access_t,
    name: *const c_char,
    name_len: usize,
    arguments: *const c_char,
    arguments_len: usize,
    source: *const c_char,
    source_len: usize,
    now: f64,
    allowed: *mut bool,
    decision: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (allowed, decision) = (place(allowed)?, optional_place(decision)?);
        let name = unsafe { text("name", name, name_len) }?;
        let arguments = unsafe { text("arguments", arguments, arguments_len) }?;
        let source = unsafe { optional_text("source", source, source_len) }?.unwrap_or_default();
        let now = nanoseconds(now)?;
        let check = |access: &Access| Ok(access.check_command(name, arguments, source, now));
        let said = unsafe { shared(access, check) }?;
        unsafe { decided(said.allowed, &said, allowed, decision) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Refuses, in vg_access_verify_token, all tokens that were issued before this second. It never goes back.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_revoke_all(access: *const vg_access_t, before: u64) -> vg_status_t {
    let revoke = |access: &Access| {
        access.revoke_all(before);
        Ok(())
    };
    plain(|| unsafe { shared(access, revoke) })
}

/// Makes tokens as vg_tokens_new does. What the options leave out of ttl, leeway and single_use, the configuration of
/// `access` says: as it is now, a later reload changes nothing.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_tokens_new(
    access: *const vg_access_t,
    algorithm: u32,
    key: *const u8,
    key_len: usize,
    options: *const c_char,
    options_len: usize,
    out: *mut *mut vg_tokens_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let mut options: Options = unsafe { json_in("options", options, options_len, VG_ERR_CONFIG) }?;
        let rules = unsafe { shared(access, |access| Ok(access.config().tokens)) }?;
        options.ttl = options.ttl.or(Some(rules.ttl_seconds));
        options.leeway = options.leeway.or(Some(rules.leeway_seconds));
        options.single_use = options.single_use.or(Some(rules.single_use));
        unsafe { out.set(make(Desk::new(algorithm, slice_in(key, key_len)?, &options)?)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Verifies a token as vg_tokens_verify does, for an access: a token that was issued before the moment of
/// vg_access_revoke_all is refused, and refusals count as auth_failure of `source`, such as the client's address.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_verify_token(
    access: *const vg_access_t,
    tokens: *const vg_tokens_t,
    token: *const c_char,
    token_len: usize,
    source: *const c_char,
    source_len: usize,
    now: u64,
    accepted: *mut bool,
    claims: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (accepted, claims) = (place(accepted)?, place(claims)?);
        let token = unsafe { text("token", token, token_len) }?;
        let source = unsafe { optional_text("source", source, source_len) }?.unwrap_or_default();
        let access = unsafe { shared(access, |access| Ok(access.clone())) }?;
        let verify =
            |desk: &Desk| Ok(access.verify_token(source, now, |before| desk.verify(token, now, before)));
        unsafe { answer(shared(tokens, verify)?, accepted, claims) };
        Ok(())
    };
    unsafe { control(err, call) }
}
