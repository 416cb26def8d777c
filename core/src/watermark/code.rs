//! The payload: 32 bits of id and a check of 12, as 132 code bits, and back from soft values.
//!
//! The code is the tail-biting convolutional code of rate 1/3 and memory 8 with generators 557, 663,
//! 711 (octal; Lin and Costello, *Error Control Coding*, table of optimum rate 1/3 codes). Tail-biting
//! spends no bits on termination. It is decoded by one Viterbi pass for each of the 256 start states,
//! which gives the best codeword and, for free, a list of 255 runners-up; the best whose check agrees is
//! the answer (see: "list decoding of tail-biting convolutional codes with CRC").
//!
//! Cost: 256 x 44 x 256 add-compare-selects, about 2 ms.
#![allow(clippy::indexing_slicing)] // Indices are states, steps and lanes: constants, never input.

use crate::id::MarkId;

/// Bits of the check.
const CHECK_BITS: usize = 12;
/// Bits that are encoded: the id and its check.
const MESSAGE_BITS: usize = MarkId::BITS + CHECK_BITS;
/// Bits of a codeword.
pub const CODE_BITS: usize = 3 * MESSAGE_BITS;

const MEMORY: usize = 8;
const STATES: usize = 1 << MEMORY;
/// Octal, as such codes are always written. All have their first and last tap, so the two branches
/// into a state carry opposite bits: the decoder uses that.
const GENERATORS: [u16; 3] = [0o557, 0o663, 0o711];
/// x^12 + x^11 + x^3 + x^2 + x + 1.
const CHECK_POLYNOMIAL: u16 = 0x80f;
/// Not zero, so that id 0 has a check of its own.
const CHECK_START: u16 = 0xa5c;
/// Start states decoded side by side, so that the compiler vectorises across them.
const LANES: usize = 16;
/// How deep in the list a codeword may stand. Each place costs 2^-12 of wrong ids among failures.
const LIST: usize = 4;

/// The codeword of an id: each bit as +1 (zero) or -1 (one).
pub fn encode(id: MarkId) -> [f32; CODE_BITS] {
    encode_message(message(id))
}

/// A decoded codeword.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decoded {
    /// The id, whose check agrees.
    pub id: MarkId,
    /// How many better codewords were passed over because their check did not agree.
    pub rank: usize,
}

/// The id whose codeword correlates best with the soft values (positive: bit 0), among the list's
/// first few; `None` when no check agrees.
pub fn decode(soft: &[f32; CODE_BITS]) -> Option<Decoded> {
    let mut list = codewords(soft);
    list.sort_by(|a, b| b.metric.total_cmp(&a.metric));
    let agrees = |path: &Path| path.message == message(MarkId::new((path.message >> CHECK_BITS) as u32));
    let rank = list.iter().take(LIST).position(agrees)?;
    let id = MarkId::new((list.get(rank)?.message >> CHECK_BITS) as u32);
    Some(Decoded { id, rank })
}

fn message(id: MarkId) -> u64 {
    u64::from(id.value()) << CHECK_BITS | u64::from(check(id.value()))
}

fn check(id: u32) -> u16 {
    let mut register = CHECK_START;
    for bit in (0..32).rev() {
        let feedback = (register >> (CHECK_BITS - 1) & 1) ^ (id >> bit & 1) as u16;
        register = (register << 1 & 0xfff) ^ if feedback == 1 { CHECK_POLYNOMIAL } else { 0 };
    }
    register
}

/// The sign that a generator gives for the 9 newest bits, newest lowest.
fn sign(register: usize, generator: u16) -> f32 {
    if (register as u16 & generator).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 }
}

fn encode_message(message: u64) -> [f32; CODE_BITS] {
    let mut word = [0.0; CODE_BITS];
    let mut state = message as usize % STATES;
    for (step, out) in word.chunks_exact_mut(3).enumerate() {
        let register = state << 1 | (message >> (MESSAGE_BITS - 1 - step) & 1) as usize;
        out.iter_mut().zip(GENERATORS).for_each(|(out, generator)| *out = sign(register, generator));
        state = register % STATES;
    }
    word
}

