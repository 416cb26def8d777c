//! The signed form: three parts of base64url between dots (RFC 7515, section 7.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::key::{TokenKey, is_key_id};
use super::{Refusal, TokenError};

/// Longest token that is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8192;

/// What a header may say. Fields that are not here are ignored, as the RFC has it; the same field twice is
/// malformed.
#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    typ: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    kid: Option<std::borrow::Cow<'a, str>>,
    // Extensions that must be understood, keys that a token brings along, and compression.
    crit: Option<IgnoredAny>,
    jwk: Option<IgnoredAny>,
    jku: Option<IgnoredAny>,
    x5u: Option<IgnoredAny>,
    x5c: Option<IgnoredAny>,
    zip: Option<IgnoredAny>,
}

pub(super) fn sign(key: &TokenKey, typ: &str, payload: &[u8]) -> Result<String, TokenError> {
    let mut header = serde_json::Map::new();
    header.insert("alg".into(), key.algorithm().name().into());
    header.insert("typ".into(), typ.into());
    if let Some(id) = key.id() {
        header.insert("kid".into(), id.into());
    }
    let header = serde_json::Value::Object(header).to_string();
    let mut token = format!("{}.{}", BASE64.encode(header), BASE64.encode(payload));
    let signature = key.sign(token.as_bytes()).ok_or(TokenError::NoSigningKey)?;
    token.push('.');
    token.push_str(&BASE64.encode(signature));
    Ok(token)
}

/// The payload of a token that one of the keys signed.
pub(super) fn verify(keys: &[TokenKey], typ: &str, token: &str) -> Result<Vec<u8>, Refusal> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(Refusal::TooLong);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
    let header = BASE64.decode(header).map_err(|_| Refusal::Malformed)?;
    let header: Header<'_> = serde_json::from_slice(&header).map_err(|_| Refusal::Malformed)?;
    let Header { crit, jwk, jku, x5u, x5c, zip, .. } = &header;
    if [crit, jwk, jku, x5u, x5c, zip].into_iter().any(Option::is_some) {
        return Err(Refusal::Header);
    }
    let key = choose(keys, header.kid.as_deref())?;
    if header.alg != key.algorithm().name() {
        return Err(Refusal::Algorithm);
    }
    // Media types are compared without case, and `application/` may be left out (RFC 7515, section 4.1.9).
    let said = header.typ.as_deref().unwrap_or_default();
    let bare = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.strip_prefix("application/").map(str::to_owned).unwrap_or(text)
    };
    if bare(said) != bare(typ) {
        return Err(Refusal::Type);
    }
    let signature = BASE64.decode(signature).map_err(|_| Refusal::Malformed)?;
    if !key.verifies(signed.as_bytes(), &signature) {
        return Err(Refusal::Signature);
    }
    BASE64.decode(payload).map_err(|_| Refusal::Malformed)
}

fn choose<'a>(keys: &'a [TokenKey], id: Option<&str>) -> Result<&'a TokenKey, Refusal> {
    match (id, keys) {
        (None, [only]) => Ok(only),
        (None, _) => Err(Refusal::UnknownKey),
        // The id comes from outside: it is compared, after its form, and never part of a path or query.
        (Some(id), _) if !is_key_id(id) => Err(Refusal::UnknownKey),
        (Some(id), _) => keys.iter().find(|key| key.id() == Some(id)).ok_or(Refusal::UnknownKey),
    }
}
