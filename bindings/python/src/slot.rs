//! Handles that one thread uses at a time, and that can be closed.

use std::sync::{Mutex, MutexGuard, TryLockError};

use pyo3::prelude::*;
use voxguard::{Error, Status};

use crate::error::{exception, work};

/// A handle, in use by at most one thread, or closed.
pub(crate) struct Slot<T: Send> {
    /// What an error calls it.
    noun: &'static str,
    handle: Mutex<Option<T>>,
}

impl<T: Send> Slot<T> {
    pub(crate) fn new(noun: &'static str, handle: T) -> Self {
        Self { noun, handle: Mutex::new(Some(handle)) }
    }

    /// Runs `task` on the handle. Never waits: a handle in use is an error.
    pub(crate) fn with<R: Send>(
        &self,
        py: Python<'_>,
        task: impl FnOnce(&mut T) -> Result<R, Error> + Send,
    ) -> PyResult<R> {
        let mut held = self.hold(py)?;
        match held.as_mut() {
            Some(handle) => work(py, || task(handle)),
            None => Err(exception(py, Status::HANDLE, &format!("the {} is closed", self.noun))),
        }
    }

    /// Frees the handle, if it is not freed already.
    pub(crate) fn close(&self, py: Python<'_>) -> PyResult<()> {
        let handle = self.hold(py)?.take();
        work(py, || {
            drop(handle);
            Ok(())
        })
    }

    fn hold(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, Option<T>>> {
        match self.handle.try_lock() {
            Ok(held) => Ok(held),
            // `work` lets no panic through, so this cannot be; were it, the library's own flag decides.
            Err(TryLockError::Poisoned(held)) => Ok(held.into_inner()),
            Err(TryLockError::WouldBlock) => {
                let message = format!("the {} is in use by another thread: one at a time", self.noun);
                Err(exception(py, Status::BUSY, &message))
            }
        }
    }
}

/// Freeing may write to the ledger, so it does not keep Python waiting either.
impl<T: Send> Drop for Slot<T> {
    fn drop(&mut self) {
        let handle = match self.handle.get_mut() {
            Ok(handle) => handle.take(),
            Err(held) => held.into_inner().take(),
        };
        // Without an interpreter (it is shutting down) there is nothing to let go of.
        let mut handle = Some(handle);
        Python::try_attach(|py| py.detach(|| handle.take()));
        drop(handle);
    }
}
