//! What is claimed of a passage, and how probable such a claim is by chance.
//!
//! Every hypothesis that could have been chosen is counted. For a claim "these m segments, under this
//! id", all m-tuples of segments (grid, shift, first and last unit) and all ids count. The probability is shared: half for claims on
//! unwarped grids, half for the others; of each, 1/4 for the passage as a whole, 2^-(m+1) for a passage that was cut into m
//! parts with little between them, and 2^-(m+2) for any m segments. The choice may then be made in any way at all: by the
//! union bound P(p <= a) <= a over random keys, for any audio (see `chance`).
//!
//! Code cells count for themselves. Pilots are the same for all ids, so who gathers marked audio learns them first: they
//! count only where code cells alone make the claim improbable by chance ([`LN_CODE`]). Who forges pilots gains nothing
//! without chips, but for one try in a hundred; and no id is given on pilots' word.

use std::rc::Rc;

use super::chance::ln_tail;
use super::chips::{Chips, Column, PERIOD, Pattern};
use super::detect::{CurvePoint, Span};
use super::grid::{BANDS, STEPS, STEPS_PER_SECOND};
use super::reading::{Grid, Reading, Sheet};
use super::search::{Segment, UNIT, columns, dot};
use super::warp::{Reach, Warp};
use crate::id::MarkId;

/// ln of the p-value that code cells must reach by themselves for pilots to count beside them: ln 0.01.
const LN_CODE: f64 = -4.6;
/// Columns on each side over which the curve is smoothed.
const CURVE_REACH: usize = 10;
/// Columns between points of the curve: 0.24 s.
const CURVE_STRIDE: usize = 5;

/// A segment and what was read of it.
#[derive(Clone)]
pub struct Part {
    /// Where.
    pub segment: Segment,
    /// What was read on the segment's grid.
    pub reading: Rc<Reading>,
}

impl Part {
    /// Reads a segment's grid.
    pub fn new(sheet: &mut Sheet<'_>, segment: Segment) -> Self {
        Self { segment, reading: sheet.read(segment.grid) }
    }
}

/// The signs that a codeword gives to all cells, of which pilots are no evidence.
pub struct Codeword<'a> {
    chips: &'a Chips,
    pattern: Pattern,
}

impl<'a> Codeword<'a> {
    /// The signs of a mark.
    pub fn new(chips: &'a Chips, mark: MarkId) -> Self {
        Self { chips, pattern: chips.pattern(Chips::variant_of(mark), &chips.scheme().word(mark)) }
    }

    /// Whether a column of the pattern is a pilot.
    fn is_pilot(&self, place: usize) -> bool {
        self.chips.cells().get(place % PERIOD).is_none_or(Option::is_none)
    }

    /// The signs of a column.
    pub fn signs(&self, place: usize) -> Column {
        self.pattern.column(place as u64)
    }
}

/// How improbable a claim is by chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// ln p of code cells alone: what an id needs.
    pub ln_p_code: f64,
    /// ln p of code cells and pilots together.
    ln_p_all: f64,
}

impl Evidence {
    /// None.
    pub const NONE: Self = Self { ln_p_code: 0.0, ln_p_all: 0.0 };

    /// Of code cells and of pilots the sum of products with their signs, and of squares; and ln of the number of claims
    /// of the same kind.
    pub fn of(code: (f64, f64), pilots: (f64, f64), ln_claims: f64) -> Self {
        let ln_p = |sum: f64, energy: f64| {
            let z = if energy > 0.0 { sum / energy.sqrt() } else { 0.0 };
            (ln_tail(z) + ln_claims).min(0.0)
        };
        Self { ln_p_code: ln_p(code.0, code.1), ln_p_all: ln_p(code.0 + pilots.0, code.1 + pilots.1) }
    }

    /// ln p where it was sought `e^ln_more` times, in other passages and under other keys: the threshold of [`LN_CODE`] is
    /// for all of them together. Where code cells alone are not below it they are the answer; else the smaller of the two,
    /// doubled. So P(p <= a) <= a: above the threshold by the first, below by the union bound.
    pub fn ln_p(self, ln_more: f64) -> f64 {
        let code = (self.ln_p_code + ln_more).min(0.0);
        let joined = self.ln_p_code.min(self.ln_p_all) + ln_more + std::f64::consts::LN_2;
        if code < LN_CODE { joined.min(LN_CODE) } else { code }
    }
}

