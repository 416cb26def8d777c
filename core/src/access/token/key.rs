//! Keys of tokens: each for one algorithm.

use std::fmt;

use ed25519_dalek::{Signer as _, Verifier as _};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa;
use sha2::Sha256;
use zeroize::Zeroizing;

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256: one secret signs and verifies.
    Hs256,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hs256, Self::Es256, Self::EdDsa];

    /// The name in headers (RFC 7518, RFC 8037).
    pub fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// A key and its algorithm, which no token can change.
#[derive(Clone)]
pub struct TokenKey {
    id: Option<String>,
    material: Material,
}

#[derive(Clone)]
enum Material {
    Secret(Zeroizing<Vec<u8>>),
    EcPrivate(ecdsa::SigningKey),
    EcPublic(ecdsa::VerifyingKey),
    EdPrivate(ed25519_dalek::SigningKey),
    EdPublic(ed25519_dalek::VerifyingKey),
}

impl TokenKey {
    /// Least bytes of a secret for HS256: as many as the hash has (RFC 7518, section 3.2).
    pub const MIN_SECRET_BYTES: usize = 32;
    const MAX_SECRET_BYTES: usize = 1024;

    /// A secret for HS256, 32 to 1024 bytes from a generator fit for keys.
    pub fn hs256(secret: &[u8]) -> Result<Self, TokenKeyError> {
        let bytes = secret.len();
        if !(Self::MIN_SECRET_BYTES..=Self::MAX_SECRET_BYTES).contains(&bytes) {
            return Err(TokenKeyError::Secret { bytes });
        }
        // A public key used as a secret is the oldest attack of all.
        let looks_public = secret.starts_with(b"-----BEGIN") || secret.starts_with(b"ssh-");
        if looks_public {
            return Err(TokenKeyError::PublicAsSecret);
        }
        Ok(Self::of(Material::Secret(secret.to_vec().into())))
    }

    /// A private key for ES256: 32 bytes, the secret number big-endian.
    pub fn es256_private(bytes: &[u8]) -> Result<Self, TokenKeyError> {
        let key = ecdsa::SigningKey::from_slice(bytes);
        key.map(|key| Self::of(Material::EcPrivate(key))).map_err(|_| TokenKeyError::EcPrivate)
    }

    /// A public key for ES256: a point in SEC1 form, 33 or 65 bytes.
    pub fn es256_public(bytes: &[u8]) -> Result<Self, TokenKeyError> {
        let key = ecdsa::VerifyingKey::from_sec1_bytes(bytes);
        key.map(|key| Self::of(Material::EcPublic(key))).map_err(|_| TokenKeyError::EcPublic)
    }

    /// A private key for EdDSA: 32 bytes, the seed of RFC 8032.
    pub fn eddsa_private(bytes: &[u8]) -> Result<Self, TokenKeyError> {
        let seed: &[u8; 32] = bytes.try_into().map_err(|_| TokenKeyError::EdPrivate)?;
        Ok(Self::of(Material::EdPrivate(ed25519_dalek::SigningKey::from_bytes(seed))))
    }

