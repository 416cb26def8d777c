//! A passage of a recording, as the receiver read it, and what it supports.
//!
//! For each key, the pilots propose segments; the code cells rank them; for the best of them, others that a
//! cut could have left beside it are sought in the same way; single segments and pairs are decoded; a codeword
//! whose check agrees is then sought in the whole passage with all cells.
//!
//! Every hypothesis that could have been chosen is counted. For a claim "these m segments, under this
//! id", all m-tuples of segments (grid, shift, first and last unit) and all 2^32 ids count; for "a mark
//! is here, id unknown" the tuples alone, on pilots alone. Claims of different kinds share the
//! probability by fixed weights. The choice may then be made in any way at all: by the union bound
//! P(p <= a) <= a over random keys, for any audio (see `chance`).

use super::agreement::Agreement;
use super::chance::ln_tail;
use super::chips::{Chips, Column, PERIOD, PILOT_SHARE, Role};
use super::code::{CODE_BITS, decode, encode};
use super::detect::{CurvePoint, Span};
use super::grid::{BANDS, CELL_SECONDS, STEPS, STEPS_PER_SECOND, levels};
use super::receiver::Receiver;
use super::search::{Segment, UNIT, dot, segments};
use crate::id::MarkId;
use crate::key::{Key, KeyId};

/// Segments that one claim may join.
const MOST_SEGMENTS: usize = 8;
/// ln of the p-value below which an id is given out: ln 1e-9. Stricter than for a find: where the score
/// is just enough for a find, one decoding in ten goes wrong, and the check lets 1 in 4096 of those pass.
const LN_SURE_ID: f64 = -20.72;
/// Segments beside which another is sought, for recordings that were cut.
const ANCHORS: usize = 2;
/// Columns on each side over which the curve is smoothed.
const CURVE_REACH: usize = 10;
/// Columns between points of the curve: 0.24 s.
const CURVE_STRIDE: usize = 5;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Grids that begin at different steps of a cell.
    pub grids: usize,
    /// Segments that the pilots propose, to be told apart by the code cells.
    pub shortlist: usize,
    /// Segments that are decoded alone.
    pub singles: usize,
    /// Pairs of segments that are decoded together.
    pub pairs: usize,
}

/// A key, ready to be sought.
pub struct Keyed {
    /// The key's public name.
    pub id: KeyId,
    chips: Chips,
    pilots: Vec<Column>,
}

impl Keyed {
    /// Expands a key.
    pub fn new(key: &Key) -> Self {
        let chips = Chips::new(key);
        Self { id: key.id(), pilots: chips.pilots(), chips }
    }
}

/// What was made of one passage for one key.
pub struct Claim {
    /// ln p, this passage alone.
    pub ln_p: f64,
    /// The id, when one decoded that is itself sure.
    pub mark: Option<MarkId>,
    segments: Vec<Segment>,
    /// The score over time.
    pub curve: Vec<CurvePoint>,
    /// Where the claim holds.
    pub spans: Vec<Span>,
}

/// An id that was decoded, and how it fares over the whole passage.
struct Read {
    id: MarkId,
    ln_p: f64,
    /// Whether all its segments together decode to it, with no better codeword passed over.
    agrees: bool,
    segments: Vec<Segment>,
    pattern: Vec<Column>,
}

/// A passage as the receiver read it.
pub struct Passage {
    start: f64,
    odds: Vec<Vec<Column>>,
    soft: Vec<Vec<Column>>,
}

