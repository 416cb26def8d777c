//! Guards and utterances.

use std::cell::{Cell, RefCell};

use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::access::Access;
use crate::error::work;
use crate::key::Key;
use crate::ledger::Ledger;
use crate::policy::{Policy, VerdictParts, parts};
use crate::samples::{self, Wire};
use crate::slot::Slot;

thread_local! {
    /// What the record callback raised on this thread. The library calls it on the thread that finishes
    /// or aborts, and tells only that it failed; the exception waits here for that call to return.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
    /// Whether such a call will return here: an utterance that is freed unfinished has nobody to tell.
    static WAITED_FOR: Cell<bool> = const { Cell::new(false) };
}

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
                builder =
                    builder.on_record(move |record: &voxguard::Record| hand_on(&callback, &record.json));
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
        let utterance = recording(py, || work(py, begin))?;
        Ok(Utterance(Slot::new("utterance", utterance)))
    }
}

/// Calls Python with a record. The error is what the message of the failure says; what the callback raised
/// may say more, and is its cause.
fn hand_on(callback: &Py<PyAny>, record: &str) -> Result<(), String> {
    // An interpreter that is shutting down takes no calls; the record is durable all the same.
    let outcome = Python::try_attach(|py| {
        // An utterance may be freed while an exception is on its way, which must survive the call.
        let on_its_way = PyErr::take(py);
        let outcome = callback.call1(py, (record,)).map(drop).map_err(|error| {
            let kind =
                error.get_type(py).name().map_or_else(|_| "an error".to_owned(), |name| name.to_string());
            if WAITED_FOR.get() {
                RAISED.set(Some(error));
            } else {
                error.write_unraisable(py, Some(callback.bind(py)));
            }
            format!("on_record raised {kind}")
        });
        if let Some(error) = on_its_way {
            error.restore(py);
        }
        outcome
    });
    outcome.unwrap_or(Ok(()))
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
        recording(py, || self.0.with(py, |utterance| utterance.abort().map(drop)))
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
        let out = recording(py, || self.0.with(py, finish))?;
        samples::write(py, &out)
    }
}

/// A call that may call Python back. What the callback raised becomes the cause of the error.
fn recording<R>(py: Python<'_>, call: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    let before = WAITED_FOR.replace(true);
    let outcome = call();
    WAITED_FOR.set(before);
    let raised = RAISED.take();
    outcome.inspect_err(|error| {
        if raised.is_some() {
            error.set_cause(py, raised);
        }
    })
}
