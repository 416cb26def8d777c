//! Classifiers: a function of yours that judges the meaning of texts, which rules do not.

use std::ffi::{c_char, c_void};
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use parking_lot::Mutex;
use voxguard_core::policy::classifier::{Failure, Finding, Judge};
use voxguard_core::policy::{Action, Policy};

use crate::argument::{Versioned, place, slice_in, struct_in, text};
use crate::bytes::vg_str_t;
use crate::call::{control, plain};
use crate::error::{Error, Result, vg_error_t};
use crate::handle::{Handle, free, kind, make, shared};
use crate::policy::vg_policy_t;
use crate::rules::severity_in;
use crate::status::{VG_ERR_ARGUMENT, vg_status_t};
use crate::verdict::{VG_ACTION_ALLOW, VG_ACTION_BLOCK, VG_ACTION_MASK, VG_ACTION_WARN};

/// Where a classifier puts what it finds. Lives for one call of the classifier.
pub struct vg_findings_t {
    _opaque: [u8; 0],
}

impl Handle for vg_findings_t {
    const KIND: u32 = kind(b"find");
    const CHANGES_WHEN_CONST: bool = true;
    type Value = Mutex<Vec<Finding>>;
}

/// Something that a classifier found.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_finding_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// A name for the hit, as rules have ids.
    pub rule: vg_str_t,
    /// What it is about. Public: the reason of a refusal names it.
    pub category: vg_str_t,
    /// One of VG_SEVERITY_*.
    pub severity: u32,
    /// One of VG_ACTION_*.
    pub action: u32,
    /// Where it starts in the spoken text, in characters (Unicode scalar values).
    pub start: usize,
    /// Where it ends, in characters. More than there are means the end.
    pub end: usize,
}

unsafe impl Versioned for vg_finding_t {}

/// A classifier. It is called on the thread that checks, with a budget on one of the library's own; perhaps several times at once,
/// once for each text that a policy checks. vg_findings_add is the only function of this library that it may call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_classifier_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Yours: handed to both functions.
    pub user_data: *mut c_void,
    /// Judges the spoken text, UTF-8 of `len` bytes, borrowed for the call. Anything but 0 is a failure.
    pub classify: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            spoken: *const c_char,
            len: usize,
            findings: *mut vg_findings_t,
        ) -> i32,
    >,
    /// Called exactly once, when the policy is freed and no call is in progress. May be NULL.
    pub drop: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
    /// Milliseconds that an answer may take; 0 for no limit. A call that takes longer goes on, unheard.
    pub budget_ms: u32,
    /// What a failure or a late answer does: VG_ACTION_BLOCK (fail closed) or VG_ACTION_WARN (fail open).
    pub on_failure: u32,
}

unsafe impl Versioned for vg_classifier_t {}

/// Makes a policy of rules in JSON, as vg_policy_new does, and of a classifier that is asked about every text as well.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_policy_new_classified(
    json: *const c_char,
    len: usize,
    classifier: *const vg_classifier_t,
    out: *mut *mut vg_policy_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let raw = unsafe { struct_in(classifier) }?;
        let policy = Policy::from_json(unsafe { text("rules", json, len) }?)?;
        let classify = raw.classify.ok_or(crate::status::VG_ERR_NULL)?;
        let on_failure = match raw.on_failure {
            VG_ACTION_BLOCK => Action::Block,
            VG_ACTION_WARN => Action::Warn,
            other => {
                let message = format_args!("on_failure {other}: accepted are 2 (block) and 1 (warn)");
                return Err(Error::new(VG_ERR_ARGUMENT, message));
            }
        };
        // From here on nothing fails, so `drop` is called for policies that exist only.
        let host = Arc::new(Host { classify, drop: raw.drop, user_data: raw.user_data });
        let budget = (raw.budget_ms > 0).then(|| Duration::from_millis(u64::from(raw.budget_ms)));
        let policy = policy.with_judge(Arc::new(Classifier { host, budget, on_failure }));
        unsafe { out.set(make(Arc::new(policy))) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Adds a finding. VG_ERR_HANDLE once the call of the classifier is over.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_findings_add(
    findings: *mut vg_findings_t,
    finding: *const vg_finding_t,
) -> vg_status_t {
    plain(|| {
        let raw = unsafe { struct_in(finding) }?;
        let words = |text: vg_str_t| -> Result<String> {
            let bytes = unsafe { slice_in(text.data.cast::<u8>(), text.len) }?;
            let text = std::str::from_utf8(bytes).map_err(|_| crate::status::VG_ERR_UTF8)?;
            let good = !text.is_empty() && text.len() <= 256 && !text.chars().any(char::is_control);
            if good { Ok(text.to_owned()) } else { Err(VG_ERR_ARGUMENT.into()) }
        };
        let finding = Finding {
            rule: words(raw.rule)?,
            category: words(raw.category)?,
            severity: severity_in(raw.severity)?,
            action: action_in(raw.action)?,
            start: raw.start,
            end: raw.end,
        };
        unsafe {
            shared(findings.cast_const(), |list| {
                list.lock().push(finding);
                Ok(())
            })
        }
    })
}

fn action_in(code: u32) -> Result<Action> {
    match code {
        VG_ACTION_ALLOW => Ok(Action::Allow),
        VG_ACTION_WARN => Ok(Action::Warn),
        VG_ACTION_MASK => Ok(Action::Mask),
        VG_ACTION_BLOCK => Ok(Action::Block),
        _ => Err(VG_ERR_ARGUMENT.into()),
    }
}

/// The host's functions. Dropping it calls the host's `drop`.
struct Host {
    classify: unsafe extern "C" fn(*mut c_void, *const c_char, usize, *mut vg_findings_t) -> i32,
    drop: Option<unsafe extern "C" fn(*mut c_void)>,
    user_data: *mut c_void,
}

// The header says that the classifier is called from any thread, several times at once.
unsafe impl Send for Host {}
unsafe impl Sync for Host {}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(drop) = self.drop {
            unsafe { drop(self.user_data) };
        }
    }
}

impl Host {
    fn ask(&self, spoken: &str) -> std::result::Result<Vec<Finding>, Failure> {
        let list: *mut vg_findings_t = make(Mutex::new(Vec::new()));
        let answer = unsafe { (self.classify)(self.user_data, spoken.as_ptr().cast(), spoken.len(), list) };
        let found = unsafe { shared(list.cast_const(), |list| Ok(std::mem::take(&mut *list.lock()))) };
        unsafe { free(list) };
        if answer == 0 { found.map_err(|_| Failure) } else { Err(Failure) }
    }
}

struct Classifier {
    host: Arc<Host>,
    budget: Option<Duration>,
    on_failure: Action,
}

impl fmt::Debug for Classifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Classifier").finish_non_exhaustive()
    }
}

impl Judge for Classifier {
    fn judge(&self, spoken: &str) -> std::result::Result<Vec<Finding>, Failure> {
        let Some(budget) = self.budget else { return self.host.ask(spoken) };
        let (host, spoken) = (Arc::clone(&self.host), spoken.to_owned());
        let (answer, answers) = channel();
        // A call that nobody can stop must not be one that everybody waits for: it has a thread of its own.
        let asked = std::thread::Builder::new().name("voxguard-classifier".into()).spawn(move || {
            // When the budget is used up nobody listens any more.
            drop(answer.send(host.ask(&spoken)));
        });
        asked.map_err(|_| Failure)?;
        match answers.recv_timeout(budget) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(Failure),
        }
    }

    fn on_failure(&self) -> Action {
        self.on_failure
    }
}
