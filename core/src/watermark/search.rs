//! Where in the pattern a passage lies: offset and stretch of time, told by the pilots.
//!
//! A passage is read on grids. A hypothesis says: column t of a grid is column t + `shift` of the pattern. The pilots tell
//! which hypotheses are worth decoding. Ranking here is for choosing only: what a choice is worth is counted in `claim`.

use super::chips::{BLOCK, Chips, Column, PERIOD, PILOT_SHARE};
use super::grid::BANDS;
use super::reading::Grid;

/// Columns of a unit: segments begin and end at multiples of it, 0.48 s.
pub const UNIT: usize = BLOCK / 2;
/// Scores below this are not kept: they are chance, thousands of times in any search.
const LEAST: f32 = 3.0;

/// Part of a passage read at one place of the pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// The grid that reads it.
    pub grid: Grid,
    /// Column of the pattern at the grid's column 0.
    pub shift: usize,
    /// First unit.
    pub from: usize,
    /// Unit after the last.
    pub to: usize,
    /// Its score: about N(0, 1) without a mark.
    pub z: f32,
}

impl Segment {
    /// First and last moment, in steps.
    fn time(&self) -> (f64, f64) {
        (self.grid.step(self.from * UNIT), self.grid.step(self.to * UNIT))
    }

    /// Steps that both cover.
    fn overlap(&self, other: &Segment) -> f64 {
        let ((a, b), (c, d)) = (self.time(), other.time());
        b.min(d) - a.max(c)
    }

    /// Whether both hypotheses say nearly the same of a common time.
    pub fn is_like(&self, other: &Segment) -> bool {
        if !self.grid.warp.is_near(other.grid.warp) || self.overlap(other) <= 0.0 {
            return false;
        }
        let ((a, b), (c, d)) = (self.time(), other.time());
        let moment = (a.max(c) + b.min(d)) / 2.0;
        let column =
            |s: &Segment| s.shift as f64 + (moment - s.grid.step(0)) / (s.grid.step(1) - s.grid.step(0));
        let apart = (column(self) - column(other)).rem_euclid(PERIOD as f64);
        apart.min(PERIOD as f64 - apart) <= 0.75
    }

    /// Whether the two can be parts of one recording: other times, hardly overlapping, one warp.
    pub fn can_follow(&self, other: &Segment) -> bool {
        self.grid.warp.is_near(other.grid.warp)
            && self.overlap(other) <= self.grid.step(UNIT) - self.grid.step(0)
    }
}

