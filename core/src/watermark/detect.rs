//! The [`Detector`]: found or not, how surely, which id, where.
//!
//! A recording is read in passages of about a minute, so memory does not grow with it (but for the curve) and
//! cost is linear. Each passage makes a claim for each key (`passage`); the surest counts, its p-value
//! multiplied by the number of passages and keys.

use std::ops::{ControlFlow, Range};

use super::chance::p_value;
use super::grid::{Analysis, Bands, STEPS_PER_SECOND, Spectra};
use super::passage::{Budget, Claim, Keyed, Passage};
use super::reading::Sheet;
use super::receiver::Receiver;
use super::scheme::Scheme;
use super::warp::{Reach, Warp};
use crate::audio::{AudioError, Format, Sample, check_finite, frames};
use crate::id::MarkId;
use crate::key::{Key, KeyId};

/// Steps of 8 ms in a passage: 64 s.
pub(super) const PASSAGE_STEPS: usize = 64 * STEPS_PER_SECOND as usize;

/// Steps whose powers are held at a time where only their bands are needed: 4 s.
const PIECE: usize = 4 * STEPS_PER_SECOND as usize;

/// How hard to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// As it stands: no change of speed, pitch or tempo.
    Fast,
    /// Also speed of 0.8 to 1.2, pitch of -4 to 4 semitones, or tempo of 0.8 to 1.25.
    #[default]
    Normal,
    /// Also durations of 0.72 to 1.39 with frequencies of 0.81 to 1.23, in any mix; more candidates decoded; marks without pilots.
    Thorough,
}

impl Effort {
    fn budget(self) -> Budget {
        match self {
            Self::Fast => Budget {
                phases: 3,
                scouted: true,
                shortlist: 8,
                decoded: 6,
                blind: false,
                reach: Reach::Still,
                warps: 0,
            },
            Self::Normal => Budget {
                phases: 3,
                scouted: false,
                shortlist: 96,
                decoded: 12,
                blind: false,
                reach: Reach::Lines,
                warps: 6,
            },
            Self::Thorough => Budget {
                phases: 6,
                scouted: false,
                shortlist: 256,
                decoded: 32,
                blind: true,
                reach: Reach::Plane,
                warps: 16,
            },
        }
    }
}

impl std::str::FromStr for Effort {
    type Err = DetectorError;

    fn from_str(text: &str) -> Result<Self, DetectorError> {
        match text {
            "fast" => Ok(Self::Fast),
            "normal" => Ok(Self::Normal),
            "thorough" => Ok(Self::Thorough),
            _ => Err(DetectorError::Effort),
        }
    }
}

/// Why a detector was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectorError {
    /// No key, or too many.
    #[error("{count} keys: accepted are 1 to 64")]
    KeyCount {
        /// The refused count.
        count: usize,
    },
    /// Not the name of an effort.
    #[error("effort is not known: accepted are \"fast\", \"normal\" and \"thorough\"")]
    Effort,
}

/// What was found, for the key that was found most surely.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// Whether the p-value is below [`Detector::THRESHOLD`].
    pub found: bool,
    /// Probability that audio without any of the keys' marks looks like this or more so, over random
    /// keys; every hypothesis and key tried is counted.
    pub p_value: f64,
    /// The id, when one decodes and is itself sure.
    pub mark: Option<MarkId>,
    /// The key, when found.
    pub key: Option<KeyId>,
    /// Where the mark was found; empty when it was not.
    pub spans: Vec<Span>,
    /// The score over time under the best hypothesis, found or not.
    pub curve: Vec<CurvePoint>,
    /// How many times as fast as the marked audio the recording is; 1 when nothing was found.
    pub speed: f64,
    /// How many times as high its frequencies are; 1 when nothing was found.
    pub pitch: f64,
    /// Soft values of the code bits (positive: 0), under the surest hypothesis, found or not: for looking an id up that did
    /// not decode. They were read under chips that the lowest eight bits of the id choose: `chips`.
    pub soft_bits: Vec<f32>,
    /// The lowest eight bits of the ids that `soft_bits` are for.
    pub chips: u8,
    /// Duration of the recording in seconds.
    pub seconds: f64,
}

