//! The handle.

use std::fmt;
use std::sync::Arc;

use voxguard_core::id::{MarkId, SubjectId};
use voxguard_core::key::{Key, hex};
use voxguard_core::ledger::{
    Category, Checkpoint, Consent, Continuation, Event, EventKind, Inclusion, LedgerKey, Lookup, Match, Plan,
    Receipt, Record, RetentionPolicy, Right, Standing, StoredRecord, Verification, Verifier, VerifyingKey,
};

use crate::checkpoints::Checkpoints;
use crate::entries::{Draft, Entries, entropy, number};
use crate::error::StoreError;
use crate::keeping;
use crate::location::Location;
use crate::people::{Grant, Intent, record};
use crate::postgres::Postgres;
use crate::rows::{self, Rows, Select};
use crate::sqlite::Sqlite;
use crate::writer::{Desk, Writer};

/// A ledger in a database. Clones are the same ledger; any number of threads may use it.
///
/// Dropping the last clone ends the writer's thread and closes the database.
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    /// First, so that it is dropped first: the writer ends before the database closes.
    writer: Writer,
    entries: Arc<Entries>,
}

/// What is looked for: all that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Audio that carries this mark.
    pub mark: Option<MarkId>,
    /// Audio with this SHA-256 of its samples ([`Record::content`]).
    pub content: Option<[u8; 32]>,
    /// Whatever is about this subject.
    pub subject: Option<SubjectId>,
    /// Records of these kinds ([`Record::kind_code`]); none for all.
    pub kinds: Vec<u8>,
    /// From this time on, in milliseconds since 1970.
    pub from_ms: Option<u64>,
    /// Before this time.
    pub until_ms: Option<u64>,
    /// With a number above this one: the way to the next page, oldest first.
    pub after: Option<u64>,
    /// With a number below this one: the way to the next page, newest first.
    pub before: Option<u64>,
    /// The newest first.
    pub newest_first: bool,
    /// How many; never more than [`Ledger::MAX_FOUND`].
    pub limit: u32,
}

impl Ledger {
    /// Most records that a search or a page returns.
    pub const MAX_FOUND: u32 = 1000;

    /// Opens the ledger at `url`, which belongs to `key`, or makes a new one where nothing lies.
    ///
    /// | url | what |
    /// |---|---|
    /// | `sqlite:///voxguard.db` | a file in the current folder |
    /// | `sqlite:////var/lib/voxguard.db` | a file by its absolute path |
    /// | `sqlite:///voxguard.db?busy_timeout_ms=200` | waits 200 ms for somebody else's lock, not 5 s |
    /// | `sqlite::memory:` | memory, gone with the last clone |
    /// | `postgresql://user:password@host/database` | a PostgreSQL server, for many machines |
    pub fn open(url: &str, key: &Key) -> Result<Self, StoreError> {
        let location = Location::parse(url)?;
        let key = LedgerKey::new(key);
        let backend = match location.server() {
            Some(_) => Postgres::open(location, &key)?,
            None => Sqlite::open(location, &key)?,
        };
        let entries = Arc::new(Entries { backend, key, checkpoints: Checkpoints::default() });
        let desk = Desk { entries: Arc::clone(&entries) };
        let writer =
            Writer::start(desk).map_err(|error| StoreError::io(entries.backend.location(), &error))?;
        Ok(Self { inner: Arc::new(Inner { writer, entries }) })
    }

    fn entries(&self) -> &Entries {
        &self.inner.entries
    }

    fn read<T>(&self, job: impl FnMut(&mut dyn Rows) -> Result<T, StoreError>) -> Result<T, StoreError> {
        rows::read(&*self.entries().backend, job)
    }

    /// Appends a record and returns its number, from 1, once it is on disk. Blocks for the disk.
    ///
    /// On error the record is not in the ledger, save when the disk failed while it was synced
    /// ([`StoreError::Io`]): then it may appear after a crash, once, under the id it was given.
    pub fn append(&self, record: &Record) -> Result<u64, StoreError> {
        Ok(self.record(record.clone(), None)?.seq)
    }

    /// As [`Ledger::append`], with what is to lie sealed beside the record, and gives the record as it
    /// stands in the ledger: its subject is a pseudonym, its text a commitment with the subject's own key.
    pub fn record(
        &self,
        record: Record,
        sealed: Option<(Category, &[u8])>,
    ) -> Result<StoredRecord, StoreError> {
        let mut draft = Draft::new(record)?;
        if let Some((category, plain)) = sealed {
            draft = draft.with(category, plain)?;
        }
        self.inner.writer.append(draft, self.entries().backend.location())
    }

