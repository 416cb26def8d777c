//! The handle.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use voxguard_core::id::{MarkId, SubjectId};
use voxguard_core::key::Key;
use voxguard_core::ledger::{Checkpoint, LedgerKey, Record, StoredRecord, Verification, Verifier};

use crate::entry::{Draft, Entries};
use crate::error::StoreError;
use crate::file;
use crate::location::{Identity, Location};
use crate::writer::{Desk, Writer};

/// Reading connections that are kept for the next reader.
const IDLE_READERS: usize = 4;

/// A ledger on disk. Clones are the same ledger; any number of threads may use it.
///
/// Dropping the last clone ends the writer's thread and closes the file.
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    /// First, so that it is dropped first: the writer ends before the file closes.
    writer: Writer,
    entries: Arc<Entries>,
    connection: Arc<Mutex<Connection>>,
    /// Reading connections that nobody uses now. A ledger in memory has none: its one connection is all.
    idle: Mutex<Vec<Connection>>,
}

impl Ledger {
    /// Most records that a search or a page returns.
    pub const MAX_FOUND: u32 = 1000;

    /// Opens the ledger at `url`, which belongs to `key`, or makes a new one where nothing lies.
    ///
    /// | url | what |
    /// |---|---|
    /// | `sqlite:///voxguard.db` | a file in the current folder |
    /// | `sqlite:////var/lib/voxguard.db` | a file by its absolute path |
    /// | `sqlite:///voxguard.db?busy_timeout_ms=200` | waits 200 ms for somebody else's lock, not 5 s |
    /// | `sqlite::memory:` | memory, gone with the last clone |
    pub fn open(url: &str, key: &Key) -> Result<Self, StoreError> {
        let location = Location::parse(url)?;
        let key = LedgerKey::new(key);
        let connection = Arc::new(Mutex::new(file::open(&location, &key)?));
        let identity = location.file().and_then(Identity::of);
        let entries = Arc::new(Entries { location, key, identity });
        let desk = Desk { entries: Arc::clone(&entries), connection: Arc::clone(&connection) };
        let writer = Writer::start(desk).map_err(|error| StoreError::io(&entries.location, &error))?;
        Ok(Self { inner: Arc::new(Inner { writer, entries, connection, idle: Mutex::default() }) })
    }

    /// Appends a record and returns its number, from 1, once it is on disk. Blocks for the disk.
    ///
    /// On error the record is not in the ledger, save when the disk failed while it was synced
    /// ([`StoreError::Io`]): then it may appear after a crash, once, under the id it was given.
    pub fn append(&self, record: &Record) -> Result<u64, StoreError> {
        self.inner.writer.append(Draft::new(record)?, &self.inner.entries.location)
    }

    /// Entries of the ledger.
    pub fn len(&self) -> Result<u64, StoreError> {
        self.inner.read(|entries, connection| entries.len(connection))
    }

    /// Says whether the ledger has no entry.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.len()? == 0)
    }

    /// The record with this number, from 1.
    pub fn get(&self, seq: u64) -> Result<Option<StoredRecord>, StoreError> {
        self.inner.read(|entries, connection| entries.get(connection, seq))
    }

    /// Records behind the number `after` (0: from the first), in order, `limit` at most, and never more
    /// than [`Ledger::MAX_FOUND`].
    pub fn page(&self, after: u64, limit: u32) -> Result<Vec<StoredRecord>, StoreError> {
        let limit = limit.min(Self::MAX_FOUND);
        self.inner.read(|entries, connection| entries.page(connection, after, limit))
    }

    /// Records whose audio carries this mark, the newest first, [`Ledger::MAX_FOUND`] at most.
    pub fn find_mark(&self, mark: MarkId) -> Result<Vec<StoredRecord>, StoreError> {
        self.inner.read(|entries, connection| entries.with_mark(connection, mark.value(), Self::MAX_FOUND))
    }

    /// Records of this subject, the newest first, [`Ledger::MAX_FOUND`] at most.
    pub fn find_subject(&self, subject: &SubjectId) -> Result<Vec<StoredRecord>, StoreError> {
        let tag = self.inner.entries.key.subject_tag(subject);
        self.inner.read(|entries, connection| entries.with_subject(connection, &tag, Self::MAX_FOUND))
    }

    /// A signed statement of the ledger's size and root, to be kept elsewhere; `now_ms` is the time in
    /// milliseconds since 1970. See [`voxguard_core::ledger::checkpoint`].
    pub fn checkpoint(&self, now_ms: u64) -> Result<String, StoreError> {
        let tail = self.inner.read(|entries, connection| entries.tail(connection))?;
        Ok(Checkpoint::new(&self.inner.entries.key, &tail, Some(now_ms / 1000)).sign(&self.inner.entries.key))
    }

    /// Reads every entry and says whether the ledger is as it was written; with a checkpoint of this
    /// ledger also whether it still has the past that the checkpoint speaks of.
    ///
    /// Takes time in proportion to the ledger and little memory; others may append meanwhile (to a ledger
    /// in memory they wait). A damaged file is an answer; an error means that there is none.
    pub fn verify(&self, checkpoint: Option<&str>) -> Result<Verification, StoreError> {
        let key = &self.inner.entries.key;
        let verified = checkpoint.map(|note| Checkpoint::verify(note, &key.verifying_key()));
        let checkpoint = verified.transpose()?;
        self.inner
            .read(|entries, connection| entries.verify(connection, Verifier::new(key, checkpoint.as_ref())))
    }

    /// The public key that checkpoints of this ledger are verified with, as C2SP vkey text.
    pub fn verifying_key(&self) -> String {
        self.inner.entries.key.verifying_key().to_string()
    }

    /// The ledger's secrets: what commits to texts and subjects.
    pub fn key(&self) -> &LedgerKey {
        &self.inner.entries.key
    }

    /// Lets the file grow to this many pages only, as if the disk ended there: for tests of a full disk,
    /// where no small disk can be had.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        let connection = self.inner.connection.lock();
        let limited =
            connection.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0));
        limited.map(|_| ()).map_err(|error| StoreError::sqlite(&self.inner.entries.location, &error))
    }
}

impl Inner {
    fn read<T>(
        &self,
        operation: impl FnOnce(&Entries, &mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let entries = &*self.entries;
        if entries.location.file().is_none() {
            return operation(entries, &mut self.connection.lock());
        }
        entries.check_place()?;
        let idle = self.idle.lock().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => file::reader(&entries.location)?,
        };
        let result = operation(entries, &mut connection);
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        result
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ledger({}, {:?})", self.inner.entries.location, self.inner.entries.key)
    }
}
