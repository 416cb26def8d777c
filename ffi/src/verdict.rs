//! Verdicts: what a policy says about one text.

use std::sync::Arc;

use voxguard_core::policy::{Action, Hit, Markup, Severity, Verdict};

use crate::argument::{Versioned, place, struct_out};
use crate::bytes::{vg_bytes_t, vg_str_t};
use crate::call::{control, plain};
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, shared};
use crate::ledger::json_of;
use crate::policy::{VG_MARKUP_AUTO, VG_MARKUP_PLAIN, VG_MARKUP_SSML};
use crate::status::{VG_ERR_ARGUMENT, vg_status_t};

/// The answer about one text.
pub struct vg_verdict_t {
    _opaque: [u8; 0],
}

impl Handle for vg_verdict_t {
    const KIND: u32 = kind(b"verd");
    type Value = Arc<Judgement>;
}

/// Speak it.
pub const VG_ACTION_ALLOW: u32 = 0;
/// Speak it, and look at the hits.
pub const VG_ACTION_WARN: u32 = 1;
/// Do not speak it.
pub const VG_ACTION_BLOCK: u32 = 2;
/// Speak the verdict's text, from which parts are masked. Stronger than VG_ACTION_WARN, weaker than VG_ACTION_BLOCK.
pub const VG_ACTION_MASK: u32 = 3;

/// A hit worth knowing of.
pub const VG_SEVERITY_INFO: u32 = 0;
/// A hit that may be a problem.
pub const VG_SEVERITY_WARNING: u32 = 1;
/// A hit that is a problem.
pub const VG_SEVERITY_ERROR: u32 = 2;
/// A hit that somebody should look at now.
pub const VG_SEVERITY_CRITICAL: u32 = 3;

/// One place where a rule matched. Its strings live as long as the verdict.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_hit_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// The id of the rule.
    pub rule: vg_str_t,
    /// The category of the rule.
    pub category: vg_str_t,
    /// The view of the text that matched: how a disguise was undone.
    pub view: vg_str_t,
    /// One of VG_SEVERITY_*.
    pub severity: u32,
    /// One of VG_ACTION_*.
    pub action: u32,
    /// Where the match starts in the original text, in characters (Unicode scalar values).
    pub start: usize,
    /// Where it ends, in characters.
    pub end: usize,
    /// Where it starts, in bytes.
    pub start_byte: usize,
    /// Where it ends, in bytes.
    pub end_byte: usize,
}

unsafe impl Versioned for vg_hit_t {}

/// Writes what is to be done: one of VG_ACTION_*.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_verdict_action(verdict: *const vg_verdict_t, action: *mut u32) -> vg_status_t {
    unsafe { get(verdict, action, |judgement| action_out(judgement.verdict.action)) }
}

/// Borrows the text to speak: empty when the action is VG_ACTION_BLOCK.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_verdict_text(verdict: *const vg_verdict_t, text: *mut vg_str_t) -> vg_status_t {
    unsafe { get(verdict, text, |judgement| vg_str_t::new(&judgement.verdict.text)) }
}

/// Borrows a sentence that says why, fit to be shown to whoever wrote the text: categories, and no pattern.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_verdict_reason(
    verdict: *const vg_verdict_t,
    reason: *mut vg_str_t,
) -> vg_status_t {
    unsafe { get(verdict, reason, |judgement| vg_str_t::new(&judgement.reason)) }
}

/// Writes how the text was read: VG_MARKUP_PLAIN or VG_MARKUP_SSML.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_verdict_markup(verdict: *const vg_verdict_t, markup: *mut u32) -> vg_status_t {
    unsafe { get(verdict, markup, |judgement| markup_out(judgement.verdict.markup)) }
}

/// Writes how many hits there are.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_verdict_hit_count(
    verdict: *const vg_verdict_t,
    count: *mut usize,
) -> vg_status_t {
    unsafe { get(verdict, count, |judgement| judgement.verdict.hits.len()) }
}

/// Fills `hit`, whose struct_size you have set, with the hit of this index. VG_ERR_ARGUMENT past the last.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_verdict_hit(
    verdict: *const vg_verdict_t,
    index: usize,
    hit: *mut vg_hit_t,
) -> vg_status_t {
    let call = |judgement: &Arc<Judgement>| {
        let from = judgement.verdict.hits.get(index).ok_or_else(|| Error::from(VG_ERR_ARGUMENT))?;
        unsafe { struct_out(hit, hit_out(from)) }
    };
    plain(|| unsafe { shared(verdict, call) })
}

/// Gives the whole verdict as JSON:
/// `{"action":"block","allowed":false,"text":"","reason":"...","markup":"plain","policy_hash":"hex","hits":[{"rule":"...",
///   "category":"...","view":"folded","severity":"error","action":"block","start":0,"end":4,"start_byte":0,"end_byte":4}]}`.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_verdict_json(
    verdict: *const vg_verdict_t,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let json = unsafe { shared(verdict, |judgement| json_of(&judgement.verdict)) }?;
        unsafe { out.set(vg_bytes_t::new(json.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees a verdict. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_verdict_free(verdict: *mut vg_verdict_t) {
    unsafe { free(verdict) }
}

/// What a verdict handle holds: the verdict, and its reason to be borrowed.
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    reason: String,
}

impl Judgement {
    pub(crate) fn new(verdict: Verdict) -> Arc<Self> {
        let reason = verdict.reason();
        Arc::new(Self { verdict, reason })
    }
}

fn hit_out(hit: &Hit) -> vg_hit_t {
    vg_hit_t {
        struct_size: size_of::<vg_hit_t>(),
        rule: vg_str_t::new(&hit.rule),
        category: vg_str_t::new(&hit.category),
        view: vg_str_t::new(&hit.view),
        severity: severity_out(hit.severity),
        action: action_out(hit.action),
        start: hit.start,
        end: hit.end,
        start_byte: hit.start_byte,
        end_byte: hit.end_byte,
    }
}

fn action_out(action: Action) -> u32 {
    match action {
        Action::Allow => VG_ACTION_ALLOW,
        Action::Warn => VG_ACTION_WARN,
        Action::Mask => VG_ACTION_MASK,
        Action::Block => VG_ACTION_BLOCK,
    }
}

fn severity_out(severity: Severity) -> u32 {
    match severity {
        Severity::Info => VG_SEVERITY_INFO,
        Severity::Warning => VG_SEVERITY_WARNING,
        Severity::Error => VG_SEVERITY_ERROR,
        Severity::Critical => VG_SEVERITY_CRITICAL,
    }
}

fn markup_out(markup: Markup) -> u32 {
    match markup {
        Markup::Auto => VG_MARKUP_AUTO,
        Markup::Plain => VG_MARKUP_PLAIN,
        Markup::Ssml => VG_MARKUP_SSML,
    }
}

unsafe fn get<T>(
    verdict: *const vg_verdict_t,
    out: *mut T,
    value: impl FnOnce(&Judgement) -> T,
) -> vg_status_t {
    plain(|| {
        let out = place(out)?;
        let value = unsafe { shared(verdict, |judgement| Result::Ok(value(judgement))) }?;
        unsafe { out.set(value) };
        Ok(())
    })
}
