//! Tokens: signed statements of who somebody is (JSON Web Tokens; HS256, ES256, EdDSA), issued and verified.
//!
//! The algorithm belongs to the key: a token that names another is refused. A refusal is an answer: VG_OK, and
//! the output says why.

use std::ffi::c_char;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};
use serde::Deserialize;
use serde_json::{Value, json};
use voxguard_core::access::token::{Claims, Grant, Refusal, Replay, TokenKey, Tokens};
use zeroize::Zeroizing;

use crate::argument::{Place, place, slice_in, text};
use crate::bytes::vg_bytes_t;
use crate::call::control;
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::json::{json_in, json_out};
use crate::key::entropy;
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_CONFIG, vg_status_t};

/// Who issues tokens for whom, and with which keys.
pub struct vg_tokens_t {
    _opaque: [u8; 0],
}

impl Handle for vg_tokens_t {
    const KIND: u32 = kind(b"toke");
    const CHANGES_WHEN_CONST: bool = true;
    type Value = Desk;
}

/// HMAC with SHA-256: the key is a secret of 32 to 1024 bytes.
pub const VG_TOKEN_HS256: u32 = 0;
/// ECDSA over P-256: the private key is 32 bytes, the public one a point in SEC1 form.
pub const VG_TOKEN_ES256: u32 = 1;
/// Ed25519: both keys are 32 bytes.
pub const VG_TOKEN_EDDSA: u32 = 2;

/// What a tokens handle holds.
pub(crate) struct Desk {
    tokens: RwLock<Tokens>,
    replay: Option<Mutex<Replay>>,
    revoked_before: AtomicU64,
    ttl: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    issuer: String,
    audience: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    pub(crate) leeway: Option<u64>,
    #[serde(default)]
    pub(crate) ttl: Option<u64>,
    #[serde(default)]
    key_id: Option<String>,
    #[serde(default)]
    pub(crate) single_use: Option<bool>,
    #[serde(default)]
    max_tokens: Option<usize>,
    #[serde(default)]
    public: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    subject: String,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    now: u64,
    #[serde(default)]
    ttl: Option<u64>,
}

/// Makes tokens of one key. `algorithm` is one of VG_TOKEN_*; `options` is JSON:
/// `{"issuer": "tts", "audience": "api", "typ": "JWT", "leeway": 0, "ttl": 900, "key_id": null, "public": false,
///   "single_use": false, "max_tokens": 100000}`, of which the first two are needed. With `public` the key only
/// verifies. VG_ERR_KEY for a key that is none, VG_ERR_CONFIG for options that cannot be used.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_tokens_new(
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
        let options: Options = unsafe { json_in("options", options, options_len, VG_ERR_CONFIG) }?;
        unsafe { out.set(make(Desk::new(algorithm, slice_in(key, key_len)?, &options)?)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Adds a key that verifies, under an id of 1 to 64 of `A-Z a-z 0-9 _ . -`; with `public` it is a public key.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_tokens_add_key(
    tokens: *const vg_tokens_t,
    algorithm: u32,
    key: *const u8,
    key_len: usize,
    public: bool,
    id: *const c_char,
    id_len: usize,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let id = unsafe { text("id", id, id_len) }?;
        let key = token_key(algorithm, unsafe { slice_in(key, key_len) }?, public, Some(id))?;
        unsafe { shared(tokens, |desk| Ok(desk.tokens.write().add_key(key)?)) }
    };
    unsafe { control(err, call) }
}

/// Signs with the key of this id from now on; tokens of the others go on being accepted.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_tokens_sign_with(
    tokens: *const vg_tokens_t,
    id: *const c_char,
    id_len: usize,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let id = unsafe { text("id", id, id_len) }?;
        unsafe { shared(tokens, |desk| Ok(desk.tokens.write().sign_with(id)?)) }
    };
    unsafe { control(err, call) }
}

