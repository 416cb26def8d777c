//! Sealing.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use voxguard::{Error, Kdf, Status};

use crate::error::work;

fn kdf_in(name: &str) -> Result<Kdf, Error> {
    match name {
        "argon2id" => Ok(Kdf::Argon2id),
        "pbkdf2" => Ok(Kdf::Pbkdf2),
        _ => Err(Error::new(Status::ARGUMENT, "kdf: accepted are \"argon2id\" and \"pbkdf2\"")),
    }
}

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct SealKey(voxguard::SealKey);

#[pymethods]
impl SealKey {
    #[staticmethod]
    fn generate(py: Python<'_>) -> PyResult<Self> {
        work(py, voxguard::SealKey::generate).map(Self)
    }

    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        work(py, || voxguard::SealKey::from_bytes(data)).map(Self)
    }

    #[staticmethod]
    fn from_source(py: Python<'_>, source: &str, create: bool) -> PyResult<Self> {
        work(py, || voxguard::SealKey::from_source(source, create)).map(Self)
    }

    /// The key, and whether it should be wrapped anew.
    #[staticmethod]
    fn unwrap(py: Python<'_>, wrapped: &str, password: &[u8], kdf: &str) -> PyResult<(Self, bool)> {
        let opened = work(py, || voxguard::SealKey::unwrap(wrapped, password, kdf_in(kdf)?))?;
        Ok((Self(opened.0), opened.1))
    }

    fn wrap(&self, py: Python<'_>, password: &[u8], kdf: &str) -> PyResult<String> {
        work(py, || self.0.wrap(password, kdf_in(kdf)?)).map(|text| text.to_string())
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = work(py, || self.0.to_bytes())?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn id(&self) -> &str {
        self.0.id()
    }
}

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Sealer(voxguard::Sealer);

#[pymethods]
impl Sealer {
    #[new]
    fn new(py: Python<'_>, keys: Vec<PyRef<'_, SealKey>>) -> PyResult<Self> {
        let keys: Vec<voxguard::SealKey> = keys.iter().map(|key| key.0.clone()).collect();
        work(py, || voxguard::Sealer::new(&keys.iter().collect::<Vec<_>>())).map(Self)
    }

    fn seal<'py>(&self, py: Python<'py>, plain: &[u8], about: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let sealed = work(py, || self.0.seal(plain, about))?;
        Ok(PyBytes::new(py, &sealed))
    }

    fn open<'py>(&self, py: Python<'py>, sealed: &[u8], about: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let plain = work(py, || self.0.open(sealed, about))?;
        Ok(PyBytes::new(py, &plain))
    }

    fn seal_stream<'py>(
        &self,
        py: Python<'py>,
        plain: &[u8],
        about: &[u8],
        chunk_bytes: u32,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let sealed = work(py, || self.0.seal_stream(plain, about, chunk_bytes))?;
        Ok(PyBytes::new(py, &sealed))
    }

    fn open_stream<'py>(
        &self,
        py: Python<'py>,
        sealed: &[u8],
        about: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let plain = work(py, || self.0.open_stream(sealed, about))?;
        Ok(PyBytes::new(py, &plain))
    }

    fn open_chunk<'py>(
        &self,
        py: Python<'py>,
        header: &[u8],
        about: &[u8],
        index: u64,
        last: bool,
        chunk: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let plain = work(py, || self.0.open_chunk(header, about, index, last, chunk))?;
        Ok(PyBytes::new(py, &plain))
    }
}

/// What a Fernet token holds.
#[pyfunction]
pub(crate) fn fernet_open<'py>(py: Python<'py>, key: &str, token: &str) -> PyResult<Bound<'py, PyBytes>> {
    let plain = work(py, || voxguard::fernet_open(key, token))?;
    Ok(PyBytes::new(py, &plain))
}
