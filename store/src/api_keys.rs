//! API keys on disk: records of [`voxguard_core::access::api_key`], and nothing that could be used as a key.
//!
//! An SQLite file of its own, apart from the ledger: who may read the one need not read the other. Where the
//! host gives no key to hash with, one is drawn when the file is made and kept in it; then the file alone is
//! enough to check a guess, of which there are 2^256.

use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use voxguard_core::access::api_key::KeyRecord;
use voxguard_core::key::{Key, KeyId};

use crate::error::StoreError;
use crate::location::Location;

/// "VxAk": tells a file of API keys from every other SQLite file.
const APPLICATION_ID: i64 = 0x5678_416b;

const TABLES: &str = "
    CREATE TABLE api_key (id TEXT PRIMARY KEY, subject TEXT NOT NULL, scopes TEXT NOT NULL, hash TEXT NOT NULL,
        created INTEGER NOT NULL, expires INTEGER, revoked INTEGER, replaces TEXT) STRICT;
    CREATE INDEX api_key_subject ON api_key (subject);
    CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;";

/// Records of API keys in a file or in memory. Many threads may use one.
pub struct ApiKeyStore {
    connection: Mutex<Connection>,
    location: Location,
    hashing: Key,
}

impl ApiKeyStore {
    /// Opens the store at a URL such as `sqlite:///access.db`, and makes it where nothing lies. `key` hashes the
    /// secrets and must be the same every time; without one, `fresh` (32 random bytes) does, from when the
    /// file is made.
    pub fn open(url: &str, key: Option<&Key>, fresh: &Key) -> Result<Self, StoreError> {
        let location = Location::parse(url)?;
        if location.server().is_some() {
            let reason = "API keys are kept in SQLite alone".to_owned();
            return Err(StoreError::Url { reason });
        }
        let failed = |error: &rusqlite::Error| StoreError::sqlite(&location, error);
        if let Some(file) = location.file() {
            crate::sqlite::file::prepare(file, &location)?;
        }
        let connection = match location.file() {
            Some(file) => Connection::open_with_flags(
                file,
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            ),
            None => Connection::open_in_memory(),
        };
        let mut connection = connection.map_err(|error| failed(&error))?;
        let hashing = prepare(&mut connection, &location, key, fresh)?;
        Ok(Self { connection: Mutex::new(connection), location, hashing })
    }

    /// The key that the secrets are hashed with.
    pub fn hashing_key(&self) -> &Key {
        &self.hashing
    }

    /// Adds a record; it is on disk when this returns.
    pub fn insert(&self, record: &KeyRecord) -> Result<(), StoreError> {
        let scopes = record.scopes.join(" ");
        let number = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        let inserted = self.connection.lock().execute(
            "INSERT INTO api_key (id, subject, scopes, hash, created, expires, revoked, replaces)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                record.id,
                record.subject,
                scopes,
                record.hash,
                number(record.created),
                record.expires.map(number),
                record.revoked.map(number),
                record.replaces
            ],
        );
        inserted.map(|_| ()).map_err(|error| self.failed(&error))
    }

    /// The record of an id.
    pub fn find(&self, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        let sql = format!("{SELECT} WHERE id = ?1");
        let found = self.connection.lock().query_row(&sql, [id], record).optional();
        found.map_err(|error| self.failed(&error))
    }

    /// All records, or those of one subject, the oldest first.
    pub fn list(&self, subject: Option<&str>) -> Result<Vec<KeyRecord>, StoreError> {
        let sql = format!("{SELECT} WHERE ?1 IS NULL OR subject = ?1 ORDER BY created, id");
        let connection = self.connection.lock();
        let rows = connection.prepare(&sql).and_then(|mut statement| {
            let rows = statement.query_map([subject], record)?;
            rows.collect::<Result<Vec<_>, _>>()
        });
        rows.map_err(|error| self.failed(&error))
    }

    /// Revokes a key from now on. Whether it was there and not revoked.
    pub fn revoke(&self, id: &str, now: u64) -> Result<bool, StoreError> {
        let changed = self.connection.lock().execute(
            "UPDATE api_key SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL",
            params![id, i64::try_from(now).unwrap_or(i64::MAX)],
        );
        changed.map(|rows| rows > 0).map_err(|error| self.failed(&error))
    }

    /// Lets a key expire at this moment, if it would not do so earlier: the grace of a rotation.
    pub fn expire(&self, id: &str, at: u64) -> Result<bool, StoreError> {
        let changed = self.connection.lock().execute(
            "UPDATE api_key SET expires = min(coalesce(expires, ?2), ?2) WHERE id = ?1",
            params![id, i64::try_from(at).unwrap_or(i64::MAX)],
        );
        changed.map(|rows| rows > 0).map_err(|error| self.failed(&error))
    }

    /// Revokes all keys that were made before a moment. How many.
    pub fn revoke_all(&self, before: u64, now: u64) -> Result<u64, StoreError> {
        let number = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        let changed = self.connection.lock().execute(
            "UPDATE api_key SET revoked = ?2 WHERE created < ?1 AND revoked IS NULL",
            params![number(before), number(now)],
        );
        changed.map(|rows| rows as u64).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.location, error)
    }
}

const SELECT: &str = "SELECT id, subject, scopes, hash, created, expires, revoked, replaces FROM api_key";

fn record(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    let number = |seconds: i64| u64::try_from(seconds).unwrap_or(0);
    let scopes: String = row.get(2)?;
    Ok(KeyRecord {
        id: row.get(0)?,
        subject: row.get(1)?,
        scopes: scopes.split_ascii_whitespace().map(str::to_owned).collect(),
        hash: row.get(3)?,
        created: number(row.get(4)?),
        expires: row.get::<_, Option<i64>>(5)?.map(number),
        revoked: row.get::<_, Option<i64>>(6)?.map(number),
        replaces: row.get(7)?,
    })
}

