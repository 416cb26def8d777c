//! What a database must be able to do to keep a ledger: the one trait that SQLite and PostgreSQL share.
//!
//! Everything that decides (what an entry is, whether it is authentic, what is due) is written once, over
//! [`Rows`]. A database only keeps rows and finds them.

use voxguard_core::ledger;

use crate::error::StoreError;
use crate::index::Indexed;
use crate::location::Location;

/// A database: transactions over [`Rows`].
pub(crate) trait Backend: Send + Sync {
    /// Where it is.
    fn location(&self) -> &Location;

    /// Runs the job over one snapshot.
    fn read(&self, job: Job<'_>) -> Result<(), StoreError>;

    /// Runs the job in one transaction that no other writer of this ledger, in whatever process, runs
    /// beside, and makes it durable. When the connection to the database was lost the job is run again,
    /// even if the first run may have been committed: it looks for itself.
    fn write(&self, job: Job<'_>) -> Result<(), StoreError>;

    /// Leaves no bytes of what was deleted in files, as far as that is in the database's power.
    fn scrub(&self) -> Result<(), StoreError>;

    /// What is wrong with the database's pages, and with the indexes of its small tables, if they can be
    /// looked at; in a snapshot of its own, so that it can be done beside other work.
    fn check_pages(&self) -> Result<Option<String>, StoreError>;

    /// Lets a file grow to this many pages only: see [`crate::Ledger::limit_pages`].
    fn limit_pages(&self, pages: u32) -> Result<(), StoreError>;
}

/// What is done in a transaction.
pub(crate) type Job<'a> = &'a mut dyn FnMut(&mut dyn Rows) -> Result<(), StoreError>;

/// Runs a job that gives something.
pub(crate) fn read<T>(
    backend: &dyn Backend,
    mut job: impl FnMut(&mut dyn Rows) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut result = None;
    backend.read(&mut |rows| {
        result = Some(job(rows)?);
        Ok(())
    })?;
    result.ok_or_else(|| StoreError::corrupt(backend.location(), "a transaction ended without an answer"))
}

/// As [`read`], in a transaction that writes.
pub(crate) fn write<T>(
    backend: &dyn Backend,
    mut job: impl FnMut(&mut dyn Rows) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut result = None;
    backend.write(&mut |rows| {
        result = Some(job(rows)?);
        Ok(())
    })?;
    result.ok_or_else(|| StoreError::corrupt(backend.location(), "a transaction ended without an answer"))
}

/// One entry as it is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct EntryRow {
    pub seq: i64,
    /// Empty for one that was purged.
    pub record: Vec<u8>,
    pub leaf: Vec<u8>,
    pub mac: Vec<u8>,
    pub kind: i64,
    pub mark: Option<i64>,
    pub subject: Option<Vec<u8>>,
    pub content: Option<i64>,
    pub time_ms: i64,
    /// MAC of the entry before, where it was asked for and there is one.
    pub previous: Option<Vec<u8>>,
}

/// What is kept of a person.
#[derive(Debug, Clone)]
pub(crate) struct SubjectRow {
    pub tag: Vec<u8>,
    pub pseudonym: Vec<u8>,
    pub sealed: Vec<u8>,
}

/// What lies sealed beside an entry.
#[derive(Debug, Clone)]
pub(crate) struct AttachmentRow {
    pub seq: i64,
    pub category: i64,
    pub time_ms: i64,
    pub subject: Vec<u8>,
    pub sealed: Vec<u8>,
}

/// One perfect tree's root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TileRow {
    pub level: i64,
    pub index: i64,
    pub hash: [u8; 32],
}

/// Which entries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Select {
    pub mark: Option<i64>,
    pub subject: Option<Vec<u8>>,
    pub content: Option<i64>,
    /// Kinds, any of them; none for all.
    pub kinds: Vec<i64>,
    /// From this time on, in milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Before this time.
    pub until_ms: Option<i64>,
    /// With a number above this one.
    pub after: Option<i64>,
    /// With a number below this one.
    pub before: Option<i64>,
    pub newest_first: bool,
    pub limit: u32,
}

/// A value in a statement.
pub(crate) enum Param {
    Int(i64),
    Bytes(Vec<u8>),
    /// A part of the ledger that is asked on its own, one after the other.
    Stretch(i64),
}

/// An index that a search is to go by, and what it is asked for besides what is looked for.
pub(crate) struct Through {
    pub index: &'static str,
    pub condition: String,
    /// The values of the condition: the statement's first ones.
    pub values: Vec<Param>,
}

