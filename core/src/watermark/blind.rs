//! Places that code cells alone tell of, for marks whose pilots are gone.
//!
//! Pilots are the same in all audio under a key: who gathers enough of it learns them, and may erase them. The copies of a
//! code bit agree under the right place and chips whatever the id (`agreement`), so a lively stretch is laid at
//! every place of the pattern under every set of chips. That is slow: effort thorough alone does it.

use super::agreement::Layers;
use super::candidates::Candidate;
use super::chips::PERIOD;
use super::grid::STEPS;
use super::passage::{Keyed, Passage};
use super::reading::Grid;
use super::search::{Segment, UNIT};
use super::warp::Warp;

/// Units that are laid everywhere: 2.4 s.
const LAID: usize = 5;
/// Phases that are tried: none is further than 12 ms from one of them.
const PHASES: [u8; 2] = [0, 3];
/// Deviations above chance from which a place is kept; of a million places and sets the best reaches 5 to 6 by chance.
const LEAST: f32 = 4.5;

impl Passage<'_> {
    /// The places of unwarped grids where code cells agree best, the best first.
    pub(super) fn blind(&mut self, key: &Keyed) -> Vec<Candidate> {
        let from = self.sheet.liveliest(LAID * UNIT * STEPS).start / (UNIT * STEPS);
        let mut found: Vec<Candidate> = Vec::new();
        for phase in PHASES {
            let grid = Grid { warp: Warp::NONE, phase };
            let reading = self.sheet.read(grid);
            for shift in 0..PERIOD {
                let segment = Segment { grid, shift, from, to: from + LAID, z: 0.0 };
                let surpluses = Layers::new(&reading.soft, &segment, &key.chips).surpluses(&key.chips);
                let best = surpluses.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
                found.extend(best.filter(|(_, z)| *z > LEAST).map(|(variant, z)| Candidate {
                    segment,
                    variant,
                    z,
                }));
            }
        }
        found.sort_by(|a, b| b.z.total_cmp(&a.z));
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::audio::Format;
    use crate::id::MarkId;
    use crate::key::Key;
    use crate::watermark::chips::Chips;
    use crate::watermark::embed::{Marker, Strength};
    use crate::watermark::scheme::Scheme;
    use crate::watermark::{Detector, Effort};

    #[test]
    fn a_mark_without_pilots_is_found_with_its_id_by_effort_thorough() {
        let (key, mark, format) =
            (Key::from_bytes(&[7; 32]).unwrap(), MarkId::new(0x0bad_cafe), Format::new(16_000, 1).unwrap());
        let mut state = 9u32;
        let noise: Vec<f32> = (0..16_000 * 8)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32 * 0.2
            })
            .collect();
        let chips = Chips::new(&key, Scheme::Id32).with_foreign_pilots();
        let mut marker = Marker::of_chips(&chips, mark, format, Strength::default());
        let mut marked = vec![0.0; noise.len()];
        let ready = marker.process_f32(&noise, &mut marked).unwrap();
        marker.flush_f32(&mut marked[ready..]).unwrap();
        let found =
            |effort| Detector::new(vec![key.clone()], effort).unwrap().detect_f32(&marked, format).unwrap();
        assert!(!found(Effort::Fast).found);
        assert_eq!(found(Effort::Thorough).mark, Some(mark));
    }
}