#[derive(Clone, Copy)]
struct Path {
    metric: f32,
    message: u64,
}

/// The best codeword for each start state.
fn codewords(soft: &[f32; CODE_BITS]) -> Vec<Path> {
    // Gain of entering each state from its lower predecessor; from the upper one it is the opposite.
    let mut gains = vec![[0f32; STATES]; MESSAGE_BITS];
    for (gains, soft) in gains.iter_mut().zip(soft.chunks_exact(3)) {
        for (state, gain) in gains.iter_mut().enumerate() {
            *gain = GENERATORS.iter().zip(soft).map(|(&generator, soft)| sign(state, generator) * soft).sum();
        }
    }
    let mut decisions = vec![[[0u8; LANES]; STATES]; MESSAGE_BITS];
    let mut now = vec![[0f32; LANES]; STATES];
    let mut next = now.clone();
    let mut list = Vec::with_capacity(STATES);
    for first in (0..STATES).step_by(LANES) {
        now.iter_mut().for_each(|lanes| *lanes = [-1e30; LANES]);
        (0..LANES).for_each(|lane| now[first + lane][lane] = 0.0);
        for (gains, decisions) in gains.iter().zip(&mut decisions) {
            for state in 0..STATES {
                let (low, high) = (&now[state / 2], &now[state / 2 + STATES / 2]);
                let (gain, out, taken) = (gains[state], &mut next[state], &mut decisions[state]);
                for lane in 0..LANES {
                    let (a, b) = (low[lane] + gain, high[lane] - gain);
                    out[lane] = if a >= b { a } else { b };
                    taken[lane] = u8::from(a < b);
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        for lane in 0..LANES {
            let (mut state, mut message) = (first + lane, 0u64);
            let metric = now[state][lane];
            for (step, decisions) in decisions.iter().enumerate().rev() {
                message |= (state as u64 & 1) << (MESSAGE_BITS - 1 - step);
                state = state / 2 + usize::from(decisions[state][lane]) * STATES / 2;
            }
            list.push(Path { metric, message });
        }
    }
    list
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
        fn received(&mut self, id: MarkId, z: f32) -> [f32; CODE_BITS] {
            let amplitude = z / (CODE_BITS as f32).sqrt();
            encode(id).map(|bit| bit * amplitude + self.normal())
        }
    }

    #[test]
    fn an_id_survives_without_noise_and_with_a_third_of_the_bits_gone() {
        let mut draw = Draw(1);
        for id in [0, 1, u32::MAX, 0x1234_abcd].into_iter().chain((0..12).map(|_| draw.bits() as u32)) {
            let id = MarkId::new(id);
            let mut word = encode(id);
            assert_eq!(decode(&word), Some(Decoded { id, rank: 0 }));
            word.iter_mut().step_by(3).for_each(|bit| *bit = 0.0);
            assert_eq!(decode(&word).map(|d| d.id), Some(id));
        }
    }

    #[test]
    fn an_id_survives_noise_that_leaves_twelve_deviations_and_is_never_wrong() {
        let mut draw = Draw(2);
        let mut right = 0;
        for _ in 0..60 {
            let id = MarkId::new(draw.bits() as u32);
            let decoded = decode(&draw.received(id, 12.0));
            assert!(decoded.is_none_or(|d| d.id == id));
            right += usize::from(decoded.is_some());
        }
        assert!(right >= 59, "{right} of 60");
    }

    #[test]
    fn noise_alone_rarely_passes_the_check() {
        let mut draw = Draw(3);
        let passed = (0..60).filter(|_| decode(&draw.received(MarkId::new(7), 0.0)).is_some()).count();
        assert!(passed <= 1, "{passed} of 60");
    }

    #[test]
    fn two_ids_differ_in_at_least_eighteen_code_bits() {
        let mut draw = Draw(4);
        for bit in 0..32 {
            let id = draw.bits() as u32;
            let (a, b) = (encode(MarkId::new(id)), encode(MarkId::new(id ^ 1 << bit)));
            assert!(a.iter().zip(&b).filter(|(x, y)| x != y).count() >= 18);
        }
    }
}