/// How many hypotheses there were.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// Steps of the passage.
    pub steps: usize,
    /// The warps that are searched.
    pub reach: Reach,
    /// ln of the number of marks under a key.
    pub ln_marks: f64,
}

impl Scope {
    /// How improbable a claim that a codeword lies in some parts of a passage is.
    pub fn evidence(&self, parts: &[Part], codeword: &Codeword<'_>) -> Evidence {
        // Readings of the same chip add up before they count: chips are independent, readings not.
        let mut folded: Vec<Option<Column>> = vec![None; PERIOD];
        for (place, soft) in parts.iter().flat_map(|part| columns(&part.reading.soft, &part.segment)) {
            if let Some(column) = folded.get_mut(place) {
                let column = column.get_or_insert([0.0; BANDS]);
                column.iter_mut().zip(soft).for_each(|(sum, soft)| *sum += soft);
            }
        }
        let (mut code, mut pilots) = ((0f64, 0f64), (0f64, 0f64));
        for (place, column) in folded.iter().enumerate() {
            let Some(column) = column else { continue };
            let to = if codeword.is_pilot(place) { &mut pilots } else { &mut code };
            to.0 += f64::from(dot(column, &codeword.signs(place)));
            to.1 += f64::from(dot(column, column));
        }
        let (hypotheses, halvings) = self.counted(parts);
        Evidence::of(code, pilots, hypotheses + halvings * std::f64::consts::LN_2 + self.ln_marks)
    }

    /// ln of the number of claims of the same kind, and how many times the probability was halved for the kind.
    fn counted(&self, parts: &[Part]) -> (f64, f64) {
        let warped = parts.iter().any(|part| part.segment.grid.warp != Warp::NONE);
        let (phases, warps, shortest) =
            if warped { (Grid::PHASES, self.reach.ln_warps(), 0.7) } else { (STEPS, 0.0, 1.0) };
        let ln_places = (phases * PERIOD) as f64;
        let ln_places = ln_places.ln() + warps;
        let units = (self.steps as f64 / ((UNIT * STEPS) as f64 * shortest)).ceil().max(1.0);
        let count = parts.len() as f64;
        match parts {
            [only] if only.is_whole() => (ln_places, 3.0),
            [_, _, ..] if are_tiles(parts) => {
                // Each cut lies at one of the units; four ways to meet there, six to begin and end.
                let cut = (4.0 * units).ln();
                (6f64.ln() + count * ln_places + (count - 1.0) * cut, count + 2.0)
            }
            _ => (count * (ln_places + (units * (units + 1.0) / 2.0).ln()), count + 3.0),
        }
    }
}

/// Whether the parts follow each other through the whole passage, at most a unit over or two under.
fn are_tiles(parts: &[Part]) -> bool {
    let mut all: Vec<&Part> = parts.iter().collect();
    all.sort_by_key(|part| part.segment.from);
    let ends = |part: &&Part| part.segment.to * UNIT + 2 * UNIT >= part.reading.soft.len();
    let begins = |part: &&Part| part.segment.from <= 1;
    let meet = |pair: &[&Part]| match pair {
        [a, b] => a.segment.to <= b.segment.from + 1 && b.segment.from <= a.segment.to + 2,
        _ => true,
    };
    all.first().is_some_and(begins) && all.last().is_some_and(ends) && all.windows(2).all(meet)
}

impl Part {
    /// Whether it fills the passage.
    pub fn is_whole(&self) -> bool {
        self.segment.from == 0 && self.segment.to * UNIT >= self.reading.soft.len()
    }

