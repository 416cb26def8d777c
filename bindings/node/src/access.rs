//! Access: all that decides who may speak and how much. Answers cross as JSON, which `lib/access.js` reads.

use std::cell::RefCell;

use napi::Env;
use napi::bindgen_prelude::{AsyncTask, Buffer, Float32Array};
use napi_derive::napi;
use voxguard::Source;

use crate::alert::{Told, teller};
use crate::failure::{Result, closed, raise};
use crate::job::{Job, start};
use crate::limiter::Limit;
use crate::marker::narrow;
use crate::monitor::{list, metrics_in};
use crate::token::{TokenSettings, Tokens, Verified, algorithm_in, verified};

/// Where a request comes from.
#[napi(object, object_to_js = false)]
pub struct AskedBy {
    pub origin: Option<String>,
    pub peer: Option<String>,
    pub forwarded_for: Option<String>,
    pub session: Option<String>,
    pub client: Option<String>,
}

#[napi]
pub struct Access {
    held: RefCell<Option<voxguard::Access>>,
}

impl Access {
    pub fn held(&self, env: &Env) -> Result<voxguard::Access> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }

    fn with<T>(&self, env: &Env, call: impl FnOnce(&voxguard::Access) -> voxguard::Result<T>) -> Result<T> {
        call(&self.held(env)?).map_err(|error| raise(env, &error))
    }
}

#[napi]
impl Access {
    #[napi(constructor)]
    pub fn new(env: Env, config: Option<String>) -> Result<Self> {
        let access = voxguard::Access::new(config.as_deref()).map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(access)) })
    }

    #[napi]
    pub fn reload(&self, env: Env, config: String) -> Result<()> {
        self.with(&env, |access| access.reload(&config))
    }

    #[napi]
    pub fn check_request(&self, env: Env, asked: AskedBy) -> Result<String> {
        let source = Source {
            origin: asked.origin.as_deref(),
            peer: asked.peer.as_deref(),
            forwarded_for: asked.forwarded_for.as_deref(),
            session: asked.session.as_deref(),
            client: asked.client.as_deref(),
        };
        self.with(&env, |access| Ok(access.check_request(source)?.to_json()))
    }

    #[napi]
    pub fn check_message(&self, env: Env, data: &[u8], binary: bool) -> Result<String> {
        self.with(&env, |access| Ok(access.check_message(data, binary)?.to_json()))
    }

    #[napi]
    pub fn check_rate(&self, env: Env, kind: String, key: String, now: f64) -> Result<Limit> {
        self.with(&env, |access| Ok(access.check_rate(&kind, &key, now)?.into()))
    }

    #[napi]
    pub fn check_audio(&self, env: Env, data: Buffer, base64: bool) -> Result<AsyncTask<Job<String>>> {
        let (access, data) = (self.held(&env)?, data.to_vec());
        Ok(start(move || Ok(access.check_audio(&data, base64)?.json)))
    }

    #[napi]
    pub fn check_samples(
        &self,
        env: Env,
        samples: Float32Array,
        rate: u32,
        channels: u32,
    ) -> Result<AsyncTask<Job<String>>> {
        let (access, samples, channels) = (self.held(&env)?, samples.to_vec(), narrow(channels));
        Ok(start(move || Ok(access.check_samples(&samples, rate, channels)?.json)))
    }

    #[napi]
    pub fn check(&self, env: Env, question: String) -> Result<String> {
        self.with(&env, |access| Ok(access.check_json(&question)?.to_json()))
    }

    #[napi]
    pub fn check_role(&self, env: Env, role: String, permission: String, resource: String) -> Result<String> {
        self.with(&env, |access| Ok(access.check_role(&role, &permission, &resource)?.to_json()))
    }

    #[napi]
    pub fn check_command(
        &self,
        env: Env,
        name: String,
        arguments: String,
        source: String,
        now: f64,
    ) -> Result<String> {
        self.with(&env, |access| Ok(access.check_command(&name, &arguments, &source, now)?.to_json()))
    }

    #[napi]
    pub fn tokens(
        &self,
        env: Env,
        algorithm: String,
        key: Buffer,
        settings: TokenSettings,
    ) -> Result<Tokens> {
        let algorithm = algorithm_in(&algorithm).map_err(|error| raise(&env, &error))?;
        self.with(&env, |access| access.tokens(algorithm, &key, settings.options())).map(Tokens::new)
    }

    #[napi]
    pub fn verify_token(
        &self,
        env: Env,
        tokens: &Tokens,
        token: String,
        source: String,
        now: f64,
    ) -> Result<Verified> {
        let tokens = tokens.held(&env)?;
        // A moment that `lib/check.js` has looked at.
        self.with(&env, |access| Ok(verified(access.verify_token(&tokens, &token, &source, now as u64)?)))
    }

    #[napi]
    pub fn revoke_all(&self, env: Env, before: f64) -> Result<()> {
        self.with(&env, |access| access.revoke_all(before as u64))
    }

    #[napi]
    pub fn on_alert(&self, env: Env, told: Option<Told<'_>>) -> Result<()> {
        match told {
            None => self.with(&env, voxguard::Access::off_alert),
            Some(told) => {
                let told = teller(&env, &told)?;
                self.with(&env, |access| access.on_alert(told))
            }
        }
    }

    #[napi]
    pub fn record(&self, env: Env, event: String, source: String, now: f64) -> Result<String> {
        self.with(&env, |access| Ok(list(&access.record(&event, &source, now)?)))
    }

    #[napi]
    pub fn alerts(&self, env: Env) -> Result<String> {
        self.with(&env, |access| Ok(list(&access.alerts()?)))
    }

    #[napi]
    pub fn panic(&self, env: Env, reason: String) -> Result<()> {
        self.with(&env, |access| access.panic(&reason))
    }

    #[napi]
    pub fn lift(&self, env: Env) -> Result<bool> {
        self.with(&env, voxguard::Access::lift)
    }

    #[napi]
    pub fn metrics(&self, env: Env, format: String) -> Result<String> {
        self.with(&env, |access| access.metrics(metrics_in(&format)?))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

#[napi]
pub fn explain_config(env: Env, config: Option<String>) -> Result<String> {
    voxguard::explain(config.as_deref()).map_err(|error| raise(&env, &error))
}

#[napi]
pub fn config_schema(env: Env) -> Result<String> {
    voxguard::config_schema().map_err(|error| raise(&env, &error))
}
