//! What the networks read of a passage, at one warp and one phase of the grid.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::chips::Column;
use super::grid::{Bands, STEPS, Spectra};
use super::receiver::Receiver;
use super::warp::Warp;

/// Pitches of which the bands are kept beside those of unwarped grids.
const MOST_ROWS: usize = 2;

/// A grid laid over a passage: its warp, and the step at which its first column begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Grid {
    /// How its cells lie.
    pub warp: Warp,
    /// Steps of 8 ms before column 0: fewer than a cell has.
    pub phase: u8,
}

impl Grid {
    /// Phases that any grid may have: a cell of the longest warp has nine steps.
    pub const PHASES: usize = 9;

    /// The moment at which a column begins, in steps.
    pub fn step(self, column: usize) -> f64 {
        f64::from(self.phase) + column as f64 * STEPS as f64 * self.warp.time()
    }

    /// The grid of another warp of which a column begins as near as can be to where `column` of this one does, and
    /// that column.
    pub fn warped(self, column: usize, warp: Warp) -> (Self, usize) {
        let length = STEPS as f64 * warp.time();
        let step = self.step(column);
        let other = (step / length) as usize;
        let phase = (step - other as f64 * length).round();
        (Self { warp, phase: phase as u8 }, other)
    }
}

/// What the receiver read.
pub struct Reading {
    /// Log-odds that each cell was raised.
    pub odds: Vec<Column>,
    /// The tanh of half the log-odds: the expected sign.
    pub soft: Vec<Column>,
}

/// A passage of a recording, read on whatever grids are asked for. Each is read once.
pub struct Sheet<'a> {
    receiver: &'a Receiver,
    steps: usize,
    spectra: Spectra,
    bands: HashMap<i16, Rc<Bands>>,
    readings: HashMap<Grid, Rc<Reading>>,
    /// What the scout expects of whole grids.
    scouted: HashMap<Grid, Rc<Vec<Column>>>,
}

impl<'a> Sheet<'a> {
    /// A passage with these powers.
    pub fn new(receiver: &'a Receiver, spectra: Spectra) -> Self {
        Self {
            receiver,
            steps: spectra.steps(),
            spectra,
            bands: HashMap::new(),
            readings: HashMap::new(),
            scouted: HashMap::new(),
        }
    }

    /// A passage of which only unwarped grids are read: it does without the powers, which take most room.
    pub fn unwarped(receiver: &'a Receiver, bands: Bands) -> Self {
        let steps = bands.steps().len();
        let bands = HashMap::from([(Warp::NONE.row(), Rc::new(bands))]);
        Self { steps, bands, ..Self::new(receiver, Spectra::default()) }
    }

    /// Steps of the passage.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Forgets the readings of warped grids, which are many.
    pub fn forget_warped(&mut self) {
        self.readings.retain(|grid, _| grid.warp == Warp::NONE);
        self.bands.retain(|row, _| *row == Warp::NONE.row());
    }

    /// The bands of a warp, at these steps at least. Those of few steps are cheap, and warps are many.
    fn bands(&mut self, warp: Warp, steps: Range<usize>) -> Rc<Bands> {
        let steps = steps.start.min(self.steps())..steps.end.min(self.steps());
        let known = self.bands.get(&warp.row());
        let wanted = known.map_or(steps.clone(), |bands| {
            let known = bands.steps();
            known.start.min(steps.start)..known.end.max(steps.end)
        });
        if let Some(bands) = known.filter(|bands| bands.steps() == wanted) {
            return Rc::clone(bands);
        }
        let bands = Rc::new(self.spectra.bands(warp.pitch(), wanted));
        // Those of one pitch are asked for in a row.
        if self.bands.len() > MOST_ROWS {
            self.bands.retain(|row, _| *row == Warp::NONE.row());
        }
        self.bands.insert(warp.row(), Rc::clone(&bands));
        bands
    }

