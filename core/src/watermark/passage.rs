//! A passage of a recording, and the best claim that it supports for a key.
//!
//! Pilots propose segments; the code cells rank them, each with the sets of chips that agree best; beside the best, the other
//! side of a cut is sought in the same way; single segments and pairs are decoded; a codeword whose check agrees is then
//! sought in the whole passage. When nothing is found as it stands, warped grids are scouted in the liveliest seconds,
//! and the best of them read and decoded in the same way.

use super::agreement::{Layers, Tally};
use super::chips::{Chips, PERIOD, VARIANTS};
use super::claim::{Codeword, Part, Scope, curve};
use super::detect::{CurvePoint, Span};
use super::grid::STEPS_PER_SECOND;
use super::reading::{Grid, Sheet};
use super::scheme::Scheme;
use super::search::{Pilots, Segment, UNIT, shortlist};
use super::warp::{Reach, Warp};
use crate::id::MarkId;
use crate::key::{Key, KeyId};

/// Segments that one claim may join.
const MOST_SEGMENTS: usize = 8;
/// ln of the p-value below which an id is given out: ln 1e-9. Stricter than for a find: where the score
/// is just enough for a find, one decoding in ten goes wrong, and the check lets 1 in 4096 of those pass.
const LN_SURE_ID: f64 = -20.72;
/// Half the squared score that a seed must promise to be decoded: chance alone reaches 35, a find needs about 50,
/// and a seed grows when it is extended.
const PROMISING: f32 = 40.0;
/// Segments beside which another is sought, for recordings that were cut.
const ANCHORS: usize = 3;
/// Segments that are looked at first.
const PLAIN: usize = 6;
/// Columns on either side of a known place at which the rest of a mark is sought with all cells: 3 s.
const NEAR: usize = 64;
/// A score that chance does not reach at any place that is tried.
const PLAIN_SCORE: f32 = 7.0;
/// Places at which the rest of a known mark is sought.
const ELSEWHERE: usize = 24;
/// Sets of chips that are tried for a segment.
const VARIANTS_EACH: usize = 3;
/// Steps in which warps are sought: 10 s.
const SCOUTED: usize = 10 * STEPS_PER_SECOND as usize;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Phases of unwarped grids.
    pub phases: usize,
    /// Whether the scout chooses the phases that the receiver reads.
    pub scouted: bool,
    /// Segments that the pilots propose, to be ranked by the code cells.
    pub shortlist: usize,
    /// Segments and pairs that are decoded.
    pub decoded: usize,
    /// The warps that are sought.
    pub reach: Reach,
    /// Warps that the receiver reads.
    pub warps: usize,
}

/// A key, ready to be sought.
pub struct Keyed {
    /// The key's public name.
    pub id: KeyId,
    chips: Chips,
    pilots: Pilots,
}

impl Keyed {
    /// Expands a key.
    pub fn new(key: &Key, scheme: Scheme) -> Self {
        let chips = Chips::new(key, scheme);
        Self { id: key.id(), pilots: Pilots::new(&chips), chips }
    }
}

/// What was made of one passage for one key.
pub struct Claim {
    /// ln p, this passage alone.
    pub ln_p: f64,
    /// The id, when one decoded that is itself sure.
    pub mark: Option<MarkId>,
    /// The score over time.
    pub curve: Vec<CurvePoint>,
    /// Where the claim holds.
    pub spans: Vec<Span>,
    /// How the recording's time and frequency differ from the marked audio's.
    pub warp: Warp,
    /// Soft values of the code bits (positive: 0) of the best claim, decoded or not, and the chips they were read with.
    pub soft: Vec<f32>,
    /// The set of chips under which `soft` was read.
    pub variant: usize,
}

/// A segment under a set of chips.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    segment: Segment,
    variant: usize,
    /// Deviations above chance, of pilots and code cells at right angles.
    z: f32,
}

