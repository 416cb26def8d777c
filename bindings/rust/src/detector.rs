//! The search for marks.

use std::fmt;
use std::str::FromStr;

use crate::call::{Owned, create};
use crate::detection::Detection;
use crate::error::{Error, Result, Status};
use crate::key::Key;
use crate::sample::{Sample, frames, sealed};
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
        let effort = match effort {
            Effort::Fast => sys::VG_EFFORT_FAST,
            Effort::Normal => sys::VG_EFFORT_NORMAL,
            Effort::Thorough => sys::VG_EFFORT_THOROUGH,
        };
        let options =
            sys::vg_detector_options_t { struct_size: size_of::<sys::vg_detector_options_t>(), effort };
        let keys: Vec<_> = keys.iter().map(|key| key.as_ptr()).collect();
        let call = |out, err| unsafe { sys::vg_detector_new(keys.as_ptr(), keys.len(), &options, out, err) };
        Ok(Self { handle: create(sys::vg_detector_free, call)? })
    }

    /// Looks for a mark in interleaved samples, `rate` frames a second. That there is none is an answer, not an error.
    pub fn detect<S: Sample>(&self, samples: &[S], rate: u32, channels: u16) -> Result<Detection> {
        let count = frames(samples.len(), channels)?;
        let (handle, input) = (self.handle.as_ptr(), samples.as_ptr());
        let detect = <S as sealed::Sample>::DETECT;
        let call = |out, err| unsafe { detect(handle, input, count, rate, channels, out, err) };
        Detection::new(create(sys::vg_detection_free, call)?)
    }
}

impl fmt::Debug for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detector").finish_non_exhaustive()
    }
}
