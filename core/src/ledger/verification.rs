//! What verifying a ledger ends in: a verdict, and the first fault.

use std::fmt;

use serde::Serialize;

/// The verdict on a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Nothing is wrong.
    pub intact: bool,
    /// Entries that were found intact, up to the first fault.
    pub entries: u64,
    /// Size of the checkpoint that the ledger was held against. `None`: the chain alone was checked,
    /// which cannot notice that an older copy of the whole ledger was put back.
    pub checkpoint: Option<u64>,
    /// The first fault.
    pub fault: Option<Fault>,
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.fault, self.checkpoint) {
            (Some(fault), _) => write!(f, "not intact: {fault}"),
            (None, Some(size)) => {
                write!(f, "intact: {} entries, in agreement with the checkpoint over {size}", self.entries)
            }
            (None, None) => write!(
                f,
                "intact: {} entries (the chain alone: without a checkpoint an older copy put back is not noticed)",
                self.entries
            ),
        }
    }
}

/// What is wrong with a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The entry, where the fault lies in one.
    pub seq: Option<u64>,
    /// What sort of fault.
    pub kind: FaultKind,
    /// A plain sentence.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Sorts of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FaultKind {
    /// Entries are missing.
    Missing,
    /// An entry is out of order.
    Order,
    /// A record was changed.
    Record,
    /// A leaf hash was changed.
    Leaf,
    /// An entry does not continue the chain.
    Chain,
    /// An authentic record cannot be read by this build.
    Unreadable,
    /// What an entry is found by is not what its record says.
    Index,
    /// The stored tail was changed, or does not belong to the entries.
    Tail,
    /// The end was cut off, or an older copy put back.
    Cut,
    /// The past is not the one that the checkpoint speaks of.
    Fork,
    /// An entry is empty without a purge, or back after one.
    Purge,
    /// An entry says that it is older than the checkpoint that was made before it.
    Clock,
    /// What lies sealed beside an entry was changed, is missing, or is not whose it should be.
    Attachment,
    /// What is kept of a person was changed.
    Subject,
    /// A tile of the tree was changed: proofs cannot be made.
    Tile,
    /// The store could not read on.
    Storage,
}
