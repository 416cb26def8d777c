//! The [`Detector`]: found or not, how surely, which id, where.
//!
//! A recording is read in passages of about a minute, so memory does not grow with it (but for the curve) and
//! cost is linear. Each passage makes a claim for each key (`passage`); the surest counts, its p-value
//! multiplied by the number of passages and keys.

use super::chance::p_value;
use super::chips::Column;
use super::grid::{Analysis, STEPS_PER_SECOND};
use super::passage::{Budget, Claim, Keyed, Passage};
use super::receiver::Receiver;
use crate::audio::{AudioError, Format, Sample, check_finite, frames};
use crate::id::MarkId;
use crate::key::{Key, KeyId};

/// Steps of 8 ms in a passage: 64 s.
const PASSAGE_STEPS: usize = 64 * STEPS_PER_SECOND as usize;

/// How hard to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// Grids every 24 ms.
    Fast,
    /// Grids every 16 ms.
    #[default]
    Normal,
    /// Grids every 8 ms, more candidates decoded.
    Thorough,
}

impl Effort {
    fn budget(self) -> Budget {
        match self {
            Self::Fast => Budget { grids: 2, shortlist: 32, singles: 4, pairs: 2 },
            Self::Normal => Budget { grids: 3, shortlist: 128, singles: 10, pairs: 16 },
            Self::Thorough => Budget { grids: 6, shortlist: 256, singles: 32, pairs: 32 },
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

    /// A detector of the marks of 1 to 64 keys.
    ///
    /// # Errors
    /// No key, or more than 64.
    pub fn new(keys: Vec<Key>, effort: Effort) -> Result<Self, DetectorError> {
        if keys.is_empty() || keys.len() > Self::MAX_KEYS {
            return Err(DetectorError::KeyCount { count: keys.len() });
        }
        Ok(Self { keys: keys.iter().map(Keyed::new).collect(), effort, receiver: Receiver::new() })
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

    fn detect<S: Sample>(&self, samples: &[S], format: Format) -> Result<Detection, AudioError> {
        let frames = frames(samples.len(), format)?;
        let budget = self.effort.budget();
        let mut analysis = Analysis::new(format);
        let steps = analysis.steps(frames);
        let passages = steps.div_ceil(PASSAGE_STEPS).max(1);
        let mut claims: Vec<Vec<Claim>> = self.keys.iter().map(|_| Vec::with_capacity(passages)).collect();
        for index in 0..passages {
            // Equal passages: no scrap at the end that is too short to tell anything.
            let (from, to) = (steps * index / passages, steps * (index + 1) / passages);
            let powers: Vec<Column> = (from..to).map(|step| analysis.powers(samples, step)).collect();
            let passage = Passage::read(&self.receiver, &powers, from, budget.grids);
            for (claims, key) in claims.iter_mut().zip(&self.keys) {
                claims.push(passage.claim(key, budget));
            }
        }
        let seconds = frames as f64 / f64::from(format.rate());
        Ok(self.conclude(claims, seconds))
    }

    fn conclude(&self, claims: Vec<Vec<Claim>>, seconds: f64) -> Detection {
        let tried = claims.iter().map(Vec::len).sum::<usize>().max(1) as f64;
        let surest = |claims: &[Claim]| claims.iter().map(|c| c.ln_p).fold(0.0, f64::min);
        let order =
            |a: &(&Keyed, Vec<Claim>), b: &(&Keyed, Vec<Claim>)| surest(&a.1).total_cmp(&surest(&b.1));
        let Some((key, claims)) = self.keys.iter().zip(claims).min_by(order) else {
            return Detection {
                found: false,
                p_value: 1.0,
                mark: None,
                key: None,
                spans: vec![],
                curve: vec![],
                seconds,
            };
        };
        let p_value = p_value(surest(&claims) + tried.ln());
        let found = p_value < Self::THRESHOLD;
        let is_sure = |claim: &&Claim| claim.ln_p + tried.ln() < Self::THRESHOLD.ln();
        let mark = claims
            .iter()
            .filter(is_sure)
            .filter(|claim| claim.mark.is_some())
            .min_by(|a, b| a.ln_p.total_cmp(&b.ln_p))
            .and_then(|claim| claim.mark);
        let same = |claim: &&Claim| is_sure(claim) && (claim.mark == mark || claim.mark.is_none());
        Detection {
            found,
            p_value,
            mark: mark.filter(|_| found),
            key: found.then_some(key.id),
            spans: claims.iter().filter(same).flat_map(|claim| claim.spans.iter().copied()).collect(),
            curve: claims.iter().flat_map(|claim| claim.curve.iter().copied()).collect(),
            seconds,
        }
    }
}
