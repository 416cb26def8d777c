//! Markers: put a mark into a stream of samples, chunk by chunk.
//!
//! However a stream is cut into chunks, the samples that come out are the same, bit for bit. They come out
//! vg_marker_latency frames late: after F frames fed in total, F - latency have come out (none while F is
//! smaller), and vg_marker_flush gives the rest. So as many frames come out as went in, nothing is added
//! at the front, and an output as large as the input always suffices, but for flush.

use std::mem::offset_of;

use voxguard_core::audio::Format;
use voxguard_core::id::MarkId;
use voxguard_core::key::Key;
use voxguard_core::watermark::{Marker, MarkerOptions, Scheme, Strength};

use crate::argument::{Buffers, RawBuffers, Versioned, place, samples, slice_out, struct_in};
use crate::call::{control, plain};
use crate::error::{Error, Result, audio_status, vg_error_t};
use crate::handle::{Handle, exclusive, free, kind, make, shared};
use crate::key::vg_key_t;
use crate::sample::{Sample, ready};
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_OUTPUT_SIZE, vg_status_t};

/// The marking of one stream.
pub struct vg_marker_t {
    _opaque: [u8; 0],
}

impl Handle for vg_marker_t {
    const KIND: u32 = kind(b"mark");
    type Value = Marker;
}

/// A mark with an id of 32 bits: the usual.
pub const VG_SCHEME_ID32: u32 = 0;
/// A mark with an id of 16 bits: found in shorter clips.
pub const VG_SCHEME_ID16: u32 = 1;
/// A mark with an id of 64 bits: found in longer clips.
pub const VG_SCHEME_ID64: u32 = 3;
/// A mark without an id: it says "made under this key" and nothing else, in the shortest clips.
pub const VG_SCHEME_PRESENCE: u32 = 2;

/// What is marked, and with what.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vg_marker_options_t {
    /// sizeof this struct.
    pub struct_size: usize,
    /// Frames a second, 8000 to 192000.
    pub rate: u32,
    /// Interleaved channels, 1 to 8.
    pub channels: u16,
    /// The id, 0 to 4294967295 (32 bits), of 64 bits under VG_SCHEME_ID64. A scheme of fewer bits carries the lowest of them; without an id the
    /// lowest eight choose which of 256 sets of signs is used: let them change from one stream to the next.
    pub mark: u64,
    /// One of VG_SCHEME_*. Only a detector of the same scheme finds the mark.
    pub scheme: u32,
    /// How loud the mark is, 0.25 to 2: 1 is the usual, 2 twice the decibels. 0 stands for 1.
    pub strength: f32,
}

unsafe impl Versioned for vg_marker_options_t {
    const FIRST_SIZE: usize = offset_of!(Self, scheme);
}

/// Makes a marker for one stream. VG_ERR_AUDIO_FORMAT for a rate or a number of channels that is not
/// accepted, VG_ERR_ARGUMENT for a mark of more bits than its scheme takes, a scheme or a strength that there is not.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_marker_new(
    key: *const vg_key_t,
    options: *const vg_marker_options_t,
    out: *mut *mut vg_marker_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(out)?;
        let (mark, format, options) = options_in(unsafe { struct_in(options) }?)?;
        let marker = unsafe { shared(key, |key| Ok(Marker::with_options(key, mark, format, options))) }?;
        unsafe { out.set(make(marker)) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Writes by how many frames the output is later than the input: at most 80 milliseconds.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_marker_latency(marker: *const vg_marker_t, frames: *mut usize) -> vg_status_t {
    plain(|| {
        let frames = place(frames)?;
        let latency = unsafe { shared(marker, |marker| Ok(marker.latency())) }?;
        unsafe { frames.set(latency) };
        Ok(())
    })
}

/// Writes how many frames flush would write now.
///
/// Threads: any. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_marker_pending(marker: *const vg_marker_t, frames: *mut usize) -> vg_status_t {
    plain(|| {
        let frames = place(frames)?;
        let pending = unsafe { shared(marker, |marker| Ok(marker.pending())) }?;
        unsafe { frames.set(pending) };
        Ok(())
    })
}

/// Feeds `frames` frames and writes those that are ready to `output`, their number to `out_frames`: never
/// more than `frames`. `output` may be `input`; buffers that overlap otherwise are VG_ERR_ARGUMENT. When it
/// fails (VG_ERR_NON_FINITE, VG_ERR_OUTPUT_SIZE) nothing was fed, and the marker is as before.
///
/// Threads: one. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_marker_process_f32(
    marker: *mut vg_marker_t,
    input: *const f32,
    frames: usize,
    output: *mut f32,
    out_capacity_frames: usize,
    out_frames: *mut usize,
) -> vg_status_t {
    let buffers = RawBuffers { input, frames, output, capacity: out_capacity_frames };
    unsafe { process(marker, buffers, out_frames) }
}

/// vg_marker_process_f32 for 16-bit samples. A stream is of one kind of samples from its start to its flush.
///
/// Threads: one. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_marker_process_i16(
    marker: *mut vg_marker_t,
    input: *const i16,
    frames: usize,
    output: *mut i16,
    out_capacity_frames: usize,
    out_frames: *mut usize,
) -> vg_status_t {
    let buffers = RawBuffers { input, frames, output, capacity: out_capacity_frames };
    unsafe { process(marker, buffers, out_frames) }
}

/// Writes the frames that are still inside, at most vg_marker_latency, and ends the stream: the marker then
/// stands as new. VG_ERR_OUTPUT_SIZE, and nothing changes, when `output` holds fewer than vg_marker_pending.
///
/// Threads: one. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_marker_flush_f32(
    marker: *mut vg_marker_t,
    output: *mut f32,
    out_capacity_frames: usize,
    out_frames: *mut usize,
) -> vg_status_t {
    unsafe { flush(marker, output, out_capacity_frames, out_frames) }
}

