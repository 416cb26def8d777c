//! Which known id a short clip carries, when the clip is too short for its payload to be decoded.
//!
//! The decoder looks for any of 2^32 ids and needs the check to agree. Who has a ledger knows which ids
//! were ever used: perhaps a million. So the detector's soft bits are held against the codewords of those ids
//! whose chips they were read with, and the best one is told, with what chance alone would do.
//!
//! **The score** of an id is `z = sum(c_i s_i) / sqrt(sum(s_i^2))`, with the soft bits `s` (log-odds) and
//! the codeword `c` (+1, -1).
//!
//! **The p-value.** In audio that does not carry this key's mark, the signs of the soft bits are
//! independent and fair, whatever their sizes: a soft bit is a sum over cells each multiplied by a keyed
//! chip, and no two bits share cells; place and chips were chosen by pilots and by the sizes of the bits, which
//! say nothing of their signs. So z is a normalised sum of Rademacher variables for every id, and
//! the bounds of [`chance`](crate::watermark) hold for it exactly. For the best of `n` ids the bound is
//! `n` times as large (Bonferroni). That is the chance that unmarked audio scores as high with any known id.
//!
//! **The posterior** answers the other question, which of the known ids it is: under the prior that each
//! is as likely, and that it is one of them. It is high only where the best is far ahead of the second.
//!
//! Cost: the code is linear, so a codeword is four table lookups and three exclusive ors, and its score one
//! table lookup for each eight bits of it. A million ids take tens of milliseconds.

use serde::Serialize;

use crate::id::MarkId;
use crate::watermark::{codeword, ln_tail, p_value};

/// Bytes of a codeword, its last one filled up.
const CODE_BYTES: usize = codeword_bytes();
/// Most of a p-value for an id to be told as found.
pub const LOOKUP_P_VALUE: f64 = 1e-3;
/// Least posterior for an id to be told as found.
pub const LOOKUP_POSTERIOR: f64 = 0.99;

const fn codeword_bytes() -> usize {
    crate::watermark::CODE_BITS.div_ceil(8)
}

/// The best of the known ids.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Match {
    /// Whether this is an answer: the p-value at most [`LOOKUP_P_VALUE`] and the posterior at least
    /// [`LOOKUP_POSTERIOR`].
    pub found: bool,
    /// The id.
    pub mark: MarkId,
    /// Its score, in standard deviations of what chance gives.
    pub score: f64,
    /// Bound on the probability that audio without a mark of this key scores as high with any known id.
    pub p_value: f64,
    /// Probability of this id, if it is one of those known.
    pub posterior: f64,
    /// How many ids were compared.
    pub compared: u64,
}

/// Known ids, compared with the soft bits of one detection.
pub struct Lookup {
    /// For each byte of an id, the code bits that it turns; the first holds those of id 0 too.
    rows: [[[u8; CODE_BYTES]; 256]; 4],
    /// For each byte of a codeword, the part of the correlation that its eight bits are.
    parts: Vec<[f32; 256]>,
    norm: f64,
    /// The lowest eight bits of the ids that are compared.
    chips: u8,
    best: Option<(MarkId, f32)>,
    /// Sum over all ids of exp(correlation - that of the best).
    weight: f64,
    compared: u64,
}

impl Lookup {
    /// A comparison with these soft bits: the log-odds of each code bit of one detection, positive for a
    /// 0 bit. They were read with one set of chips, so only ids whose lowest eight bits are `chips` can have made them: others
    /// are passed over. `None` when there are not as many as a codeword has, or when they say nothing.
    pub fn new(soft: &[f32], chips: u8) -> Option<Self> {
        if soft.len() != crate::watermark::CODE_BITS || !soft.iter().all(|bit| bit.is_finite()) {
            return None;
        }
        let norm = soft.iter().map(|bit| f64::from(*bit).powi(2)).sum::<f64>().sqrt();
        if norm <= 0.0 {
            return None;
        }
        let mut parts = vec![[0.0; 256]; CODE_BYTES];
        for (part, soft) in parts.iter_mut().zip(soft.chunks(8)) {
            for (value, sum) in part.iter_mut().enumerate() {
                let signed = |(at, bit): (usize, &f32)| if value >> at & 1 == 0 { *bit } else { -*bit };
                *sum = soft.iter().enumerate().map(signed).sum();
            }
        }
        Some(Self { rows: rows(), parts, norm, chips, best: None, weight: 0.0, compared: 0 })
    }

