//! API keys: made, verified, rotated and revoked. A key is shown once, when it is made; what is kept of it is a
//! keyed hash.

use std::ffi::c_char;

use serde::Deserialize;
use serde_json::{Value, json};
use voxguard_core::access::api_key::{ApiKeyRefusal, KeyGrant, KeyMaker, KeyRecord};
use voxguard_core::key::Key;
use voxguard_store::ApiKeyStore;
use zeroize::Zeroizing;

use crate::argument::{optional_text, place, text};
use crate::bytes::vg_bytes_t;
use crate::call::control;
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::json::{json_in, json_out};
use crate::key::{entropy, vg_key_t};
use crate::status::{VG_ERR_ARGUMENT, vg_status_t};

/// A store of API keys.
pub struct vg_api_keys_t {
    _opaque: [u8; 0],
}

impl Handle for vg_api_keys_t {
    const KIND: u32 = kind(b"apik");
    const CHANGES_WHEN_CONST: bool = true;
    type Value = Cabinet;
}

/// What an API keys handle holds.
pub(crate) struct Cabinet {
    store: ApiKeyStore,
    maker: KeyMaker,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    subject: String,
    #[serde(default)]
    scopes: Vec<String>,
    now: u64,
    #[serde(default)]
    expires: Option<u64>,
}

