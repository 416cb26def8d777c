//! From the client's errors, and from panics, to Python's exceptions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;
use voxguard::{Error, Status};

/// Runs `task` without holding on to Python.
///
/// The client answers a panic of the library with a status. Should the client itself panic, that stops
/// here: pyo3's `PanicException` is no `Exception`, and would end programs that handle every error.
pub(crate) fn work<T: Send>(py: Python<'_>, task: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    match py.detach(|| catch_unwind(AssertUnwindSafe(task))) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(exception(py, error.status, &error.message)),
        Err(_) => Err(exception(py, Status::INTERNAL, "voxguard itself is at fault: please report this")),
    }
}

/// The exception of a status, made by the package, where the classes are.
pub(crate) fn exception(py: Python<'_>, status: Status, message: &str) -> PyErr {
    let make =
        || py.import("voxguard._errors")?.getattr("refusal")?.call1((status.code(), status.name(), message));
    match make() {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}
