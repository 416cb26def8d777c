//! Policies and their verdicts.

use pyo3::prelude::*;

use crate::error::work;

/// Compiled rules.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Policy(pub(crate) voxguard::Policy);

type HitParts = (String, String, &'static str, &'static str, usize, usize, usize, usize, String);

/// Action, text, reason, markup, hits: the package makes a `Verdict` of it.
pub(crate) type VerdictParts = (&'static str, String, String, &'static str, Vec<HitParts>);

#[pymethods]
impl Policy {
    #[new]
    fn new(py: Python<'_>, rules: &str) -> PyResult<Self> {
        work(py, || voxguard::Policy::new(rules)).map(Self)
    }

    fn check(&self, py: Python<'_>, text: &str, markup: &str) -> PyResult<VerdictParts> {
        work(py, || self.0.check(text, markup.parse()?)).map(parts)
    }

    fn hash(&self, py: Python<'_>) -> PyResult<String> {
        let hash = work(py, || self.0.hash())?;
        Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

pub(crate) fn parts(verdict: voxguard::Verdict) -> VerdictParts {
    let hits = verdict.hits.into_iter().map(|hit| {
        let (severity, action) = (hit.severity.name(), hit.action.name());
        (hit.rule, hit.category, severity, action, hit.start, hit.end, hit.start_byte, hit.end_byte, hit.view)
    });
    let hits = hits.collect();
    (verdict.action.name(), verdict.text, verdict.reason, verdict.markup.name(), hits)
}
