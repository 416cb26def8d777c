// The record sink: the host's function that hears of every record, behind a lock and a guard against re-entry.

use std::cell::Cell;
use std::ffi::c_void;

use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::guard::vg_record_sink_t;
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
        Some(Self { write, drop: raw.drop, user_data: raw.user_data, turn: Mutex::new(()) })
    }

    /// Tells the host of a record.
    pub(crate) fn tell(&self, json: &str) -> Result<()> {
        refuse_reentry()?;
        let _turn = self.turn.lock();
        let _inside = Inside::enter();
        match unsafe { (self.write)(self.user_data, json.as_ptr().cast(), json.len()) } {
            0 => Ok(()),
            code => Err(Error::new(
                VG_ERR_CALLBACK,
                format_args!("the record sink answered {code}: accepted is 0"),
            )),
        }
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
