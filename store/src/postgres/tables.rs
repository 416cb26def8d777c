//! The tables of a ledger in a PostgreSQL database: made, and recognised.

use postgres::GenericClient;
use voxguard_core::key::KeyId;
use voxguard_core::ledger::{LedgerKey, Tail};

use super::{LOCK, Postgres, Result};
use crate::error::StoreError;

/// Version of the tables.
const SCHEMA: i64 = 2;

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

impl Postgres {
    /// Schema and key id of the ledger in the database, if there is one.
    pub(super) fn kept(&self, client: &mut impl GenericClient) -> Result<Option<(i64, Vec<u8>)>> {
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
    pub(super) fn prepare(&self, key: &LedgerKey) -> Result<()> {
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
}
