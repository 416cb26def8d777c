//! A ledger on a PostgreSQL server, where one machine is not enough.
//!
//! Every write transaction first takes an advisory lock, so the ledger has one writer at a time whatever
//! machine it is on, and numbers follow each other without a gap. A connection that was lost is made anew,
//! for as long as [`Location::patience`] says, and the work is done again; work that asks for records looks
//! first whether they are there already, so that a commit whose answer was lost is not repeated.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres::{Client, Config, GenericClient, IsolationLevel, NoTls, Row, Statement, Transaction};
use voxguard_core::key::KeyId;
use voxguard_core::ledger::{self, LedgerKey, Tail};

use crate::error::StoreError;
use crate::index::Indexed;
use crate::location::Location;
use crate::rows::{AgedRow, AttachmentRow, Backend, EntryRow, Job, Param, Rows, Select, SubjectRow, TileRow};

/// Reading connections that are kept for the next reader.
const IDLE_READERS: usize = 4;
/// Number of the advisory lock that a writer holds: "VoxGuard".
const LOCK: i64 = 0x566f_7847_7561_7264;
/// Version of the tables.
const SCHEMA: i64 = 2;
/// Entries that are fetched at a time when all are read.
const FETCH: i64 = 4096;
/// Wait between attempts to connect.
const PAUSE: Duration = Duration::from_millis(50);

const TABLES: &str = "
    CREATE TABLE voxguard_entry (seq BIGINT PRIMARY KEY, record BYTEA NOT NULL, leaf BYTEA NOT NULL, mac BYTEA NOT NULL,
        kind BIGINT NOT NULL, mark BIGINT, subject BYTEA, content BIGINT, time_ms BIGINT NOT NULL);
    CREATE INDEX voxguard_entry_mark ON voxguard_entry (mark) WHERE mark IS NOT NULL;
    CREATE INDEX voxguard_entry_subject ON voxguard_entry (subject, kind) WHERE subject IS NOT NULL;
    CREATE INDEX voxguard_entry_content ON voxguard_entry (content) WHERE content IS NOT NULL;
    CREATE INDEX voxguard_entry_time ON voxguard_entry (time_ms);
    CREATE TABLE voxguard_tile (level BIGINT NOT NULL, place BIGINT NOT NULL, hash BYTEA NOT NULL,
        PRIMARY KEY (level, place));
    CREATE TABLE voxguard_subject (tag BYTEA PRIMARY KEY, pseudonym BYTEA NOT NULL UNIQUE, sealed BYTEA NOT NULL);
    CREATE TABLE voxguard_attachment (seq BIGINT PRIMARY KEY, category BIGINT NOT NULL, time_ms BIGINT NOT NULL,
        subject BYTEA NOT NULL, sealed BYTEA NOT NULL);
    CREATE INDEX voxguard_attachment_time ON voxguard_attachment (category, time_ms);
    CREATE INDEX voxguard_attachment_subject ON voxguard_attachment (subject);
    CREATE TABLE voxguard_ledger (id BIGINT PRIMARY KEY CHECK (id = 1), schema BIGINT NOT NULL, key_id BYTEA NOT NULL,
        tail BYTEA NOT NULL);
";

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// One database of a server.
pub(crate) struct Postgres {
    location: Location,
    config: Config,
    writer: Mutex<Option<Connection>>,
    idle: Mutex<Vec<Connection>>,
}

/// A connection, and what it has prepared: a statement that is prepared anew costs a round trip each time.
struct Connection {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

impl Postgres {
    /// Opens the ledger of this key, or makes a new one where none is.
    pub fn open(location: Location, key: &LedgerKey) -> Result<Arc<dyn Backend>> {
        let postgres = Self::new(location)?;
        postgres.prepare(key)?;
        Ok(Arc::new(postgres))
    }

