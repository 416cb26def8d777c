//! The guard: key, policy and ledger together.

use std::cell::RefCell;

use napi::Env;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use voxguard::Request;

use crate::access::Access;
use crate::failure::{Result, closed, raise};
use crate::job::{Job, start};
use crate::key::Key;
use crate::ledger::Ledger;
use crate::marker::narrow;
use crate::policy::Policy;
use crate::utterance::Utterance;

/// What is to be spoken, and for whom.
#[napi(object, object_to_js = false)]
pub struct Asked {
    pub subject: Option<String>,
    pub voice: String,
    pub text: String,
    pub markup: String,
    pub rate: u32,
    pub channels: u32,
    pub role: Option<String>,
    pub language: Option<String>,
    pub model: Option<String>,
    pub parameters: Option<String>,
    pub keep_text: bool,
}

#[napi]
pub struct Guard {
    held: RefCell<Option<voxguard::Guard>>,
}

fn begin(guard: &voxguard::Guard, asked: &Asked) -> voxguard::Result<voxguard::Utterance> {
    guard.begin(Request {
        subject: asked.subject.as_deref(),
        voice: &asked.voice,
        text: &asked.text,
        markup: asked.markup.parse()?,
        rate: asked.rate,
        channels: narrow(asked.channels),
        role: asked.role.as_deref(),
        language: asked.language.as_deref(),
        model: asked.model.as_deref(),
        parameters: asked.parameters.as_deref(),
        keep_text: asked.keep_text,
    })
}

impl Guard {
    fn held(&self, env: &Env) -> Result<voxguard::Guard> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }
}

#[napi]
impl Guard {
    #[napi(constructor)]
    pub fn new(
        env: Env,
        key: &Key,
        policy: Option<&Policy>,
        ledger: Option<&Ledger>,
        access: &Access,
    ) -> Result<Self> {
        let key = key.held(&env)?;
        let policy = policy.map(|policy| policy.held(&env)).transpose()?;
        let ledger = ledger.map(|ledger| ledger.held(&env)).transpose()?;
        let access = access.held(&env)?;
        let mut builder = voxguard::Guard::builder(&key).access(&access);
        if let Some(policy) = &policy {
            builder = builder.policy(policy);
        }
        if let Some(ledger) = &ledger {
            builder = builder.ledger(ledger);
        }
        let guard = builder.build().map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(guard)) })
    }

    #[napi]
    pub fn begin(&self, env: Env, asked: Asked) -> Result<Utterance> {
        let guard = self.held(&env)?;
        begin(&guard, &asked).map(Utterance::new).map_err(|error| raise(&env, &error))
    }

    /// The same on another thread, where a classifier may take its time.
    #[napi]
    pub fn begin_elsewhere(&self, env: Env, asked: Asked) -> Result<AsyncTask<Job<Utterance>>> {
        let guard = self.held(&env)?;
        Ok(start(move || begin(&guard, &asked).map(Utterance::new)))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}
