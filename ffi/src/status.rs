//! Statuses: what every function that can fail returns.
//!
//! 1-19 are mistakes of the caller, 20-39 are about configuration and input, 40-59 about audio, 60-79 about
//! storage, 90-99 are ours. A number is never used again for something else.

use std::ffi::{CStr, c_char};

/// How a call went. An open set: later versions may add to it.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct vg_status_t(pub i32);

/// It went well.
pub const VG_OK: vg_status_t = vg_status_t(0);

/// A pointer that is needed is NULL.
pub const VG_ERR_NULL: vg_status_t = vg_status_t(1);
/// An argument is out of its range: a number, a length, or buffers that overlap in part.
pub const VG_ERR_ARGUMENT: vg_status_t = vg_status_t(2);
/// A string is not UTF-8.
pub const VG_ERR_UTF8: vg_status_t = vg_status_t(3);
/// The handle is in use by another call, or this is a call from inside a record sink.
pub const VG_ERR_BUSY: vg_status_t = vg_status_t(4);
/// The call does not fit what happened before: marking after a refusal or after the end, or float after int16_t.
pub const VG_ERR_STATE: vg_status_t = vg_status_t(5);
/// A struct's `struct_size` is not one that this library knows.
pub const VG_ERR_STRUCT_SIZE: vg_status_t = vg_status_t(6);
/// The pointer is not a live handle of the kind that is asked for.
pub const VG_ERR_HANDLE: vg_status_t = vg_status_t(7);

/// The key is not 32 bytes or 64 hexadecimal digits, or is all zeros.
pub const VG_ERR_KEY: vg_status_t = vg_status_t(20);
/// The rules of a policy cannot be used.
pub const VG_ERR_POLICY: vg_status_t = vg_status_t(21);
/// The text cannot be judged: too long, or its markup is broken.
pub const VG_ERR_TEXT: vg_status_t = vg_status_t(22);
/// An object cannot be made with this configuration.
pub const VG_ERR_CONFIG: vg_status_t = vg_status_t(23);
/// The text is not a checkpoint, or not one that this ledger's key signed.
pub const VG_ERR_CHECKPOINT: vg_status_t = vg_status_t(24);

/// What was sealed does not open: changed, cut, moved, bound to something else, or sealed with another key.
pub const VG_ERR_SEAL: vg_status_t = vg_status_t(25);
/// This library was built without the feature that is asked for; the message names it.
pub const VG_ERR_FEATURE: vg_status_t = vg_status_t(26);

/// The sample rate or the number of channels is not accepted.
pub const VG_ERR_AUDIO_FORMAT: vg_status_t = vg_status_t(40);
/// A sample is NaN or infinite.
pub const VG_ERR_NON_FINITE: vg_status_t = vg_status_t(41);
/// The output is too small for the frames that are ready.
pub const VG_ERR_OUTPUT_SIZE: vg_status_t = vg_status_t(42);
/// The samples are not a whole number of frames.
pub const VG_ERR_PARTIAL_FRAME: vg_status_t = vg_status_t(43);

/// The audio would be longer than the configuration allows; nothing of these samples was taken.
pub const VG_ERR_AUDIO_LENGTH: vg_status_t = vg_status_t(44);

/// The store cannot be opened.
pub const VG_ERR_STORE_OPEN: vg_status_t = vg_status_t(60);
/// What is there is not a voxguard ledger.
pub const VG_ERR_STORE_NOT_LEDGER: vg_status_t = vg_status_t(61);
/// The store cannot be written to.
pub const VG_ERR_STORE_READ_ONLY: vg_status_t = vg_status_t(62);
/// No room is left where the store lives.
pub const VG_ERR_STORE_FULL: vg_status_t = vg_status_t(63);
/// Somebody else holds the store.
pub const VG_ERR_STORE_LOCKED: vg_status_t = vg_status_t(64);
/// The store is damaged.
pub const VG_ERR_STORE_CORRUPT: vg_status_t = vg_status_t(65);
/// The operating system failed to read or write the store.
pub const VG_ERR_STORE_IO: vg_status_t = vg_status_t(66);
/// The ledger belongs to another key.
pub const VG_ERR_STORE_KEY: vg_status_t = vg_status_t(67);

/// A fault of ours. Please report it.
pub const VG_ERR_INTERNAL: vg_status_t = vg_status_t(90);
/// An earlier fault of ours broke this handle: free it.
pub const VG_ERR_POISONED: vg_status_t = vg_status_t(91);
/// The record sink answered that it failed.
pub const VG_ERR_CALLBACK: vg_status_t = vg_status_t(92);

/// The name of a status, such as "VG_ERR_BUSY"; "VG_ERR_UNKNOWN" for a number that is none. Static.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub extern "C" fn vg_status_name(status: vg_status_t) -> *const c_char {
    entry(status).1.as_ptr()
}

/// One English sentence about a status, for calls that have no vg_error_t to say more. Static.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub extern "C" fn vg_status_message(status: vg_status_t) -> *const c_char {
    entry(status).2.as_ptr()
}

impl vg_status_t {
    /// The sentence of `vg_status_message`.
    pub(crate) fn message(self) -> &'static CStr {
        entry(self).2
    }
}

type Entry = (vg_status_t, &'static CStr, &'static CStr);

