//! A passage of a recording, and the best claim that it supports for a key.
//!
//! Candidates (`candidates`), single and in pairs, are decoded in turn; a codeword whose check agrees is then sought in the
//! whole passage (`extent`). When nothing is found as it stands, places may be sought without pilots (`blind`), and warped
//! grids are scouted in the liveliest seconds, the best of them read and decoded in the same way.

use super::agreement::Layers;
use super::candidates::Candidate;
use super::chips::Chips;
use super::claim::{Codeword, Evidence, Part, Scope, curve};
use super::detect::{CurvePoint, Span};
use super::grid::STEPS_PER_SECOND;
use super::reading::{Grid, Sheet};
use super::scheme::Scheme;
use super::search::{Pilots, columns, dot};
use super::warp::{Reach, Warp};
use crate::id::MarkId;
use crate::key::{Key, KeyId};

/// ln of the p-value below which an id is given out: ln 1e-9. Stricter than for a find: where the score
/// is just enough for a find, one decoding in ten goes wrong, and the check lets 1 in 4096 of those pass.
const LN_SURE_ID: f64 = -20.72;
/// Half the squared score that the best path through a seed's code bits must have for the seed to be decoded: chance alone
/// reaches 25 to 31, a find needs about 50, and a seed grows when it is extended.
const PROMISING: f32 = 28.0;
/// Deviations above chance of the best candidate that make a pair with it worth the time of effort fast: chance alone
/// reaches 5 to 5.5.
const PROMISING_PAIR: f32 = 5.5;
/// Segments that are looked at first.
const PLAIN: usize = 1;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Phases of unwarped grids.
    pub phases: usize,
    /// Whether the scout chooses the phases that the receiver reads.
    pub scouted: bool,
    /// Segments that the pilots propose, to be ranked by the code cells.
    pub shortlist: usize,
    /// Segments and pairs that are decoded.
    pub decoded: usize,
    /// Whether places are sought without pilots too.
    pub blind: bool,
    /// The warps that are sought.
    pub reach: Reach,
    /// Warps that the receiver reads.
    pub warps: usize,
}

/// A key, ready to be sought.
pub struct Keyed {
    /// The key's public name.
    pub id: KeyId,
    pub(super) chips: Chips,
    pub(super) pilots: Pilots,
}

impl Keyed {
    /// Expands a key.
    pub fn new(key: &Key, scheme: Scheme) -> Self {
        let chips = Chips::new(key, scheme);
        Self { id: key.id(), pilots: Pilots::new(&chips), chips }
    }
}

/// What was made of one passage for one key.
pub struct Claim {
    /// How improbable it is, this passage alone.
    pub evidence: Evidence,
    /// The id, when one decoded that is itself sure.
    pub mark: Option<MarkId>,
    /// The score over time.
    pub curve: Vec<CurvePoint>,
    /// Where the claim holds.
    pub spans: Vec<Span>,
    /// How the recording's time and frequency differ from the marked audio's.
    pub warp: Warp,
    /// Soft values of the code bits (positive: 0) of the best claim, decoded or not, and the chips they were read with.
    pub soft: Vec<f32>,
    /// The set of chips under which `soft` was read.
    pub variant: usize,
}

/// An id that was decoded, and how it fares over the whole passage.
struct Read {
    mark: MarkId,
    evidence: Evidence,
    /// Whether all its segments together decode to it, with no better codeword passed over.
    agrees: bool,
    parts: Vec<Part>,
}

impl Read {
    /// Whether the id may be given out, by code cells alone: pilots know nothing of ids.
    fn is_sure(&self) -> bool {
        self.agrees && self.evidence.ln_p_code < LN_SURE_ID
    }
}

/// Ids that were decoded, and the grids on which.
type Tried = Vec<(MarkId, Grid)>;

/// A passage under search.
pub struct Passage<'a> {
    pub(super) sheet: Sheet<'a>,
    pub(super) budget: Budget,
    /// Of the passage, in seconds.
    start: f64,
}

