//! The rows of a ledger in an SQLite file: one statement an operation.

use rusqlite::{Row, params};
use voxguard_core::ledger;

use super::{Inside, Result, blob, tables};
use crate::error::StoreError;
use crate::index::Indexed;
use crate::rows::{AgedRow, AttachmentRow, EntryRow, Rows, Select, SubjectRow, TileRow};

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
        self.find(select)
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
        match self.schema {
            tables::SCHEMA => self.compare_indexes(indexed),
            // An older file that is only read: told by SQLite, more slowly.
            _ => {
                let told: Option<String> = self.one("PRAGMA integrity_check(entry)", [], |row| row.get(0))?;
                Ok(told.filter(|told| told != "ok"))
            }
        }
    }
}

fn aged(row: &Row<'_>) -> rusqlite::Result<AgedRow> {
    Ok(AgedRow { seq: row.get(0)?, time_ms: row.get(1)?, subject: row.get(2)? })
}

fn subject(row: &Row<'_>) -> rusqlite::Result<SubjectRow> {
    Ok(SubjectRow { tag: row.get(0)?, pseudonym: row.get(1)?, sealed: row.get(2)? })
}
