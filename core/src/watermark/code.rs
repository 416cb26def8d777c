//! The payload: the coded bits of an id and a check of 12, as three times as many code bits, and back from soft values.
//!
//! The code is the tail-biting convolutional code of rate 1/3 and memory 8 with generators 557, 663,
//! 711 (octal; Lin and Costello, *Error Control Coding*, table of optimum rate 1/3 codes). Tail-biting
//! spends no bits on termination. It is decoded by one Viterbi pass for each of the 256 start states,
//! which gives the best codeword and, for free, a list of 255 runners-up; the best whose check agrees is
//! the answer (see: "list decoding of tail-biting convolutional codes with CRC").
//!
//! Cost: 256 x 256 add-compare-selects for each message bit, 36 of them for an id of 32 bits, were all start states decoded.
//! Bounds on groups of them come first, and most groups are left out.
#![allow(clippy::indexing_slicing)] // Indices are states, steps and lanes: constants, never input.

use pulp::{Simd, WithSimd};

/// Bits of the check.
const CHECK_BITS: usize = 12;

const MEMORY: usize = 8;
const STATES: usize = 1 << MEMORY;
/// Octal, as such codes are always written. All have their first and last tap, so the two branches
/// into a state carry opposite bits: the decoder uses that.
const GENERATORS: [u16; 3] = [0o557, 0o663, 0o711];
/// x^12 + x^11 + x^3 + x^2 + x + 1.
const CHECK_POLYNOMIAL: u16 = 0x80f;
/// Not zero, so that id 0 has a check of its own.
const CHECK_START: u16 = 0xa5c;
/// Groups of start states, and states in each: those of equal remainder. A group is decoded side by side, so that the
/// compiler vectorises across it.
const GROUPS: usize = 16;
/// The gain of a path that is not allowed.
const NOWHERE: f32 = -1e30;
/// How deep in the list a codeword may stand. Each place costs 2^-12 of wrong ids among failures.
const LIST: usize = 4;

/// The code for payloads of some length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Bits that are encoded: payload and check.
    message: usize,
}

/// A decoded codeword.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decoded {
    /// The payload, whose check agrees.
    pub payload: u64,
    /// How many better codewords were passed over because their check did not agree.
    pub rank: usize,
}

impl Code {
    /// The code for payloads of 8 to 56 bits.
    pub fn new(payload: usize) -> Self {
        Self { message: payload.clamp(MEMORY, 56) + CHECK_BITS }
    }

    /// Bits of a codeword.
    pub fn bits(self) -> usize {
        3 * self.message
    }

    /// The codeword of a payload: each bit as +1 (zero) or -1 (one). `salt` is checked too, but not carried: who decodes
    /// under another finds that the check does not agree.
    pub fn encode(self, payload: u64, salt: u8) -> Vec<f32> {
        let message = self.message(payload, salt);
        let mut state = message as usize % STATES;
        let mut word = Vec::with_capacity(self.bits());
        for step in 0..self.message {
            let register = state << 1 | (message >> (self.message - 1 - step) & 1) as usize;
            word.extend(GENERATORS.map(|generator| sign(register, generator)));
            state = register % STATES;
        }
        word
    }

    /// The payload whose codeword correlates best with the soft values (positive: bit 0), among the list's
    /// first few; `None` when no check agrees.
    pub fn decode(self, soft: &[f32], salt: u8) -> Option<Decoded> {
        let payload = |path: &Path| (path.message >> CHECK_BITS) as u64;
        let agrees = |path: &Path| path.message == self.message(payload(path), salt);
        let gains = self.gains(soft);
        // Start states whose codewords may be the best come first: those of the others can mostly be left out.
        let mut groups: Vec<(usize, f32)> = self.bounds(&gains).into_iter().enumerate().collect();
        groups.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut list: Vec<Path> = Vec::with_capacity(STATES);
        let mut bounds = groups.iter().skip(1).map(|(_, bound)| *bound);
        for (group, _) in &groups {
            list.extend(self.codewords(&gains, *group));
            list.sort_by(|a, b| b.metric.total_cmp(&a.metric).then(a.start.cmp(&b.start)));
            list.truncate(LIST);
            // Nothing that is left out can stand before these.
            let next = bounds.next().unwrap_or(f32::NEG_INFINITY);
            let settled = list.iter().take_while(|path| path.metric > next);
            if let Some((rank, path)) = settled.clone().enumerate().find(|(_, path)| agrees(path)) {
                return Some(Decoded { payload: payload(path), rank });
            }
            if settled.count() == LIST {
                return None;
            }
        }
        None
    }