/// An id that was decoded, and how it fares over the whole passage.
struct Read {
    mark: MarkId,
    ln_p: f64,
    /// Whether all its segments together decode to it, with no better codeword passed over.
    agrees: bool,
    parts: Vec<Part>,
}

/// A passage under search.
pub struct Passage<'a> {
    sheet: Sheet<'a>,
    budget: Budget,
    /// Of the passage, in seconds.
    start: f64,
}

impl<'a> Passage<'a> {
    /// A passage whose first step is this one of the recording.
    pub fn new(sheet: Sheet<'a>, first: usize, budget: Budget) -> Self {
        Self { sheet, budget, start: first as f64 / STEPS_PER_SECOND as f64 }
    }

    /// The best claim that this passage supports for one key.
    pub fn claim(&mut self, key: &Keyed) -> Claim {
        let steps = self.sheet.steps();
        let scope = Scope { steps, reach: self.budget.reach, ln_marks: key.chips.scheme().ln_marks() };
        let mut best: Option<(Read, Candidate)> = None;
        let mut tried = Vec::new();
        let segments = self.still(key, &[]);
        // A mark that is plainly there is at once: the rest is for the others.
        let (plain, others) = segments.split_at(PLAIN.min(segments.len()));
        let mut still = self.rank(key, plain, &[]);
        self.decode(key, &scope, self.singles(&still), &mut tried, &mut best);
        if !is_sure(&best) {
            still.extend(self.rank(key, others, &[]));
            still.sort_by(|a, b| b.z.total_cmp(&a.z));
            self.decode(key, &scope, self.singles(&still), &mut tried, &mut best);
        }
        if !is_sure(&best) {
            let pairs = self.pairs(key, &still);
            self.decode(key, &scope, pairs, &mut tried, &mut best);
        }
        if !is_sure(&best) && self.budget.reach != Reach::Still {
            let warped = self.warped(key);
            let warped = self.rank(key, &warped, &[]);
            self.decode(key, &scope, self.singles(&warped), &mut tried, &mut best);
            self.sheet.forget_warped();
        }
        let likeliest = still.first().copied();
        self.conclude(key, best, likeliest)
    }

    fn conclude(
        &mut self,
        key: &Keyed,
        best: Option<(Read, Candidate)>,
        likeliest: Option<Candidate>,
    ) -> Claim {
        // Without a codeword the curve shows the likeliest place, under the codeword nearest to it: no evidence.
        let candidate = best.as_ref().map(|(_, candidate)| *candidate).or(likeliest);
        let Some(candidate) = candidate else {
            return Claim {
                ln_p: 0.0,
                mark: None,
                curve: vec![],
                spans: vec![],
                warp: Warp::NONE,
                soft: vec![],
                variant: 0,
            };
        };
        let (read, parts, mark) = match best {
            Some((read, _)) => (Some((read.mark, read.ln_p, read.agrees)), read.parts.clone(), read.mark),
            None => {
                (None, vec![Part::new(&mut self.sheet, candidate.segment)], Scheme::id(0, candidate.variant))
            }
        };
        let codeword = Codeword::new(&key.chips, mark);
        let curve = curve(&parts, &codeword, self.start);
        let mut spans: Vec<Span> = parts.iter().filter_map(|part| part.span(&codeword, self.start)).collect();
        spans.sort_by(|a, b| a.start.total_cmp(&b.start));
        let sure = read.is_some_and(|(_, ln_p, agrees)| agrees && ln_p < LN_SURE_ID);
        let (soft, variant) = match likeliest.filter(|_| !sure) {
            // Chosen without decoding, so that nothing of the choice depends on the bits' signs.
            Some(candidate) => {
                let part = Part::new(&mut self.sheet, candidate.segment);
                (code_bits(&[part], key, candidate.variant), candidate.variant)
            }
            None => (code_bits(&parts, key, Chips::variant_of(mark)), Chips::variant_of(mark)),
        };
        let (mark, ln_p, agrees) =
            read.map_or((None, 0.0, false), |(mark, ln_p, agrees)| (Some(mark), ln_p, agrees));
        let mark = mark.filter(|_| agrees && ln_p < LN_SURE_ID && key.chips.scheme() != Scheme::Presence);
        Claim { ln_p, mark, curve, spans, warp: candidate.segment.grid.warp, soft, variant }
    }

