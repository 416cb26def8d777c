//! Tokens: JSON Web Tokens (RFC 7519) in compact form, issued and verified by RFC 8725's advice.
//!
//! - The algorithm belongs to the key, not to the token: a header that names another is refused, and so are
//!   `none`, keys inside headers, and `crit`.
//! - A token names its key (`kid`) or there is only one; the name is looked up, and never used for more.
//! - `iss`, `aud`, `sub`, `exp`, `iat` and `jti` must be there, and `typ` must be the expected one.
//! - Nothing of the claims is read before the signature is found good.
//!
//! The cryptography is that of `hmac`, `p256` and `ed25519-dalek`. The crate `jsonwebtoken` is not used: it
//! wants a C library or a second provider beside what the ledger already needs, takes the algorithm from
//! a list instead of the key, and its validation has to be switched on part by part.

mod claims;
mod jws;
mod key;
mod replay;

pub use claims::Claims;
pub use jws::MAX_TOKEN_BYTES;
pub use key::{Algorithm, TokenKey, TokenKeyError};
pub use replay::Replay;

use std::fmt;

/// Who may issue tokens, for whom, and how they are signed.
#[derive(Clone)]
pub struct Tokens {
    issuer: String,
    audience: String,
    typ: String,
    leeway: u64,
    keys: Vec<TokenKey>,
}

/// What a token says of its holder, to be signed.
#[derive(Clone)]
pub struct Grant<'a> {
    /// On whose behalf: 1 to 256 characters.
    pub subject: &'a str,
    /// Their role, if tokens say so.
    pub role: Option<&'a str>,
    /// What the token may be used for; empty: whatever its role may.
    pub scopes: &'a [String],
    /// Seconds since 1970.
    pub now: u64,
    /// Seconds that it lasts, 1 to 31 days.
    pub ttl: u64,
    /// 16 random bytes: the token's own name.
    pub id: [u8; 16],
}

impl Tokens {
    /// Seconds that a token lasts unless asked otherwise: 15 minutes.
    pub const DEFAULT_TTL: u64 = 900;
    /// Longest time that a token may last: 31 days.
    pub const MAX_TTL: u64 = 31 * 86_400;
    /// Most seconds of leeway between clocks.
    pub const MAX_LEEWAY: u64 = 300;
    /// The `typ` of tokens unless asked otherwise.
    pub const DEFAULT_TYPE: &str = "JWT";
    /// Most keys of a set.
    pub const MAX_KEYS: usize = 64;

