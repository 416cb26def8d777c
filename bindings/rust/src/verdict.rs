//! What a policy says about one text.

use crate::bytes;
use crate::call::{Owned, borrowed, plain, value};
use crate::error::Result;
use crate::policy::Markup;
use crate::sys;

/// What is to be done with a text. A later one outweighs an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Speak it.
    Allow,
    /// Speak it, and look at the hits.
    Warn,
    /// Speak the verdict's text, from which parts are masked.
    Mask,
    /// Do not speak it.
    Block,
}

impl Action {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Mask => "mask",
            Self::Block => "block",
        }
    }

    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Allow => sys::VG_ACTION_ALLOW,
            Self::Warn => sys::VG_ACTION_WARN,
            Self::Mask => sys::VG_ACTION_MASK,
            Self::Block => sys::VG_ACTION_BLOCK,
        }
    }

    /// An action of a later library that is not known here is taken for the strictest.
    fn from_code(code: u32) -> Self {
        match code {
            sys::VG_ACTION_ALLOW => Self::Allow,
            sys::VG_ACTION_WARN => Self::Warn,
            sys::VG_ACTION_MASK => Self::Mask,
            _ => Self::Block,
        }
    }
}

/// How grave a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing of.
    Info,
    /// May be a problem.
    Warning,
    /// Is a problem.
    Error,
    /// Somebody should look at it now.
    Critical,
}

impl Severity {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }

    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Info => sys::VG_SEVERITY_INFO,
            Self::Warning => sys::VG_SEVERITY_WARNING,
            Self::Error => sys::VG_SEVERITY_ERROR,
            Self::Critical => sys::VG_SEVERITY_CRITICAL,
        }
    }

    /// A severity of a later library that is not known here is taken for the gravest.
    fn from_code(code: u32) -> Self {
        match code {
            sys::VG_SEVERITY_INFO => Self::Info,
            sys::VG_SEVERITY_WARNING => Self::Warning,
            sys::VG_SEVERITY_ERROR => Self::Error,
            _ => Self::Critical,
        }
    }
}

/// One place where a rule matched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// The id of the rule.
    pub rule: String,
    /// The category of the rule.
    pub category: String,
    /// The view of the text that matched: how a disguise was undone.
    pub view: String,
    /// How grave it is.
    pub severity: Severity,
    /// What the rule asks for.
    pub action: Action,
    /// Where the match starts in the original text, in characters (Unicode scalar values).
    pub start: usize,
    /// Where it ends, in characters.
    pub end: usize,
    /// Where it starts, in bytes.
    pub start_byte: usize,
    /// Where it ends, in bytes.
    pub end_byte: usize,
}

/// The answer about one text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// What is to be done.
    pub action: Action,
    /// The text to speak: empty when the action is [`Action::Block`].
    pub text: String,
    /// A sentence that says why, fit to be shown to whoever wrote the text.
    pub reason: String,
    /// How the text was read: plain or SSML.
    pub markup: Markup,
    /// The places where rules matched.
    pub hits: Vec<Hit>,
    /// All of it as JSON.
    pub json: String,
}

impl Verdict {
    /// Whether the text may be spoken.
    pub fn allowed(&self) -> bool {
        self.action != Action::Block
    }

    pub(crate) fn new(handle: &Owned<sys::vg_verdict_t>) -> Result<Self> {
        let verdict = handle.as_ptr();
        let text = value(|out| unsafe { sys::vg_verdict_text(verdict, out) })?;
        let reason = value(|out| unsafe { sys::vg_verdict_reason(verdict, out) })?;
        let count = value(|out| unsafe { sys::vg_verdict_hit_count(verdict, out) })?;
        // Borrowed from the verdict, which lives until the end of this function.
        let copy = |text| unsafe { borrowed(text) }.to_owned();
        Ok(Self {
            action: Action::from_code(value(|out| unsafe { sys::vg_verdict_action(verdict, out) })?),
            text: copy(text),
            reason: copy(reason),
            markup: Markup::from_code(value(|out| unsafe { sys::vg_verdict_markup(verdict, out) })?),
            hits: (0..count).map(|index| hit(verdict, index)).collect::<Result<_>>()?,
            json: bytes::text(|out, err| unsafe { sys::vg_verdict_json(verdict, out, err) })?,
        })
    }
}

fn hit(verdict: *const sys::vg_verdict_t, index: usize) -> Result<Hit> {
    let none = sys::vg_str_t { data: std::ptr::null(), len: 0 };
    let mut hit = sys::vg_hit_t {
        struct_size: size_of::<sys::vg_hit_t>(),
        rule: none,
        category: none,
        view: none,
        severity: 0,
        action: 0,
        start: 0,
        end: 0,
        start_byte: 0,
        end_byte: 0,
    };
    plain(unsafe { sys::vg_verdict_hit(verdict, index, &mut hit) })?;
    let copy = |text| unsafe { borrowed(text) }.to_owned();
    Ok(Hit {
        rule: copy(hit.rule),
        category: copy(hit.category),
        view: copy(hit.view),
        severity: Severity::from_code(hit.severity),
        action: Action::from_code(hit.action),
        start: hit.start,
        end: hit.end,
        start_byte: hit.start_byte,
        end_byte: hit.end_byte,
    })
}
