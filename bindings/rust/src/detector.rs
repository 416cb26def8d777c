//! The search for marks.

use std::any::Any;
use std::ffi::c_void;
use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::str::FromStr;

use crate::call::{Owned, create};
use crate::detection::Detection;
use crate::error::{Error, Result, Status};
use crate::key::Key;
use crate::listener::Listener;
use crate::sample::{Sample, frames, sealed};
use crate::scheme::Scheme;
use crate::sys;

/// How much a detector tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// The quickest search: audio that was hardly changed.
    Fast,
    /// The search for ordinary use.
    #[default]
    Normal,
    /// The search for evidence: tries the most.
    Thorough,
}

impl FromStr for Effort {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "fast" => Ok(Self::Fast),
            "normal" => Ok(Self::Normal),
            "thorough" => Ok(Self::Thorough),
            _ => {
                let message = format!("effort {name:?}: accepted are \"fast\", \"normal\" and \"thorough\"");
                Err(Error::new(Status::ARGUMENT, message))
            }
        }
    }
}

/// Looks for the marks of some keys in any audio, of any rate, cut out of anywhere. Many threads may use one.
///
/// ```
/// use voxguard::{Detector, Effort, Key};
///
/// let detector = Detector::new(&[&Key::generate()?], Effort::Normal)?;
/// let detection = detector.detect(&[0.0f32; 48_000], 24_000, 1)?;
/// assert!(!detection.found);
/// assert_eq!(detection.seconds, 2.0);
/// # Ok::<(), voxguard::Error>(())
/// ```
pub struct Detector {
    handle: Owned<sys::vg_detector_t>,
}

impl Detector {
    /// A detector for the marks of 1 to 64 keys.
    pub fn new(keys: &[&Key], effort: Effort) -> Result<Self> {
        Self::with_scheme(keys, effort, Scheme::default())
    }

    /// A detector for the marks of 1 to 64 keys, of one scheme.
    pub fn with_scheme(keys: &[&Key], effort: Effort, scheme: Scheme) -> Result<Self> {
        let effort = match effort {
            Effort::Fast => sys::VG_EFFORT_FAST,
            Effort::Normal => sys::VG_EFFORT_NORMAL,
            Effort::Thorough => sys::VG_EFFORT_THOROUGH,
        };
        let (struct_size, scheme) = (size_of::<sys::vg_detector_options_t>(), u64::from(scheme.code()));
        let options = sys::vg_detector_options_t { struct_size, effort, scheme };
        let keys: Vec<_> = keys.iter().map(|key| key.as_ptr()).collect();
        let call = |out, err| unsafe { sys::vg_detector_new(keys.as_ptr(), keys.len(), &options, out, err) };
        Ok(Self { handle: create(sys::vg_detector_free, call)? })
    }

    /// Looks for a mark in interleaved samples, `rate` frames a second. That there is none is an answer, not an error.
    pub fn detect<S: Sample>(&self, samples: &[S], rate: u32, channels: u16) -> Result<Detection> {
        self.search(samples, rate, channels, ptr::null())
    }

    /// As [`Detector::detect`], telling after each minute of audio which share of it is done.
    /// [`ControlFlow::Break`] ends the search: the detection then says what was found so far.
    pub fn detect_with_progress<S: Sample, F: FnMut(f64) -> ControlFlow<()>>(
        &self,
        samples: &[S],
        rate: u32,
        channels: u16,
        progress: F,
    ) -> Result<Detection> {
        let mut watch = Watch { progress, panic: None };
        let raw = sys::vg_progress_t {
            struct_size: size_of::<sys::vg_progress_t>(),
            user_data: (&raw mut watch).cast(),
            report: Some(report::<F>),
        };
        let detection = self.search(samples, rate, channels, &raw);
        match watch.panic {
            Some(panic) => resume_unwind(panic),
            None => detection,
        }
    }

    /// Looks into one clip after another, each `(samples, rate, channels)`, when its answer is asked for.
    ///
    /// ```
    /// # use voxguard::{Detector, Effort, Key};
    /// let detector = Detector::new(&[&Key::generate()?], Effort::Fast)?;
    /// let clips = [[0.0f32; 800]; 3];
    /// let found = detector.detect_many(clips.iter().map(|clip| (&clip[..], 8_000, 1)));
    /// assert_eq!(found.filter(|answer| answer.as_ref().is_ok_and(|answer| answer.found)).count(), 0);
    /// # Ok::<(), voxguard::Error>(())
    /// ```
    pub fn detect_many<'a, S: Sample>(
        &self,
        clips: impl IntoIterator<Item = (&'a [S], u32, u16)>,
    ) -> impl Iterator<Item = Result<Detection>> {
        clips.into_iter().map(|(samples, rate, channels)| self.detect(samples, rate, channels))
    }

    /// A listener for one stream of `rate` frames a second and 1 to 8 channels: the same search, while the stream runs.
    pub fn listen(&self, rate: u32, channels: u16) -> Result<Listener> {
        Listener::new(self.handle.as_ptr(), rate, channels)
    }

    fn search<S: Sample>(
        &self,
        samples: &[S],
        rate: u32,
        channels: u16,
        progress: *const sys::vg_progress_t,
    ) -> Result<Detection> {
        let count = frames(samples.len(), channels)?;
        let (handle, input) = (self.handle.as_ptr(), samples.as_ptr());
        let detect = <S as sealed::Sample>::DETECT;
        let call = |out, err| unsafe { detect(handle, input, count, rate, channels, progress, out, err) };
        Detection::new(create(sys::vg_detection_free, call)?)
    }
}

impl fmt::Debug for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detector").finish_non_exhaustive()
    }
}

/// A closure that hears of progress, and how it panicked.
struct Watch<F> {
    progress: F,
    panic: Option<Box<dyn Any + Send>>,
}

unsafe extern "C" fn report<F: FnMut(f64) -> ControlFlow<()>>(user_data: *mut c_void, done: f64) -> i32 {
    let watch = unsafe { &mut *user_data.cast::<Watch<F>>() };
    // A panic must not reach C: it goes on once the search has ended.
    match catch_unwind(AssertUnwindSafe(|| (watch.progress)(done))) {
        Ok(ControlFlow::Continue(())) => 0,
        Ok(ControlFlow::Break(())) => 1,
        Err(panic) => {
            watch.panic = Some(panic);
            1
        }
    }
}
