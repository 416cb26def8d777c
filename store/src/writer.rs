//! Commits appends in groups.
//!
//! A commit waits for the disk, so one commit a record would limit the ledger to a few hundred records
//! a second, however many threads write. The writer is a thread that takes all appends that wait, and
//! commits them as one transaction; those that come meanwhile are its next group.
//!
//! Where many write, those that were answered come back at once, and the next group is held for them: else
//! the writers fall into two halves that take turns waiting for the disk, at half the rate. It is held for
//! as many as wrote lately, and for [`MOST_HELD`] at most. A single appender gets its own commit at once.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use voxguard_core::ledger::StoredRecord;

use crate::checkpoints;
use crate::entries::{Draft, Entries};
use crate::error::StoreError;
use crate::location::Location;

/// Most records of one transaction.
const MAX_GROUP: usize = 1024;
/// Longest that a group is held for those that wrote lately.
const MOST_HELD: Duration = Duration::from_millis(2);

/// The thread that commits, and the queue to it. Ends when dropped, behind the last append.
pub(crate) struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

/// What the writer's thread works on.
pub(crate) struct Desk {
    pub entries: Arc<Entries>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<Append>,
    /// How many must wait before the thread is woken.
    wanted: usize,
    stopping: bool,
    /// The thread is gone: nobody will take what is put here.
    gone: bool,
}

/// One append that waits. Dropped without an answer it answers that the writer has stopped.
struct Append {
    draft: Option<Draft>,
    answer: Arc<Answer>,
    stopped: StoreError,
}

#[derive(Default)]
struct Answer {
    result: Mutex<Option<Result<StoredRecord, StoreError>>>,
    ready: Condvar,
}

impl Answer {
    fn give(&self, result: Result<StoredRecord, StoreError>) {
        self.result.lock().get_or_insert(result);
        self.ready.notify_one();
    }

    fn wait(&self) -> Result<StoredRecord, StoreError> {
        let mut result = self.result.lock();
        loop {
            if let Some(result) = result.take() {
                return result;
            }
            self.ready.wait(&mut result);
        }
    }
}

impl Drop for Append {
    fn drop(&mut self) {
        self.answer.give(Err(self.stopped.clone()));
    }
}

impl Writer {
    pub fn start(desk: Desk) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let of_thread = Arc::clone(&queue);
        let work = move || {
            let _gone = Gone(&of_thread);
            let mut pace = Pace::default();
            while let Some(mut group) = of_thread.next_group(pace) {
                let begun = Instant::now();
                let stored = desk.commit(&mut group);
                // Before anybody is answered: who comes back at once would be counted twice.
                pace = of_thread.pace(group.len(), begun.elapsed());
                answer(group, stored);
                // The records are acknowledged: a sink that did not take its checkpoint is told again.
                let _ = desk.entries.tell(checkpoints::now_ms(), false);
            }
            let _ = desk.entries.tell(checkpoints::now_ms(), true);
        };
        let thread = std::thread::Builder::new().name("voxguard-ledger".to_owned()).spawn(work)?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Hands the draft to the writer and waits until it is on disk, or has failed.
    pub fn append(&self, draft: Draft, location: &Location) -> Result<StoredRecord, StoreError> {
        if checkpoints::inside() {
            return Err(StoreError::Reentered { path: location.to_string() });
        }
        let answer = Arc::new(Answer::default());
        let stopped = StoreError::Stopped { path: location.to_string() };
        let append = Append { draft: Some(draft), answer: Arc::clone(&answer), stopped };
        let mut state = self.queue.state.lock();
        match state.gone {
            true => drop(append),
            false => state.waiting.push(append),
        }
        let enough = state.waiting.len() >= state.wanted;
        drop(state);
        if enough {
            self.queue.wake.notify_one();
        }
        answer.wait()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.state.lock().stopping = true;
        self.queue.wake.notify_one();
        // A sink of checkpoints may let go of the last handle on the thread that tells it: that ends by itself.
        let here = std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != here) {
            // A panic of the thread has been told to each append that it left without an answer.
            let _ = thread.join();
        }
    }
}

/// How many write, and how long the next group is held for them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Pace {
    writers: usize,
    patience: Duration,
}

