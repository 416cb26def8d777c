//! A ledger on a PostgreSQL server, where one machine is not enough.
//!
//! Every write transaction first takes an advisory lock, so the ledger has one writer at a time whatever
//! machine it is on, and numbers follow each other without a gap. A connection that was lost is made anew,
//! for as long as [`Location::patience`] says, and the work is done again; work that asks for records looks
//! first whether they are there already, so that a commit whose answer was lost is not repeated.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use postgres::error::SqlState;
use postgres::{Client, Config, IsolationLevel, NoTls, Statement};
use voxguard_core::ledger::LedgerKey;

use crate::error::StoreError;
use crate::location::Location;
use crate::rows::{Backend, Job};

mod rows;
mod tables;

use rows::Inside;

/// Reading connections that are kept for the next reader.
const IDLE_READERS: usize = 4;
/// Number of the advisory lock that a writer holds: "VoxGuard".
const LOCK: i64 = 0x566f_7847_7561_7264;
/// Wait between attempts to connect.
const PAUSE: Duration = Duration::from_millis(50);

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// One database of a server.
pub(crate) struct Postgres {
    location: Location,
    config: Config,
    writer: Mutex<Option<Connection>>,
    idle: Mutex<Vec<Connection>>,
}

/// A connection, and what it has prepared: a statement that is prepared anew costs a round trip each time.
struct Connection {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

impl Postgres {
    /// Opens the ledger of this key, or makes a new one where none is.
    pub fn open(location: Location, key: &LedgerKey) -> Result<Arc<dyn Backend>> {
        let postgres = Self::new(location)?;
        postgres.prepare(key)?;
        Ok(Arc::new(postgres))
    }

    /// Opens a ledger that is there, whosever it is, for reading alone.
    pub fn open_any(location: Location) -> Result<Arc<dyn Backend>> {
        let postgres = Self::new(location)?;
        let mut connection = postgres.connect()?;
        match postgres.kept(&mut connection.client)? {
            Some(_) => Ok(Arc::new(postgres)),
            None => Err(StoreError::Missing { path: postgres.location.to_string() }),
        }
    }

    fn new(location: Location) -> Result<Self> {
        let config: Option<Config> = location.server().and_then(|url| url.parse().ok());
        // What exactly is wrong could quote the password.
        let mut config = config.ok_or_else(|| StoreError::Url {
            reason: "it is not one that PostgreSQL's clients read".to_owned(),
        })?;
        config.connect_timeout(Duration::from_secs(5)).application_name("voxguard");
        Ok(Self { location, config, writer: Mutex::default(), idle: Mutex::default() })
    }

    fn connect(&self) -> Result<Connection> {
        let mut client = self.config.connect(NoTls).map_err(|error| self.failed(&error))?;
        // A commit is on disk when it returns, whatever the server's default is.
        let settings = "SET synchronous_commit = on; SET client_min_messages = warning";
        client.batch_execute(settings).map_err(|error| self.failed(&error))?;
        Ok(Connection { client, statements: HashMap::new() })
    }

    fn failed(&self, error: &postgres::Error) -> StoreError {
        failed(&self.location, error)
    }

    /// Runs the job on a connection, on a new one when the old one was lost, until it is done or patience
    /// ends.
    fn persist(
        &self,
        mut connection: Option<Connection>,
        run: &mut dyn FnMut(&mut Connection) -> Result<()>,
    ) -> Result<Connection> {
        let begun = Instant::now();
        loop {
            let outcome = match connection.take().filter(|connection| !connection.client.is_closed()) {
                Some(open) => Ok(open),
                None => self.connect(),
            }
            .and_then(|mut open| run(&mut open).map(|()| open));
            match outcome {
                Ok(open) => return Ok(open),
                Err(StoreError::Unreachable { .. }) if begun.elapsed() < self.location.patience() => {
                    std::thread::sleep(PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Backend for Postgres {
    fn location(&self) -> &Location {
        &self.location
    }

    fn read(&self, job: Job<'_>) -> Result<()> {
        let idle = self.idle.lock().pop();
        let connection = self.persist(idle, &mut |connection| {
            let Connection { client, statements } = connection;
            let transaction = client
                .build_transaction()
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true)
                .start()
                .map_err(|error| self.failed(&error))?;
            job(&mut Inside::new(transaction, statements, &self.location))
        })?;
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        Ok(())
    }

    fn write(&self, job: Job<'_>) -> Result<()> {
        let mut writer = self.writer.lock();
        let connection = self.persist(writer.take(), &mut |connection| {
            let Connection { client, statements } = connection;
            let transaction = client.transaction().map_err(|error| self.failed(&error))?;
            let mut inside = Inside::new(transaction, statements, &self.location);
            inside.lock()?;
            job(&mut inside)?;
            inside.into_transaction().commit().map_err(|error| self.failed(&error))
        })?;
        *writer = Some(connection);
        Ok(())
    }

    fn scrub(&self) -> Result<()> {
        // Old row versions go; the server's write-ahead log and its archives are the operator's.
        let mut writer = self.writer.lock();
        let connection = self.persist(writer.take(), &mut |connection| {
            let client = &mut connection.client;
            let sql = "VACUUM voxguard_subject; VACUUM voxguard_attachment; VACUUM voxguard_entry";
            sql.split(';').try_for_each(|sql| client.batch_execute(sql)).map_err(|error| self.failed(&error))
        })?;
        *writer = Some(connection);
        Ok(())
    }

    fn check_pages(&self) -> Result<Option<String>> {
        Ok(None)
    }

    fn limit_pages(&self, _: u32) -> Result<()> {
        Ok(())
    }
}

/// The error for what the server, or the way to it, said. What a server quotes of values is left out.
fn failed(location: &Location, error: &postgres::Error) -> StoreError {
    let path = location.to_string();
    let Some(said) = error.as_db_error() else {
        let reason = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        // A value of another type than the one asked for: not the way, but what lies there.
        return match error.to_string().contains("deserializing") {
            true => StoreError::Corrupt { path, reason },
            false => StoreError::Unreachable { path, reason },
        };
    };
    let reason = format!("{}, SQL state {}", said.message(), said.code().code());
    match said.code() {
        code if code.code().starts_with("08") || code.code().starts_with("57P") => {
            StoreError::Unreachable { path, reason }
        }
        // A standby after a failover: the connection is to be made anew, to the one that leads.
        &SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Unreachable { path, reason },
        &SqlState::DISK_FULL | &SqlState::OUT_OF_MEMORY | &SqlState::TOO_MANY_CONNECTIONS => {
            StoreError::Full { path }
        }
        &SqlState::LOCK_NOT_AVAILABLE => StoreError::Locked { path, waited_ms: 0 },
        code if code.code().starts_with("28") || code == &SqlState::INVALID_CATALOG_NAME => {
            StoreError::Open { path, reason }
        }
        &SqlState::INSUFFICIENT_PRIVILEGE => StoreError::ReadOnly { path },
        _ => StoreError::Corrupt { path, reason },
    }
}