impl Select {
    /// The statement over `table` and its values. `sign` stands before a value's number: `?` or `$`.
    pub fn sql(&self, table: &str, sign: char, through: Option<Through>) -> (String, Vec<Param>) {
        // What was purged is no answer; it is left out here so that a page is full while there is more.
        let mut conditions = vec!["length(e.record) > 0".to_owned()];
        // Page by page the entries are walked by number: by the index of times, each page would sort them all.
        let walks = self.after.is_some() || self.before.is_some() || through.is_some();
        let (mut by, mut params) = (String::new(), Vec::new());
        if let Some(Through { index, condition, values }) = through {
            by = format!(" INDEXED BY {index}");
            conditions.push(condition);
            params = values;
        }
        let mut add = |column: &str, relation: &str, param: Param| {
            params.push(param);
            conditions.push(format!("{column} {relation} {sign}{}", params.len()));
        };
        let time = if walks { "+e.time_ms" } else { "e.time_ms" };
        let numbers = [
            ("e.mark", "=", self.mark),
            ("e.content", "=", self.content),
            (time, ">=", self.from_ms),
            (time, "<", self.until_ms),
            ("e.seq", ">", self.after),
            ("e.seq", "<", self.before),
        ];
        for (column, relation, number) in numbers {
            if let Some(number) = number {
                add(column, relation, Param::Int(number));
            }
        }
        if let Some(subject) = &self.subject {
            add("e.subject", "=", Param::Bytes(subject.clone()));
        }
        if !self.kinds.is_empty() {
            let kinds: Vec<String> = self.kinds.iter().map(i64::to_string).collect();
            conditions.push(format!("e.kind IN ({})", kinds.join(", ")));
        }
        let filter = conditions.join(" AND ");
        let order = if self.newest_first { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT e.seq, e.record, e.leaf, e.mac, e.kind, e.mark, e.subject, e.content, e.time_ms, \
             (SELECT p.mac FROM {table} AS p WHERE p.seq = e.seq - 1) \
             FROM {table} AS e{by} WHERE {filter} ORDER BY e.seq {order} LIMIT {}",
            self.limit
        );
        (sql, params)
    }
}

/// The rows of one ledger, inside a transaction.
pub(crate) trait Rows {
    /// The tail as it is kept.
    fn tail(&mut self) -> Result<Vec<u8>, StoreError>;
    fn set_tail(&mut self, tail: &[u8]) -> Result<(), StoreError>;
    /// Number and MAC of the last entry.
    fn last(&mut self) -> Result<Option<(i64, Vec<u8>)>, StoreError>;

    fn select(&mut self, select: &Select) -> Result<Vec<EntryRow>, StoreError>;
    /// The lowest and the highest number of the entries from a time until before another.
    fn span(&mut self, from_ms: i64, until_ms: i64) -> Result<Option<(i64, i64)>, StoreError>;
    /// Visits every entry in the order of their numbers until the visitor answers no. Damage of the file
    /// is told as an error.
    fn each(&mut self, visit: &mut dyn FnMut(&ledger::Row<'_>) -> bool) -> Result<(), StoreError>;
    /// Visits the mark of every entry that has one, with repetitions, in any order.
    fn each_mark(&mut self, visit: &mut dyn FnMut(u32)) -> Result<(), StoreError>;
    /// Number, kind, time and subject of the entries of these kinds from before a time that are not
    /// purged, behind a number, in order.
    fn aged(
        &mut self,
        kinds: &[i64],
        before_ms: i64,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AgedRow>, StoreError>;
    /// Leaf hashes of the entries `from..from + count`.
    fn leaves(&mut self, from: i64, count: i64) -> Result<Vec<Vec<u8>>, StoreError>;
    fn insert(&mut self, entries: &[EntryRow]) -> Result<(), StoreError>;
    /// Takes the record and all that it was found by out of an entry; leaf and MAC stay.
    fn empty(&mut self, first: i64, last: i64) -> Result<(), StoreError>;

    /// Roots of the perfect trees `from..from + count` of a level.
    fn tiles(&mut self, level: i64, from: i64, count: i64) -> Result<Vec<Vec<u8>>, StoreError>;
    fn insert_tiles(&mut self, tiles: &[TileRow]) -> Result<(), StoreError>;

    fn subject(&mut self, tag: &[u8]) -> Result<Option<SubjectRow>, StoreError>;
    /// Those of these tags that there are, in any order, in as few questions as can be.
    fn subjects_tagged(&mut self, tags: &[&[u8]]) -> Result<Vec<SubjectRow>, StoreError>;
    fn subject_named(&mut self, pseudonym: &[u8]) -> Result<Option<SubjectRow>, StoreError>;
    fn subjects(&mut self, after: &[u8], limit: u32) -> Result<Vec<SubjectRow>, StoreError>;
    fn put_subject(&mut self, row: &SubjectRow) -> Result<(), StoreError>;
    fn delete_subject(&mut self, tag: &[u8]) -> Result<(), StoreError>;

    fn attachment(&mut self, seq: i64) -> Result<Option<AttachmentRow>, StoreError>;
    fn put_attachment(&mut self, row: &AttachmentRow) -> Result<(), StoreError>;
    fn delete_attachment(&mut self, seq: i64) -> Result<(), StoreError>;
    /// Numbers of the entries beside which something lies for this subject.
    fn attachments_of(&mut self, subject: &[u8]) -> Result<Vec<i64>, StoreError>;
    /// Attachments of a category from before a time, behind a number, in order.
    fn aged_attachments(
        &mut self,
        category: i64,
        before_ms: i64,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AgedRow>, StoreError>;

    /// What is wrong with the indexes of the entries, which should hold this, if they can be looked at.
    fn check_indexes(&mut self, indexed: &Indexed) -> Result<Option<String>, StoreError>;
}

/// Something that may be due.
#[derive(Debug, Clone)]
pub(crate) struct AgedRow {
    pub seq: i64,
    pub time_ms: i64,
    pub subject: Option<Vec<u8>>,
}
