//! Samples as Python has them here: bytes of interleaved little-endian numbers.

use pyo3::prelude::*;
use pyo3::types::PyByteArray;
use voxguard::Sample;

/// A sample that can be written as bytes.
pub(crate) trait Wire: Sample + Send + Sync {
    /// Its little-endian bytes, as many as it has.
    type Bytes: AsRef<[u8]> + for<'a> TryFrom<&'a [u8]>;
    const BYTES: usize = size_of::<Self::Bytes>();
    fn from_le(bytes: Self::Bytes) -> Self;
    fn to_le(self) -> Self::Bytes;
}

impl Wire for f32 {
    type Bytes = [u8; 4];
    fn from_le(bytes: [u8; 4]) -> Self {
        Self::from_le_bytes(bytes)
    }
    fn to_le(self) -> [u8; 4] {
        self.to_le_bytes()
    }
}

impl Wire for i16 {
    type Bytes = [u8; 2];
    fn from_le(bytes: [u8; 2]) -> Self {
        Self::from_le_bytes(bytes)
    }
    fn to_le(self) -> [u8; 2] {
        self.to_le_bytes()
    }
}

/// The samples in `bytes`; the package has seen to it that they are whole.
pub(crate) fn read<S: Wire>(bytes: &[u8]) -> Vec<S> {
    bytes.chunks_exact(S::BYTES).filter_map(|bytes| bytes.try_into().ok().map(S::from_le)).collect()
}

/// Samples as a `bytearray`: NumPy takes it as a writable array as it is.
pub(crate) fn write<'py, S: Wire>(py: Python<'py>, samples: &[S]) -> PyResult<Bound<'py, PyByteArray>> {
    PyByteArray::new_with(py, samples.len() * S::BYTES, |bytes| {
        for (to, sample) in bytes.chunks_exact_mut(S::BYTES).zip(samples) {
            to.copy_from_slice(sample.to_le().as_ref());
        }
        Ok(())
    })
}
