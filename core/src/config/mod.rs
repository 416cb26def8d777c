//! Configuration: one versioned JSON document for all of access and hardening.
//!
//! ```json
//! {"version": 1, "profile": "strict", "text": {"max_characters": 2000}, "rate": {"per_minute": 30}}
//! ```
//!
//! What a document does not say, its profile says; what the profile does not, the default does. An unknown
//! field, a value out of its bounds and a version of the future are errors: a setting that is misspelt
//! must not silently be off. [`explain`] tells of each setting what is in force, who said so and why it exists;
//! [`schema`] is the same table for editors.

mod document;
mod profile;
mod setting;

pub use document::{
    AdmissionRules, AudioLimits, CommandRules, Config, ConsentRules, Disclosure, Identity, KindRate,
    NetworkRules, RateRules, Requests, Retention, TextLimits, TokenRules,
};
pub use profile::Profile;

use serde_json::{Map, Value, json};

use crate::access::admission::{Admission, AdmissionError};
use crate::access::command::{CommandError, Commands};
use crate::access::limiter::{LimiterError, Rate};
use crate::access::network::NetworkError;
use crate::access::origin::{OriginError, Origins};
use crate::access::role::{RoleError, Roles};
use crate::id::IdError;
use crate::ledger::Record;
use crate::monitor::{Monitor, MonitorError};

/// The version of documents.
pub const VERSION: u32 = 1;
/// Longest document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 1 << 20;

impl Config {
    /// What a document says, over its profile, over the default.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        Self::layered(&parse(json)?).map(|(config, ..)| config)
    }

    /// A profile as it stands.
    pub fn profile(profile: Profile) -> Result<Self, ConfigError> {
        Self::layered(&json!({"version": VERSION, "profile": profile.name()})).map(|(config, ..)| config)
    }

    /// The configuration, and the layers above the default: the profile and the document.
    fn layered(document: &Value) -> Result<(Self, Value, Value), ConfigError> {
        let Value::Object(fields) = document else { return Err(ConfigError::NotObject) };
        match fields.get("version") {
            Some(version) if *version == json!(VERSION) => {}
            Some(version) => return Err(ConfigError::Version { version: shown(version) }),
            None => return Err(ConfigError::NoVersion),
        }
        let profile = match fields.get("profile") {
            None => Profile::Default,
            Some(Value::String(name)) => Profile::from_name(name)?,
            Some(_) => return Err(ConfigError::ProfileKind),
        };
        let layer = profile.layer();
        let mut whole = serde_json::to_value(Self::default()).map_err(ConfigError::json)?;
        merge(&mut whole, &layer);
        merge(&mut whole, document);
        setting::check(&whole)?;
        let config: Self = serde_json::from_value(whole).map_err(ConfigError::json)?;
        config.check()?;
        Ok((config, layer, document.clone()))
    }

    /// Everything that is more than a number within bounds.
    fn check(&self) -> Result<(), ConfigError> {
        Rate::new(self.rate.per_minute.max(1), 60.0, self.rate.burst)?;
        for kind in self.rate.kinds.values() {
            Rate::new(kind.per_minute, 60.0, kind.burst)?;
        }
        Admission::new(self.admission.capacity())?;
        Monitor::new(self.monitor_rules())?;
        self.languages()?;
        self.networks()?;
        Origins::new(&self.requests.origins, self.requests.without_origin)?;
        if let Some(roles) = &self.roles {
            Roles::new(roles)?;
        }
        if self.roles.is_some() && self.cedar.is_some() {
            return Err(ConfigError::RolesAndCedar);
        }
        if let Some(consent) = &self.consent {
            consent.voices.keys().try_for_each(|voice| consent.owner(voice).map(drop))?;
            let name = 1..=Record::MAX_NAME_BYTES;
            if !name.contains(&consent.scope.len()) || consent.scope.chars().any(char::is_control) {
                return Err(ConfigError::Scope);
            }
        }
        if let Some(commands) = &self.commands {
            let json = serde_json::to_string(commands).map_err(ConfigError::json)?;
            Commands::from_json(&json)?;
        }
        Ok(())
    }
}