    /// Segments of unwarped grids, in the units that are free.
    fn still(&mut self, key: &Keyed, free: &[bool]) -> Vec<Segment> {
        let phases = self.budget.phases;
        let grids = (0..phases).map(|phase| Grid { warp: Warp::NONE, phase: (6 * phase / phases) as u8 });
        let mut proposed = Vec::new();
        for grid in grids {
            if self.budget.scouted {
                let soft = self.sheet.scout(grid, 0..usize::MAX);
                key.pilots.propose(grid, &soft, 0, free, &mut proposed);
            } else {
                let reading = self.sheet.read(grid);
                key.pilots.propose(grid, &reading.soft, 0, free, &mut proposed);
            }
        }
        let mut segments = shortlist(proposed, self.budget.shortlist);
        if self.budget.scouted {
            // The receiver reads the one phase that the best of them is on.
            if let Some(grid) = segments.first().map(|segment| segment.grid) {
                segments.retain(|segment| segment.grid == grid);
            }
        }
        segments
    }

    /// Segments of warped grids, where something happens.
    fn warped(&mut self, key: &Keyed) -> Vec<Segment> {
        let steps = self.sheet.liveliest(SCOUTED);
        let mut proposed = Vec::new();
        for warp in self.budget.reach.warps() {
            for phase in [0, 3] {
                self.scout(key, Grid { warp, phase }, &steps, &mut proposed);
            }
        }
        let coarse = shortlist(proposed, 3 * self.budget.warps);
        // Warps between those that were scouted, around the likeliest.
        let mut fine = Vec::new();
        for segment in coarse {
            let middle = (segment.from + segment.to) * UNIT / 2;
            let mut proposed = Vec::new();
            for warp in segment.grid.warp.neighbours() {
                self.scout(key, segment.grid.warped(middle, warp).0, &steps, &mut proposed);
            }
            proposed.retain(|other| other.is_like(&segment));
            fine.extend(proposed.into_iter().max_by(|a, b| a.z.total_cmp(&b.z)));
        }
        shortlist(fine, self.budget.warps)
    }

    /// Adds what the scout and the pilots propose on a grid within some steps.
    fn scout(
        &mut self,
        key: &Keyed,
        grid: Grid,
        steps: &std::ops::Range<usize>,
        proposed: &mut Vec<Segment>,
    ) {
        let length = grid.step(UNIT) - grid.step(0);
        let first = (steps.start as f64 / length) as usize;
        let last = (steps.end as f64 / length).ceil() as usize;
        let soft = self.sheet.scout(grid, first * UNIT..last * UNIT);
        key.pilots.propose(grid, &soft, first, &[], proposed);
    }

