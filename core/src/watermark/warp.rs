//! How time and frequency of a recording may differ from those of the marked audio.
//!
//! Audio that was played faster, stretched or moved in pitch has its cells elsewhere. Warps lie on a raster, so that they
//! can be counted: durations 0.25 % apart, frequencies 0.5 %.

/// Logarithm of the ratio of two neighbouring durations.
const TIME_STEP: f64 = 0.0025;
/// Logarithm of the ratio of two neighbouring frequencies.
const PITCH_STEP: f64 = 0.005;

/// A place on the raster of durations and frequencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Warp {
    time: i16,
    pitch: i16,
}

/// Which warps are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// None.
    Still,
    /// Speed of 0.8 to 1.2, pitch of -4 to 4 semitones, or tempo of 0.8 to 1.25: one of them.
    Lines,
    /// Durations and frequencies of 0.72 to 1.39 and 0.81 to 1.23, in any mix.
    Plane,
}

impl Warp {
    /// Nothing was changed.
    pub const NONE: Self = Self { time: 0, pitch: 0 };

    /// Duration now over duration then.
    pub fn time(self) -> f64 {
        (f64::from(self.time) * TIME_STEP).exp()
    }

    /// Frequency now over frequency then.
    pub fn pitch(self) -> f64 {
        (f64::from(self.pitch) * PITCH_STEP).exp()
    }

    /// Its row of the raster's frequencies.
    pub fn row(self) -> i16 {
        self.pitch
    }

    /// Whether the two are neighbours in a search: what fits the one partly fits the other.
    pub fn is_near(self, other: Self) -> bool {
        (self.time - other.time).abs() <= 6 && (self.pitch - other.pitch).abs() <= 6
    }

    /// The warps around this one that a coarse search leaves out, itself included.
    pub fn neighbours(self) -> impl Iterator<Item = Self> {
        let pitches = [0, -2, 2].into_iter();
        pitches.flat_map(move |pitch| {
            [0, -1, 1, -2, 2].map(|time| Self { time: self.time + time, pitch: self.pitch + pitch })
        })
    }

    /// The same pitch at slightly other durations, itself included.
    pub fn drifts(self) -> impl Iterator<Item = Self> {
        [0, -1, 1].into_iter().map(move |time| Self { time: self.time + time, ..self })
    }
}

impl Reach {
    /// The warps at which a coarse search looks, [`Warp::NONE`] left out.
    pub fn warps(self) -> Vec<Warp> {
        let warp = |time: i16, pitch: i16| Warp { time, pitch };
        let all: Vec<Warp> = match self {
            Self::Still => vec![],
            Self::Lines => {
                let speeds = (-23..=19).map(|k| warp(-4 * k, 2 * k));
                let tempi = (-23..=23).map(|k| warp(4 * k, 0));
                let pitches = (-12..=12).map(|k| warp(0, 4 * k));
                speeds.chain(tempi).chain(pitches).collect()
            }
            Self::Plane => {
                (-8..=8).flat_map(|pitch| (-33..=33).map(move |time| warp(4 * time, 5 * pitch))).collect()
            }
        };
        all.into_iter().filter(|warp| *warp != Warp::NONE).collect()
    }

    /// Natural logarithm of a bound on the number of warps that a search of this reach could end at, neighbours included.
    pub fn ln_warps(self) -> f64 {
        match self {
            Self::Still => 0.0,
            Self::Lines => (self.warps().len() as f64 * 5.0 * 3.0).ln(),
            Self::Plane => (269.0 * 85.0f64).ln(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_search_ends_at_no_more_warps_than_are_counted() {
        for reach in [Reach::Lines, Reach::Plane] {
            let ends: HashSet<Warp> = reach.warps().into_iter().flat_map(Warp::neighbours).collect();
            let ends: HashSet<Warp> = ends.into_iter().flat_map(Warp::drifts).collect();
            assert!((ends.len() as f64).ln() <= reach.ln_warps(), "{reach:?}: {}", ends.len());
        }
    }

    #[test]
    fn lines_reach_what_they_promise() {
        let warps = Reach::Lines.warps();
        let near = |time: f64, pitch: f64| {
            warps.iter().any(|w| {
                (w.time().ln() - time.ln()).abs() <= 0.0051 && (w.pitch().ln() - pitch.ln()).abs() <= 0.0101
            })
        };
        for speed in [0.8, 0.95, 1.03, 1.2] {
            assert!(near(1.0 / speed, speed), "speed {speed}");
        }
        for tempo in [0.8, 0.9, 1.1, 1.25] {
            assert!(near(1.0 / tempo, 1.0), "tempo {tempo}");
        }
        for semitones in [-4.0f64, -0.7, 1.0, 4.0] {
            assert!(near(1.0, (semitones / 12.0).exp2()), "{semitones} semitones");
        }
    }
}
