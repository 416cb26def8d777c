//! Policies and their verdicts.

use std::cell::RefCell;

use napi::Env;
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;

use crate::classifier::{Ask, classifier};
use crate::failure::{Result, busy, closed, raise};
use crate::job::{Job, start};

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

    /// A classifier that is at work with this stream may call this: then its end waits for the garbage collector.
    #[napi]
    pub fn close(&self) {
        if let Ok(mut held) = self.held.try_borrow_mut() {
            held.take();
        }
    }

    fn step(
        &self,
        env: &Env,
        step: impl FnOnce(&mut voxguard::TextStream) -> voxguard::Result<voxguard::Released>,
    ) -> Result<Released> {
        let mut held = self.held.try_borrow_mut().map_err(|_| raise(env, &busy()))?;
        let stream = held.as_mut().ok_or_else(|| raise(env, &closed()))?;
        let released = step(stream).map_err(|error| raise(env, &error))?;
        Ok(Released { text: released.text, blocked: released.blocked, hits: released.hits_json })
    }
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
    pub fn new(
        env: Env,
        json: String,
        ask: Option<Ask<'_>>,
        budget_ms: u32,
        fail_open: bool,
    ) -> Result<Self> {
        let policy = match ask {
            Some(ask) => {
                let classifier = classifier(&env, &ask, budget_ms, fail_open)?;
                voxguard::Policy::with_classifier(&json, classifier)
            }
            None => voxguard::Policy::new(&json),
        };
        Ok(Self { held: RefCell::new(Some(policy.map_err(|error| raise(&env, &error))?)) })
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

    /// The same on another thread, where a classifier may take its time.
    #[napi]
    pub fn judge(
        &self,
        env: Env,
        text: String,
        how: String,
        consents: Vec<String>,
    ) -> Result<AsyncTask<Job<Verdict>>> {
        let policy = self.held(&env)?;
        Ok(start(move || {
            let consents: Vec<&str> = consents.iter().map(String::as_str).collect();
            policy.check_consented(&text, how.parse()?, &consents).map(Verdict::from)
        }))
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