/// Makes the tables where there are none, recognises them where there are; the key to hash with.
fn prepare(
    connection: &mut Connection,
    location: &Location,
    key: Option<&Key>,
    fresh: &Key,
) -> Result<Key, StoreError> {
    let failed = |error: &rusqlite::Error| StoreError::sqlite(location, error);
    let work = || -> rusqlite::Result<Option<(Vec<u8>, Vec<u8>)>> {
        connection.busy_timeout(location.patience())?;
        let change = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let tables: i64 = change.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let id: i64 = change.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if tables == 0 && id == 0 {
            change.execute_batch(TABLES)?;
            change.pragma_update(None, "application_id", APPLICATION_ID)?;
            let own = if key.is_none() { fresh.expose().as_slice() } else { &[] };
            let hashing = key.unwrap_or(fresh);
            let insert = "INSERT INTO setting (name, value) VALUES (?1, ?2)";
            change.execute(insert, params!["key", own])?;
            change.execute(insert, params!["key_id", hashing.id().as_bytes().as_slice()])?;
        } else if id != APPLICATION_ID {
            return Ok(None);
        }
        let setting = |name: &str| {
            change.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0))
        };
        let found = Some((setting("key")?, setting("key_id")?));
        change.commit()?;
        Ok(found)
    };
    let mut work = work;
    let Some((own, id)) = work().map_err(|error| failed(&error))? else {
        return Err(StoreError::NotLedger {
            path: location.to_string(),
            found: "an SQLite file, but not one of API keys".into(),
        });
    };
    let id = KeyId::from_bytes(id.try_into().unwrap_or_default());
    let hashing = match key {
        Some(key) => key.clone(),
        None => Key::from_bytes(&own).map_err(|_| StoreError::WrongKey {
            path: location.to_string(),
            ledger: id.to_string(),
            given: "none".into(),
        })?,
    };
    if hashing.id() != id {
        let (ledger, given) = (id.to_string(), hashing.id().to_string());
        return Err(StoreError::WrongKey { path: location.to_string(), ledger, given });
    }
    Ok(hashing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use voxguard_core::access::api_key::{ApiKeyRefusal, KeyGrant, KeyMaker};

    fn key(byte: u8) -> Key {
        Key::from_bytes(&[byte; 32]).unwrap()
    }

    #[test]
    fn keys_last_and_the_file_holds_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("access.db");
        let url = format!("sqlite:///{}", file.display());
        let store = ApiKeyStore::open(&url, None, &key(1)).unwrap();
        let maker = KeyMaker::new(store.hashing_key());
        let scopes = ["synthesize".to_owned()];
        let grant =
            KeyGrant { subject: "user-1", scopes: &scopes, now: 100, expires: Some(900), replaces: None };
        let issued = maker.issue(&grant, [7; 8], &[9; 32]).unwrap();
        store.insert(&issued.record).unwrap();
        drop(store);

        let bytes = std::fs::read(&file).unwrap();
        let secret = issued.text.split('.').nth(1).unwrap().as_bytes();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }

        // Another `fresh` changes nothing: the key was drawn when the file was made.
        let store = ApiKeyStore::open(&url, None, &key(2)).unwrap();
        let maker = KeyMaker::new(store.hashing_key());
        let id = maker.id_of(&issued.text).unwrap();
        let found = store.find(id).unwrap().unwrap();
        assert_eq!(found, issued.record);
        assert_eq!(maker.verify(&issued.text, &found, 200, 0), Ok(()));
        assert!(store.revoke(id, 300).unwrap() && !store.revoke(id, 301).unwrap());
        let found = store.find(id).unwrap().unwrap();
        assert_eq!(maker.verify(&issued.text, &found, 300, 0), Err(ApiKeyRefusal::Revoked));
        assert_eq!(store.list(Some("user-1")).unwrap().len(), 1);
        assert!(store.list(Some("' OR 1=1 --")).unwrap().is_empty());
        assert!(store.find("'").unwrap().is_none());
        assert!(ApiKeyStore::open(&url, Some(&key(3)), &key(1)).is_err(), "another key");
        let server = ApiKeyStore::open("postgresql://localhost/keys", None, &key(1)).err();
        assert!(matches!(server, Some(StoreError::Url { .. })));
    }

    #[test]
    fn another_sqlite_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("other.db");
        Connection::open(&file).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        let before = std::fs::read(&file).unwrap();
        let url = format!("sqlite:///{}", file.display());
        assert!(matches!(ApiKeyStore::open(&url, None, &key(1)), Err(StoreError::NotLedger { .. })));
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }

    #[test]
    fn a_rotated_key_has_its_grace_and_all_can_be_revoked() {
        let store = ApiKeyStore::open("sqlite::memory:", Some(&key(1)), &key(2)).unwrap();
        let maker = KeyMaker::new(store.hashing_key());
        for (n, created) in [(1u8, 100), (2, 200)] {
            let grant = KeyGrant { subject: "u", scopes: &[], now: created, expires: None, replaces: None };
            store.insert(&maker.issue(&grant, [n; 8], &[n; 32]).unwrap().record).unwrap();
        }
        let id = "0101010101010101";
        assert!(store.expire(id, 500).unwrap() && store.expire(id, 900).unwrap());
        assert_eq!(store.find(id).unwrap().unwrap().expires, Some(500));
        assert_eq!(store.revoke_all(200, 600).unwrap(), 1);
        assert!(store.find(id).unwrap().unwrap().revoked.is_some());
    }
}