    /// What the receiver reads on a grid.
    pub fn read(&mut self, grid: Grid) -> Rc<Reading> {
        if let Some(reading) = self.readings.get(&grid) {
            return Rc::clone(reading);
        }
        let odds = self.receiver.log_odds(&self.levels(grid, 0..usize::MAX));
        let soft = odds.iter().map(|column| column.map(expected_sign)).collect();
        let reading = Rc::new(Reading { odds, soft });
        self.readings.insert(grid, Rc::clone(&reading));
        reading
    }

    /// What the scout expects of a whole grid. It is kept: other keys, and other sides of a cut, are sought on the same.
    pub fn scout_whole(&mut self, grid: Grid) -> Rc<Vec<Column>> {
        if let Some(soft) = self.scouted.get(&grid) {
            return Rc::clone(soft);
        }
        let soft = Rc::new(self.scout(grid, 0..usize::MAX));
        self.scouted.insert(grid, Rc::clone(&soft));
        soft
    }

    /// What the scout expects of some columns of a grid.
    pub fn scout(&mut self, grid: Grid, columns: Range<usize>) -> Vec<Column> {
        let odds = self.receiver.scout(&self.levels(grid, columns));
        odds.iter().map(|column| column.map(expected_sign)).collect()
    }

    /// What the receiver expects of some columns of a grid, as if there were no others.
    pub fn read_columns(&mut self, grid: Grid, columns: Range<usize>) -> Vec<Column> {
        let odds = self.receiver.log_odds(&self.levels(grid, columns));
        odds.iter().map(|column| column.map(expected_sign)).collect()
    }

    fn levels(&mut self, grid: Grid, columns: Range<usize>) -> Vec<Column> {
        let (time, phase) = (grid.warp.time(), f64::from(grid.phase));
        let step = |column: usize| phase + column as f64 * STEPS as f64 * time;
        // Between two steps both are needed.
        let bands = self
            .bands(grid.warp, step(columns.start) as usize..(step(columns.end) as usize).saturating_add(2));
        bands.levels(time, phase, columns.start..columns.end.min(bands.columns(time, phase)))
    }

    /// The steps of the `most` steps in a row in which most happens: where it is worth looking first.
    pub fn liveliest(&self, most: usize) -> Range<usize> {
        let powers: Vec<f32> = self.spectra.iter().map(|powers| powers.iter().sum::<f32>()).collect();
        let mean = powers.iter().sum::<f32>() / powers.len().max(1) as f32;
        let live: Vec<usize> = powers.iter().map(|power| usize::from(*power > 0.03 * mean)).collect();
        let most = most.min(live.len());
        let mut count: usize = live.iter().take(most).sum();
        let mut best = (count, 0);
        for (index, (leaves, enters)) in live.iter().zip(live.iter().skip(most)).enumerate() {
            count = count + enters - leaves;
            if count > best.0 {
                best = (count, index + 1);
            }
        }
        best.1..best.1 + most
    }
}

/// tanh of half the log-odds, to 1e-3: the library's does not vectorise.
fn expected_sign(odds: f32) -> f32 {
    // A continued fraction of tanh, cut off where it would leave -1 to 1.
    let x = (0.5 * odds).clamp(-4.97, 4.97);
    let square = x * x;
    let over = x * (135_135.0 + square * (17_325.0 + square * (378.0 + square)));
    over / (135_135.0 + square * (62_370.0 + square * (3_150.0 + square * 28.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_sign_is_a_hyperbolic_tangent() {
        for odds in [-8.0f32, -3.0, -0.5, 0.0, 0.1, 1.0, 5.0, 8.0, 9.9] {
            assert!((expected_sign(odds) - (0.5 * odds).tanh()).abs() < 1e-3, "{odds}");
        }
    }

    #[test]
    fn a_warped_grid_has_a_column_where_the_other_had_it() {
        let warp = Warp::NONE.neighbours().nth(3).unwrap();
        for column in [0, 7, 100, 1_000] {
            let grid = Grid { warp: Warp::NONE, phase: 3 };
            let (other, at) = grid.warped(column, warp);
            assert!((other.step(at) - grid.step(column)).abs() <= 0.5);
            assert!(usize::from(other.phase) < Grid::PHASES);
        }
    }
}
