//! Finds entries by what their records say: stretch by stretch, from the end that is asked for.

use rusqlite::{OptionalExtension, Row, Statement, ToSql};

use super::tables::STRETCH;
use super::{Inside, Result};
use crate::error::StoreError;
use crate::rows::{EntryRow, Param, Select, Through};

/// Events have kinds from this one on; below are generations and refusals.
const EVENTS: i64 = 3;
/// Stretches of a ledger of two billion entries.
const LIKELY: i64 = 8192;

impl Inside<'_> {
    /// Entries of which all holds that is asked for.
    pub(super) fn find(&self, select: &Select) -> Result<Vec<EntryRow>> {
        match (select.mark, select.content, &select.subject) {
            (Some(_), ..) => self.in_stretches(select, "entry_mark", None),
            (None, Some(content), _) => {
                let besides = ("e.content >> 32 = ?2 >> 32".to_owned(), Param::Int(content));
                self.in_stretches(select, "entry_content", Some(besides))
            }
            (None, None, Some(subject)) => self.of_subject(select, subject),
            (None, None, None) => {
                let (sql, params) = select.sql("entry", '?', None);
                self.answers(&sql, &params)
            }
        }
    }

    /// Entries of a subject: what was spoken for them, and events about them.
    fn of_subject(&self, select: &Select, subject: &[u8]) -> Result<Vec<EntryRow>> {
        let asks = |which: fn(&i64) -> bool| select.kinds.is_empty() || select.kinds.iter().any(which);
        let mut found = Vec::new();
        if asks(|kind| *kind >= EVENTS) {
            let through = Through {
                index: "entry_event",
                condition: format!("e.kind >= {EVENTS}"),
                values: Vec::new(),
            };
            let (sql, params) = select.sql("entry", '?', Some(through));
            found.extend(self.answers(&sql, &params)?);
        }
        if asks(|kind| *kind < EVENTS) {
            let besides = format!("substr(e.subject, 1, 4) = substr(?2, 1, 4) AND e.kind < {EVENTS}");
            let besides = (besides, Param::Bytes(subject.to_vec()));
            found.extend(self.in_stretches(select, "entry_subject", Some(besides))?);
        }
        found.sort_unstable_by_key(|row| row.seq);
        if select.newest_first {
            found.reverse();
        }
        found.truncate(select.limit as usize);
        Ok(found)
    }

    /// Asks each stretch that can have an answer, until there are enough; with what the index knows besides the
    /// stretch, and its value.
    fn in_stretches(
        &self,
        select: &Select,
        index: &'static str,
        besides: Option<(String, Param)>,
    ) -> Result<Vec<EntryRow>> {
        let mut through =
            Through { index, condition: format!("e.seq >> {STRETCH} = ?1"), values: vec![Param::Stretch(0)] };
        if let Some((condition, value)) = besides {
            through.condition = format!("{} AND {condition}", through.condition);
            through.values.push(value);
        }
        let (sql, mut params) = select.sql("entry", '?', Some(through));
        // Beyond what is likely, from one entry that there is to the next: a number that somebody made up leads
        // through no gap.
        let hop = match select.newest_first {
            true => "SELECT seq FROM entry WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1",
            false => "SELECT seq FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT 1",
        };
        let lowest = select.after.map_or(i64::MIN, |after| after.saturating_add(1));
        let last: Option<i64> = self.one("SELECT max(seq) FROM entry", [], |row| row.get(0))?.flatten();
        let Some(last) = last else { return Ok(Vec::new()) };
        let highest = select.before.map_or(last, |before| before.saturating_sub(1).min(last));
        let mut run = || -> rusqlite::Result<Vec<EntryRow>> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            let mut hop = self.connection.prepare_cached(hop)?;
            let (mut found, mut at) = (Vec::new(), if select.newest_first { highest } else { lowest });
            while (lowest..=highest).contains(&at) && found.len() < select.limit as usize {
                let mut stretch = at >> STRETCH;
                if !(0..LIKELY).contains(&stretch) {
                    let there = hop.query_row([at], |row| row.get::<_, i64>(0)).optional()?;
                    let Some(there) = there else { break };
                    stretch = there >> STRETCH;
                }
                if let Some(Param::Stretch(asked)) = params.first_mut() {
                    *asked = stretch;
                }
                found.extend(answers(&mut statement, &params)?);
                let next = match select.newest_first {
                    true => (stretch << STRETCH).checked_sub(1),
                    false => (stretch + 1).checked_mul(1 << STRETCH),
                };
                let Some(next) = next else { break };
                at = next;
            }
            Ok(found)
        };
        let mut found = run().map_err(|error| StoreError::sqlite(self.location, &error))?;
        found.truncate(select.limit as usize);
        Ok(found)
    }

    /// The answers to a statement that asks the ledger as a whole.
    fn answers(&self, sql: &str, params: &[Param]) -> Result<Vec<EntryRow>> {
        let run = || answers(&mut *self.connection.prepare_cached(sql)?, params);
        run().map_err(|error| StoreError::sqlite(self.location, &error))
    }
}

