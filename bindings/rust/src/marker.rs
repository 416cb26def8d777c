//! Marking of samples.

use std::fmt;

use crate::call::{Owned, control, create, plain, value};
use crate::error::{Error, Result, Status};
use crate::key::Key;
use crate::sample::{Sample, explain, frames, sealed};
use crate::scheme::Scheme;
use crate::sys;

/// What may be chosen about a mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarkerOptions {
    /// How many bits of id it carries.
    pub scheme: Scheme,
    /// How loud it is, 0.25 to 2: 1 is the usual, 2 twice the decibels.
    pub strength: f32,
}

impl Default for MarkerOptions {
    fn default() -> Self {
        Self { scheme: Scheme::default(), strength: 1.0 }
    }
}

/// Puts a mark into one stream of interleaved samples, chunk by chunk.
///
/// However the stream is cut, the samples that come out are the same, bit for bit, and as many as went in. They come
/// out [`latency`](Marker::latency) frames late; [`flush`](Marker::flush) gives the rest. A stream is of one
/// kind of samples from its start to its flush.
///
/// ```
/// use voxguard::{Key, Marker};
///
/// let mut marker = Marker::new(&Key::generate()?, 0x1234_abcd, 24_000, 1)?;
/// let mut marked = Vec::new();
/// for chunk in [[0i16; 480]; 10] {
///     marker.process(&chunk, &mut marked)?;
/// }
/// marker.flush(&mut marked)?;
/// assert_eq!(marked.len(), 4800);
/// # Ok::<(), voxguard::Error>(())
/// ```
pub struct Marker {
    handle: Owned<sys::vg_marker_t>,
    channels: u16,
    latency: usize,
}

impl Marker {
    /// A marker for a stream of `rate` frames a second, 8000 to 192000, of 1 to 8 channels. `mark` is the id that
    /// the mark carries: 32 bits.
    pub fn new(key: &Key, mark: u64, rate: u32, channels: u16) -> Result<Self> {
        Self::with_options(key, mark, rate, channels, MarkerOptions::default())
    }

    /// A marker as [`Marker::new`] makes it, of another scheme or strength. Of `mark`, a scheme of fewer bits carries the
    /// lowest; without an id its lowest eight choose the signs that are used: let them change.
    pub fn with_options(
        key: &Key,
        mark: u64,
        rate: u32,
        channels: u16,
        options: MarkerOptions,
    ) -> Result<Self> {
        let options = raw(mark, rate, channels, options)?;
        let call = |out, err| unsafe { sys::vg_marker_new(key.as_ptr(), &options, out, err) };
        let handle = create(sys::vg_marker_free, call)?;
        let latency = value(|out| unsafe { sys::vg_marker_latency(handle.as_ptr(), out) })?;
        Ok(Self { handle, channels, latency })
    }

    /// By how many frames the output is later than the input: at most 80 milliseconds.
    pub fn latency(&self) -> usize {
        self.latency
    }

    /// Interleaved channels.
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// How many frames flush would give now.
    pub fn pending(&self) -> Result<usize> {
        value(|out| unsafe { sys::vg_marker_pending(self.handle.as_ptr(), out) })
    }

    /// Feeds samples and appends those that are ready to `output`. Gives the number of frames appended. When it
    /// fails nothing was fed.
    pub fn process<S: Sample>(&mut self, input: &[S], output: &mut Vec<S>) -> Result<usize> {
        let channels = self.channels;
        let handle = self.handle.as_mut_ptr();
        unsafe { run(<S as sealed::Sample>::PROCESS, handle, channels, input, output) }
    }

    /// Feeds samples and writes those that are ready to the start of `output`. Gives the number of frames written;
    /// an output as long as the input always suffices.
    pub fn process_into<S: Sample>(&mut self, input: &[S], output: &mut [S]) -> Result<usize> {
        let count = frames(input.len(), self.channels)?;
        let capacity = output.len() / usize::from(self.channels);
        let (handle, data) = (self.handle.as_mut_ptr(), output.as_mut_ptr());
        let process = <S as sealed::Sample>::PROCESS;
        value(|written| unsafe { process(handle, input.as_ptr(), count, data, capacity, written) })
            .map_err(|error| explain(error, input, output.len()))
    }

