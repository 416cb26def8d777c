//! Rules: what can be done with rules before they are a policy, and how a policy comes to its verdicts.

use std::ffi::c_char;
use std::sync::Arc;

use voxguard_core::policy::{Policy, Severity, lint, pack};

use crate::argument::{optional_text, place, slice_in, slice_out, text};
use crate::bytes::vg_bytes_t;
use crate::call::{control, plain};
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{make, shared};
use crate::policy::{markup_in, vg_policy_t};
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_INTERNAL, vg_status_t};
use crate::verdict::{VG_SEVERITY_CRITICAL, VG_SEVERITY_ERROR, VG_SEVERITY_INFO, VG_SEVERITY_WARNING};

/// Length of a key that signs packs, and of its public key, in bytes (Ed25519).
pub const VG_SIGNING_KEY_BYTES: usize = 32;

/// Gives advice about rules that load but do not do what they seem to, as JSON:
/// `[{"rule":"...","field":"...","code":"...","message":"..."}]`. VG_ERR_POLICY when they do not load.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_rules_lint(
    json: *const c_char,
    len: usize,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let advice = lint::lint(unsafe { text("rules", json, len) }?)?;
        let advice = serde_json::to_vec(&advice).map_err(|error| Error::new(VG_ERR_INTERNAL, error))?;
        unsafe { out.set(vg_bytes_t::new(&advice)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Gives the small rules file to begin with in a language: "de", "en", "es", "fr" or "pt".
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_rules_starter(
    language: *const c_char,
    len: usize,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let rules = pack::starter(unsafe { text("language", language, len) }?).ok_or_else(|| {
            let accepted = pack::STARTERS.join(", ");
            Error::new(
                VG_ERR_ARGUMENT,
                format_args!("there is no starter in this language: accepted are {accepted}"),
            )
        })?;
        unsafe { out.set(vg_bytes_t::new(rules.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Makes rules of a word list, one word or phrase a line, as JSON. `severity` is one of VG_SEVERITY_*; `language` may be
/// NULL.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_rules_from_words(
    words: *const c_char,
    words_len: usize,
    id: *const c_char,
    id_len: usize,
    category: *const c_char,
    category_len: usize,
    severity: u32,
    language: *const c_char,
    language_len: usize,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let words = unsafe { text("words", words, words_len) }?;
        let (id, category) = unsafe { (text("id", id, id_len)?, text("category", category, category_len)?) };
        let language = unsafe { optional_text("language", language, language_len) }?;
        let rules = pack::from_words(words, id, category, severity_in(severity)?, language)?;
        unsafe { out.set(vg_bytes_t::new(rules.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Signs rules with the 32 secret bytes of an Ed25519 key, and gives the signed pack. VG_ERR_POLICY when the rules do not
/// load.
///
/// Threads: any. Real time: no.
///
/// cbindgen:ptrs-as-arrays=[[secret;32]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_rules_sign(
    json: *const c_char,
    len: usize,
    secret: *const u8,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let rules = unsafe { text("rules", json, len) }?;
        let pack = pack::sign(rules, unsafe { signing_key(secret) }?)?;
        unsafe { out.set(vg_bytes_t::new(pack.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes the public key of a secret one: hosts that load a pack name it.
///
/// Threads: any. Real time: no.
///
/// cbindgen:ptrs-as-arrays=[[secret;32], [out;32]]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_rules_public_key(secret: *const u8, out: *mut u8) -> vg_status_t {
    plain(|| {
        let public = pack::public_key(unsafe { signing_key(secret) }?);
        unsafe { slice_out(out, VG_SIGNING_KEY_BYTES) }?.copy_from_slice(&public);
        Ok(())
    })
}

/// Makes a policy of a signed pack, if one of the trusted keys signed it: `keys` are `key_count` public keys of 32 bytes.
/// VG_ERR_POLICY when none of them did, or the pack was changed.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_policy_from_pack(
    pack: *const c_char,
    len: usize,
    keys: *const u8,
    key_count: usize,
    out: *mut *mut vg_policy_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let bytes = key_count.checked_mul(VG_SIGNING_KEY_BYTES).ok_or(VG_ERR_ARGUMENT)?;
        let keys: Vec<[u8; 32]> = unsafe { slice_in(keys, bytes) }?.as_chunks().0.to_vec();
        let policy = Policy::from_pack(unsafe { text("pack", pack, len) }?, &keys)?;
        unsafe { out.set(make(Arc::new(policy))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Says why a text is judged as it is, as JSON: the spoken text, and for every hit the rule, what it sought, and which
/// disguises were undone. It quotes rules and text: for your own eyes, not for whoever wrote the text.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_policy_explain(
    policy: *const vg_policy_t,
    text: *const c_char,
    len: usize,
    markup: u32,
    out: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let markup = markup_in(markup)?;
        let text = unsafe { self::text("text", text, len) }?;
        let why = unsafe { shared(policy, |policy| Ok(policy.explain(text, markup)?)) }?;
        unsafe { out.set(vg_bytes_t::new(why.to_string().as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

unsafe fn signing_key<'a>(secret: *const u8) -> Result<&'a [u8; 32]> {
    let bytes = unsafe { slice_in(secret, VG_SIGNING_KEY_BYTES) }?;
    bytes.try_into().map_err(|_| VG_ERR_INTERNAL.into())
}

pub(crate) fn severity_in(code: u32) -> Result<Severity> {
    match code {
        VG_SEVERITY_INFO => Ok(Severity::Info),
        VG_SEVERITY_WARNING => Ok(Severity::Warning),
        VG_SEVERITY_ERROR => Ok(Severity::Error),
        VG_SEVERITY_CRITICAL => Ok(Severity::Critical),
        _ => Err(Error::new(
            VG_ERR_ARGUMENT,
            format_args!("severity {code}: accepted are 0 (info), 1 (warning), 2 (error) and 3 (critical)"),
        )),
    }
}
