//! A ledger in an SQLite file: the rows, and transactions over them.

use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, TransactionBehavior, params};
use voxguard_core::ledger::{self, LedgerKey};

use crate::error::StoreError;
use crate::file;
use crate::index::Indexed;
use crate::location::{Identity, Location};
use crate::rows::{AgedRow, AttachmentRow, Backend, EntryRow, Job, Param, Rows, Select, SubjectRow, TileRow};

/// Reading connections that are kept for the next reader.
const IDLE_READERS: usize = 4;

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// One SQLite file.
pub(crate) struct Sqlite {
    location: Location,
    /// Which file was opened.
    identity: Option<Identity>,
    connection: Mutex<Connection>,
    /// Reading connections that nobody uses now. A ledger in memory has none: its one connection is all.
    idle: Mutex<Vec<Connection>>,
}

impl Sqlite {
    /// Opens the ledger of this key, or makes a new one where nothing lies.
    pub fn open(location: Location, key: &LedgerKey) -> Result<Arc<dyn Backend>, StoreError> {
        let connection = file::open(&location, key)?;
        Ok(Arc::new(Self::new(location, connection)))
    }

    /// Opens a ledger that is there, whosever it is, for reading alone.
    pub fn open_any(location: Location) -> Result<Arc<dyn Backend>, StoreError> {
        let connection = file::open_any(&location)?;
        Ok(Arc::new(Self::new(location, connection)))
    }

    fn new(location: Location, connection: Connection) -> Self {
        let identity = location.file().and_then(Identity::of);
        Self { location, identity, connection: Mutex::new(connection), idle: Mutex::default() }
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
            job(&mut Inside { connection: &transaction, location: &self.location })
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
        job(&mut Inside { connection: &transaction, location: &self.location })?;
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
}

impl Rows for Inside<'_> {
    fn tail(&mut self) -> Result<Vec<u8>> {
        Ok(self.one("SELECT tail FROM ledger", [], |row| row.get(0))?.unwrap_or_default())
    }

    fn set_tail(&mut self, tail: &[u8]) -> Result<()> {
        self.execute("UPDATE ledger SET tail = ?1", [tail])
    }

    fn last(&mut self) -> Result<Option<(i64, Vec<u8>)>> {
        let sql = "SELECT seq, mac FROM entry ORDER BY seq DESC LIMIT 1";
        self.one(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    fn select(&mut self, select: &Select) -> Result<Vec<EntryRow>> {
        let (sql, params) = select.sql("entry", '?');
        let params: Vec<&dyn ToSql> = params
            .iter()
            .map(|param| match param {
                Param::Int(number) => number as &dyn ToSql,
                Param::Bytes(bytes) => bytes as &dyn ToSql,
            })
            .collect();
        self.all(&sql, params.as_slice(), |row| {
            Ok(EntryRow {
                seq: row.get(0)?,
                record: row.get(1)?,
                leaf: row.get(2)?,
                mac: row.get(3)?,
                kind: row.get(4)?,
                mark: row.get(5)?,
                subject: row.get(6)?,
                content: row.get(7)?,
                time_ms: row.get(8)?,
                previous: row.get(9)?,
            })
        })
    }

    fn span(&mut self, from_ms: i64, until_ms: i64) -> Result<Option<(i64, i64)>> {
        let sql =
            "SELECT min(seq), max(seq) FROM entry INDEXED BY entry_time WHERE time_ms >= ?1 AND time_ms < ?2";
        let span: Option<(Option<i64>, Option<i64>)> =
            self.one(sql, [from_ms, until_ms], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(span.and_then(|(first, last)| first.zip(last)))
    }

    fn each(&mut self, visit: &mut dyn FnMut(&ledger::Row<'_>) -> bool) -> Result<()> {
        let sql =
            "SELECT seq, record, leaf, mac, kind, mark, subject, content, time_ms FROM entry ORDER BY seq";
        let mut run = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let well = visit(&ledger::Row {
                    seq: row.get(0)?,
                    record: blob(row.get_ref(1)?).unwrap_or_default(),
                    leaf: blob(row.get_ref(2)?).unwrap_or_default(),
                    mac: blob(row.get_ref(3)?).unwrap_or_default(),
                    kind: row.get(4)?,
                    mark: row.get(5)?,
                    subject: blob(row.get_ref(6)?),
                    content: row.get(7)?,
                    time_ms: row.get(8)?,
                });
                if !well {
                    break;
                }
            }
            Ok(())
        };
        run().map_err(|error| StoreError::sqlite(self.location, &error))
    }

    fn each_mark(&mut self, visit: &mut dyn FnMut(u32)) -> Result<()> {
        let mut run = || -> rusqlite::Result<()> {
            let sql = "SELECT mark FROM entry WHERE mark IS NOT NULL";
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                // A mark that is none is the verifier's to find.
                if let Ok(mark) = u32::try_from(row.get::<_, i64>(0)?) {
                    visit(mark);
                }
            }
            Ok(())
        };
        run().map_err(|error| StoreError::sqlite(self.location, &error))
    }

    fn aged(&mut self, kinds: &[i64], before_ms: i64, after: i64, limit: u32) -> Result<Vec<AgedRow>> {
        let kinds: Vec<String> = kinds.iter().map(i64::to_string).collect();
        let sql = format!(
            "SELECT seq, time_ms, subject FROM entry WHERE kind IN ({}) AND time_ms < ?1 AND seq > ?2 \
             ORDER BY seq LIMIT {limit}",
            kinds.join(", ")
        );
        self.all(&sql, [before_ms, after], aged)
    }

    fn leaves(&mut self, from: i64, count: i64) -> Result<Vec<Vec<u8>>> {
        let sql = "SELECT leaf FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
        self.all(sql, [from, from.saturating_add(count)], |row| row.get(0))
    }

    fn insert(&mut self, entries: &[EntryRow]) -> Result<()> {
        let sql = "INSERT INTO entry (seq, record, leaf, mac, kind, mark, subject, content, time_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let run = || -> rusqlite::Result<()> {
            let mut insert = self.connection.prepare_cached(sql)?;
            for e in entries {
                let row =
                    params![e.seq, e.record, e.leaf, e.mac, e.kind, e.mark, e.subject, e.content, e.time_ms];
                insert.execute(row)?;
            }
            Ok(())
        };
        run().map_err(|error| self.failed(&error))
    }

