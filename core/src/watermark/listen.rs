//! The [`Listener`]: a detector for audio that comes in pieces, whose verdict firms up.
//!
//! The audio of the last minute is kept. It is searched whenever it has doubled since the last search, and when the minute
//! is full; so the cost is at most twice that of a single search. Each search counts in the p-value.

use std::sync::Arc;

use super::detect::{Detection, Detector, PASSAGE_STEPS};
use super::grid::{Analysis, STEPS_PER_SECOND};
use super::passage::Claim;
use crate::audio::{AudioError, Format, check_finite, frames};

/// Steps after which a first verdict is made: 2 s.
const FIRST: usize = 2 * STEPS_PER_SECOND as usize;

/// Looks for marks in a stream.
pub struct Listener {
    detector: Arc<Detector>,
    format: Format,
    analysis: Analysis,
    /// Samples of the passage that is being heard, and of a window before it.
    heard: Vec<f32>,
    /// Frames that were dropped from before `heard`.
    dropped: usize,
    /// Step at which the passage begins.
    first: usize,
    /// Steps of the passage at which it is searched next.
    next: usize,
    /// For each key, the claims about the passages that are over.
    claims: Vec<Vec<Claim>>,
    searches: usize,
}

impl Listener {
    /// A listener for one stream. Several may share a detector.
    pub fn new(detector: impl Into<Arc<Detector>>, format: Format) -> Self {
        let detector = detector.into();
        let claims = detector.no_claims();
        let analysis = Analysis::new(format);
        Self {
            detector,
            format,
            analysis,
            heard: vec![],
            dropped: 0,
            first: 0,
            next: FIRST,
            claims,
            searches: 0,
        }
    }

    /// The format of the stream.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Hears interleaved samples. A verdict about all that was heard comes after 2, 4, 8, 16, 32 and 64 seconds, and then for
    /// each minute in the same way; otherwise `None`.
    ///
    /// # Errors
    /// A partial frame, or a sample that is no finite number: then nothing was heard.
    pub fn push(&mut self, samples: &[f32]) -> Result<Option<Detection>, AudioError> {
        frames(samples.len(), self.format)?;
        check_finite(samples)?;
        let mut verdict = None;
        // A second at a time: of a long piece each minute is searched as if it had come in small ones.
        let second = self.format.rate() as usize * self.format.channels();
        for piece in samples.chunks(second) {
            self.heard.extend_from_slice(piece);
            let steps = self.steps().saturating_sub(self.first);
            if steps >= self.next {
                verdict = Some(self.search(steps >= PASSAGE_STEPS));
                self.next = if steps >= PASSAGE_STEPS { FIRST } else { (2 * self.next).min(PASSAGE_STEPS) };
            }
        }
        Ok(verdict)
    }

    /// The verdict about all that was heard; the listener then stands as new.
    pub fn finish(&mut self) -> Detection {
        let verdict = self.search(true);
        self.claims = self.detector.no_claims();
        self.heard.clear();
        (self.dropped, self.first, self.next, self.searches) = (0, 0, FIRST, 0);
        verdict
    }

    fn frames(&self) -> usize {
        self.dropped + self.heard.len() / self.format.channels()
    }

    /// Steps of the stream that are complete.
    fn steps(&self) -> usize {
        self.analysis.steps(self.frames())
    }

    fn search(&mut self, ends: bool) -> Detection {
        let to = self.steps().max(self.first);
        let spectra = |steps| self.analysis.spectra_after(&self.heard, self.dropped, steps);
        let claims = self.detector.claim(self.first..to, spectra);
        self.searches += claims.len();
        let all =
            self.claims.iter().zip(&claims).map(|(over, now)| over.iter().chain([now]).collect()).collect();
        let seconds = self.frames() as f64 / f64::from(self.format.rate());
        let verdict = self.detector.conclude(all, self.searches, seconds);
        if ends {
            self.claims.iter_mut().zip(claims).for_each(|(over, claim)| over.push(claim));
            self.first = to;
            // The next passage's first windows reach back by less than a tenth of a second.
            let keep = self.format.rate() as usize / 10 * self.format.channels();
            let gone = self.heard.len().saturating_sub(keep);
            self.heard.drain(..gone);
            self.dropped += gone / self.format.channels();
        }
        verdict
    }
}
