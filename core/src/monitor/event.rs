//! What can happen.

use serde::{Deserialize, Serialize};

/// Something worth counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// An utterance began.
    Utterance,
    /// An utterance ended as it should.
    Finished,
    /// An utterance was left midway.
    Aborted,
    /// A text was refused by the policy.
    PolicyBlock,
    /// A key or token was not accepted.
    AuthFailure,
    /// Somebody asked for what they may not do.
    PermissionDenied,
    /// A request came too soon.
    RateViolation,
    /// A request came when all was full.
    Overload,
    /// A text or audio was longer than accepted.
    LimitExceeded,
    /// A command that is not allowed was asked for.
    SuspiciousCommand,
    /// An upload near or above its limit.
    LargeUpload,
    /// Audio or a message that is not what it claims to be.
    MalformedInput,
    /// Sealed data or a ledger was changed.
    Tampering,
    /// The configuration was changed.
    Configuration,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Utterance,
        Self::Finished,
        Self::Aborted,
        Self::PolicyBlock,
        Self::AuthFailure,
        Self::PermissionDenied,
        Self::RateViolation,
        Self::Overload,
        Self::LimitExceeded,
        Self::SuspiciousCommand,
        Self::LargeUpload,
        Self::MalformedInput,
        Self::Tampering,
        Self::Configuration,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utterance => "utterance",
            Self::Finished => "finished",
            Self::Aborted => "aborted",
            Self::PolicyBlock => "policy_block",
            Self::AuthFailure => "auth_failure",
            Self::PermissionDenied => "permission_denied",
            Self::RateViolation => "rate_violation",
            Self::Overload => "overload",
            Self::LimitExceeded => "limit_exceeded",
            Self::SuspiciousCommand => "suspicious_command",
            Self::LargeUpload => "large_upload",
            Self::MalformedInput => "malformed_input",
            Self::Tampering => "tampering",
            Self::Configuration => "configuration",
        }
    }

    /// The event of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}
