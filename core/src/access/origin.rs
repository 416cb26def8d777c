//! Origins of browsers (RFC 6454): exactly these schemes, hosts and ports may ask.
//!
//! A WebSocket handshake is not bound by CORS: a page of anywhere can open one with the visitor's cookies, and
//! only the server's look at `Origin` stops it.

use super::answer::{Answer, Reason};

const MAX_ORIGIN_BYTES: usize = 512;

/// Origins that may ask.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    allowed: Vec<Origin>,
    /// Whether a request without an origin may pass: programs send none, browsers always do.
    without: bool,
}

/// Scheme, host and port, compared whole.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origins {
    /// These origins, such as `https://app.example.org`; `without` lets requests pass that have none.
    pub fn new<S: AsRef<str>>(allowed: &[S], without: bool) -> Result<Self, OriginError> {
        let parse = |text: &S| Origin::parse(text.as_ref()).ok_or(OriginError { bytes: text.as_ref().len() });
        Ok(Self { allowed: allowed.iter().map(parse).collect::<Result<_, _>>()?, without })
    }

    /// Judges the header `Origin` of a request.
    pub fn check(&self, origin: Option<&str>) -> Answer {
        let refuse = |message: &str| Answer::refuse(Reason::Origin, message);
        match origin {
            None if self.without => Answer::allow(),
            None => refuse("the request has no origin"),
            Some(text) => match Origin::parse(text) {
                None => refuse("the origin is not one: accepted is scheme, host and port alone"),
                Some(origin) if self.allowed.contains(&origin) => Answer::allow(),
                Some(_) => refuse("the origin is not one of those accepted"),
            },
        }
    }
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_ORIGIN_BYTES {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let usual = match scheme.as_str() {
            "http" | "ws" => 80,
            "https" | "wss" => 443,
            _ => return None,
        };
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (address, after) = rest.split_once(']')?;
                address.parse::<std::net::Ipv6Addr>().ok()?;
                let port = if after.is_empty() { None } else { Some(after.strip_prefix(':')?) };
                (format!("[{}]", address.to_ascii_lowercase()), port)
            }
            None => {
                let (host, port) = match rest.split_once(':') {
                    Some((host, port)) => (host, Some(port)),
                    None => (rest, None),
                };
                (host.to_ascii_lowercase(), port)
            }
        };
        // Neither user, path, query nor anything else that is not a name: no `@`, no `/`, no space.
        let name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
        if host.is_empty() || !host.bytes().all(name) {
            return None;
        }
        let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = match port {
            None => usual,
            Some(port) if digits(port) => port.parse().ok()?,
            Some(_) => return None,
        };
        Some(Self { scheme, host, port })
    }
}

/// An origin in the configuration that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "origin of {bytes} bytes is not accepted: a scheme (http, https, ws, wss), a host and perhaps a port are"
)]
pub struct OriginError {
    /// Its length.
    pub bytes: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_host_and_port_are_compared_whole() {
        let origins =
            Origins::new(&["https://app.example.org", "http://localhost:3000", "http://[::1]:8080"], false)
                .unwrap();
        let accepted = [
            "https://app.example.org",
            "https://app.example.org:443",
            "HTTPS://APP.example.org",
            "http://localhost:3000",
            "http://[::1]:8080",
        ];
        for origin in accepted {
            assert!(origins.check(Some(origin)).allowed, "{origin}");
        }
        for origin in [
            "http://app.example.org",
            "https://app.example.org:444",
            "https://app.example.org.evil.com",
            "https://evil.com/https://app.example.org",
            "https://app.example.org@evil.com",
            "https://evilapp.example.org",
            "https://app.example.org/",
            "https://app.example.org#",
            "https://app.example.org\n",
            "http://localhost",
            "http://[::1",
            "null",
            "",
        ] {
            let answer = origins.check(Some(origin));
            assert_eq!((answer.http_status, answer.close_code), (403, 1008), "{origin}");
        }
        assert!(!origins.check(None).allowed);
        assert!(Origins::new::<&str>(&[], true).unwrap().check(None).allowed);
        assert!(Origins::new(&["*"], true).is_err());
    }
}
