//! Policies in Cedar, for those who outgrow roles.

use std::ffi::c_char;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::access::{Access, from_json};
use crate::bytes::text;
use crate::call::{Owned, create};
use crate::error::{Error, Result, Status};
use crate::role::RoleDecision;
use crate::sys;

/// Policies in Cedar. Cheap to clone; many threads may use one. [`Status::FEATURE`] where the library was built without
/// the feature `cedar`.
///
/// ```
/// use voxguard::{Cedar, Question, Status};
///
/// let policies = r#"@id("guests") permit(principal in Role::"guest", action == Action::"synthesize", resource);"#;
/// let cedar = match Cedar::new(policies) {
///     Err(error) if error.status == Status::FEATURE => return Ok(()),
///     made => made?,
/// };
/// let question = Question { role: Some("guest"), permission: "synthesize", resource: "voice/heart", ..Question::default() };
/// let decision = cedar.check(&question)?;
/// assert!(decision.allowed);
/// assert_eq!(decision.policies, ["guests"]);
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Cedar {
    handle: Arc<Owned<sys::vg_cedar_t>>,
}

/// Whether somebody may do something.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Question<'a> {
    /// On whose behalf.
    pub subject: Option<&'a str>,
    /// Their role.
    pub role: Option<&'a str>,
    /// The scopes of their key or token.
    pub scopes: &'a [&'a str],
    /// What they want to do, such as `synthesize`.
    pub permission: &'a str,
    /// With what, such as `voice/heart`.
    pub resource: &'a str,
    /// What else policies may ask about, an object in JSON; none: nothing.
    #[serde(skip)]
    pub context: Option<&'a str>,
}

impl Question<'_> {
    fn json(&self) -> Result<String> {
        let mut question = json!(self);
        if let Some(context) = self.context {
            let read = serde_json::from_str::<Map<String, Value>>(context);
            let read = read.map_err(|error| Error::new(Status::ARGUMENT, format!("context: {error}")))?;
            question["context"] = read.into();
        }
        Ok(question.to_string())
    }
}

impl Cedar {
    /// Policies in Cedar's syntax.
    pub fn new(policies: &str) -> Result<Self> {
        Self::from_rules(&json!({"policies": policies}).to_string())
    }

    /// Policies, and with them a schema in Cedar's syntax and entities in its JSON form, as JSON:
    /// `{"policies": "...", "schema": "...", "entities": [...]}`.
    pub fn from_rules(json: &str) -> Result<Self> {
        let (data, len) = parts(json);
        let call = |out, err| unsafe { sys::vg_cedar_new(data, len, out, err) };
        Ok(Self { handle: Arc::new(create(sys::vg_cedar_free, call)?) })
    }

    /// Whether policies permit it, and which.
    pub fn check(&self, question: &Question<'_>) -> Result<RoleDecision> {
        self.check_json(&question.json()?)
    }

    /// The same for a question in JSON: `{"role": "guest", "permission": "synthesize", "resource": "voice/heart"}`.
    pub fn check_json(&self, question: &str) -> Result<RoleDecision> {
        let (data, len) = parts(question);
        let mut allowed = false;
        from_json(&text(|out, err| unsafe {
            sys::vg_cedar_check(self.handle.as_ptr(), data, len, &mut allowed, out, err)
        })?)
    }
}

impl Access {
    /// Whether somebody may do something, by this configuration: its policies where it has `cedar`, else its roles.
    pub fn check(&self, question: &Question<'_>) -> Result<RoleDecision> {
        self.check_json(&question.json()?)
    }

    /// The same for a question in JSON, as [`Cedar::check_json`] takes it.
    pub fn check_json(&self, question: &str) -> Result<RoleDecision> {
        let (data, len) = parts(question);
        let mut allowed = false;
        from_json(&text(|out, err| unsafe {
            sys::vg_access_check(self.as_ptr(), data, len, &mut allowed, out, err)
        })?)
    }
}

impl fmt::Debug for Cedar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cedar").finish_non_exhaustive()
    }
}

fn parts(text: &str) -> (*const c_char, usize) {
    (text.as_ptr().cast(), text.len())
}