impl<'a> Passage<'a> {
    /// A passage whose first step is this one of the recording.
    pub fn new(sheet: Sheet<'a>, first: usize, budget: Budget) -> Self {
        Self { sheet, budget, start: first as f64 / STEPS_PER_SECOND as f64 }
    }

    /// The best claim that this passage supports for one key.
    pub fn claim(&mut self, key: &Keyed) -> Claim {
        let steps = self.sheet.steps();
        let scope = Scope { steps, reach: self.budget.reach, ln_marks: key.chips.scheme().ln_marks() };
        let mut best: Option<(Read, Candidate)> = None;
        let mut tried = Tried::new();
        // A mark that is plainly there is found at once, on the phase that the scout prefers: the rest is for the others.
        let scouted = self.scouted(key, &[], self.budget.shortlist);
        let (plain, others) = scouted.split_at(PLAIN.min(scouted.len()));
        let mut still = self.rank(key, plain, &[], PLAIN);
        self.decode(key, &scope, self.singles(&still), &mut tried, &mut best);
        if !is_sure(&best) {
            if self.budget.scouted {
                still.extend(self.rank(key, others, &[], self.budget.decoded));
                still.sort_by(|a, b| b.z.total_cmp(&a.z));
            } else {
                // What the receiver reads is surer, and has these places among it.
                let segments = self.still(key, &[]);
                still = self.rank(key, &segments, &[], self.budget.decoded);
            }
            self.decode(key, &scope, self.singles(&still), &mut tried, &mut best);
        }
        let promising = !self.budget.scouted || still.first().is_some_and(|best| best.z > PROMISING_PAIR);
        if !is_sure(&best) && promising {
            let pairs = self.pairs(key, &still);
            self.decode(key, &scope, pairs, &mut tried, &mut best);
        }
        if !is_sure(&best) && self.budget.blind {
            let blind = self.blind(key);
            self.decode(key, &scope, self.singles(&blind), &mut tried, &mut best);
        }
        if !is_sure(&best) && self.budget.reach != Reach::Still {
            let warped = self.warped(key);
            let warped = self.rank(key, &warped, &[], self.budget.decoded);
            self.decode(key, &scope, self.singles(&warped), &mut tried, &mut best);
            self.sheet.forget_warped();
        }
        let likeliest = still.first().copied();
        self.conclude(key, best, likeliest)
    }

    fn conclude(
        &mut self,
        key: &Keyed,
        best: Option<(Read, Candidate)>,
        likeliest: Option<Candidate>,
    ) -> Claim {
        // Without a codeword the curve shows the likeliest place, under the codeword nearest to it: no evidence.
        let candidate = best.as_ref().map(|(_, candidate)| *candidate).or(likeliest);
        let Some(candidate) = candidate else {
            return Claim {
                evidence: Evidence::NONE,
                mark: None,
                curve: vec![],
                spans: vec![],
                warp: Warp::NONE,
                soft: vec![],
                variant: 0,
            };
        };
        let (read, parts, mark) = match best {
            Some((read, _)) => (Some((read.evidence, read.is_sure())), read.parts, read.mark),
            None => {
                (None, vec![Part::new(&mut self.sheet, candidate.segment)], Scheme::id(0, candidate.variant))
            }
        };
        let (evidence, sure) = read.unwrap_or((Evidence::NONE, false));
        let codeword = Codeword::new(&key.chips, mark);
        let curve = curve(&parts, &codeword, self.start);
        let mut spans: Vec<Span> = parts.iter().filter_map(|part| part.span(&codeword, self.start)).collect();
        spans.sort_by(|a, b| a.start.total_cmp(&b.start));
        let (soft, variant) = match likeliest.filter(|_| !sure) {
            // Chosen without decoding, so that nothing of the choice depends on the bits' signs.
            Some(candidate) => {
                let part = Part::new(&mut self.sheet, candidate.segment);
                (code_bits(&[part], key, candidate.variant), candidate.variant)
            }
            None => (code_bits(&parts, key, Chips::variant_of(mark)), Chips::variant_of(mark)),
        };
        let mark = Some(mark).filter(|_| sure && key.chips.scheme() != Scheme::Presence);
        Claim { evidence, mark, curve, spans, warp: candidate.segment.grid.warp, soft, variant }
    }