    /// A bound on the correlation of any codeword with the soft values, at a 256th of the cost of decoding: that of the best
    /// path through the code, wherever it begins and ends.
    pub fn bound(self, soft: &[f32]) -> f32 {
        struct Bound<'a>(Code, &'a [f32]);
        impl WithSimd for Bound<'_> {
            type Output = f32;
            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) -> f32 {
                let (mut now, mut next) = ([0f32; STATES], [0f32; STATES]);
                for gains in self.0.gains(self.1) {
                    for half in 0..STATES / 2 {
                        let (low, high) = (now[half], now[half + STATES / 2]);
                        let (even, odd) = (gains[2 * half], gains[2 * half + 1]);
                        next[2 * half] = f32::max(low + even, high - even);
                        next[2 * half + 1] = f32::max(low + odd, high - odd);
                    }
                    std::mem::swap(&mut now, &mut next);
                }
                now.iter().copied().fold(f32::MIN, f32::max)
            }
        }
        pulp::Arch::new().dispatch(Bound(self, soft))
    }

    /// For each bit of the message, the gain of entering each state from its lower predecessor; from the upper one it is the
    /// opposite.
    #[inline(always)]
    fn gains(self, soft: &[f32]) -> Vec<[f32; STATES]> {
        let mut gains = vec![[0f32; STATES]; self.message];
        for (gains, soft) in gains.iter_mut().zip(soft.as_chunks::<3>().0) {
            let sums: [f32; 8] = std::array::from_fn(|signs| {
                let value = |(at, soft): (usize, &f32)| if signs >> at & 1 == 0 { *soft } else { -soft };
                soft.iter().enumerate().map(value).sum()
            });
            gains.iter_mut().zip(&SIGNS).for_each(|(gain, signs)| *gain = sums[usize::from(*signs) % 8]);
        }
        gains
    }

    fn message(self, payload: u64, salt: u8) -> u128 {
        u128::from(payload) << CHECK_BITS | u128::from(self.check(payload, salt))
    }

    fn check(self, payload: u64, salt: u8) -> u16 {
        let bits = self.message - CHECK_BITS;
        let mut register = CHECK_START;
        let salt = (0..8).map(|bit| u64::from(salt) >> bit);
        for bit in salt.chain((0..bits).rev().map(|bit| payload >> bit)) {
            let feedback = (register >> (CHECK_BITS - 1) & 1) ^ (bit & 1) as u16;
            register = (register << 1 & 0xfff) ^ if feedback == 1 { CHECK_POLYNOMIAL } else { 0 };
        }
        register
    }

    /// For each group of start states, a bound on the metric of its codewords: that of the best path that begins and ends
    /// in the group.
    fn bounds(self, gains: &[[f32; STATES]]) -> [f32; GROUPS] {
        let mut start = vec![[NOWHERE; GROUPS]; STATES];
        start.iter_mut().enumerate().for_each(|(state, groups)| groups[state % GROUPS] = 0.0);
        let ends = self.pass(gains, start, None);
        std::array::from_fn(|group| {
            let ends = ends.iter().skip(group).step_by(GROUPS);
            ends.map(|groups| groups[group]).fold(f32::NEG_INFINITY, f32::max)
        })
    }

    /// The best codeword for each start state of a group.
    fn codewords(self, gains: &[[f32; STATES]], group: usize) -> [Path; GROUPS] {
        let of_lane = |lane: usize| lane * GROUPS + group;
        let mut start = vec![[NOWHERE; GROUPS]; STATES];
        (0..GROUPS).for_each(|lane| start[of_lane(lane)][lane] = 0.0);
        let mut decisions = vec![[[0u8; GROUPS]; STATES]; self.message];
        let ends = self.pass(gains, start, Some(&mut decisions));
        std::array::from_fn(|lane| {
            let start = of_lane(lane);
            let (mut state, mut message) = (start, 0u128);
            for (step, decisions) in decisions.iter().enumerate().rev() {
                message |= (state as u128 & 1) << (self.message - 1 - step);
                state = state / 2 + usize::from(decisions[state][lane]) * STATES / 2;
            }
            Path { metric: ends[start][lane], start, message }
        })
    }

    /// For each state, what the best path into it gains, in [`GROUPS`] trellises side by side; and which branch it took.
    fn pass(
        self,
        gains: &[[f32; STATES]],
        start: Vec<[f32; GROUPS]>,
        decisions: Option<&mut [[[u8; GROUPS]; STATES]]>,
    ) -> Vec<[f32; GROUPS]> {
        struct Pass<'a> {
            gains: &'a [[f32; STATES]],
            start: Vec<[f32; GROUPS]>,
            decisions: Option<&'a mut [[[u8; GROUPS]; STATES]]>,
        }
        impl WithSimd for Pass<'_> {
            type Output = Vec<[f32; GROUPS]>;
            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) -> Vec<[f32; GROUPS]> {
                let (mut now, mut next) = (self.start, vec![[0f32; GROUPS]; STATES]);
                let mut decisions = self.decisions.map(|decisions| decisions.iter_mut());
                for gains in self.gains {
                    // Both apart, so that the compiler leaves out what is not asked for.
                    match decisions.as_mut().and_then(Iterator::next) {
                        Some(taken) => step(gains, &now, &mut next, Some(taken)),
                        None => step(gains, &now, &mut next, None),
                    }
                    std::mem::swap(&mut now, &mut next);
                }
                now
            }
        }
        pulp::Arch::new().dispatch(Pass { gains, start, decisions })
    }
}

