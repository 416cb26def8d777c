//! What happens to entries, whatever database keeps them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use voxguard_core::ledger::proof::{self, Nodes};
use voxguard_core::ledger::subject::NONCE_BYTES;
use voxguard_core::ledger::tree::{Frontier, Hash};
use voxguard_core::ledger::{
    self, Category, Checkpoint, Continuation, Inclusion, LedgerKey, Record, Standing, StoredRecord,
    SubjectKey, Tail, Tile,
};
use zeroize::Zeroizing;

use crate::checkpoints::{self, Checkpoints};
use crate::error::StoreError;
use crate::rows::{self, AttachmentRow, Backend, EntryRow, Rows, Select, SubjectRow, TileRow};

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Most entries that one statement gives.
pub(crate) const PAGE: u32 = 1000;

/// A record on its way into the ledger.
pub(crate) struct Draft {
    record: Record,
    /// What is to lie sealed beside it.
    attachment: Option<(Category, Zeroizing<Vec<u8>>)>,
    /// Whether the subject is a pseudonym already, and not a tag.
    bound: bool,
}

impl Draft {
    /// A record whose subject, if it has one, is named by tag.
    pub fn new(record: Record) -> Result<Self> {
        record.check()?;
        Ok(Self { record, attachment: None, bound: false })
    }

    /// A record about a person who is known already, named by pseudonym.
    pub fn bound(record: Record) -> Result<Self> {
        record.check()?;
        Ok(Self { record, attachment: None, bound: true })
    }

    /// With something that is to lie sealed beside it. The record must have a subject, whose key seals it.
    pub fn with(self, category: Category, plain: &[u8]) -> Result<Self> {
        match self.record.subject().is_some() && category.is_sealed() {
            true => Ok(Self { attachment: Some((category, Zeroizing::new(plain.to_vec()))), ..self }),
            false => Err(StoreError::Attachment),
        }
    }
}

/// The entries of one ledger, under one key.
pub(crate) struct Entries {
    pub backend: Arc<dyn Backend>,
    pub key: LedgerKey,
    /// Who is told of checkpoints.
    pub checkpoints: Checkpoints,
}

impl Entries {
    /// Appends the drafts in one transaction, or none of them.
    pub fn append(&self, drafts: &[Draft]) -> Result<Vec<StoredRecord>> {
        let mut known = None;
        rows::write(&*self.backend, |rows| {
            let tail = self.tail(rows)?;
            if let Some(done) = self.committed(rows, &mut known, &tail, drafts)? {
                return Ok(done);
            }
            self.append_in(rows, tail, drafts)
        })
    }

    /// Does a job in one transaction together with appending the records that it asks for.
    pub fn transact<T: Clone>(
        &self,
        mut job: impl FnMut(&mut dyn Rows) -> Result<(Vec<Draft>, T)>,
    ) -> Result<(Vec<StoredRecord>, T)> {
        if checkpoints::inside() {
            return Err(StoreError::Reentered { path: self.backend.location().to_string() });
        }
        let mut known = None;
        let mut before: Option<(Vec<Draft>, T)> = None;
        let done = rows::write(&*self.backend, |rows| {
            let tail = self.tail(rows)?;
            if let Some((drafts, answer)) = &before
                && let Some(done) = self.committed(rows, &mut known, &tail, drafts)?
            {
                return Ok((done, answer.clone()));
            }
            known.get_or_insert(tail.len());
            let (drafts, answer) = before.insert(job(rows)?);
            Ok((self.append_in(rows, tail, drafts)?, answer.clone()))
        })?;
        // What is done is done: a sink that did not take its checkpoint is told again.
        let _ = self.tell(checkpoints::now_ms(), false);
        Ok(done)
    }