    /// Appends an event of one of the host's own kinds ([`EventKind::is_hosts`]).
    pub fn event(&self, event: Event, now_ms: u64) -> Result<StoredRecord, StoreError> {
        match event.kind.is_hosts() {
            true => self.record(record(entropy()?, now_ms, event), None),
            false => Err(StoreError::Kind { kind: event.kind.as_str().to_owned() }),
        }
    }

    /// Entries of the ledger, those that were purged included.
    pub fn len(&self) -> Result<u64, StoreError> {
        let last = self.read(|rows| rows.last())?;
        let seq = last.map_or(0, |(seq, _)| seq);
        u64::try_from(seq).map_err(|_| self.entries().corrupt(format!("its last entry has the number {seq}")))
    }

    /// Says whether the ledger has no entry.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.len()? == 0)
    }

    /// The record with this number, from 1; none when there is none, or when it was purged.
    pub fn get(&self, seq: u64) -> Result<Option<StoredRecord>, StoreError> {
        let Some(after) = seq.checked_sub(1) else { return Ok(None) };
        let found = self.page(after, 1)?.pop();
        Ok(found.filter(|stored| stored.seq == seq))
    }

    /// Records behind the number `after` (0: from the first), in order, `limit` at most, and never more
    /// than [`Ledger::MAX_FOUND`]. Those that were purged are left out.
    pub fn page(&self, after: u64, limit: u32) -> Result<Vec<StoredRecord>, StoreError> {
        self.find(&Query { after: Some(after), limit, ..Query::default() })
    }

    /// Records of which all that the query says holds.
    pub fn find(&self, query: &Query) -> Result<Vec<StoredRecord>, StoreError> {
        let select = Select {
            mark: query.mark.map(|mark| mark.value().cast_signed()),
            subject: None,
            content: query.content.as_ref().map(voxguard_core::ledger::content_number),
            kinds: query.kinds.iter().map(|kind| i64::from(*kind)).collect(),
            from_ms: query.from_ms.map(number),
            until_ms: query.until_ms.map(number),
            after: query.after.map(number),
            before: query.before.map(number),
            newest_first: query.newest_first,
            limit: query.limit.min(Self::MAX_FOUND),
        };
        self.read(|rows| {
            let mut found = match &query.subject {
                None => self.entries().select(rows, &select)?,
                Some(subject) => self.of_subject(rows, subject, &select)?,
            };
            // Eight bytes led there; all must agree.
            found.retain(|stored| {
                query.content.is_none() || stored.record.content() == query.content.as_ref()
            });
            Ok(found)
        })
    }

    /// Visits the records from a time until before another, in order, a page at a time.
    pub fn visit_span(
        &self,
        from_ms: u64,
        until_ms: u64,
        mut visit: impl FnMut(&StoredRecord),
    ) -> Result<(), StoreError> {
        let (from, until) = (number(from_ms), number(until_ms));
        let Some((first, last)) = self.read(|rows| rows.span(from, until))? else { return Ok(()) };
        let mut select = Select {
            from_ms: Some(from),
            until_ms: Some(until),
            after: Some(first - 1),
            before: Some(last.saturating_add(1)),
            limit: Self::MAX_FOUND,
            ..Select::default()
        };
        loop {
            let page = self.read(|rows| self.entries().select(rows, &select))?;
            page.iter().for_each(&mut visit);
            match page.last() {
                Some(last) if page.len() == Self::MAX_FOUND as usize => select.after = Some(number(last.seq)),
                _ => return Ok(()),
            }
        }
    }

    /// Records of a subject: by pseudonym, and by tag as ledgers of the first schema have it.
    fn of_subject(
        &self,
        rows: &mut dyn Rows,
        subject: &SubjectId,
        select: &Select,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let entries = self.entries();
        let mut names = vec![entries.key.subject_tag(subject)];
        names.extend(entries.pseudonym(rows, subject)?);
        let mut found = Vec::new();
        for name in names {
            found.extend(entries.select(rows, &Select { subject: Some(name.to_vec()), ..select.clone() })?);
        }
        found.sort_by_key(|stored| stored.seq);
        if select.newest_first {
            found.reverse();
        }
        found.truncate(select.limit as usize);
        Ok(found)
    }

    /// Records whose audio carries this mark, the newest first, [`Ledger::MAX_FOUND`] at most.
    pub fn find_mark(&self, mark: MarkId) -> Result<Vec<StoredRecord>, StoreError> {
        let (mark, newest_first) = (Some(mark), true);
        self.find(&Query { mark, newest_first, limit: Self::MAX_FOUND, ..Query::default() })
    }

    /// Records of this subject, the newest first, [`Ledger::MAX_FOUND`] at most.
    pub fn find_subject(&self, subject: &SubjectId) -> Result<Vec<StoredRecord>, StoreError> {
        let (subject, newest_first) = (Some(subject.clone()), true);
        self.find(&Query { subject, newest_first, limit: Self::MAX_FOUND, ..Query::default() })
    }

    /// Which of all marks of this ledger soft bits agree with best: for clips too short for their payload
    /// to be decoded. `chips`: the lowest eight bits of the ids that they can be of. `None` when the soft bits say nothing, or there is no mark. Reads every mark.
    pub fn lookup(&self, soft: &[f32], chips: u8) -> Result<Option<Match>, StoreError> {
        let Some(mut lookup) = Lookup::new(soft, chips) else { return Ok(None) };
        self.read(|rows| rows.each_mark(&mut |mark| lookup.compare(MarkId::new(mark.into()))))?;
        Ok(lookup.finish())
    }

    /// A signed statement of the ledger's size and root, to be kept elsewhere; `now_ms` is the time in
    /// milliseconds since 1970. See [`voxguard_core::ledger::checkpoint`].
    pub fn checkpoint(&self, now_ms: u64) -> Result<String, StoreError> {
        let tail = self.read(|rows| self.entries().tail(rows))?;
        Ok(self.entries().checkpoint(&tail, now_ms))
    }

    /// The proof that the record with this number is in the ledger, with a checkpoint of now; none when
    /// there is no such record, or when it was purged.
    pub fn prove(&self, seq: u64, now_ms: u64) -> Result<Option<Inclusion>, StoreError> {
        self.read(|rows| self.entries().prove(rows, seq, now_ms))
    }

    /// The proof that the ledger continues what it was at a checkpoint of its own; none when it does not.
    pub fn prove_since(&self, checkpoint: &str, now_ms: u64) -> Result<Option<Continuation>, StoreError> {
        let old = Checkpoint::verify(checkpoint, &self.entries().key.verifying_key())?;
        self.read(|rows| self.entries().prove_since(rows, &old, now_ms))
    }

    /// Reads every entry and says whether the ledger is as it was written; with a checkpoint of this
    /// ledger also whether it still has the past that the checkpoint speaks of.
    ///
    /// That it is not is a verdict. An error is a text that is no checkpoint of this ledger, or a database
    /// that cannot be reached.
    pub fn verify(&self, checkpoint: Option<&str>) -> Result<Verification, StoreError> {
        let public = self.entries().key.verifying_key();
        let checkpoint = checkpoint.map(|note| Checkpoint::verify(note, &public)).transpose()?;
        self.entries().verify(checkpoint.as_ref())
    }

    /// As [`Ledger::verify`], for who has the public key alone: the entries up to the checkpoint are held
    /// against it.
    pub fn audit(url: &str, public: &VerifyingKey, checkpoint: &str) -> Result<Verification, StoreError> {
        let location = Location::parse(url)?;
        let checkpoint = Checkpoint::verify(checkpoint, public)?;
        let backend = match location.server() {
            Some(_) => Postgres::open_any(location)?,
            None => Sqlite::open_any(location)?,
        };
        keeping::verify(&*backend, Verifier::public(&checkpoint), None)
    }

    /// The public key that checkpoints of this ledger are verified with, as C2SP vkey text.
    pub fn verifying_key(&self) -> String {
        self.entries().key.verifying_key().to_string()
    }

    /// The ledger's secrets: what commits to texts and subjects.
    pub fn key(&self) -> &LedgerKey {
        &self.entries().key
    }

    /// Records a consent; gives its record.
    pub fn give_consent(
        &self,
        subject: &SubjectId,
        grant: &Grant,
        now_ms: u64,
    ) -> Result<StoredRecord, StoreError> {
        self.entries().grant(subject, grant, now_ms)
    }

    /// Records that consent was withdrawn: for one voice, or for all. `None`: nobody of this name is known.
    pub fn withdraw_consent(
        &self,
        subject: &SubjectId,
        voice: Option<&str>,
        now_ms: u64,
    ) -> Result<Option<StoredRecord>, StoreError> {
        self.entries().withdraw(subject, voice, now_ms)
    }

    /// Whether this may be done with somebody's voice now.
    pub fn consent(&self, subject: &SubjectId, intent: &Intent, now_ms: u64) -> Result<Consent, StoreError> {
        self.entries().consent(subject, intent, now_ms)
    }

    /// What a person, or the law, has asked; none when nobody of this name is known.
    pub fn standing(&self, subject: &SubjectId) -> Result<Option<Standing>, StoreError> {
        self.entries().standing(subject)
    }

    /// Places a legal hold on the data of a person, or lifts it. `None`: nobody of this name is known.
    pub fn hold(
        &self,
        subject: &SubjectId,
        held: bool,
        reason: &str,
        now_ms: u64,
    ) -> Result<Option<StoredRecord>, StoreError> {
        self.entries().hold(subject, held, reason, now_ms)
    }

    /// Does what a person asks, records it, and gives the receipt; `note` is what is to be put right, or
    /// why they object, and is sealed.
    pub fn request(
        &self,
        subject: &SubjectId,
        right: Right,
        note: Option<&str>,
        now_ms: u64,
    ) -> Result<Receipt, StoreError> {
        self.entries().request(subject, right, note, now_ms)
    }

    /// What lies sealed beside the record with this number, opened.
    pub fn attachment(&self, seq: u64) -> Result<Option<(Category, Vec<u8>)>, StoreError> {
        self.entries().attachment(seq)
    }

    /// What is due to go at `now_ms`.
    pub fn plan(&self, policy: &RetentionPolicy, now_ms: u64) -> Result<Plan, StoreError> {
        self.entries().plan(policy, now_ms)
    }

    /// Purges what is due, and records it. Gives what was done.
    pub fn retain(&self, policy: &RetentionPolicy, now_ms: u64) -> Result<Plan, StoreError> {
        self.entries().retain(policy, now_ms)
    }

    /// Ends this ledger, and lets a new one under another key begin: each has a record that names the
    /// other. Gives this one's last checkpoint.
    pub fn rotate(&self, next: &Ledger, now_ms: u64) -> Result<String, StoreError> {
        if self.key().id() == next.key().id() {
            return Err(StoreError::SameKey);
        }
        let rotation = |other: &Ledger, goes_on: bool, tail: (u64, [u8; 32])| {
            let mut event = Event::new(EventKind::KeyRotation);
            event.object = Some(other.key().name());
            event.allowed = Some(goes_on);
            event.detail = Some(other.verifying_key());
            (event.size, event.content) = (Some(tail.0), Some(tail.1));
            event
        };
        let end = |ledger: &Ledger| {
            let tail = ledger.read(|rows| ledger.entries().tail(rows))?;
            Ok::<_, StoreError>((tail.len(), tail.root()))
        };
        self.record(record(entropy()?, now_ms, rotation(next, true, end(self)?)), None)?;
        next.record(record(entropy()?, now_ms, rotation(self, false, end(self)?)), None)?;
        self.checkpoint(now_ms)
    }

    /// Tells this sink of a checkpoint (a signed note) now, whenever `every` records have come since the last one
    /// that it took, and when the ledger is closed: so that it is kept where whoever keeps the ledger cannot take
    /// it back. One at a time, on whichever thread; the sink may read the ledger, not append to it
    /// ([`StoreError::Reentered`]). Where it fails, it is told again after the next record. Fails when the first
    /// checkpoint is not taken. It takes the place of the one before.
    pub fn on_checkpoint(
        &self,
        every: u64,
        sink: impl FnMut(&str) -> Result<(), String> + Send + 'static,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.entries().tell_checkpoints(Some((every, Box::new(sink))), now_ms)
    }

    /// Tells nobody of checkpoints any more.
    pub fn forget_checkpoint_sink(&self) -> Result<(), StoreError> {
        self.entries().tell_checkpoints(None, 0)
    }

    /// Notes in the ledger that a checkpoint of it was made: who reads the ledger learns that there is one
    /// to be asked for. Gives the checkpoint, which covers everything before the note.
    pub fn note_checkpoint(&self, now_ms: u64) -> Result<String, StoreError> {
        let tail = self.read(|rows| self.entries().tail(rows))?;
        let mut event = Event::new(EventKind::Checkpoint);
        (event.size, event.content) = (Some(tail.len()), Some(tail.root()));
        self.record(record(entropy()?, now_ms, event), None)?;
        Ok(self.entries().checkpoint(&tail, now_ms))
    }

    /// Records as lines of JSON, with their bytes (`"bytes"`, hexadecimal), which prove them; behind the
    /// number `after`, `limit` at most. What is sealed stays sealed.
    pub fn export(&self, after: u64, limit: u32) -> Result<Vec<String>, StoreError> {
        let line = |stored: &StoredRecord| {
            let mut json = stored.to_json();
            if let serde_json::Value::Object(fields) = &mut json {
                fields.insert("bytes".to_owned(), hex(&stored.record.encode()?).into());
            }
            Ok(json.to_string())
        };
        self.page(after, limit)?.iter().map(line).collect()
    }

    /// Lets the file grow to this many pages only, as if the disk ended there: for tests of a full disk,
    /// where no small disk can be had.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.entries().backend.limit_pages(pages)
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ledger({}, {:?})", self.entries().backend.location(), self.entries().key)
    }
}
