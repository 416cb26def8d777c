// Handles: the pointers that C holds, and what makes their misuse an answer instead of a crash.
//
// A handle points to a `Slot`: one word of state and a pointer to the value behind it. Slots are never given
// back to the allocator; a freed one waits in a queue and is used again for a later handle, after at least
// `QUARANTINE` others. So reading the state of a freed handle reads memory that is still ours, finds it dead
// and answers VG_ERR_HANDLE; the value itself is dropped at once. The price is 16 bytes, padded to 64, for
// each handle of the most that ever lived at the same time. The queue is touched by `_new` and `_free`
// alone: no call looks anything up in it, and no other call takes a lock.
//
// The state word holds everything that decides whether a call may go on, so one compare-and-swap decides:
//
//     | kind, 32 bits | poisoned | busy | calls in progress, 30 bits |
//
// Calls with a const handle count up and are refused while it is busy; a call with a handle that is not const
// needs the count at 0. A free during a call only takes the kind away; the last call to leave drops the value.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::error::Result;
use crate::status::{VG_ERR_BUSY, VG_ERR_HANDLE, VG_ERR_NULL, VG_ERR_POISONED};

/// A kind of handle: the opaque type that C names, and what lies behind it.
pub(crate) trait Handle {
    /// Different for each kind; made by [`kind`].
    const KIND: u32;
    /// Whether a panic in a call with a const handle may leave the value half changed: true for what
    /// is changed behind a lock.
    const CHANGES_WHEN_CONST: bool = false;
    /// What the handle holds.
    type Value: Send + Sync;
}

/// Four letters as a kind.
pub(crate) const fn kind(letters: &[u8; 4]) -> u32 {
    u32::from_be_bytes(*letters)
}

#[repr(align(64))]
struct Slot {
    state: AtomicU64,
    value: AtomicPtr<()>,
}

const POISONED: u64 = 1 << 31;
const BUSY: u64 = 1 << 30;
const CALLS: u64 = BUSY - 1;
const KIND_SHIFT: u32 = 32;
const DEAD: u32 = kind(b"dead");

/// Freed slots that must lie in the queue before the oldest is used again.
const QUARANTINE: usize = 1024;

static FREED: Mutex<VecDeque<&'static Slot>> = Mutex::new(VecDeque::new());

/// A new handle that holds `value`.
pub(crate) fn make<H: Handle>(value: H::Value) -> *mut H {
    let mut freed = FREED.lock();
    let reused = if freed.len() > QUARANTINE { freed.pop_front() } else { None };
    drop(freed);
    let slot: &'static Slot = reused.unwrap_or_else(|| {
        Box::leak(Box::new(Slot { state: AtomicU64::new(0), value: AtomicPtr::new(ptr::null_mut()) }))
    });
    slot.value.store(Box::into_raw(Box::new(value)).cast(), Ordering::Relaxed);
    slot.state.store(u64::from(H::KIND) << KIND_SHIFT, Ordering::Release);
    ptr::from_ref(slot).cast_mut().cast()
}

/// Lends the value of a const handle; many calls at once may do so.
pub(crate) unsafe fn shared<H: Handle, R>(
    handle: *const H,
    call: impl FnOnce(&H::Value) -> Result<R>,
) -> Result<R> {
    let slot = unsafe { enter(handle, 0) }?;
    let value = slot.value.load(Ordering::Relaxed).cast::<H::Value>();
    // The value lives until this call has left, and nobody changes it while calls are counted.
    let outcome = catch_unwind(AssertUnwindSafe(|| call(unsafe { &*value })));
    let poison = outcome.is_err() && H::CHANGES_WHEN_CONST;
    leave::<H>(slot, if poison { POISONED } else { 0 });
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Lends the value of a handle that is not const; refuses when any other call is in progress.
pub(crate) unsafe fn exclusive<H: Handle, R>(
    handle: *mut H,
    call: impl FnOnce(&mut H::Value) -> Result<R>,
) -> Result<R> {
    let slot = unsafe { enter(handle.cast_const(), BUSY) }?;
    let value = slot.value.load(Ordering::Relaxed).cast::<H::Value>();
    // The value lives until this call has left, and the busy bit keeps every other call away.
    let outcome = catch_unwind(AssertUnwindSafe(|| call(unsafe { &mut *value })));
    leave::<H>(slot, if outcome.is_err() { POISONED } else { 0 });
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Frees a handle. NULL, and what is not a live handle of this kind, is left alone.
pub(crate) unsafe fn free<H: Handle>(handle: *mut H) {
    let Ok(slot) = (unsafe { slot(handle.cast_const()) }) else { return };
    let dead = |state: u64| state & u64::from(u32::MAX) | u64::from(DEAD) << KIND_SHIFT;
    let freed = slot.state.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |state| {
        (kind_of(state) == H::KIND).then(|| dead(state))
    });
    if freed.is_ok_and(|state| state & CALLS == 0) {
        retire::<H>(slot);
    }
}

unsafe fn slot<H: Handle>(handle: *const H) -> Result<&'static Slot> {
    let slot = handle.cast::<Slot>();
    if slot.is_null() {
        return Err(VG_ERR_NULL.into());
    }
    // Not aligned as every slot is: not ours, and not to be read.
    if !slot.is_aligned() {
        return Err(VG_ERR_HANDLE.into());
    }
    Ok(unsafe { &*slot })
}

unsafe fn enter<H: Handle>(handle: *const H, busy: u64) -> Result<&'static Slot> {
    let slot = unsafe { slot(handle) }?;
    let refusal = |state: u64| match state {
        _ if kind_of(state) != H::KIND => Some(VG_ERR_HANDLE),
        _ if state & POISONED != 0 => Some(VG_ERR_POISONED),
        _ if state & BUSY != 0 || busy != 0 && state & CALLS != 0 => Some(VG_ERR_BUSY),
        _ if state & CALLS == CALLS => Some(VG_ERR_BUSY),
        _ => None,
    };
    let entered = slot.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, |state| {
        refusal(state).is_none().then_some((state | busy) + 1)
    });
    match entered {
        Ok(_) => Ok(slot),
        Err(state) => Err(refusal(state).unwrap_or(VG_ERR_BUSY).into()),
    }
}

fn leave<H: Handle>(slot: &'static Slot, poison: u64) {
    // While a call is busy it is the only one, so whoever leaves may clear the bit.
    let next = |state: u64| ((state & !BUSY) | poison) - 1;
    let before = slot.state.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |state| Some(next(state)));
    if before.is_ok_and(|state| kind_of(state) == DEAD && next(state) & CALLS == 0) {
        retire::<H>(slot);
    }
}

fn retire<H: Handle>(slot: &'static Slot) {
    let value = slot.value.swap(ptr::null_mut(), Ordering::Relaxed).cast::<H::Value>();
    // A panic in a drop has nobody to be told to: the value is lost, the slot is not used again.
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(value) })));
    if dropped.is_ok() {
        slot.state.store(u64::from(DEAD) << KIND_SHIFT, Ordering::Relaxed);
        FREED.lock().push_back(slot);
    }
}

fn kind_of(state: u64) -> u32 {
    (state >> KIND_SHIFT) as u32
}