    /// Compares with one more id, if its chips are those that were read.
    pub fn compare(&mut self, mark: MarkId) {
        // Soft bits are of the usual scheme, ids of 32 bits.
        let Some([a, b, c, d]) = mark.narrow().map(u32::to_le_bytes).filter(|[a, ..]| *a == self.chips)
        else {
            return;
        };
        let [first, second, third, fourth] = &self.rows;
        let (Some(a), Some(b), Some(c), Some(d)) = (
            first.get(usize::from(a)),
            second.get(usize::from(b)),
            third.get(usize::from(c)),
            fourth.get(usize::from(d)),
        ) else {
            return;
        };
        let mut sum = 0.0;
        for ((((part, a), b), c), d) in self.parts.iter().zip(a).zip(b).zip(c).zip(d) {
            sum += part.get(usize::from(a ^ b ^ c ^ d)).copied().unwrap_or_default();
        }
        self.compared += 1;
        // Log-odds: an id that agrees by one unit more of correlation is e times as likely.
        let best = self.best.map_or(f64::NEG_INFINITY, |(_, best)| f64::from(best));
        let ahead = f64::from(sum) - best;
        if ahead > 0.0 {
            self.weight = self.weight * (-ahead).exp() + 1.0;
            self.best = Some((mark, sum));
        } else {
            self.weight += ahead.exp();
        }
    }

    /// The best id, if any was compared.
    pub fn finish(&self) -> Option<Match> {
        let (mark, sum) = self.best?;
        let score = f64::from(sum) / self.norm;
        let p_value = p_value(ln_tail(score) + (self.compared as f64).ln());
        let posterior = 1.0 / self.weight;
        let found = p_value <= LOOKUP_P_VALUE && posterior >= LOOKUP_POSTERIOR;
        Some(Match { found, mark, score, p_value, posterior, compared: self.compared })
    }
}

/// The code is linear but for a constant: a codeword is that of id 0 and the rows of the bits that are set.
fn rows() -> [[[u8; CODE_BYTES]; 256]; 4] {
    let zero = bits(0);
    let mut rows = [[[0; CODE_BYTES]; 256]; 4];
    for (place, table) in rows.iter_mut().enumerate() {
        for (value, row) in table.iter_mut().enumerate() {
            let word = bits((value as u32) << (8 * place));
            // The constant is in the first table alone.
            let constant = if place == 0 { [0; CODE_BYTES] } else { zero };
            row.iter_mut().zip(word).zip(constant).for_each(|((out, word), zero)| *out = word ^ zero);
        }
    }
    rows
}

