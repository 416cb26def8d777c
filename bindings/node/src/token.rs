//! Tokens and API keys. What is known of a holder crosses as JSON; times are whole seconds that `lib/check.js` has
//! looked at.

use std::cell::RefCell;

use napi::Env;
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;
use voxguard::{Error, KeyRecord, Refusal, Status, TokenAlgorithm, TokenGrant, TokenOptions};

use crate::failure::{Result, closed, raise};
use crate::job::{Job, start};
use crate::key::Key;

pub fn algorithm_in(name: &str) -> voxguard::Result<TokenAlgorithm> {
    match name {
        "HS256" => Ok(TokenAlgorithm::Hs256),
        "ES256" => Ok(TokenAlgorithm::Es256),
        "EdDSA" => Ok(TokenAlgorithm::EdDsa),
        _ => Err(Error::new(Status::ARGUMENT, "algorithm: accepted are \"HS256\", \"ES256\" and \"EdDSA\"")),
    }
}

/// What tokens are like.
#[napi(object, object_to_js = false)]
pub struct TokenSettings {
    pub issuer: String,
    pub audience: String,
    pub typ: Option<String>,
    pub leeway: f64,
    pub ttl: Option<f64>,
    pub key_id: Option<String>,
    pub public: bool,
    pub single_use: bool,
}

impl TokenSettings {
    pub fn options(&self) -> TokenOptions<'_> {
        TokenOptions {
            issuer: &self.issuer,
            audience: &self.audience,
            typ: self.typ.as_deref(),
            leeway: self.leeway as u64,
            ttl: self.ttl.map(|seconds| seconds as u64),
            key_id: self.key_id.as_deref(),
            public: self.public,
            single_use: self.single_use,
        }
    }
}

/// What a token is to say of its holder.
#[napi(object, object_to_js = false)]
pub struct Granted {
    pub subject: String,
    pub role: Option<String>,
    pub scopes: Vec<String>,
    pub now: f64,
    pub ttl: Option<f64>,
}

/// Whether something is believed; with what it says, or why not.
#[napi(object, object_from_js = false)]
pub struct Verified {
    pub accepted: bool,
    pub said: String,
}

pub fn verified(answer: std::result::Result<voxguard::Claims, Refusal>) -> Verified {
    match answer {
        Ok(claims) => Verified { accepted: true, said: claims.to_json() },
        Err(refusal) => Verified { accepted: false, said: refusal.to_json() },
    }
}

#[napi]
pub struct Tokens {
    held: RefCell<Option<voxguard::Tokens>>,
}

impl Tokens {
    pub fn new(tokens: voxguard::Tokens) -> Self {
        Self { held: RefCell::new(Some(tokens)) }
    }

    pub fn held(&self, env: &Env) -> Result<voxguard::Tokens> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }

    fn with<T>(&self, env: &Env, call: impl FnOnce(&voxguard::Tokens) -> voxguard::Result<T>) -> Result<T> {
        call(&self.held(env)?).map_err(|error| raise(env, &error))
    }
}

