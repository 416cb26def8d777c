//! Opens a ledger's database and makes sure that it is one.
//!
//! A ledger is an SQLite file with our application id and schema version, exactly our tables, and the id
//! of the key that it belongs to. Whatever else lies at the path is left as it is.
//!
//! The file is never opened behind SQLite's back: closing any other descriptor of it would drop the
//! locks that SQLite holds in this process (<https://sqlite.org/howtocorrupt.html>, section 2.2).

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use voxguard_core::key::KeyId;
use voxguard_core::ledger::{LedgerKey, Tail};

use super::migration;
use super::tables::{self, SCHEMA};
use crate::error::StoreError;
use crate::location::Location;

/// "VxGl": tells a ledger from every other SQLite file.
const APPLICATION_ID: i64 = 0x5678_476c;

/// Bytes of the smallest page that SQLite knows.
const SMALLEST_PAGE: u64 = 512;

/// Opens the ledger of this key, or makes a new one where nothing lies.
pub(super) fn open(location: &Location, key: &LedgerKey) -> Result<Connection, StoreError> {
    if let Some(file) = location.file() {
        prepare(file, location)?;
    }
    let mut connection = connect(location)?;
    if lies_empty(&connection, location)? {
        create(&mut connection, location, key)?;
    }
    migration::migrate(&mut connection, location, key)?;
    check(&connection, location, key)?;
    Ok(connection)
}

/// Opens the ledger that lies there, whosever it is, and tells its schema: for who only reads, and has no key to
/// bring it to today's.
pub(super) fn open_any(location: &Location) -> Result<(Connection, i64), StoreError> {
    match location.file() {
        Some(file) if !file.exists() => return Err(StoreError::Missing { path: location.to_string() }),
        Some(file) => prepare(file, location)?,
        None => return Err(StoreError::Missing { path: location.to_string() }),
    }
    let connection = reader(location)?;
    if lies_empty(&connection, location)? {
        return Err(StoreError::Missing { path: location.to_string() });
    }
    let schema = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    let schema = schema.map_err(|error| StoreError::sqlite(location, &error))?;
    if schema < 2 {
        let reason = "it is of the first version: let who has its key open it, which brings it to today's";
        return Err(StoreError::Open { path: location.to_string(), reason: reason.to_owned() });
    }
    check_tables(&connection, location, schema)?;
    Ok((connection, schema))
}

/// A further connection to a ledger that [`open`] opened, which cannot write.
pub(super) fn reader(location: &Location) -> Result<Connection, StoreError> {
    let connection = connect(location)?;
    let only = connection.pragma_update(None, "query_only", true);
    only.map_err(|error| StoreError::sqlite(location, &error))?;
    Ok(connection)
}

/// Looks at what lies at the path, and makes an empty file, readable by its owner alone, where nothing does.
pub(crate) fn prepare(file: &Path, location: &Location) -> Result<(), StoreError> {
    let path = location.to_string();
    match std::fs::metadata(file) {
        Ok(found) if found.is_dir() => Err(StoreError::Folder { path }),
        // Whoever may write regardless (root) does not mean to: nobody left a right to write.
        Ok(found) if found.permissions().readonly() => Err(StoreError::ReadOnly { path }),
        // Of a file shorter than its smallest page SQLite would take no notice, and write over it.
        Ok(found) if (1..SMALLEST_PAGE).contains(&found.len()) => Err(StoreError::NotLedger {
            path,
            found: format!("a file of {} bytes, no SQLite file", found.len()),
        }),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let folder = file.parent().unwrap_or(file);
            if !folder.is_dir() {
                return Err(StoreError::MissingFolder { path, folder: folder.display().to_string() });
            }
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(file) {
                // Somebody else was faster: just as well.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
                Err(error) => Err(StoreError::io(location, &error)),
                Ok(_) => sync_folder(folder).map_err(|error| StoreError::io(location, &error)),
            }
        }
        Err(error) => Err(StoreError::io(location, &error)),
    }
}

/// Makes the new file's name durable, without which its content would not be.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    match cfg!(unix) {
        true => std::fs::File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}

fn connect(location: &Location) -> Result<Connection, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(location, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match location.file() {
        Some(file) => Connection::open_with_flags(file, flags),
        None => Connection::open_in_memory_with_flags(flags),
    };
    let connection = connection.map_err(failed)?;
    // Where SQLite may not write it opens for reading, without a word.
    if connection.is_readonly("main").map_err(failed)? {
        return Err(StoreError::ReadOnly { path: location.to_string() });
    }
    connection.busy_timeout(location.patience()).map_err(failed)?;
    for (setting, value) in [
        // A commit is on disk when it returns: the log is synced at each. On macOS only a full sync
        // reaches the medium.
        ("synchronous", "FULL"),
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
        // The file may come from anywhere: run nothing that its schema says, and look at pages twice.
        ("trusted_schema", "OFF"),
        ("cell_size_check", "ON"),
        ("temp_store", "MEMORY"),
        // What is deleted is overwritten with zeros: forgetting reaches the file.
        ("secure_delete", "ON"),
        // In pages, 32 MiB: a page that many commits change is copied into the file once for all of them.
        ("wal_autocheckpoint", "8192"),
        // In KiB: the inner pages of the indexes of some ten million entries.
        ("cache_size", "-32768"),
    ] {
        connection.pragma_update(None, setting, value).map_err(failed)?;
    }
    Ok(connection)
}

