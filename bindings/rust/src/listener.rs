//! The search for marks in a stream.

use std::fmt;
use std::ptr;

use crate::call::{Owned, control, create};
use crate::detection::Detection;
use crate::error::Result;
use crate::sample::{Sample, frames, sealed};
use crate::sys;

/// Looks for marks in one stream of interleaved samples while it runs; the verdict firms up.
///
/// ```
/// use voxguard::{Detector, Effort, Key};
///
/// let detector = Detector::new(&[&Key::generate()?], Effort::Fast)?;
/// let mut listener = detector.listen(8_000, 1)?;
/// assert!(listener.push(&[0i16; 8_000])?.is_none(), "too early to say");
/// assert!(!listener.finish()?.found);
/// # Ok::<(), voxguard::Error>(())
/// ```
pub struct Listener {
    handle: Owned<sys::vg_listener_t>,
    channels: u16,
}

impl Listener {
    pub(crate) fn new(detector: *const sys::vg_detector_t, rate: u32, channels: u16) -> Result<Self> {
        let call = |out, err| unsafe { sys::vg_listener_new(detector, rate, channels, out, err) };
        Ok(Self { handle: create(sys::vg_listener_free, call)?, channels })
    }

    /// Hears samples. Gives a verdict about all that was heard after 2, 4, 8, 16, 32 and 64 seconds, and then each
    /// minute in the same way. When it fails nothing was heard.
    pub fn push<S: Sample>(&mut self, samples: &[S]) -> Result<Option<Detection>> {
        let count = frames(samples.len(), self.channels)?;
        let (handle, input) = (self.handle.as_mut_ptr(), samples.as_ptr());
        let push = <S as sealed::Sample>::PUSH;
        let mut verdict = ptr::null_mut();
        control(|err| unsafe { push(handle, input, count, &mut verdict, err) })?;
        Owned::new(verdict, sys::vg_detection_free).map(Detection::new).transpose()
    }

    /// The verdict about all that was heard; the listener then stands as new.
    pub fn finish(&mut self) -> Result<Detection> {
        let handle = self.handle.as_mut_ptr();
        let call = |out, err| unsafe { sys::vg_listener_finish(handle, out, err) };
        Detection::new(create(sys::vg_detection_free, call)?)
    }

    /// Interleaved channels.
    pub fn channels(&self) -> u16 {
        self.channels
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("channels", &self.channels).finish_non_exhaustive()
    }
}