/// A marked stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// First second.
    pub start: f64,
    /// Last second.
    pub end: f64,
    /// Score for each square root of a second.
    pub score: f64,
}

/// The score of about a second of audio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The second's middle.
    pub time: f64,
    /// Its score: without a mark about N(0, 1).
    pub score: f64,
}

/// Looks for the marks of some keys.
pub struct Detector {
    keys: Vec<Keyed>,
    effort: Effort,
    receiver: Receiver,
}

impl Detector {
    /// A p-value below this is a find.
    pub const THRESHOLD: f64 = 1e-6;
    /// Most keys that are sought at once.
    pub const MAX_KEYS: usize = 64;

    /// A detector of the marks of 1 to 64 keys, of the usual scheme.
    ///
    /// # Errors
    /// No key, or more than 64.
    pub fn new(keys: Vec<Key>, effort: Effort) -> Result<Self, DetectorError> {
        Self::with_scheme(keys, effort, Scheme::default())
    }

    /// A detector of the marks of 1 to 64 keys, of one scheme.
    ///
    /// # Errors
    /// No key, or more than 64.
    pub fn with_scheme(keys: Vec<Key>, effort: Effort, scheme: Scheme) -> Result<Self, DetectorError> {
        if keys.is_empty() || keys.len() > Self::MAX_KEYS {
            return Err(DetectorError::KeyCount { count: keys.len() });
        }
        let keys = keys.iter().map(|key| Keyed::new(key, scheme)).collect();
        Ok(Self { keys, effort, receiver: Receiver::new() })
    }

    /// Looks for a mark in interleaved samples.
    ///
    /// # Errors
    /// A partial frame, or a sample that is no finite number.
    pub fn detect_f32(&self, samples: &[f32], format: Format) -> Result<Detection, AudioError> {
        check_finite(samples)?;
        self.detect(samples, format)
    }

    /// As [`Detector::detect_f32`], for 16-bit samples.
    ///
    /// # Errors
    /// A partial frame.
    pub fn detect_i16(&self, samples: &[i16], format: Format) -> Result<Detection, AudioError> {
        self.detect(samples, format)
    }