/// [`is_new`] of one state of the file: another process may be making the ledger at this moment, and what it
/// commits between two questions would look like a file of somebody else.
fn lies_empty(connection: &Connection, location: &Location) -> Result<bool, StoreError> {
    let snapshot =
        connection.unchecked_transaction().map_err(|error| StoreError::sqlite(location, &error))?;
    is_new(&snapshot, location)
}

/// Says whether nothing was ever written to the file, asked within one transaction; refuses what is no ledger.
fn is_new(connection: &Connection, location: &Location) -> Result<bool, StoreError> {
    let path = location.to_string();
    let number = |pragma: &str| {
        let value = connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        value.map_err(|error| StoreError::sqlite(location, &error))
    };
    let (application, schema) = (number("application_id")?, number("user_version")?);
    let objects = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    let objects = objects.map_err(|error| StoreError::sqlite(location, &error))?;
    match (application, schema, objects) {
        (0, 0, 0) => Ok(true),
        (APPLICATION_ID, 1..=SCHEMA, _) => Ok(false),
        (APPLICATION_ID, found, _) if found > SCHEMA => {
            Err(StoreError::NewerSchema { path, found, known: SCHEMA })
        }
        (APPLICATION_ID, found, _) => Err(StoreError::corrupt(location, format!("it claims schema {found}"))),
        _ => {
            let found = format!("an SQLite file of another application (application_id {application:#x})");
            Err(StoreError::NotLedger { path, found })
        }
    }
}

fn create(connection: &mut Connection, location: &Location, key: &LedgerKey) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(location, &error);
    write_ahead(connection, location)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Between our look and our lock somebody else may have made the ledger.
    if !is_new(&transaction, location)? {
        return Ok(());
    }
    for table in tables::of(SCHEMA) {
        transaction.execute(table, []).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction.pragma_update(None, "user_version", SCHEMA).map_err(failed)?;
    let id = key.id();
    let row = (id.as_bytes().as_slice(), Tail::empty().encode(key));
    transaction.execute("INSERT INTO ledger (id, key_id, tail) VALUES (1, ?1, ?2)", row).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// Turns on the write-ahead log: readers and the writer do not wait for each other.
fn write_ahead(connection: &Connection, location: &Location) -> Result<(), StoreError> {
    let started = Instant::now();
    loop {
        let mode =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode == "wal" || location.file().is_none() => return Ok(()),
            Ok(mode) => {
                let reason = format!("its file system has no shared memory: SQLite stays in mode {mode}");
                return Err(StoreError::Open { path: location.to_string(), reason });
            }
            // SQLite does not wait here by itself when another connection changes the mode too.
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && started.elapsed() < location.patience() =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(StoreError::sqlite(location, &error)),
        }
    }
}

/// Makes sure that the ledger has our tables and no others, and belongs to the key.
fn check(connection: &Connection, location: &Location, key: &LedgerKey) -> Result<(), StoreError> {
    write_ahead(connection, location)?;
    check_tables(connection, location, SCHEMA)?;
    let id = key_id(connection, location)?;
    match id == key.id() {
        true => Ok(()),
        false => Err(StoreError::WrongKey {
            path: location.to_string(),
            ledger: id.to_string(),
            given: key.id().to_string(),
        }),
    }
}

pub(super) fn check_tables(
    connection: &Connection,
    location: &Location,
    schema: i64,
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::sqlite(location, &error);
    // In the order of their text: VACUUM keeps no other. What ANALYZE leaves does no harm.
    let mut statement = connection
        .prepare(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT IN ('sqlite_stat1', 'sqlite_stat4') ORDER BY sql",
        )
        .map_err(failed)?;
    let found = statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
    let found = found.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut expected = tables::of(schema);
    expected.sort_unstable();
    if found != expected {
        return Err(StoreError::corrupt(location, "its tables are not those of a ledger"));
    }
    Ok(())
}

/// Id of the key that the ledger belongs to.
pub(super) fn key_id(connection: &Connection, location: &Location) -> Result<KeyId, StoreError> {
    let id = connection.query_row("SELECT key_id FROM ledger", [], |row| row.get::<_, Vec<u8>>(0));
    let id: [u8; KeyId::BYTES] = match id.map(TryInto::try_into) {
        Ok(Ok(id)) => id,
        Ok(Err(_)) | Err(rusqlite::Error::QueryReturnedNoRows) => {
            return Err(StoreError::corrupt(location, "it does not say which key it belongs to"));
        }
        Err(error) => return Err(StoreError::sqlite(location, &error)),
    };
    Ok(KeyId::from_bytes(id))
}