    /// Segments with the sets of chips that agree best with them, the best first. Few pilots lie in a short segment, and
    /// chance likes short ones: of each, wider ones are looked at too, as far as units are free, and the best is kept.
    fn rank(&mut self, key: &Keyed, segments: &[Segment], free: &[bool]) -> Vec<Candidate> {
        let mut candidates = Vec::with_capacity(segments.len() * VARIANTS_EACH);
        for segment in segments {
            let reading = self.sheet.read(segment.grid);
            let units = reading.soft.len().div_ceil(UNIT);
            let mut best: Vec<Candidate> = vec![];
            for segment in wider(segment, units, free) {
                let z = key.pilots.score(&reading.soft, &segment);
                let segment = Segment { z, ..segment };
                let surpluses = Layers::new(&reading.soft, &segment, &key.chips).surpluses(&key.chips);
                let mut variants: Vec<usize> = (0..VARIANTS).collect();
                let by_surplus =
                    |a: &usize, b: &usize| surplus(&surpluses, *b).total_cmp(&surplus(&surpluses, *a));
                variants.select_nth_unstable_by(VARIANTS_EACH - 1, by_surplus);
                variants.truncate(VARIANTS_EACH);
                variants.sort_by(by_surplus);
                let candidate = |variant: usize| Candidate {
                    segment,
                    variant,
                    z: z.max(0.0).hypot(surplus(&surpluses, variant).max(0.0)),
                };
                let these: Vec<Candidate> = variants.into_iter().map(candidate).collect();
                if these.first().map(|c| c.z) > best.first().map(|c| c.z) {
                    best = these;
                }
            }
            candidates.extend(best);
        }
        candidates.sort_by(|a, b| b.z.total_cmp(&a.z));
        let fitted = candidates.len().min(self.budget.decoded);
        for candidate in candidates.iter_mut().take(fitted) {
            *candidate = self.trimmed(key, *candidate, free);
        }
        candidates.sort_by(|a, b| b.z.total_cmp(&a.z));
        candidates
    }

    /// A candidate's place over the free units where pilots and code cells together speak for it most.
    fn trimmed(&mut self, key: &Keyed, candidate: Candidate, free: &[bool]) -> Candidate {
        let reading = self.sheet.read(candidate.segment.grid);
        let units: Vec<((f32, f32), Tally)> = (0..reading.soft.len().div_ceil(UNIT))
            .map(|unit| {
                let segment = Segment { from: unit, to: unit + 1, ..candidate.segment };
                let layers = Layers::new(&reading.soft, &segment, &key.chips);
                (key.pilots.sum(&reading.soft, &segment), layers.tally(&key.chips, candidate.variant))
            })
            .collect();
        let mut best = candidate;
        // The ends move one after the other, from where they are: then again.
        for _ in 0..2 {
            let (from, to) = (best.segment.from, best.segment.to);
            let ends = (from + 1..=units.len()).map(|to| (from, to));
            let starts = (0..to).rev().map(|from| (from, to));
            for (side, intervals) in [ends.collect::<Vec<_>>(), starts.collect()].into_iter().enumerate() {
                let (mut pilots, mut tally) = ((0f32, 0f32), Tally::new(&key.chips));
                for (from, to) in intervals {
                    let unit = if side == 0 { to - 1 } else { from };
                    let Some(((sum, energy), these)) = units.get(unit) else { break };
                    if !free.get(unit).copied().unwrap_or(true) {
                        break;
                    }
                    pilots = (pilots.0 + sum, pilots.1 + energy);
                    tally.add(these);
                    let z = pilots.0 / pilots.1.max(f32::MIN_POSITIVE).sqrt();
                    let z = z.max(0.0).hypot(tally.surplus(&key.chips).max(0.0));
                    if z > best.z {
                        best.segment = Segment { from, to, ..best.segment };
                        best.z = z;
                    }
                }
            }
        }
        best
    }

    fn singles(&self, candidates: &[Candidate]) -> Vec<Vec<Candidate>> {
        candidates.iter().take(self.budget.decoded).map(|candidate| vec![*candidate]).collect()
    }

