//! Text streams: texts that arrive in pieces, as a language model writes them.

use std::ffi::c_char;

use voxguard_core::policy::{Released, Stream};

use crate::argument::{optional_place, place, slice_in, text};
use crate::bytes::{vg_bytes_t, vg_str_t};
use crate::call::control;
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, exclusive, free, kind, make, shared};
use crate::policy::{markup_in, vg_policy_t};
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_INTERNAL, VG_ERR_UTF8, vg_status_t};
use crate::verdict::{Judgement, vg_verdict_t};

/// A text that arrives in pieces.
pub struct vg_text_stream_t {
    _opaque: [u8; 0],
}

impl Handle for vg_text_stream_t {
    const KIND: u32 = kind(b"text");
    type Value = Stream;
}

/// Most consents of a check.
const MAX_CONSENTS: usize = 10_000;

/// Judges a text for which consents exist: `consents` are `consent_count` protected names, or ids of rules with match
/// "name", that do not hit in it. Otherwise as vg_policy_check.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_policy_check_consented(
    policy: *const vg_policy_t,
    text: *const c_char,
    len: usize,
    markup: u32,
    consents: *const vg_str_t,
    consent_count: usize,
    out: *mut *mut vg_verdict_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let markup = markup_in(markup)?;
        let text = unsafe { self::text("text", text, len) }?;
        let consents = unsafe { names(consents, consent_count) }?;
        let verdict = unsafe { shared(policy, |policy| Ok(policy.check_with(text, markup, &consents)?)) }?;
        unsafe { out.set(make(Judgement::new(verdict))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Begins a text that arrives in pieces; `markup` is one of VG_MARKUP_*, consents as in vg_policy_check_consented. The
/// stream keeps the policy alive.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_text_stream_new(
    policy: *const vg_policy_t,
    markup: u32,
    consents: *const vg_str_t,
    consent_count: usize,
    out: *mut *mut vg_text_stream_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let markup = markup_in(markup)?;
        let consents = unsafe { names(consents, consent_count) }?;
        let stream = unsafe { shared(policy, |policy| Ok(policy.stream(markup, &consents))) }?;
        unsafe { out.set(make(stream)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Takes the next piece, and gives the text that may be spoken now, after everything given before; it may be empty.
/// `blocked` becomes true when a rule forbids to go on: nothing will be given any more. `hits` may be NULL, and gets the hits
/// that were decided as a JSON list, with places in the whole text. Pieces end anywhere between characters. VG_ERR_TEXT when the
/// text is longer than 1 MiB in all.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_text_stream_push(
    stream: *mut vg_text_stream_t,
    text: *const c_char,
    len: usize,
    released: *mut vg_bytes_t,
    blocked: *mut bool,
    hits: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let text = unsafe { self::text("text", text, len) }?;
        unsafe { give(released, blocked, hits, || exclusive(stream, |stream| Ok(stream.push(text)?))) }
    };
    unsafe { control(err, call) }
}

/// Says that the text is complete, and gives the rest of it. VG_ERR_TEXT when an SSML document is broken: nothing of it
/// was given.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_text_stream_finish(
    stream: *mut vg_text_stream_t,
    released: *mut vg_bytes_t,
    blocked: *mut bool,
    hits: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call =
        || unsafe { give(released, blocked, hits, || exclusive(stream, |stream| Ok(stream.finish()?))) };
    unsafe { control(err, call) }
}

/// Frees a stream. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_text_stream_free(stream: *mut vg_text_stream_t) {
    unsafe { free(stream) }
}

unsafe fn give(
    released: *mut vg_bytes_t,
    blocked: *mut bool,
    hits: *mut vg_bytes_t,
    step: impl FnOnce() -> Result<Released>,
) -> Result<()> {
    let (text_out, blocked_out, hits_out) = (place(released)?, place(blocked)?, optional_place(hits)?);
    let step = step()?;
    if let Some(hits_out) = hits_out {
        let json = serde_json::to_vec(&step.hits).map_err(|error| Error::new(VG_ERR_INTERNAL, error))?;
        unsafe { hits_out.set(vg_bytes_t::new(&json)) };
    }
    unsafe { text_out.set(vg_bytes_t::new(step.text.as_bytes())) };
    unsafe { blocked_out.set(step.blocked) };
    Ok(())
}

unsafe fn names<'a>(names: *const vg_str_t, count: usize) -> Result<Vec<&'a str>> {
    if count > MAX_CONSENTS {
        let message = format_args!("{count} consents: accepted are at most {MAX_CONSENTS}");
        return Err(Error::new(VG_ERR_ARGUMENT, message));
    }
    let names = unsafe { slice_in(names, count) }?;
    let name = |name: &vg_str_t| {
        let bytes = unsafe { slice_in(name.data.cast::<u8>(), name.len) }?;
        std::str::from_utf8(bytes).map_err(|_| VG_ERR_UTF8.into())
    };
    names.iter().map(name).collect()
}
