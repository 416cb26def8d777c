//! Policies: rules that judge a text before it is spoken.

use std::ffi::c_char;
use std::sync::Arc;

use voxguard_core::policy::{Markup, Policy};

use crate::argument::{place, slice_out, text};
use crate::call::{control, plain};
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::status::{VG_ERR_ARGUMENT, vg_status_t};
use crate::verdict::{Judgement, vg_verdict_t};

/// A set of rules, ready to judge.
pub struct vg_policy_t {
    _opaque: [u8; 0],
}

impl Handle for vg_policy_t {
    const KIND: u32 = kind(b"poli");
    type Value = Arc<Policy>;
}

/// The text is SSML when it begins with a `<speak` tag, else plain.
pub const VG_MARKUP_AUTO: u32 = 0;
/// The text is plain: it is spoken as it stands.
pub const VG_MARKUP_PLAIN: u32 = 1;
/// The text is SSML 1.1.
pub const VG_MARKUP_SSML: u32 = 2;

/// Length of a policy's hash in bytes.
pub const VG_POLICY_HASH_BYTES: usize = 32;

/// Makes a policy of rules in JSON. VG_ERR_POLICY says which rule cannot be used, and why.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_policy_new(
    json: *const c_char,
    len: usize,
    out: *mut *mut vg_policy_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let policy = Policy::from_json(unsafe { text("rules", json, len) }?)?;
        unsafe { out.set(make(Arc::new(policy))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes the SHA-256 of the rules in canonical form: records name the policy by it.
///
/// Threads: any. Real time: yes.
///
/// cbindgen:ptrs-as-arrays=[[out;32]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_policy_hash(policy: *const vg_policy_t, out: *mut u8) -> vg_status_t {
    plain(|| {
        let hash = unsafe { shared(policy, |policy| Ok(policy.hash())) }?;
        unsafe { slice_out(out, VG_POLICY_HASH_BYTES) }?.copy_from_slice(&hash);
        Ok(())
    })
}

/// Judges a text; `markup` is one of VG_MARKUP_*. That it is refused is an answer: VG_OK, and the verdict
/// says so. VG_ERR_TEXT when the text cannot be judged: more than 1 MiB, or broken markup.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_policy_check(
    policy: *const vg_policy_t,
    text: *const c_char,
    len: usize,
    markup: u32,
    out: *mut *mut vg_verdict_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let markup = markup_in(markup)?;
        let text = unsafe { self::text("text", text, len) }?;
        let verdict = unsafe { shared(policy, |policy| Ok(policy.check(text, markup)?)) }?;
        unsafe { out.set(make(Judgement::new(verdict))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees a policy. NULL is fine. Guards and verdicts that came from it live on.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_policy_free(policy: *mut vg_policy_t) {
    unsafe { free(policy) }
}

pub(crate) fn markup_in(code: u32) -> Result<Markup> {
    match code {
        VG_MARKUP_AUTO => Ok(Markup::Auto),
        VG_MARKUP_PLAIN => Ok(Markup::Plain),
        VG_MARKUP_SSML => Ok(Markup::Ssml),
        _ => Err(Error::new(
            VG_ERR_ARGUMENT,
            format_args!("markup {code}: accepted are 0 (auto), 1 (plain) and 2 (SSML)"),
        )),
    }
}