#[napi]
impl Tokens {
    #[napi(constructor)]
    pub fn make(env: Env, algorithm: String, key: Buffer, settings: TokenSettings) -> Result<Self> {
        let made = algorithm_in(&algorithm)
            .and_then(|algorithm| voxguard::Tokens::new(algorithm, &key, settings.options()));
        made.map(Self::new).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn add_key(&self, env: Env, algorithm: String, key: Buffer, public: bool, id: String) -> Result<()> {
        self.with(&env, |tokens| tokens.add_key(algorithm_in(&algorithm)?, &key, public, &id))
    }

    #[napi]
    pub fn sign_with(&self, env: Env, id: String) -> Result<()> {
        self.with(&env, |tokens| tokens.sign_with(&id))
    }

    #[napi]
    pub fn remove_key(&self, env: Env, id: String) -> Result<bool> {
        self.with(&env, |tokens| tokens.remove_key(&id))
    }

    #[napi]
    pub fn issue(&self, env: Env, granted: Granted) -> Result<String> {
        let scopes: Vec<&str> = granted.scopes.iter().map(String::as_str).collect();
        let grant = TokenGrant {
            subject: &granted.subject,
            role: granted.role.as_deref(),
            scopes: &scopes,
            now: granted.now as u64,
            ttl: granted.ttl.map(|seconds| seconds as u64),
        };
        self.with(&env, |tokens| Ok(tokens.issue(grant)?.to_string()))
    }

    #[napi]
    pub fn verify(&self, env: Env, token: String, now: f64) -> Result<Verified> {
        self.with(&env, |tokens| Ok(verified(tokens.verify(&token, now as u64)?)))
    }

    #[napi]
    pub fn revoke_all(&self, env: Env, before: f64) -> Result<()> {
        self.with(&env, |tokens| tokens.revoke_all(before as u64))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

/// A key that was just made.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct IssuedKey {
    pub id: String,
    pub secret: String,
    pub subject: String,
    pub scopes: Vec<String>,
    pub expires: Option<f64>,
}

impl From<voxguard::IssuedKey> for IssuedKey {
    fn from(key: voxguard::IssuedKey) -> Self {
        Self {
            id: key.id,
            secret: key.secret.to_string(),
            subject: key.subject,
            scopes: key.scopes,
            expires: key.expires.map(|moment| moment as f64),
        }
    }
}

#[napi]
pub struct ApiKeys {
    held: RefCell<Option<voxguard::ApiKeys>>,
}

impl ApiKeys {
    fn held(&self, env: &Env) -> Result<voxguard::ApiKeys> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }
}

#[napi]
impl ApiKeys {
    #[napi(constructor)]
    pub fn open(env: Env, url: String, key: Option<&Key>) -> Result<Self> {
        let key = key.map(|key| key.held(&env)).transpose()?;
        let keys = voxguard::ApiKeys::open(&url, key.as_ref()).map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(keys)) })
    }

    #[napi]
    pub fn issue(
        &self,
        env: Env,
        subject: String,
        scopes: Vec<String>,
        now: f64,
        expires: Option<f64>,
    ) -> Result<AsyncTask<Job<IssuedKey>>> {
        let keys = self.held(&env)?;
        Ok(start(move || {
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            let expires = expires.map(|moment| moment as u64);
            keys.issue(&subject, &scopes, now as u64, expires).map(IssuedKey::from)
        }))
    }

    #[napi]
    pub fn verify(&self, env: Env, secret: String, now: f64) -> Result<AsyncTask<Job<Verified>>> {
        let keys = self.held(&env)?;
        Ok(start(move || {
            Ok(match keys.verify(&secret, now as u64)? {
                Ok(record) => Verified { accepted: true, said: record.to_json() },
                Err(refusal) => Verified { accepted: false, said: refusal.to_json() },
            })
        }))
    }

    #[napi]
    pub fn rotate(&self, env: Env, id: String, now: f64, grace: f64) -> Result<AsyncTask<Job<IssuedKey>>> {
        let keys = self.held(&env)?;
        Ok(start(move || keys.rotate(&id, now as u64, grace as u64).map(IssuedKey::from)))
    }

    #[napi]
    pub fn revoke(&self, env: Env, id: String, now: f64) -> Result<AsyncTask<Job<bool>>> {
        let keys = self.held(&env)?;
        Ok(start(move || keys.revoke(&id, now as u64)))
    }

    #[napi]
    pub fn revoke_all(&self, env: Env, before: f64, now: f64) -> Result<AsyncTask<Job<f64>>> {
        let keys = self.held(&env)?;
        Ok(start(move || keys.revoke_all(before as u64, now as u64).map(|count| count as f64)))
    }

    #[napi]
    pub fn list(&self, env: Env, subject: Option<String>) -> Result<AsyncTask<Job<String>>> {
        let keys = self.held(&env)?;
        Ok(start(move || {
            let records: Vec<String> =
                keys.list(subject.as_deref())?.iter().map(KeyRecord::to_json).collect();
            Ok(format!("[{}]", records.join(",")))
        }))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}
