//! Messages of a WebSocket or a request's body: size, kind and form, before anything acts on them.

use serde_json::Value;

use super::answer::{Answer, Reason};

/// What arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text frame: bytes that should be UTF-8.
    Text,
    /// A binary frame.
    Binary,
}

/// What messages may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRules {
    /// Most bytes of a message.
    pub max_bytes: usize,
    /// Whether binary frames are accepted: audio comes in them.
    pub binary: bool,
    /// Deepest nesting of JSON.
    pub max_depth: usize,
    /// The values of `type` that are accepted; empty: text frames need not be objects with a type.
    pub types: Vec<String>,
}

impl Default for MessageRules {
    /// Up to 1 MiB, text and binary, JSON nested up to 16 deep, of any type.
    fn default() -> Self {
        Self { max_bytes: 1 << 20, binary: true, max_depth: 16, types: Vec::new() }
    }
}

impl MessageRules {
    /// Judges a message, and says with what to close the connection.
    pub fn check(&self, kind: Kind, data: &[u8]) -> Answer {
        if data.len() > self.max_bytes {
            let message = format!("message of {} bytes: accepted are up to {}", data.len(), self.max_bytes);
            return Answer::refuse(Reason::MessageSize, message);
        }
        match kind {
            Kind::Binary if self.binary => Answer::allow(),
            Kind::Binary => Answer::refuse(Reason::MessageKind, "binary messages are not accepted"),
            Kind::Text => self.text(data),
        }
    }

    fn text(&self, data: &[u8]) -> Answer {
        let Ok(text) = std::str::from_utf8(data) else {
            return Answer::refuse(Reason::MessageForm, "a text message that is not UTF-8");
        };
        if self.types.is_empty() {
            return Answer::allow();
        }
        if depth(text) > self.max_depth {
            let message = format!("JSON nested deeper than {}", self.max_depth);
            return policy(&message);
        }
        let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
            return policy("the message is not a JSON object");
        };
        match fields.get("type") {
            Some(Value::String(name)) if self.types.contains(name) => Answer::allow(),
            _ => policy("the message's type is not one of those accepted"),
        }
    }
}

/// Well-formed as far as the protocol goes, and against the rules of this service: 1008, not 1007.
fn policy(message: &str) -> Answer {
    Answer { close_code: 1008, ..Answer::refuse(Reason::MessageForm, message) }
}

/// How deep brackets nest, outside of strings: counted before parsing, in linear time.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> MessageRules {
        MessageRules { max_bytes: 100, binary: false, max_depth: 3, types: vec!["speak".into()] }
    }

    #[test]
    fn a_message_is_judged_by_size_kind_and_form() {
        let close = |kind, data: &[u8]| {
            let answer = rules().check(kind, data);
            if answer.allowed { 1000 } else { answer.close_code }
        };
        assert_eq!(close(Kind::Text, br#"{"type": "speak", "text": "[[[[["}"#), 1000);
        assert_eq!(close(Kind::Text, &[b' '; 101]), 1009);
        assert_eq!(close(Kind::Binary, b"x"), 1003);
        assert_eq!(close(Kind::Text, b"\xff"), 1007);
        for text in ["", "[]", "{}", "7", r#"{"type": "shout"}"#, r#"{"type": 7}"#, r#"{"type": "speak""#] {
            assert_eq!(close(Kind::Text, text.as_bytes()), 1008, "{text}");
        }
        assert_eq!(close(Kind::Text, br#"{"type": "speak", "a": [[[]]]}"#), 1008);
        assert!(MessageRules::default().check(Kind::Binary, b"\xff").allowed);
    }
}
