//! The ledger. Records travel as the JSON that the library writes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use voxguard::Status;

use crate::callback::{hand_on, listening};
use crate::error::{exception, work};
use crate::key::Key;

/// A ledger under a key. Any number of threads ask it at once: each takes a handle of its own out of
/// the lock, which is held for no longer than that. Closed, there is none left to take.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Ledger(Mutex<Option<voxguard::Ledger>>);

#[pymethods]
impl Ledger {
    #[new]
    fn new(py: Python<'_>, url: &str, key: &Bound<'_, Key>) -> PyResult<Self> {
        let key = &key.get().0;
        let ledger = work(py, || voxguard::Ledger::open(url, key))?;
        Ok(Self(Mutex::new(Some(ledger))))
    }

    fn len(&self, py: Python<'_>) -> PyResult<u64> {
        self.ask_of(py, |ledger| ledger.len())
    }

    fn get(&self, py: Python<'_>, seq: u64) -> PyResult<Option<String>> {
        self.ask_of(py, |ledger| Ok(ledger.get(seq)?.map(|record| record.json)))
    }

    fn find_mark(&self, py: Python<'_>, mark: u64) -> PyResult<Vec<String>> {
        self.ask_of(py, |ledger| Ok(sources(ledger.find_mark(mark)?)))
    }

    fn find_subject(&self, py: Python<'_>, subject: &str) -> PyResult<Vec<String>> {
        self.ask_of(py, |ledger| Ok(sources(ledger.find_subject(subject)?)))
    }

    fn checkpoint(&self, py: Python<'_>) -> PyResult<String> {
        self.ask_of(py, |ledger| ledger.checkpoint())
    }

    /// The report as JSON.
    fn verify(&self, py: Python<'_>, checkpoint: Option<&str>) -> PyResult<String> {
        self.ask_of(py, |ledger| Ok(ledger.verify(checkpoint)?.json))
    }

    /// Question and answer as JSON.
    fn ask(&self, py: Python<'_>, question: &str) -> PyResult<String> {
        self.ask_of(py, |ledger| ledger.ask(question))
    }

    fn verifying_key(&self, py: Python<'_>) -> PyResult<String> {
        self.ask_of(py, |ledger| ledger.verifying_key())
    }

    fn rotate(&self, py: Python<'_>, next: &Self) -> PyResult<String> {
        let next = next.handle(py)?;
        self.ask_of(py, move |ledger| ledger.rotate(&next))
    }

    /// Tells this function of checkpoints; nobody any more without one.
    fn on_checkpoint(&self, py: Python<'_>, sink: Option<Py<PyAny>>, every: u64) -> PyResult<()> {
        let tell = |ledger: &voxguard::Ledger| match sink {
            Some(sink) => ledger.on_checkpoint(every, move |note| hand_on(&sink, "on_checkpoint", note)),
            None => ledger.forget_checkpoint_sink(),
        };
        listening(py, || self.ask_of(py, tell))
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let ledger = self.held().take();
        work(py, || {
            drop(ledger);
            Ok(())
        })
    }
}

/// The last handle waits for the ledger's thread, which may be waiting for Python to tell it of a checkpoint.
impl Drop for Ledger {
    fn drop(&mut self) {
        let mut ledger = Some(self.held().take());
        // Without an interpreter (it is shutting down) there is nothing to let go of.
        Python::try_attach(|py| py.detach(|| ledger.take()));
        drop(ledger);
    }
}

impl Ledger {
    /// Another handle on the same ledger.
    pub(crate) fn handle(&self, py: Python<'_>) -> PyResult<voxguard::Ledger> {
        self.held().clone().ok_or_else(|| exception(py, Status::HANDLE, "the ledger is closed"))
    }

    fn held(&self) -> MutexGuard<'_, Option<voxguard::Ledger>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask_of<T: Send>(
        &self,
        py: Python<'_>,
        question: impl FnOnce(&voxguard::Ledger) -> Result<T, voxguard::Error> + Send,
    ) -> PyResult<T> {
        let ledger = self.handle(py)?;
        work(py, move || question(&ledger))
    }
}

fn sources(records: Vec<voxguard::Record>) -> Vec<String> {
    records.into_iter().map(|record| record.json).collect()
}

/// Checks a proof, or a ledger, without a secret key: question and answer as JSON.
#[pyfunction]
pub(crate) fn check_proof(py: Python<'_>, question: &str) -> PyResult<String> {
    work(py, || voxguard::check_proof(question))
}

/// Runs the command line with these words; gives the exit status.
#[pyfunction]
pub(crate) fn command_line(py: Python<'_>, words: Vec<String>) -> u8 {
    py.detach(|| voxguard_cli::run(words.into_iter().map(Into::into)))
}