/// What is in force and why: each setting's value, who set it (`default`, `profile` or `document`) and what
/// it is for.
pub fn explain(json: &str) -> Result<Value, ConfigError> {
    let (config, profile, document) = Config::layered(&parse(json)?)?;
    let whole = serde_json::to_value(&config).map_err(ConfigError::json)?;
    let mut settings = Map::new();
    for setting in setting::SETTINGS {
        let Some(value) = whole.pointer(&setting.pointer()) else { continue };
        let said = |layer: &Value| layer.pointer(&setting.pointer()).is_some();
        let from = match (said(&document), said(&profile)) {
            (true, _) => "document",
            (false, true) => "profile",
            (false, false) => "default",
        };
        settings.insert(setting.path.into(), json!({"value": value, "from": from, "why": setting.why}));
    }
    Ok(json!({
        "version": VERSION,
        "profile": config.profile,
        "about": Profile::from_name(&config.profile)?.about(),
        "config": whole,
        "settings": settings,
    }))
}

/// The JSON Schema (2020-12) of documents.
pub fn schema() -> Value {
    setting::schema()
}

fn parse(json: &str) -> Result<Value, ConfigError> {
    if json.len() > MAX_DOCUMENT_BYTES {
        return Err(ConfigError::TooLong { bytes: json.len() });
    }
    serde_json::from_str(json).map_err(ConfigError::json)
}

/// Lays `over` upon `under`: objects field by field, all else whole.
fn merge(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                merge(under.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}

/// A value as an error shows it: short.
fn shown(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not JSON, or a field that is not known or of another kind.
    #[error("configuration: {message}")]
    Json {
        /// Where and what.
        message: String,
    },
    /// Too long.
    #[error("configuration of {bytes} bytes: accepted are up to 1048576")]
    TooLong {
        /// The refused length.
        bytes: usize,
    },
    /// Not an object.
    #[error("configuration is not a JSON object")]
    NotObject,
    /// No version.
    #[error("configuration has no version: accepted is \"version\": 1")]
    NoVersion,
    /// Another version.
    #[error("configuration of version {version}: accepted is 1")]
    Version {
        /// The refused version.
        version: String,
    },
    /// A profile that does not exist.
    #[error("profile {name:?}: accepted are default, strict, development, eu, us-ca, cn and baseline")]
    Profile {
        /// The refused name.
        name: String,
    },
    /// A profile that is not a name.
    #[error("profile is not a string: accepted are default, strict, development, eu, us-ca, cn and baseline")]
    ProfileKind,
    /// A number out of its bounds.
    #[error("{path} is {value}: accepted are {least} to {most}")]
    Bounds {
        /// Which setting.
        path: &'static str,
        /// The refused value.
        value: String,
        /// Least accepted.
        least: f64,
        /// Most accepted.
        most: f64,
    },
    /// A rate that is none.
    #[error(transparent)]
    Rate(#[from] LimiterError),
    /// A capacity that is none.
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    /// Thresholds that cannot hold.
    #[error(transparent)]
    Monitor(#[from] MonitorError),
    /// A language that is none.
    #[error(transparent)]
    Language(#[from] IdError),
    /// A network that is none.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// An origin that is none.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// Roles that cannot be used.
    #[error(transparent)]
    Roles(#[from] RoleError),
    /// Two that decide.
    #[error("configuration has both roles and cedar: accepted is one of them")]
    RolesAndCedar,
    /// Policies in Cedar, and nothing that evaluates them.
    #[error(
        "configuration has cedar, and this library was built without it: accepted are roles, or a library built \
         with the feature `cedar`"
    )]
    NoCedar,
    /// Policies that cannot be used.
    #[error("cedar: {message}")]
    Cedar {
        /// Where and what.
        message: String,
    },
    /// A scope that no consent can have.
    #[error("consent.scope: accepted are 1 to 256 bytes without control characters")]
    Scope,
    /// Commands that cannot be used.
    #[error(transparent)]
    Commands(#[from] CommandError),
}

impl ConfigError {
    fn json(error: serde_json::Error) -> Self {
        Self::Json { message: error.to_string() }
    }
}

#[cfg(test)]
mod tests;