impl Queue {
    /// The pace behind a group of this size whose commit took so long.
    fn pace(&self, size: usize, took: Duration) -> Pace {
        let writers = (size + self.state.lock().waiting.len()).min(MAX_GROUP);
        // A wait of more than a part of what a commit takes would cost more than it gains.
        Pace { writers, patience: (took / 2).min(MOST_HELD) }
    }

    /// What waits now, or `None` when nothing more will come.
    fn next_group(&self, pace: Pace) -> Option<Vec<Append>> {
        let mut state = self.state.lock();
        state.wanted = 1;
        while state.waiting.is_empty() {
            if state.stopping {
                return None;
            }
            self.wake.wait(&mut state);
        }
        let until = Instant::now() + pace.patience;
        state.wanted = pace.writers;
        while state.waiting.len() < pace.writers && !state.stopping {
            if self.wake.wait_until(&mut state, until).timed_out() {
                break;
            }
        }
        let size = state.waiting.len().min(MAX_GROUP);
        Some(state.waiting.drain(..size).collect())
    }
}

/// Leaves nobody waiting, however the thread ends.
struct Gone<'a>(&'a Queue);

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        let left = {
            let mut state = self.0.state.lock();
            state.gone = true;
            std::mem::take(&mut state.waiting)
        };
        drop(left);
    }
}

impl Desk {
    fn commit(&self, group: &mut [Append]) -> Result<Vec<StoredRecord>, StoreError> {
        let drafts: Vec<Draft> = group.iter_mut().filter_map(|append| append.draft.take()).collect();
        self.entries.append(&drafts)
    }
}

fn answer(group: Vec<Append>, stored: Result<Vec<StoredRecord>, StoreError>) {
    match stored {
        Ok(stored) => group.iter().zip(stored).for_each(|(append, stored)| append.answer.give(Ok(stored))),
        Err(error) => group.iter().for_each(|append| append.answer.give(Err(error.clone()))),
    }
}

#[cfg(test)]
mod tests {
    use voxguard_core::ledger::{Body, Event, EventKind, Record};

    use super::*;

    fn draft() -> Draft {
        let event = Event { object: Some("x".to_owned()), ..Event::new(EventKind::Security) };
        Draft::new(Record { id: [0; 16], time_ms: 0, body: Body::Event(Box::new(event)) }).unwrap()
    }

    #[test]
    fn a_group_is_held_for_those_that_wrote_lately_and_no_longer_than_its_patience() {
        let location = Location::parse("sqlite::memory:").unwrap();
        let writer = Writer { queue: Arc::default(), thread: None };
        let pace = writer.queue.pace(1, Duration::from_secs(1));
        assert_eq!(pace, Pace { writers: 1, patience: MOST_HELD });
        std::thread::scope(|scope| {
            let append = || scope.spawn(|| writer.append(draft(), &location));
            let long = Pace { writers: 3, patience: Duration::from_secs(60) };
            let first: Vec<_> = (0..3).map(|_| append()).collect();
            let group = writer.queue.next_group(long).unwrap();
            assert_eq!(group.len(), 3, "it is held until all three are there");
            assert_eq!(writer.queue.pace(group.len(), Duration::ZERO).writers, 3);
            drop(group);
            let late = append();
            let short = Pace { writers: 3, patience: Duration::from_millis(1) };
            let group = writer.queue.next_group(short).unwrap();
            assert_eq!(group.len(), 1, "who does not come is not waited for");
            drop(group);
            first.into_iter().chain([late]).for_each(|thread| assert!(thread.join().unwrap().is_err()));
        });
    }

    #[test]
    fn who_waits_when_the_thread_ends_is_told() {
        let location = Location::parse("sqlite::memory:").unwrap();
        let writer = Writer { queue: Arc::default(), thread: None };
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| writer.append(draft(), &location));
            while writer.queue.state.lock().waiting.is_empty() {
                std::thread::yield_now();
            }
            drop(Gone(&writer.queue));
            let stopped = Err(StoreError::Stopped { path: ":memory:".to_owned() });
            assert_eq!(waiting.join().unwrap(), stopped);
            assert_eq!(writer.append(draft(), &location), stopped);
        });
    }
}
