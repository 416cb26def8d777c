//! How many marked clips an attacker who knows everything but the key needs to erase the mark, or to forge it.
//!
//!     cargo run --release -p voxguard-bench --bin forge -- CLIPS_DIR [EFFORT] [MOST] [FRESH]
//!
//! The clips are 10 s of the folder's speech at 16 kHz, marked under one key; those attacked (`FRESH` of them, 16)
//! are of other recordings than those learned from (up to `MOST`, 1000). The attacker reads the cells with the
//! receiver, which is public, and adds its log-odds up. He is granted what he would have to find out: where in the
//! pattern each clip begins, which columns are pilots, and
//!
//! - *pilots*: nothing more. He pools the pilots of all clips, under ids that change;
//! - *all cells*: also each clip's id, so its set of chips, and the code bit that each cell carries, the fresh clip's
//!   too. So he pools the chips of each set, under ids that change;
//! - *one id*: nothing more, but all audio bears the same id.
//!
//! Then he moves each cell of a fresh marked clip by one or two times the decibels of the mark against his estimate,
//! weighed by how sure it is, to erase; or each cell of an unmarked one along it, to forge the mark of an id of his
//! choice. The rows before that need no clips under the key at all, or one.
use std::collections::HashMap;
use std::path::Path;

use voxguard_bench::attack::resample;
use voxguard_bench::clip::{Clip, Draw, Failure};
use voxguard_bench::regain::{Column, regain, usual_decibels};
use voxguard_core::id::MarkId;
use voxguard_core::key::Key;
use voxguard_core::watermark::inspect::{BANDS, Layout, PERIOD, cells, log_odds};
use voxguard_core::watermark::{Detector, Effort, embed_f32};

/// Samples a second, and of a clip.
const RATE: u32 = 16_000;
const LENGTH: usize = 10 * RATE as usize;
/// Numbers of clips learned from.
const STAGES: [usize; 7] = [1, 3, 10, 30, 100, 300, 1_000];

/// Speech without end: recordings at one loudness, one after the other.
struct Speech(Vec<f32>);

impl Speech {
    fn new<'a>(clips: impl Iterator<Item = &'a Clip>) -> Self {
        let even = |clip: &Clip| {
            let power: f32 =
                clip.samples.iter().map(|s| s * s).sum::<f32>() / clip.samples.len().max(1) as f32;
            let gain = 0.08 / power.sqrt().max(1e-6);
            resample(clip, RATE).samples.into_iter().map(move |s| (s * gain).clamp(-1.0, 1.0))
        };
        Self(clips.flat_map(even).collect())
    }

    /// Ten seconds from anywhere.
    fn clip(&self, draw: &mut Draw) -> Clip {
        let from = (draw.bits() % self.0.len() as u64) as usize;
        let samples = self.0.iter().cycle().skip(from).take(LENGTH).copied().collect();
        Clip { samples, rate: RATE }
    }
}

/// A clip that bears an id.
#[derive(Clone)]
struct Marked {
    id: MarkId,
    clip: Clip,
}

impl Marked {
    fn new(key: &Key, id: MarkId, clip: &Clip) -> Result<Self, Failure> {
        let samples = embed_f32(key, id, clip.format()?, &clip.samples)?;
        Ok(Self { id, clip: Clip { samples, rate: clip.rate } })
    }
}

fn read(clip: &Clip) -> Result<Vec<Column>, Failure> {
    Ok(log_odds(&cells(&clip.samples, clip.format()?, 0.0)?))
}

/// Sums of log-odds for columns of the pattern.
type Sums = Vec<Column>;

fn nothing() -> Sums {
    vec![[0.0; BANDS]; PERIOD]
}

fn times(a: &Column, b: &Column) -> Column {
    std::array::from_fn(|band| a[band] * b[band])
}

/// What he learned.
struct Attacker<'a> {
    layout: &'a Layout,
    is_pilot: Vec<bool>,
    pilots: Sums,
    /// Of each set, the chips times the code bits of the id whose upper bits are 0.
    sets: HashMap<u64, Sums>,
    one_id: Sums,
}

#[derive(Clone, Copy, PartialEq)]
enum Granted {
    Pilots,
    AllCells,
    OneId,
}

impl<'a> Attacker<'a> {
    fn new(layout: &'a Layout) -> Self {
        let is_pilot = layout.pilots();
        Self { layout, is_pilot, pilots: nothing(), sets: HashMap::new(), one_id: nothing() }
    }

