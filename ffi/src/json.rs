// JSON that crosses the boundary where a struct would have to grow with every release.

use std::ffi::c_char;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::argument::{Place, text};
use crate::bytes::vg_bytes_t;
use crate::error::{Error, Result};
use crate::status::vg_status_t;

/// Reads JSON of a form; what is wrong with it becomes an error of this status.
pub(crate) unsafe fn json_in<T: DeserializeOwned>(
    name: &str,
    data: *const c_char,
    len: usize,
    status: vg_status_t,
) -> Result<T> {
    let json = unsafe { text(name, data, len) }?;
    serde_json::from_str(json).map_err(|error| {
        // serde quotes strings that it did not expect: from these arguments, never from secrets or texts.
        Error::new(status, format_args!("{name}: {error}"))
    })
}

/// Writes what was decided, and why where that is asked for.
pub(crate) unsafe fn decided(
    is_allowed: bool,
    why: &impl Serialize,
    allowed: Place<bool>,
    decision: Option<Place<vg_bytes_t>>,
) {
    if let Some(decision) = decision {
        unsafe { json_out(decision, why) };
    }
    unsafe { allowed.set(is_allowed) };
}

/// Writes a value as JSON.
pub(crate) unsafe fn json_out(out: Place<vg_bytes_t>, value: &impl Serialize) {
    // Values of this crate always have a JSON form.
    let json = serde_json::to_vec(value).unwrap_or_else(|_| b"null".to_vec());
    unsafe { out.set(vg_bytes_t::new(&json)) }
}
