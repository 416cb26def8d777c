// Arguments: pointers become slices, strings, structs and places for outputs, or a clear error.
//
// Nothing here can know whether memory behind a pointer is there; what can be known (NULL, alignment, lengths
// that no memory has, overlap) is checked before anything is read or written.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::{ptr, slice};

use crate::error::{Error, Result};
use crate::status::{
    VG_ERR_ARGUMENT, VG_ERR_NULL, VG_ERR_OUTPUT_SIZE, VG_ERR_STRUCT_SIZE, VG_ERR_UTF8, vg_status_t,
};

/// Where an output goes once the call has succeeded.
pub(crate) struct Place<T>(*mut T);

impl<T> Place<T> {
    /// Writes the output, without looking at what was there.
    pub(crate) unsafe fn set(self, value: T) {
        unsafe { self.0.write(value) }
    }
}

/// The place of an output that must be given.
pub(crate) fn place<T>(out: *mut T) -> Result<Place<T>> {
    if out.is_null() {
        return Err(VG_ERR_NULL.into());
    }
    is_writable(out).then_some(Place(out)).ok_or(misaligned())
}

/// The place of an output that may be NULL.
pub(crate) fn optional_place<T>(out: *mut T) -> Result<Option<Place<T>>> {
    if out.is_null() { Ok(None) } else { place(out).map(Some) }
}

pub(crate) fn is_writable<T>(out: *mut T) -> bool {
    !out.is_null() && out.is_aligned()
}

/// Elements that go in. NULL stands for none when there are none.
pub(crate) unsafe fn slice_in<'a, T>(data: *const T, count: usize) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    check_region(data, count)?;
    Ok(unsafe { slice::from_raw_parts(data, count) })
}

/// Elements to be written. NULL stands for none when there are none.
pub(crate) unsafe fn slice_out<'a, T>(data: *mut T, count: usize) -> Result<&'a mut [T]> {
    if count == 0 {
        return Ok(&mut []);
    }
    check_region(data, count)?;
    Ok(unsafe { slice::from_raw_parts_mut(data, count) })
}

/// Text that must be given; it may be empty.
pub(crate) unsafe fn text<'a>(name: &str, data: *const c_char, bytes: usize) -> Result<&'a str> {
    if data.is_null() {
        return Err(Error::new(VG_ERR_NULL, format_args!("{name} is NULL: accepted is UTF-8 text")));
    }
    let bytes = unsafe { slice_in(data.cast::<u8>(), bytes) }?;
    std::str::from_utf8(bytes).map_err(|error| {
        let position = error.valid_up_to();
        Error::new(
            VG_ERR_UTF8,
            format_args!("{name} is not UTF-8 from byte {position} on: accepted is UTF-8 text"),
        )
    })
}

/// Text that may be NULL.
pub(crate) unsafe fn optional_text<'a>(
    name: &str,
    data: *const c_char,
    bytes: usize,
) -> Result<Option<&'a str>> {
    if data.is_null() { Ok(None) } else { unsafe { text(name, data, bytes) }.map(Some) }
}

