//! Debugging: faults on demand.

use voxguard_core::watermark::Marker;

use crate::call::plain;
use crate::handle::exclusive;
use crate::marker::vg_marker_t;
use crate::status::vg_status_t;

/// Causes a fault inside the library, as if marking had met one: the way to test that a program copes. Answers
/// VG_ERR_INTERNAL, and the marker answers VG_ERR_POISONED from then on; everything else goes on. The message
/// of the fault goes to standard error.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_debug_panic(marker: *mut vg_marker_t) -> vg_status_t {
    plain(|| unsafe { exclusive(marker, |_: &mut Marker| panic!("asked for by vg_debug_panic")) })
}