fn answers(statement: &mut Statement<'_>, params: &[Param]) -> rusqlite::Result<Vec<EntryRow>> {
    let values: Vec<&dyn ToSql> = params.iter().map(value).collect();
    statement.query_map(values.as_slice(), entry)?.collect()
}

fn value(param: &Param) -> &dyn ToSql {
    match param {
        Param::Int(number) | Param::Stretch(number) => number,
        Param::Bytes(bytes) => bytes,
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use voxguard_core::key::Key;
    use voxguard_core::ledger::LedgerKey;

    use super::super::Sqlite;
    use super::*;
    use crate::location::Location;
    use crate::rows;

    /// Entries on both sides of where stretches meet, with few values, so that many are alike; one of its subjects
    /// begins as another does.
    fn lying() -> Vec<EntryRow> {
        let seqs =
            (1..9).chain(262_140..262_154).chain(524_282..524_292).chain([3_000_000, 1 << 40, 1 << 61]);
        seqs.map(|seq| {
            let kind = 1 + seq % 5;
            EntryRow {
                seq,
                record: if seq % 7 == 3 { Vec::new() } else { vec![1] },
                kind,
                mark: (kind == 1).then_some(seq % 3),
                subject: (seq % 4 > 0).then(|| [vec![7; 20], vec![(seq % 3) as u8]].concat()),
                content: (kind < 3).then_some(seq % 2),
                time_ms: seq % 11,
                ..EntryRow::default()
            }
        })
        .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn a_search_finds_what_a_look_at_each_entry_finds(
            mark in proptest::option::of(0..4i64),
            content in proptest::option::of(0..3i64),
            subject in proptest::option::of(0..4u8),
            kinds in proptest::collection::vec(1..6i64, 0..3),
            times in (proptest::option::of(0..11i64), proptest::option::of(0..11i64)),
            after in proptest::option::of(prop_oneof![-2..10i64, 262_136..262_156i64, Just(i64::MAX)]),
            before in proptest::option::of(prop_oneof![524_280..524_294i64, Just(i64::MIN), Just(1i64 << 50)]),
            newest_first: bool,
            limit in prop_oneof![0..5u32, Just(1000u32)],
        ) {
            let location = Location::parse("sqlite::memory:").unwrap();
            let backend = Sqlite::open(location, &LedgerKey::new(&Key::from_bytes(&[1; 32]).unwrap())).unwrap();
            let all = lying();
            rows::write(&*backend, |rows| rows.insert(&all)).unwrap();
            let subject = subject.map(|last| [vec![7; 20], vec![last]].concat());
            let (from_ms, until_ms) = times;
            let select =
                Select { mark, subject, content, kinds, from_ms, until_ms, after, before, newest_first, limit };
            let mut expected: Vec<i64> = all
                .iter()
                .filter(|row| {
                    !row.record.is_empty()
                        && (mark.is_none() || row.mark == mark)
                        && (content.is_none() || row.content == content)
                        && (select.subject.is_none() || row.subject == select.subject)
                        && (select.kinds.is_empty() || select.kinds.contains(&row.kind))
                        && from_ms.is_none_or(|from| row.time_ms >= from)
                        && until_ms.is_none_or(|until| row.time_ms < until)
                        && after.is_none_or(|after| row.seq > after)
                        && before.is_none_or(|before| row.seq < before)
                })
                .map(|row| row.seq)
                .collect();
            if newest_first {
                expected.reverse();
            }
            expected.truncate(limit as usize);
            let found = rows::read(&*backend, |rows| rows.select(&select)).unwrap();
            prop_assert_eq!(found.iter().map(|row| row.seq).collect::<Vec<_>>(), expected);
        }
    }
}