    /// As [`Detector::detect_f32`], telling after each minute of audio which share of it is done. [`ControlFlow::Break`] ends
    /// the search with what was found so far.
    ///
    /// # Errors
    /// A partial frame, or a sample that is no finite number.
    pub fn detect_with_progress(
        &self,
        samples: &[f32],
        format: Format,
        progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Detection, AudioError> {
        check_finite(samples)?;
        self.search(samples, format, progress)
    }

    /// As [`Detector::detect_with_progress`], for 16-bit samples.
    ///
    /// # Errors
    /// A partial frame.
    pub fn detect_i16_with_progress(
        &self,
        samples: &[i16],
        format: Format,
        progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Detection, AudioError> {
        self.search(samples, format, progress)
    }

    fn detect<S: Sample>(&self, samples: &[S], format: Format) -> Result<Detection, AudioError> {
        self.search(samples, format, &mut |_| ControlFlow::Continue(()))
    }

    fn search<S: Sample>(
        &self,
        samples: &[S],
        format: Format,
        progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Detection, AudioError> {
        let frames = frames(samples.len(), format)?;
        let mut analysis = Analysis::new(format);
        let steps = analysis.steps(frames);
        let passages = steps.div_ceil(PASSAGE_STEPS).max(1);
        let mut claims = self.no_claims();
        for index in 0..passages {
            // Equal passages: no scrap at the end that is too short to tell anything.
            let (from, to) = (steps * index / passages, steps * (index + 1) / passages);
            let claimed = self.claim(from..to, |steps| analysis.spectra(samples, steps));
            claims.iter_mut().zip(claimed).for_each(|(claims, claim)| claims.push(claim));
            if progress((index + 1) as f64 / passages as f64).is_break() {
                break;
            }
        }
        let tried = claims.iter().map(Vec::len).sum::<usize>();
        let claims = claims.iter().map(|claims| claims.iter().collect()).collect();
        Ok(self.conclude(claims, tried, frames as f64 / f64::from(format.rate())))
    }

    /// For each key, no claim.
    pub(super) fn no_claims(&self) -> Vec<Vec<Claim>> {
        self.keys.iter().map(|_| Vec::new()).collect()
    }

    /// For each key, the best claim about a passage of these steps, whose powers are given on demand.
    pub(super) fn claim(
        &self,
        steps: Range<usize>,
        mut spectra: impl FnMut(Range<usize>) -> Spectra,
    ) -> Vec<Claim> {
        let (first, budget) = (steps.start, self.effort.budget());
        let sheet = if budget.reach == Reach::Still && !budget.blind {
            let mut bands = Bands::none();
            for from in steps.clone().step_by(PIECE) {
                bands.extend(&spectra(from..steps.end.min(from + PIECE)));
            }
            Sheet::unwarped(&self.receiver, bands)
        } else {
            Sheet::new(&self.receiver, spectra(steps))
        };
        let mut passage = Passage::new(sheet, first, budget);
        self.keys.iter().map(|key| passage.claim(key)).collect()
    }

    /// What the claims about all passages, for each key, come to, `tried` having been looked for in all.
    pub(super) fn conclude(&self, claims: Vec<Vec<&Claim>>, tried: usize, seconds: f64) -> Detection {
        let ln_tried = (tried.max(1) as f64).ln();
        let ln_p = |claim: &Claim| claim.evidence.ln_p(ln_tried);
        let surest = |claims: &[&Claim]| claims.iter().map(|claim| ln_p(claim)).fold(0.0, f64::min);
        let order =
            |a: &(&Keyed, Vec<&Claim>), b: &(&Keyed, Vec<&Claim>)| surest(&a.1).total_cmp(&surest(&b.1));
        let Some((key, claims)) = self.keys.iter().zip(claims).min_by(order) else {
            return Detection::nothing(seconds);
        };
        let p_value = p_value(surest(&claims));
        let found = p_value < Self::THRESHOLD;
        let is_sure = |claim: &&&Claim| ln_p(claim) < Self::THRESHOLD.ln();
        let mark = claims
            .iter()
            .filter(is_sure)
            .filter(|claim| claim.mark.is_some())
            .min_by(|a, b| ln_p(a).total_cmp(&ln_p(b)))
            .and_then(|claim| claim.mark);
        let found_claim = claims.iter().filter(is_sure).min_by(|a, b| ln_p(a).total_cmp(&ln_p(b)));
        let warp = found_claim.map_or(Warp::NONE, |claim| claim.warp);
        let (soft_bits, chips) = claims
            .iter()
            // Also among claims that come to nothing: each by itself.
            .min_by(|a, b| a.evidence.ln_p(0.0).total_cmp(&b.evidence.ln_p(0.0)))
            .map_or((vec![], 0), |claim| (claim.soft.clone(), claim.variant as u8));
        let same = |claim: &&&Claim| is_sure(claim) && (claim.mark == mark || claim.mark.is_none());
        Detection {
            found,
            p_value,
            mark: mark.filter(|_| found),
            key: found.then_some(key.id),
            spans: claims.iter().filter(same).flat_map(|claim| claim.spans.iter().copied()).collect(),
            curve: claims.iter().flat_map(|claim| claim.curve.iter().copied()).collect(),
            speed: 1.0 / warp.time(),
            pitch: warp.pitch(),
            soft_bits,
            chips,
            seconds,
        }
    }
}

impl Detection {
    fn nothing(seconds: f64) -> Self {
        Self {
            found: false,
            p_value: 1.0,
            mark: None,
            key: None,
            spans: vec![],
            curve: vec![],
            speed: 1.0,
            pitch: 1.0,
            soft_bits: vec![],
            chips: 0,
            seconds,
        }
    }
}
