//! The tables of a ledger in an SQLite file, and how its entries are found.
//!
//! Marks and hashes are random, so in one index of all of them each append would dirty a page of its own, and
//! each page would be written for one entry: the longer the ledger, the dearer. So the indexes by which entries
//! are found are kept in **stretches** of 262,144 entries: all appends of a while go to the few thousand pages
//! of the last stretch, whatever stands before it, and a search asks each stretch in turn. Events about a person
//! are few, and are asked for at each use of a consent: those have an index of their own, in one piece.

/// Version of the tables.
pub(super) const SCHEMA: i64 = 3;

/// Entries of a stretch, as a power of two: the shift in the indexes below.
pub(super) const STRETCH: u32 = 18;

const ENTRY: &str = "CREATE TABLE entry (seq INTEGER PRIMARY KEY, record BLOB NOT NULL, leaf BLOB NOT NULL, \
     mac BLOB NOT NULL, kind INTEGER NOT NULL, mark INTEGER, subject BLOB, content INTEGER, time_ms INTEGER NOT NULL) STRICT";
const ENTRY_TIME: &str = "CREATE INDEX entry_time ON entry (time_ms)";
const TILE: &str = "CREATE TABLE tile (level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL, \
     PRIMARY KEY (level, place)) STRICT, WITHOUT ROWID";
const SUBJECT: &str = "CREATE TABLE subject (tag BLOB PRIMARY KEY, pseudonym BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL) \
     STRICT, WITHOUT ROWID";
const ATTACHMENT: &str = "CREATE TABLE attachment (seq INTEGER PRIMARY KEY, category INTEGER NOT NULL, \
     time_ms INTEGER NOT NULL, subject BLOB NOT NULL, sealed BLOB NOT NULL) STRICT";
const ATTACHMENT_TIME: &str = "CREATE INDEX attachment_time ON attachment (category, time_ms)";
const ATTACHMENT_SUBJECT: &str = "CREATE INDEX attachment_subject ON attachment (subject)";
const LEDGER: &str = "CREATE TABLE ledger (id INTEGER PRIMARY KEY CHECK (id = 1), key_id BLOB NOT NULL, tail BLOB NOT NULL) STRICT";

/// The indexes in stretches, and that of events. Four bytes of a hash tell the entries of a stretch apart, all but
/// for a chance; what they lead to is compared in full.
pub(super) const FINDING: [&str; 4] = [
    "CREATE INDEX entry_mark ON entry (seq >> 18, mark) WHERE mark IS NOT NULL",
    "CREATE INDEX entry_content ON entry (seq >> 18, content >> 32) WHERE content IS NOT NULL",
    "CREATE INDEX entry_subject ON entry (seq >> 18, substr(subject, 1, 4)) WHERE subject IS NOT NULL AND kind < 3",
    "CREATE INDEX entry_event ON entry (subject, kind) WHERE subject IS NOT NULL AND kind >= 3",
];
/// The same of schema 2, each in one piece.
const FINDING_2: [&str; 3] = [
    "CREATE INDEX entry_mark ON entry (mark) WHERE mark IS NOT NULL",
    "CREATE INDEX entry_subject ON entry (subject, kind) WHERE subject IS NOT NULL",
    "CREATE INDEX entry_content ON entry (content) WHERE content IS NOT NULL",
];

/// What every schema since the second has. What stands beside a record in `entry` repeats what it says, to find
/// it by; the partial indexes leave out what has none. `content` is the first eight bytes of the hash of the
/// audio. `ledger` has one row.
const COMMON: [&str; 8] =
    [ENTRY, ENTRY_TIME, TILE, SUBJECT, ATTACHMENT, ATTACHMENT_TIME, ATTACHMENT_SUBJECT, LEDGER];

/// The tables and indexes of a schema, in the order in which they are made; nothing for one that is not known.
pub(super) fn of(schema: i64) -> Vec<&'static str> {
    match schema {
        SCHEMA => [&COMMON[..], &FINDING].concat(),
        2 => [&COMMON[..], &FINDING_2].concat(),
        _ => Vec::new(),
    }
}
