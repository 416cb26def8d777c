//! Whether the indexes lead to what there is: each is read in its order, and held against what the entries add up to.

use super::tables::STRETCH;
use super::{Inside, Result, blob};
use crate::index::{Indexed, Sum};

impl Inside<'_> {
    /// What is wrong with the indexes of the entries.
    pub(super) fn compare_indexes(&self, indexed: &Indexed) -> Result<Option<String>> {
        let well = self.check_numbers("mark", "mark", indexed, indexed.mark)?
            && self.check_numbers("content", "content >> 32", indexed, indexed.content)?;
        if !well {
            return Ok(Some(differs("mark or content")));
        }
        if !self.check_time(indexed)? {
            return Ok(Some(differs("time")));
        }
        let well = self.check_subject(indexed)? && self.check_event(indexed)?;
        Ok((!well).then(|| differs("subject")))
    }

    fn check_numbers(&self, name: &str, kept: &str, indexed: &Indexed, expected: Sum) -> Result<bool> {
        let sql = format!(
            "SELECT seq >> {STRETCH}, {kept}, seq FROM entry INDEXED BY entry_{name} WHERE {name} IS NOT NULL \
             ORDER BY seq >> {STRETCH}, {kept}, seq"
        );
        let (mut read, mut last) = (indexed.read(), None);
        let ordered = self.scan(&sql, &mut |row| {
            let (stretch, number, seq): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            read.take((number, seq));
            let at = (stretch, number, seq);
            Ok(stretch == seq >> STRETCH && last.replace(at).is_none_or(|last| last < at))
        })?;
        Ok(ordered && read.is(expected))
    }

    fn check_time(&self, indexed: &Indexed) -> Result<bool> {
        let sql = "SELECT time_ms, seq FROM entry INDEXED BY entry_time ORDER BY time_ms, seq";
        let (mut read, mut last) = (indexed.read(), None);
        let ordered = self.scan(sql, &mut |row| {
            let at: (i64, i64) = (row.get(0)?, row.get(1)?);
            read.take(at);
            Ok(last.replace(at).is_none_or(|last| last < at))
        })?;
        Ok(ordered && read.is(indexed.time))
    }

    fn check_subject(&self, indexed: &Indexed) -> Result<bool> {
        let sql = format!(
            "SELECT seq >> {STRETCH}, substr(subject, 1, 4), seq FROM entry INDEXED BY entry_subject \
             WHERE subject IS NOT NULL AND kind < 3 ORDER BY seq >> {STRETCH}, substr(subject, 1, 4), seq"
        );
        let (mut read, mut last) = (indexed.read(), (i64::MIN, Vec::new(), i64::MIN));
        let ordered = self.scan(&sql, &mut |row| {
            let subject = blob(row.get_ref(1)?).unwrap_or_default();
            let (stretch, seq): (i64, i64) = (row.get(0)?, row.get(2)?);
            read.take((subject, seq));
            let ordered = (last.0, last.1.as_slice(), last.2) < (stretch, subject, seq);
            last.1.clear();
            last.1.extend_from_slice(subject);
            (last.0, last.2) = (stretch, seq);
            Ok(ordered && stretch == seq >> STRETCH)
        })?;
        Ok(ordered && read.is(indexed.subject))
    }

    fn check_event(&self, indexed: &Indexed) -> Result<bool> {
        let sql = "SELECT subject, kind, seq FROM entry INDEXED BY entry_event \
                   WHERE subject IS NOT NULL AND kind >= 3 ORDER BY subject, kind, seq";
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
        Ok(ordered && read.is(indexed.event))
    }
}

fn differs(index: &str) -> String {
    format!("the index by which entries are found by {index} does not lead to what there is")
}