    /// Opens a ledger that is there, whosever it is, for reading alone.
    pub fn open_any(location: Location) -> Result<Arc<dyn Backend>> {
        let postgres = Self::new(location)?;
        let mut connection = postgres.connect()?;
        match postgres.kept(&mut connection.client)? {
            Some(_) => Ok(Arc::new(postgres)),
            None => Err(StoreError::Missing { path: postgres.location.to_string() }),
        }
    }

    fn new(location: Location) -> Result<Self> {
        let config: Option<Config> = location.server().and_then(|url| url.parse().ok());
        // What exactly is wrong could quote the password.
        let mut config = config.ok_or_else(|| StoreError::Url {
            reason: "it is not one that PostgreSQL's clients read".to_owned(),
        })?;
        config.connect_timeout(Duration::from_secs(5)).application_name("voxguard");
        Ok(Self { location, config, writer: Mutex::default(), idle: Mutex::default() })
    }

    fn connect(&self) -> Result<Connection> {
        let mut client = self.config.connect(NoTls).map_err(|error| self.failed(&error))?;
        // A commit is on disk when it returns, whatever the server's default is.
        let settings = "SET synchronous_commit = on; SET client_min_messages = warning";
        client.batch_execute(settings).map_err(|error| self.failed(&error))?;
        Ok(Connection { client, statements: HashMap::new() })
    }

    /// Schema and key id of the ledger in the database, if there is one.
    fn kept(&self, client: &mut impl GenericClient) -> Result<Option<(i64, Vec<u8>)>> {
        let failed = |error: postgres::Error| self.failed(&error);
        let there =
            client.query_one("SELECT to_regclass('voxguard_ledger') IS NOT NULL", &[]).map_err(failed)?;
        if !there.get::<_, bool>(0) {
            return Ok(None);
        }
        let row = client.query_opt("SELECT schema, key_id FROM voxguard_ledger", &[]).map_err(failed)?;
        match row {
            Some(row) => Ok(Some((row.get(0), row.get(1)))),
            None => Err(StoreError::corrupt(&self.location, "it does not say which key it belongs to")),
        }
    }

    /// Makes the tables where there are none, and makes sure that the ledger is this key's.
    fn prepare(&self, key: &LedgerKey) -> Result<()> {
        // A server that is not there at all is told at once; one that goes away is waited for.
        let connection = self.connect()?;
        let connection = self.persist(Some(connection), &mut |connection| {
            let failed = |error: postgres::Error| self.failed(&error);
            let mut transaction = connection.client.transaction().map_err(failed)?;
            transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).map_err(failed)?;
            match self.kept(&mut transaction)? {
                Some((schema, id)) => self.check(schema, id, key),
                None => {
                    transaction.batch_execute(TABLES).map_err(failed)?;
                    let (id, tail) = (key.id(), Tail::empty().encode(key));
                    let sql = "INSERT INTO voxguard_ledger (id, schema, key_id, tail) VALUES (1, $1, $2, $3)";
                    let id = id.as_bytes().as_slice();
                    transaction.execute(sql, &[&SCHEMA, &id, &tail]).map_err(failed)?;
                    transaction.commit().map_err(failed)
                }
            }
        })?;
        *self.writer.lock() = Some(connection);
        Ok(())
    }

    fn check(&self, schema: i64, id: Vec<u8>, key: &LedgerKey) -> Result<()> {
        let path = self.location.to_string();
        if schema > SCHEMA {
            return Err(StoreError::NewerSchema { path, found: schema, known: SCHEMA });
        }
        let id: [u8; KeyId::BYTES] = id
            .try_into()
            .map_err(|_| StoreError::corrupt(&self.location, "it does not say which key it belongs to"))?;
        let id = KeyId::from_bytes(id);
        match id == key.id() {
            true => Ok(()),
            false => Err(StoreError::WrongKey { path, ledger: id.to_string(), given: key.id().to_string() }),
        }
    }

    fn failed(&self, error: &postgres::Error) -> StoreError {
        failed(&self.location, error)
    }

