//! How likely a score is by chance: bounds that hold exactly, for any audio.
//!
//! The chips are independent fair signs for whoever does not know the key. Whatever the audio and
//! whatever the receiver made of it, the score z = sum(e chip) / sqrt(sum(e^2)) of audio that does not
//! carry this key's mark is a normalised sum of Rademacher variables over the choice of the key. For
//! those, with Q the upper tail of the normal distribution,
//!
//! - P(z >= x) <= exp(-x^2 / 2) (Hoeffding 1963);
//! - P(z >= x) <= 3.178 Q(x) (Bentkus and Dzindzalieta, *A tight Gaussian bound for weighted sums of
//!   Rademacher random variables*, Bernoulli 2015).
//!
//! Probabilities are kept as natural logarithms, which do not underflow.

/// ln of the constant of Bentkus and Dzindzalieta, rounded up.
const LN_CONSTANT: f64 = 1.156_3;

/// Natural logarithm of a bound on P(score >= z).
pub fn ln_tail(z: f64) -> f64 {
    if z.is_nan() || z <= 0.0 {
        return 0.0;
    }
    let hoeffding = -0.5 * z * z;
    if z < 2.0 {
        return hoeffding;
    }
    // Q(z) < phi(z)/z (1 - 1/z^2 + 3/z^4): the series alternates, so a cut after a plus is above it.
    let square = z * z;
    let series = (1.0 - 1.0 / square + 3.0 / (square * square)).ln();
    let normal = hoeffding - z.ln() - 0.5 * std::f64::consts::TAU.ln() + series;
    hoeffding.min(normal + LN_CONSTANT)
}

/// The p-value of ln p: at most 1, and never printed as zero.
pub fn p_value(ln_p: f64) -> f64 {
    ln_p.min(0.0).exp().max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_above_the_normal_tail_and_near_it() {
        // scipy.stats.norm.logsf
        for (z, exact) in [(2.0, -3.783), (4.0, -10.360), (6.0, -20.737), (10.0, -53.231), (30.0, -454.321)] {
            let bound = ln_tail(z);
            assert!(bound > exact && bound < exact + 1.8, "{z}: {bound} against {exact}");
        }
    }

    #[test]
    fn no_score_and_no_number_are_no_evidence() {
        for z in [0.0, -3.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(ln_tail(z), 0.0);
        }
        assert_eq!(p_value(3.0), 1.0);
        assert!(p_value(-1e9) > 0.0);
    }

    #[test]
    fn the_bound_holds_for_few_signs_counted_out() {
        // All 2^12 sign patterns of uneven weights.
        let weights: Vec<f64> = (1..=12).map(|n| 1.0 / f64::from(n)).collect();
        let norm = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
        let mut sums: Vec<f64> = (0..1u32 << 12)
            .map(|bits| {
                weights
                    .iter()
                    .enumerate()
                    .map(|(i, w)| if bits >> i & 1 == 1 { *w } else { -*w })
                    .sum::<f64>()
                    / norm
            })
            .collect();
        sums.sort_by(|a, b| b.total_cmp(a));
        for (rank, z) in sums.iter().enumerate() {
            let share = (rank + 1) as f64 / sums.len() as f64;
            assert!(share.ln() <= ln_tail(*z) + 1e-9, "{share} at {z}");
        }
    }
}
