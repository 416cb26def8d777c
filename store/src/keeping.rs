//! What goes when its time has come, and what is found when all is read again.

use sha2::{Digest, Sha256};
use voxguard_core::ledger::retention::ranges;
use voxguard_core::ledger::{
    Category, Checkpoint, Event, EventKind, FaultKind, Held, Plan, Purge, RetentionPolicy, Tile,
    Verification, Verifier, subject,
};

use crate::entries::{Draft, Entries, PAGE, entropy, number};
use crate::error::StoreError;
use crate::index::Indexed;
use crate::people::record;
use crate::rows::{self, Backend, Rows};

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Most things that one run purges, so that a transaction stays short: run again while there is more.
const MAX_PURGED: usize = 100_000;

impl Entries {
    /// What is due at `now_ms`: of each category the first hundred thousand.
    pub fn plan(&self, policy: &RetentionPolicy, now_ms: u64) -> Result<Plan> {
        rows::read(&*self.backend, |rows| self.plan_in(rows, policy, now_ms))
    }

    fn plan_in(&self, rows: &mut dyn Rows, policy: &RetentionPolicy, now_ms: u64) -> Result<Plan> {
        let held = self.held(rows)?;
        let mut things = Vec::new();
        for category in Category::ALL {
            let Some(cutoff) = policy.cutoff(category, now_ms) else { continue };
            let (cutoff, mut after, begun) = (number(cutoff), 0, things.len());
            let kinds: Vec<i64> = category.kinds().into_iter().map(i64::from).collect();
            while things.len() - begun < MAX_PURGED {
                let page = match category.is_sealed() {
                    true => rows.aged_attachments(i64::from(category.code()), cutoff, after, PAGE)?,
                    false => rows.aged(&kinds, cutoff, after, PAGE)?,
                };
                let Some(last) = page.last() else { break };
                after = last.seq;
                things.extend(page.iter().map(|row| Held {
                    seq: u64::try_from(row.seq).unwrap_or_default(),
                    category,
                    time_ms: u64::try_from(row.time_ms).unwrap_or_default(),
                    on_hold: row.subject.as_ref().is_some_and(|subject| held.contains(subject)),
                }));
            }
        }
        Ok(policy.plan(now_ms, things))
    }

    /// Does what is due, and records it. Gives what was done.
    pub fn retain(&self, policy: &RetentionPolicy, now_ms: u64) -> Result<Plan> {
        let id: [u8; 16] = entropy()?;
        let (_, plan) = self.transact(|rows| {
            let plan = self.plan_in(rows, policy, now_ms)?;
            let mut drafts = Vec::new();
            for purge in &plan.purges {
                self.purge(rows, purge, &id, now_ms, &mut drafts)?;
            }
            Ok((drafts, plan))
        })?;
        if !plan.purges.is_empty() {
            // What a reader still holds goes with the next run.
            let _ = self.backend.scrub();
        }
        Ok(plan)
    }

    fn purge(
        &self,
        rows: &mut dyn Rows,
        purge: &Purge,
        id: &[u8; 16],
        now_ms: u64,
        drafts: &mut Vec<Draft>,
    ) -> Result<()> {
        for seq in &purge.seqs {
            rows.delete_attachment(number(*seq))?;
        }
        for part in ranges(&purge.seqs).chunks(Event::MAX_RANGES) {
            if !purge.category.is_sealed() {
                for (first, last) in part {
                    rows.empty(number(*first), number(*last))?;
                }
            }
            let mut event = Event::new(EventKind::Purge);
            event.object = Some(purge.category.as_str().to_owned());
            event.until_ms = Some(purge.before_ms);
            event.size = Some(part.iter().map(|(first, last)| last - first + 1).sum());
            event.ranges = part.to_vec();
            let mut id = *id;
            id[15] = id[15].wrapping_add(drafts.len() as u8);
            drafts.push(Draft::bound(record(id, now_ms, event))?);
        }
        Ok(())
    }

    /// Reads every entry in one snapshot, and says whether all is as it was written.
    pub fn verify(&self, checkpoint: Option<&Checkpoint>) -> Result<Verification> {
        verify(&*self.backend, Verifier::new(&self.key, checkpoint), Some(self))
    }