/// A codeword as bits: 1 where the sign is negative.
fn bits(id: u32) -> [u8; CODE_BYTES] {
    let mut bytes = [0; CODE_BYTES];
    let word = codeword(MarkId::new(id.into()));
    for (byte, signs) in bytes.iter_mut().zip(word.chunks(8)) {
        *byte = signs.iter().enumerate().map(|(at, sign)| u8::from(*sign < 0.0) << at).sum();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watermark::CODE_BITS;

    /// Uniform bits from a fixed seed (SplitMix64), and normal deviates of them.
    struct Draw(u64);

    impl Draw {
        fn bits(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ z >> 31
        }

        fn normal(&mut self) -> f32 {
            let uniform = |bits: u64| (bits >> 11) as f64 / (1u64 << 53) as f64 + 1e-17;
            let (a, b) = (uniform(self.bits()), uniform(self.bits()));
            ((-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()) as f32
        }

        /// Log-odds of a codeword received at this score, as a detector with the right model gives them.
        fn received(&mut self, id: MarkId, z: f32) -> Vec<f32> {
            let amplitude = z / (CODE_BITS as f32).sqrt();
            codeword(id).iter().map(|bit| amplitude * (bit * amplitude + self.normal())).collect()
        }
    }

    fn look(soft: &[f32], ids: impl IntoIterator<Item = u32>) -> Match {
        let mut lookup = Lookup::new(soft, 7).unwrap();
        ids.into_iter().for_each(|id| lookup.compare(MarkId::new(id.into())));
        lookup.finish().unwrap()
    }

    #[test]
    fn the_tables_score_as_the_codewords_do() {
        let mut draw = Draw(1);
        let soft: Vec<f32> = (0..CODE_BITS).map(|_| draw.normal()).collect();
        let norm = soft.iter().map(|bit| bit * bit).sum::<f32>().sqrt();
        for id in (0..200).map(|_| draw.bits() as u32 & !255 | 7).chain([7, 0x107, !255 | 7]) {
            let direct: f32 = codeword(MarkId::new(id.into())).iter().zip(&soft).map(|(c, s)| c * s).sum();
            let found = look(&soft, [id]);
            assert!((found.score - f64::from(direct / norm)).abs() < 1e-4, "{id:08x}");
        }
    }

    #[test]
    fn a_clip_too_short_to_decode_leads_to_its_id_among_a_hundred_thousand() {
        let mut draw = Draw(2);
        let ids: Vec<u32> = (0..100_000).map(|_| draw.bits() as u32 & !255 | 7).collect();
        let (mut found, mut decoded) = (0, 0);
        for round in 0..20 {
            let truth = ids[round * 4999];
            let soft = draw.received(MarkId::new(truth.into()), 8.5);
            let best = look(&soft, ids.iter().copied());
            assert!(!best.found || best.mark.narrow() == Some(truth), "a wrong id was told as found");
            found += usize::from(best.found);
            decoded += usize::from(crate::watermark::decodes(&soft, 7));
        }
        assert!(found >= 14 && found > decoded, "found {found} of 20, decoded {decoded}");
    }

    #[test]
    fn the_p_value_holds_for_noise() {
        let mut draw = Draw(3);
        let ids: Vec<u32> = (0..2000).map(|_| draw.bits() as u32 & !255 | 7).collect();
        let rounds = 400;
        let mut values: Vec<f64> = (0..rounds)
            .map(|_| {
                // Sizes of soft bits as uneven as those of speech.
                let soft: Vec<f32> = (0..CODE_BITS).map(|_| draw.normal() * draw.normal().exp()).collect();
                look(&soft, ids.iter().copied()).p_value
            })
            .collect();
        values.sort_by(f64::total_cmp);
        for (rank, p) in values.iter().enumerate().filter(|(_, p)| **p < 1.0) {
            let share = (rank + 1) as f64 / f64::from(rounds);
            assert!(
                share <= p + 4.0 * (p / f64::from(rounds)).sqrt() + 1e-2,
                "{share} of noise has p <= {p}"
            );
        }
    }

    #[test]
    fn of_two_ids_that_cannot_be_told_apart_neither_is_found() {
        let mut soft = vec![0.0; CODE_BITS];
        let (one, other) = (codeword(MarkId::new(0x507)), codeword(MarkId::new(0x607)));
        // Only the bits that both ids share are heard.
        for (soft, (a, b)) in soft.iter_mut().zip(one.iter().zip(&other)) {
            *soft = if a == b { *a } else { 0.0 };
        }
        let best = look(&soft, [0x507, 0x607]);
        assert!(best.p_value < 1e-9 && (best.posterior - 0.5).abs() < 1e-6 && !best.found);
    }

    #[test]
    fn soft_bits_that_say_nothing_are_no_lookup() {
        assert!(Lookup::new(&[0.0; CODE_BITS], 7).is_none());
        assert!(Lookup::new(&[1.0; CODE_BITS - 1], 7).is_none());
        assert!(Lookup::new(&[f32::NAN; CODE_BITS], 7).is_none());
    }
}
