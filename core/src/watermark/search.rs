//! Where in the pattern a passage lies: offset and stretch of time, told by the pilots.
//!
//! A passage is read on grids. A hypothesis says: column t of a grid is column t + `shift` of the pattern. The pilots tell
//! which hypotheses are worth decoding. Ranking here is for choosing only: what a choice is worth is counted in `claim`.

use pulp::{Simd, WithSimd};

use super::chips::{BLOCK, Chips, Column, PERIOD, PILOT_SHARE, PILOTS};
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

/// Pilot columns whose products are summed side by side: whole registers of every machine.
const LANES: usize = 48;
/// Columns that are multiplied with them at once.
const TOGETHER: usize = UNIT / 2;
/// Pilot columns of the pattern.
const PILOT_COLUMNS: usize = PERIOD / BLOCK * PILOTS;
/// Registers of shifts that are looked at side by side.
const ABREAST: usize = 3;
// No register is left half full, on machines with up to 16 lanes.
const _: () = assert!(PILOT_COLUMNS.is_multiple_of(LANES) && PERIOD.is_multiple_of(16 * ABREAST));

/// The pilots of a key, laid out for looking everywhere at once.
pub struct Pilots {
    /// For each block of [`LANES`] pilot columns, and each band, their signs.
    signs: Vec<[[f32; LANES]; BANDS]>,
    /// The columns of the pattern that they are.
    places: Vec<usize>,
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
        struct Look<'a>(&'a Pilots, Grid, &'a [Column], usize, &'a [bool], &'a mut Vec<Segment>);
        impl WithSimd for Look<'_> {
            type Output = ();
            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                self.0.look(simd, self.1, self.2, self.3, self.4, self.5);
            }
        }
        pulp::Arch::new().dispatch(Look(self, grid, soft, first, free, found));
    }

    #[inline(always)]
    fn look<S: Simd>(
        &self,
        simd: S,
        grid: Grid,
        soft: &[Column],
        first: usize,
        free: &[bool],
        found: &mut Vec<Segment>,
    ) {
        let units = soft.len().div_ceil(UNIT);
        let is_free = |unit: usize| free.get(first + unit).copied().unwrap_or(true);
        // Sums and energies up to each unit: an interval is a difference.
        let mut running = vec![[0f32; PERIOD]; units + 1];
        let mut energy = vec![0f32; units + 1];
        let energies: Vec<f32> = soft.iter().map(squares).collect();
        for (unit, columns) in soft.chunks(UNIT).enumerate() {
            let (before, after) = running.split_at_mut(unit + 1);
            let (Some(before), Some(sums)) = (before.last(), after.first_mut()) else { continue };
            sums.copy_from_slice(before);
            let mut spent = 0.0;
            if is_free(unit) {
                for (at, columns) in columns.chunks(TOGETHER).enumerate() {
                    self.add_products(simd, (first + unit) * UNIT + at * TOGETHER, columns, sums);
                }
                let energies = energies.iter().skip(unit * UNIT).take(columns.len());
                energies.for_each(|energy| spent += PILOT_SHARE * energy);
            }
            let until = energy.get(unit).copied().unwrap_or(0.0) + spent;
            if let Some(energy) = energy.get_mut(unit + 1) {
                *energy = until;
            }
        }
        let spent =
            |from: usize, to: usize| energy.get(to).zip(energy.get(from)).map_or(0.0, |(to, from)| to - from);
        let intervals: Vec<(usize, usize, f32)> = intervals(units)
            .filter(|(from, to)| spent(*from, *to) > 0.0 && (*from..*to).all(is_free))
            .map(|(from, to)| (from, to, 1.0 / spent(from, to).sqrt()))
            .collect();
        let (best, choice) = best_intervals(simd, &running, &intervals);
        for (shift, (z, choice)) in best.into_iter().zip(choice).enumerate() {
            let Some((from, to, _)) = intervals.get(choice as usize).filter(|_| z > LEAST) else { continue };
            // How many pilots an interval holds depends on the place: so far their share was taken for all.
            let exact: f32 = self.pilots_from(first * UNIT + shift, from * UNIT, to * UNIT, &energies);
            let z = z * (spent(*from, *to) / exact.max(f32::MIN_POSITIVE)).sqrt();
            found.push(Segment { grid, shift, from: first + from, to: first + to, z });
        }
    }

    /// Adds the products of some columns with each pilot to the sum of the shift under which they meet; `column` is the
    /// place in the pattern of the first, were the shift 0.
    #[inline(always)]
    fn add_products<S: Simd>(&self, simd: S, column: usize, columns: &[Column], sums: &mut [f32; PERIOD]) {
        let mut values = [[0f32; BANDS]; TOGETHER];
        values.iter_mut().zip(columns).for_each(|(to, column)| *to = *column);
        let mut products = [[0f32; PILOT_COLUMNS]; TOGETHER];
        for (at, block) in self.signs.iter().enumerate() {
            multiply::<S, 2>(simd, block, &values, at * LANES, &mut products);
        }
        for (t, products) in products.iter().enumerate().take(columns.len()) {
            let column = (column + t) % PERIOD;
            for (product, place) in products.iter().zip(&self.places) {
                let shift = if *place >= column { 0 } else { PERIOD } + place - column;
                if let Some(sum) = sums.get_mut(shift) {
                    *sum += product;
                }
            }
        }
    }

    /// The sum of the energies of those columns `from..to` that are pilots where column 0 is at `place` in the pattern.
    fn pilots_from(&self, place: usize, from: usize, to: usize, energies: &[f32]) -> f32 {
        let begin = (place + from) % PERIOD;
        let at = self.places.partition_point(|pilot| *pilot < begin);
        let (before, after) = self.places.split_at(at);
        let after = after.iter().map(|pilot| pilot - begin);
        let columns = after.chain(before.iter().map(|pilot| pilot + PERIOD - begin));
        columns
            .take_while(|column| *column < to - from)
            .filter_map(|column| energies.get(from + column))
            .sum()
    }
}

