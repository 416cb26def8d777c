//! The host's own classifier.

use std::ffi::{c_char, c_void};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use crate::call::{Owned, plain};
use crate::error::{Result, Status};
use crate::sys;
use crate::verdict::{Action, Severity};

/// Something that a classifier found in the spoken text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A name for the hit, as rules have ids.
    pub rule: String,
    /// What it is about. Public.
    pub category: String,
    /// How grave it is.
    pub severity: Severity,
    /// What to do.
    pub action: Action,
    /// First character of the spoken text, in Unicode scalar values.
    pub start: usize,
    /// Character after the last; more than there are means the end.
    pub end: usize,
}

type Judge = dyn Fn(&str) -> std::result::Result<Vec<Finding>, String> + Send + Sync;

/// A function that judges spoken texts. It runs on the thread that checks, with a budget on one of the library's own, perhaps
/// several times at once.
pub struct Classifier {
    judge: Box<Box<Judge>>,
    budget_ms: u32,
    fail_open: bool,
}

impl Classifier {
    /// A classifier without a time limit, whose failure blocks.
    pub fn new<E: fmt::Display>(
        judge: impl Fn(&str) -> std::result::Result<Vec<Finding>, E> + Send + Sync + 'static,
    ) -> Self {
        let judge = move |spoken: &str| judge(spoken).map_err(|error| error.to_string());
        Self { judge: Box::new(Box::new(judge)), budget_ms: 0, fail_open: false }
    }

    /// Milliseconds that an answer may take. A call that takes longer goes on, unheard.
    #[must_use]
    pub fn budget_ms(mut self, budget_ms: u32) -> Self {
        self.budget_ms = budget_ms;
        self
    }

    /// Lets texts pass, with a warning, when there is no answer.
    #[must_use]
    pub fn fail_open(mut self, fail_open: bool) -> Self {
        self.fail_open = fail_open;
        self
    }

    /// Hands it to the library, which frees it, unless the call fails.
    pub(crate) fn lend<T>(
        self,
        call: impl FnOnce(*const sys::vg_classifier_t) -> Result<Owned<T>>,
    ) -> Result<Owned<T>> {
        let user_data = Box::into_raw(self.judge).cast::<c_void>();
        let raw = sys::vg_classifier_t {
            struct_size: size_of::<sys::vg_classifier_t>(),
            user_data,
            classify: Some(classify),
            drop: Some(release),
            budget_ms: self.budget_ms,
            on_failure: if self.fail_open { sys::VG_ACTION_WARN } else { sys::VG_ACTION_BLOCK },
        };
        call(&raw).inspect_err(|_| unsafe { release(user_data) })
    }
}

impl fmt::Debug for Classifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Classifier").field("budget_ms", &self.budget_ms).finish_non_exhaustive()
    }
}

unsafe extern "C" fn classify(
    user_data: *mut c_void,
    spoken: *const c_char,
    len: usize,
    findings: *mut sys::vg_findings_t,
) -> i32 {
    let judge = unsafe { &*user_data.cast::<Box<Judge>>() };
    let spoken = unsafe { slice::from_raw_parts(spoken.cast::<u8>(), len) };
    let ask = || -> std::result::Result<(), ()> {
        let found = judge(std::str::from_utf8(spoken).map_err(drop)?).map_err(drop)?;
        found.iter().try_for_each(|finding| add(findings, finding).map_err(drop))
    };
    match catch_unwind(AssertUnwindSafe(ask)) {
        Ok(Ok(())) => 0,
        _ => 1,
    }
}

fn add(findings: *mut sys::vg_findings_t, finding: &Finding) -> std::result::Result<(), Status> {
    let text = |text: &str| sys::vg_str_t { data: text.as_ptr().cast(), len: text.len() };
    let raw = sys::vg_finding_t {
        struct_size: size_of::<sys::vg_finding_t>(),
        rule: text(&finding.rule),
        category: text(&finding.category),
        severity: finding.severity.code(),
        action: finding.action.code(),
        start: finding.start,
        end: finding.end,
    };
    plain(unsafe { sys::vg_findings_add(findings, &raw) }).map_err(|error| error.status)
}

unsafe extern "C" fn release(user_data: *mut c_void) {
    let judge = unsafe { Box::from_raw(user_data.cast::<Box<Judge>>()) };
    // A panic while the closure is dropped must not reach C.
    drop(catch_unwind(AssertUnwindSafe(move || drop(judge))));
}