/// A struct that crosses the boundary: `repr(C)`, begins with `size_t struct_size`, and is valid when all
/// of it is zero.
///
/// When one grows, its first size goes on being accepted: what is missing reads as zero, and is not written.
/// So what is added must begin where the struct ended, its padding included: an older program did not set that.
pub(crate) unsafe trait Versioned: Copy {
    /// The size that the struct had when it was first published.
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// Reads a struct of the caller. One that is larger than ours is of a later header: accepted while
/// what we do not know of it is zero, which is to say not used.
pub(crate) unsafe fn struct_in<T: Versioned>(data: *const T) -> Result<T> {
    let ours = size_of::<T>();
    let theirs = unsafe { struct_size(data) }?;
    let beyond = theirs.saturating_sub(ours);
    let beyond = unsafe { slice::from_raw_parts(data.cast::<u8>().add(theirs - beyond), beyond) };
    if beyond.iter().any(|byte| *byte != 0) {
        return Err(Error::new(
            VG_ERR_STRUCT_SIZE,
            format_args!("struct_size {theirs}: this library knows {ours} bytes and the others are not zero"),
        ));
    }
    let mut value = MaybeUninit::<T>::zeroed();
    unsafe { ptr::copy_nonoverlapping(data.cast::<u8>(), value.as_mut_ptr().cast::<u8>(), theirs.min(ours)) };
    // Valid when zero, and so when the end is.
    Ok(unsafe { value.assume_init() })
}

/// Fills a struct of the caller, who has set its `struct_size`; it stays as it was.
pub(crate) unsafe fn struct_out<T: Versioned>(data: *mut T, value: T) -> Result<()> {
    let theirs = unsafe { struct_size(data.cast_const()) }?;
    let known = theirs.min(size_of::<T>());
    unsafe { ptr::copy_nonoverlapping((&raw const value).cast::<u8>(), data.cast::<u8>(), known) };
    unsafe { data.cast::<usize>().write(theirs) };
    Ok(())
}

/// Far more than a later header may add, far less than what memory that nobody set would say.
const MOST_STRUCT_BYTES: usize = 4096;

unsafe fn struct_size<T: Versioned>(data: *const T) -> Result<usize> {
    check_region(data.cast::<usize>(), 1)?;
    if !data.is_aligned() {
        return Err(misaligned());
    }
    let ours = size_of::<T>();
    let theirs = unsafe { data.cast::<usize>().read() };
    let earlier = theirs >= T::FIRST_SIZE && theirs < ours && theirs.is_multiple_of(align_of::<T>());
    if earlier || (ours..=MOST_STRUCT_BYTES).contains(&theirs) {
        return Ok(theirs);
    }
    Err(Error::new(
        VG_ERR_STRUCT_SIZE,
        format_args!("struct_size {theirs}: accepted is sizeof of the struct, {ours}"),
    ))
}

/// The input and the output of one audio call.
pub(crate) enum Buffers<'a, S> {
    /// Two buffers; the output holds exactly what will be written.
    Two(&'a [S], &'a mut [S]),
    /// One buffer that is both.
    One(&'a mut [S]),
}

/// What C says about the buffers of one audio call: pointers, and lengths in frames.
pub(crate) struct RawBuffers<S> {
    pub(crate) input: *const S,
    pub(crate) frames: usize,
    pub(crate) output: *mut S,
    pub(crate) capacity: usize,
}

impl<S> RawBuffers<S> {
    /// The buffers, when `ready` frames of `channels` samples will be written. Allocates nothing.
    pub(crate) unsafe fn borrow<'a>(self, channels: usize, ready: usize) -> Result<Buffers<'a, S>> {
        let samples = samples(self.frames, channels)?;
        let room = samples_or_all(self.capacity, channels);
        let needed = ready.checked_mul(channels).ok_or(VG_ERR_ARGUMENT)?;
        if room < needed {
            return Err(VG_ERR_OUTPUT_SIZE.into());
        }
        if samples > 0 && std::ptr::eq(self.input, self.output) {
            return Ok(Buffers::One(unsafe { slice_out(self.output, samples) }?));
        }
        let apart = |a: usize, a_bytes: usize, b: usize, b_bytes: usize| {
            a.saturating_add(a_bytes) <= b || b.saturating_add(b_bytes) <= a
        };
        let bytes = |count: usize| count.saturating_mul(size_of::<S>());
        if !apart(self.input.addr(), bytes(samples), self.output.addr(), bytes(room.min(samples.max(needed))))
        {
            return Err(VG_ERR_ARGUMENT.into());
        }
        let input = unsafe { slice_in(self.input, samples) }?;
        let output = unsafe { slice_out(self.output, needed) }?;
        Ok(Buffers::Two(input, output))
    }
}

/// Samples in `frames` frames, or an error where no memory is that long.
pub(crate) fn samples(frames: usize, channels: usize) -> std::result::Result<usize, vg_status_t> {
    frames.checked_mul(channels).ok_or(VG_ERR_ARGUMENT)
}

fn samples_or_all(frames: usize, channels: usize) -> usize {
    frames.saturating_mul(channels)
}

fn check_region<T>(data: *const T, count: usize) -> Result<()> {
    if data.is_null() {
        return Err(VG_ERR_NULL.into());
    }
    if !data.is_aligned() {
        return Err(misaligned());
    }
    let bytes = count.checked_mul(size_of::<T>()).and_then(|bytes| data.addr().checked_add(bytes));
    let most = isize::MAX as usize;
    if bytes.is_none() || count > most / size_of::<T>().max(1) {
        return Err(VG_ERR_ARGUMENT.into());
    }
    Ok(())
}

fn misaligned() -> Error {
    VG_ERR_ARGUMENT.into()
}
