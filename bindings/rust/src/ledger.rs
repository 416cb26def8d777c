//! The tamper-evident account.

use std::ffi::{c_char, c_void};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use serde::Deserialize;

use crate::bytes::text;
use crate::call::{Owned, control, create};
use crate::error::{Error, Result, Status};
use crate::key::Key;
use crate::record::Record;
use crate::sys;

/// An open ledger. Cheap to clone; many threads may use one.
///
/// ```
/// use voxguard::{Key, Ledger};
///
/// let ledger = Ledger::open("sqlite::memory:", &Key::generate()?)?;
/// let checkpoint = ledger.checkpoint()?; // to be kept elsewhere
/// assert!(ledger.verify(Some(&checkpoint))?.intact);
/// # Ok::<(), voxguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Ledger {
    handle: Arc<Owned<sys::vg_ledger_t>>,
}

/// What reading the whole ledger again found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Verification {
    /// Whether all is as it was written.
    pub intact: bool,
    /// How many records were found intact, up to the first fault.
    pub entries: u64,
    /// Size of the checkpoint that was compared with. None: the chain alone was checked, which cannot notice that an
    /// older copy of the whole ledger was put back.
    pub checkpoint: Option<u64>,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
    /// All of it as JSON.
    #[serde(skip)]
    pub json: String,
}

