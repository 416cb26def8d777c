//! What to answer when a request is refused.

use serde::Serialize;

/// Why a request is refused. Stable names, for logs and counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Somebody pressed the panic switch.
    Panic,
    /// Nobody said who asks.
    Unauthenticated,
    /// Who asks may not do that.
    Forbidden,
    /// Too many requests.
    RateLimit,
    /// Too much audio in flight.
    Overload,
    /// The text is longer than accepted.
    TextLength,
    /// The audio is longer than accepted.
    AudioLength,
    /// The language is not one of those accepted.
    Language,
    /// From an origin that is not accepted.
    Origin,
    /// From an address that is not accepted.
    Network,
    /// The message is too large.
    MessageSize,
    /// The message is of a kind that is not accepted.
    MessageKind,
    /// The message does not have the form that is accepted.
    MessageForm,
}

impl Reason {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::RateLimit => "rate_limit",
            Self::Overload => "overload",
            Self::TextLength => "text_length",
            Self::AudioLength => "audio_length",
            Self::Language => "language",
            Self::Origin => "origin",
            Self::Network => "network",
            Self::MessageSize => "message_size",
            Self::MessageKind => "message_kind",
            Self::MessageForm => "message_form",
        }
    }

    /// The HTTP status to answer with (RFC 9110, RFC 6585).
    pub fn http_status(self) -> u16 {
        match self {
            Self::Panic | Self::Overload => 503,
            Self::Unauthenticated => 401,
            Self::Forbidden | Self::Origin | Self::Network => 403,
            Self::RateLimit => 429,
            Self::TextLength | Self::AudioLength | Self::MessageSize => 413,
            Self::Language => 422,
            Self::MessageKind => 415,
            Self::MessageForm => 400,
        }
    }

    /// The WebSocket close code to answer with (RFC 6455, section 7.4.1, and the IANA registry).
    pub fn close_code(self) -> u16 {
        match self {
            Self::Panic | Self::Overload => 1013,
            Self::MessageKind => 1003,
            Self::MessageForm => 1007,
            Self::MessageSize | Self::TextLength | Self::AudioLength => 1009,
            _ => 1008,
        }
    }
}

/// What to do with a request, and what to tell whoever sent it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Whether it may go on.
    pub allowed: bool,
    /// Why not.
    pub reason: Option<Reason>,
    /// One plain sentence; holds nothing of the request but sizes.
    pub message: String,
    /// What to answer with over HTTP: 200, or the refusal's status.
    pub http_status: u16,
    /// What to close a WebSocket with: 1000, or the refusal's code.
    pub close_code: u16,
    /// After how many seconds it is worth trying again (`Retry-After`), where that is known.
    pub retry_after: Option<f64>,
}

impl Answer {
    /// It may go on.
    pub fn allow() -> Self {
        Self {
            allowed: true,
            reason: None,
            message: "allowed".into(),
            http_status: 200,
            close_code: 1000,
            retry_after: None,
        }
    }

    /// It may not.
    pub fn refuse(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            allowed: false,
            reason: Some(reason),
            message: message.into(),
            http_status: reason.http_status(),
            close_code: reason.close_code(),
            retry_after: None,
        }
    }

    /// The same, to be tried again after `seconds`.
    pub fn retry_after(self, seconds: f64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}
