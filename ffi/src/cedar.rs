//! Cedar: policies for those who outgrow roles. Every library has these functions; one that was built without the feature
//! `cedar` answers VG_ERR_FEATURE.

use std::ffi::c_char;
use std::sync::Arc;

use voxguard_core::access::authorizer::{Authorizer, CedarRules, Compile, Question};
use voxguard_core::access::gate::Access;

use crate::access::vg_access_t;
use crate::argument::{optional_place, place};
use crate::bytes::vg_bytes_t;
use crate::call::control;
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::json::{decided, json_in};
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_CONFIG, vg_status_t};

/// Policies in Cedar, ready to decide.
pub struct vg_cedar_t {
    _opaque: [u8; 0],
}

impl Handle for vg_cedar_t {
    const KIND: u32 = kind(b"ceda");
    type Value = Arc<dyn Authorizer>;
}

/// What makes an authorizer of policies, where this library has it.
#[cfg(feature = "cedar")]
pub(crate) const COMPILE: Option<Compile> = Some(voxguard_cedar::compile);
/// What makes an authorizer of policies, where this library has it.
#[cfg(not(feature = "cedar"))]
pub(crate) const COMPILE: Option<Compile> = None;

fn compile(rules: &CedarRules) -> Result<Arc<dyn Authorizer>> {
    let compile = COMPILE.ok_or_else(|| {
        let message = "this library was built without Cedar: accepted are roles (vg_roles_new), or a library built \
                       with the feature `cedar`";
        Error::new(crate::status::VG_ERR_FEATURE, message)
    })?;
    compile(rules).map_err(|message| Error::new(VG_ERR_CONFIG, format_args!("cedar: {message}")))
}

/// Makes policies of JSON such as `{"policies": "permit(principal in Role::\"guest\", action == Action::\"synthesize\",
/// resource == Voice::\"heart\");"}`; `schema`, in Cedar's syntax, and `entities`, in Cedar's JSON form, may be there too.
/// VG_ERR_CONFIG says what cannot be used and where; VG_ERR_FEATURE that this library was built without Cedar.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_cedar_new(
    rules: *const c_char,
    len: usize,
    out: *mut *mut vg_cedar_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let rules: CedarRules = unsafe { json_in("rules", rules, len, VG_ERR_CONFIG) }?;
        unsafe { out.set(make(compile(&rules)?)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes whether policies permit what is asked: JSON such as `{"subject": "anna", "role": "guest", "scopes":
/// ["synthesize"], "permission": "synthesize", "resource": "voice/heart", "context": {"network": "10.0.0.9", "seconds":
/// 12}}`, of which permission and resource are needed. `decision`, which may be NULL, receives JSON: `{"allowed": true,
/// "reason": "permitted by policy guests", "policies": ["guests"], "errors": [], "role": null, "pattern": null}`;
/// `errors` names the policies that could not be evaluated and were left out.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_cedar_check(
    cedar: *const vg_cedar_t,
    question: *const c_char,
    len: usize,
    allowed: *mut bool,
    decision: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (allowed, decision) = (place(allowed)?, optional_place(decision)?);
        let question: Question = unsafe { json_in("question", question, len, VG_ERR_ARGUMENT) }?;
        let check = |cedar: &Arc<dyn Authorizer>| Ok(cedar.check(&question));
        let said = unsafe { shared(cedar, check) }?;
        unsafe { decided(said.allowed, &said, allowed, decision) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees policies. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_cedar_free(cedar: *mut vg_cedar_t) {
    unsafe { free(cedar) }
}

/// Asks the configuration of an access as vg_cedar_check does: its policies where it has `cedar`, else its roles, which
/// look at role, permission and resource alone.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_access_check(
    access: *const vg_access_t,
    question: *const c_char,
    len: usize,
    allowed: *mut bool,
    decision: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (allowed, decision) = (place(allowed)?, optional_place(decision)?);
        let question: Question = unsafe { json_in("question", question, len, VG_ERR_ARGUMENT) }?;
        let said = unsafe { shared(access, |access: &Access| Ok(access.check(&question))) }?;
        unsafe { decided(said.allowed, &said, allowed, decision) };
        Ok(())
    };
    unsafe { control(err, call) }
}
