//! Roles: who may do what with which voice or model. What nobody granted is denied.
//!
//! ```json
//! {"version": 1, "roles": {
//!   "guest": {"allow": [{"permission": "synthesize", "resources": ["voice/heart", "voice/public/*"]}]},
//!   "user": {"inherits": ["guest"], "allow": [{"permission": "detect"}],
//!            "deny": [{"permission": "synthesize", "resources": ["voice/retired/*"]}]}}}
//! ```
//!
//! A resource is a path such as `voice/heart` or `model/v2`. A pattern is a path, or one that ends in `/*`
//! and means all below it, or `*` for every resource. Without resources a grant is for every one. A denial
//! outweighs every grant, wherever either was inherited from.

mod error;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use error::RoleError;

/// What may be permitted. Hosts may name others of their own: a permission is a name.
pub const PERMISSIONS: [&str; 11] = [
    "synthesize",
    "use_voice",
    "clone_voice",
    "disable_mark",
    "manage_rules",
    "read_ledger",
    "erase_subject",
    "detect",
    "voice_control",
    "system_admin",
    "model_management",
];

/// The presets: guests speak with any voice and detect, users also control by voice, administrators may all.
const PRESET: &str = r#"{"version": 1, "roles": {
    "guest": {"allow": [
        {"permission": "synthesize"}, {"permission": "use_voice", "resources": ["voice/*"]},
        {"permission": "detect"}]},
    "user": {"inherits": ["guest"], "allow": [{"permission": "voice_control"}]},
    "admin": {"inherits": ["user"], "allow": [
        {"permission": "clone_voice"}, {"permission": "disable_mark"}, {"permission": "manage_rules"},
        {"permission": "read_ledger"}, {"permission": "erase_subject"}, {"permission": "system_admin"},
        {"permission": "model_management"}]}}}"#;

const MAX_ROLES: usize = 1_000;
const MAX_GRANTS: usize = 1_000;
const MAX_NAME_BYTES: usize = 64;
const MAX_RESOURCE_BYTES: usize = 256;

/// The document that roles are read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The version of this form: 1.
    pub version: u32,
    /// Roles by name.
    pub roles: BTreeMap<String, Role>,
}

/// What one role may do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Role {
    /// Roles whose grants and denials it has too.
    pub inherits: Vec<String>,
    /// What it may do.
    pub allow: Vec<Grant>,
    /// What it may not do, whatever is granted elsewhere.
    pub deny: Vec<Grant>,
}

/// One permission over some resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Which permission.
    pub permission: String,
    /// Over what; none: over every resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
}

/// Roles, checked and ready to decide.
#[derive(Debug, Clone)]
pub struct Roles {
    roles: BTreeMap<String, Flat>,
}

/// A role with all that it inherits, by permission.
#[derive(Debug, Clone, Default)]
struct Flat {
    allow: BTreeMap<String, Vec<Rule>>,
    deny: BTreeMap<String, Vec<Rule>>,
}

#[derive(Debug, Clone)]
struct Rule {
    pattern: Pattern,
    /// The role that it was written in.
    from: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    All,
    Exact(String),
    /// With the slash at its end.
    Below(String),
}

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// The role whose grant or denial decided; none where nothing was granted.
    pub role: Option<String>,
    /// The pattern that decided.
    pub pattern: Option<String>,
    /// The policies that decided, where policies are asked in place of roles.
    pub policies: Vec<String>,
    /// The policies that could not be evaluated, each with the reason, and were left out.
    pub errors: Vec<String>,
}

impl Decision {
    /// Denied for want of a grant.
    pub fn denied(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { allowed: false, reason, role: None, pattern: None, policies: Vec::new(), errors: Vec::new() }
    }
}

impl Roles {
    /// The presets `guest`, `user` and `admin`.
    pub fn preset() -> Self {
        // A test holds the preset to the form; were it broken, nobody could do anything.
        Self::from_json(PRESET).unwrap_or(Self { roles: BTreeMap::new() })
    }

    /// Roles of a document in JSON.
    pub fn from_json(json: &str) -> Result<Self, RoleError> {
        Self::new(
            &serde_json::from_str(json).map_err(|error| RoleError::Json { message: error.to_string() })?,
        )
    }

