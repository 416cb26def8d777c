//! Every statement that touches entries.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params, Row, TransactionBehavior};
use voxguard_core::ledger::{self, LedgerKey, Record, StoredRecord, Tail, Verification, Verifier};

use crate::error::{StoreError, reason};
use crate::location::{Identity, Location};

/// A record on its way into the ledger: its bytes and what it is found by.
pub(crate) struct Draft {
    pub record: Vec<u8>,
    pub mark: Option<u32>,
    pub subject: Option<[u8; 32]>,
    pub time_ms: u64,
}

impl Draft {
    pub fn new(record: &Record) -> Result<Self, StoreError> {
        Ok(Self {
            record: record.encode()?,
            mark: record.mark().map(|mark| mark.value()),
            subject: record.subject().copied(),
            time_ms: record.time_ms,
        })
    }
}

/// The entries of one database, under one key.
pub(crate) struct Entries {
    pub location: Location,
    pub key: LedgerKey,
    /// Which file was opened.
    pub identity: Option<Identity>,
}

/// What [`Entries::read`] needs of an entry: among it the MAC of the one before it.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.seq, e.record, e.mac, (SELECT p.mac FROM entry AS p WHERE p.seq = e.seq - 1) ",
            "FROM entry AS e ",
            $rest
        )
    };
}

impl Entries {
    /// Appends the drafts in one transaction, or none of them. Returns the number of the first.
    pub fn append(&self, connection: &mut Connection, drafts: &mut [Draft]) -> Result<u64, StoreError> {
        self.check_place()?;
        let failed = |error: rusqlite::Error| self.failed(&error);
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(failed)?;
        // Other handles and processes append too: only under the lock is it known where the ledger ends.
        let mut tail = self.tail(&transaction)?;
        let first = tail.len() + 1;
        let sql = "INSERT INTO entry (seq, record, leaf, mac, mark, subject, time_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut insert = transaction.prepare_cached(sql).map_err(failed)?;
        for draft in drafts {
            let entry = tail.append_encoded(&self.key, std::mem::take(&mut draft.record));
            let subject = draft.subject.as_ref().map(|tag| tag.as_slice());
            let row = (
                entry.seq as i64,
                entry.record,
                entry.leaf.as_slice(),
                entry.mac.as_slice(),
                draft.mark,
                subject,
                draft.time_ms as i64,
            );
            insert.execute(row).map_err(failed)?;
        }
        drop(insert);
        transaction.execute("UPDATE ledger SET tail = ?1", [tail.encode(&self.key)]).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(first)
    }

