//! Signed statements of who somebody is.

use std::fmt;
use std::mem::MaybeUninit;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use crate::access::from_json;
use crate::bytes::{secret, text};
use crate::call::{Owned, control, create, plain, value};
use crate::error::Result;
use crate::sys;

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// ECDSA over P-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl TokenAlgorithm {
    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Hs256 => sys::VG_TOKEN_HS256,
            Self::Es256 => sys::VG_TOKEN_ES256,
            Self::EdDsa => sys::VG_TOKEN_EDDSA,
        }
    }
}

/// What tokens are like.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokenOptions<'a> {
    /// Who issues them.
    pub issuer: &'a str,
    /// For whom they are.
    pub audience: &'a str,
    /// Their `typ`; none for `JWT`.
    pub typ: Option<&'a str>,
    /// Seconds by which clocks may differ, up to 300.
    pub leeway: u64,
    /// Seconds that they last; none for 900.
    pub ttl: Option<u64>,
    /// The key's id.
    pub key_id: Option<&'a str>,
    /// Whether the key is a public one, which only verifies.
    pub public: bool,
    /// Whether a token that was used is refused.
    pub single_use: bool,
}

impl TokenOptions<'_> {
    /// As the C interface takes them; with `sparse` without what is 0 or false.
    pub(crate) fn json(&self, sparse: bool) -> String {
        let Self { issuer, audience, typ, leeway, ttl, key_id, public, single_use } = *self;
        let leeway = Some(leeway).filter(|seconds| !sparse || *seconds > 0);
        let single_use = Some(single_use).filter(|once| !sparse || *once);
        json!({
            "issuer": issuer, "audience": audience, "typ": typ, "leeway": leeway, "ttl": ttl, "key_id": key_id,
            "public": public, "single_use": single_use,
        })
        .to_string()
    }
}

/// What a token is to say of its holder.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokenGrant<'a> {
    /// On whose behalf.
    pub subject: &'a str,
    /// Their role.
    pub role: Option<&'a str>,
    /// What it may be used for; empty: whatever the role may.
    pub scopes: &'a [&'a str],
    /// Seconds since 1970.
    pub now: u64,
    /// Seconds that it lasts; none for the default.
    pub ttl: Option<u64>,
}

/// What a verified token says of its holder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Claims {
    /// The token's own name.
    pub id: String,
    /// On whose behalf.
    pub subject: String,
    /// Their role.
    pub role: Option<String>,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// When it was issued, seconds since 1970.
    pub issued: u64,
    /// From when on it does not hold.
    pub expires: u64,
}

/// Why a token or an API key is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Refusal {
    /// A stable name such as `expired`.
    pub code: String,
    /// One plain sentence.
    pub message: String,
}

/// Issues and verifies tokens (JWT). Cheap to clone; many threads may use one.
///
/// ```
/// use voxguard::{TokenAlgorithm, TokenGrant, TokenOptions, Tokens};
///
/// let options = TokenOptions { issuer: "tts", audience: "api", ..TokenOptions::default() };
/// let tokens = Tokens::new(TokenAlgorithm::Hs256, &[7; 32], options)?;
/// let token = tokens.issue(TokenGrant { subject: "user-1", now: 1000, ..TokenGrant::default() })?;
/// assert_eq!(tokens.verify(&token, 1100)?.unwrap().subject, "user-1");
/// assert_eq!(tokens.verify(&token, 1900)?.unwrap_err().code, "expired");
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Tokens {
    handle: Arc<Owned<sys::vg_tokens_t>>,
}

impl Tokens {
    /// Tokens signed and verified with a key.
    pub fn new(algorithm: TokenAlgorithm, key: &[u8], options: TokenOptions<'_>) -> Result<Self> {
        let options = options.json(false);
        let (json, len) = (options.as_ptr().cast(), options.len());
        let call = |out, err| unsafe {
            sys::vg_tokens_new(algorithm.code(), key.as_ptr(), key.len(), json, len, out, err)
        };
        Ok(Self::owning(create(sys::vg_tokens_free, call)?))
    }

