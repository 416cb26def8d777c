//! The rows of a ledger in a PostgreSQL database: one statement an operation, as few round trips as can be.

use std::collections::HashMap;

use postgres::binary_copy::BinaryCopyOutIter;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};
use postgres::{Row, Statement, Transaction};
use voxguard_core::ledger;

use super::{LOCK, Result, failed};
use crate::index::Indexed;
use crate::location::Location;
use crate::rows::{AgedRow, AttachmentRow, EntryRow, Param, Rows, Select, SubjectRow, TileRow};

/// Entries that are fetched at a time when all are read.
const FETCH: usize = 65_536;
/// The rows, inside a transaction.
pub(super) struct Inside<'a> {
    transaction: Transaction<'a>,
    statements: &'a mut HashMap<&'static str, Statement>,
    location: &'a Location,
}

type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

impl<'a> Inside<'a> {
    pub fn new(
        transaction: Transaction<'a>,
        statements: &'a mut HashMap<&'static str, Statement>,
        location: &'a Location,
    ) -> Self {
        Self { transaction, statements, location }
    }

    /// Waits until no other writer is at work on this ledger.
    pub fn lock(&mut self) -> Result<()> {
        self.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
    }

    /// Ends the work; what it is worth is decided by who gets the transaction.
    pub fn into_transaction(self) -> Transaction<'a> {
        self.transaction
    }
}

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

impl Inside<'_> {
    /// Visits the entries behind a number, [`FETCH`] at most, as they come from the server: in the binary form of
    /// COPY, which costs both ends less than an answer of rows, and is read while the server goes on.
    fn copy(&mut self, after: Option<i64>, visit: &mut dyn FnMut(&ledger::Row<'_>) -> bool) -> Result<()> {
        let behind = after.map_or_else(String::new, |after| format!("WHERE seq > {after}"));
        let sql = format!(
            "COPY (SELECT seq, record, leaf, mac, kind, mark, subject, content, time_ms FROM voxguard_entry {behind} \
             ORDER BY seq LIMIT {FETCH}) TO STDOUT (FORMAT binary)"
        );
        let (int, bytes) = (Type::INT8, Type::BYTEA);
        let types = [&int, &bytes, &bytes, &bytes, &int, &int, &bytes, &int, &int].map(Type::clone);
        let location = self.location;
        let mut run = || -> Result<(), postgres::Error> {
            let mut rows = BinaryCopyOutIter::new(self.transaction.copy_out(&sql)?, &types);
            while let Some(row) = rows.next()? {
                let well = visit(&ledger::Row {
                    seq: row.try_get(0)?,
                    record: row.try_get(1)?,
                    leaf: row.try_get(2)?,
                    mac: row.try_get(3)?,
                    kind: row.try_get(4)?,
                    mark: row.try_get(5)?,
                    subject: row.try_get(6)?,
                    content: row.try_get(7)?,
                    time_ms: row.try_get(8)?,
                });
                if !well {
                    break;
                }
            }
            Ok(())
        };
        run().map_err(|error| failed(location, &error))
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
        let (sql, params) = select.sql("voxguard_entry", '$', None);
        let values: Vec<&(dyn ToSql + Sync)> = params
            .iter()
            .map(|param| match param {
                Param::Int(number) | Param::Stretch(number) => number as &(dyn ToSql + Sync),
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
        let mut after = None;
        loop {
            let (mut count, mut well) = (0, true);
            self.copy(after, &mut |row| {
                (count, after) = (count + 1, Some(row.seq));
                well = visit(row);
                well
            })?;
            if !well || count < FETCH {
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
