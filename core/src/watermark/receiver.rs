//! The two trained networks: the receiver, and the scout that says where it should read.
//!
//! The receiver does 7,600 multiply-adds a cell: 10 million for a second of one grid. The scout does a 28th of
//! that and reads worse: enough to find the pilots among many warps of the grid.

use super::chips::Column;
use super::network::Network;

/// Little-endian f32, in the order in which [`Network::new`] takes them.
static RECEIVER: &[u8] = include_bytes!("receiver.bin");
static SCOUT: &[u8] = include_bytes!("scout.bin");

/// Reads cells.
pub struct Receiver {
    network: Network<16>,
    scout: Network<8>,
}

impl Receiver {
    /// The networks with the weights that the crate carries.
    pub fn new() -> Self {
        Self { network: Network::new(RECEIVER, 3), scout: Network::new(SCOUT, 0) }
    }

    /// Log-odds that each cell was raised, from levels in decibels (see [`super::grid::levels`]).
    pub fn log_odds(&self, levels: &[Column]) -> Vec<Column> {
        self.network.log_odds(levels)
    }

    /// As [`Receiver::log_odds`], at a 28th of the cost, and less sure.
    pub fn scout(&self, levels: &[Column]) -> Vec<Column> {
        self.scout.log_odds(levels)
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::BANDS;
    use super::*;

    /// What the training framework said to a grid: 16 columns of levels, then 16 of log-odds.
    static RECEIVER_VECTOR: &[u8] = include_bytes!("receiver_vector.bin");
    static SCOUT_VECTOR: &[u8] = include_bytes!("scout_vector.bin");

    #[test]
    fn inference_is_that_of_the_training_framework() {
        let weights = |channels: usize, depth: usize| {
            4 * (25 * channels + BANDS * channels + depth * (9 * channels + 1) * channels + 9 * channels + 1)
        };
        assert_eq!((RECEIVER.len(), SCOUT.len()), (weights(16, 3), weights(8, 0)));
        let receiver = Receiver::new();
        type Network<'a> = &'a dyn Fn(&[Column]) -> Vec<Column>;
        let networks: [(&[u8], Network<'_>); 2] = [
            (RECEIVER_VECTOR, &|levels| receiver.log_odds(levels)),
            (SCOUT_VECTOR, &|levels| receiver.scout(levels)),
        ];
        for (vector, network) in networks {
            let values: Vec<f32> = vector.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
            let (columns, _) = values.as_chunks::<BANDS>();
            let (levels, expected) = columns.split_at(16);
            let odds = network(levels);
            assert_eq!(odds.len(), expected.len());
            for (odds, expected) in odds.iter().flatten().zip(expected.iter().flatten()) {
                assert!((odds - expected.clamp(-8.0, 8.0)).abs() < 1e-4, "{odds} against {expected}");
            }
            assert!(expected.iter().flatten().any(|odds| odds.abs() > 0.5));
        }
    }

    #[test]
    fn a_column_far_away_changes_nothing() {
        let receiver = Receiver::new();
        let mut levels = vec![[-20.0; BANDS]; 30];
        let before = receiver.log_odds(&levels);
        levels[29] = [10.0; BANDS];
        let after = receiver.log_odds(&levels);
        assert_eq!(before[..23], after[..23]);
        assert_ne!(before[24], after[24]);
    }
}
