//! Access and hardening. What is more than a flag comes as JSON, of which the package makes dataclasses.

use pyo3::prelude::*;
use voxguard::{Error, Metrics, Source, Status, TokenAlgorithm, TokenGrant, TokenOptions};

use crate::error::{exception, work};
use crate::key::Key;
use crate::slot::Slot;

fn metrics_in(format: &str) -> Result<Metrics, Error> {
    match format {
        "json" => Ok(Metrics::Json),
        "prometheus" => Ok(Metrics::Prometheus),
        _ => Err(Error::new(Status::ARGUMENT, "format: accepted are \"json\" and \"prometheus\"")),
    }
}

fn algorithm_in(name: &str) -> Result<TokenAlgorithm, Error> {
    match name {
        "HS256" => Ok(TokenAlgorithm::Hs256),
        "ES256" => Ok(TokenAlgorithm::Es256),
        "EdDSA" => Ok(TokenAlgorithm::EdDsa),
        _ => Err(Error::new(Status::ARGUMENT, "algorithm: accepted are \"HS256\", \"ES256\" and \"EdDSA\"")),
    }
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

/// Whether a limit was kept, seconds to wait, how many may still come.
type LimitParts = (bool, f64, u32);

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct RateLimiter(voxguard::RateLimiter);

#[pymethods]
impl RateLimiter {
    #[new]
    fn new(py: Python<'_>, per_minute: u32, burst: u32, max_keys: usize) -> PyResult<Self> {
        work(py, || voxguard::RateLimiter::with_keys(per_minute, burst, max_keys)).map(Self)
    }

    /// Without letting go of Python: that would take longer than the decision.
    fn check(&self, py: Python<'_>, key: &str, cost: u32, now: f64) -> PyResult<LimitParts> {
        match self.0.check(key, cost, now) {
            Ok(limit) => Ok((limit.allowed, limit.retry_after, limit.remaining)),
            Err(error) => Err(exception(py, error.status, &error.message)),
        }
    }

    fn forget(&self, py: Python<'_>, key: &str) -> PyResult<()> {
        work(py, || self.0.forget(key))
    }

    #[staticmethod]
    fn script() -> &'static str {
        voxguard::RateLimiter::script()
    }
}

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Tokens(voxguard::Tokens);

#[pymethods]
impl Tokens {
    #[new]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        algorithm: &str,
        key: &[u8],
        issuer: &str,
        audience: &str,
        typ: Option<&str>,
        leeway: u64,
        ttl: Option<u64>,
        key_id: Option<&str>,
        public: bool,
        single_use: bool,
    ) -> PyResult<Self> {
        let options = TokenOptions { issuer, audience, typ, leeway, ttl, key_id, public, single_use };
        work(py, || voxguard::Tokens::new(algorithm_in(algorithm)?, key, options)).map(Self)
    }

    fn add_key(&self, py: Python<'_>, algorithm: &str, key: &[u8], public: bool, id: &str) -> PyResult<()> {
        work(py, || self.0.add_key(algorithm_in(algorithm)?, key, public, id))
    }

    fn sign_with(&self, py: Python<'_>, id: &str) -> PyResult<()> {
        work(py, || self.0.sign_with(id))
    }

    fn remove_key(&self, py: Python<'_>, id: &str) -> PyResult<bool> {
        work(py, || self.0.remove_key(id))
    }

    fn issue(
        &self,
        py: Python<'_>,
        subject: &str,
        role: Option<&str>,
        scopes: Vec<String>,
        now: u64,
        ttl: Option<u64>,
    ) -> PyResult<String> {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let grant = TokenGrant { subject, role, scopes: &scopes, now, ttl };
        work(py, || self.0.issue(grant)).map(|token| token.to_string())
    }

    /// Whether it is to be believed, and claims or refusal as JSON.
    fn verify(&self, py: Python<'_>, token: &str, now: u64) -> PyResult<(bool, String)> {
        let verified = work(py, || self.0.verify(token, now))?;
        Ok(match verified {
            Ok(claims) => (true, claims.to_json()),
            Err(refusal) => (false, refusal.to_json()),
        })
    }

    fn revoke_all(&self, py: Python<'_>, before: u64) -> PyResult<()> {
        work(py, || self.0.revoke_all(before))
    }
}

/// Id, secret, subject, scopes, expiry.
type IssuedParts = (String, String, String, Vec<String>, Option<u64>);

fn issued(key: voxguard::IssuedKey) -> IssuedParts {
    (key.id, key.secret.to_string(), key.subject, key.scopes, key.expires)
}

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct ApiKeys(Slot<voxguard::ApiKeys>);

impl ApiKeys {
    /// Many threads may use the store: only the handle is taken from the slot.
    fn held(&self, py: Python<'_>) -> PyResult<voxguard::ApiKeys> {
        self.0.with(py, |keys| Ok(keys.clone()))
    }
}

