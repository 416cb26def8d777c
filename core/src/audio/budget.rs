//! How much audio an utterance may still be: counted to the sample while it streams.

use super::Format;

/// What is left of an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    most: u64,
    spent: u64,
}

/// The audio would be longer than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the audio would have {frames} frames: accepted are up to {most}")]
pub struct OverBudget {
    /// Frames that it would have.
    pub frames: u64,
    /// Most frames.
    pub most: u64,
}

impl Budget {
    /// So many seconds of a format; a part of a frame does not count.
    pub fn new(seconds: f64, format: Format) -> Self {
        let frames = (seconds * f64::from(format.rate())).floor();
        // A negative or unknown number of seconds becomes no budget, an infinite one the largest there is.
        Self { most: frames as u64, spent: 0 }
    }

    /// Spends frames, all of them or none.
    pub fn spend(&mut self, frames: usize) -> Result<(), OverBudget> {
        let spent = self.spent.saturating_add(frames as u64);
        if spent > self.most {
            return Err(OverBudget { frames: spent, most: self.most });
        }
        self.spent = spent;
        Ok(())
    }

    /// Frames that may still come.
    pub fn left(&self) -> u64 {
        self.most - self.spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sample_passes_and_the_next_does_not_however_they_are_cut() {
        for chunk in [1, 7, 480, 8_000] {
            let mut budget = Budget::new(1.5, Format::new(8_000, 2).unwrap());
            let mut frames = 0;
            while budget.left() > 0 {
                let next = chunk.min(budget.left() as usize);
                budget.spend(next).unwrap();
                frames += next;
            }
            assert_eq!(frames, 12_000);
            assert_eq!(budget.spend(1), Err(OverBudget { frames: 12_001, most: 12_000 }));
            assert_eq!(budget.spend(0), Ok(()));
        }
        assert!(Budget::new(f64::NAN, Format::new(8_000, 1).unwrap()).spend(1).is_err());
    }
}