    /// Feeds the samples of a buffer and writes those that are ready to its start. Gives the number of frames
    /// written.
    pub fn process_in_place<S: Sample>(&mut self, buffer: &mut [S]) -> Result<usize> {
        let count = frames(buffer.len(), self.channels)?;
        let (handle, data) = (self.handle.as_mut_ptr(), buffer.as_mut_ptr());
        let process = <S as sealed::Sample>::PROCESS;
        value(|written| unsafe { process(handle, data, count, data, count, written) })
            .map_err(|error| explain(error, buffer, buffer.len()))
    }

    /// Appends the frames that are still inside to `output` and ends the stream: the marker then stands as new.
    /// Gives the number of frames appended.
    pub fn flush<S: Sample>(&mut self, output: &mut Vec<S>) -> Result<usize> {
        let pending = self.pending()?;
        output.reserve(pending * usize::from(self.channels));
        let (handle, end) = (self.handle.as_mut_ptr(), output.spare_capacity_mut().as_mut_ptr().cast());
        let flush = <S as sealed::Sample>::FLUSH;
        let written = value(|written| unsafe { flush(handle, end, pending, written) })?;
        unsafe { output.set_len(output.len() + written * usize::from(self.channels)) };
        Ok(written)
    }

    /// Drops the frames that are still inside and begins a new stream.
    pub fn reset(&mut self) -> Result<()> {
        plain(unsafe { sys::vg_marker_reset(self.handle.as_mut_ptr()) })
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut sys::vg_marker_t {
        self.handle.as_mut_ptr()
    }
}

impl fmt::Debug for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Marker").field("channels", &self.channels).finish_non_exhaustive()
    }
}

/// Marks all of a recording at once: a [`Marker`] fed once and flushed. Gives as many samples as it takes.
///
/// ```
/// let key = voxguard::Key::generate()?;
/// let marked = voxguard::embed(&[0.0f32; 24_000], 24_000, 1, &key, 7)?;
/// assert_eq!(marked.len(), 24_000);
/// # Ok::<(), voxguard::Error>(())
/// ```
pub fn embed<S: Sample>(samples: &[S], rate: u32, channels: u16, key: &Key, mark: u64) -> Result<Vec<S>> {
    embed_with(samples, rate, channels, key, mark, MarkerOptions::default())
}

/// [`embed`] with another scheme or strength.
pub fn embed_with<S: Sample>(
    samples: &[S],
    rate: u32,
    channels: u16,
    key: &Key,
    mark: u64,
    options: MarkerOptions,
) -> Result<Vec<S>> {
    let count = frames(samples.len(), channels)?;
    let options = raw(mark, rate, channels, options)?;
    let mut output = vec![S::default(); samples.len()];
    let (key, input, data) = (key.as_ptr(), samples.as_ptr(), output.as_mut_ptr());
    control(|err| unsafe { <S as sealed::Sample>::EMBED(key, &options, input, count, data, err) })?;
    Ok(output)
}

/// Calls a function that takes samples and gives samples, and appends what it gives.
pub(crate) unsafe fn run<H, S: Sample>(
    function: unsafe extern "C" fn(*mut H, *const S, usize, *mut S, usize, *mut usize) -> sys::vg_status_t,
    handle: *mut H,
    channels: u16,
    input: &[S],
    output: &mut Vec<S>,
) -> Result<usize> {
    let count = frames(input.len(), channels)?;
    output.reserve(input.len());
    let end = output.spare_capacity_mut().as_mut_ptr().cast();
    let written = value(|written| unsafe { function(handle, input.as_ptr(), count, end, count, written) })
        .map_err(|error| explain(error, input, input.len()))?;
    // That many frames were written, no more than were given, and room was made for those.
    unsafe { output.set_len(output.len() + written * usize::from(channels)) };
    Ok(written)
}

fn raw(mark: u64, rate: u32, channels: u16, options: MarkerOptions) -> Result<sys::vg_marker_options_t> {
    let MarkerOptions { scheme, strength } = options;
    if strength == 0.0 {
        // To C, zero is what was left out.
        return Err(Error::new(Status::ARGUMENT, "strength 0: accepted are 0.25 to 2, usual is 1"));
    }
    let (struct_size, scheme) = (size_of::<sys::vg_marker_options_t>(), scheme.code());
    Ok(sys::vg_marker_options_t { struct_size, rate, channels, mark, scheme, strength })
}