/// Takes a key away: its tokens are refused from now on. The last key stays. Writes whether one went.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_tokens_remove_key(
    tokens: *const vg_tokens_t,
    id: *const c_char,
    id_len: usize,
    removed: *mut bool,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(removed)?;
        let id = unsafe { text("id", id, id_len) }?;
        let gone = unsafe { shared(tokens, |desk| Ok(desk.tokens.write().remove_key(id))) }?;
        unsafe { out.set(gone) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Issues a token. `grant` is JSON: `{"subject": "user-1", "role": "user", "scopes": ["synthesize"], "now": 1000,
/// "ttl": 900}`; subject and now (seconds since 1970) are needed. `token` receives its text.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_tokens_issue(
    tokens: *const vg_tokens_t,
    grant: *const c_char,
    grant_len: usize,
    token: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(token)?;
        let asked: Asked = unsafe { json_in("grant", grant, grant_len, VG_ERR_ARGUMENT) }?;
        let mut id = [0; 16];
        entropy(&mut id)?;
        let issue = |desk: &Desk| {
            let ttl = asked.ttl.unwrap_or(desk.ttl);
            let Asked { subject, role, scopes, now, .. } = &asked;
            let role = role.as_deref();
            Ok(desk.tokens.read().issue(&Grant { subject, role, scopes, now: *now, ttl, id })?)
        };
        let issued = Zeroizing::new(unsafe { shared(tokens, issue) }?);
        unsafe { out.set(vg_bytes_t::new(issued.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Verifies a token at `now` (seconds since 1970). `accepted` says whether it is to be believed; `claims` receives
/// JSON: `{"id": ..., "subject": "user-1", "role": "user", "scopes": [], "issued": 1000, "not_before": null,
/// "expires": 1900}`, or `{"code": "expired", "message": "the token has expired"}`.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_tokens_verify(
    tokens: *const vg_tokens_t,
    token: *const c_char,
    token_len: usize,
    now: u64,
    accepted: *mut bool,
    claims: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let (accepted, claims) = (place(accepted)?, place(claims)?);
        let token = unsafe { text("token", token, token_len) }?;
        let verify = |desk: &Desk| Ok(desk.verify(token, now, 0));
        unsafe { answer(shared(tokens, verify)?, accepted, claims) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Refuses all tokens that were issued before this second. It never goes back.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_tokens_revoke_all(tokens: *const vg_tokens_t, before: u64) -> vg_status_t {
    crate::call::plain(|| {
        unsafe { shared(tokens, |desk| Ok(desk.revoked_before.fetch_max(before, Ordering::AcqRel))) }?;
        Ok(())
    })
}

/// Frees tokens. NULL is fine.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_tokens_free(tokens: *mut vg_tokens_t) {
    unsafe { free(tokens) }
}

pub(crate) unsafe fn answer(
    verified: std::result::Result<Claims, Refusal>,
    accepted: Place<bool>,
    claims: Place<vg_bytes_t>,
) {
    let (yes, said) = match verified {
        Ok(said) => (true, serde_json::to_value(said).unwrap_or(Value::Null)),
        Err(refusal) => (false, json!({"code": refusal.name(), "message": refusal.to_string()})),
    };
    unsafe { json_out(claims, &said) };
    unsafe { accepted.set(yes) };
}

impl Desk {
    pub(crate) fn new(algorithm: u32, key: &[u8], options: &Options) -> Result<Self> {
        let key = token_key(algorithm, key, options.public, options.key_id.as_deref())?;
        let tokens = Tokens::new(key, &options.issuer, &options.audience)?;
        let mut tokens = tokens.with_leeway(options.leeway.unwrap_or(0))?;
        if let Some(typ) = &options.typ {
            tokens = tokens.with_type(typ)?;
        }
        let most = options.max_tokens.unwrap_or(Replay::DEFAULT_TOKENS);
        let replay = options.single_use.unwrap_or(false).then(|| Mutex::new(Replay::new(most)));
        let (tokens, revoked_before) = (RwLock::new(tokens), AtomicU64::new(0));
        Ok(Self { tokens, replay, revoked_before, ttl: options.ttl.unwrap_or(Tokens::DEFAULT_TTL) })
    }

    /// What a token says, unless it was issued before `before` or the moment that all of ours were revoked at.
    pub(crate) fn verify(&self, token: &str, now: u64, before: u64) -> std::result::Result<Claims, Refusal> {
        let before = before.max(self.revoked_before.load(Ordering::Acquire));
        let known = self.tokens.read();
        match &self.replay {
            Some(replay) => known.verify_once(token, now, before, &mut replay.lock()),
            None => known.verify(token, now, before),
        }
    }
}

fn token_key(algorithm: u32, bytes: &[u8], public: bool, id: Option<&str>) -> Result<TokenKey> {
    let key = match (algorithm, public) {
        (VG_TOKEN_HS256, _) => TokenKey::hs256(bytes),
        (VG_TOKEN_ES256, false) => TokenKey::es256_private(bytes),
        (VG_TOKEN_ES256, true) => TokenKey::es256_public(bytes),
        (VG_TOKEN_EDDSA, false) => TokenKey::eddsa_private(bytes),
        (VG_TOKEN_EDDSA, true) => TokenKey::eddsa_public(bytes),
        _ => {
            let message =
                format_args!("algorithm {algorithm}: accepted are 0 (HS256), 1 (ES256) and 2 (EdDSA)");
            return Err(Error::new(VG_ERR_ARGUMENT, message));
        }
    }?;
    Ok(match id {
        Some(id) => key.with_id(id)?,
        None => key,
    })
}
