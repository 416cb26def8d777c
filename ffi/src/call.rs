// The edge of the library: every exported function runs inside one of these two, which let no panic out.
//
// The panic hook is left alone: a host that set one sees our panics in it. The message of a panic is not
// handed on, since it may quote what a user wrote.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::argument::is_writable;
use crate::error::{Result, vg_error_t};
use crate::handle::make;
use crate::status::{VG_ERR_INTERNAL, VG_OK, vg_status_t};

/// Runs a call that answers with a status alone, and allocates nothing for it.
pub(crate) fn plain(call: impl FnOnce() -> Result<()>) -> vg_status_t {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => VG_OK,
        Ok(Err(error)) => error.status,
        Err(_) => VG_ERR_INTERNAL,
    }
}

/// Runs a call that says in `err`, when there is one, what went wrong.
pub(crate) unsafe fn control(err: *mut *mut vg_error_t, call: impl FnOnce() -> Result<()>) -> vg_status_t {
    let outcome = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(VG_ERR_INTERNAL.into()));
    let Err(error) = outcome else { return VG_OK };
    let status = error.status;
    if is_writable(err) {
        unsafe { err.write(make(error.describe())) };
    }
    status
}
