//! What can be done with rules before they are a policy.

use napi::Env;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use voxguard::Status;

use crate::classifier::severity;
use crate::failure::{Result, raise};

#[napi]
pub fn lint_rules(env: Env, json: String) -> Result<String> {
    voxguard::lint_rules(&json).map_err(|error| raise(&env, &error))
}

#[napi]
pub fn starter_rules(env: Env, language: String) -> Result<String> {
    voxguard::starter_rules(&language).map_err(|error| raise(&env, &error))
}

#[napi]
pub fn rules_from_words(
    env: Env,
    words: String,
    id: String,
    category: String,
    severity_name: String,
    language: Option<String>,
) -> Result<String> {
    let severity = severity(&severity_name).ok_or_else(|| {
        voxguard::Error::new(Status::ARGUMENT, "severity is none of info, warning, error, critical")
    });
    severity
        .and_then(|severity| {
            voxguard::rules_from_words(&words, &id, &category, severity, language.as_deref())
        })
        .map_err(|error| raise(&env, &error))
}

#[napi]
pub fn sign_rules(env: Env, json: String, secret: Buffer) -> Result<String> {
    key(&secret).and_then(|secret| voxguard::sign_rules(&json, &secret)).map_err(|error| raise(&env, &error))
}

#[napi]
pub fn public_signing_key(env: Env, secret: Buffer) -> Result<Buffer> {
    let public = key(&secret).and_then(|secret| voxguard::public_signing_key(&secret));
    public.map(|key| key.to_vec().into()).map_err(|error| raise(&env, &error))
}

/// The 32 bytes of a key.
fn key(bytes: &[u8]) -> voxguard::Result<[u8; 32]> {
    bytes.try_into().map_err(|_| voxguard::Error::new(Status::ARGUMENT, "a signing key has 32 bytes"))
}
