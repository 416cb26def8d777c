//! Marking.

use pyo3::prelude::*;
use pyo3::types::PyByteArray;
use voxguard::{MarkerOptions, Scheme};

use crate::error::work;
use crate::key::Key;
use crate::samples::{self, Wire};
use crate::slot::Slot;

/// Bits of the id, and strength.
type Options = (u32, f32);

fn read((bits, strength): Options) -> voxguard::Result<MarkerOptions> {
    Ok(MarkerOptions { scheme: Scheme::from_bits(bits)?, strength })
}

/// Marks one stream.
#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Marker(Slot<voxguard::Marker>);

#[pymethods]
impl Marker {
    #[new]
    fn new(
        py: Python<'_>,
        key: &Bound<'_, Key>,
        mark: u64,
        rate: u32,
        channels: u16,
        options: Options,
    ) -> PyResult<Self> {
        let key = &key.get().0;
        let marker = work(py, || voxguard::Marker::with_options(key, mark, rate, channels, read(options)?))?;
        Ok(Self(Slot::new("marker", marker)))
    }

    fn process_f32<'py>(&self, py: Python<'py>, samples: &[u8]) -> PyResult<Bound<'py, PyByteArray>> {
        self.process::<f32>(py, samples)
    }

    fn process_i16<'py>(&self, py: Python<'py>, samples: &[u8]) -> PyResult<Bound<'py, PyByteArray>> {
        self.process::<i16>(py, samples)
    }

    fn flush_f32<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        self.flush::<f32>(py)
    }

    fn flush_i16<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        self.flush::<i16>(py)
    }

    fn latency(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |marker| Ok(marker.latency()))
    }

    fn pending(&self, py: Python<'_>) -> PyResult<usize> {
        self.0.with(py, |marker| marker.pending())
    }

    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        self.0.with(py, |marker| marker.reset())
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.0.close(py)
    }

    /// Forces a panic inside the library, to test that it arrives as an exception.
    fn debug_panic(&self, py: Python<'_>) -> PyResult<()> {
        self.0.with(py, voxguard::debug_panic)
    }
}

impl Marker {
    fn process<'py, S: Wire>(&self, py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyByteArray>> {
        let out = self.0.with(py, |marker| {
            let mut out = Vec::new();
            marker.process(&samples::read::<S>(bytes), &mut out)?;
            Ok(out)
        })?;
        samples::write(py, &out)
    }

    fn flush<'py, S: Wire>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        let out = self.0.with(py, |marker| {
            let mut out = Vec::<S>::new();
            marker.flush(&mut out)?;
            Ok(out)
        })?;
        samples::write(py, &out)
    }
}

/// Marks all samples at once.
#[pyfunction]
pub(crate) fn embed_f32<'py>(
    py: Python<'py>,
    samples: &[u8],
    rate: u32,
    channels: u16,
    key: &Bound<'py, Key>,
    mark: u64,
    options: Options,
) -> PyResult<Bound<'py, PyByteArray>> {
    embed::<f32>(py, samples, (rate, channels), key.get(), mark, options)
}

/// Marks all samples at once.
#[pyfunction]
pub(crate) fn embed_i16<'py>(
    py: Python<'py>,
    samples: &[u8],
    rate: u32,
    channels: u16,
    key: &Bound<'py, Key>,
    mark: u64,
    options: Options,
) -> PyResult<Bound<'py, PyByteArray>> {
    embed::<i16>(py, samples, (rate, channels), key.get(), mark, options)
}

fn embed<'py, S: Wire>(
    py: Python<'py>,
    bytes: &[u8],
    (rate, channels): (u32, u16),
    key: &Key,
    mark: u64,
    options: Options,
) -> PyResult<Bound<'py, PyByteArray>> {
    let out = work(py, || {
        let samples = samples::read::<S>(bytes);
        voxguard::embed_with(&samples, rate, channels, &key.0, mark, read(options)?)
    })?;
    samples::write(py, &out)
}
