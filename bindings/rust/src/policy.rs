//! Rules that judge a text.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::bytes;
use crate::call::{Owned, create, value};
use crate::classifier::Classifier;
use crate::error::{Error, Result, Status};
use crate::sys;
use crate::text_stream::TextStream;
use crate::verdict::Verdict;

/// How a text is marked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Markup {
    /// SSML when the text begins with a `<speak` tag, else plain.
    #[default]
    Auto,
    /// Spoken as it stands.
    Plain,
    /// SSML 1.1.
    Ssml,
}

impl Markup {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Plain => "plain",
            Self::Ssml => "ssml",
        }
    }

    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Auto => sys::VG_MARKUP_AUTO,
            Self::Plain => sys::VG_MARKUP_PLAIN,
            Self::Ssml => sys::VG_MARKUP_SSML,
        }
    }

    pub(crate) fn from_code(code: u32) -> Self {
        match code {
            sys::VG_MARKUP_SSML => Self::Ssml,
            sys::VG_MARKUP_PLAIN => Self::Plain,
            _ => Self::Auto,
        }
    }
}

impl FromStr for Markup {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let all = [Self::Auto, Self::Plain, Self::Ssml];
        all.into_iter().find(|markup| markup.name() == name).ok_or_else(|| {
            let message = format!("markup {name:?}: accepted are \"auto\", \"plain\" and \"ssml\"");
            Error::new(Status::ARGUMENT, message)
        })
    }
}

/// A set of rules, ready to judge. Cheap to clone; many threads may use one.
///
/// ```
/// use voxguard::{Action, Markup, Policy};
///
/// let policy = Policy::new(r#"{"version": 1, "rules": [
///     {"id": "greeting", "category": "test", "severity": "error", "match": "term",
///      "terms": ["hello"]}]}"#)?;
/// let verdict = policy.check("H\u{200b}ELLO, world", Markup::Auto)?;
/// assert_eq!(verdict.action, Action::Block);
/// assert_eq!(verdict.hits[0].rule, "greeting");
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Policy {
    handle: Arc<Owned<sys::vg_policy_t>>,
}

impl Policy {
    /// A policy of rules in JSON. The error says which rule cannot be used, and why.
    pub fn new(json: &str) -> Result<Self> {
        let call = |out, err| unsafe { sys::vg_policy_new(json.as_ptr().cast(), json.len(), out, err) };
        Ok(Self { handle: Arc::new(create(sys::vg_policy_free, call)?) })
    }

    /// Judges a text. That it is refused is an answer; an error is a text that cannot be judged.
    pub fn check(&self, text: &str, markup: Markup) -> Result<Verdict> {
        let (data, len, markup) = (text.as_ptr().cast(), text.len(), markup.code());
        let call = |out, err| unsafe { sys::vg_policy_check(self.as_ptr(), data, len, markup, out, err) };
        Verdict::new(&create(sys::vg_verdict_free, call)?)
    }

    /// A policy of a signed pack, if one of the trusted public keys signed it.
    pub fn from_pack(pack: &str, keys: &[[u8; sys::VG_SIGNING_KEY_BYTES]]) -> Result<Self> {
        let (data, len) = (pack.as_ptr().cast(), pack.len());
        let call = |out, err| unsafe {
            sys::vg_policy_from_pack(data, len, keys.as_ptr().cast(), keys.len(), out, err)
        };
        Ok(Self { handle: Arc::new(create(sys::vg_policy_free, call)?) })
    }

    /// A policy of rules in JSON that asks a classifier about every text as well.
    pub fn with_classifier(json: &str, classifier: Classifier) -> Result<Self> {
        let (data, len) = (json.as_ptr().cast(), json.len());
        let handle = classifier.lend(|raw| {
            create(sys::vg_policy_free, |out, err| unsafe {
                sys::vg_policy_new_classified(data, len, raw, out, err)
            })
        })?;
        Ok(Self { handle: Arc::new(handle) })
    }

    /// Judges a text for which consents exist: protected names, or ids of their rules, that do not hit in it.
    pub fn check_consented(&self, text: &str, markup: Markup, consents: &[&str]) -> Result<Verdict> {
        let (data, len, markup) = (text.as_ptr().cast(), text.len(), markup.code());
        let names = lent(consents);
        let call = |out, err| unsafe {
            let (names, count) = (names.as_ptr(), names.len());
            sys::vg_policy_check_consented(self.as_ptr(), data, len, markup, names, count, out, err)
        };
        Verdict::new(&create(sys::vg_verdict_free, call)?)
    }

    /// Begins a text that arrives in pieces.
    pub fn stream(&self, markup: Markup, consents: &[&str]) -> Result<TextStream> {
        let names = lent(consents);
        let call = |out, err| unsafe {
            sys::vg_text_stream_new(self.as_ptr(), markup.code(), names.as_ptr(), names.len(), out, err)
        };
        Ok(TextStream::new(create(sys::vg_text_stream_free, call)?))
    }

    /// Why a text is judged as it is, as JSON: for the operator's eyes, since it quotes rules and text.
    pub fn explain(&self, text: &str, markup: Markup) -> Result<String> {
        let (data, len, markup) = (text.as_ptr().cast(), text.len(), markup.code());
        bytes::text(|out, err| unsafe { sys::vg_policy_explain(self.as_ptr(), data, len, markup, out, err) })
    }

    /// SHA-256 of the rules in canonical form: records name the policy by it.
    pub fn hash(&self) -> Result<[u8; sys::VG_POLICY_HASH_BYTES]> {
        value(|out: *mut [u8; sys::VG_POLICY_HASH_BYTES]| unsafe {
            sys::vg_policy_hash(self.as_ptr(), out.cast())
        })
    }

    pub(crate) fn as_ptr(&self) -> *const sys::vg_policy_t {
        self.handle.as_ptr()
    }
}

/// Texts as C borrows them.
fn lent(texts: &[&str]) -> Vec<sys::vg_str_t> {
    texts.iter().map(|text| sys::vg_str_t { data: text.as_ptr().cast(), len: text.len() }).collect()
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").finish_non_exhaustive()
    }
}
