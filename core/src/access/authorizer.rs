//! What decides in place of [`roles`](super::role): policies in Cedar, for those who outgrow roles.
//!
//! ```json
//! {"version": 1, "cedar": {"policies":
//!     "permit(principal in Role::\"guest\", action == Action::\"synthesize\", resource == Voice::\"heart\");"}}
//! ```
//!
//! This crate knows what is asked and what is answered; the engine is `voxguard-cedar`, a crate of its own, because its
//! dependencies are as many again as all others and most hosts need none of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::role::Decision;

/// Policies in Cedar, as a configuration holds them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CedarRules {
    /// The policies, in Cedar's own syntax. What none permits is denied.
    pub policies: String,
    /// A schema in Cedar's syntax; with one, policies, entities and questions are held to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What there is beside the question: who belongs to what, whose voice is whose. In Cedar's JSON form for entities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entities: Option<Vec<Value>>,
}

/// Whether somebody may do something.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// On whose behalf.
    #[serde(default)]
    pub subject: Option<String>,
    /// Their role.
    #[serde(default)]
    pub role: Option<String>,
    /// The scopes of their key or token.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What they want to do, such as `synthesize`.
    pub permission: String,
    /// With what: `voice/heart`, `model/v2`.
    pub resource: String,
    /// What else policies may ask about: network, purpose, seconds.
    #[serde(default)]
    pub context: Map<String, Value>,
}

/// Something that decides. It does no I/O and takes well under a millisecond: a gate asks it under its lock.
pub trait Authorizer: Send + Sync {
    /// Whether this may be done, and why. What cannot be decided is denied.
    fn check(&self, question: &Question) -> Decision;
}

/// Makes an authorizer of policies, or says in one sentence what is wrong with them.
pub type Compile = fn(&CedarRules) -> Result<Arc<dyn Authorizer>, String>;
