//! Policies and their verdicts.

use std::cell::RefCell;

use napi::Env;
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

    #[napi]
    pub fn check(&self, env: Env, text: String, how: String) -> Result<Verdict> {
        let policy = self.held(&env)?;
        let verdict = how.parse().and_then(|markup| policy.check(&text, markup));
        verdict.map(Verdict::from).map_err(|error| raise(&env, &error))
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
