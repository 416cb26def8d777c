//! Older files brought to today's tables, in one transaction: all of it or nothing.
//!
//! Schema 1 had no kinds, contents, tiles, people or attachments, and a chain whose MACs covered the
//! records themselves. Every entry is verified in the old chain before it is put into the new one, so a
//! ledger that was tampered with is not made good: it stays as it is, and is told of. Leaves and tree are
//! the same, and so every checkpoint made before still holds.
//!
//! Schema 2 had the indexes by which entries are found in one piece each.

use rusqlite::{Connection, TransactionBehavior};
use voxguard_core::ledger::tree::leaf_hash;
use voxguard_core::ledger::{LedgerKey, Record, Tail, authentic_v1, content_number};

use super::file::{check_tables, key_id};
use super::tables::{self, FINDING, SCHEMA};
use crate::error::StoreError;
use crate::location::Location;

/// Brings the ledger to today's schema.
pub(super) fn migrate(
    connection: &mut Connection,
    location: &Location,
    key: &LedgerKey,
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(location, &error);
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).map_err(failed)
    };
    if version(connection)? == SCHEMA {
        return Ok(());
    }
    if key_id(connection, location)? != key.id() {
        // Told of by who opens it.
        let (ledger, given) = (key_id(connection, location)?.to_string(), key.id().to_string());
        return Err(StoreError::WrongKey { path: location.to_string(), ledger, given });
    }
    // Indexes of many entries are sorted before they are written: beside the memory.
    connection.pragma_update(None, "temp_store", "FILE").map_err(failed)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Asked again: between our look and our lock somebody else may have done it.
    match version(&transaction)? {
        SCHEMA => return Ok(()),
        1 => from_first(&transaction, location, key)?,
        older => {
            check_tables(&transaction, location, older)?;
            let old = ["entry_mark", "entry_subject", "entry_content"];
            let drop = old.map(|index| format!("DROP INDEX {index}"));
            for change in drop.iter().map(String::as_str).chain(FINDING) {
                transaction.execute(change, []).map_err(failed)?;
            }
        }
    }
    transaction.pragma_update(None, "user_version", SCHEMA).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(failed)
}

/// Brings a ledger of schema 1 to today's, all but its version.
fn from_first(transaction: &Connection, location: &Location, key: &LedgerKey) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(location, &error);
    let stored: Vec<u8> =
        transaction.query_row("SELECT tail FROM ledger", [], |row| row.get(0)).map_err(failed)?;
    transaction
        .execute_batch(
            "DROP INDEX entry_mark; DROP INDEX entry_subject; ALTER TABLE entry RENAME TO entry_1; \
             ALTER TABLE ledger RENAME TO ledger_1;",
        )
        .map_err(failed)?;
    for table in tables::of(SCHEMA) {
        transaction.execute(table, []).map_err(failed)?;
    }
    let tail = rechain(transaction, location, key)?;
    let before =
        Tail::decode(key, &stored).map_err(|error| StoreError::corrupt(location, error.to_string()))?;
    if (before.len(), before.root()) != (tail.len(), tail.root()) {
        return Err(StoreError::corrupt(location, "its end was cut off or changed before it was migrated"));
    }
    transaction
        .execute("INSERT INTO ledger SELECT id, key_id, ?1 FROM ledger_1", [tail.encode(key)])
        .map_err(failed)?;
    transaction.execute_batch("DROP TABLE entry_1; DROP TABLE ledger_1;").map_err(failed)?;
    Ok(())
}

/// Verifies each entry in the old chain and puts it into the new one.
fn rechain(transaction: &Connection, location: &Location, key: &LedgerKey) -> Result<Tail, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(location, &error);
    let mut read =
        transaction.prepare("SELECT seq, record, mac FROM entry_1 ORDER BY seq").map_err(failed)?;
    let mut insert = transaction
        .prepare(
            "INSERT INTO entry (seq, record, leaf, mac, kind, mark, subject, content, time_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .map_err(failed)?;
    let mut tile =
        transaction.prepare("INSERT INTO tile (level, place, hash) VALUES (?1, ?2, ?3)").map_err(failed)?;
    let (mut tail, mut previous) = (Tail::empty(), [0; 32]);
    let mut rows = read.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let seq = tail.len() + 1;
        let (found, bytes, mac): (i64, Vec<u8>, Vec<u8>) = row.try_into().map_err(failed)?;
        let changed =
            || StoreError::corrupt(location, format!("entry {seq} was changed before it was migrated"));
        if u64::try_from(found) != Ok(seq) || !authentic_v1(key, seq, &previous, &bytes, &mac) {
            return Err(changed());
        }
        previous = mac.try_into().map_err(|_| changed())?;
        let record = Record::decode(&bytes)
            .map_err(|error| StoreError::corrupt(location, format!("entry {seq} cannot be read: {error}")))?;
        let leaf = leaf_hash(&bytes);
        let (mac, tiles) = tail.rebuild(key, leaf);
        let subject = record.subject().map(|subject| subject.as_slice());
        insert
            .execute(rusqlite::params![
                found,
                bytes,
                leaf.as_slice(),
                mac.as_slice(),
                record.kind_code(),
                record.mark().map(|mark| mark.value().cast_signed()),
                subject,
                record.content().map(content_number),
                record.time_ms as i64,
            ])
            .map_err(failed)?;
        for at in tiles {
            tile.execute(rusqlite::params![at.level, at.index as i64, at.hash.as_slice()]).map_err(failed)?;
        }
    }
    Ok(tail)
}