/// The columns of a segment, each with its place in the pattern.
pub fn columns<'a>(
    values: &'a [Column],
    segment: &Segment,
) -> impl Iterator<Item = (usize, &'a Column)> + use<'a> {
    let (shift, from, to) = (segment.shift, segment.from * UNIT, segment.to * UNIT);
    values.iter().enumerate().take(to).skip(from).map(move |(t, column)| ((t + shift) % PERIOD, column))
}

/// Pilot columns whose products are summed side by side.
const LANES: usize = 48;

/// The pilots of a key, laid out for looking everywhere at once.
pub struct Pilots {
    /// For each block of [`LANES`] pilot columns, and each band, their signs.
    signs: Vec<[[f32; LANES]; BANDS]>,
    /// The columns of the pattern that they are.
    places: Vec<usize>,
    /// For each column of the pattern, whether it is one.
    is_pilot: Vec<bool>,
}

impl Pilots {
    /// The pilots of a key's chips.
    pub fn new(chips: &Chips) -> Self {
        let block = |pilots: &[(usize, Column)]| {
            let sign =
                |band: usize, lane: usize| pilots.get(lane).and_then(|(_, signs)| signs.get(band).copied());
            std::array::from_fn(|band| std::array::from_fn(|lane| sign(band, lane).unwrap_or(0.0)))
        };
        Self {
            signs: chips.pilots().chunks(LANES).map(block).collect(),
            places: chips.pilots().iter().map(|(place, _)| *place).collect(),
            is_pilot: chips.cells().iter().map(Option::is_none).collect(),
        }
    }

    /// The sum of a segment's pilots, and its variance by chance.
    pub fn sum(&self, soft: &[Column], segment: &Segment) -> (f32, f32) {
        let (mut sum, mut energy) = (0.0, 0.0);
        for (place, column) in columns(soft, segment) {
            let Ok(index) = self.places.binary_search(&place) else { continue };
            if let Some(block) = self.signs.get(index / LANES) {
                let lane = index % LANES;
                let signs = block.iter().map(|signs| signs.get(lane).copied().unwrap_or(0.0));
                sum += column.iter().zip(signs).map(|(value, sign)| value * sign).sum::<f32>();
                energy += dot(column, column);
            }
        }
        (sum, energy)
    }

    /// Deviations above chance of a segment's pilots.
    pub fn score(&self, soft: &[Column], segment: &Segment) -> f32 {
        let (sum, energy) = self.sum(soft, segment);
        sum / energy.max(f32::MIN_POSITIVE).sqrt()
    }

    /// The segment that pilots speak for most at one of a few shifts of a grid. `soft` was read from unit `first` on.
    pub fn nearby(
        &self,
        grid: Grid,
        soft: &[Column],
        first: usize,
        shifts: impl Iterator<Item = usize>,
    ) -> Option<Segment> {
        let units = soft.len().div_ceil(UNIT);
        let mut best: Option<Segment> = None;
        for shift in shifts {
            let mut running = vec![(0f32, 0f32)];
            for unit in 0..units {
                let local = Segment { grid, shift: shift + first * UNIT, from: unit, to: unit + 1, z: 0.0 };
                let (before, these) = (running.last().copied().unwrap_or_default(), self.sum(soft, &local));
                running.push((before.0 + these.0, before.1 + these.1));
            }
            for (from, to) in intervals(units) {
                let (Some(low), Some(high)) = (running.get(from), running.get(to)) else { continue };
                let z = (high.0 - low.0) / (high.1 - low.1).max(f32::MIN_POSITIVE).sqrt();
                if best.is_none_or(|best| z > best.z) {
                    best =
                        Some(Segment { grid, shift: shift % PERIOD, from: first + from, to: first + to, z });
                }
            }
        }
        best
    }

    /// Adds to `found` the segments, one for each shift, that pilots speak for most on a grid. `soft` was read from unit
    /// `first` on; `free` tells the units (of the whole grid) that may be used.
    pub fn propose(
        &self,
        grid: Grid,
        soft: &[Column],
        first: usize,
        free: &[bool],
        found: &mut Vec<Segment>,
    ) {
        pulp::Arch::new().dispatch(|| self.look(grid, soft, first, free, found));
    }

    #[inline(always)]
    fn look(&self, grid: Grid, soft: &[Column], first: usize, free: &[bool], found: &mut Vec<Segment>) {
        let units = soft.len().div_ceil(UNIT);
        // Sums and energies up to each unit: an interval is a difference.
        let mut running = vec![vec![0f32; PERIOD]; units + 1];
        let mut energy = vec![0f32; units + 1];
        for (unit, columns) in soft.chunks(UNIT).enumerate() {
            let (before, after) = running.split_at_mut(unit + 1);
            let (Some(before), Some(sums)) = (before.last(), after.first_mut()) else { continue };
            sums.copy_from_slice(before);
            let mut squares = 0.0;
            let usable = free.get(first + unit).copied().unwrap_or(true);
            for (t, column) in columns.iter().enumerate().filter(|_| usable) {
                let column_place = ((first + unit) * UNIT + t) % PERIOD;
                for (block, places) in self.signs.iter().zip(self.places.chunks(LANES)) {
                    let mut products = [0f32; LANES];
                    for (signs, value) in block.iter().zip(column) {
                        products.iter_mut().zip(signs).for_each(|(product, sign)| *product += value * sign);
                    }
                    for (product, place) in products.iter().zip(places) {
                        let shift = if *place >= column_place { 0 } else { PERIOD } + place - column_place;
                        if let Some(sum) = sums.get_mut(shift) {
                            *sum += product;
                        }
                    }
                }
                squares += PILOT_SHARE * column.iter().map(|value| value * value).sum::<f32>();
            }
            let until = energy.get(unit).copied().unwrap_or(0.0) + squares;
            if let Some(energy) = energy.get_mut(unit + 1) {
                *energy = until;
            }
        }
        let intervals: Vec<(usize, usize)> = intervals(units).collect();
        // For each shift, the highest score and the interval that has it.
        let mut best = vec![0f32; PERIOD];
        let mut choice = vec![0u32; PERIOD];
        for (index, (from, to)) in intervals.iter().copied().enumerate() {
            let (Some(low), Some(high)) = (running.get(from), running.get(to)) else { continue };
            let spent = energy.get(to).copied().unwrap_or(0.0) - energy.get(from).copied().unwrap_or(0.0);
            if spent <= 0.0 || !(from..to).all(|unit| free.get(first + unit).copied().unwrap_or(true)) {
                continue;
            }
            let scale = 1.0 / spent.sqrt();
            let scores = low.iter().zip(high).map(|(low, high)| (high - low) * scale);
            for ((best, choice), z) in best.iter_mut().zip(&mut choice).zip(scores) {
                let better = z > *best;
                *best = if better { z } else { *best };
                *choice = if better { index as u32 } else { *choice };
            }
        }
        let energies: Vec<f32> =
            soft.iter().map(|column| column.iter().map(|value| value * value).sum()).collect();
        for (shift, (z, choice)) in best.into_iter().zip(choice).enumerate() {
            let Some((from, to)) = intervals.get(choice as usize).filter(|_| z > LEAST) else { continue };
            // How many pilots an interval holds depends on the place: so far their share was taken for all.
            let place = first * UNIT + shift;
            let pilots = energies.iter().enumerate().take(to * UNIT).skip(from * UNIT).filter(|(t, _)| {
                let index = (place + t) % PERIOD;
                self.is_pilot.get(index).copied().unwrap_or(false)
            });
            let exact: f32 = pilots.map(|(_, energy)| energy).sum();
            let spent = energy.get(*to).copied().unwrap_or(0.0) - energy.get(*from).copied().unwrap_or(0.0);
            let z = z * (spent / exact.max(f32::MIN_POSITIVE)).sqrt();
            found.push(Segment { grid, shift, from: first + from, to: first + to, z });
        }
    }
}

/// Intervals of units that are tried: all short ones of at least two, and of longer ones those that begin at a quarter of their length.
fn intervals(units: usize) -> impl Iterator<Item = (usize, usize)> {
    let lengths = (2..=8).chain([10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128]);
    let regular = lengths.filter(move |length| *length < units).flat_map(move |length| {
        (0..=units - length).step_by((length / 4).max(1)).map(move |from| (from, from + length))
    });
    regular.chain(std::iter::once((0, units)))
}

/// The best of the proposed, the best first, no two alike.
pub fn shortlist(mut proposed: Vec<Segment>, most: usize) -> Vec<Segment> {
    // Of many thousands only the best can be chosen: sort those.
    let keep = (8 * most).min(proposed.len());
    if keep > 0 && keep < proposed.len() {
        proposed.select_nth_unstable_by(keep - 1, |a, b| b.z.total_cmp(&a.z));
        proposed.truncate(keep);
    }
    proposed.sort_by(|a, b| b.z.total_cmp(&a.z));
    let mut chosen: Vec<Segment> = Vec::with_capacity(most);
    for segment in proposed {
        if chosen.len() == most {
            break;
        }
        if !chosen.iter().any(|other| segment.is_like(other)) {
            chosen.push(segment);
        }
    }
    chosen
}

/// The sum of products of two columns.
pub fn dot(a: &Column, b: &Column) -> f32 {
    // Eight running sums: the compiler may not reorder a single one.
    let mut sums = [0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::watermark::scheme::Scheme;

    #[test]
    fn both_sides_of_a_cut_are_found_at_their_own_places() {
        let chips = Chips::new(&Key::from_bytes(&[6; 32]).unwrap(), Scheme::Id32);
        let pattern = chips.pattern(0, &[1.0; 108]);
        let mut soft: Vec<Column> = (0..100).map(|t| pattern.column(10 + t)).collect();
        soft.extend((0..100).map(|t| pattern.column(2_100 + t)));
        let mut proposed = Vec::new();
        Pilots::new(&chips).propose(Grid::default(), &soft, 0, &[], &mut proposed);
        let mut places: Vec<_> = shortlist(proposed, 2).iter().map(|s| (s.shift, s.from, s.to)).collect();
        places.sort_unstable();
        // Where a segment ends is chosen as if pilots lay evenly, so a unit or two may miss.
        let [(10, 0, end), (2_000, begin, 20)] = places[..] else { panic!("{places:?}") };
        assert!((8..=10).contains(&end) && (10..=12).contains(&begin), "{places:?}");
    }

    #[test]
    fn units_that_are_not_free_are_left_alone() {
        let chips = Chips::new(&Key::from_bytes(&[6; 32]).unwrap(), Scheme::Id32);
        let pattern = chips.pattern(0, &[1.0; 108]);
        let soft: Vec<Column> = (0..100).map(|t| pattern.column(10 + t)).collect();
        let free = [true, true, true, false, false, false, false, true, true, true];
        let mut proposed = Vec::new();
        Pilots::new(&chips).propose(Grid::default(), &soft, 0, &free, &mut proposed);
        assert!(proposed.iter().all(|s| s.to <= 3 || s.from >= 7));
        assert_eq!(shortlist(proposed, 1)[0].shift, 10);
    }
}
