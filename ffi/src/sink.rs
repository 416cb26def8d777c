// Sinks: the host's functions that hear of every record, or of checkpoints, behind a lock and a guard against re-entry.

use std::cell::Cell;
use std::ffi::c_void;

use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::guard::vg_record_sink_t;
use crate::ledger::vg_checkpoint_sink_t;
use crate::status::{VG_ERR_BUSY, VG_ERR_CALLBACK};

type Write = unsafe extern "C" fn(*mut c_void, *const std::ffi::c_char, usize) -> i32;
type Release = unsafe extern "C" fn(*mut c_void);

/// A host's sink. Dropping it calls the host's `drop`.
pub(crate) struct Sink {
    write: Write,
    drop: Option<Release>,
    user_data: *mut c_void,
    /// One record at a time, whichever thread it comes from.
    turn: Mutex<()>,
}

// The header says that the sink is called from any thread, one call at a time.
unsafe impl Send for Sink {}
unsafe impl Sync for Sink {}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

impl Sink {
    /// The sink that C described; none when it has no `write`.
    pub(crate) fn new(raw: &vg_record_sink_t) -> Option<Self> {
        let write = raw.write?;
        let (drop, user_data, turn) = (raw.drop, raw.user_data, Mutex::new(()));
        Some(Self { write, drop, user_data, turn })
    }

    /// The sink of checkpoints that C described; none when it has no `write`.
    pub(crate) fn of_checkpoints(raw: &vg_checkpoint_sink_t) -> Option<Self> {
        let write = raw.write?;
        let (drop, user_data, turn) = (raw.drop, raw.user_data, Mutex::new(()));
        Some(Self { write, drop, user_data, turn })
    }

    /// Tells the host of a record.
    pub(crate) fn tell(&self, text: &str) -> Result<()> {
        refuse_reentry()?;
        match self.write(text) {
            0 => Ok(()),
            code => Err(Error::new(
                VG_ERR_CALLBACK,
                format_args!("the record sink answered {code}: accepted is 0"),
            )),
        }
    }

    /// What the host answers to this text, record or checkpoint; 0 for taken.
    pub(crate) fn write(&self, text: &str) -> i32 {
        let _turn = self.turn.lock();
        let _inside = Inside::enter();
        unsafe { (self.write)(self.user_data, text.as_ptr().cast(), text.len()) }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(drop) = self.drop {
            let _inside = Inside::enter();
            unsafe { drop(self.user_data) };
        }
    }
}

/// Refuses a call that a sink makes while it is being told of a record.
pub(crate) fn refuse_reentry() -> Result<()> {
    if INSIDE.get() { Err(VG_ERR_BUSY.into()) } else { Ok(()) }
}

struct Inside(bool);

impl Inside {
    fn enter() -> Self {
        Self(INSIDE.replace(true))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(self.0);
    }
}