/// One step of [`GROUPS`] trellises.
#[inline(always)]
fn step(
    gains: &[f32; STATES],
    now: &[[f32; GROUPS]],
    next: &mut [[f32; GROUPS]],
    mut taken: Option<&mut [[u8; GROUPS]; STATES]>,
) {
    for half in 0..STATES / 2 {
        let (low, high) = (&now[half], &now[half + STATES / 2]);
        for state in [2 * half, 2 * half + 1] {
            let (gain, out) = (gains[state], &mut next[state]);
            for lane in 0..GROUPS {
                let (a, b) = (low[lane] + gain, high[lane] - gain);
                out[lane] = if a >= b { a } else { b };
            }
            if let Some(taken) = taken.as_mut() {
                for lane in 0..GROUPS {
                    taken[state][lane] = u8::from(low[lane] + gain < high[lane] - gain);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Path {
    metric: f32,
    /// The state in which it begins and ends.
    start: usize,
    message: u128,
}

/// For each state that is entered from its lower predecessor, the generators that give -1, the first lowest.
static SIGNS: [u8; STATES] = {
    let mut table = [0; STATES];
    let mut at = 0;
    while at < STATES * GENERATORS.len() {
        let (state, generator) = (at / GENERATORS.len(), at % GENERATORS.len());
        let negative = (state as u16 & GENERATORS[generator]).count_ones() % 2 == 1;
        table[state] |= (negative as u8) << generator;
        at += 1;
    }
    table
};

/// The sign that a generator gives for the 9 newest bits, newest lowest.
fn sign(register: usize, generator: u16) -> f32 {
    if (register as u16 & generator).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

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

        /// A codeword of `id` whose correlation with the truth is z deviations of the noise.
        fn received(&mut self, code: Code, payload: u64, z: f32) -> Vec<f32> {
            let amplitude = z / (code.bits() as f32).sqrt();
            code.encode(payload, 0).iter().map(|bit| bit * amplitude + self.normal()).collect()
        }
    }

    #[test]
    fn a_payload_survives_without_noise_and_with_a_third_of_the_bits_gone() {
        let mut draw = Draw(1);
        for length in [8, 24, 56] {
            let code = Code::new(length);
            for payload in [0, 1, u64::MAX].into_iter().chain((0..6).map(|_| draw.bits())) {
                let payload = payload % (1 << length);
                let mut word = code.encode(payload, 9);
                assert_eq!(code.decode(&word, 9), Some(Decoded { payload, rank: 0 }));
                assert_ne!(code.decode(&word, 10).map(|d| d.payload), Some(payload));
                word.iter_mut().step_by(3).for_each(|bit| *bit = 0.0);
                assert_eq!(code.decode(&word, 9).map(|d| d.payload), Some(payload));
            }
        }
    }

    #[test]
    fn a_payload_survives_noise_that_leaves_twelve_deviations_and_is_never_wrong() {
        let (mut draw, code) = (Draw(2), Code::new(24));
        let mut right = 0;
        for _ in 0..60 {
            let payload = draw.bits() >> 40;
            let decoded = code.decode(&draw.received(code, payload, 12.0), 0);
            assert!(decoded.is_none_or(|d| d.payload == payload));
            right += usize::from(decoded.is_some());
        }
        assert!(right >= 59, "{right} of 60");
    }

    #[test]
    fn no_codeword_scores_more_than_the_bound_and_the_sent_one_nearly_as_much() {
        let (mut draw, code) = (Draw(5), Code::new(24));
        for z in [0.0, 6.0, 12.0, 30.0] {
            for _ in 0..5 {
                let soft = draw.received(code, 0x77_1234, z);
                let score = |path: &Path| {
                    let word = code.encode((path.message >> CHECK_BITS) as u64, 0);
                    let exact = path.message == code.message((path.message >> CHECK_BITS) as u64, 0);
                    exact.then(|| word.iter().zip(&soft).map(|(a, b)| a * b).sum::<f32>())
                };
                let gains = code.gains(&soft);
                let list: Vec<Path> = (0..GROUPS).flat_map(|group| code.codewords(&gains, group)).collect();
                for (group, bound) in code.bounds(&gains).into_iter().enumerate() {
                    let of_group = list.iter().filter(|path| path.start % GROUPS == group);
                    assert!(of_group.map(|path| path.metric).fold(f32::MIN, f32::max) <= bound);
                }
                let best = list.iter().map(|path| path.metric).fold(f32::MIN, f32::max);
                let bound = code.bound(&soft);
                assert!(best <= bound + 1e-3 && bound < 1.5 * best, "{best} {bound}");
                for path in &list {
                    assert!(score(path).is_none_or(|score| (score - path.metric).abs() < 1e-2));
                }
            }
        }
    }

    #[test]
    fn noise_alone_rarely_passes_the_check() {
        let (mut draw, code) = (Draw(3), Code::new(24));
        let passed = (0..60).filter(|_| code.decode(&draw.received(code, 7, 0.0), 0).is_some()).count();
        assert!(passed <= 1, "{passed} of 60");
    }

    #[test]
    fn two_payloads_differ_in_at_least_sixteen_code_bits() {
        let (mut draw, code) = (Draw(4), Code::new(24));
        for bit in 0..24 {
            let payload = draw.bits() >> 40;
            let (a, b) = (code.encode(payload, 0), code.encode(payload ^ 1 << bit, 0));
            assert!(a.iter().zip(&b).filter(|(x, y)| x != y).count() >= 16);
        }
    }
}