    /// A public key for EdDSA: 32 bytes.
    pub fn eddsa_public(bytes: &[u8]) -> Result<Self, TokenKeyError> {
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| TokenKeyError::EdPublic)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| TokenKeyError::EdPublic)?;
        if key.is_weak() {
            return Err(TokenKeyError::EdPublic);
        }
        Ok(Self::of(Material::EdPublic(key)))
    }

    /// The same key under an id: 1 to 64 of `A-Z a-z 0-9 _ . -`.
    pub fn with_id(mut self, id: &str) -> Result<Self, TokenKeyError> {
        if !is_key_id(id) {
            return Err(TokenKeyError::Id { bytes: id.len() });
        }
        self.id = Some(id.to_owned());
        Ok(self)
    }

    /// The id.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What it is for.
    pub fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Secret(_) => Algorithm::Hs256,
            Material::EcPrivate(_) | Material::EcPublic(_) => Algorithm::Es256,
            Material::EdPrivate(_) | Material::EdPublic(_) => Algorithm::EdDsa,
        }
    }

    /// Whether it can sign; a public key cannot.
    pub fn can_sign(&self) -> bool {
        !matches!(self.material, Material::EcPublic(_) | Material::EdPublic(_))
    }

    /// The public key that verifies what this one signs: SEC1 or Ed25519 bytes; none for a secret.
    pub fn public_bytes(&self) -> Option<Vec<u8>> {
        match &self.material {
            Material::Secret(_) => None,
            Material::EcPrivate(key) => Some(key.verifying_key().to_sec1_bytes().to_vec()),
            Material::EcPublic(key) => Some(key.to_sec1_bytes().to_vec()),
            Material::EdPrivate(key) => Some(key.verifying_key().to_bytes().to_vec()),
            Material::EdPublic(key) => Some(key.to_bytes().to_vec()),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match &self.material {
            Material::Secret(secret) => {
                let mac = mac(secret, message)?;
                Some(mac.finalize().into_bytes().to_vec())
            }
            Material::EcPrivate(key) => {
                let signature: ecdsa::Signature = key.sign(message);
                Some(signature.to_bytes().to_vec())
            }
            Material::EdPrivate(key) => Some(key.sign(message).to_bytes().to_vec()),
            Material::EcPublic(_) | Material::EdPublic(_) => None,
        }
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            // Compares in constant time.
            Material::Secret(secret) => {
                mac(secret, message).is_some_and(|mac| mac.verify_slice(signature).is_ok())
            }
            Material::EcPrivate(key) => ec_verifies(key.verifying_key(), message, signature),
            Material::EcPublic(key) => ec_verifies(key, message, signature),
            Material::EdPrivate(key) => ed_verifies(&key.verifying_key(), message, signature),
            Material::EdPublic(key) => ed_verifies(key, message, signature),
        }
    }

    fn of(material: Material) -> Self {
        Self { id: None, material }
    }
}

pub(super) fn is_key_id(id: &str) -> bool {
    let accepted = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=64).contains(&id.len()) && id.bytes().all(accepted)
}

fn mac(secret: &[u8], message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).ok()?;
    mac.update(message);
    Some(mac)
}

fn ec_verifies(key: &ecdsa::VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    let signature = ecdsa::Signature::from_slice(signature);
    signature.is_ok_and(|signature| ecdsa::signature::Verifier::verify(key, message, &signature).is_ok())
}

fn ed_verifies(key: &ed25519_dalek::VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    let signature = ed25519_dalek::Signature::from_slice(signature);
    signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({}, id {:?})", self.algorithm().name(), self.id)
    }
}

/// Why a key of tokens was refused. Never holds a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenKeyError {
    /// Too short or too long for HS256.
    #[error("HS256 secret of {bytes} bytes: accepted are 32 to 1024 random ones")]
    Secret {
        /// The refused length.
        bytes: usize,
    },
    /// A public key is no secret.
    #[error("HS256 secret is a key in PEM or SSH form: accepted are 32 to 1024 random bytes")]
    PublicAsSecret,
    /// Not a P-256 scalar.
    #[error("ES256 private key: accepted are 32 bytes, a number below the order of P-256 and not 0")]
    EcPrivate,
    /// Not a P-256 point.
    #[error("ES256 public key: accepted is a point of P-256 in SEC1 form, 33 or 65 bytes")]
    EcPublic,
    /// Not an Ed25519 seed.
    #[error("EdDSA private key: accepted are the 32 bytes of an Ed25519 seed")]
    EdPrivate,
    /// Not an Ed25519 point, or one of small order.
    #[error("EdDSA public key: accepted are the 32 bytes of an Ed25519 point that is not of small order")]
    EdPublic,
    /// An id that is not accepted.
    #[error("key id of {bytes} bytes: accepted are 1 to 64 of A-Z a-z 0-9 _ . -")]
    Id {
        /// The refused length.
        bytes: usize,
    },
}
