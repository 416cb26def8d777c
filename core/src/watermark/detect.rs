//! The [`Detector`]: found or not, how surely, which id, where.
//!
//! A recording is read in passages of about a minute, so memory does not grow with it (but for the curve) and
//! cost is linear. For each key, the pilots propose segments; single segments and pairs are decoded; a
//! codeword whose check agrees is then sought in the whole passage with all cells.
//!
//! The p-value counts every hypothesis that could have been chosen. For a claim "these m segments, under
//! this id", all m-tuples of segments (step, shift, first and last unit) and all 2^32 ids are counted;
//! for "a mark is here, id unknown" the tuples alone, on pilots alone. Claims of different kinds share
//! the probability by fixed weights. The choice may then be made in any way at all: by the union
//! bound P(p <= a) <= a over random keys, for any audio (see `chance`).

use super::chance::{ln_tail, p_value};
use super::chips::{Chips, Column, PERIOD, PILOT_SHARE, Role};
use super::code::{CODE_BITS, decode, encode};
use super::grid::{Analysis, BANDS, CELL_SECONDS, STEPS, STEPS_PER_SECOND, levels};
use super::receiver::log_odds;
use super::search::{Segment, UNIT, dot, segments};
use crate::audio::{AudioError, Format, Sample, check_finite, frames};
use crate::id::MarkId;
use crate::key::{Key, KeyId};

