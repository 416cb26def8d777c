//! Listening.

use pyo3::prelude::*;

use crate::detector::{Parts, parts};
use crate::samples::{self, Wire};
use crate::slot::Slot;

/// Looks for marks in one stream.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Listener(pub(crate) Slot<voxguard::Listener>);

#[pymethods]
impl Listener {
    fn push_f32(&self, py: Python<'_>, samples: &[u8]) -> PyResult<Option<Parts>> {
        self.push::<f32>(py, samples)
    }

    fn push_i16(&self, py: Python<'_>, samples: &[u8]) -> PyResult<Option<Parts>> {
        self.push::<i16>(py, samples)
    }

    fn finish(&self, py: Python<'_>) -> PyResult<Parts> {
        self.0.with(py, |listener| listener.finish()).map(parts)
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.0.close(py)
    }
}

impl Listener {
    fn push<S: Wire>(&self, py: Python<'_>, bytes: &[u8]) -> PyResult<Option<Parts>> {
        let verdict = self.0.with(py, |listener| listener.push(&samples::read::<S>(bytes)))?;
        Ok(verdict.map(parts))
    }
}