    pub(crate) fn owning(handle: Owned<sys::vg_tokens_t>) -> Self {
        Self { handle: Arc::new(handle) }
    }

    pub(crate) fn as_ptr(&self) -> *const sys::vg_tokens_t {
        self.handle.as_ptr()
    }

    /// Adds a key that verifies, under an id.
    pub fn add_key(&self, algorithm: TokenAlgorithm, key: &[u8], public: bool, id: &str) -> Result<()> {
        let (code, handle) = (algorithm.code(), self.handle.as_ptr());
        control(|err| unsafe {
            let id_data = id.as_ptr().cast();
            sys::vg_tokens_add_key(handle, code, key.as_ptr(), key.len(), public, id_data, id.len(), err)
        })
    }

    /// Signs with the key of this id from now on.
    pub fn sign_with(&self, id: &str) -> Result<()> {
        let (data, len) = (id.as_ptr().cast(), id.len());
        control(|err| unsafe { sys::vg_tokens_sign_with(self.handle.as_ptr(), data, len, err) })
    }

    /// Takes a key away; the last stays. Whether one went.
    pub fn remove_key(&self, id: &str) -> Result<bool> {
        let (data, len) = (id.as_ptr().cast(), id.len());
        let mut removed = false;
        control(|err| unsafe {
            sys::vg_tokens_remove_key(self.handle.as_ptr(), data, len, &mut removed, err)
        })?;
        Ok(removed)
    }

    /// A signed token.
    pub fn issue(&self, grant: TokenGrant<'_>) -> Result<Zeroizing<String>> {
        let TokenGrant { subject, role, scopes, now, ttl } = grant;
        let grant =
            json!({"subject": subject, "role": role, "scopes": scopes, "now": now, "ttl": ttl}).to_string();
        let (data, len) = (grant.as_ptr().cast(), grant.len());
        secret(|out, err| unsafe { sys::vg_tokens_issue(self.handle.as_ptr(), data, len, out, err) })
    }

    /// What a token says, if it is to be believed at `now`, seconds since 1970.
    pub fn verify(&self, token: &str, now: u64) -> Result<std::result::Result<Claims, Refusal>> {
        let (data, len) = (token.as_ptr().cast(), token.len());
        verified(|accepted, out, err| unsafe {
            sys::vg_tokens_verify(self.handle.as_ptr(), data, len, now, accepted, out, err)
        })
    }

    /// Refuses all tokens that were issued before this second.
    pub fn revoke_all(&self, before: u64) -> Result<()> {
        plain(unsafe { sys::vg_tokens_revoke_all(self.handle.as_ptr(), before) })
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

type Call<'a> =
    dyn FnOnce(*mut bool, *mut sys::vg_bytes_t, *mut *mut sys::vg_error_t) -> sys::vg_status_t + 'a;

pub(crate) fn verified<'a, T: serde::de::DeserializeOwned>(
    call: impl FnOnce(*mut bool, *mut sys::vg_bytes_t, *mut *mut sys::vg_error_t) -> sys::vg_status_t + 'a,
) -> Result<std::result::Result<T, Refusal>> {
    let call: Box<Call<'a>> = Box::new(call);
    let mut accepted = MaybeUninit::new(false);
    let json = text(|out, err| call(accepted.as_mut_ptr(), out, err))?;
    // Written when the call succeeded, and false before.
    match unsafe { accepted.assume_init() } {
        true => from_json(&json).map(Ok),
        false => from_json(&json).map(Err),
    }
}

/// An API key that was just made: its text is shown this once.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct IssuedKey {
    /// The public id.
    pub id: String,
    /// The whole key, as its holder sends it.
    #[serde(deserialize_with = "wiped")]
    pub secret: Zeroizing<String>,
    /// On whose behalf.
    pub subject: String,
    /// What for.
    pub scopes: Vec<String>,
    /// From when on it does not hold.
    pub expires: Option<u64>,
}

impl fmt::Debug for IssuedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedKey").field("id", &self.id).finish_non_exhaustive()
    }
}

fn wiped<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