    /// Roles of a document.
    pub fn new(document: &Document) -> Result<Self, RoleError> {
        if document.version != 1 {
            return Err(RoleError::Version { version: document.version });
        }
        if document.roles.len() > MAX_ROLES {
            return Err(RoleError::Count { roles: document.roles.len() });
        }
        let mut roles = BTreeMap::new();
        for name in document.roles.keys() {
            check_name("role", name)?;
            let mut flat = Flat::default();
            flatten(document, name, &mut Vec::new(), &mut flat)?;
            roles.insert(name.clone(), flat);
        }
        Ok(Self { roles })
    }

    /// Whether a role may do this with that resource. A role that does not exist may do nothing.
    pub fn check(&self, role: &str, permission: &str, resource: &str) -> Decision {
        let Some(flat) = self.roles.get(role) else { return Decision::denied("there is no such role") };
        if !is_resource(resource) {
            return Decision::denied(
                "the resource is not a path: accepted are parts of A-Z a-z 0-9 _ . - between /",
            );
        }
        flat.decide(role, permission, resource)
    }

    /// As [`Roles::check`], for names that a host chose freely: what is no path is met by grants for every
    /// resource alone.
    pub(super) fn check_loose(&self, role: &str, permission: &str, resource: &str) -> Decision {
        match self.roles.get(role) {
            Some(flat) if !is_resource(resource) => flat.decide(role, permission, UNNAMEABLE),
            _ => self.check(role, permission, resource),
        }
    }

    /// The names of all roles.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.roles.keys().map(String::as_str)
    }
}

/// A resource that no pattern but `*` can name.
const UNNAMEABLE: &str = "\0";

impl Flat {
    fn decide(&self, role: &str, permission: &str, resource: &str) -> Decision {
        let flat = self;
        let matching = |rules: &BTreeMap<String, Vec<Rule>>| {
            let rules = rules.get(permission)?;
            rules.iter().find(|rule| rule.pattern.covers(resource)).cloned()
        };
        let decided = |allowed: bool, rule: Rule, word: &str| Decision {
            allowed,
            reason: format!("{word} by role {}: {permission} of {}", rule.from, rule.pattern.text()),
            pattern: Some(rule.pattern.text()),
            role: Some(rule.from),
            policies: Vec::new(),
            errors: Vec::new(),
        };
        if let Some(rule) = matching(&flat.deny) {
            return decided(false, rule, "denied");
        }
        match matching(&flat.allow) {
            Some(rule) => decided(true, rule, "allowed"),
            None => Decision::denied(format!("nothing grants {} to role {role}", shown(permission))),
        }
    }
}

/// A permission comes from the caller and may be anything: only a name is shown again.
fn shown(permission: &str) -> &str {
    if check_name("permission", permission).is_ok() { permission } else { "that permission" }
}

fn flatten(
    document: &Document,
    name: &str,
    path: &mut Vec<String>,
    flat: &mut Flat,
) -> Result<(), RoleError> {
    if path.iter().any(|role| role == name) {
        return Err(RoleError::Circle { role: name.to_owned() });
    }
    let role = document.roles.get(name);
    let role =
        role.ok_or_else(|| RoleError::Unknown { role: name.chars().take(MAX_NAME_BYTES).collect() })?;
    if role.allow.len() + role.deny.len() > MAX_GRANTS || path.len() > 16 {
        return Err(RoleError::TooMuch { role: name.to_owned() });
    }
    for (grants, rules) in [(&role.allow, &mut flat.allow), (&role.deny, &mut flat.deny)] {
        for grant in grants {
            check_name("permission", &grant.permission)?;
            let rules = rules.entry(grant.permission.clone()).or_default();
            let every = ["*".to_owned()];
            for pattern in grant.resources.as_deref().unwrap_or(&every) {
                let pattern = Pattern::parse(pattern)
                    .ok_or_else(|| RoleError::Pattern { role: name.to_owned(), bytes: pattern.len() })?;
                // A role inherited by two ways brings its rules once.
                if !rules.iter().any(|rule| rule.from == name && rule.pattern == pattern) {
                    rules.push(Rule { pattern, from: name.to_owned() });
                }
            }
        }
    }
    path.push(name.to_owned());
    for parent in &role.inherits {
        flatten(document, parent, path, flat)?;
    }
    path.pop();
    Ok(())
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        match text.strip_suffix("/*") {
            Some(path) => is_resource(path).then(|| Self::Below(format!("{path}/"))),
            None => is_resource(text).then(|| Self::Exact(text.to_owned())),
        }
    }

    fn covers(&self, resource: &str) -> bool {
        match self {
            Self::All => true,
            Self::Exact(path) => path == resource,
            Self::Below(path) => resource.starts_with(path.as_str()),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::All => "*".into(),
            Self::Exact(path) => path.clone(),
            Self::Below(path) => format!("{path}*"),
        }
    }
}