    /// Runs the job on a connection, on a new one when the old one was lost, until it is done or patience
    /// ends.
    fn persist(
        &self,
        mut connection: Option<Connection>,
        run: &mut dyn FnMut(&mut Connection) -> Result<()>,
    ) -> Result<Connection> {
        let begun = Instant::now();
        loop {
            let outcome = match connection.take().filter(|connection| !connection.client.is_closed()) {
                Some(open) => Ok(open),
                None => self.connect(),
            }
            .and_then(|mut open| run(&mut open).map(|()| open));
            match outcome {
                Ok(open) => return Ok(open),
                Err(StoreError::Unreachable { .. }) if begun.elapsed() < self.location.patience() => {
                    std::thread::sleep(PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Backend for Postgres {
    fn location(&self) -> &Location {
        &self.location
    }

    fn read(&self, job: Job<'_>) -> Result<()> {
        let idle = self.idle.lock().pop();
        let connection = self.persist(idle, &mut |connection| {
            let Connection { client, statements } = connection;
            let transaction = client
                .build_transaction()
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true)
                .start()
                .map_err(|error| self.failed(&error))?;
            job(&mut Inside { transaction, statements, location: &self.location })
        })?;
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        Ok(())
    }

    fn write(&self, job: Job<'_>) -> Result<()> {
        let mut writer = self.writer.lock();
        let connection = self.persist(writer.take(), &mut |connection| {
            let Connection { client, statements } = connection;
            let transaction = client.transaction().map_err(|error| self.failed(&error))?;
            let mut inside = Inside { transaction, statements, location: &self.location };
            inside.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
            job(&mut inside)?;
            inside.transaction.commit().map_err(|error| self.failed(&error))
        })?;
        *writer = Some(connection);
        Ok(())
    }

    fn scrub(&self) -> Result<()> {
        // Old row versions go; the server's write-ahead log and its archives are the operator's.
        let mut writer = self.writer.lock();
        let connection = self.persist(writer.take(), &mut |connection| {
            let client = &mut connection.client;
            let sql = "VACUUM voxguard_subject; VACUUM voxguard_attachment; VACUUM voxguard_entry";
            sql.split(';').try_for_each(|sql| client.batch_execute(sql)).map_err(|error| self.failed(&error))
        })?;
        *writer = Some(connection);
        Ok(())
    }

    fn check_pages(&self) -> Result<Option<String>> {
        Ok(None)
    }

    fn limit_pages(&self, _: u32) -> Result<()> {
        Ok(())
    }
}

/// The error for what the server, or the way to it, said. What a server quotes of values is left out.
fn failed(location: &Location, error: &postgres::Error) -> StoreError {
    let path = location.to_string();
    let Some(said) = error.as_db_error() else {
        let reason = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        // A value of another type than the one asked for: not the way, but what lies there.
        return match error.to_string().contains("deserializing") {
            true => StoreError::Corrupt { path, reason },
            false => StoreError::Unreachable { path, reason },
        };
    };
    let reason = format!("{}, SQL state {}", said.message(), said.code().code());
    match said.code() {
        code if code.code().starts_with("08") || code.code().starts_with("57P") => {
            StoreError::Unreachable { path, reason }
        }
        // A standby after a failover: the connection is to be made anew, to the one that leads.
        &SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Unreachable { path, reason },
        &SqlState::DISK_FULL | &SqlState::OUT_OF_MEMORY | &SqlState::TOO_MANY_CONNECTIONS => {
            StoreError::Full { path }
        }
        &SqlState::LOCK_NOT_AVAILABLE => StoreError::Locked { path, waited_ms: 0 },
        code if code.code().starts_with("28") || code == &SqlState::INVALID_CATALOG_NAME => {
            StoreError::Open { path, reason }
        }
        &SqlState::INSUFFICIENT_PRIVILEGE => StoreError::ReadOnly { path },
        _ => StoreError::Corrupt { path, reason },
    }
}

/// The rows, inside a transaction.
struct Inside<'a> {
    transaction: Transaction<'a>,
    statements: &'a mut HashMap<&'static str, Statement>,
    location: &'a Location,
}

type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Inside<'_> {
    /// The statement of this text, prepared once a connection.
    fn statement(&mut self, sql: &'static str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.transaction.prepare(sql).map_err(|error| failed(self.location, &error))?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    fn all<T>(
        &mut self,
        sql: &'static str,
        values: Values<'_>,
        read: impl FnMut(&Row) -> T,
    ) -> Result<Vec<T>> {
        let statement = self.statement(sql)?;
        let found = self.transaction.query(&statement, values);
        Ok(found.map_err(|error| failed(self.location, &error))?.iter().map(read).collect())
    }

    /// As [`Inside::all`], of a text that is another one each time.
    fn all_once<T>(&mut self, sql: &str, values: Values<'_>, read: impl FnMut(&Row) -> T) -> Result<Vec<T>> {
        let found = self.transaction.query(sql, values);
        Ok(found.map_err(|error| failed(self.location, &error))?.iter().map(read).collect())
    }

    fn one<T>(
        &mut self,
        sql: &'static str,
        values: Values<'_>,
        read: impl FnMut(&Row) -> T,
    ) -> Result<Option<T>> {
        Ok(self.all(sql, values, read)?.pop())
    }

    fn execute(&mut self, sql: &'static str, values: Values<'_>) -> Result<()> {
        let statement = self.statement(sql)?;
        let done = self.transaction.execute(&statement, values);
        done.map(|_| ()).map_err(|error| failed(self.location, &error))
    }
}

impl Rows for Inside<'_> {
    fn tail(&mut self) -> Result<Vec<u8>> {
        Ok(self.one("SELECT tail FROM voxguard_ledger", &[], |row| row.get(0))?.unwrap_or_default())
    }

    fn set_tail(&mut self, tail: &[u8]) -> Result<()> {
        self.execute("UPDATE voxguard_ledger SET tail = $1", &[&tail])
    }

    fn last(&mut self) -> Result<Option<(i64, Vec<u8>)>> {
        let sql = "SELECT seq, mac FROM voxguard_entry ORDER BY seq DESC LIMIT 1";
        self.one(sql, &[], |row| (row.get(0), row.get(1)))
    }

    fn select(&mut self, select: &Select) -> Result<Vec<EntryRow>> {
        let (sql, params) = select.sql("voxguard_entry", '$');
        let values: Vec<&(dyn ToSql + Sync)> = params
            .iter()
            .map(|param| match param {
                Param::Int(number) => number as &(dyn ToSql + Sync),
                Param::Bytes(bytes) => bytes as &(dyn ToSql + Sync),
            })
            .collect();
        self.all_once(&sql, &values, |row| EntryRow { previous: row.get(9), ..entry(row) })
    }

    fn span(&mut self, from_ms: i64, until_ms: i64) -> Result<Option<(i64, i64)>> {
        let sql = "SELECT min(seq), max(seq) FROM voxguard_entry WHERE time_ms >= $1 AND time_ms < $2";
        let span: Option<(Option<i64>, Option<i64>)> =
            self.one(sql, &[&from_ms, &until_ms], |row| (row.get(0), row.get(1)))?;
        Ok(span.and_then(|(first, last)| first.zip(last)))
    }

    fn each(&mut self, visit: &mut dyn FnMut(&ledger::Row<'_>) -> bool) -> Result<()> {
        let mut after = i64::MIN;
        loop {
            let sql = "SELECT seq, record, leaf, mac, kind, mark, subject, content, time_ms FROM voxguard_entry \
                       WHERE seq > $1 ORDER BY seq LIMIT $2";
            let page = self.all(sql, &[&after, &FETCH], entry)?;
            for e in &page {
                after = e.seq;
                let well = visit(&ledger::Row {
                    seq: e.seq,
                    record: &e.record,
                    leaf: &e.leaf,
                    mac: &e.mac,
                    kind: e.kind,
                    mark: e.mark,
                    subject: e.subject.as_deref(),
                    content: e.content,
                    time_ms: e.time_ms,
                });
                if !well {
                    return Ok(());
                }
            }
            if (page.len() as i64) < FETCH {
                return Ok(());
            }
        }
    }

    fn each_mark(&mut self, visit: &mut dyn FnMut(u32)) -> Result<()> {
        let sql = "SELECT mark FROM voxguard_entry WHERE mark IS NOT NULL";
        let marks = self.all(sql, &[], |row| row.get::<_, i64>(0))?;
        marks.into_iter().filter_map(|mark| u32::try_from(mark).ok()).for_each(visit);
        Ok(())
    }

    fn aged(&mut self, kinds: &[i64], before_ms: i64, after: i64, limit: u32) -> Result<Vec<AgedRow>> {
        let sql = "SELECT seq, time_ms, subject FROM voxguard_entry \
                   WHERE kind = ANY($1) AND time_ms < $2 AND seq > $3 ORDER BY seq LIMIT $4";
        self.all(sql, &[&kinds, &before_ms, &after, &i64::from(limit)], aged)
    }

    fn leaves(&mut self, from: i64, count: i64) -> Result<Vec<Vec<u8>>> {
        let sql = "SELECT leaf FROM voxguard_entry WHERE seq >= $1 AND seq < $2 ORDER BY seq";
        self.all(sql, &[&from, &from.saturating_add(count)], |row| row.get(0))
    }

    fn insert(&mut self, entries: &[EntryRow]) -> Result<()> {
        // One statement for all: a round trip for each entry would be the greater part of its cost.
        macro_rules! column {
            ($field:ident) => {
                entries.iter().map(|entry| entry.$field.clone()).collect::<Vec<_>>()
            };
        }
        let sql = "INSERT INTO voxguard_entry (seq, record, leaf, mac, kind, mark, subject, content, time_ms) \
                   SELECT * FROM UNNEST($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], \
                   $6::bigint[], $7::bytea[], $8::bigint[], $9::bigint[])";
        let values: Values<'_> = &[
            &column!(seq),
            &column!(record),
            &column!(leaf),
            &column!(mac),
            &column!(kind),
            &column!(mark),
            &column!(subject),
            &column!(content),
            &column!(time_ms),
        ];
        self.execute(sql, values)
    }

    fn empty(&mut self, first: i64, last: i64) -> Result<()> {
        let sql = "UPDATE voxguard_entry SET record = ''::bytea, kind = 0, mark = NULL, subject = NULL, \
                   content = NULL, time_ms = 0 WHERE seq >= $1 AND seq <= $2";
        self.execute(sql, &[&first, &last])
    }

    fn tiles(&mut self, level: i64, from: i64, count: i64) -> Result<Vec<Vec<u8>>> {
        let sql =
            "SELECT hash FROM voxguard_tile WHERE level = $1 AND place >= $2 AND place < $3 ORDER BY place";
        self.all(sql, &[&level, &from, &from.saturating_add(count)], |row| row.get(0))
    }

    fn insert_tiles(&mut self, tiles: &[TileRow]) -> Result<()> {
        tiles.iter().try_for_each(|tile| {
            let sql = "INSERT INTO voxguard_tile (level, place, hash) VALUES ($1, $2, $3)";
            self.execute(sql, &[&tile.level, &tile.index, &tile.hash.as_slice()])
        })
    }

    fn subject(&mut self, tag: &[u8]) -> Result<Option<SubjectRow>> {
        self.one("SELECT tag, pseudonym, sealed FROM voxguard_subject WHERE tag = $1", &[&tag], subject)
    }

    fn subjects_tagged(&mut self, tags: &[&[u8]]) -> Result<Vec<SubjectRow>> {
        let sql = "SELECT tag, pseudonym, sealed FROM voxguard_subject WHERE tag = ANY($1)";
        self.all(sql, &[&tags], subject)
    }

    fn subject_named(&mut self, pseudonym: &[u8]) -> Result<Option<SubjectRow>> {
        let sql = "SELECT tag, pseudonym, sealed FROM voxguard_subject WHERE pseudonym = $1";
        self.one(sql, &[&pseudonym], subject)
    }

    fn subjects(&mut self, after: &[u8], limit: u32) -> Result<Vec<SubjectRow>> {
        let sql = "SELECT tag, pseudonym, sealed FROM voxguard_subject WHERE tag > $1 ORDER BY tag LIMIT $2";
        self.all(sql, &[&after, &i64::from(limit)], subject)
    }

    fn put_subject(&mut self, row: &SubjectRow) -> Result<()> {
        let sql = "INSERT INTO voxguard_subject (tag, pseudonym, sealed) VALUES ($1, $2, $3) \
                   ON CONFLICT (tag) DO UPDATE SET pseudonym = excluded.pseudonym, sealed = excluded.sealed";
        self.execute(sql, &[&row.tag, &row.pseudonym, &row.sealed])
    }

    fn delete_subject(&mut self, tag: &[u8]) -> Result<()> {
        self.execute("DELETE FROM voxguard_subject WHERE tag = $1", &[&tag])
    }

    fn attachment(&mut self, seq: i64) -> Result<Option<AttachmentRow>> {
        let sql = "SELECT seq, category, time_ms, subject, sealed FROM voxguard_attachment WHERE seq = $1";
        self.one(sql, &[&seq], |row| AttachmentRow {
            seq: row.get(0),
            category: row.get(1),
            time_ms: row.get(2),
            subject: row.get(3),
            sealed: row.get(4),
        })
    }

    fn put_attachment(&mut self, row: &AttachmentRow) -> Result<()> {
        let sql = "INSERT INTO voxguard_attachment (seq, category, time_ms, subject, sealed) \
                   VALUES ($1, $2, $3, $4, $5)";
        self.execute(sql, &[&row.seq, &row.category, &row.time_ms, &row.subject, &row.sealed])
    }

    fn delete_attachment(&mut self, seq: i64) -> Result<()> {
        self.execute("DELETE FROM voxguard_attachment WHERE seq = $1", &[&seq])
    }

    fn attachments_of(&mut self, subject: &[u8]) -> Result<Vec<i64>> {
        let sql = "SELECT seq FROM voxguard_attachment WHERE subject = $1 ORDER BY seq";
        self.all(sql, &[&subject], |row| row.get(0))
    }

    fn aged_attachments(
        &mut self,
        category: i64,
        before_ms: i64,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AgedRow>> {
        let sql = "SELECT seq, time_ms, subject FROM voxguard_attachment \
                   WHERE category = $1 AND time_ms < $2 AND seq > $3 ORDER BY seq LIMIT $4";
        self.all(sql, &[&category, &before_ms, &after, &i64::from(limit)], aged)
    }

    fn check_indexes(&mut self, _: &Indexed) -> Result<Option<String>> {
        // A server keeps its indexes itself; what they lead to is checked where it is read.
        Ok(None)
    }
}

fn entry(row: &Row) -> EntryRow {
    EntryRow {
        seq: row.get(0),
        record: row.get(1),
        leaf: row.get(2),
        mac: row.get(3),
        kind: row.get(4),
        mark: row.get(5),
        subject: row.get(6),
        content: row.get(7),
        time_ms: row.get(8),
        previous: None,
    }
}

fn aged(row: &Row) -> AgedRow {
    AgedRow { seq: row.get(0), time_ms: row.get(1), subject: row.get(2) }
}

fn subject(row: &Row) -> SubjectRow {
    SubjectRow { tag: row.get(0), pseudonym: row.get(1), sealed: row.get(2) }
}
