//! A ledger in an SQLite file: transactions over its rows.
//!
//! `file` opens and recognises one, `migration` brings an older one to today's `tables`; `rows` has the
//! operations, `find` searches, `check` reads the indexes.

use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior};
use voxguard_core::ledger::LedgerKey;

use crate::error::StoreError;
use crate::location::{Identity, Location};
use crate::rows::{Backend, Job};

mod check;
pub(crate) mod file;
mod find;
mod migration;
mod rows;
mod tables;

/// Reading connections that are kept for the next reader.
const IDLE_READERS: usize = 4;

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// One SQLite file.
pub(crate) struct Sqlite {
    location: Location,
    /// Which file was opened.
    identity: Option<Identity>,
    connection: Mutex<Connection>,
    /// Of its tables.
    schema: i64,
    /// Reading connections that nobody uses now. A ledger in memory has none: its one connection is all.
    idle: Mutex<Vec<Connection>>,
}

impl Sqlite {
    /// Opens the ledger of this key, or makes a new one where nothing lies.
    pub fn open(location: Location, key: &LedgerKey) -> Result<Arc<dyn Backend>, StoreError> {
        let connection = file::open(&location, key)?;
        Ok(Arc::new(Self::new(location, connection, tables::SCHEMA)))
    }

    /// Opens a ledger that is there, whosever it is, for reading alone.
    pub fn open_any(location: Location) -> Result<Arc<dyn Backend>, StoreError> {
        let (connection, schema) = file::open_any(&location)?;
        Ok(Arc::new(Self::new(location, connection, schema)))
    }

    fn new(location: Location, connection: Connection, schema: i64) -> Self {
        let identity = location.file().and_then(Identity::of);
        Self { location, identity, connection: Mutex::new(connection), schema, idle: Mutex::default() }
    }

    /// Makes sure that the open file is the one at its path: SQLite would go on with a file that nobody
    /// can find any more.
    fn check_place(&self) -> Result<(), StoreError> {
        match self.location.file().and_then(Identity::of) == self.identity {
            true => Ok(()),
            false => Err(StoreError::Replaced { path: self.location.to_string() }),
        }
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.location, error)
    }

    /// Runs the job over one snapshot.
    fn snapshot(&self, job: &mut dyn FnMut(&mut Inside<'_>) -> Result<()>) -> Result<()> {
        let mut snapshot = |connection: &mut Connection| {
            let transaction = connection.transaction().map_err(|error| self.failed(&error))?;
            job(&mut Inside { connection: &transaction, location: &self.location, schema: self.schema })
        };
        if self.location.file().is_none() {
            let mut only = self.connection.lock();
            return snapshot(&mut only);
        }
        self.check_place()?;
        let idle = self.idle.lock().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => file::reader(&self.location)?,
        };
        let result = snapshot(&mut connection);
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        result
    }
}

impl Backend for Sqlite {
    fn location(&self) -> &Location {
        &self.location
    }

    fn read(&self, job: Job<'_>) -> Result<(), StoreError> {
        self.snapshot(&mut |inside| job(inside))
    }

    fn write(&self, job: Job<'_>) -> Result<(), StoreError> {
        let failed = |error: rusqlite::Error| self.failed(&error);
        let mut connection = self.connection.lock();
        self.check_place()?;
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(failed)?;
        job(&mut Inside { connection: &transaction, location: &self.location, schema: self.schema })?;
        transaction.commit().map_err(failed)
    }

    fn scrub(&self) -> Result<(), StoreError> {
        // What was deleted is overwritten in the file (`secure_delete`), but old pages stand in the log
        // until it is copied back and cut to nothing.
        let connection = self.connection.lock();
        let cut = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        match cut.map_err(|error| self.failed(&error))? {
            0 => Ok(()),
            // A reader still needs the log.
            _ => Err(StoreError::Locked {
                path: self.location.to_string(),
                waited_ms: self.location.patience().as_millis() as u64,
            }),
        }
    }

    fn check_pages(&self) -> Result<Option<String>> {
        let mut found: Option<String> = None;
        self.snapshot(&mut |inside| {
            // Pages and cells of all tables; of those that are small also whether their indexes lead to what
            // there is. Of the entries [`Rows::check_indexes`] tells that faster.
            for check in ["quick_check(1)", "integrity_check(subject)", "integrity_check(attachment)"] {
                let told: Option<String> = inside.one(&format!("PRAGMA {check}"), [], |row| row.get(0))?;
                found = found.take().or(told.filter(|told| told != "ok"));
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        let connection = self.connection.lock();
        let limited =
            connection.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0));
        limited.map(|_| ()).map_err(|error| self.failed(&error))
    }
}

/// The rows, inside a transaction.
struct Inside<'a> {
    connection: &'a Connection,
    schema: i64,
    location: &'a Location,
}

impl Inside<'_> {
    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sqlite(self.location, error)
    }

    fn execute(&self, sql: &str, params: impl rusqlite::Params) -> Result<()> {
        let run = |sql| self.connection.prepare_cached(sql)?.execute(params);
        run(sql).map(|_| ()).map_err(|error| self.failed(&error))
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let run = |sql| -> rusqlite::Result<Vec<T>> {
            self.connection.prepare_cached(sql)?.query_map(params, read)?.collect()
        };
        run(sql).map_err(|error| self.failed(&error))
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let run = |sql| self.connection.prepare_cached(sql)?.query_row(params, read).optional();
        run(sql).map_err(|error| self.failed(&error))
    }

    /// Visits rows until the visitor answers no; gives its last answer.
    fn scan(&self, sql: &str, visit: &mut dyn FnMut(&Row<'_>) -> rusqlite::Result<bool>) -> Result<bool> {
        let mut run = || -> rusqlite::Result<bool> {
            let mut statement = self.connection.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if !visit(row)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        run().map_err(|error| StoreError::sqlite(self.location, &error))
    }
}

/// The bytes of a value, if it has any: the tables hold nothing else where we ask for bytes.
fn blob<'a>(value: ValueRef<'a>) -> Option<&'a [u8]> {
    match value {
        ValueRef::Blob(bytes) => Some(bytes),
        _ => None,
    }
}
