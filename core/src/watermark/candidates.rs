//! Where a mark may lie in a passage, and under which chips: what is worth decoding, the likeliest first.
//!
//! Pilots propose segments; the code cells rank them, each with the sets of chips that agree best; beside the best, the other
//! side of a cut is sought in the same way. Nothing here looks at an id, and nothing is evidence.

use super::agreement::{Layers, Tally};
use super::chips::{PERIOD, VARIANTS};
use super::grid::STEPS_PER_SECOND;
use super::passage::{Keyed, Passage};
use super::reading::Grid;
use super::search::{Segment, UNIT, shortlist};
use super::warp::Warp;

/// Segments beside which another is sought, for recordings that were cut.
const ANCHORS: usize = 2;
/// Sets of chips that are tried for a segment.
const VARIANTS_EACH: usize = 3;
/// Deviations above chance that the pilots of a segment must have for its code cells to be looked at: of a mark that is just
/// found they have four and a half.
const LEAST_PILOTS: f32 = 2.0;
/// Share of the scout's score of pilots that the receiver must give them.
const HEARD: f32 = 0.9;
/// Steps in which warps are sought: 10 s.
const SCOUTED: usize = 10 * STEPS_PER_SECOND as usize;

/// A segment under a set of chips.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Where.
    pub segment: Segment,
    /// The set of chips.
    pub variant: usize,
    /// Deviations above chance, of pilots and code cells at right angles.
    pub z: f32,
}

impl Passage<'_> {
    fn unwarped(&self) -> impl Iterator<Item = Grid> + use<> {
        let phases = self.budget.phases;
        (0..phases).map(move |phase| Grid { warp: Warp::NONE, phase: (6 * phase / phases) as u8 })
    }

    /// At most so many segments, in the units that are free, of the unwarped grid on which the scout hears pilots best.
    pub(super) fn scouted(&mut self, key: &Keyed, free: &[bool], most: usize) -> Vec<Segment> {
        let mut proposed = Vec::new();
        for grid in self.unwarped() {
            let soft = self.sheet.scout_whole(grid);
            key.pilots.propose(grid, &soft, 0, free, &mut proposed);
        }
        let best = proposed.iter().max_by(|a, b| a.z.total_cmp(&b.z)).map(|segment| segment.grid);
        proposed.retain(|segment| Some(segment.grid) == best);
        shortlist(proposed, most)
    }

    /// Segments of unwarped grids, in the units that are free.
    pub(super) fn still(&mut self, key: &Keyed, free: &[bool]) -> Vec<Segment> {
        if self.budget.scouted {
            return self.scouted(key, free, self.budget.shortlist);
        }
        let mut proposed = Vec::new();
        for grid in self.unwarped() {
            let reading = self.sheet.read(grid);
            key.pilots.propose(grid, &reading.soft, 0, free, &mut proposed);
        }
        shortlist(proposed, self.budget.shortlist)
    }

    /// Segments of warped grids, where something happens.
    pub(super) fn warped(&mut self, key: &Keyed) -> Vec<Segment> {
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
            let around = segment.grid.warp.neighbours().filter_map(|warp| self.refined(key, segment, warp));
            fine.extend(around.max_by(|a, b| a.z.total_cmp(&b.z)));
        }
        let mut likeliest = shortlist(fine, self.budget.warps);
        likeliest.retain(|segment| self.is_heard(key, *segment));
        likeliest
    }

    /// Whether the receiver hears a segment's pilots about as well as the scout did. It hears those of a mark better; what
    /// the scout took for pilots by chance it hears worse.
    fn is_heard(&mut self, key: &Keyed, segment: Segment) -> bool {
        let first = segment.from.saturating_sub(1);
        let soft = self.sheet.read_columns(segment.grid, first * UNIT..(segment.to + 1) * UNIT);
        let (from, to) = (segment.from - first, segment.to - first);
        let local = Segment { shift: segment.shift + first * UNIT, from, to, ..segment };
        key.pilots.score(&soft, &local) > HEARD * segment.z
    }

    /// What pilots say of a segment's neighbourhood under another warp.
    fn refined(&mut self, key: &Keyed, segment: Segment, warp: Warp) -> Option<Segment> {
        let middle = (segment.from + segment.to) * UNIT / 2;
        let (grid, at) = segment.grid.warped(middle, warp);
        let length = segment.to - segment.from;
        let first = (at / UNIT).saturating_sub(length);
        let soft = self.sheet.scout(grid, first * UNIT..(at / UNIT + length + 1) * UNIT);
        // The middle is where it was, but for what is lost by rounding.
        let shift = segment.shift + middle + PERIOD - at % PERIOD;
        key.pilots.nearby(grid, &soft, first, shift - 1..=shift + 1)
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
    /// chance likes short ones: of each, wider ones are looked at too, as far as units are free, and the best is kept. The
    /// `fitted` best are moved to where most speaks for them.
    pub(super) fn rank(
        &mut self,
        key: &Keyed,
        segments: &[Segment],
        free: &[bool],
        fitted: usize,
    ) -> Vec<Candidate> {
        let mut candidates = Vec::with_capacity(segments.len() * VARIANTS_EACH);
        for segment in segments {
            let reading = self.sheet.read(segment.grid);
            let units = reading.soft.len().div_ceil(UNIT);
            let mut best: Vec<Candidate> = vec![];
            let narrow = key.pilots.score(&reading.soft, segment);
            for segment in wider(segment, units, free) {
                let z = key.pilots.score(&reading.soft, &segment);
                // Pilots are a fifth of a mark: what code cells could make a find of shows in them, and more so when wider.
                if z < LEAST_PILOTS.max(0.6 * narrow) {
                    continue;
                }
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
            for side in 0..2 {
                let (from, to) = (best.segment.from, best.segment.to);
                let intervals: Vec<(usize, usize)> = match side {
                    0 => (from + 1..=units.len()).map(|to| (from, to)).collect(),
                    _ => (0..to).rev().map(|from| (from, to)).collect(),
                };
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

    pub(super) fn singles(&self, candidates: &[Candidate]) -> Vec<Vec<Candidate>> {
        candidates.iter().take(self.budget.decoded).map(|candidate| vec![*candidate]).collect()
    }

    /// Pairs of segments that one cut recording could consist of, the strongest first.
    pub(super) fn pairs(&mut self, key: &Keyed, candidates: &[Candidate]) -> Vec<Vec<Candidate>> {
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
