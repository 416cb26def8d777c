//! Policies, their verdicts, and texts that arrive in pieces.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use voxguard::{Action, Classifier, Finding, Severity};

use crate::error::work;
use crate::slot::Slot;

/// Compiled rules.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Policy(pub(crate) voxguard::Policy);

type HitParts = (String, String, &'static str, &'static str, usize, usize, usize, usize, String);

/// Action, text, reason, markup, hits: the package makes a `Verdict` of it.
pub(crate) type VerdictParts = (&'static str, String, String, &'static str, Vec<HitParts>);

#[pymethods]
impl Policy {
    #[new]
    fn new(
        py: Python<'_>,
        rules: &str,
        classifier: Option<Py<PyAny>>,
        budget_ms: u32,
        fail_open: bool,
    ) -> PyResult<Self> {
        let make = || match classifier {
            Some(callback) => {
                let judge = move |spoken: &str| ask(&callback, spoken);
                let classifier = Classifier::new(judge).budget_ms(budget_ms).fail_open(fail_open);
                voxguard::Policy::with_classifier(rules, classifier)
            }
            None => voxguard::Policy::new(rules),
        };
        work(py, make).map(Self)
    }

    #[staticmethod]
    fn from_pack(py: Python<'_>, pack: &str, keys: Vec<[u8; 32]>) -> PyResult<Self> {
        work(py, || voxguard::Policy::from_pack(pack, &keys)).map(Self)
    }

    fn check(
        &self,
        py: Python<'_>,
        text: &str,
        markup: &str,
        consents: Vec<String>,
    ) -> PyResult<VerdictParts> {
        let consents: Vec<&str> = consents.iter().map(String::as_str).collect();
        work(py, || self.0.check_consented(text, markup.parse()?, &consents)).map(parts)
    }

    fn explain(&self, py: Python<'_>, text: &str, markup: &str) -> PyResult<String> {
        work(py, || self.0.explain(text, markup.parse()?))
    }

    fn stream(&self, py: Python<'_>, markup: &str, consents: Vec<String>) -> PyResult<TextStream> {
        let consents: Vec<&str> = consents.iter().map(String::as_str).collect();
        let stream = work(py, || self.0.stream(markup.parse()?, &consents))?;
        Ok(TextStream(Slot::new("stream", stream)))
    }

    fn hash(&self, py: Python<'_>) -> PyResult<String> {
        let hash = work(py, || self.0.hash())?;
        Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A text that arrives in pieces.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct TextStream(Slot<voxguard::TextStream>);

/// Text, whether it is blocked, hits as JSON.
type ReleasedParts = (String, bool, String);

#[pymethods]
impl TextStream {
    fn push(&self, py: Python<'_>, text: &str) -> PyResult<ReleasedParts> {
        self.0.with(py, |stream| stream.push(text)).map(released)
    }

    fn finish(&self, py: Python<'_>) -> PyResult<ReleasedParts> {
        self.0.with(py, voxguard::TextStream::finish).map(released)
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.0.close(py)
    }
}

fn released(released: voxguard::Released) -> ReleasedParts {
    (released.text, released.blocked, released.hits_json)
}

/// Advice about rules, as JSON.
#[pyfunction]
pub(crate) fn lint_rules(py: Python<'_>, rules: &str) -> PyResult<String> {
    work(py, || voxguard::lint_rules(rules))
}

/// A starter's rules, as JSON.
#[pyfunction]
pub(crate) fn starter_rules(py: Python<'_>, language: &str) -> PyResult<String> {
    work(py, || voxguard::starter_rules(language))
}

/// A word list's rules, as JSON.
#[pyfunction]
pub(crate) fn rules_from_words(
    py: Python<'_>,
    words: &str,
    id: &str,
    category: &str,
    severity: &str,
    language: Option<&str>,
) -> PyResult<String> {
    let severity = severity_named(severity)
        .ok_or_else(|| PyValueError::new_err("severity: accepted are info, warning, error and critical"))?;
    work(py, || voxguard::rules_from_words(words, id, category, severity, language))
}

/// A signed pack.
#[pyfunction]
pub(crate) fn sign_rules(py: Python<'_>, rules: &str, secret: [u8; 32]) -> PyResult<String> {
    work(py, || voxguard::sign_rules(rules, &secret))
}

/// The public key of a secret one.
#[pyfunction]
pub(crate) fn public_signing_key(py: Python<'_>, secret: [u8; 32]) -> PyResult<Vec<u32>> {
    work(py, || voxguard::public_signing_key(&secret)).map(|key| key.map(u32::from).to_vec())
}

fn severity_named(name: &str) -> Option<Severity> {
    let all = [Severity::Info, Severity::Warning, Severity::Error, Severity::Critical];
    all.into_iter().find(|severity| severity.name() == name)
}

fn action_named(name: &str) -> Option<Action> {
    let all = [Action::Allow, Action::Warn, Action::Mask, Action::Block];
    all.into_iter().find(|action| action.name() == name)
}

/// Asks Python. What it raises is a failure, and is told to `sys.unraisablehook`.
fn ask(callback: &Py<PyAny>, spoken: &str) -> Result<Vec<Finding>, String> {
    let answer = Python::try_attach(|py| {
        let found = callback
            .call1(py, (spoken,))
            .and_then(|found| found.extract::<Vec<(String, String, String, String, usize, usize)>>(py));
        found
            .inspect_err(|error| error.clone_ref(py).write_unraisable(py, Some(callback.bind(py))))
            .map_err(drop)
    });
    let found = answer.and_then(Result::ok).ok_or("the classifier failed")?;
    let finding =
        |(rule, category, severity, action, start, end): (String, String, String, String, usize, usize)| {
            let severity = severity_named(&severity).ok_or("unknown severity")?;
            let action = action_named(&action).ok_or("unknown action")?;
            Ok(Finding { rule, category, severity, action, start, end })
        };
    found.into_iter().map(finding).collect()
}

pub(crate) fn parts(verdict: voxguard::Verdict) -> VerdictParts {
    let hits = verdict.hits.into_iter().map(|hit| {
        let (severity, action) = (hit.severity.name(), hit.action.name());
        (hit.rule, hit.category, severity, action, hit.start, hit.end, hit.start_byte, hit.end_byte, hit.view)
    });
    let hits = hits.collect();
    (verdict.action.name(), verdict.text, verdict.reason, verdict.markup.name(), hits)
}