fn entry(status: vg_status_t) -> &'static Entry {
    STATUSES.iter().find(|(known, ..)| *known == status).unwrap_or(&UNKNOWN)
}

const UNKNOWN: Entry = (vg_status_t(-1), c"VG_ERR_UNKNOWN", c"not a status of this library");

#[rustfmt::skip]
static STATUSES: [Entry; 31] = [
    (VG_OK, c"VG_OK", c"no error"),
    (VG_ERR_NULL, c"VG_ERR_NULL", c"a pointer that is needed is NULL"),
    (VG_ERR_ARGUMENT, c"VG_ERR_ARGUMENT", c"an argument is out of its range, or input and output overlap in part"),
    (VG_ERR_UTF8, c"VG_ERR_UTF8", c"a string is not UTF-8"),
    (VG_ERR_BUSY, c"VG_ERR_BUSY", c"the handle is in use by another call: one thread at a time, and none from a record sink"),
    (VG_ERR_STATE, c"VG_ERR_STATE", c"the call does not fit what happened before"),
    (VG_ERR_STRUCT_SIZE, c"VG_ERR_STRUCT_SIZE", c"struct_size is not the size of the struct in a header of this library"),
    (VG_ERR_HANDLE, c"VG_ERR_HANDLE", c"not a live handle of this kind: freed, or of another kind"),
    (VG_ERR_KEY, c"VG_ERR_KEY", c"not a key: accepted are 32 bytes or 64 hexadecimal digits, not all zero"),
    (VG_ERR_POLICY, c"VG_ERR_POLICY", c"the rules of the policy cannot be used"),
    (VG_ERR_TEXT, c"VG_ERR_TEXT", c"the text cannot be judged: too long, or its markup is broken"),
    (VG_ERR_CONFIG, c"VG_ERR_CONFIG", c"the configuration cannot be used"),
    (VG_ERR_CHECKPOINT, c"VG_ERR_CHECKPOINT", c"not a checkpoint of this ledger's key"),
    (VG_ERR_SEAL, c"VG_ERR_SEAL", c"what was sealed does not open: changed, bound to something else, or another key's"),
    (VG_ERR_FEATURE, c"VG_ERR_FEATURE", c"this library was built without the feature that is asked for"),
    (VG_ERR_AUDIO_FORMAT, c"VG_ERR_AUDIO_FORMAT", c"accepted are 8000 to 192000 frames a second and 1 to 8 channels"),
    (VG_ERR_NON_FINITE, c"VG_ERR_NON_FINITE", c"a sample is NaN or infinite: accepted are finite values, nominally -1 to 1"),
    (VG_ERR_OUTPUT_SIZE, c"VG_ERR_OUTPUT_SIZE", c"the output is too small for the frames that are ready"),
    (VG_ERR_PARTIAL_FRAME, c"VG_ERR_PARTIAL_FRAME", c"the samples are not a whole number of frames"),
    (VG_ERR_AUDIO_LENGTH, c"VG_ERR_AUDIO_LENGTH", c"the audio would be longer than the configuration allows"),
    (VG_ERR_STORE_OPEN, c"VG_ERR_STORE_OPEN", c"the store cannot be opened"),
    (VG_ERR_STORE_NOT_LEDGER, c"VG_ERR_STORE_NOT_LEDGER", c"what is there is not a voxguard ledger"),
    (VG_ERR_STORE_READ_ONLY, c"VG_ERR_STORE_READ_ONLY", c"the store cannot be written to"),
    (VG_ERR_STORE_FULL, c"VG_ERR_STORE_FULL", c"no room is left where the store lives"),
    (VG_ERR_STORE_LOCKED, c"VG_ERR_STORE_LOCKED", c"somebody else holds the store"),
    (VG_ERR_STORE_CORRUPT, c"VG_ERR_STORE_CORRUPT", c"the store is damaged"),
    (VG_ERR_STORE_IO, c"VG_ERR_STORE_IO", c"the operating system failed to read or write the store"),
    (VG_ERR_STORE_KEY, c"VG_ERR_STORE_KEY", c"the ledger belongs to another key"),
    (VG_ERR_INTERNAL, c"VG_ERR_INTERNAL", c"a fault inside voxguard: please report it"),
    (VG_ERR_POISONED, c"VG_ERR_POISONED", c"an earlier fault inside voxguard broke this handle: free it"),
    (VG_ERR_CALLBACK, c"VG_ERR_CALLBACK", c"the record sink answered that it failed"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_this_file_has_its_own_name_and_number() {
        let declared: Vec<&str> = include_str!("status.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("pub const ")?.split(':').next())
            .collect();
        let named: Vec<&str> = STATUSES.iter().map(|(_, name, _)| name.to_str().unwrap()).collect();
        assert_eq!(declared, named);
        let mut numbers: Vec<i32> = STATUSES.iter().map(|(status, ..)| status.0).collect();
        numbers.dedup();
        assert!(numbers.is_sorted() && numbers.len() == STATUSES.len());
    }

    #[test]
    fn a_number_that_is_no_status_has_a_name_too() {
        let name = unsafe { CStr::from_ptr(vg_status_name(vg_status_t(12345))) };
        assert_eq!(name, c"VG_ERR_UNKNOWN");
    }
}
