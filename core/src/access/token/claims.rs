//! What a token says.

use serde::{Deserialize, Serialize};

use super::Refusal;

/// Most bytes of a name in a token.
pub(super) const MAX_NAME_BYTES: usize = 256;
/// The last second of the year 9999.
pub(super) const MAX_TIME: u64 = 253_402_300_799;

/// What a verified token says of its holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claims {
    /// The token's own name (`jti`).
    pub id: String,
    /// On whose behalf (`sub`).
    pub subject: String,
    /// Their role, if the token says so.
    pub role: Option<String>,
    /// What it may be used for (`scope`); empty: whatever the role may.
    pub scopes: Vec<String>,
    /// When it was made (`iat`), seconds since 1970.
    pub issued: u64,
    /// From when on it holds (`nbf`).
    pub not_before: Option<u64>,
    /// From when on it does not (`exp`).
    pub expires: u64,
}

#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    jti: &'a str,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
}

/// Fields that are not here are ignored; the same field twice is malformed.
#[derive(Deserialize)]
struct Read {
    iss: String,
    aud: Audience,
    sub: String,
    jti: String,
    iat: Time,
    exp: Time,
    nbf: Option<Time>,
    role: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// A NumericDate: others write fractions too.
#[derive(Deserialize, Clone, Copy)]
struct Time(f64);

impl Time {
    /// Whole seconds, rounded to the stricter side by the caller's choice.
    fn seconds(self, round: fn(f64) -> f64) -> Result<u64, Refusal> {
        let Self(seconds) = self;
        if !(0.0..=MAX_TIME as f64).contains(&seconds) {
            return Err(Refusal::Claims);
        }
        Ok(round(seconds) as u64)
    }
}

impl Claims {
    pub(super) fn payload(&self, issuer: &str, audience: &str) -> Vec<u8> {
        let written = Written {
            iss: issuer,
            aud: audience,
            sub: &self.subject,
            jti: &self.id,
            iat: self.issued,
            exp: self.expires,
            role: self.role.as_deref(),
            scope: self.scopes.join(" "),
        };
        // Strings and numbers always have a JSON form.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    pub(super) fn read(payload: &[u8], issuer: &str, audience: &str) -> Result<Self, Refusal> {
        let read: Read = serde_json::from_slice(payload).map_err(|_| Refusal::Claims)?;
        if read.iss != issuer {
            return Err(Refusal::Issuer);
        }
        let meant = match &read.aud {
            Audience::One(one) => one == audience,
            Audience::Many(many) => many.iter().any(|one| one == audience),
        };
        if !meant {
            return Err(Refusal::Audience);
        }
        let name =
            |text: &str| (1..=MAX_NAME_BYTES).contains(&text.len()) && !text.contains(char::is_control);
        if !name(&read.sub) || !name(&read.jti) || !read.role.as_deref().is_none_or(name) {
            return Err(Refusal::Claims);
        }
        Ok(Self {
            id: read.jti,
            subject: read.sub,
            role: read.role,
            scopes: read.scope.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
            issued: read.iat.seconds(f64::floor)?,
            not_before: read.nbf.map(|time| time.seconds(f64::ceil)).transpose()?,
            expires: read.exp.seconds(f64::floor)?,
        })
    }
}