    /// Pairs of segments that one cut recording could consist of, the strongest first.
    fn pairs(&mut self, key: &Keyed, candidates: &[Candidate]) -> Vec<Vec<Candidate>> {
        let mut pairs: Vec<(f32, Vec<Candidate>)> = Vec::new();
        let mut anchors: Vec<Segment> = Vec::new();
        for candidate in candidates {
            if anchors.len() < ANCHORS && !anchors.contains(&candidate.segment) {
                anchors.push(candidate.segment);
            }
        }
        for anchor in anchors {
            let units = self.sheet.steps() / (6 * UNIT) + 1;
            let free: Vec<bool> = (0..units).map(|unit| !(anchor.from..anchor.to).contains(&unit)).collect();
            let of_anchor: Vec<Candidate> =
                candidates.iter().filter(|candidate| candidate.segment == anchor).copied().collect();
            for other in self.still(key, &free) {
                pairs.extend(self.beside(key, &of_anchor, other, &free));
            }
        }
        for (index, a) in candidates.iter().enumerate() {
            let later = candidates.iter().skip(index + 1);
            let fitting = later.filter(|b| b.variant == a.variant && a.segment.can_follow(&b.segment));
            pairs.extend(fitting.map(|b| (a.z * a.z + b.z * b.z, vec![*a, *b])));
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        pairs.into_iter().take(self.budget.decoded).map(|(_, pair)| pair).collect()
    }

    /// The best pair of a segment under some sets of chips and another, or a wider one, under the same; and how good it is.
    fn beside(
        &mut self,
        key: &Keyed,
        anchors: &[Candidate],
        other: Segment,
        free: &[bool],
    ) -> Option<(f32, Vec<Candidate>)> {
        let reading = self.sheet.read(other.grid);
        let mut best: Option<(f32, Vec<Candidate>)> = None;
        for segment in wider(&other, reading.soft.len().div_ceil(UNIT), free) {
            let pilots = key.pilots.score(&reading.soft, &segment);
            let layers = Layers::new(&reading.soft, &segment, &key.chips);
            for anchor in anchors.iter().filter(|anchor| anchor.segment.can_follow(&segment)) {
                let z = pilots.max(0.0).hypot(layers.surplus_of(&key.chips, anchor.variant).max(0.0));
                let score = anchor.z * anchor.z + z * z;
                if best.as_ref().is_none_or(|(best, _)| score > *best) {
                    best = Some((score, vec![*anchor, Candidate { segment, variant: anchor.variant, z }]));
                }
            }
        }
        best
    }

    /// Decodes tuples of candidates in turn, until one is sure; keeps the best.
    fn decode(
        &mut self,
        key: &Keyed,
        scope: &Scope,
        tuples: Vec<Vec<Candidate>>,
        tried: &mut Vec<MarkId>,
        best: &mut Option<(Read, Candidate)>,
    ) {
        for tuple in tuples {
            let Some(first) = tuple.first().copied() else { continue };
            let Some(read) = self.read_id(key, scope, &tuple, first.variant, tried) else { continue };
            if best.as_ref().is_none_or(|(best, _)| read.ln_p < best.ln_p) {
                *best = Some((read, first));
            }
            if is_sure(best) {
                return;
            }
        }
    }

    /// Decodes an id from segments, looks for the rest of its mark, and decodes that again until the id
    /// stays: a codeword near the right one may pass the check by luck on a scrap, hardly on the whole.
    fn read_id(
        &mut self,
        key: &Keyed,
        scope: &Scope,
        tuple: &[Candidate],
        variant: usize,
        tried: &mut Vec<MarkId>,
    ) -> Option<Read> {
        let mut parts: Vec<Part> =
            tuple.iter().map(|candidate| Part::new(&mut self.sheet, candidate.segment)).collect();
        let Some(code) = key.chips.scheme().code() else {
            let mark = Scheme::id(0, variant);
            let (parts, ln_p) = self.extend(key, scope, &parts, mark);
            return Some(Read { mark, ln_p, agrees: true, parts });
        };
        let bits = code_bits(&parts, key, variant);
        // No codeword can score more than all bits together: where that is too little, decoding is in vain.
        let most = bits.iter().map(|bit| bit.abs()).sum::<f32>();
        let energy = parts.iter().map(|part| energy(part, key)).sum::<f32>();
        if 0.5 * most * most / energy.max(f32::MIN_POSITIVE) < PROMISING {
            return None;
        }
        let decode = |bits: &[f32]| code.decode(bits, variant as u8);
        let mut mark = Scheme::id(decode(&bits)?.payload, variant);
        while !tried.contains(&mark) {
            tried.push(mark);
            let (extended, ln_p) = self.extend(key, scope, &parts, mark);
            let again = decode(&code_bits(&extended, key, variant));
            match again.map(|again| (Scheme::id(again.payload, variant), again.rank)) {
                Some((other, _)) if other != mark => (mark, parts) = (other, extended),
                again => {
                    let agrees = again.is_some_and(|(_, rank)| rank == 0);
                    return Some(Read { mark, ln_p, agrees, parts: extended });
                }
            }
        }
        None
    }

    /// Looks for the rest of a mark whose codeword is known: the segments that together are least
    /// likely by chance, and ln p of them.
    fn extend(&mut self, key: &Keyed, scope: &Scope, seed: &[Part], mark: MarkId) -> (Vec<Part>, f64) {
        let codeword = Codeword::new(&key.chips, mark);
        let mut best = (seed.to_vec(), scope.ln_p(seed, &codeword));
        let mut whole: Vec<Part> = Vec::new();
        let mut free = Vec::new();
        while whole.len() < MOST_SEGMENTS {
            let Some(next) = self.strongest(key, &codeword, seed, &free) else { break };
            free.resize(free.len().max(next.segment.to), true);
            free.iter_mut().take(next.segment.to).skip(next.segment.from).for_each(|unit| *unit = false);
            whole.push(next);
            let ln_p = scope.ln_p(&whole, &codeword);
            if ln_p < best.1 {
                best = (whole.clone(), ln_p);
            } else if whole.len() > seed.len() {
                break;
            }
        }
        best
    }

    /// The segment of free units that a codeword explains best: where the seed lies, or where pilots point.
    fn strongest(
        &mut self,
        key: &Keyed,
        codeword: &Codeword<'_>,
        seed: &[Part],
        free: &[bool],
    ) -> Option<Part> {
        let mut places: Vec<Segment> = Vec::new();
        for part in seed {
            let middle = (part.segment.from + part.segment.to) * UNIT / 2;
            for warp in part.segment.grid.warp.drifts() {
                let (grid, at) = part.segment.grid.warped(middle, warp);
                let shift = (part.segment.shift + middle + PERIOD - at) % PERIOD;
                places.push(Segment { grid, shift, ..part.segment });
                if warp == Warp::NONE {
                    break;
                }
            }
        }
        // After a cut the rest lies elsewhere in the pattern, and between the columns of the seed's grid.
        let warp = seed.first().map_or(Warp::NONE, |first| first.segment.grid.warp);
        let phases = (self.budget.phases as f64 * warp.time()).round() as usize;
        let mut proposed = Vec::new();
        for grid in (0..phases).map(|phase| Grid { warp, phase: (6 * phase / self.budget.phases) as u8 }) {
            let reading = self.sheet.read(grid);
            key.pilots.propose(grid, &reading.soft, 0, free, &mut proposed);
        }
        places.extend(shortlist(proposed, ELSEWHERE));
        let best = self.best_fitted(codeword, &places, free);
        if best.as_ref().is_some_and(|best| best.segment.z > PLAIN_SCORE) {
            return best;
        }
        // Pilots are few: a short rest is found by the whole codeword, not far from the seed, for most cuts are short.
        let near: Vec<Segment> = seed.iter().flat_map(|part| self.near(part.segment)).collect();
        let near = self.best_fitted(codeword, &near, free);
        best.into_iter().chain(near).max_by(|a, b| a.segment.z.total_cmp(&b.segment.z))
    }

    /// The places within three seconds of a segment's, on all phases.
    fn near(&self, segment: Segment) -> Vec<Segment> {
        let phases = self.budget.phases;
        let grids = (0..phases).map(|phase| Grid { phase: (6 * phase / phases) as u8, ..segment.grid });
        let shifts = PERIOD + segment.shift - NEAR..=PERIOD + segment.shift + NEAR;
        grids
            .flat_map(|grid| {
                shifts.clone().map(move |shift| Segment { grid, shift: shift % PERIOD, ..segment })
            })
            .collect()
    }

    fn best_fitted(&mut self, codeword: &Codeword<'_>, places: &[Segment], free: &[bool]) -> Option<Part> {
        let fitted = places.iter().filter_map(|segment| self.fitted(codeword, *segment, free));
        fitted.max_by(|a, b| a.segment.z.total_cmp(&b.segment.z))
    }

    /// A place's free units that a codeword explains best.
    fn fitted(&mut self, codeword: &Codeword<'_>, segment: Segment, free: &[bool]) -> Option<Part> {
        let reading = self.sheet.read(segment.grid);
        let units = reading.soft.len().div_ceil(UNIT);
        let mut running = vec![(0f32, 0f32); units + 1];
        for unit in 0..units {
            let (mut sum, mut energy) = running.get(unit).copied().unwrap_or_default();
            for (place, soft) in
                super::search::columns(&reading.soft, &Segment { from: unit, to: unit + 1, ..segment })
            {
                sum += super::search::dot(soft, &codeword.all_signs(place));
                energy += super::search::dot(soft, soft);
            }
            if let Some(to) = running.get_mut(unit + 1) {
                *to = (sum, energy);
            }
        }
        let mut best: Option<Segment> = None;
        for (from, low) in running.iter().enumerate() {
            for (to, high) in running.iter().enumerate().skip(from + 1) {
                if !free.get(to - 1).copied().unwrap_or(true) {
                    break;
                }
                let z = (high.0 - low.0) / (high.1 - low.1).max(f32::MIN_POSITIVE).sqrt();
                if best.is_none_or(|best| z > best.z) {
                    best = Some(Segment { from, to, z, ..segment });
                }
            }
        }
        best.map(|segment| Part { segment, reading })
    }
}

/// A segment, twice and four times as much around it, and all that is free on its grid.
fn wider(segment: &Segment, units: usize, free: &[bool]) -> Vec<Segment> {
    let is_free = |unit: usize| free.get(unit).copied().unwrap_or(true);
    let length = segment.to - segment.from;
    let mut all = vec![*segment];
    for more in [length.div_ceil(2), length * 3 / 2, units] {
        let mut wide = *segment;
        while wide.from > 0 && is_free(wide.from - 1) && segment.from - wide.from < more {
            wide.from -= 1;
        }
        while wide.to < units && is_free(wide.to) && wide.to - segment.to < more {
            wide.to += 1;
        }
        if all.last().is_none_or(|last| (last.from, last.to) != (wide.from, wide.to)) {
            all.push(wide);
        }
    }
    all
}

fn surplus(surpluses: &[f32], variant: usize) -> f32 {
    surpluses.get(variant).copied().unwrap_or(0.0)
}

fn is_sure(best: &Option<(Read, Candidate)>) -> bool {
    best.as_ref().is_some_and(|(read, _)| read.agrees && read.ln_p < LN_SURE_ID)
}

/// The code bits' log-odds under a set of chips, summed over parts.
fn code_bits(parts: &[Part], key: &Keyed, variant: usize) -> Vec<f32> {
    let mut bits = vec![0f32; key.chips.scheme().code_bits()];
    for part in parts {
        let sums = Layers::new(&part.reading.odds, &part.segment, &key.chips).sums(&key.chips, variant);
        bits.iter_mut().zip(sums).for_each(|(bit, sum)| *bit += sum);
    }
    bits
}

/// The sum of the squares of a part's log-odds in code cells.
fn energy(part: &Part, key: &Keyed) -> f32 {
    let columns = super::search::columns(&part.reading.odds, &part.segment);
    let coded = columns.filter(|(place, _)| key.chips.cells().get(*place).is_some_and(Option::is_some));
    coded.map(|(_, column)| super::search::dot(column, column)).sum()
}
