//! Policies and their verdicts.

use std::cell::RefCell;

use napi::Env;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use crate::failure::{Result, closed, raise};

#[napi(object, object_from_js = false)]
pub struct Hit {
    pub rule: String,
    pub category: String,
    pub view: String,
    pub severity: String,
    pub action: String,
    pub start: u32,
    pub end: u32,
    pub start_byte: u32,
    pub end_byte: u32,
}

#[napi(object, object_from_js = false)]
pub struct Verdict {
    pub action: String,
    pub allowed: bool,
    pub text: String,
    pub reason: String,
    pub markup: String,
    pub hits: Vec<Hit>,
}

/// An offset into a text, of which the library takes no more than 1 MiB.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl From<voxguard::Verdict> for Verdict {
    fn from(verdict: voxguard::Verdict) -> Self {
        Self {
            action: verdict.action.name().to_owned(),
            allowed: verdict.allowed(),
            markup: verdict.markup.name().to_owned(),
            hits: verdict
                .hits
                .into_iter()
                .map(|hit| Hit {
                    rule: hit.rule,
                    category: hit.category,
                    view: hit.view,
                    severity: hit.severity.name().to_owned(),
                    action: hit.action.name().to_owned(),
                    start: offset(hit.start),
                    end: offset(hit.end),
                    start_byte: offset(hit.start_byte),
                    end_byte: offset(hit.end_byte),
                })
                .collect(),
            text: verdict.text,
            reason: verdict.reason,
        }
    }
}

#[napi(object, object_from_js = false)]
pub struct Released {
    pub text: String,
    pub blocked: bool,
    pub hits: String,
}

#[napi]
pub struct TextStream {
    held: RefCell<Option<voxguard::TextStream>>,
}

#[napi]
impl TextStream {
    #[napi]
    pub fn push(&self, env: Env, text: String) -> Result<Released> {
        self.step(&env, |stream| stream.push(&text))
    }

    #[napi]
    pub fn finish(&self, env: Env) -> Result<Released> {
        self.step(&env, voxguard::TextStream::finish)
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }

    fn step(
        &self,
        env: &Env,
        step: impl FnOnce(&mut voxguard::TextStream) -> voxguard::Result<voxguard::Released>,
    ) -> Result<Released> {
        let mut held = self.held.borrow_mut();
        let stream = held.as_mut().ok_or_else(|| raise(env, &closed()))?;
        let released = step(stream).map_err(|error| raise(env, &error))?;
        Ok(Released { text: released.text, blocked: released.blocked, hits: released.hits_json })
    }
}

#[napi]
pub fn lint_rules(env: Env, json: String) -> Result<String> {
    voxguard::lint_rules(&json).map_err(|error| raise(&env, &error))
}

#[napi]
pub fn starter_rules(env: Env, language: String) -> Result<String> {
    voxguard::starter_rules(&language).map_err(|error| raise(&env, &error))
}

#[napi]
pub fn sign_rules(env: Env, json: String, secret: Buffer) -> Result<String> {
    let secret = <[u8; 32]>::try_from(&secret[..]).unwrap_or_default();
    voxguard::sign_rules(&json, &secret).map_err(|error| raise(&env, &error))
}

#[napi]
pub struct Policy {
    held: RefCell<Option<voxguard::Policy>>,
}

impl Policy {
    pub fn held(&self, env: &Env) -> Result<voxguard::Policy> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }
}

#[napi]
impl Policy {
    #[napi(constructor)]
    pub fn new(env: Env, json: String) -> Result<Self> {
        let policy = voxguard::Policy::new(&json).map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(policy)) })
    }

    #[napi(factory)]
    pub fn from_pack(env: Env, pack: String, keys: Vec<Buffer>) -> Result<Self> {
        let keys: Vec<[u8; 32]> = keys.iter().filter_map(|key| <[u8; 32]>::try_from(&key[..]).ok()).collect();
        let policy = voxguard::Policy::from_pack(&pack, &keys).map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(policy)) })
    }

    #[napi]
    pub fn check(&self, env: Env, text: String, how: String, consents: Vec<String>) -> Result<Verdict> {
        let policy = self.held(&env)?;
        let consents: Vec<&str> = consents.iter().map(String::as_str).collect();
        let verdict = how.parse().and_then(|markup| policy.check_consented(&text, markup, &consents));
        verdict.map(Verdict::from).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn explain(&self, env: Env, text: String, how: String) -> Result<String> {
        let policy = self.held(&env)?;
        let why = how.parse().and_then(|markup| policy.explain(&text, markup));
        why.map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn stream(&self, env: Env, how: String, consents: Vec<String>) -> Result<TextStream> {
        let policy = self.held(&env)?;
        let consents: Vec<&str> = consents.iter().map(String::as_str).collect();
        let stream = how.parse().and_then(|markup| policy.stream(markup, &consents));
        let stream = stream.map_err(|error| raise(&env, &error))?;
        Ok(TextStream { held: RefCell::new(Some(stream)) })
    }

    #[napi]
    pub fn hash(&self, env: Env) -> Result<String> {
        let hash = self.held(&env)?.hash().map_err(|error| raise(&env, &error))?;
        Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}
