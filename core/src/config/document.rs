//! The document as types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::access::admission::Capacity;
use crate::access::authorizer::CedarRules;
use crate::access::command::Argument;
use crate::access::message::MessageRules;
use crate::access::network::{Network, NetworkError, Networks};
use crate::access::role::Document as RoleDocument;
use crate::audio::IntakeRules;
use crate::id::{IdError, Language, SubjectId};
use crate::monitor::{Event, Rules as MonitorRules, Threshold};

use super::{Profile, VERSION};

/// All of access and hardening. Made from a document; see [`super::explain`] for what each field is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Config {
    pub version: u32,
    pub profile: String,
    pub identity: Identity,
    pub text: TextLimits,
    pub audio: AudioLimits,
    pub intake: IntakeRules,
    pub rate: RateRules,
    pub admission: AdmissionRules,
    pub tokens: TokenRules,
    pub requests: Requests,
    pub monitor: MonitorDocument,
    pub retention: Retention,
    pub disclosure: Disclosure,
    /// Roles, where they are not the presets.
    #[serde(default)]
    pub roles: Option<RoleDocument>,
    /// Policies in Cedar that decide in place of roles.
    #[serde(default)]
    pub cedar: Option<CedarRules>,
    /// Commands that a voice may give.
    #[serde(default)]
    pub commands: Option<CommandRules>,
    /// Voices of people, which speak only while those consent.
    #[serde(default)]
    pub consent: Option<ConsentRules>,
}

/// Whose consent is needed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentRules {
    /// For what a consent must be given, in the host's words.
    #[serde(default = "synthesize")]
    pub scope: String,
    /// The subject whose voice it is, by the voice's name.
    pub voices: BTreeMap<String, String>,
}

fn synthesize() -> String {
    "synthesize".to_owned()
}

/// Commands by name, their arguments by name.
pub type CommandRules = BTreeMap<String, BTreeMap<String, Argument>>;

/// Who must be named.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Identity {
    pub subject_required: bool,
    pub role_required: bool,
}

/// What texts may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TextLimits {
    pub max_characters: usize,
    pub max_folded_characters: usize,
    pub languages: Vec<String>,
}

/// What audio may be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct AudioLimits {
    pub max_seconds: f64,
}

/// How many requests of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RateRules {
    /// 0: no limit.
    pub per_minute: u32,
    pub burst: u32,
    pub max_keys: usize,
    pub kinds: BTreeMap<String, KindRate>,
}

/// How many requests of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct KindRate {
    pub per_minute: u32,
    pub burst: u32,
}

/// How much audio in flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct AdmissionRules {
    pub seconds: f64,
    pub utterances: usize,
    pub share: f64,
}

/// What tokens are like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TokenRules {
    pub ttl_seconds: u64,
    pub leeway_seconds: u64,
    pub single_use: bool,
}

/// Where requests may come from, and what messages may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Requests {
    pub origins: Vec<String>,
    pub without_origin: bool,
    pub networks: NetworkRules,
    pub max_message_bytes: usize,
    pub binary_messages: bool,
    pub message_types: Vec<String>,
}

/// Networks in CIDR form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NetworkRules {
    pub allowed: Vec<String>,
    pub refused: Vec<String>,
    pub proxies: Vec<String>,
}

/// What is watched for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct MonitorDocument {
    pub thresholds: BTreeMap<Event, Threshold>,
    pub cool_down_seconds: f64,
    pub max_sources: usize,
}

/// How long what is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Retention {
    pub recordings_days: u32,
    pub transcripts_days: u32,
    pub audit_days: u32,
    pub logs_days: u32,
}

/// Which labels reports and files should carry, for the host that writes them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Disclosure {
    pub labels: Vec<Label>,
    pub audible: bool,
}

/// A form of disclosure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// C2PA assertions.
    C2pa,
    /// The latent disclosure of California's SB 942.
    Sb942,
    /// The AIGC label of GB 45438-2025.
    Aigc,
}

impl Default for Config {
    fn default() -> Self {
        let MonitorRules { thresholds, cool_down_seconds, max_sources } = MonitorRules::default();
        let Capacity { seconds, utterances, share } = Capacity::default();
        let message = MessageRules::default();
        Self {
            version: VERSION,
            profile: Profile::Default.name().into(),
            identity: Identity::default(),
            text: TextLimits { max_characters: 4_096, max_folded_characters: 16_384, languages: Vec::new() },
            audio: AudioLimits { max_seconds: 300.0 },
            intake: IntakeRules::default(),
            rate: RateRules { per_minute: 60, burst: 10, max_keys: 1 << 16, kinds: BTreeMap::new() },
            admission: AdmissionRules { seconds, utterances, share },
            tokens: TokenRules { ttl_seconds: 900, leeway_seconds: 0, single_use: false },
            requests: Requests {
                origins: Vec::new(),
                without_origin: true,
                networks: NetworkRules::default(),
                max_message_bytes: message.max_bytes,
                binary_messages: message.binary,
                message_types: message.types,
            },
            monitor: MonitorDocument { thresholds, cool_down_seconds, max_sources },
            retention: Retention { recordings_days: 7, transcripts_days: 30, audit_days: 90, logs_days: 30 },
            disclosure: Disclosure::default(),
            roles: None,
            cedar: None,
            commands: None,
            consent: None,
        }
    }
}

impl AdmissionRules {
    /// The same for [`crate::access::admission`].
    pub fn capacity(&self) -> Capacity {
        Capacity { seconds: self.seconds, utterances: self.utterances, share: self.share }
    }
}

impl ConsentRules {
    /// Whose consent this voice needs, if anybody's.
    pub fn owner(&self, voice: &str) -> Result<Option<SubjectId>, IdError> {
        self.voices.get(voice).map(|owner| owner.parse()).transpose()
    }
}

impl Config {
    /// The languages that texts may be in; empty: any.
    pub fn languages(&self) -> Result<Vec<Language>, IdError> {
        self.text.languages.iter().map(|tag| tag.parse()).collect()
    }

    /// The networks of requests.
    pub fn networks(&self) -> Result<Networks, NetworkError> {
        let parse = |list: &[String]| list.iter().map(|text| Network::parse(text)).collect::<Result<_, _>>();
        let NetworkRules { allowed, refused, proxies } = &self.requests.networks;
        Ok(Networks { allowed: parse(allowed)?, refused: parse(refused)?, proxies: parse(proxies)? })
    }

    /// What messages may be.
    pub fn message_rules(&self) -> MessageRules {
        MessageRules {
            max_bytes: self.requests.max_message_bytes,
            binary: self.requests.binary_messages,
            types: self.requests.message_types.clone(),
            ..MessageRules::default()
        }
    }

    /// What the monitor watches for.
    pub fn monitor_rules(&self) -> MonitorRules {
        let MonitorDocument { thresholds, cool_down_seconds, max_sources } = self.monitor.clone();
        MonitorRules { thresholds, cool_down_seconds, max_sources }
    }
}