    /// Where the ledger ends; an error if its last entry is not the one that it should end with.
    pub fn tail(&self, connection: &Connection) -> Result<Tail, StoreError> {
        let failed = |error: rusqlite::Error| self.failed(&error);
        let stored = self.stored_tail(connection).map_err(failed)?;
        let tail = Tail::decode(&self.key, &stored).map_err(|error| self.corrupt(error.to_string()))?;
        let sql = "SELECT seq, mac FROM entry ORDER BY seq DESC LIMIT 1";
        let last =
            connection.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)));
        let (seq, mac) = last.optional().map_err(failed)?.unwrap_or((0, vec![0; 32]));
        match u64::try_from(seq) == Ok(tail.len()) && mac == tail.mac() {
            true => Ok(tail),
            false => Err(self.corrupt(format!(
                "its last entry is {seq}, while {} were written: its end was cut off or changed",
                tail.len()
            ))),
        }
    }

    /// Number of the last entry.
    pub fn len(&self, connection: &Connection) -> Result<u64, StoreError> {
        let len =
            connection.query_row("SELECT coalesce(max(seq), 0) FROM entry", [], |row| row.get::<_, i64>(0));
        let len = len.map_err(|error| self.failed(&error))?;
        u64::try_from(len).map_err(|_| self.corrupt(format!("its last entry has the number {len}")))
    }

    pub fn get(&self, connection: &Connection, seq: u64) -> Result<Option<StoredRecord>, StoreError> {
        // No entry has a number that SQLite cannot hold.
        let Ok(seq) = i64::try_from(seq) else { return Ok(None) };
        Ok(self.read(connection, select!("WHERE e.seq = ?1"), [seq])?.pop())
    }

    /// Entries behind `after`, in order.
    pub fn page(
        &self,
        connection: &Connection,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let Ok(after) = i64::try_from(after) else { return Ok(Vec::new()) };
        self.read(connection, select!("WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2"), (after, limit))
    }

    /// Entries with this mark, the newest first.
    pub fn with_mark(
        &self,
        connection: &Connection,
        mark: u32,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let sql = select!("WHERE e.mark = ?1 ORDER BY e.seq DESC LIMIT ?2");
        let found = self.read(connection, sql, (mark, limit))?;
        self.all(found, |record| record.mark().is_some_and(|id| id.value() == mark))
    }

    /// Entries with this subject tag, the newest first.
    pub fn with_subject(
        &self,
        connection: &Connection,
        tag: &[u8; 32],
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let sql = select!("WHERE e.subject = ?1 ORDER BY e.seq DESC LIMIT ?2");
        let found = self.read(connection, sql, (tag.as_slice(), limit))?;
        self.all(found, |record| record.subject() == Some(tag))
    }

    /// What an index led to must be what it was asked for.
    fn all(
        &self,
        found: Vec<StoredRecord>,
        is: impl Fn(&Record) -> bool,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        match found.iter().find(|stored| !is(&stored.record)) {
            Some(stored) => {
                Err(self.corrupt(format!("an index leads to entry {}, which it should not", stored.seq)))
            }
            None => Ok(found),
        }
    }

    /// Reads entries, each checked against its MAC.
    fn read<P: Params>(
        &self,
        connection: &Connection,
        sql: &str,
        params: P,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let failed = |error: rusqlite::Error| self.failed(&error);
        let mut statement = connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(self.stored(row)?);
        }
        Ok(found)
    }

    fn stored(&self, row: &Row<'_>) -> Result<StoredRecord, StoreError> {
        let failed = |error: rusqlite::Error| self.failed(&error);
        let number: i64 = row.get(0).map_err(failed)?;
        let (record, mac) = (row.get_ref(1).map_err(failed)?, row.get_ref(2).map_err(failed)?);
        let (record, mac) = (blob(record).unwrap_or_default(), blob(mac).unwrap_or_default());
        let seq = u64::try_from(number).unwrap_or_default();
        let previous: Option<[u8; 32]> = match seq {
            1 => Some([0; 32]),
            _ => blob(row.get_ref(3).map_err(failed)?).and_then(|mac| mac.try_into().ok()),
        };
        let authentic =
            previous.is_some_and(|mac_before| ledger::authentic(&self.key, seq, &mac_before, record, mac));
        if !authentic {
            return Err(self.corrupt(format!("entry {number}, or the one before it, was changed")));
        }
        let record = Record::decode(record);
        let record =
            record.map_err(|error| self.corrupt(format!("entry {number} cannot be read: {error}")))?;
        Ok(StoredRecord { seq, record })
    }

    /// Reads every entry in one snapshot, and says whether all is as it was written.
    pub fn verify(
        &self,
        connection: &mut Connection,
        mut verifier: Verifier<'_>,
    ) -> Result<Verification, StoreError> {
        let snapshot = connection.transaction().map_err(|error| self.failed(&error))?;
        let mut tail = Vec::new();
        match self.feed(&snapshot, &mut verifier, &mut tail) {
            Ok(()) => {}
            // That the file is damaged is an answer. That it cannot be reached is none.
            Err(error) => match self.failed(&error) {
                StoreError::Corrupt { .. } | StoreError::NotLedger { .. } => {
                    verifier.unreadable(&reason(&error))
                }
                other => return Err(other),
            },
        }
        Ok(verifier.finish(&tail))
    }

    fn feed(
        &self,
        snapshot: &Connection,
        verifier: &mut Verifier<'_>,
        tail: &mut Vec<u8>,
    ) -> Result<(), rusqlite::Error> {
        *tail = self.stored_tail(snapshot)?;
        let sql = "SELECT seq, record, leaf, mac, mark, subject, time_ms FROM entry ORDER BY seq";
        let mut statement = snapshot.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let well = verifier.feed(&ledger::Row {
                seq: row.get(0)?,
                record: blob(row.get_ref(1)?).unwrap_or_default(),
                leaf: blob(row.get_ref(2)?).unwrap_or_default(),
                mac: blob(row.get_ref(3)?).unwrap_or_default(),
                mark: row.get(4)?,
                subject: blob(row.get_ref(5)?),
                time_ms: row.get(6)?,
            });
            if !well {
                return Ok(());
            }
        }
        // The rows are as they were; are they also found by the indexes?
        let found: String = snapshot.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            verifier.unreadable(&found);
        }
        Ok(())
    }

    /// Makes sure that the open file is the one at its path: SQLite would go on with a file that nobody
    /// can find any more.
    pub fn check_place(&self) -> Result<(), StoreError> {
        match self.location.file().and_then(Identity::of) == self.identity {
            true => Ok(()),
            false => Err(StoreError::Replaced { path: self.location.to_string() }),
        }
    }

    fn stored_tail(&self, connection: &Connection) -> Result<Vec<u8>, rusqlite::Error> {
        let tail = connection.query_row("SELECT tail FROM ledger", [], |row| row.get(0)).optional()?;
        Ok(tail.unwrap_or_default())
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.location, error)
    }

    fn corrupt(&self, reason: String) -> StoreError {
        StoreError::corrupt(&self.location, reason)
    }
}

/// The bytes of a value, if it has any: the tables hold nothing else where we ask for bytes.
fn blob<'a>(value: ValueRef<'a>) -> Option<&'a [u8]> {
    match value {
        ValueRef::Blob(bytes) => Some(bytes),
        _ => None,
    }
}
