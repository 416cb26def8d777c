//! Profiles: settings that belong together, under a name.

use serde_json::{Value, json};

use super::ConfigError;

/// A set of settings with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Sensible everywhere.
    Default,
    /// Somebody must be named, and everything is tighter.
    Strict,
    /// For a developer's machine: nothing limits, much is told.
    Development,
    /// For services in the European Union.
    Eu,
    /// For services in California.
    UsCa,
    /// For services in China.
    Cn,
    /// The fixed numbers that many deployments agreed upon.
    Baseline,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Default, Self::Strict, Self::Development, Self::Eu, Self::UsCa, Self::Cn, Self::Baseline];

    /// The name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Development => "development",
            Self::Eu => "eu",
            Self::UsCa => "us-ca",
            Self::Cn => "cn",
            Self::Baseline => "baseline",
        }
    }

    /// The profile of this name.
    pub fn from_name(name: &str) -> Result<Self, ConfigError> {
        let found = Self::ALL.into_iter().find(|profile| profile.name() == name);
        found.ok_or_else(|| ConfigError::Profile { name: name.chars().take(40).collect() })
    }

    /// What it is for, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Default => "Limits that a normal service never meets, on by default.",
            Self::Strict => {
                "Every request names its subject; half the rate, a quarter of the text and audio."
            }
            Self::Development => "For a developer's machine: no rate limit and ample room. Not for services.",
            Self::Eu => {
                "Helps to meet Regulation (EU) 2024/1689, article 50: output is marked, labels are C2PA; \
                 recordings and transcripts are kept shortly (Regulation (EU) 2016/679, article 5)."
            }
            Self::UsCa => {
                "Helps to meet California's SB 942: a latent disclosure in every output; audit records are kept \
                 for 2555 days."
            }
            Self::Cn => {
                "Helps to meet GB 45438-2025: an implicit AIGC label in every file and an audible one; audit \
                 records are kept for 180 days or more."
            }
            Self::Baseline => {
                "1,000 characters, 300 s of audio, English, 60 a minute with a burst of 10, tokens of 15 minutes, \
                 thresholds 5, 10, 3 and 5, retention of 7, 30, 90 and 30 days."
            }
        }
    }

    /// What it says other than the default.
    pub(super) fn layer(self) -> Value {
        match self {
            Self::Default => json!({}),
            Self::Strict => json!({
                "identity": {"subject_required": true, "role_required": true},
                "text": {"max_characters": 1_000, "max_folded_characters": 2_000},
                "audio": {"max_seconds": 75.0},
                "rate": {"per_minute": 30, "burst": 5},
                "admission": {"seconds": 900.0, "utterances": 64, "share": 0.25},
                "requests": {"without_origin": false},
                "tokens": {"single_use": true},
            }),
            Self::Development => json!({
                "text": {"max_characters": 100_000, "max_folded_characters": 400_000},
                "audio": {"max_seconds": 3_600.0},
                "rate": {"per_minute": 0},
                "admission": {"seconds": 1e9, "utterances": 100_000, "share": 1.0},
            }),
            Self::Eu => json!({
                "disclosure": {"labels": ["c2pa"], "audible": false},
                "retention": {"recordings_days": 7, "transcripts_days": 30, "audit_days": 90, "logs_days": 30},
            }),
            Self::UsCa => json!({
                "disclosure": {"labels": ["c2pa", "sb942"], "audible": false},
                "retention": {"recordings_days": 7, "transcripts_days": 30, "audit_days": 2555, "logs_days": 30},
            }),
            Self::Cn => json!({
                "disclosure": {"labels": ["aigc"], "audible": true},
                "retention": {"recordings_days": 7, "transcripts_days": 30, "audit_days": 180, "logs_days": 180},
            }),
            Self::Baseline => json!({
                "text": {"max_characters": 1_000, "max_folded_characters": 1_000, "languages": ["en"]},
                "audio": {"max_seconds": 300.0},
                "rate": {"per_minute": 60, "burst": 10},
                "tokens": {"ttl_seconds": 900},
                "monitor": {"thresholds": {
                    "auth_failure": {"count": 5, "seconds": 300.0},
                    "rate_violation": {"count": 10, "seconds": 300.0},
                    "suspicious_command": {"count": 3, "seconds": 300.0},
                    "large_upload": {"count": 5, "seconds": 300.0},
                }},
                "retention": {"recordings_days": 7, "transcripts_days": 30, "audit_days": 90, "logs_days": 30},
            }),
        }
    }
}
