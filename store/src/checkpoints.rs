//! Tells of checkpoints as the ledger grows: whoever is told can keep them where the ledger's keeper cannot take them
//! back.

use std::cell::Cell;

use parking_lot::Mutex;
use voxguard_core::ledger::Tail;

use crate::entries::Entries;
use crate::error::StoreError;
use crate::rows;

/// Who is told: the checkpoint, a signed note. What it answers is an error's reason.
pub(crate) type Sink = dyn FnMut(&str) -> Result<(), String> + Send;

/// Who is told, and how often.
#[derive(Default)]
pub(crate) struct Checkpoints(Mutex<Option<Told>>);

struct Told {
    sink: Box<Sink>,
    /// Entries from one checkpoint to the next.
    every: u64,
    /// Entries of the last one that was taken.
    size: Option<u64>,
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside a sink, where an append would wait for itself.
pub(crate) fn inside() -> bool {
    INSIDE.get()
}

impl Entries {
    /// Tells this sink from now on, and of the ledger as it stands at once; nobody with `None`.
    pub fn tell_checkpoints(&self, sink: Option<(u64, Box<Sink>)>, now_ms: u64) -> Result<(), StoreError> {
        let old = {
            let mut told = self.checkpoints.0.lock();
            let new = sink.map(|(every, sink)| Told { sink, every: every.max(1), size: None });
            std::mem::replace(&mut *told, new)
        };
        // Outside of the lock: what a host does when its sink goes is its own.
        drop(old);
        self.tell(now_ms, false)
    }

    /// Tells of a checkpoint where one is due; at the ledger's end where anything came since the last.
    pub fn tell(&self, now_ms: u64, at_end: bool) -> Result<(), StoreError> {
        // Whoever is being told now is told of the rest after the next record.
        let Some(mut told) = self.checkpoints.0.try_lock() else { return Ok(()) };
        let Some(told) = told.as_mut() else { return Ok(()) };
        let tail: Tail = rows::read(&*self.backend, |rows| self.tail(rows))?;
        let since = tail.len() - told.size.unwrap_or(0).min(tail.len());
        if told.size.is_some() && since < if at_end { 1 } else { told.every } {
            return Ok(());
        }
        let note = self.checkpoint(&tail, now_ms);
        let before = INSIDE.replace(true);
        let taken = (told.sink)(&note);
        INSIDE.set(before);
        told.size = if taken.is_ok() { Some(tail.len()) } else { told.size };
        taken.map_err(|reason| StoreError::Sink { reason })
    }
}

/// Milliseconds since 1970; 0 for a clock that stands before that.
pub(crate) fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