/// Opens a store of API keys: "sqlite:///access.db" or "sqlite::memory:". It is made where nothing lies. `key` hashes
/// the secrets and must be the same every time; NULL lets the store draw one of its own.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_api_keys_open(
    url: *const c_char,
    len: usize,
    key: *const vg_key_t,
    out: *mut *mut vg_api_keys_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let url = unsafe { text("url", url, len) }?;
        let key = match key.is_null() {
            true => None,
            false => Some(unsafe { shared(key, |key| Ok(key.clone())) }?),
        };
        let mut fresh = Zeroizing::new([0u8; Key::BYTES]);
        entropy(fresh.as_mut_slice())?;
        let store = ApiKeyStore::open(url, key.as_ref(), &Key::from_bytes(fresh.as_slice())?)?;
        let maker = KeyMaker::new(store.hashing_key());
        unsafe { out.set(make(Cabinet { store, maker })) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Makes a key. `grant` is JSON: `{"subject": "user-1", "scopes": ["synthesize"], "now": 1700000000, "expires":
/// null}`. `issued` receives JSON: the key's record and, as `secret`, its whole text, which nobody can show again;
/// vg_bytes_free wipes it.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_api_keys_issue(
    keys: *const vg_api_keys_t,
    grant: *const c_char,
    len: usize,
    issued: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(issued)?;
        let asked: Asked = unsafe { json_in("grant", grant, len, VG_ERR_ARGUMENT) }?;
        let issue = |cabinet: &Cabinet| {
            let Asked { subject, scopes, now, expires } = &asked;
            let grant = KeyGrant { subject, scopes, now: *now, expires: *expires, replaces: None };
            cabinet.issue(&grant)
        };
        let json = unsafe { shared(keys, issue) }?;
        unsafe { out.set(vg_bytes_t::new(json.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Verifies a key's text at `now` (seconds since 1970). `accepted` says whether it holds; `record` receives the key's
/// record as JSON, or `{"code": "revoked", "message": "the API key was revoked"}`.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_api_keys_verify(
    keys: *const vg_api_keys_t,
    secret: *const c_char,
    len: usize,
    now: u64,
    accepted: *mut bool,
    record: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (accepted, out) = (place(accepted)?, place(record)?);
        let secret = unsafe { text("secret", secret, len) }?;
        let verify = |cabinet: &Cabinet| cabinet.verify(secret, now);
        let (yes, said) = match unsafe { shared(keys, verify) }? {
            Ok(record) => (true, public(&record)),
            Err(refusal) => (false, json!({"code": refusal.name(), "message": refusal.to_string()})),
        };
        unsafe { json_out(out, &said) };
        unsafe { accepted.set(yes) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Makes a key that takes over from the one of this id, with its subject, scopes and expiry; the old one holds for
/// `grace` more seconds. `issued` receives what vg_api_keys_issue gives.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_api_keys_rotate(
    keys: *const vg_api_keys_t,
    id: *const c_char,
    len: usize,
    now: u64,
    grace: u64,
    issued: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(issued)?;
        let id = unsafe { text("id", id, len) }?;
        let rotate = |cabinet: &Cabinet| {
            let old = cabinet.store.find(id)?.filter(|old| old.revoked.is_none());
            let old = old.ok_or_else(|| {
                Error::new(VG_ERR_ARGUMENT, "no key of this id is in force: accepted is one that is")
            })?;
            let KeyRecord { subject, scopes, expires, .. } = &old;
            let grant = KeyGrant { subject, scopes, now, expires: *expires, replaces: Some(id) };
            let json = cabinet.issue(&grant)?;
            cabinet.store.expire(id, now.saturating_add(grace))?;
            Ok(json)
        };
        let json = unsafe { shared(keys, rotate) }?;
        unsafe { out.set(vg_bytes_t::new(json.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Revokes the key of this id. Writes whether one was in force.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_api_keys_revoke(
    keys: *const vg_api_keys_t,
    id: *const c_char,
    len: usize,
    now: u64,
    revoked: *mut bool,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(revoked)?;
        let id = unsafe { text("id", id, len) }?;
        let gone = unsafe { shared(keys, |cabinet| Ok(cabinet.store.revoke(id, now)?)) }?;
        unsafe { out.set(gone) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Revokes all keys that were made before this second. Writes how many.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_api_keys_revoke_all(
    keys: *const vg_api_keys_t,
    before: u64,
    now: u64,
    count: *mut u64,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(count)?;
        let gone = unsafe { shared(keys, |cabinet| Ok(cabinet.store.revoke_all(before, now)?)) }?;
        unsafe { out.set(gone) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Lists the records of a subject's keys as JSON, or of all when `subject` is NULL.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_api_keys_list(
    keys: *const vg_api_keys_t,
    subject: *const c_char,
    len: usize,
    records: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(records)?;
        let subject = unsafe { optional_text("subject", subject, len) }?;
        let list = unsafe { shared(keys, |cabinet| Ok(cabinet.store.list(subject)?)) }?;
        unsafe { json_out(out, &list.iter().map(public).collect::<Vec<_>>()) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Frees a store of API keys. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_api_keys_free(keys: *mut vg_api_keys_t) {
    unsafe { free(keys) }
}

/// A record without the hash of its secret.
fn public(record: &KeyRecord) -> Value {
    let mut json = serde_json::to_value(record).unwrap_or(Value::Null);
    json.as_object_mut().map(|fields| fields.remove("hash"));
    json
}

impl Cabinet {
    fn issue(&self, grant: &KeyGrant<'_>) -> Result<Zeroizing<String>> {
        let (mut id, mut secret) = ([0; 8], Zeroizing::new([0; 32]));
        entropy(&mut id)?;
        entropy(secret.as_mut_slice())?;
        let issued = self.maker.issue(grant, id, &secret)?;
        self.store.insert(&issued.record)?;
        let mut json = public(&issued.record);
        json["secret"] = issued.text.as_str().into();
        Ok(Zeroizing::new(json.to_string()))
    }

    fn verify(&self, secret: &str, now: u64) -> Result<std::result::Result<KeyRecord, ApiKeyRefusal>> {
        let Some(id) = self.maker.id_of(secret) else { return Ok(Err(ApiKeyRefusal::Malformed)) };
        let Some(record) = self.store.find(id)? else { return Ok(Err(ApiKeyRefusal::Unknown)) };
        Ok(self.maker.verify(secret, &record, now, 0).map(|()| record))
    }
}
