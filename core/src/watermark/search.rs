//! Where in the pattern a passage lies: offset and stretch of time.
//!
//! A passage is read on grids that start at different *steps* of a cell. A hypothesis says: column t of
//! grid `step` is column t + `shift` of the pattern. The pilots tell which hypotheses are worth decoding;
//! once a codeword is known, all cells tell where else it lies (after a cut, elsewhere in the pattern).
//! Ranking here is for choosing only: what a choice is worth is counted in `detect`.

use super::chips::{BLOCK, Column, PERIOD};

/// Columns of a unit: segments begin and end at multiples of 0.48 s.
pub const UNIT: usize = BLOCK / 2;

/// Part of a passage read at one place of the pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Index of the grid that reads it.
    pub step: usize,
    /// Column of the pattern at the passage's column 0.
    pub shift: usize,
    /// First unit.
    pub from: usize,
    /// Unit after the last.
    pub to: usize,
    /// Its score: about N(0, 1) without a mark.
    pub z: f32,
}

impl Segment {
    /// Place of the passage's start in the pattern, in steps.
    fn offset(&self, steps: usize) -> usize {
        (self.shift * steps + steps - self.step) % (PERIOD * steps)
    }

    fn units_in_common(&self, other: &Segment) -> usize {
        self.to.min(other.to).saturating_sub(self.from.max(other.from))
    }

    /// Whether both hypotheses say nearly the same of a common time.
    fn is_like(&self, other: &Segment, steps: usize) -> bool {
        let around = PERIOD * steps;
        let apart = (self.offset(steps) + around - other.offset(steps)) % around;
        apart.min(around - apart) <= steps / 2 + 1 && self.units_in_common(other) > 0
    }

    /// Whether the two can be parts of one recording: other times, hardly overlapping.
    pub fn can_follow(&self, other: &Segment) -> bool {
        self.units_in_common(other) <= 1
    }
}

/// What the receiver read on each grid: the tanh of half the log-odds, cell by cell.
pub type Readings = [Vec<Column>];

/// The best segments under a pattern, the best first, no two alike. `share` is the part of the
/// cells that the pattern has signs for; `eligible` limits the units.
pub fn segments(
    readings: &Readings,
    pattern: &[Column],
    share: f32,
    most: usize,
    free: &[bool],
) -> Vec<Segment> {
    let steps = readings.len();
    let mut all = Vec::with_capacity(steps * PERIOD);
    for (step, columns) in readings.iter().enumerate() {
        let units = columns.len().div_ceil(UNIT);
        let mut sums = vec![0f32; PERIOD * units];
        let mut energy = vec![0f32; units];
        for (unit, columns) in columns.chunks(UNIT).enumerate() {
            let at = unit * UNIT;
            if !free.get(unit).copied().unwrap_or(true) {
                continue;
            }
            for (t, column) in columns.iter().enumerate() {
                if let Some(energy) = energy.get_mut(unit) {
                    *energy += share * dot(column, column);
                }
                let turned = pattern.iter().cycle().skip((at + t) % PERIOD);
                let row = sums.iter_mut().skip(unit).step_by(units);
                row.zip(turned).for_each(|(sum, signs)| *sum += dot(column, signs));
            }
        }
        for (shift, sums) in sums.chunks_exact(units.max(1)).enumerate() {
            all.extend(best_interval(sums, &energy).map(|(from, to, z)| Segment {
                step,
                shift,
                from,
                to,
                z,
            }));
        }
    }
    all.sort_by(|a, b| b.z.total_cmp(&a.z));
    let mut chosen: Vec<Segment> = Vec::with_capacity(most);
    for segment in all {
        if chosen.len() == most {
            break;
        }
        if !chosen.iter().any(|other| segment.is_like(other, steps)) {
            chosen.push(segment);
        }
    }
    chosen
}

/// The interval of units with the highest score.
fn best_interval(sums: &[f32], energy: &[f32]) -> Option<(usize, usize, f32)> {
    let mut best: Option<(usize, usize, f32)> = None;
    for from in 0..sums.len() {
        let (mut sum, mut total) = (0.0, 0.0);
        let rest = sums.iter().zip(energy).enumerate().skip(from);
        for (unit, (s, e)) in rest {
            sum += s;
            total += e;
            let z = if total > 0.0 { sum / total.sqrt() } else { 0.0 };
            if z > best.map_or(0.0, |(_, _, z)| z) {
                best = Some((from, unit + 1, z));
            }
        }
    }
    best
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
    use crate::watermark::chips::{Chips, PILOT_SHARE};

    fn passage(chips: &Chips, start: usize, columns: usize) -> Vec<Column> {
        (0..columns).map(|t| chips.signs()[(start + t) % PERIOD]).collect()
    }

    #[test]
    fn a_passage_is_found_at_its_place_and_step() {
        let chips = Chips::new(&Key::from_bytes(&[5; 32]).unwrap());
        let nothing = vec![[0.1; 32]; 60];
        let readings = [nothing.clone(), passage(&chips, 351, 60), nothing];
        let found = segments(&readings, &chips.pilots(), PILOT_SHARE, 3, &[]);
        let best = found[0];
        assert_eq!((best.step, best.shift, best.from, best.to), (1, 351, 0, 6));
        assert!(best.z > 15.0 && found[1].z < 6.0);
    }

    #[test]
    fn both_sides_of_a_cut_are_found_at_their_own_places() {
        let chips = Chips::new(&Key::from_bytes(&[6; 32]).unwrap());
        let mut columns = passage(&chips, 10, 60);
        columns.extend(passage(&chips, 200, 60));
        let found = segments(&[columns], chips.signs(), 1.0, 2, &[]);
        let mut places: Vec<_> = found.iter().map(|s| (s.shift, s.from, s.to)).collect();
        places.sort_unstable();
        assert_eq!(places, [(10, 0, 6), (140, 6, 12)]);
        assert!(found[0].can_follow(&found[1]));
    }
}
