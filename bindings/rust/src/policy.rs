//! Rules that judge a text.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::call::{Owned, create, value};
use crate::error::{Error, Result, Status};
use crate::sys;
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

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").finish_non_exhaustive()
    }
}
