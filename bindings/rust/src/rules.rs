//! What can be done with rules before they are a policy.

use crate::bytes;
use crate::call::plain;
use crate::error::Result;
use crate::sys;
use crate::verdict::Severity;

/// Advice about rules that load but do not do what they seem to, as a JSON list of objects with `rule`, `field`, `code` and
/// `message`.
pub fn lint_rules(json: &str) -> Result<String> {
    bytes::text(|out, err| unsafe { sys::vg_rules_lint(json.as_ptr().cast(), json.len(), out, err) })
}

/// The small rules file to begin with in a language: "de", "en", "es", "fr" or "pt".
pub fn starter_rules(language: &str) -> Result<String> {
    let (data, len) = (language.as_ptr().cast(), language.len());
    bytes::text(|out, err| unsafe { sys::vg_rules_starter(data, len, out, err) })
}

/// Rules made of a word list, one word or phrase a line.
pub fn rules_from_words(
    words: &str,
    id: &str,
    category: &str,
    severity: Severity,
    language: Option<&str>,
) -> Result<String> {
    let parts = |text: &str| (text.as_ptr().cast(), text.len());
    let ((words, words_len), (id, id_len), (category, category_len)) =
        (parts(words), parts(id), parts(category));
    let (language, language_len) = language.map_or((std::ptr::null(), 0), parts);
    bytes::text(|out, err| unsafe {
        sys::vg_rules_from_words(
            words,
            words_len,
            id,
            id_len,
            category,
            category_len,
            severity.code(),
            language,
            language_len,
            out,
            err,
        )
    })
}

/// A signed pack of rules: the secret is the 32 bytes of an Ed25519 key.
pub fn sign_rules(json: &str, secret: &[u8; sys::VG_SIGNING_KEY_BYTES]) -> Result<String> {
    let (data, len) = (json.as_ptr().cast(), json.len());
    bytes::text(|out, err| unsafe { sys::vg_rules_sign(data, len, secret.as_ptr(), out, err) })
}

/// The public key of a secret one.
pub fn public_signing_key(
    secret: &[u8; sys::VG_SIGNING_KEY_BYTES],
) -> Result<[u8; sys::VG_SIGNING_KEY_BYTES]> {
    let mut public = [0; sys::VG_SIGNING_KEY_BYTES];
    plain(unsafe { sys::vg_rules_public_key(secret.as_ptr(), public.as_mut_ptr()) })?;
    Ok(public)
}