    /// Whether an earlier attempt, whose end was not heard, put these drafts into the ledger: then where.
    fn committed(
        &self,
        rows: &mut dyn Rows,
        known: &mut Option<u64>,
        tail: &Tail,
        drafts: &[Draft],
    ) -> Result<Option<Vec<StoredRecord>>> {
        // Where the ledger ended before the first attempt: looking may have to be repeated as well.
        let before = *known;
        known.get_or_insert(tail.len());
        let (Some(behind), Some(first)) = (before, drafts.first()) else { return Ok(None) };
        let mut after = behind;
        while after < tail.len() {
            let select = Select { after: Some(number(after)), limit: PAGE, ..Select::default() };
            let found = self.select(rows, &select)?;
            if let Some(at) = found.iter().find(|stored| stored.record.id == first.record.id) {
                let limit = drafts.len() as u32;
                let select = Select { after: Some(number(at.seq - 1)), limit, ..Select::default() };
                return self.select(rows, &select).map(Some);
            }
            after += u64::from(PAGE);
        }
        Ok(None)
    }

    fn append_in(&self, rows: &mut dyn Rows, mut tail: Tail, drafts: &[Draft]) -> Result<Vec<StoredRecord>> {
        let mut keys = self.known_keys(rows, drafts)?;
        let (mut entries, mut tiles, mut attachments) =
            (Vec::with_capacity(drafts.len()), Vec::new(), Vec::new());
        let mut stored = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let mut record = draft.record.clone();
            let subject = record.subject().copied();
            let mut sealed = None;
            if let Some(subject) = subject {
                let needed = !draft.bound || draft.attachment.is_some();
                if needed && !keys.contains_key(&subject) {
                    keys.insert(subject, self.subject_key(rows, &subject, draft.bound)?);
                }
                if let (Some(key), true) = (keys.get(&subject), needed) {
                    if let Some((category, plain)) = &draft.attachment {
                        sealed = key
                            .attach(&mut record, *category, plain, &entropy()?)
                            .map(|sealed| (*category, key.pseudonym(), sealed));
                    }
                    if !draft.bound {
                        key.bind(&mut record);
                    }
                }
            }
            let entry = tail.append_encoded(&self.key, record.encode()?);
            let row = EntryRow {
                seq: number(entry.seq),
                record: entry.record,
                leaf: entry.leaf.to_vec(),
                mac: entry.mac.to_vec(),
                kind: i64::from(record.kind_code()),
                mark: record.mark().map(|mark| mark.value().cast_signed()),
                subject: record.subject().map(|subject| subject.to_vec()),
                content: record.content().map(ledger::content_number),
                time_ms: number(record.time_ms),
                previous: None,
            };
            if let Some((category, subject, sealed)) = sealed {
                attachments.push(AttachmentRow {
                    seq: row.seq,
                    category: i64::from(category.code()),
                    time_ms: row.time_ms,
                    subject: subject.to_vec(),
                    sealed,
                });
            }
            let tile = |tile: Tile| TileRow {
                level: i64::from(tile.level),
                index: number(tile.index),
                hash: tile.hash,
            };
            tiles.extend(entry.tiles.into_iter().map(tile));
            entries.push(row);
            stored.push(StoredRecord { seq: entry.seq, record });
        }
        rows.insert(&entries)?;
        rows.insert_tiles(&tiles)?;
        attachments.iter().try_for_each(|row| rows.put_attachment(row))?;
        rows.set_tail(&tail.encode(&self.key))?;
        Ok(stored)
    }

    /// The keys of those who are named by tag and known already, asked for at once.
    fn known_keys(&self, rows: &mut dyn Rows, drafts: &[Draft]) -> Result<HashMap<[u8; 32], SubjectKey>> {
        let unbound = drafts.iter().filter(|draft| !draft.bound);
        let tags: BTreeSet<&[u8]> =
            unbound.filter_map(|draft| draft.record.subject()).map(|tag| tag.as_slice()).collect();
        let tags: Vec<&[u8]> = tags.into_iter().collect();
        let mut keys = HashMap::with_capacity(tags.len());
        if tags.is_empty() {
            return Ok(keys);
        }
        for row in rows.subjects_tagged(&tags)? {
            let (key, _) = self.opened(&row)?;
            keys.extend(<[u8; 32]>::try_from(row.tag).map(|tag| (tag, key)));
        }
        Ok(keys)
    }

    /// The key of a subject, made when there is none yet; by pseudonym, there must be one.
    fn subject_key(&self, rows: &mut dyn Rows, name: &[u8; 32], bound: bool) -> Result<SubjectKey> {
        if bound {
            let row = rows.subject_named(name)?;
            let row = row.ok_or_else(|| self.corrupt("the key of a subject is missing"))?;
            return Ok(self.opened(&row)?.0);
        }
        if let Some(row) = rows.subject(name)? {
            return Ok(self.opened(&row)?.0);
        }
        let key = loop {
            let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(entropy()?);
            if let Some(key) = SubjectKey::from_entropy(&bytes) {
                break key;
            }
        };
        self.put_subject(rows, name, &key, Standing::default())?;
        Ok(key)
    }

    /// Keeps a subject's key and standing.
    pub fn put_subject(
        &self,
        rows: &mut dyn Rows,
        tag: &[u8; 32],
        key: &SubjectKey,
        standing: Standing,
    ) -> Result<()> {
        let sealed = key.wrap(&self.key, tag, standing, &entropy::<NONCE_BYTES>()?);
        let sealed = sealed.ok_or_else(|| self.corrupt("the key of a subject cannot be sealed"))?;
        let pseudonym = key.pseudonym().to_vec();
        rows.put_subject(&SubjectRow { tag: tag.to_vec(), pseudonym, sealed })
    }

    /// What a row keeps of a subject; an error when it is not as it was written.
    pub fn opened(&self, row: &SubjectRow) -> Result<(SubjectKey, Standing)> {
        let tag: Option<[u8; 32]> = row.tag.as_slice().try_into().ok();
        tag.and_then(|tag| SubjectKey::unwrap_from(&self.key, &tag, &row.sealed))
            .filter(|(key, _)| key.pseudonym().as_slice() == row.pseudonym)
            .ok_or_else(|| self.corrupt("what is kept of a subject was changed, or put in another's place"))
    }

    /// Where the ledger ends; an error if its last entry is not the one that it should end with.
    pub fn tail(&self, rows: &mut dyn Rows) -> Result<Tail> {
        let stored = rows.tail()?;
        let tail = Tail::decode(&self.key, &stored).map_err(|error| self.corrupt(error.to_string()))?;
        let (seq, mac) = rows.last()?.unwrap_or((0, vec![0; 32]));
        match u64::try_from(seq) == Ok(tail.len()) && mac == tail.mac() {
            true => Ok(tail),
            false => Err(self.corrupt(format!(
                "its last entry is {seq}, while {} were written: its end was cut off or changed",
                tail.len()
            ))),
        }
    }

    /// Entries, each checked against its MAC; those that were purged are left out.
    pub fn select(&self, rows: &mut dyn Rows, select: &Select) -> Result<Vec<StoredRecord>> {
        let mut found = Vec::new();
        for row in rows.select(select)? {
            found.extend(self.stored(&row)?);
        }
        // What an index led to must be what it was asked for.
        let asked = |stored: &StoredRecord| {
            let record = &stored.record;
            let is = |wanted: Option<i64>, found: Option<i64>| wanted.is_none() || wanted == found;
            is(select.mark, record.mark().map(|mark| mark.value().cast_signed()))
                && is(select.content, record.content().map(ledger::content_number))
                && (select.kinds.is_empty() || select.kinds.contains(&i64::from(record.kind_code())))
                && (select.subject.is_none()
                    || select.subject.as_deref() == record.subject().map(|subject| subject.as_slice()))
                && select.from_ms.is_none_or(|from| number(record.time_ms) >= from)
                && select.until_ms.is_none_or(|until| number(record.time_ms) < until)
        };
        match found.iter().find(|stored| !asked(stored)) {
            Some(stored) => {
                Err(self.corrupt(format!("an index leads to entry {}, which it should not", stored.seq)))
            }
            None => Ok(found),
        }
    }

    /// The record of an entry; none when it was purged.
    fn stored(&self, row: &EntryRow) -> Result<Option<StoredRecord>> {
        let seq = u64::try_from(row.seq).unwrap_or_default();
        let previous: Option<Hash> = match seq {
            1 => Some([0; 32]),
            _ => row.previous.as_deref().and_then(|mac| mac.try_into().ok()),
        };
        let authentic =
            previous.is_some_and(|mac_before| match row.record.is_empty() {
                true => row.leaf.as_slice().try_into().is_ok_and(|leaf: Hash| {
                    ledger::authentic_leaf(&self.key, seq, &mac_before, &leaf, &row.mac)
                }),
                false => ledger::authentic(&self.key, seq, &mac_before, &row.record, &row.mac),
            });
        if !authentic {
            return Err(self.corrupt(format!("entry {}, or the one before it, was changed", row.seq)));
        }
        if row.record.is_empty() {
            return Ok(None);
        }
        let record = Record::decode(&row.record);
        let record =
            record.map_err(|error| self.corrupt(format!("entry {} cannot be read: {error}", row.seq)))?;
        Ok(Some(StoredRecord { seq, record }))
    }

    /// A signed statement of size and root.
    pub fn checkpoint(&self, tail: &Tail, now_ms: u64) -> String {
        Checkpoint::new(&self.key, tail, Some(now_ms / 1000)).sign(&self.key)
    }

    /// The proof that an entry is in the ledger; none when there is no such entry, or when it was purged.
    pub fn prove(&self, rows: &mut dyn Rows, seq: u64, now_ms: u64) -> Result<Option<Inclusion>> {
        let tail = self.tail(rows)?;
        let (Some(index), true) = (seq.checked_sub(1), seq <= tail.len()) else { return Ok(None) };
        let select = Select { after: Some(number(index)), limit: 1, ..Select::default() };
        let found = self.select(rows, &select)?;
        let Some(stored) = found.into_iter().find(|stored| stored.seq == seq) else { return Ok(None) };
        let record = stored.record.encode()?;
        let path = proof::inclusion(&mut Tiles { rows, entries: self }, index, tail.len())?;
        let leaf = ledger::tree::leaf_hash(&record);
        if proof::included_root(&leaf, index, tail.len(), &path) != Some(tail.root()) {
            return Err(self.corrupt("a tile of its tree was changed: the proof does not hold"));
        }
        let checkpoint = self.checkpoint(&tail, now_ms);
        Ok(Some(Inclusion { index, path, record: Some(record), checkpoint }))
    }

    /// The proof that the ledger continues what it was at a checkpoint; none when it does not.
    pub fn prove_since(
        &self,
        rows: &mut dyn Rows,
        old: &Checkpoint,
        now_ms: u64,
    ) -> Result<Option<Continuation>> {
        let tail = self.tail(rows)?;
        if old.size > tail.len() {
            return Ok(None);
        }
        let mut tiles = Tiles { rows, entries: self };
        let path = proof::consistency(&mut tiles, old.size, tail.len())?;
        match proof::consistent(old.size, &old.root, tail.len(), &tail.root(), &path) {
            true => {
                Ok(Some(Continuation { old: old.size, path, checkpoint: self.checkpoint(&tail, now_ms) }))
            }
            false => Ok(None),
        }
    }

    pub fn corrupt(&self, reason: impl Into<String>) -> StoreError {
        StoreError::corrupt(self.backend.location(), reason)
    }
}

/// The roots of perfect trees: from tiles, and below those from leaves.
struct Tiles<'a> {
    rows: &'a mut dyn Rows,
    entries: &'a Entries,
}

impl Nodes for Tiles<'_> {
    type Error = StoreError;

    fn node(&mut self, level: u32, index: u64) -> Result<Hash> {
        let kept = level / Tile::HEIGHT * Tile::HEIGHT;
        let (from, count) = (index << (level - kept), 1u64 << (level - kept));
        let hashes = match kept {
            0 => self.rows.leaves(number(from + 1), number(count))?,
            _ => self.rows.tiles(i64::from(kept), number(from), number(count))?,
        };
        if hashes.len() as u64 != count {
            return Err(self.entries.corrupt("a tile of its tree is missing"));
        }
        let mut tree = Frontier::default();
        for hash in hashes {
            let hash = hash.try_into();
            tree.push(hash.map_err(|_| self.entries.corrupt("a hash of its tree is not of 32 bytes"))?);
        }
        Ok(tree.root())
    }
}

/// A number as databases keep it. No ledger has 2^63 entries, and no record such a time.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Random bytes of the system.
pub(crate) fn entropy<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Entropy { reason: error.to_string() })?;
    Ok(bytes)
}