    /// Tokens of this issuer for this audience, signed and verified with `key`.
    pub fn new(key: TokenKey, issuer: &str, audience: &str) -> Result<Self, TokenError> {
        for (name, value) in [("issuer", issuer), ("audience", audience)] {
            check_name(name, value)?;
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            typ: Self::DEFAULT_TYPE.to_owned(),
            leeway: 0,
            keys: vec![key],
        })
    }

    /// Accepts and writes another `typ`, such as `at+jwt` (RFC 9068): tokens of different kinds must
    /// not be taken for each other.
    pub fn with_type(mut self, typ: &str) -> Result<Self, TokenError> {
        check_name("typ", typ)?;
        self.typ = typ.to_owned();
        Ok(self)
    }

    /// Bears with clocks that differ by up to this many seconds.
    pub fn with_leeway(mut self, seconds: u64) -> Result<Self, TokenError> {
        if seconds > Self::MAX_LEEWAY {
            return Err(TokenError::Leeway { seconds });
        }
        self.leeway = seconds;
        Ok(self)
    }

    /// Adds a key that verifies. With more than one, all need an id, each its own.
    pub fn add_key(&mut self, key: TokenKey) -> Result<(), TokenError> {
        if self.keys.len() >= Self::MAX_KEYS {
            return Err(TokenError::KeyCount);
        }
        let ids = self.keys.iter().chain([&key]).map(TokenKey::id);
        let mut ids: Vec<_> = ids.collect::<Option<_>>().ok_or(TokenError::KeyWithoutId)?;
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(TokenError::KeyTwice);
        }
        self.keys.push(key);
        Ok(())
    }

    /// Makes the key of this id the one that signs. Tokens of the others go on being accepted.
    pub fn sign_with(&mut self, id: &str) -> Result<(), TokenError> {
        let place = self.keys.iter().position(|key| key.id() == Some(id) && key.can_sign());
        let place = place.ok_or(TokenError::NoSigningKey)?;
        self.keys.swap(0, place);
        Ok(())
    }

    /// Takes a key away: its tokens are refused from now on. The last key stays. Whether it was there.
    pub fn remove_key(&mut self, id: &str) -> bool {
        let place = self.keys.iter().position(|key| key.id() == Some(id)).filter(|_| self.keys.len() > 1);
        place.map(|place| self.keys.remove(place)).is_some()
    }

    /// A signed token.
    pub fn issue(&self, grant: &Grant<'_>) -> Result<String, TokenError> {
        let key = self.keys.first().filter(|key| key.can_sign()).ok_or(TokenError::NoSigningKey)?;
        check_name("subject", grant.subject)?;
        if let Some(role) = grant.role {
            check_name("role", role)?;
        }
        if grant.scopes.iter().any(|scope| !is_scope(scope)) {
            return Err(TokenError::Scope);
        }
        if !(1..=Self::MAX_TTL).contains(&grant.ttl) {
            return Err(TokenError::Ttl { seconds: grant.ttl });
        }
        let expires = grant.now.checked_add(grant.ttl).filter(|expires| *expires <= claims::MAX_TIME);
        let claims = Claims {
            id: crate::key::hex(&grant.id),
            subject: grant.subject.to_owned(),
            role: grant.role.map(str::to_owned),
            scopes: grant.scopes.to_vec(),
            issued: grant.now,
            not_before: None,
            expires: expires.ok_or(TokenError::Time { now: grant.now })?,
        };
        jws::sign(key, &self.typ, &claims.payload(&self.issuer, &self.audience))
    }

    /// What a token says, if it is to be believed at `now` (seconds since 1970). One that was issued before
    /// `revoked_before` is not; 0 revokes none.
    pub fn verify(&self, token: &str, now: u64, revoked_before: u64) -> Result<Claims, Refusal> {
        let payload = jws::verify(&self.keys, &self.typ, token)?;
        let claims = Claims::read(&payload, &self.issuer, &self.audience)?;
        if claims.expires.saturating_add(self.leeway) <= now {
            return Err(Refusal::Expired);
        }
        let begins = claims.not_before.unwrap_or(0).max(claims.issued);
        if begins > now.saturating_add(self.leeway) {
            return Err(Refusal::Early);
        }
        if claims.issued < revoked_before {
            return Err(Refusal::Revoked);
        }
        Ok(claims)
    }

    /// As [`Tokens::verify`], and refuses a token that `replay` has seen.
    pub fn verify_once(
        &self,
        token: &str,
        now: u64,
        revoked_before: u64,
        replay: &mut Replay,
    ) -> Result<Claims, Refusal> {
        let claims = self.verify(token, now, revoked_before)?;
        replay.first_use(&claims.id, claims.expires.saturating_add(self.leeway), now)?;
        Ok(claims)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

fn check_name(name: &'static str, value: &str) -> Result<(), TokenError> {
    let accepted =
        (1..=claims::MAX_NAME_BYTES).contains(&value.len()) && !value.chars().any(char::is_control);
    if accepted { Ok(()) } else { Err(TokenError::Name { name, bytes: value.len() }) }
}

/// A scope as RFC 6749, section 3.3 has them, without the characters that need quoting.
pub(crate) fn is_scope(scope: &str) -> bool {
    let accepted = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    (1..=64).contains(&scope.len()) && scope.bytes().all(accepted)
}

/// Why a token is not believed. An answer, not an error: tokens come from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Longer than any token of ours.
    #[error("the token is longer than 8192 bytes")]
    TooLong,
    /// Not three parts of base64url with JSON inside.
    #[error("the token is not a signed JSON Web Token in compact form")]
    Malformed,
    /// The header names an algorithm that is not the key's.
    #[error("the token's algorithm is not the one that its key is for")]
    Algorithm,
    /// The header names a key that is not in the set, or none where there are several.
    #[error("the token names no key of this set")]
    UnknownKey,
    /// The header brings its own key, or extensions that must be understood.
    #[error("the token's header has a field that is not accepted: crit, jwk, jku, x5u, x5c or zip")]
    Header,
    /// The header's `typ` is missing or another one.
    #[error("the token is of another type than expected")]
    Type,
    /// The signature is not that of the key.
    #[error("the token's signature does not hold")]
    Signature,
    /// A claim that must be there is missing or of the wrong kind.
    #[error("the token lacks a claim that must be there: iss, aud, sub, exp, iat and jti")]
    Claims,
    /// Issued by somebody else.
    #[error("the token was issued by somebody else")]
    Issuer,
    /// Meant for somebody else.
    #[error("the token is meant for another audience")]
    Audience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet")]
    Early,
    /// Issued before everything was revoked.
    #[error("the token was revoked")]
    Revoked,
    /// Used already, where once is all.
    #[error("the token was used already")]
    Replayed,
    /// More tokens are in use than can be remembered: none can be shown to be new.
    #[error("too many tokens are in use at once to tell whether this one was used already")]
    ReplayFull,
}

impl Refusal {
    /// A stable name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
            Self::Algorithm => "algorithm",
            Self::UnknownKey => "unknown_key",
            Self::Header => "header",
            Self::Type => "type",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::Early => "early",
            Self::Revoked => "revoked",
            Self::Replayed => "replayed",
            Self::ReplayFull => "replay_full",
        }
    }
}

/// Why tokens cannot be set up or issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// A name is empty, too long or has control characters.
    #[error("{name} of {bytes} bytes, or with control characters: accepted are 1 to 256 bytes without")]
    Name {
        /// Which.
        name: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// A scope cannot be written into a token.
    #[error("a scope is not accepted: 1 to 64 printable ASCII characters without space, \" and \\ are")]
    Scope,
    /// The token would last too long, or not at all.
    #[error("a token of {seconds} s: accepted are 1 to 2678400 (31 days)")]
    Ttl {
        /// The refused duration.
        seconds: u64,
    },
    /// The time is beyond all clocks.
    #[error("time {now} s: accepted are seconds since 1970, to the year 9999")]
    Time {
        /// The refused time.
        now: u64,
    },
    /// Too much leeway.
    #[error("a leeway of {seconds} s: accepted are 0 to 300")]
    Leeway {
        /// The refused leeway.
        seconds: u64,
    },
    /// Several keys, and one of them has no id.
    #[error("a set of several keys needs an id for each")]
    KeyWithoutId,
    /// Two keys of one id.
    #[error("two keys of the set have the same id")]
    KeyTwice,
    /// Too many keys.
    #[error("a set holds 64 keys at most")]
    KeyCount,
    /// No key that could sign.
    #[error("no key of this id can sign: a public key only verifies")]
    NoSigningKey,
}

#[cfg(test)]
mod tests;