/// vg_marker_flush_f32 for 16-bit samples.
///
/// Threads: one. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_marker_flush_i16(
    marker: *mut vg_marker_t,
    output: *mut i16,
    out_capacity_frames: usize,
    out_frames: *mut usize,
) -> vg_status_t {
    unsafe { flush(marker, output, out_capacity_frames, out_frames) }
}

/// Drops the frames that are still inside and begins a new stream.
///
/// Threads: one. Real time: yes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_marker_reset(marker: *mut vg_marker_t) -> vg_status_t {
    plain(|| {
        let reset = |marker: &mut Marker| {
            marker.reset();
            Ok(())
        };
        unsafe { exclusive(marker, reset) }
    })
}

/// Frees a marker. NULL is fine. Frames that are still inside are lost.
///
/// Threads: one. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_marker_free(marker: *mut vg_marker_t) {
    unsafe { free(marker) }
}

/// Marks all of a recording at once: a marker fed once and flushed. Writes exactly `frames` frames to `output`,
/// which may be `input`.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_embed_f32(
    key: *const vg_key_t,
    options: *const vg_marker_options_t,
    input: *const f32,
    frames: usize,
    output: *mut f32,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let buffers = RawBuffers { input, frames, output, capacity: frames };
    unsafe { control(err, || embed(key, options, buffers)) }
}

/// vg_embed_f32 for 16-bit samples.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_embed_i16(
    key: *const vg_key_t,
    options: *const vg_marker_options_t,
    input: *const i16,
    frames: usize,
    output: *mut i16,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let buffers = RawBuffers { input, frames, output, capacity: frames };
    unsafe { control(err, || embed(key, options, buffers)) }
}

fn options_in(options: vg_marker_options_t) -> Result<(MarkId, Format, MarkerOptions)> {
    let scheme = scheme(options.scheme.into())?;
    let mark = scheme.mark(options.mark)?;
    let format = Format::new(options.rate, options.channels)?;
    let strength =
        if options.strength == 0.0 { Strength::default() } else { Strength::new(options.strength)? };
    Ok((mark, format, MarkerOptions { scheme, strength }))
}

/// The scheme of a `VG_SCHEME_*`.
pub(crate) fn scheme(code: u64) -> Result<Scheme> {
    match u32::try_from(code) {
        Ok(VG_SCHEME_ID32) => Ok(Scheme::Id32),
        Ok(VG_SCHEME_ID16) => Ok(Scheme::Id16),
        Ok(VG_SCHEME_PRESENCE) => Ok(Scheme::Presence),
        Ok(VG_SCHEME_ID64) => Ok(Scheme::Id64),
        _ => Err(Error::new(
            VG_ERR_ARGUMENT,
            format_args!(
                "scheme {code}: accepted are 0 (id of 32 bits), 1 (16 bits), 2 (no id) and 3 (64 bits)"
            ),
        )),
    }
}

unsafe fn process<S: Sample>(
    marker: *mut vg_marker_t,
    buffers: RawBuffers<S>,
    out_frames: *mut usize,
) -> vg_status_t {
    plain(|| {
        let out_frames = place(out_frames)?;
        let call = |marker: &mut Marker| {
            let ready = ready(marker.pending(), buffers.frames, marker.latency());
            let buffers = unsafe { buffers.borrow(marker.format().channels(), ready) }?;
            S::feed(marker, buffers).map_err(|error| audio_status(&error).into())
        };
        let written = unsafe { exclusive(marker, call) }?;
        unsafe { out_frames.set(written) };
        Ok(())
    })
}

unsafe fn flush<S: Sample>(
    marker: *mut vg_marker_t,
    output: *mut S,
    capacity: usize,
    out_frames: *mut usize,
) -> vg_status_t {
    plain(|| {
        let out_frames = place(out_frames)?;
        let call = |marker: &mut Marker| {
            let pending = marker.pending();
            if capacity < pending {
                return Err(VG_ERR_OUTPUT_SIZE.into());
            }
            let output = unsafe { slice_out(output, samples(pending, marker.format().channels())?) }?;
            S::drain(marker, output).map_err(|error| audio_status(&error).into())
        };
        let written = unsafe { exclusive(marker, call) }?;
        unsafe { out_frames.set(written) };
        Ok(())
    })
}

fn embed<S: Sample>(
    key: *const vg_key_t,
    options: *const vg_marker_options_t,
    buffers: RawBuffers<S>,
) -> Result<()> {
    let (mark, format, options) = options_in(unsafe { struct_in(options) }?)?;
    let key: Key = unsafe { shared(key, |key| Ok(key.clone())) }?;
    // Nothing is written before all of the recording was checked, so outputs are written on success only.
    let frames = buffers.frames;
    let mut marker = Marker::with_options(&key, mark, format, options);
    match unsafe { buffers.borrow(format.channels(), frames) }? {
        Buffers::Two(input, output) => {
            let written = S::feed(&mut marker, Buffers::Two(input, &mut *output))?;
            rest(&mut marker, output, written)
        }
        Buffers::One(buffer) => {
            let written = S::feed(&mut marker, Buffers::One(&mut *buffer))?;
            rest(&mut marker, buffer, written)
        }
    }
}

fn rest<S: Sample>(marker: &mut Marker, output: &mut [S], written: usize) -> Result<()> {
    let rest = output.get_mut(written * marker.format().channels()..);
    S::drain(marker, rest.ok_or_else(|| Error::from(VG_ERR_OUTPUT_SIZE))?)?;
    Ok(())
}
