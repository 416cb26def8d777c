//! Roles and commands: who may do what with which voice or model, and what a voice may ask of a program. What nobody
//! granted is denied.

use std::ffi::c_char;

use voxguard_core::access::command::Commands;
use voxguard_core::access::role::Roles;

use crate::argument::{optional_text, place, text};
use crate::bytes::vg_bytes_t;
use crate::call::control;
use crate::error::vg_error_t;
use crate::handle::{Handle, free, kind, make, shared};
use crate::json::decided;
use crate::status::vg_status_t;

/// Roles, ready to decide.
pub struct vg_roles_t {
    _opaque: [u8; 0],
}

impl Handle for vg_roles_t {
    const KIND: u32 = kind(b"role");
    type Value = Roles;
}

/// Commands that may be given.
pub struct vg_commands_t {
    _opaque: [u8; 0],
}

impl Handle for vg_commands_t {
    const KIND: u32 = kind(b"comm");
    type Value = Commands;
}

/// Makes roles of JSON such as `{"version": 1, "roles": {"guest": {"allow": [{"permission": "synthesize",
/// "resources": ["voice/heart"]}], "deny": [], "inherits": []}}}`; NULL for the presets guest, user and admin.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_roles_new(
    json: *const c_char,
    len: usize,
    out: *mut *mut vg_roles_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let roles = match unsafe { optional_text("roles", json, len) }? {
            Some(json) => Roles::from_json(json)?,
            None => Roles::preset(),
        };
        unsafe { out.set(make(roles)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes whether a role has a permission over a resource such as "voice/heart"; `decision`, which may be NULL,
/// receives JSON: `{"allowed": true, "reason": "allowed by role guest: ...", "role": "guest", "pattern": "*"}`.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_roles_check(
    roles: *const vg_roles_t,
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
        let allowed = place(allowed)?;
        let decision = crate::argument::optional_place(decision)?;
        let role = unsafe { text("role", role, role_len) }?;
        let permission = unsafe { text("permission", permission, permission_len) }?;
        let resource = unsafe { text("resource", resource, resource_len) }?;
        let said = unsafe { shared(roles, |roles| Ok(roles.check(role, permission, resource))) }?;
        unsafe { decided(said.allowed, &said, allowed, decision) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees roles. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_roles_free(roles: *mut vg_roles_t) {
    unsafe { free(roles) }
}

/// Makes the list of commands that may be given, of JSON such as `{"echo": {"message": {"type": "string",
/// "max_length": 100}}, "volume": {"level": {"type": "integer", "min": 0, "max": 10}}, "stop": {}}`.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_commands_new(
    json: *const c_char,
    len: usize,
    out: *mut *mut vg_commands_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let commands = Commands::from_json(unsafe { text("commands", json, len) }?)?;
        unsafe { out.set(make(commands)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes whether a command may be given with these arguments, an object in JSON; nothing is run or changed.
/// `decision`, which may be NULL, receives JSON: `{"allowed": false, "code": "length", "reason": ..., "argument":
/// "message"}`.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_commands_check(
    commands: *const vg_commands_t,
    name: *const c_char,
    name_len: usize,
    arguments: *const c_char,
    arguments_len: usize,
    allowed: *mut bool,
    decision: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let allowed = place(allowed)?;
        let decision = crate::argument::optional_place(decision)?;
        let name = unsafe { text("name", name, name_len) }?;
        let arguments = unsafe { text("arguments", arguments, arguments_len) }?;
        let said = unsafe { shared(commands, |commands| Ok(commands.check_json(name, arguments))) }?;
        unsafe { decided(said.allowed, &said, allowed, decision) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees commands. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_commands_free(commands: *mut vg_commands_t) {
    unsafe { free(commands) }
}