#[pymethods]
impl ApiKeys {
    #[new]
    fn new(py: Python<'_>, url: &str, key: Option<&Bound<'_, Key>>) -> PyResult<Self> {
        let key = key.map(|key| &key.get().0);
        let keys = work(py, || voxguard::ApiKeys::open(url, key))?;
        Ok(Self(Slot::new("key store", keys)))
    }

    fn issue(
        &self,
        py: Python<'_>,
        subject: &str,
        scopes: Vec<String>,
        now: u64,
        expires: Option<u64>,
    ) -> PyResult<IssuedParts> {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let keys = self.held(py)?;
        work(py, || keys.issue(subject, &scopes, now, expires)).map(issued)
    }

    fn verify(&self, py: Python<'_>, secret: &str, now: u64) -> PyResult<(bool, String)> {
        let keys = self.held(py)?;
        let verified = work(py, || keys.verify(secret, now))?;
        Ok(match verified {
            Ok(record) => (true, record.to_json()),
            Err(refusal) => (false, refusal.to_json()),
        })
    }

    fn rotate(&self, py: Python<'_>, id: &str, now: u64, grace: u64) -> PyResult<IssuedParts> {
        let keys = self.held(py)?;
        work(py, || keys.rotate(id, now, grace)).map(issued)
    }

    fn revoke(&self, py: Python<'_>, id: &str, now: u64) -> PyResult<bool> {
        let keys = self.held(py)?;
        work(py, || keys.revoke(id, now))
    }

    fn revoke_all(&self, py: Python<'_>, before: u64, now: u64) -> PyResult<u64> {
        let keys = self.held(py)?;
        work(py, || keys.revoke_all(before, now))
    }

    fn list(&self, py: Python<'_>, subject: Option<&str>) -> PyResult<String> {
        let keys = self.held(py)?;
        work(py, || Ok(list(keys.list(subject)?.iter().map(voxguard::KeyRecord::to_json))))
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.0.close(py)
    }
}

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Roles(voxguard::Roles);

#[pymethods]
impl Roles {
    #[new]
    fn new(py: Python<'_>, json: Option<&str>) -> PyResult<Self> {
        work(py, || json.map_or_else(voxguard::Roles::preset, voxguard::Roles::new)).map(Self)
    }

    fn check(&self, py: Python<'_>, role: &str, permission: &str, resource: &str) -> PyResult<String> {
        work(py, || Ok(self.0.check(role, permission, resource)?.to_json()))
    }
}

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Cedar(voxguard::Cedar);

#[pymethods]
impl Cedar {
    #[new]
    fn new(py: Python<'_>, rules: &str) -> PyResult<Self> {
        work(py, || voxguard::Cedar::from_rules(rules)).map(Self)
    }

    fn check(&self, py: Python<'_>, question: &str) -> PyResult<String> {
        work(py, || Ok(self.0.check_json(question)?.to_json()))
    }
}

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Commands(voxguard::Commands);

#[pymethods]
impl Commands {
    #[new]
    fn new(py: Python<'_>, json: &str) -> PyResult<Self> {
        work(py, || voxguard::Commands::new(json)).map(Self)
    }

    fn check(&self, py: Python<'_>, name: &str, arguments: &str) -> PyResult<String> {
        work(py, || Ok(self.0.check(name, arguments)?.to_json()))
    }
}

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Monitor(voxguard::Monitor);

#[pymethods]
impl Monitor {
    #[new]
    fn new(py: Python<'_>, rules: Option<&str>) -> PyResult<Self> {
        work(py, || voxguard::Monitor::new(rules)).map(Self)
    }

    fn record(&self, py: Python<'_>, event: &str, source: &str, now: f64) -> PyResult<String> {
        work(py, || self.0.record_json(event, source, now))
    }

    fn metrics(&self, py: Python<'_>, format: &str) -> PyResult<String> {
        work(py, || self.0.metrics(metrics_in(format)?))
    }

    fn panic(&self, py: Python<'_>, reason: &str) -> PyResult<()> {
        work(py, || self.0.panic(reason))
    }

    fn lift(&self, py: Python<'_>) -> PyResult<bool> {
        work(py, || self.0.lift())
    }

    fn panicking(&self, py: Python<'_>) -> PyResult<bool> {
        work(py, || self.0.panicking())
    }
}

#[pyclass(frozen, module = "voxguard._native")]
pub(crate) struct Access(pub(crate) voxguard::Access);

#[pymethods]
impl Access {
    #[new]
    fn new(py: Python<'_>, config: Option<&str>) -> PyResult<Self> {
        work(py, || voxguard::Access::new(config)).map(Self)
    }

    fn reload(&self, py: Python<'_>, config: &str) -> PyResult<()> {
        work(py, || self.0.reload(config))
    }

    fn check_request(
        &self,
        py: Python<'_>,
        origin: Option<&str>,
        peer: Option<&str>,
        forwarded_for: Option<&str>,
        session: Option<&str>,
        client: Option<&str>,
    ) -> PyResult<String> {
        let source = Source { origin, peer, forwarded_for, session, client };
        work(py, || Ok(self.0.check_request(source)?.to_json()))
    }

