//! Roles and commands. Decisions cross as JSON.

use std::cell::RefCell;

use napi::Env;
use napi_derive::napi;

use crate::failure::{Result, closed, raise};

#[napi]
pub struct Roles {
    held: RefCell<Option<voxguard::Roles>>,
}

#[napi]
impl Roles {
    #[napi(constructor)]
    pub fn new(env: Env, document: Option<String>) -> Result<Self> {
        let made = document.as_deref().map_or_else(voxguard::Roles::preset, voxguard::Roles::new);
        Ok(Self { held: RefCell::new(Some(made.map_err(|error| raise(&env, &error))?)) })
    }

    #[napi]
    pub fn check(&self, env: Env, role: String, permission: String, resource: String) -> Result<String> {
        let held = self.held.borrow();
        let check = |roles: &voxguard::Roles| Ok(roles.check(&role, &permission, &resource)?.to_json());
        held.as_ref().ok_or_else(closed).and_then(check).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

#[napi]
pub struct Cedar {
    held: RefCell<Option<voxguard::Cedar>>,
}

#[napi]
impl Cedar {
    #[napi(constructor)]
    pub fn new(env: Env, rules: String) -> Result<Self> {
        let made = voxguard::Cedar::from_rules(&rules).map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(made)) })
    }

    #[napi]
    pub fn check(&self, env: Env, question: String) -> Result<String> {
        let held = self.held.borrow();
        let check = |cedar: &voxguard::Cedar| Ok(cedar.check_json(&question)?.to_json());
        held.as_ref().ok_or_else(closed).and_then(check).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

#[napi]
pub struct Commands {
    held: RefCell<Option<voxguard::Commands>>,
}

#[napi]
impl Commands {
    #[napi(constructor)]
    pub fn new(env: Env, rules: String) -> Result<Self> {
        let made = voxguard::Commands::new(&rules).map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(made)) })
    }

    #[napi]
    pub fn check(&self, env: Env, name: String, arguments: String) -> Result<String> {
        let held = self.held.borrow();
        let check = |commands: &voxguard::Commands| Ok(commands.check(&name, &arguments)?.to_json());
        held.as_ref().ok_or_else(closed).and_then(check).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}
