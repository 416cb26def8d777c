//! Guards and utterances.

use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::access::Access;
use crate::callback::{hand_on, listening};
use crate::error::work;
use crate::key::Key;
use crate::ledger::Ledger;
use crate::policy::{Policy, VerdictParts, parts};
use crate::samples::{self, Wire};
use crate::slot::Slot;

/// Checks texts, marks and records.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Guard(voxguard::Guard);

#[pymethods]
impl Guard {
    #[new]
    fn new(
        py: Python<'_>,
        key: &Bound<'_, Key>,
        policy: Option<&Bound<'_, Policy>>,
        ledger: Option<&Bound<'_, Ledger>>,
        on_record: Option<Py<PyAny>>,
        access: Option<&Bound<'_, Access>>,
    ) -> PyResult<Self> {
        let key = &key.get().0;
        let policy = policy.map(|policy| &policy.get().0);
        let ledger = ledger.map(|ledger| ledger.get().handle(py)).transpose()?;
        let access = access.map(|access| &access.get().0);
        let guard = work(py, move || {
            let mut builder = voxguard::Guard::builder(key);
            if let Some(policy) = policy {
                builder = builder.policy(policy);
            }
            if let Some(ledger) = &ledger {
                builder = builder.ledger(ledger);
            }
            if let Some(access) = access {
                builder = builder.access(access);
            }
            if let Some(callback) = on_record {
                builder = builder.on_record(move |record: &voxguard::Record| {
                    hand_on(&callback, "on_record", &record.json)
                });
            }
            builder.build()
        })?;
        Ok(Self(guard))
    }

    fn begin(
        &self,
        py: Python<'_>,
        spoken: (String, String, String),
        format: (u32, u16),
        who: (Option<String>, Option<String>, Option<String>),
        with_: (Option<String>, Option<String>, bool),
    ) -> PyResult<Utterance> {
        let (rate, channels) = format;
        let begin = || {
            let (text, voice, markup) = (spoken.0.as_str(), spoken.1.as_str(), spoken.2.parse()?);
            let (subject, role, language) = (who.0.as_deref(), who.1.as_deref(), who.2.as_deref());
            let (model, parameters, keep_text) = (with_.0.as_deref(), with_.1.as_deref(), with_.2);
            self.0.begin(voxguard::Request {
                subject,
                voice,
                text,
                markup,
                rate,
                channels,
                role,
                language,
                model,
                parameters,
                keep_text,
            })
        };
        let utterance = listening(py, || work(py, begin))?;
        Ok(Utterance(Slot::new("utterance", utterance)))
    }
}

/// One text on its way to be heard.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Utterance(Slot<voxguard::Utterance>);

#[pymethods]
impl Utterance {
    fn verdict(&self, py: Python<'_>) -> PyResult<VerdictParts> {
        self.0.with(py, |utterance| Ok(utterance.verdict().clone())).map(parts)
    }

    /// What to answer when it was turned away, as JSON.
    fn answer(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.0.with(py, |utterance| Ok(utterance.answer()?.map(|answer| answer.to_json())))
    }

    fn mark_id(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        self.0.with(py, |utterance| Ok(utterance.mark_id()))
    }

    fn latency(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |utterance| Ok(utterance.latency()))
    }

    fn pending(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |utterance| utterance.pending())
    }

    fn mark_f32<'py>(&self, py: Python<'py>, samples: &[u8]) -> PyResult<Bound<'py, PyByteArray>> {
        self.mark::<f32>(py, samples)
    }

    fn mark_i16<'py>(&self, py: Python<'py>, samples: &[u8]) -> PyResult<Bound<'py, PyByteArray>> {
        self.mark::<i16>(py, samples)
    }

    fn finish_f32<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        self.finish::<f32>(py)
    }

    fn finish_i16<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        self.finish::<i16>(py)
    }

    fn abort(&self, py: Python<'_>) -> PyResult<()> {
        listening(py, || self.0.with(py, |utterance| utterance.abort().map(drop)))
    }

    /// The record as JSON; none while there is none.
    fn record(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.0.with(py, |utterance| Ok(utterance.record()?.map(|record| record.json)))
    }
}

impl Utterance {
    fn mark<'py, S: Wire>(&self, py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyByteArray>> {
        let out = self.0.with(py, |utterance| {
            let mut out = Vec::new();
            utterance.mark(&samples::read::<S>(bytes), &mut out)?;
            Ok(out)
        })?;
        samples::write(py, &out)
    }

    fn finish<'py, S: Wire>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        let finish = |utterance: &mut voxguard::Utterance| {
            let mut out = Vec::<S>::new();
            utterance.finish(&mut out)?;
            Ok(out)
        };
        let out = listening(py, || self.0.with(py, finish))?;
        samples::write(py, &out)
    }
}