    /// Learns from a clip under an id that changes: from its pilots; and, whose id and layout of code bits are granted,
    /// from its code cells.
    fn learn(&mut self, marked: &Marked, read: &[Column]) {
        let relation = self.relation(marked.id);
        let set = self.sets.entry(marked.id.value() % 256).or_insert_with(nothing);
        for (column, soft) in read.iter().enumerate() {
            let at = (self.layout.start(marked.id) + column) % PERIOD;
            let sums = if self.is_pilot[at] { &mut self.pilots[at] } else { &mut set[at] };
            let soft = times(soft, &relation[at]);
            sums.iter_mut().zip(soft).for_each(|(sum, soft)| *sum += soft);
        }
    }

    /// Learns from a clip under the one id.
    fn learn_one(&mut self, marked: &Marked, read: &[Column]) {
        for (column, soft) in read.iter().enumerate() {
            let sums = &mut self.one_id[(self.layout.start(marked.id) + column) % PERIOD];
            sums.iter_mut().zip(soft).for_each(|(sum, soft)| *sum += soft);
        }
    }

    /// Whether the cells of an id are as or against those of the id of the same set whose upper bits are 0: that
    /// depends on the code bits alone, not on the chips.
    fn relation(&self, id: MarkId) -> Sums {
        let (signs, plain) = (self.layout.signs(id), self.layout.signs(MarkId::new(id.value() % 256)));
        signs.iter().zip(&plain).map(|(a, b)| times(a, b)).collect()
    }

    /// Log-odds of the signs of the cells of a stream under an id.
    fn estimate(&self, id: MarkId, granted: Granted) -> Vec<Column> {
        let start = self.layout.start(id);
        let relation = self.relation(id);
        let set = self.sets.get(&(id.value() % 256));
        let column = |at: usize| match granted {
            Granted::OneId => self.one_id[at],
            _ if self.is_pilot[at] => self.pilots[at],
            Granted::Pilots => [0.0; BANDS],
            Granted::AllCells => set.map_or([0.0; BANDS], |set| times(&set[at], &relation[at])),
        };
        (0..LENGTH / 768 + 1).map(|t| column((start + t) % PERIOD)).collect()
    }
}

/// The clip with its cells moved along log-odds of signs; `strength` 1 is the usual mark, below 0 is against it.
fn push(clip: &Clip, odds: &[Column], strength: f32) -> Clip {
    let decibels = |odds: &Column| {
        std::array::from_fn(|band| strength * usual_decibels(band) * (odds[band] / 2.0).tanh())
    };
    regain(clip, &odds.iter().map(decibels).collect::<Vec<_>>())
}

/// In how many of the clips the mark is found, and in how many the id is that one.
fn found(detector: &Detector, clips: &[Marked]) -> Result<(usize, usize), Failure> {
    let some = |clips: &[Marked]| -> Result<(usize, usize), String> {
        let mut count = (0, 0);
        for marked in clips {
            let format = marked.clip.format().map_err(|e| e.to_string())?;
            let detection = detector.detect_f32(&marked.clip.samples, format).map_err(|e| e.to_string())?;
            count.0 += usize::from(detection.found);
            count.1 += usize::from(detection.mark == Some(marked.id));
        }
        Ok(count)
    };
    let (a, b) = clips.split_at(clips.len() / 2);
    let (a, b) = std::thread::scope(|scope| {
        let other = scope.spawn(|| some(a));
        (some(b), other.join())
    });
    let (a, b) = (a?, b.map_err(|_| "the detector's thread ended early")??);
    Ok((a.0 + b.0, a.1 + b.1))
}

struct Bench {
    key: Key,
    detector: Detector,
    /// Unmarked clips, each with the fresh id that it gets.
    plain: Vec<Marked>,
    /// The same under their ids, and under the one id.
    marked: Vec<Marked>,
    one: Vec<Marked>,
}

impl Bench {
    /// Prints in how many clips each attack leaves or puts the mark.
    fn row(
        &self,
        name: &str,
        clips: &[Marked],
        odds: impl Fn(usize, &Marked) -> Result<Vec<Column>, Failure>,
        strengths: [f32; 2],
    ) -> Result<(), Failure> {
        print!("| {name} |");
        for strength in strengths {
            let attacked = |(index, marked): (usize, &Marked)| {
                Ok(Marked { id: marked.id, clip: push(&marked.clip, &odds(index, marked)?, strength) })
            };
            let attacked: Vec<Marked> =
                clips.iter().enumerate().map(attacked).collect::<Result<_, Failure>>()?;
            let (found, read) = found(&self.detector, &attacked)?;
            print!(" {found} ({read}) |");
        }
        println!();
        Ok(())
    }