/// Steps of 8 ms in a passage: 64 s.
const PASSAGE_STEPS: usize = 64 * STEPS_PER_SECOND as usize;
/// Segments that one claim may join.
const MOST_SEGMENTS: usize = 8;
/// ln of the probability below which an id is given out.
const LN_SURE: f64 = -13.815_510_557_964_274; // ln 1e-6
/// Columns on each side over which the curve is smoothed.
const CURVE_REACH: usize = 10;
/// Columns between points of the curve: 0.24 s.
const CURVE_STRIDE: usize = 5;

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
    /// Grids that begin at different steps of a cell.
    fn grids(self) -> usize {
        match self {
            Self::Fast => 2,
            Self::Normal => 3,
            Self::Thorough => 6,
        }
    }

    /// Single segments and pairs that are decoded.
    fn candidates(self) -> (usize, usize) {
        match self {
            Self::Fast => (4, 2),
            Self::Normal => (10, 8),
            Self::Thorough => (32, 32),
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
}

struct Keyed {
    id: KeyId,
    chips: Chips,
    pilots: Vec<Column>,
}

/// What was made of one passage for one key.
struct Claim {
    ln_p: f64,
    mark: Option<MarkId>,
    segments: Vec<Segment>,
    curve: Vec<CurvePoint>,
    spans: Vec<Span>,
}

/// A passage as the receiver read it.
struct Passage {
    start: f64,
    odds: Vec<Vec<Column>>,
    soft: Vec<Vec<Column>>,
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
        let keyed = |key: &Key| {
            let chips = Chips::new(key);
            Keyed { id: key.id(), pilots: chips.pilots(), chips }
        };
        Ok(Self { keys: keys.iter().map(keyed).collect(), effort })
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
        let mut analysis = Analysis::new(format);
        let steps = analysis.steps(frames);
        let passages = steps.div_ceil(PASSAGE_STEPS).max(1);
        let mut claims: Vec<Vec<Claim>> = self.keys.iter().map(|_| Vec::with_capacity(passages)).collect();
        for index in 0..passages {
            // Equal passages: no scrap at the end that is too short to tell anything.
            let (from, to) = (steps * index / passages, steps * (index + 1) / passages);
            let powers: Vec<Column> = (from..to).map(|step| analysis.powers(samples, step)).collect();
            let passage = Passage::read(&powers, from, self.effort.grids());
            for (claims, key) in claims.iter_mut().zip(&self.keys) {
                claims.push(passage.claim(key, self.effort));
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
        let is_sure = |claim: &&Claim| claim.ln_p + tried.ln() < LN_SURE;
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

impl Passage {
    fn read(powers: &[Column], first: usize, grids: usize) -> Self {
        let odds: Vec<Vec<Column>> =
            (0..grids).map(|grid| log_odds(&levels(powers, grid * STEPS / grids))).collect();
        let soft =
            |grid: &Vec<Column>| grid.iter().map(|column| column.map(|odds| (0.5 * odds).tanh())).collect();
        Self { start: first as f64 / STEPS_PER_SECOND as f64, soft: odds.iter().map(soft).collect(), odds }
    }

    fn units(&self) -> usize {
        self.soft.first().map_or(0, |grid| grid.len().div_ceil(UNIT))
    }

    /// The columns of a segment as `values` has them, each with its column of the pattern.
    fn columns<'a>(
        values: &'a [Vec<Column>],
        segment: &Segment,
    ) -> impl Iterator<Item = (usize, &'a Column)> + use<'a> {
        let (shift, from, to) = (segment.shift, segment.from * UNIT, segment.to * UNIT);
        let grid = values.get(segment.step).map_or(&[][..], Vec::as_slice);
        grid.iter().enumerate().take(to).skip(from).map(move |(t, column)| ((t + shift) % PERIOD, column))
    }

    /// The best claim that this passage supports for one key.
    fn claim(&self, key: &Keyed, effort: Effort) -> Claim {
        let (singles, pairs) = effort.candidates();
        let proposed = segments(&self.soft, &key.pilots, PILOT_SHARE, singles, &[]);
        let mut tuples: Vec<Vec<Segment>> = proposed.iter().map(|segment| vec![*segment]).collect();
        tuples.extend(best_pairs(&proposed, pairs));

        let mut best = Claim { ln_p: 0.0, mark: None, segments: vec![], curve: vec![], spans: vec![] };
        let mut tried: Vec<MarkId> = Vec::new();
        for tuple in &tuples {
            let unknown = self.ln_p(tuple, &key.pilots, 0.0);
            if unknown < best.ln_p || best.segments.is_empty() {
                best = Claim { ln_p: unknown.min(best.ln_p), mark: None, segments: tuple.clone(), ..best };
            }
            let Some(decoded) = decode(&self.code_bits(tuple, &key.chips)) else { continue };
            if tried.contains(&decoded.id) {
                continue;
            }
            tried.push(decoded.id);
            let pattern = key.chips.pattern(&encode(decoded.id));
            let (whole, ln_p) = self.extend(tuple, &pattern);
            if ln_p < best.ln_p && ln_p < LN_SURE {
                best = Claim { ln_p, mark: Some(decoded.id), segments: whole, ..best };
            }
            if best.mark.is_some() && best.ln_p < 2.0 * LN_SURE {
                break;
            }
        }
        let pattern = best.mark.map_or_else(|| key.pilots.clone(), |mark| key.chips.pattern(&encode(mark)));
        best.curve = self.curve(&best.segments, &pattern);
        best.spans = best.segments.iter().filter_map(|segment| self.span(segment, &pattern)).collect();
        best.spans.sort_by(|a, b| a.start.total_cmp(&b.start));
        best
    }

    /// The code bits' log-odds, summed over the segments.
    fn code_bits(&self, segments: &[Segment], chips: &Chips) -> [f32; CODE_BITS] {
        let mut bits = [0f32; CODE_BITS];
        for (place, odds) in segments.iter().flat_map(|segment| Self::columns(&self.odds, segment)) {
            let (Some(signs), Some(roles)) = (chips.signs().get(place), chips.roles().get(place)) else {
                continue;
            };
            for ((odds, sign), role) in odds.iter().zip(signs).zip(roles) {
                if let Role::Code(bit) = role
                    && let Some(bit) = bits.get_mut(usize::from(*bit))
                {
                    *bit += odds * sign;
                }
            }
        }
        bits
    }

    /// Looks for the rest of a mark whose codeword is known: the segments that together are least
    /// likely by chance, and ln p of them.
    fn extend(&self, seed: &[Segment], pattern: &[Column]) -> (Vec<Segment>, f64) {
        let ids = MarkId::BITS as f64 * std::f64::consts::LN_2;
        let mut best = (seed.to_vec(), self.ln_p(seed, pattern, ids));
        let mut free = vec![true; self.units()];
        let mut whole: Vec<Segment> = Vec::new();
        while whole.len() < MOST_SEGMENTS {
            let Some(next) = segments(&self.soft, pattern, 1.0, 1, &free).into_iter().next() else { break };
            whole.push(next);
            free.iter_mut().take(next.to).skip(next.from).for_each(|unit| *unit = false);
            let ln_p = self.ln_p(&whole, pattern, ids);
            if ln_p < best.1 {
                best = (whole.clone(), ln_p);
            } else if whole.len() > seed.len() {
                break;
            }
        }
        best
    }

    /// ln p of a claim. `ln_ids` is the logarithm of the codewords that could have been claimed.
    fn ln_p(&self, segments: &[Segment], pattern: &[Column], ln_ids: f64) -> f64 {
        // Readings of the same chip add up before they count: chips are independent, readings not.
        let mut folded = vec![[0f32; BANDS]; PERIOD];
        for (place, soft) in segments.iter().flat_map(|segment| Self::columns(&self.soft, segment)) {
            if let Some(column) = folded.get_mut(place) {
                column.iter_mut().zip(soft).for_each(|(sum, soft)| *sum += soft);
            }
        }
        let (mut sum, mut energy) = (0f64, 0f64);
        for (folded, signs) in folded.iter().zip(pattern) {
            for (value, sign) in folded.iter().zip(signs) {
                sum += f64::from(value * sign);
                energy += f64::from(value * value * sign.abs());
            }
        }
        let z = if energy > 0.0 { sum / energy.sqrt() } else { 0.0 };
        let units = self.units() as f64;
        let places = (self.soft.len() * PERIOD) as f64;
        let one = (places * units * (units + 1.0) / 2.0).ln();
        let count = segments.len() as f64;
        // Half of all probability for claims with an id, half for those without; of each, 1/2 for one
        // segment, 1/4 for two, and so on. Half of one segment's is for the passage as a whole.
        let (hypotheses, weight) = match segments {
            [only] if only.from == 0 && only.to >= self.units() => (places.ln(), 3.0),
            [_] => (one, 3.0),
            _ => (count * one, count + 1.0),
        };
        let ln_p = ln_tail(z) + hypotheses + weight * std::f64::consts::LN_2 + ln_ids;
        ln_p.min(0.0)
    }

    /// The score over time.
    fn curve(&self, segments: &[Segment], pattern: &[Column]) -> Vec<CurvePoint> {
        let length = self.soft.iter().map(Vec::len).max().unwrap_or(0);
        let mut parts = vec![(0f32, 0f32); length];
        // Between segments the first one's hypothesis is drawn: there is no better.
        let first = segments.first().map(|s| Segment { from: 0, to: self.units(), ..*s });
        for segment in first.iter().chain(segments) {
            let at = segment.from * UNIT;
            let columns = Self::columns(&self.soft, segment);
            for (part, (place, soft)) in parts.iter_mut().skip(at).zip(columns) {
                let signs = pattern.get(place).copied().unwrap_or([0.0; BANDS]);
                let used: Column = std::array::from_fn(|band| {
                    let pair = soft.get(band).zip(signs.get(band));
                    pair.map_or(0.0, |(soft, sign)| soft * sign.abs())
                });
                *part = (dot(soft, &signs), dot(&used, &used));
            }
        }
        let point = |centre: usize| {
            let around = parts.iter().take(centre + CURVE_REACH + 1).skip(centre.saturating_sub(CURVE_REACH));
            let (sum, energy) = around.fold((0f32, 0f32), |(s, e), part| (s + part.0, e + part.1));
            let score = if energy > 0.0 { f64::from(sum / energy.sqrt()) } else { 0.0 };
            CurvePoint { time: self.start + (centre as f64 + 0.5) * CELL_SECONDS, score }
        };
        (0..length).step_by(CURVE_STRIDE).map(point).collect()
    }

    /// The stretch of columns, around a segment, that the mark explains best.
    fn span(&self, segment: &Segment, pattern: &[Column]) -> Option<Span> {
        let wide = Segment { from: segment.from.saturating_sub(1), to: segment.to + 1, ..*segment };
        let at = wide.from * UNIT;
        let part = |(place, soft): (usize, &Column)| {
            let signs = pattern.get(place).copied().unwrap_or([0.0; BANDS]);
            (f64::from(dot(soft, &signs)), f64::from(dot(soft, soft)))
        };
        let parts: Vec<(f64, f64)> = Self::columns(&self.soft, &wide).map(part).collect();
        let (sum, energy) = parts.iter().fold((0.0, 0.0), |(s, e), part| (s + part.0, e + part.1));
        // A column speaks for the mark when its score is above half the mean's: then the largest sum
        // of a run (Kadane) is the likeliest stretch.
        let half = 0.5 * sum / energy.max(f64::MIN_POSITIVE);
        let (mut run, mut from, mut best) = (0.0, 0, (0.0, 0, 0));
        for (t, (s, e)) in parts.iter().enumerate() {
            if run <= 0.0 {
                (run, from) = (0.0, t);
            }
            run += s - half * e;
            if run > best.0 {
                best = (run, from, t + 1);
            }
        }
        let (_, from, to) = best;
        let chosen = parts.get(from..to).filter(|chosen| !chosen.is_empty())?;
        let (sum, energy) = chosen.iter().fold((0.0, 0.0), |(s, e), part| (s + part.0, e + part.1));
        let start = self.start
            + segment.step as f64 * CELL_SECONDS / self.soft.len() as f64
            + (at + from) as f64 * CELL_SECONDS;
        let seconds = (to - from) as f64 * CELL_SECONDS;
        let z = sum / energy.max(f64::MIN_POSITIVE).sqrt();
        Some(Span { start, end: start + seconds, score: z / seconds.sqrt() })
    }
}

/// Pairs of segments that one cut recording could consist of, the strongest first.
fn best_pairs(singles: &[Segment], most: usize) -> Vec<Vec<Segment>> {
    let mut pairs: Vec<(f32, Vec<Segment>)> = Vec::new();
    for (index, a) in singles.iter().enumerate() {
        let later = singles.iter().skip(index + 1).filter(|b| a.can_follow(b));
        pairs.extend(later.map(|b| (a.z * a.z + b.z * b.z, vec![*a, *b])));
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    pairs.into_iter().take(most).map(|(_, pair)| pair).collect()
}
