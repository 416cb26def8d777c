//! Detection.

use std::ops::ControlFlow;

use pyo3::prelude::*;
use pyo3::types::PyBool;
use voxguard::{Detection, Scheme};

use crate::error::work;
use crate::key::Key;
use crate::listener::Listener;
use crate::samples::{self, Wire};
use crate::slot::Slot;

/// Looks for marks.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Detector(voxguard::Detector);

/// Found, p-value, mark, key id, spans, curve, seconds, and then speed, pitch, soft bits, chips: the package makes a
/// `Detection` of it.
pub(crate) type Parts = (
    bool,
    f64,
    Option<u64>,
    Option<String>,
    Vec<(f64, f64, f64)>,
    Vec<(f64, f64)>,
    f64,
    (f64, f64, Vec<f32>, u8),
);

#[pymethods]
impl Detector {
    #[new]
    fn new(py: Python<'_>, keys: Vec<Py<Key>>, effort: &str, scheme: u32) -> PyResult<Self> {
        let keys: Vec<&voxguard::Key> = keys.iter().map(|key| &key.get().0).collect();
        work(py, || voxguard::Detector::with_scheme(&keys, effort.parse()?, Scheme::from_bits(scheme)?))
            .map(Self)
    }

    fn detect_f32(
        &self,
        py: Python<'_>,
        samples: &[u8],
        rate: u32,
        channels: u16,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Parts> {
        self.detect::<f32>(py, samples, (rate, channels), progress)
    }

    fn detect_i16(
        &self,
        py: Python<'_>,
        samples: &[u8],
        rate: u32,
        channels: u16,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Parts> {
        self.detect::<i16>(py, samples, (rate, channels), progress)
    }

    fn listen(&self, py: Python<'_>, rate: u32, channels: u16) -> PyResult<Listener> {
        let listener = work(py, || self.0.listen(rate, channels))?;
        Ok(Listener(Slot::new("listener", listener)))
    }
}

impl Detector {
    fn detect<S: Wire>(
        &self,
        py: Python<'_>,
        bytes: &[u8],
        (rate, channels): (u32, u16),
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Parts> {
        let mut raised = None;
        let report = |done: f64| {
            let Some(progress) = &progress else { return ControlFlow::Continue(()) };
            // An answer of `False` ends the search, and so does an exception, which then goes on from here.
            let ask = |py: Python<'_>| {
                let answer = progress.bind(py).call1((done,))?;
                Ok::<_, PyErr>(!answer.is(PyBool::new(py, false)))
            };
            let go_on = Python::attach(ask);
            match go_on {
                Ok(true) => ControlFlow::Continue(()),
                Ok(false) => ControlFlow::Break(()),
                Err(error) => {
                    raised = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        let found =
            work(py, || self.0.detect_with_progress(&samples::read::<S>(bytes), rate, channels, report))?;
        raised.map_or_else(|| Ok(parts(found)), Err)
    }
}

pub(crate) fn parts(found: Detection) -> Parts {
    let spans = found.spans.iter().map(|span| (span.start, span.end, span.score)).collect();
    let curve = found.curve.iter().map(|point| (point.time, point.score)).collect();
    let warp = (found.speed, found.pitch, found.soft_bits, found.chips);
    (found.found, found.p_value, found.mark, found.key_id, spans, curve, found.seconds, warp)
}