/// What is kept of an API key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct KeyRecord {
    /// The public id.
    pub id: String,
    /// On whose behalf.
    pub subject: String,
    /// What for; empty: whatever the subject may.
    pub scopes: Vec<String>,
    /// When it was made, seconds since 1970.
    pub created: u64,
    /// From when on it does not hold.
    pub expires: Option<u64>,
    /// Since when it is revoked.
    pub revoked: Option<u64>,
    /// The id of the key that it took over from.
    pub replaces: Option<String>,
}

/// API keys in a store. Cheap to clone; many threads may use one.
///
/// ```
/// let keys = voxguard::ApiKeys::open("sqlite::memory:", None)?;
/// let issued = keys.issue("user-1", &["synthesize"], 100, None)?;
/// assert_eq!(keys.verify(&issued.secret, 150)?.unwrap().subject, "user-1");
/// assert!(keys.revoke(&issued.id, 200)?);
/// assert_eq!(keys.verify(&issued.secret, 201)?.unwrap_err().code, "revoked");
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct ApiKeys {
    handle: Arc<Owned<sys::vg_api_keys_t>>,
}

impl ApiKeys {
    /// Opens a store such as `sqlite:///access.db`. `key` hashes the secrets and must be the same every time; without,
    /// the store draws one.
    pub fn open(url: &str, key: Option<&crate::Key>) -> Result<Self> {
        let key = key.map_or(std::ptr::null(), crate::Key::as_ptr);
        let (data, len) = (url.as_ptr().cast(), url.len());
        let call = |out, err| unsafe { sys::vg_api_keys_open(data, len, key, out, err) };
        Ok(Self { handle: Arc::new(create(sys::vg_api_keys_free, call)?) })
    }

    /// Makes a key.
    pub fn issue(&self, subject: &str, scopes: &[&str], now: u64, expires: Option<u64>) -> Result<IssuedKey> {
        let grant = json!({"subject": subject, "scopes": scopes, "now": now, "expires": expires}).to_string();
        let (data, len) = (grant.as_ptr().cast(), grant.len());
        from_json(&secret(|out, err| unsafe {
            sys::vg_api_keys_issue(self.handle.as_ptr(), data, len, out, err)
        })?)
    }

    /// The record of a key's text, if it holds at `now`.
    pub fn verify(&self, secret: &str, now: u64) -> Result<std::result::Result<KeyRecord, Refusal>> {
        let (data, len) = (secret.as_ptr().cast(), secret.len());
        verified(|accepted, out, err| unsafe {
            sys::vg_api_keys_verify(self.handle.as_ptr(), data, len, now, accepted, out, err)
        })
    }

    /// Makes a key that takes over from another, which holds for `grace` more seconds.
    pub fn rotate(&self, id: &str, now: u64, grace: u64) -> Result<IssuedKey> {
        let (data, len) = (id.as_ptr().cast(), id.len());
        from_json(&secret(|out, err| unsafe {
            sys::vg_api_keys_rotate(self.handle.as_ptr(), data, len, now, grace, out, err)
        })?)
    }

    /// Revokes a key. Whether one was in force.
    pub fn revoke(&self, id: &str, now: u64) -> Result<bool> {
        let (data, len) = (id.as_ptr().cast(), id.len());
        let mut revoked = false;
        control(|err| unsafe {
            sys::vg_api_keys_revoke(self.handle.as_ptr(), data, len, now, &mut revoked, err)
        })?;
        Ok(revoked)
    }

    /// Revokes all keys that were made before this second. How many.
    pub fn revoke_all(&self, before: u64, now: u64) -> Result<u64> {
        value(|out| unsafe {
            sys::vg_api_keys_revoke_all(self.handle.as_ptr(), before, now, out, std::ptr::null_mut())
        })
    }

    /// The records of a subject's keys, or of all.
    pub fn list(&self, subject: Option<&str>) -> Result<Vec<KeyRecord>> {
        let (data, len) = subject.map_or((std::ptr::null(), 0), |text| (text.as_ptr().cast(), text.len()));
        from_json(&text(|out, err| unsafe {
            sys::vg_api_keys_list(self.handle.as_ptr(), data, len, out, err)
        })?)
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys").finish_non_exhaustive()
    }
}