    fn empty(&mut self, first: i64, last: i64) -> Result<()> {
        let sql = "UPDATE entry SET record = x'', kind = 0, mark = NULL, subject = NULL, content = NULL, \
                   time_ms = 0 WHERE seq >= ?1 AND seq <= ?2";
        self.execute(sql, [first, last])
    }

    fn tiles(&mut self, level: i64, from: i64, count: i64) -> Result<Vec<Vec<u8>>> {
        let sql = "SELECT hash FROM tile WHERE level = ?1 AND place >= ?2 AND place < ?3 ORDER BY place";
        self.all(sql, [level, from, from.saturating_add(count)], |row| row.get(0))
    }

    fn insert_tiles(&mut self, tiles: &[TileRow]) -> Result<()> {
        tiles.iter().try_for_each(|tile| {
            let sql = "INSERT INTO tile (level, place, hash) VALUES (?1, ?2, ?3)";
            self.execute(sql, params![tile.level, tile.index, tile.hash.as_slice()])
        })
    }

    fn subject(&mut self, tag: &[u8]) -> Result<Option<SubjectRow>> {
        self.one("SELECT tag, pseudonym, sealed FROM subject WHERE tag = ?1", [tag], subject)
    }

    fn subjects_tagged(&mut self, tags: &[&[u8]]) -> Result<Vec<SubjectRow>> {
        let mut found = Vec::with_capacity(tags.len());
        for tag in tags {
            found.extend(self.subject(tag)?);
        }
        Ok(found)
    }

    fn subject_named(&mut self, pseudonym: &[u8]) -> Result<Option<SubjectRow>> {
        self.one("SELECT tag, pseudonym, sealed FROM subject WHERE pseudonym = ?1", [pseudonym], subject)
    }

    fn subjects(&mut self, after: &[u8], limit: u32) -> Result<Vec<SubjectRow>> {
        let sql = "SELECT tag, pseudonym, sealed FROM subject WHERE tag > ?1 ORDER BY tag LIMIT ?2";
        self.all(sql, params![after, limit], subject)
    }

    fn put_subject(&mut self, row: &SubjectRow) -> Result<()> {
        let sql = "INSERT INTO subject (tag, pseudonym, sealed) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (tag) DO UPDATE SET pseudonym = excluded.pseudonym, sealed = excluded.sealed";
        self.execute(sql, params![row.tag, row.pseudonym, row.sealed])
    }