/// What is wrong with a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Fault {
    /// The record where it shows, when it is one.
    pub seq: Option<u64>,
    /// What sort of fault, such as "record" or "cut".
    pub kind: String,
    /// One sentence.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Ledger {
    /// Opens a ledger, and makes it when there is none: "sqlite:///relative.db", "sqlite:////absolute.db" or
    /// "sqlite::memory:".
    pub fn open(url: &str, key: &Key) -> Result<Self> {
        let (data, len) = parts(url);
        let call = |out, err| unsafe { sys::vg_ledger_open(data, len, key.as_ptr(), out, err) };
        Ok(Self { handle: Arc::new(create(sys::vg_ledger_free, call)?) })
    }

    /// How many records there are.
    pub fn len(&self) -> Result<u64> {
        let mut len = 0;
        control(|err| unsafe { sys::vg_ledger_len(self.as_ptr(), &mut len, err) })?;
        Ok(len)
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// The record with this sequence number, from 1.
    pub fn get(&self, seq: u64) -> Result<Option<Record>> {
        Record::from_json(text(|out, err| unsafe { sys::vg_ledger_get(self.as_ptr(), seq, out, err) })?)
    }

    /// The records of the audio that carries this mark, the first 1000.
    pub fn find_mark(&self, mark: u64) -> Result<Vec<Record>> {
        let json = text(|out, err| unsafe { sys::vg_ledger_find_mark(self.as_ptr(), mark, out, err) })?;
        Record::list_from_json(&json)
    }

    /// The records of what was made for this subject, the first 1000.
    pub fn find_subject(&self, subject: &str) -> Result<Vec<Record>> {
        let (data, len) = parts(subject);
        let call = |out, err| unsafe { sys::vg_ledger_find_subject(self.as_ptr(), data, len, out, err) };
        Record::list_from_json(&text(call)?)
    }

    /// A checkpoint of the ledger as it stands: a signed note to be kept elsewhere.
    pub fn checkpoint(&self) -> Result<String> {
        text(|out, err| unsafe { sys::vg_ledger_checkpoint(self.as_ptr(), out, err) })
    }

    /// Reads the whole ledger again and says whether it is as it was written; with a checkpoint, also whether all that
    /// the checkpoint covers is still there. That something is wrong is an answer, not an error.
    pub fn verify(&self, checkpoint: Option<&str>) -> Result<Verification> {
        let (data, len) = checkpoint.map_or((ptr::null(), 0), parts);
        let mut intact = false;
        let json = text(|out, err| unsafe {
            sys::vg_ledger_verify(self.as_ptr(), data, len, &mut intact, out, err)
        })?;
        let verification: Verification = serde_json::from_str(&json).map_err(|error| {
            Error::new(Status::INTERNAL, format!("the library gave a report that is not understood: {error}"))
        })?;
        Ok(Verification { intact, json, ..verification })
    }

    /// Does one of the operations of docs/LEDGER.md: the question and the answer are JSON, such as
    /// `{"operation":"prove","seq":7}`.
    pub fn ask(&self, question: &str) -> Result<String> {
        let (data, len) = parts(question);
        text(|out, err| unsafe { sys::vg_ledger_ask(self.as_ptr(), data, len, out, err) })
    }

    /// The public key that checks this ledger's checkpoints, as C2SP writes it: name+hash+base64.
    pub fn verifying_key(&self) -> Result<String> {
        text(|out, err| unsafe { sys::vg_ledger_verifying_key(self.as_ptr(), out, err) })
    }

    /// Tells this sink of a checkpoint (a signed note) now, whenever `every` records have come since the last one that
    /// it took, and when the ledger is closed: so that it is kept where whoever keeps the ledger cannot take it back.
    /// One at a time, on whichever thread appends; it may read the ledger, what appends answers [`Status::BUSY`].
    /// Where it fails it is told again after the next record. It takes the place of the one before.
    pub fn on_checkpoint(
        &self,
        every: u64,
        sink: impl FnMut(&str) -> std::result::Result<(), String> + Send + 'static,
    ) -> Result<()> {
        let user_data = Box::into_raw(Box::new(Sink(Box::new(sink))));
        let raw = sys::vg_checkpoint_sink_t {
            struct_size: size_of::<sys::vg_checkpoint_sink_t>(),
            user_data: user_data.cast(),
            write: Some(write),
            drop: Some(drop_sink),
        };
        // Taken over whatever the answer is: one that refuses its first checkpoint is told again.
        control(|err| unsafe { sys::vg_ledger_on_checkpoint(self.as_ptr(), every, &raw, err) })
    }

    /// Tells nobody of checkpoints any more.
    pub fn forget_checkpoint_sink(&self) -> Result<()> {
        control(|err| unsafe { sys::vg_ledger_on_checkpoint(self.as_ptr(), 0, ptr::null(), err) })
    }

    /// Changes keys: ends this ledger and lets `next`, opened under another key, go on; each gets a record that names
    /// the other. The last checkpoint of this one.
    pub fn rotate(&self, next: &Self) -> Result<String> {
        text(|out, err| unsafe { sys::vg_ledger_rotate(self.as_ptr(), next.as_ptr(), out, err) })
    }

    pub(crate) fn as_ptr(&self) -> *const sys::vg_ledger_t {
        self.handle.as_ptr()
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

struct Sink(Box<Told>);

type Told = dyn FnMut(&str) -> std::result::Result<(), String> + Send;

unsafe extern "C" fn write(user_data: *mut c_void, note: *const c_char, len: usize) -> i32 {
    let told = catch_unwind(AssertUnwindSafe(|| {
        // One call at a time, says the interface: nobody else has the sink now.
        let sink = unsafe { &mut *user_data.cast::<Sink>() };
        let note = unsafe { std::slice::from_raw_parts(note.cast::<u8>(), len) };
        (sink.0)(&String::from_utf8_lossy(note))
    }));
    i32::from(!matches!(told, Ok(Ok(()))))
}

unsafe extern "C" fn drop_sink(user_data: *mut c_void) {
    drop(unsafe { Box::from_raw(user_data.cast::<Sink>()) });
}

/// Checks, without a secret key, a proof or a whole ledger: the question and the answer are JSON, as
/// docs/LEDGER.md says, such as `{"proof":"c2sp.org/tlog-proof@v1...","key":"name+hash+key"}`.
pub fn check_proof(question: &str) -> Result<String> {
    let (data, len) = parts(question);
    text(|out, err| unsafe { sys::vg_proof_check(data, len, out, err) })
}

fn parts(text: &str) -> (*const c_char, usize) {
    (text.as_ptr().cast(), text.len())
}
