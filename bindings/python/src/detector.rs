//! Detection.

use pyo3::prelude::*;

use crate::error::work;
use crate::key::Key;
use crate::samples::{self, Wire};

/// Looks for marks.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Detector(voxguard::Detector);

/// Found, p-value, mark, key id, spans, curve, seconds: the package makes a `Detection` of it.
type Parts = (bool, f64, Option<u64>, Option<String>, Vec<(f64, f64, f64)>, Vec<(f64, f64)>, f64);

#[pymethods]
impl Detector {
    #[new]
    fn new(py: Python<'_>, keys: Vec<Py<Key>>, effort: &str) -> PyResult<Self> {
        let keys: Vec<&voxguard::Key> = keys.iter().map(|key| &key.get().0).collect();
        work(py, || voxguard::Detector::new(&keys, effort.parse()?)).map(Self)
    }

    fn detect_f32(&self, py: Python<'_>, samples: &[u8], rate: u32, channels: u16) -> PyResult<Parts> {
        self.detect::<f32>(py, samples, rate, channels)
    }

    fn detect_i16(&self, py: Python<'_>, samples: &[u8], rate: u32, channels: u16) -> PyResult<Parts> {
        self.detect::<i16>(py, samples, rate, channels)
    }
}

impl Detector {
    fn detect<S: Wire>(&self, py: Python<'_>, bytes: &[u8], rate: u32, channels: u16) -> PyResult<Parts> {
        let d = work(py, || self.0.detect(&samples::read::<S>(bytes), rate, channels))?;
        let spans = d.spans.iter().map(|span| (span.start, span.end, span.score)).collect();
        let curve = d.curve.iter().map(|point| (point.time, point.score)).collect();
        Ok((d.found, d.p_value, d.mark, d.key_id, spans, curve, d.seconds))
    }
}
