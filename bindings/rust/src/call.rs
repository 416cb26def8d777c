// How the C functions are called: a status becomes a `Result`, a handle frees itself.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::slice;

use crate::error::{Error, Result, Status};
use crate::sys::{
    VG_ERR_INTERNAL, VG_OK, vg_error_free, vg_error_message, vg_error_t, vg_status_t, vg_str_t,
};

/// A handle that is ours.
pub(crate) struct Owned<T> {
    handle: NonNull<T>,
    free: unsafe extern "C" fn(*mut T),
}

// The C interface is safe to call from any thread: calls with a const handle may run at once, others are refused
// while one is in progress. That they are not even tried is what `&mut` on the types around is for.
unsafe impl<T> Send for Owned<T> {}
unsafe impl<T> Sync for Owned<T> {}

impl<T> Owned<T> {
    /// A handle that a call has handed out; none when that is NULL.
    pub(crate) fn new(handle: *mut T, free: unsafe extern "C" fn(*mut T)) -> Option<Self> {
        NonNull::new(handle).map(|handle| Self { handle, free })
    }

    pub(crate) fn as_ptr(&self) -> *const T {
        self.handle.as_ptr()
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut T {
        self.handle.as_ptr()
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        unsafe { (self.free)(self.handle.as_ptr()) }
    }
}

/// The result of a call that answers with a status alone.
pub(crate) fn plain(status: vg_status_t) -> Result<()> {
    if status == VG_OK { Ok(()) } else { Err(Status::from_code(status.0).into()) }
}

/// The result of a call that says in an error what went wrong.
pub(crate) fn control(call: impl FnOnce(*mut *mut vg_error_t) -> vg_status_t) -> Result<()> {
    let mut err = ptr::null_mut();
    let status = call(&mut err);
    let Some(err) = NonNull::new(err) else { return plain(status) };
    let message = static_text(unsafe { vg_error_message(err.as_ptr()) }).to_owned();
    unsafe { vg_error_free(err.as_ptr()) };
    Err(Error::new(Status::from_code(status.0), message))
}

/// The handle that a call makes.
pub(crate) fn create<T>(
    free: unsafe extern "C" fn(*mut T),
    call: impl FnOnce(*mut *mut T, *mut *mut vg_error_t) -> vg_status_t,
) -> Result<Owned<T>> {
    let mut handle = ptr::null_mut();
    control(|err| call(&mut handle, err))?;
    Ok(Owned::new(handle, free).ok_or(Status::from_code(VG_ERR_INTERNAL.0))?)
}

/// The value that a call with a status alone writes.
pub(crate) fn value<T>(call: impl FnOnce(*mut T) -> vg_status_t) -> Result<T> {
    let mut value = MaybeUninit::uninit();
    plain(call(value.as_mut_ptr()))?;
    // Written, since the call succeeded.
    Ok(unsafe { value.assume_init() })
}

/// The text that the library lends. The caller names the lifetime, which must be that of the handle.
pub(crate) unsafe fn borrowed<'a>(text: vg_str_t) -> &'a str {
    let bytes = unsafe { slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Text that ends with NUL. The caller names the lifetime.
pub(crate) fn static_text<'a>(text: *const c_char) -> &'a str {
    unsafe { CStr::from_ptr(text) }.to_str().unwrap_or_default()
}