    fn check_message(&self, py: Python<'_>, data: &[u8], binary: bool) -> PyResult<String> {
        work(py, || Ok(self.0.check_message(data, binary)?.to_json()))
    }

    fn check_rate(&self, py: Python<'_>, kind: &str, key: &str, now: f64) -> PyResult<LimitParts> {
        let limit = work(py, || self.0.check_rate(kind, key, now))?;
        Ok((limit.allowed, limit.retry_after, limit.remaining))
    }

    fn check_audio(&self, py: Python<'_>, data: &[u8], base64: bool) -> PyResult<String> {
        work(py, || Ok(self.0.check_audio(data, base64)?.json))
    }

    fn check_samples(&self, py: Python<'_>, data: &[u8], rate: u32, channels: u16) -> PyResult<String> {
        let samples = crate::samples::read::<f32>(data);
        work(py, || Ok(self.0.check_samples(&samples, rate, channels)?.json))
    }

    fn check(&self, py: Python<'_>, question: &str) -> PyResult<String> {
        work(py, || Ok(self.0.check_json(question)?.to_json()))
    }

    fn check_role(&self, py: Python<'_>, role: &str, permission: &str, resource: &str) -> PyResult<String> {
        work(py, || Ok(self.0.check_role(role, permission, resource)?.to_json()))
    }

    fn check_command(
        &self,
        py: Python<'_>,
        name: &str,
        arguments: &str,
        source: &str,
        now: f64,
    ) -> PyResult<String> {
        work(py, || Ok(self.0.check_command(name, arguments, source, now)?.to_json()))
    }

    fn verify_token(
        &self,
        py: Python<'_>,
        tokens: &Bound<'_, Tokens>,
        token: &str,
        source: &str,
        now: u64,
    ) -> PyResult<(bool, String)> {
        let tokens = &tokens.get().0;
        Ok(match work(py, || self.0.verify_token(tokens, token, source, now))? {
            Ok(claims) => (true, claims.to_json()),
            Err(refusal) => (false, refusal.to_json()),
        })
    }

    fn revoke_all(&self, py: Python<'_>, before: u64) -> PyResult<()> {
        work(py, || self.0.revoke_all(before))
    }

    /// Tokens of this configuration; what is None, 0 or False it says.
    #[allow(clippy::too_many_arguments)]
    fn tokens(
        &self,
        py: Python<'_>,
        algorithm: &str,
        key: &[u8],
        issuer: &str,
        audience: &str,
        typ: Option<&str>,
        leeway: u64,
        ttl: Option<u64>,
        key_id: Option<&str>,
        public: bool,
        single_use: bool,
    ) -> PyResult<Tokens> {
        let options = TokenOptions { issuer, audience, typ, leeway, ttl, key_id, public, single_use };
        work(py, || self.0.tokens(algorithm_in(algorithm)?, key, options)).map(Tokens)
    }

    /// Tells a function of each alert, as JSON, on the thread that raises it.
    fn on_alert(&self, py: Python<'_>, told: Option<Py<PyAny>>) -> PyResult<()> {
        match told {
            None => work(py, || self.0.off_alert()),
            Some(told) => work(py, || self.0.on_alert(move |alert| tell(&told, &alert.to_json()))),
        }
    }

    fn record(&self, py: Python<'_>, event: &str, source: &str, now: f64) -> PyResult<String> {
        work(py, || Ok(list(self.0.record(event, source, now)?.iter().map(voxguard::Alert::to_json))))
    }

    fn alerts(&self, py: Python<'_>) -> PyResult<String> {
        work(py, || Ok(list(self.0.alerts()?.iter().map(voxguard::Alert::to_json))))
    }

    fn panic(&self, py: Python<'_>, reason: &str) -> PyResult<()> {
        work(py, || self.0.panic(reason))
    }

    fn lift(&self, py: Python<'_>) -> PyResult<bool> {
        work(py, || self.0.lift())
    }

    fn metrics(&self, py: Python<'_>, format: &str) -> PyResult<String> {
        work(py, || self.0.metrics(metrics_in(format)?))
    }
}

/// An exception of the host's function goes to `sys.unraisablehook`: whoever asked the gate is not to blame for it.
fn tell(told: &Py<PyAny>, alert: &str) {
    // None once Python is shutting down.
    let _ = Python::try_attach(|py| {
        if let Err(error) = told.call1(py, (alert,)) {
            error.write_unraisable(py, Some(told.bind(py)));
        }
    });
}

/// What of a configuration is in force, as JSON.
#[pyfunction]
#[pyo3(signature = (config))]
pub(crate) fn explain(py: Python<'_>, config: Option<&str>) -> PyResult<String> {
    work(py, || voxguard::explain(config))
}

/// The JSON Schema of configurations.
#[pyfunction]
pub(crate) fn config_schema(py: Python<'_>) -> PyResult<String> {
    work(py, voxguard::config_schema)
}