    fn delete_subject(&mut self, tag: &[u8]) -> Result<()> {
        self.execute("DELETE FROM subject WHERE tag = ?1", [tag])
    }

    fn attachment(&mut self, seq: i64) -> Result<Option<AttachmentRow>> {
        let sql = "SELECT seq, category, time_ms, subject, sealed FROM attachment WHERE seq = ?1";
        self.one(sql, [seq], |row| {
            Ok(AttachmentRow {
                seq: row.get(0)?,
                category: row.get(1)?,
                time_ms: row.get(2)?,
                subject: row.get(3)?,
                sealed: row.get(4)?,
            })
        })
    }

    fn put_attachment(&mut self, row: &AttachmentRow) -> Result<()> {
        let sql =
            "INSERT INTO attachment (seq, category, time_ms, subject, sealed) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.execute(sql, params![row.seq, row.category, row.time_ms, row.subject, row.sealed])
    }

    fn delete_attachment(&mut self, seq: i64) -> Result<()> {
        self.execute("DELETE FROM attachment WHERE seq = ?1", [seq])
    }

    fn attachments_of(&mut self, subject: &[u8]) -> Result<Vec<i64>> {
        self.all("SELECT seq FROM attachment WHERE subject = ?1 ORDER BY seq", [subject], |row| row.get(0))
    }

    fn aged_attachments(
        &mut self,
        category: i64,
        before_ms: i64,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AgedRow>> {
        let sql = "SELECT seq, time_ms, subject FROM attachment WHERE category = ?1 AND time_ms < ?2 AND seq > ?3 \
                   ORDER BY seq LIMIT ?4";
        self.all(sql, params![category, before_ms, after, limit], aged)
    }

    fn check_indexes(&mut self, indexed: &Indexed) -> Result<Option<String>> {
        for (name, expected) in
            [("mark", indexed.mark), ("content", indexed.content), ("time_ms", indexed.time)]
        {
            let index = if name == "time_ms" { "time" } else { name };
            let sql = format!(
                "SELECT {name}, seq FROM entry INDEXED BY entry_{index} WHERE {name} IS NOT NULL ORDER BY {name}, seq"
            );
            let (mut read, mut last) = (indexed.read(), None);
            let ordered = self.scan(&sql, &mut |row| {
                let entry: (i64, i64) = (row.get(0)?, row.get(1)?);
                read.take(entry);
                Ok(last.replace(entry).is_none_or(|last| last < entry))
            })?;
            if !ordered || !read.is(expected) {
                return Ok(Some(differs(index)));
            }
        }
        let sql = "SELECT subject, kind, seq FROM entry INDEXED BY entry_subject WHERE subject IS NOT NULL \
                   ORDER BY subject, kind, seq";
        let (mut read, mut last) = (indexed.read(), (Vec::new(), i64::MIN, i64::MIN));
        let ordered = self.scan(sql, &mut |row| {
            let subject = blob(row.get_ref(0)?).unwrap_or_default();
            let (kind, seq): (i64, i64) = (row.get(1)?, row.get(2)?);
            read.take((subject, kind, seq));
            let ordered = (last.0.as_slice(), last.1, last.2) < (subject, kind, seq);
            last.0.clear();
            last.0.extend_from_slice(subject);
            (last.1, last.2) = (kind, seq);
            Ok(ordered)
        })?;
        Ok((!ordered || !read.is(indexed.subject)).then(|| differs("subject")))
    }
}

impl Inside<'_> {
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

fn differs(index: &str) -> String {
    format!("the index by which entries are found by {index} does not lead to what there is")
}

fn aged(row: &Row<'_>) -> rusqlite::Result<AgedRow> {
    Ok(AgedRow { seq: row.get(0)?, time_ms: row.get(1)?, subject: row.get(2)? })
}

fn subject(row: &Row<'_>) -> rusqlite::Result<SubjectRow> {
    Ok(SubjectRow { tag: row.get(0)?, pseudonym: row.get(1)?, sealed: row.get(2)? })
}

/// The bytes of a value, if it has any: the tables hold nothing else where we ask for bytes.
fn blob<'a>(value: ValueRef<'a>) -> Option<&'a [u8]> {
    match value {
        ValueRef::Blob(bytes) => Some(bytes),
        _ => None,
    }
}
