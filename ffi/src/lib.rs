//! voxguard guards synthetic speech inside the program that makes it: it judges the text before it is
//! spoken, marks the samples that come out, and keeps a tamper-evident ledger of both. It never opens
//! a socket and never speaks.
//!
//! FIVE RULES hold for every function below.
//!
//! 1. STATUS. A function that can fail returns a vg_status_t: VG_OK (0), or a number that says what was
//!    wrong. Outputs are written only on success. A refused text, or audio without a mark, is an answer
//!    and not an error: the status is VG_OK and the answer is in an output. NULL where a pointer is
//!    needed is VG_ERR_NULL. The set of statuses is open: treat one you do not know as a failure.
//!
//! 2. ERRORS. Functions that set things up, store or look up end in `vg_error_t **err`. Pass NULL, or the
//!    address of a pointer that is NULL: when the call fails, it receives an error whose
//!    vg_error_message says which value was refused and what is accepted. Free it with vg_error_free.
//!    It is written only on failure. There is no "last error" of a thread.
//!
//! 3. OWNERSHIP. What a function hands out through `vg_NOUN_t **out` is yours until vg_NOUN_free, which
//!    takes NULL too. No call consumes a handle, and a handle keeps what it was made from alive, so the
//!    order of frees does not matter. `vg_bytes_t` is yours until vg_bytes_free. `vg_str_t` is borrowed
//!    from the handle it was asked of, until that one is freed. Strings that go in are UTF-8 with a
//!    length; they are read during the call only, as is everything else that goes in.
//!
//! 4. THREADS. A `const vg_NOUN_t *` may be used from many threads at once. A handle that is not const
//!    belongs to one thread at a time; a call that meets another one in progress answers VG_ERR_BUSY and
//!    changes nothing. Free a handle when no other call uses it; if one does, it ends normally.
//!
//! 5. FAULTS. A fault of ours never crosses into your program: it becomes VG_ERR_INTERNAL, and the handle
//!    that was being changed then answers VG_ERR_POISONED to everything but its _free. Other handles go
//!    on. A handle of another kind, or one that was freed, answers VG_ERR_HANDLE; since the place of a
//!    freed handle is given to a new one of any kind some thousand frees later, this finds mistakes and
//!    is not to be relied upon. Freeing such a handle does nothing.
//!
//! Structs begin with `struct_size`: set it to the sizeof of the struct and everything that you do not use
//! to zero, so that a program built against this header works with a later library.
//! In C: `vg_marker_options_t options = { .struct_size = sizeof options, ... };`
//! in C++: `vg_marker_options_t options{}; options.struct_size = sizeof options;`
//!
//! Audio is `float` (nominally -1 to 1) or `int16_t`, interleaved, 1 to 8 channels, 8000 to 192000 frames a
//! second. Lengths are in frames: one sample for every channel. Any length goes, including 0.
//!
//! Each comment ends with two notes. Threads: `any` (the same handle from many threads at once) or `one`.
//! Real time: `yes` when the call allocates nothing, takes no lock and makes no system call.
//!
//! Marking a stream takes about ten lines:
//!
//! ```c
//! vg_key_t *key = NULL;
//! vg_marker_t *marker = NULL;
//! size_t frames, written = 0;
//! vg_marker_options_t options = { .struct_size = sizeof options, .rate = 24000, .channels = 1, .mark = 0x1234abcd };
//! vg_status_t status = vg_key_generate(&key, NULL);
//! if (status == VG_OK) status = vg_marker_new(key, &options, &marker, NULL);
//! while (status == VG_OK && (frames = speak(buffer, CAPACITY)) > 0) {
//!     status = vg_marker_process_f32(marker, buffer, frames, buffer, CAPACITY, &written);
//!     if (status == VG_OK) play(buffer, written);
//! }
//! if (status == VG_OK) status = vg_marker_flush_f32(marker, buffer, CAPACITY, &written);
//! if (status == VG_OK) play(buffer, written);
//! else fprintf(stderr, "%s\n", vg_status_message(status));
//! vg_marker_free(marker);
//! vg_key_free(key);
//! ```

// What stands above is the beginning of voxguard.h, and the `//!` of each noun's file is the beginning of
// its section: `cargo xtask header` takes them over as they are. What only readers of this code need to
// know is in plain comments like this one.
//
// Every exported function looks the same: `control(err, || ...)` or `plain(|| ...)` from `call.rs` stops
// panics and turns an `Error` into a status; inside, `shared` and `exclusive` from `handle.rs` lend what a
// handle holds, and `argument.rs` turns pointers into slices, strings, structs and places for outputs.
// Decisions live in core; here is only translation, the clock and the entropy.

// The rules above are the safety section of every function.
#![allow(clippy::missing_safety_doc)]
// C's names are used in Rust as well, so that the header and the code are searched with the same words.
#![allow(non_camel_case_types)]

#[cfg(panic = "abort")]
compile_error!("voxguard-ffi promises that no panic ends the host program: build it with panic = \"unwind\"");

mod argument;
mod call;
mod handle;
mod json;
mod sample;
mod sink;

mod access;
mod api_key;
mod bytes;
mod cedar;
mod classifier;
mod debug;
mod detection;
mod detector;
mod error;
mod gate;
mod guard;
mod key;
mod ledger;
mod limiter;
mod listener;
mod marker;
mod monitor;
mod operation;
mod policy;
mod role;
mod rules;
mod seal;
mod seal_key;
mod status;
mod text_stream;
mod token;
mod utterance;
mod verdict;
mod version;

pub use access::*;
pub use api_key::*;
pub use bytes::*;
pub use cedar::*;
pub use classifier::*;
pub use debug::*;
pub use detection::*;
pub use detector::*;
pub use error::*;
pub use gate::*;
pub use guard::*;
pub use key::*;
pub use ledger::*;
pub use limiter::*;
pub use listener::*;
pub use marker::*;
pub use monitor::*;
pub use operation::*;
pub use policy::*;
pub use role::*;
pub use rules::*;
pub use seal::*;
pub use seal_key::*;
pub use status::*;
pub use text_stream::*;
pub use token::*;
pub use utterance::*;
pub use verdict::*;
pub use version::*;