/// A path of parts between slashes. Parts of dots alone are none: nothing above is ever meant.
fn is_resource(text: &str) -> bool {
    let accepted = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(accepted) && part.bytes().any(|byte| byte != b'.');
    text.len() <= MAX_RESOURCE_BYTES && text.split('/').all(is_part)
}

fn check_name(what: &'static str, name: &str) -> Result<(), RoleError> {
    let accepted = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let fits = (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(accepted);
    if fits { Ok(()) } else { Err(RoleError::Name { what, bytes: name.len() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_grant_what_they_say_and_nothing_else() {
        let roles = Roles::preset();
        assert_eq!(roles.names().collect::<Vec<_>>(), ["admin", "guest", "user"]);
        assert!(roles.check("guest", "synthesize", "voice/heart").allowed);
        assert!(!roles.check("guest", "voice_control", "voice/heart").allowed);
        assert!(roles.check("user", "voice_control", "command/echo").allowed);
        assert!(!roles.check("user", "clone_voice", "voice/heart").allowed);
        for permission in PERMISSIONS {
            assert!(roles.check("admin", permission, "voice/heart").allowed, "{permission}");
            assert!(!roles.check("nobody", permission, "voice/heart").allowed);
        }
        assert!(!roles.check("admin", "launch", "voice/heart").allowed);
    }

    #[test]
    fn a_denial_outweighs_every_grant_and_says_where_it_stands() {
        let roles = Roles::from_json(
            r#"{"version": 1, "roles": {
                "base": {"deny": [{"permission": "synthesize", "resources": ["voice/retired/*"]}]},
                "user": {"inherits": ["base"], "allow": [{"permission": "synthesize"}]}}}"#,
        )
        .unwrap();
        assert!(roles.check("user", "synthesize", "voice/heart").allowed);
        let denied = roles.check("user", "synthesize", "voice/retired/old");
        assert!(!denied.allowed);
        assert_eq!(denied.reason, "denied by role base: synthesize of voice/retired/*");
        assert!(roles.check("user", "synthesize", "voice/retired").allowed, "not below it");
    }

    #[test]
    fn a_path_that_climbs_is_no_resource() {
        let roles = Roles::preset();
        for resource in ["", "/", "voice/", "voice/../admin", "voice/.", "voice//x", "voice/a b", "voice/*"] {
            assert!(!roles.check("admin", "synthesize", resource).allowed, "{resource}");
        }
    }

    #[test]
    fn roles_that_cannot_be_used_say_why() {
        let error = |json: &str| Roles::from_json(json).unwrap_err().to_string();
        assert!(error("[]").starts_with("roles: "));
        assert!(error(r#"{"version": 2, "roles": {}}"#).contains("accepted is 1"));
        assert!(error(r#"{"version": 1, "roles": {"a": {"inherits": ["a"]}}}"#).contains("itself"));
        assert!(error(r#"{"version": 1, "roles": {"a": {"inherits": ["b"]}}}"#).contains("does not exist"));
        assert!(error(r#"{"version": 1, "roles": {"a": {"grant": []}}}"#).contains("unknown field"));
        let star = r#"{"version": 1, "roles": {"a": {"allow": [{"permission": "p", "resources": ["v*"]}]}}}"#;
        assert!(error(star).contains("not accepted"));
    }
}
