//! Keys that seal, and the ring they are kept on.

use std::fmt;

use crate::key::{Key, KeyError, KeyId};
use crate::seal::SealError;

/// A key that seals. Zeroised when dropped; printed, it shows its public id only.
#[derive(Clone, PartialEq, Eq)]
pub struct SealKey(Key);

impl SealKey {
    /// Length in bytes.
    pub const BYTES: usize = Key::BYTES;

    /// A key of these bytes, which must be 32 and should come from a generator fit for keys.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Key::from_bytes(bytes).map(Self)
    }

    /// The sealing key that belongs to a guard's [`Key`]: one secret to keep instead of two.
    pub fn of(key: &Key) -> Self {
        Self(key.subkey("voxguard/v1/seal"))
    }

    /// The public name: says which key, and nothing about it.
    pub fn id(&self) -> KeyId {
        self.0.id()
    }

    /// The key's bytes: handle with care.
    pub fn expose(&self) -> &[u8; Self::BYTES] {
        self.0.expose()
    }

    /// What each use encrypts with: a key of its own for records, and for every stream.
    pub(super) fn secret(&self, purpose: &str, about: &[u8]) -> zeroize::Zeroizing<[u8; 32]> {
        self.0.mac(&[b"voxguard/v1/seal/", purpose.as_bytes(), b"\0", about])
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey(id {})", self.id())
    }
}

/// The key that seals now, and retired ones that still open.
#[derive(Debug, Clone)]
pub struct KeyRing {
    active: SealKey,
    retired: Vec<SealKey>,
}

impl KeyRing {
    /// Most keys of a ring.
    pub const MAX_KEYS: usize = 64;

    /// A ring of one key.
    pub fn new(active: SealKey) -> Self {
        Self { active, retired: Vec::new() }
    }

    /// A ring that seals with `active` and opens with all.
    pub fn with_retired(active: SealKey, retired: Vec<SealKey>) -> Result<Self, SealError> {
        if retired.len() >= Self::MAX_KEYS {
            return Err(SealError::RingSize { keys: retired.len() + 1 });
        }
        Ok(Self { active, retired })
    }

    /// Seals with `next` from now on; the key until now is retired and goes on opening.
    pub fn rotate(&mut self, next: SealKey) -> Result<(), SealError> {
        if self.retired.len() + 1 >= Self::MAX_KEYS {
            return Err(SealError::RingSize { keys: self.retired.len() + 2 });
        }
        let before = std::mem::replace(&mut self.active, next);
        self.retired.push(before);
        Ok(())
    }

    /// Takes a retired key away: what it sealed can no longer be opened. Whether it was there.
    pub fn drop_retired(&mut self, id: KeyId) -> bool {
        let before = self.retired.len();
        self.retired.retain(|key| key.id() != id);
        self.retired.len() < before
    }

    /// The key that seals.
    pub fn active(&self) -> &SealKey {
        &self.active
    }

    /// The key of this name.
    pub fn find(&self, id: KeyId) -> Result<&SealKey, SealError> {
        let mut all = std::iter::once(&self.active).chain(&self.retired);
        all.find(|key| key.id() == id).ok_or(SealError::UnknownKey { key: id })
    }
}
