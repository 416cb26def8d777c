//! Functions of the host that the library calls with a text: a record, a checkpoint.

use std::cell::{Cell, RefCell};

use pyo3::prelude::*;

thread_local! {
    /// What a callback raised on this thread. The library tells only that it failed; the exception waits here for the
    /// call that led to it to return.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
    /// Whether such a call will return here: on the ledger's own thread, and where an utterance is freed unfinished,
    /// there is nobody to tell.
    static WAITED_FOR: Cell<bool> = const { Cell::new(false) };
}

/// Calls Python with a text. The error is what the message of the failure says; what the callback raised
/// may say more, and is its cause.
pub(crate) fn hand_on(callback: &Py<PyAny>, name: &str, text: &str) -> Result<(), String> {
    // An interpreter that is shutting down takes no calls; what the ledger holds is durable all the same.
    let outcome = Python::try_attach(|py| {
        // An utterance may be freed while an exception is on its way, which must survive the call.
        let on_its_way = PyErr::take(py);
        let outcome = callback.call1(py, (text,)).map(drop).map_err(|error| {
            let kind =
                error.get_type(py).name().map_or_else(|_| "an error".to_owned(), |name| name.to_string());
            if WAITED_FOR.get() {
                RAISED.set(Some(error));
            } else {
                error.write_unraisable(py, Some(callback.bind(py)));
            }
            format!("{name} raised {kind}")
        });
        if let Some(error) = on_its_way {
            error.restore(py);
        }
        outcome
    });
    outcome.unwrap_or(Ok(()))
}

/// A call that may call Python back. What the callback raised becomes the cause of the error.
pub(crate) fn listening<R>(py: Python<'_>, call: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
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
