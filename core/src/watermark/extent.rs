//! The whole of a mark whose codeword is known, from the part of it that was decoded.

use super::chips::PERIOD;
use super::claim::{Codeword, Evidence, Part, Scope};
use super::passage::{Keyed, Passage};
use super::reading::Grid;
use super::search::{Segment, UNIT, columns, dot, shortlist};
use super::warp::Warp;
use crate::id::MarkId;

/// Units in which it is worth looking for more.
const LEAST_FREE: usize = 3;
/// Segments that one claim may join.
const MOST_SEGMENTS: usize = 8;
/// Columns on either side of a known place at which the rest of a mark is sought with all cells: 3 s.
const NEAR: usize = 64;
/// A score that chance does not reach at any place that is tried.
const PLAIN_SCORE: f32 = 7.0;
/// Places at which the rest of a known mark is sought.
const ELSEWHERE: usize = 24;

impl Passage<'_> {
    /// Looks for the rest of a mark whose codeword is known: the segments that together are least
    /// likely by chance, and how unlikely.
    pub(super) fn extend(
        &mut self,
        key: &Keyed,
        scope: &Scope,
        seed: &[Part],
        mark: MarkId,
    ) -> (Vec<Part>, Evidence) {
        let codeword = Codeword::new(&key.chips, mark);
        let mut best = (seed.to_vec(), scope.evidence(seed, &codeword));
        let mut whole: Vec<Part> = Vec::new();
        let mut free = Vec::new();
        while whole.len() < MOST_SEGMENTS {
            let Some(next) = self.strongest(key, &codeword, seed, &free) else { break };
            free.resize(free.len().max(next.reading.soft.len().div_ceil(UNIT)), true);
            free.iter_mut().take(next.segment.to).skip(next.segment.from).for_each(|unit| *unit = false);
            whole.push(next);
            let evidence = scope.evidence(&whole, &codeword);
            if evidence.ln_p(0.0) < best.1.ln_p(0.0) {
                best = (whole.clone(), evidence);
            } else if whole.len() > seed.len() {
                break;
            }
            if free.iter().filter(|free| **free).count() < LEAST_FREE {
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
        // What fills the passage leaves nothing to look for.
        let here = self.best_fitted(codeword, &places, free);
        if here.as_ref().is_some_and(|here| here.is_whole() && here.segment.z > PLAIN_SCORE) {
            return here;
        }
        // After a cut the rest lies elsewhere in the pattern, and between the columns of the seed's grid.
        let warp = seed.first().map_or(Warp::NONE, |first| first.segment.grid.warp);
        let phases = (self.budget.phases as f64 * warp.time()).round() as usize;
        let mut proposed = Vec::new();
        for grid in (0..phases).map(|phase| Grid { warp, phase: (6 * phase / self.budget.phases) as u8 }) {
            let reading = self.sheet.read(grid);
            key.pilots.propose(grid, &reading.soft, 0, free, &mut proposed);
        }
        let elsewhere = self.best_fitted(codeword, &shortlist(proposed, ELSEWHERE), free);
        let best = here.into_iter().chain(elsewhere).max_by(|a, b| a.segment.z.total_cmp(&b.segment.z));
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
            for (place, soft) in columns(&reading.soft, &Segment { from: unit, to: unit + 1, ..segment }) {
                sum += dot(soft, &codeword.signs(place));
                energy += dot(soft, soft);
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
