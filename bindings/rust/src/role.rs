//! Who may do what, and what a voice may ask of a program.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::access::from_json;
use crate::bytes::text;
use crate::call::{Owned, create};
use crate::error::Result;
use crate::sys;

/// Roles. Cheap to clone; many threads may use one.
///
/// ```
/// let roles = voxguard::Roles::preset()?;
/// assert!(roles.check("guest", "synthesize", "voice/heart")?.allowed);
/// assert!(!roles.check("guest", "clone_voice", "voice/heart")?.allowed);
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Roles {
    handle: Arc<Owned<sys::vg_roles_t>>,
}

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct RoleDecision {
    /// Whether it may be done.
    pub allowed: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// The role whose grant or denial decided.
    pub role: Option<String>,
    /// The pattern that decided.
    pub pattern: Option<String>,
    /// The policies that decided, where policies in Cedar are asked in place of roles.
    #[serde(default)]
    pub policies: Vec<String>,
    /// The policies that could not be evaluated and were left out, each with the reason.
    #[serde(default)]
    pub errors: Vec<String>,
}

impl Roles {
    /// The presets guest, user and admin.
    pub fn preset() -> Result<Self> {
        Self::made(None)
    }

    /// Roles of a document in JSON.
    pub fn new(json: &str) -> Result<Self> {
        Self::made(Some(json))
    }

    fn made(json: Option<&str>) -> Result<Self> {
        let (data, len) = json.map_or((std::ptr::null(), 0), |json| (json.as_ptr().cast(), json.len()));
        let call = |out, err| unsafe { sys::vg_roles_new(data, len, out, err) };
        Ok(Self { handle: Arc::new(create(sys::vg_roles_free, call)?) })
    }

    /// Whether a role has a permission over a resource such as `voice/heart`.
    pub fn check(&self, role: &str, permission: &str, resource: &str) -> Result<RoleDecision> {
        let part = |text: &str| (text.as_ptr().cast(), text.len());
        let ((r, r_len), (p, p_len), (s, s_len)) = (part(role), part(permission), part(resource));
        let mut allowed = false;
        from_json(&text(|out, err| unsafe {
            let roles = self.handle.as_ptr();
            sys::vg_roles_check(roles, r, r_len, p, p_len, s, s_len, &mut allowed, out, err)
        })?)
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roles").finish_non_exhaustive()
    }
}

/// Commands that a voice may give. It decides; it runs and changes nothing.
///
/// ```
/// let commands = voxguard::Commands::new(r#"{"echo": {"message": {"type": "string", "max_length": 5}}}"#)?;
/// assert!(commands.check("echo", r#"{"message": "hi"}"#)?.allowed);
/// assert_eq!(commands.check("rm", "{}")?.code.as_deref(), Some("unknown_command"));
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Commands {
    handle: Arc<Owned<sys::vg_commands_t>>,
}

/// What was decided about a command.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct CommandDecision {
    /// Whether it may be carried out.
    pub allowed: bool,
    /// A stable name of why not.
    pub code: Option<String>,
    /// One sentence.
    pub reason: String,
    /// The argument that it is about.
    pub argument: Option<String>,
}

impl Commands {
    /// Commands of a document in JSON.
    pub fn new(json: &str) -> Result<Self> {
        let (data, len) = (json.as_ptr().cast(), json.len());
        let call = |out, err| unsafe { sys::vg_commands_new(data, len, out, err) };
        Ok(Self { handle: Arc::new(create(sys::vg_commands_free, call)?) })
    }

    /// Whether a command may be given with these arguments, an object in JSON.
    pub fn check(&self, name: &str, arguments: &str) -> Result<CommandDecision> {
        let mut allowed = false;
        from_json(&text(|out, err| unsafe {
            let (n, n_len) = (name.as_ptr().cast(), name.len());
            let (a, a_len) = (arguments.as_ptr().cast(), arguments.len());
            sys::vg_commands_check(self.handle.as_ptr(), n, n_len, a, a_len, &mut allowed, out, err)
        })?)
    }
}

impl fmt::Debug for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commands").finish_non_exhaustive()
    }
}