    /// Decodes tuples of candidates in turn, until one is sure; keeps the best.
    fn decode(
        &mut self,
        key: &Keyed,
        scope: &Scope,
        tuples: Vec<Vec<Candidate>>,
        tried: &mut Tried,
        best: &mut Option<(Read, Candidate)>,
    ) {
        for tuple in tuples {
            let Some(first) = tuple.first().copied() else { continue };
            let Some(read) = self.read_id(key, scope, &tuple, first.variant, tried) else { continue };
            if best.as_ref().is_none_or(|(best, _)| read.evidence.ln_p(0.0) < best.evidence.ln_p(0.0)) {
                *best = Some((read, first));
            }
            if is_sure(best) {
                return;
            }
        }
    }

    /// Decodes an id from segments, looks for the rest of its mark, and decodes that again until the id
    /// stays: a codeword near the right one may pass the check by luck on a scrap, hardly on the whole.
    fn read_id(
        &mut self,
        key: &Keyed,
        scope: &Scope,
        tuple: &[Candidate],
        variant: usize,
        tried: &mut Tried,
    ) -> Option<Read> {
        let mut parts: Vec<Part> =
            tuple.iter().map(|candidate| Part::new(&mut self.sheet, candidate.segment)).collect();
        let Some(code) = key.chips.scheme().code() else {
            let mark = Scheme::id(0, variant);
            let (parts, evidence) = self.extend(key, scope, &parts, mark);
            return Some(Read { mark, evidence, agrees: true, parts });
        };
        let bits = code_bits(&parts, key, variant);
        // Where no codeword can score enough, decoding is in vain.
        let most = code.bound(&bits).max(0.0);
        let energy = parts.iter().map(|part| energy(part, key)).sum::<f32>();
        if 0.5 * most * most / energy.max(f32::MIN_POSITIVE) < PROMISING {
            return None;
        }
        let decode = |bits: &[f32]| code.decode(bits, variant as u8);
        let mut mark = Scheme::id(decode(&bits)?.payload, variant);
        let grid = parts.first()?.segment.grid;
        while !tried.contains(&(mark, grid)) {
            tried.push((mark, grid));
            let (extended, evidence) = self.extend(key, scope, &parts, mark);
            let again = decode(&code_bits(&extended, key, variant));
            match again.map(|again| (Scheme::id(again.payload, variant), again.rank)) {
                Some((other, _)) if other != mark => (mark, parts) = (other, extended),
                again => {
                    let agrees = again.is_some_and(|(_, rank)| rank == 0);
                    return Some(Read { mark, evidence, agrees, parts: extended });
                }
            }
        }
        None
    }
}

fn is_sure(best: &Option<(Read, Candidate)>) -> bool {
    best.as_ref().is_some_and(|(read, _)| read.is_sure())
}

/// The code bits' log-odds under a set of chips, summed over parts.
fn code_bits(parts: &[Part], key: &Keyed, variant: usize) -> Vec<f32> {
    let mut bits = vec![0f32; key.chips.scheme().code_bits()];
    for part in parts {
        let sums = Layers::new(&part.reading.odds, &part.segment, &key.chips).sums(&key.chips, variant);
        bits.iter_mut().zip(sums).for_each(|(bit, sum)| *bit += sum);
    }
    bits
}

/// The sum of the squares of a part's log-odds in code cells.
fn energy(part: &Part, key: &Keyed) -> f32 {
    let columns = columns(&part.reading.odds, &part.segment);
    let coded = columns.filter(|(place, _)| key.chips.cells().get(*place).is_some_and(Option::is_some));
    coded.map(|(_, column)| dot(column, column)).sum()
}