    /// The stretch of columns, around the segment, that the mark explains best. `start`: of the passage, in seconds.
    pub fn span(&self, codeword: &Codeword<'_>, start: f64) -> Option<Span> {
        let wide =
            Segment { from: self.segment.from.saturating_sub(1), to: self.segment.to + 1, ..self.segment };
        let at = wide.from * UNIT;
        let part = |(place, soft): (usize, &Column)| {
            (f64::from(dot(soft, &codeword.signs(place))), f64::from(dot(soft, soft)))
        };
        let parts: Vec<(f64, f64)> = columns(&self.reading.soft, &wide).map(part).collect();
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
        let moment = |column: usize| start + self.segment.grid.step(at + column) / STEPS_PER_SECOND as f64;
        let (first, last) = (moment(from), moment(to));
        let z = sum / energy.max(f64::MIN_POSITIVE).sqrt();
        Some(Span { start: first, end: last, score: z / (last - first).sqrt() })
    }
}

/// The score over time under some parts. `start`: of the passage, in seconds.
pub fn curve(parts: &[Part], codeword: &Codeword<'_>, start: f64) -> Vec<CurvePoint> {
    let Some(first) = parts.first() else { return vec![] };
    let length = first.reading.soft.len();
    let mut scores = vec![(0f32, 0f32); length];
    // Between segments the first one's hypothesis is drawn: there is no better.
    let everywhere =
        Part { segment: Segment { from: 0, to: usize::MAX / UNIT, ..first.segment }, ..first.clone() };
    for part in std::iter::once(&everywhere).chain(parts) {
        let at = part.segment.from * UNIT;
        for (score, (place, soft)) in
            scores.iter_mut().skip(at).zip(columns(&part.reading.soft, &part.segment))
        {
            *score = (dot(soft, &codeword.signs(place)), dot(soft, soft));
        }
    }
    let point = |centre: usize| {
        let around = scores.iter().take(centre + CURVE_REACH + 1).skip(centre.saturating_sub(CURVE_REACH));
        let (sum, energy) = around.fold((0f32, 0f32), |(s, e), part| (s + part.0, e + part.1));
        let score = if energy > 0.0 { f64::from(sum / energy.sqrt()) } else { 0.0 };
        let middle = (first.segment.grid.step(centre) + first.segment.grid.step(centre + 1)) / 2.0;
        CurvePoint { time: start + middle / STEPS_PER_SECOND as f64, score }
    };
    (0..length).step_by(CURVE_STRIDE).map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums under which a score of `z` is reached by a thousand cells of energy 1 each.
    fn scored(z: f64) -> (f64, f64) {
        (z * 1_000f64.sqrt(), 1_000.0)
    }

    #[test]
    fn pilots_alone_are_no_evidence_however_clear() {
        let forged = Evidence::of(scored(2.0), scored(30.0), 0.0);
        assert_eq!(forged.ln_p(0.0), forged.ln_p_code);
        assert!(forged.ln_p(0.0) > LN_CODE, "{forged:?}");
        // Nor where what was tried takes all that code cells have, whether here or in other passages.
        assert_eq!(Evidence::of(scored(4.0), scored(30.0), 20.0).ln_p(0.0), 0.0);
        assert_eq!(Evidence::of(scored(4.0), scored(30.0), 0.0).ln_p(20.0), 0.0);
    }

    #[test]
    fn pilots_add_to_what_code_cells_have_shown_and_take_nothing_away() {
        let alone = Evidence::of(scored(5.0), (0.0, 0.0), 0.0);
        let joined = Evidence::of(scored(5.0), scored(5.0), 0.0);
        assert!(joined.ln_p(0.0) < alone.ln_p(0.0) - 8.0, "{joined:?} beside {alone:?}");
        assert_eq!(joined.ln_p_code, alone.ln_p_code);
        let erased = Evidence::of(scored(5.0), scored(-30.0), 0.0);
        assert!(erased.ln_p(0.0) <= alone.ln_p_code + std::f64::consts::LN_2);
    }

    #[test]
    fn no_p_value_is_smaller_than_one_of_the_two_doubled() {
        for (ln_p_code, ln_p_all) in
            [(-4.59, -40.0), (-4.61, -40.0), (-4.61, -4.0), (-30.0, -2.0), (-0.1, -0.2)]
        {
            let ln_p = Evidence { ln_p_code, ln_p_all }.ln_p(0.0);
            let least = f64::min(ln_p_code, ln_p_all) + std::f64::consts::LN_2;
            assert!(ln_p >= least.min(LN_CODE) && ln_p <= ln_p_code.max(least), "{ln_p}");
        }
    }
}