/// Adds to the products of some columns with each of a block of pilots, from `lane` on. R registers of pilots at a time.
#[inline(always)]
#[allow(clippy::indexing_slicing)] // Indices are columns, registers and lanes: constants, never input.
fn multiply<S: Simd, const R: usize>(
    simd: S,
    block: &[[f32; LANES]; BANDS],
    values: &[Column; TOGETHER],
    lane: usize,
    products: &mut [[f32; PILOT_COLUMNS]; TOGETHER],
) {
    for part in (0..LANES).step_by(R * S::F32_LANES) {
        let mut sums = [[simd.splat_f32s(0.0); R]; TOGETHER];
        for (band, signs) in block.iter().enumerate() {
            let signs = S::as_simd_f32s(&signs[part..part + R * S::F32_LANES]).0;
            for (sums, values) in sums.iter_mut().zip(values) {
                let value = simd.splat_f32s(values[band]);
                for (sum, sign) in sums.iter_mut().zip(signs) {
                    *sum = simd.add_f32s(simd.mul_f32s(value, *sign), *sum);
                }
            }
        }
        for (products, sums) in products.iter_mut().zip(&sums) {
            let to = &mut products[lane + part..lane + part + R * S::F32_LANES];
            S::as_mut_simd_f32s(to).0.copy_from_slice(sums);
        }
    }
}

/// For each shift, the highest score of any interval, and which one has it. Few shifts at a time, so that all their sums stay
/// in the nearest cache.
#[inline(always)]
#[allow(clippy::indexing_slicing)] // Shifts are below the period, intervals end where the sums do.
fn best_intervals<S: Simd>(
    simd: S,
    running: &[[f32; PERIOD]],
    intervals: &[(usize, usize, f32)],
) -> (Vec<f32>, Vec<u32>) {
    let (mut best, mut choice) = (vec![0f32; PERIOD], vec![0u32; PERIOD]);
    for part in (0..PERIOD).step_by(ABREAST * S::F32_LANES) {
        let lanes = part..part + ABREAST * S::F32_LANES;
        let mut highest = [simd.splat_f32s(0.0); ABREAST];
        let mut chosen = [simd.splat_u32s(0); ABREAST];
        for (index, (from, to, scale)) in intervals.iter().enumerate() {
            let low = S::as_simd_f32s(&running[*from][lanes.clone()]).0;
            let high = S::as_simd_f32s(&running[*to][lanes.clone()]).0;
            let (scale, index) = (simd.splat_f32s(*scale), simd.splat_u32s(index as u32));
            for at in 0..ABREAST {
                let z = simd.mul_f32s(simd.sub_f32s(high[at], low[at]), scale);
                let better = simd.greater_than_f32s(z, highest[at]);
                highest[at] = simd.select_f32s(better, z, highest[at]);
                chosen[at] = simd.select_u32s(better, index, chosen[at]);
            }
        }
        S::as_mut_simd_f32s(&mut best[lanes.clone()]).0.copy_from_slice(&highest);
        S::as_mut_simd_u32s(&mut choice[lanes]).0.copy_from_slice(&chosen);
    }
    (best, choice)
}

fn squares(column: &Column) -> f32 {
    column.iter().map(|value| value * value).sum()
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