impl Passage {
    /// Reads step powers, of which the first is this step of the recording, on all grids.
    pub fn read(receiver: &Receiver, powers: &[Column], first: usize, grids: usize) -> Self {
        let odds: Vec<Vec<Column>> =
            (0..grids).map(|grid| receiver.log_odds(&levels(powers, grid * STEPS / grids))).collect();
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
    pub fn claim(&self, key: &Keyed, budget: Budget) -> Claim {
        let everywhere = vec![true; self.units()];
        let proposed = self.likeliest(key, budget.shortlist, budget.singles, &everywhere);
        let mut tuples: Vec<Vec<Segment>> = proposed.iter().map(|segment| vec![*segment]).collect();
        let mut parts = proposed.clone();
        for anchor in proposed.iter().take(ANCHORS) {
            let outside: Vec<bool> =
                (0..self.units()).map(|unit| !(anchor.from..anchor.to).contains(&unit)).collect();
            parts.extend(self.likeliest(key, budget.shortlist, budget.singles, &outside));
        }
        tuples.extend(best_pairs(&parts, budget.pairs));

        let mut best = Claim { ln_p: 0.0, mark: None, segments: vec![], curve: vec![], spans: vec![] };
        // The signs by which the best claim's cells are judged: the pilots', or a codeword's.
        let mut judge = key.pilots.clone();
        let mut tried: Vec<MarkId> = Vec::new();
        for tuple in tuples {
            let ln_p = self.ln_p(&tuple, &key.pilots, 0.0);
            if best.segments.is_empty() || (best.mark.is_none() && ln_p < best.ln_p) {
                best = Claim { ln_p, segments: tuple.clone(), ..best };
                judge.clone_from(&key.pilots);
            }
            let Some(read) = self.read_id(tuple, &key.chips, &mut tried) else { continue };
            if read.ln_p < best.ln_p {
                let sure = read.agrees && read.ln_p < LN_SURE_ID;
                best =
                    Claim { ln_p: read.ln_p, mark: sure.then_some(read.id), segments: read.segments, ..best };
                judge = read.pattern;
            }
            if best.mark.is_some() {
                break;
            }
        }
        best.curve = self.curve(&best.segments, &judge);
        best.spans = best.segments.iter().filter_map(|segment| self.span(segment, &judge)).collect();
        best.spans.sort_by(|a, b| a.start.total_cmp(&b.start));
        best
    }

    /// The segments in free units that pilots and code cells together speak for most.
    fn likeliest(&self, key: &Keyed, shortlist: usize, most: usize, free: &[bool]) -> Vec<Segment> {
        let shortlist = segments(&self.soft, &key.pilots, PILOT_SHARE, shortlist, free);
        let mut segments: Vec<Segment> =
            shortlist.iter().filter_map(|segment| self.fitted(segment, key, free)).collect();
        segments.sort_by(|a, b| b.z.total_cmp(&a.z));
        segments.truncate(most);
        segments
    }

    /// A segment's hypothesis over the units where pilots and code cells together speak for it most.
    fn fitted(&self, segment: &Segment, key: &Keyed, free: &[bool]) -> Option<Segment> {
        let units: Vec<Agreement> = (0..self.units())
            .map(|unit| self.agreement(&Segment { from: unit, to: unit + 1, ..*segment }, key))
            .collect();
        let mut best: Option<Segment> = None;
        for from in 0..units.len() {
            let mut sum = Agreement::default();
            let rest = units.iter().zip(free).enumerate().skip(from);
            for (unit, (agreement, _)) in rest.take_while(|(_, (_, free))| **free) {
                sum.add(agreement);
                let z = sum.score();
                if best.is_none_or(|best| z > best.z) {
                    best = Some(Segment { from, to: unit + 1, z, ..*segment });
                }
            }
        }
        best
    }

    /// How far a segment's readings agree with its hypothesis.
    fn agreement(&self, segment: &Segment, key: &Keyed) -> Agreement {
        let (sums, squares) = Self::code_sums(&self.soft, segment, &key.chips);
        let mut pilots = (0.0, 0.0);
        for (place, soft) in Self::columns(&self.soft, segment) {
            if let Some(signs) = key.pilots.get(place) {
                pilots.0 += dot(soft, signs);
                pilots.1 += PILOT_SHARE * dot(soft, soft);
            }
        }
        Agreement { pilots, sums, squares }
    }

    /// Decodes an id from segments, looks for the rest of its mark, and decodes that again until the id
    /// stays: a codeword near the right one may pass the check by luck on a scrap, hardly on the whole.
    fn read_id(&self, seed: Vec<Segment>, chips: &Chips, tried: &mut Vec<MarkId>) -> Option<Read> {
        let mut id = decode(&self.code_bits(&seed, chips))?.id;
        let mut seed = seed;
        while !tried.contains(&id) {
            tried.push(id);
            let pattern = chips.pattern(&encode(id));
            let (segments, ln_p) = self.extend(&seed, &pattern);
            let again = decode(&self.code_bits(&segments, chips));
            match again {
                Some(other) if other.id != id => (id, seed) = (other.id, segments),
                _ => {
                    let agrees = again.is_some_and(|again| again.rank == 0);
                    return Some(Read { id, ln_p, agrees, segments, pattern });
                }
            }
        }
        None
    }

    /// The code bits' log-odds, summed over the segments.
    fn code_bits(&self, segments: &[Segment], chips: &Chips) -> [f32; CODE_BITS] {
        let mut bits = [0f32; CODE_BITS];
        for segment in segments {
            let (sums, _) = Self::code_sums(&self.odds, segment, chips);
            bits.iter_mut().zip(sums).for_each(|(bit, sum)| *bit += sum);
        }
        bits
    }

    /// For each code bit, the sum of a segment's readings of it, and the sum of their squares.
    fn code_sums(
        values: &[Vec<Column>],
        segment: &Segment,
        chips: &Chips,
    ) -> ([f32; CODE_BITS], [f32; CODE_BITS]) {
        let (mut sums, mut squares) = ([0f32; CODE_BITS], [0f32; CODE_BITS]);
        for (place, values) in Self::columns(values, segment) {
            let (Some(signs), Some(roles)) = (chips.signs().get(place), chips.roles().get(place)) else {
                continue;
            };
            for ((value, sign), role) in values.iter().zip(signs).zip(roles) {
                if let Role::Code(bit) = role
                    && let (Some(sum), Some(square)) =
                        (sums.get_mut(usize::from(*bit)), squares.get_mut(usize::from(*bit)))
                {
                    *sum += value * sign;
                    *square += value * value;
                }
            }
        }
        (sums, squares)
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