    /// The attacks that need no clip under the key, or one; and what the key itself would do.
    fn without_learning(&self, layout: &Layout, draw: &mut Draw) -> Result<(), Failure> {
        let sure = |signs: Vec<Column>| signs.iter().map(|c| c.map(|sign| 20.0 * sign)).collect::<Vec<_>>();
        let other = Layout::new(&draw.key()?);
        let of = |layout: &Layout, id: MarkId| {
            let (start, signs) = (layout.start(id), layout.signs(id));
            (0..LENGTH / 768 + 1).map(|t| signs[(start + t) % PERIOD]).collect::<Vec<_>>()
        };
        self.row("nothing done", &self.marked, |_, _| Ok(vec![]), [-1.0, -2.0])?;
        self.row("erase: random signs", &self.marked, |_, m| Ok(sure(of(&other, m.id))), [-1.0, -2.0])?;
        self.row("erase: the key itself", &self.marked, |_, m| Ok(sure(of(layout, m.id))), [-1.0, -2.0])?;
        self.row(
            "erase: what the receiver reads of the clip itself",
            &self.marked,
            |_, m| read(&m.clip),
            [-1.0, -2.0],
        )?;
        let source = |index: usize| &self.marked[(index + 1) % self.marked.len()];
        let copy =
            |(index, plain): (usize, &Marked)| Marked { id: source(index).id, clip: plain.clip.clone() };
        let copies: Vec<Marked> = self.plain.iter().enumerate().map(copy).collect();
        self.row("copy: one clip's readings", &copies, |index, _| read(&source(index).clip), [1.0, 2.0])
    }

    fn stage(&self, attacker: &Attacker<'_>, clips: usize) -> Result<(), Failure> {
        let erase = [-1.0, -2.0];
        let forge = [1.0, 2.0];
        use Granted::{AllCells, OneId, Pilots};
        let name = |what: &str| format!("{clips}: {what}");
        self.row(&name("erase, pilots"), &self.marked, |_, m| Ok(attacker.estimate(m.id, Pilots)), erase)?;
        self.row(
            &name("erase, all cells"),
            &self.marked,
            |_, m| Ok(attacker.estimate(m.id, AllCells)),
            erase,
        )?;
        self.row(&name("erase, one id"), &self.one, |_, m| Ok(attacker.estimate(m.id, OneId)), erase)?;
        self.row(
            &name("forge, all cells"),
            &self.plain,
            |_, m| Ok(attacker.estimate(m.id, AllCells)),
            forge,
        )?;
        let one = self.plain.iter().zip(&self.one);
        let one: Vec<Marked> = one.map(|(plain, one)| Marked { id: one.id, ..plain.clone() }).collect();
        self.row(&name("forge, one id"), &one, |_, m| Ok(attacker.estimate(m.id, OneId)), forge)
    }
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder of speech?")?;
    let effort: Effort = arguments.next().map_or(Ok(Effort::Normal), |effort| effort.parse())?;
    let most: usize = arguments.next().map_or(Ok(1_000), |most| most.parse())?;
    let fresh: usize = arguments.next().map_or(Ok(16), |fresh| fresh.parse())?;
    let clips = Clip::read_folder(Path::new(&folder))?;
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for (index, clip) in clips.iter().enumerate() {
        if index % 4 == 0 { own.push(clip) } else { others.push(clip) }
    }
    let (attacked, learned) = (Speech::new(own.into_iter()), Speech::new(others.into_iter()));
    let mut draw = Draw(7);
    let key = draw.key()?;
    let layout = Layout::new(&key);
    let one_id = draw.id();
    let plain: Vec<Marked> =
        (0..fresh).map(|_| Marked { id: draw.id(), clip: attacked.clip(&mut draw) }).collect();
    let marked = plain.iter().map(|plain| Marked::new(&key, plain.id, &plain.clip));
    let marked = marked.collect::<Result<Vec<_>, _>>()?;
    let one = plain.iter().map(|plain| Marked::new(&key, one_id, &plain.clip));
    let one = one.collect::<Result<Vec<_>, _>>()?;
    let detector = Detector::new(vec![key.clone()], effort)?;
    let bench = Bench { key, detector, plain, marked, one };
    println!("Found (id read) of {fresh} clips, effort {effort:?}\n");
    println!("| clips: attack | usual decibels | twice |\n|---|---|---|");
    bench.without_learning(&layout, &mut draw)?;
    let mut attacker = Attacker::new(&layout);
    let mut known = 0;
    for stage in STAGES.into_iter().filter(|stage| *stage <= most) {
        for _ in known..stage {
            let clip = learned.clip(&mut draw);
            let marked = Marked::new(&bench.key, draw.id(), &clip)?;
            attacker.learn(&marked, &read(&marked.clip)?);
            let marked = Marked::new(&bench.key, one_id, &clip)?;
            attacker.learn_one(&marked, &read(&marked.clip)?);
        }
        known = stage;
        bench.stage(&attacker, stage)?;
    }
    Ok(())
}