    /// What lies beside the entries: attachments and what is kept of people.
    fn check_beside(&self, rows: &mut dyn Rows, verifier: &mut Verifier<'_>) -> Result<()> {
        if let Some(message) = self.check_people(rows)? {
            verifier.wrong(None, FaultKind::Subject, message);
            return Ok(());
        }
        for category in Category::ALL.into_iter().filter(|category| category.is_sealed()) {
            let mut after = 0;
            loop {
                let page = rows.aged_attachments(i64::from(category.code()), i64::MAX, after, PAGE)?;
                let Some(last) = page.last() else { break };
                after = last.seq;
                for aged in &page {
                    let Some(attached) = rows.attachment(aged.seq)? else { continue };
                    let select = rows::Select { after: Some(aged.seq - 1), limit: 1, ..Default::default() };
                    let found = self.select(rows, &select)?;
                    let hash = subject::attachment_hash(&attached.sealed);
                    let right = found.first().is_some_and(|stored| {
                        number(stored.seq) == aged.seq
                            && stored.record.attachment() == Some(&hash)
                            && stored.record.subject().map(|name| name.as_slice()) == Some(&attached.subject)
                            && number(stored.record.time_ms) == attached.time_ms
                    });
                    if !right {
                        let seq = u64::try_from(aged.seq).ok();
                        let message = format!("what lies sealed beside entry {} was changed", aged.seq);
                        verifier.wrong(seq, FaultKind::Attachment, message);
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Reads every entry in one snapshot; with the ledger's own key also what lies beside them. The pages that
/// all of it stands on are looked at meanwhile.
pub(crate) fn verify(
    backend: &dyn Backend,
    verifier: Verifier<'_>,
    entries: Option<&Entries>,
) -> Result<Verification> {
    std::thread::scope(|scope| {
        let pages = std::thread::Builder::new().spawn_scoped(scope, || backend.check_pages());
        let stopped = || StoreError::Stopped { path: backend.location().to_string() };
        let mut fresh = Some(verifier);
        let (mut verifier, tail) = rows::read(backend, |rows| {
            let mut verifier = fresh.take().ok_or_else(stopped)?;
            let mut tail = Vec::new();
            told(feed(rows, &mut verifier, &mut tail, entries), &mut verifier)?;
            Ok((verifier, tail))
        })?;
        let pages = match pages {
            Ok(thread) => thread.join().map_err(|_| stopped())?,
            // No thread is to be had: it is done now.
            Err(_) => backend.check_pages(),
        };
        told(pages, &mut verifier)?;
        Ok(verifier.finish(&tail))
    })
}

/// Tells the verifier what was found. That the file is damaged is an answer; that it cannot be reached is
/// none.
fn told(found: Result<Option<String>>, verifier: &mut Verifier<'_>) -> Result<()> {
    match found {
        Ok(None) => {}
        Ok(Some(found)) => verifier.unreadable(&found),
        Err(StoreError::Corrupt { reason, .. }) => verifier.unreadable(&reason),
        Err(StoreError::NotLedger { found, .. }) => verifier.unreadable(&found),
        Err(other) => return Err(other),
    }
    Ok(())
}

/// Hands everything to the verifier; gives what is wrong with the file itself.
fn feed(
    rows: &mut dyn Rows,
    verifier: &mut Verifier<'_>,
    tail: &mut Vec<u8>,
    entries: Option<&Entries>,
) -> Result<Option<String>> {
    *tail = rows.tail()?;
    // The tiles of a level, in their order, as one hash: their number does not matter to memory.
    let mut levels: Vec<(u32, u64, Sha256)> = Vec::new();
    let (mut well, mut indexed) = (true, Indexed::default());
    rows.each(&mut |row| {
        indexed.take(row);
        well = verifier.feed_telling(row, |tile: Tile| {
            let at = match levels.iter().position(|(level, ..)| *level == tile.level) {
                Some(at) => at,
                None => {
                    levels.push((tile.level, 0, Sha256::new()));
                    levels.len() - 1
                }
            };
            if let Some((_, count, hash)) = levels.get_mut(at) {
                *count += 1;
                hash.update(tile.hash);
            }
        });
        well
    })?;
    if !well {
        return Ok(None);
    }
    for (level, count, expected) in levels {
        let (mut kept, mut from) = (Sha256::new(), 0);
        loop {
            let page = rows.tiles(i64::from(level), from, i64::from(PAGE))?;
            page.iter().for_each(|hash| kept.update(hash));
            from += page.len() as i64;
            if page.len() < PAGE as usize {
                break;
            }
        }
        if number(count) != from || kept.finalize() != expected.finalize() {
            let message =
                format!("a tile of level {level} was changed, or is missing: proofs cannot be made");
            verifier.wrong(None, FaultKind::Tile, message);
            return Ok(None);
        }
    }
    if let Some(entries) = entries {
        entries.check_beside(rows, verifier)?;
    }
    // The rows are as they were; are they also found by the indexes?
    rows.check_indexes(&indexed)
}
