//! Keys. The one class of this module that users see.

use pyo3::exceptions::{PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error::work;

/// The one secret: 32 bytes from which every other secret is derived.
///
/// It marks audio, authenticates the ledger and commits to texts. Shown, it shows its id alone; it
/// cannot be pickled. Keep `to_hex()` where secrets are kept.
#[pyclass(frozen, module = "voxguard")]
pub(crate) struct Key(pub(crate) voxguard::Key);

#[pymethods]
impl Key {
    /// A new key, from the operating system's randomness.
    #[staticmethod]
    fn generate(py: Python<'_>) -> PyResult<Self> {
        work(py, voxguard::Key::generate).map(Self)
    }

    /// A key of these 32 bytes, which should come from a generator fit for keys.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        work(py, || voxguard::Key::from_bytes(data)).map(Self)
    }

    /// A key of 64 hexadecimal digits.
    #[staticmethod]
    fn from_hex(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        // What does not extract is not named in the error: it may be a key all the same.
        let text: String = text.extract().map_err(|error: PyErr| {
            match error.is_instance_of::<PyUnicodeEncodeError>(py) {
                true => PyTypeError::new_err("key text is not Unicode: accepted are 64 hexadecimal digits"),
                false => error,
            }
        })?;
        work(py, || voxguard::Key::from_hex(&text)).map(Self)
    }

    /// The key as 64 hexadecimal digits: handle with care.
    fn to_hex<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let hex = work(py, || self.0.to_hex())?;
        Ok(PyString::new(py, &hex))
    }

    /// The public name of this key: 16 hexadecimal digits that say which key, and nothing about it.
    #[getter]
    fn id(&self) -> &str {
        self.0.id()
    }

    fn __repr__(&self) -> String {
        format!("<voxguard.Key {}>", self.0.id())
    }

    /// A key does not change, so a copy is the key itself.
    fn __copy__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __deepcopy__(this: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
        let _ = memo;
        this
    }

    fn __reduce_ex__(&self, protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        let _ = protocol;
        Err(PyTypeError::new_err("a Key is a secret and cannot be pickled: hand on to_hex() with care"))
    }
}
