//! The [`Marker`]: the one way by which marked samples leave.
//!
//! Overlap-add with a square-root Hann window of about 32 ms at half overlap, before and after the
//! transform. Only the *change* is synthesised and added to the untouched, delayed samples: where the
//! gain is 1 the output is the input, to the bit. Frames lie at fixed places of the stream, so the
//! output does not depend on how the samples were cut into calls. The delay is one window.
//!
//! Two rules stand above the mark: digital silence (2 ms of zeros or more) stays zeros, and a sample
//! within full scale is never pushed out of it.
//!
//! Cost: two transforms per half window and channel; nothing is allocated after `new`.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::chips::{Chips, Column, Pattern};
use super::grid::window_length;
use super::scheme::Scheme;
use super::shape::{Loudest, Moment, Shape};
use crate::audio::{AudioError, Format, Sample, check_finite, frames};
use crate::id::MarkId;
use crate::key::Key;

/// Zeros in a row, as a part of a second, that count as digital silence: 2 ms.
const SILENCE_PART: usize = 500;

/// Marks one stream of samples with an id under a key.
pub struct Marker {
    format: Format,
    engine: Engine,
    channels: Vec<Channel>,
    /// Frames fed in this stream.
    fed: u64,
    /// Frames fed since the last transform.
    filled: usize,
}

/// What may be chosen about a mark.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MarkerOptions {
    /// Bits of the id.
    pub scheme: Scheme,
    /// How loud.
    pub strength: Strength,
}

/// How loud a mark is: 1 is the usual, at which quality was measured; 2 is twice the decibels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strength(f32);

impl Strength {
    /// A strength of 0.25 to 2.
    ///
    /// # Errors
    /// Any other value.
    pub fn new(value: f32) -> Result<Self, StrengthError> {
        let accepted = (0.25..=2.0).contains(&value);
        if accepted { Ok(Self(value)) } else { Err(StrengthError { value }) }
    }
}

impl Default for Strength {
    fn default() -> Self {
        Self(1.0)
    }
}

/// A strength that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("strength {value}: accepted are 0.25 to 2, usual is 1")]
pub struct StrengthError {
    /// The refused value.
    pub value: f32,
}

/// What all channels share.
struct Engine {
    rate: u32,
    length: usize,
    hop: usize,
    silence: usize,
    pattern: Pattern,
    /// Column of the pattern at which the stream begins.
    start: u64,
    shape: Shape,
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    time: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

struct Channel {
    /// The last window of samples.
    history: Vec<f32>,
    /// Samples that came since the last transform.
    incoming: Vec<f32>,
    /// The change, summed over the frames so far; its first hop is complete.
    change: Vec<f32>,
    loudest: Loudest,
    /// Zeros at the end of what went out before this hop.
    zeros: usize,
}

/// A sample type that the marker writes.
trait Marked: Sample {
    fn write(value: f32, change: f32) -> Self;
}

impl Marked for f32 {
    fn write(value: f32, change: f32) -> f32 {
        // Overflow of absurd but finite input leaves no number: then the sample goes out unchanged.
        let change = if change.is_finite() { change } else { 0.0 };
        let bound = value.abs().max(1.0);
        (value + change).max(-bound).min(bound)
    }
}

impl Marked for i16 {
    fn write(value: f32, change: f32) -> i16 {
        // Adding and taking away 1.5 x 2^23 rounds to the nearest whole number, vectorised.
        const ROUND: f32 = 12_582_912.0;
        let scaled = ((value + change) * 32_768.0).clamp(-32_768.0, 32_767.0);
        (scaled + ROUND - ROUND) as i16
    }
}

impl Marker {
    /// A marker for one stream, with the usual options. Everything is allocated here.
    pub fn new(key: &Key, mark: MarkId, format: Format) -> Self {
        Self::with_options(key, mark, format, MarkerOptions::default())
    }

    /// A marker for one stream. Of `mark`, a scheme of fewer bits carries the lowest; without an id, the lowest eight choose
    /// the chips: let them change.
    pub fn with_options(key: &Key, mark: MarkId, format: Format, options: MarkerOptions) -> Self {
        Self::of_chips(&Chips::new(key, options.scheme), mark, format, options.strength)
    }

    /// A marker whose key was expanded before: most of the cost of a short stream.
    pub(crate) fn of_chips(chips: &Chips, mark: MarkId, format: Format, strength: Strength) -> Self {
        let length = window_length(format.rate());
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let hop = length / 2;
        let (pattern, start) = pattern(chips, mark);
        let engine = Engine {
            rate: format.rate(),
            length,
            hop,
            silence: (format.rate() as usize / SILENCE_PART).max(1),
            pattern,
            start,
            shape: Shape::new(format.rate(), length, hop, strength.0),
            window: (0..length)
                .map(|n| (std::f64::consts::PI * n as f64 / length as f64).sin() as f32)
                .collect(),
            time: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            scratch: vec![Complex32::ZERO; scratch],
            forward,
            inverse,
        };
        let channels = (0..format.channels()).map(|_| Channel::new(length, hop)).collect();
        Self { format, engine, channels, fed: 0, filled: 0 }
    }

    /// The format of the stream.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Frames that the output lags behind the input: about 32 ms.
    pub fn latency(&self) -> usize {
        self.engine.length
    }

    /// Frames that a flush would write now.
    pub fn pending(&self) -> usize {
        usize::try_from(self.fed).unwrap_or(usize::MAX).min(self.latency())
    }

    /// Feeds whole frames and writes those that are ready, from the start of `output`; returns how many
    /// frames were written. After F frames in all, exactly max(0, F - latency) have been written.
    ///
    /// # Errors
    /// A partial frame, a sample that is no finite number, or an output too small: then nothing was fed.
    pub fn process_f32(&mut self, input: &[f32], output: &mut [f32]) -> Result<usize, AudioError> {
        check_finite(input)?;
        self.process(input, output)
    }

    /// As [`Marker::process_f32`], for 16-bit samples. They saturate rather than wrap.
    ///
    /// # Errors
    /// A partial frame or an output too small: then nothing was fed.
    pub fn process_i16(&mut self, input: &[i16], output: &mut [i16]) -> Result<usize, AudioError> {
        self.process(input, output)
    }

    /// As [`Marker::process_f32`], the buffer being input and output.
    ///
    /// # Errors
    /// A partial frame or a sample that is no finite number: then nothing was fed.
    pub fn process_f32_in_place(&mut self, buffer: &mut [f32]) -> Result<usize, AudioError> {
        check_finite(buffer)?;
        self.process_in_place(buffer)
    }

    /// As [`Marker::process_i16`], the buffer being input and output.
    ///
    /// # Errors
    /// A partial frame: then nothing was fed.
    pub fn process_i16_in_place(&mut self, buffer: &mut [i16]) -> Result<usize, AudioError> {
        self.process_in_place(buffer)
    }

    /// Writes the frames that are still inside, [`Marker::pending`] many, and stands as new.
    ///
    /// # Errors
    /// An output too small: then nothing has changed.
    pub fn flush_f32(&mut self, output: &mut [f32]) -> Result<usize, AudioError> {
        self.flush(output)
    }

    /// As [`Marker::flush_f32`], for 16-bit samples.
    ///
    /// # Errors
    /// An output too small: then nothing has changed.
    pub fn flush_i16(&mut self, output: &mut [i16]) -> Result<usize, AudioError> {
        self.flush(output)
    }

    /// Drops what is inside and starts a new stream.
    pub fn reset(&mut self) {
        self.channels.iter_mut().for_each(Channel::reset);
        self.fed = 0;
        self.filled = 0;
    }

    /// Frames that feeding this many more would write.
    fn ready(&self, frames: usize) -> usize {
        let due = |fed: u64| fed.saturating_sub(self.latency() as u64);
        (due(self.fed + frames as u64) - due(self.fed)) as usize
    }

    fn process<S: Marked>(&mut self, input: &[S], output: &mut [S]) -> Result<usize, AudioError> {
        let ready = self.ready(frames(input.len(), self.format)?);
        let needed = ready * self.format.channels();
        let output = self.room(output, needed)?;
        let (mut input, mut output) = (input, output);
        while !input.is_empty() {
            let (now, rest) = input.split_at(self.piece(input.len()));
            self.take(now);
            let written = self.give(now.len(), output);
            output = output.get_mut(written..).unwrap_or(&mut []);
            self.advance(now.len());
            input = rest;
        }
        Ok(ready)
    }

    fn process_in_place<S: Marked>(&mut self, buffer: &mut [S]) -> Result<usize, AudioError> {
        let ready = self.ready(frames(buffer.len(), self.format)?);
        let (mut read, mut written) = (0, 0);
        while read < buffer.len() {
            let piece = self.piece(buffer.len() - read);
            self.take(buffer.get(read..read + piece).unwrap_or(&[]));
            // What is written ends before what was just read: output never overtakes input.
            written += self.give(piece, buffer.get_mut(written..).unwrap_or(&mut []));
            self.advance(piece);
            read += piece;
        }
        Ok(ready)
    }

    fn flush<S: Marked>(&mut self, output: &mut [S]) -> Result<usize, AudioError> {
        let pending = self.pending();
        let channels = self.format.channels();
        let mut output = self.room(output, pending * channels)?;
        let mut left = if self.fed == 0 { 0 } else { self.latency() * channels };
        while left > 0 {
            let piece = self.piece(left);
            for channel in &mut self.channels {
                let silence = channel.incoming.iter_mut().skip(self.filled).take(piece / channels);
                silence.for_each(|sample| *sample = 0.0);
            }
            let written = self.give(piece, output);
            output = output.get_mut(written..).unwrap_or(&mut []);
            self.advance(piece);
            left -= piece;
        }
        self.reset();
        Ok(pending)
    }

    fn room<'a, S>(&self, output: &'a mut [S], needed: usize) -> Result<&'a mut [S], AudioError> {
        let given = output.len();
        output.get_mut(..needed).ok_or(AudioError::OutputTooSmall { given, needed })
    }

    /// Samples, of `left`, that may be taken before the next transform.
    fn piece(&self, left: usize) -> usize {
        left.min((self.engine.hop - self.filled) * self.format.channels())
    }

    fn take<S: Marked>(&mut self, samples: &[S]) {
        let count = self.channels.len();
        for (index, channel) in self.channels.iter_mut().enumerate() {
            let incoming = channel.incoming.iter_mut().skip(self.filled);
            if count == 1 {
                incoming.zip(samples).for_each(|(to, from)| *to = from.to_f32());
            } else {
                let samples = samples.iter().skip(index).step_by(count);
                incoming.zip(samples).for_each(|(to, from)| *to = from.to_f32());
            }
        }
    }

    /// Writes what leaves while `samples` samples come in; returns the samples written.
    fn give<S: Marked>(&self, samples: usize, output: &mut [S]) -> usize {
        let count = self.channels.len();
        let frames = samples / count;
        let ready = self.ready(frames);
        let from = self.filled + frames - ready;
        for (index, channel) in self.channels.iter().enumerate() {
            let delayed = channel.history.iter().zip(&channel.change).skip(from).take(ready);
            if count == 1 {
                output.iter_mut().zip(delayed).for_each(|(to, (x, change))| *to = S::write(*x, *change));
            } else {
                let output = output.iter_mut().skip(index).step_by(count);
                output.zip(delayed).for_each(|(to, (x, change))| *to = S::write(*x, *change));
            }
        }
        ready * count
    }

    fn advance(&mut self, samples: usize) {
        let frames = samples / self.channels.len();
        self.fed += frames as u64;
        self.filled += frames;
        if self.filled == self.engine.hop {
            self.filled = 0;
            // The middle of the window that ends here; windows that begin before the stream belong to
            // its first moment.
            let middle = self.fed.saturating_sub(self.engine.hop as u64);
            let moment = Moment::of(middle, self.engine.rate);
            self.channels.iter_mut().for_each(|channel| self.engine.frame(moment, channel));
        }
    }
}

impl Channel {
    fn new(length: usize, hop: usize) -> Self {
        Self {
            history: vec![0.0; length],
            incoming: vec![0.0; hop],
            change: vec![0.0; length],
            loudest: Loudest::default(),
            zeros: 0,
        }
    }

    fn reset(&mut self) {
        self.history.fill(0.0);
        self.change.fill(0.0);
        self.loudest = Loudest::default();
        self.zeros = 0;
    }

    /// Takes the change away from zeros that lie in a run of at least `silence`.
    fn keep_silence(&mut self, hop: usize, silence: usize) {
        let (leaving, _) = self.history.split_at(hop.min(self.history.len()));
        if leaving.iter().filter(|x| **x == 0.0).count() == 0 {
            self.zeros = 0;
            return;
        }
        let mut at = 0;
        while at < hop {
            let run = self.history.iter().skip(at).take_while(|x| **x == 0.0).count();
            if run == 0 {
                self.zeros = 0;
                at += 1;
                continue;
            }
            let end = (at + run).min(hop);
            if self.zeros + run >= silence {
                self.change.iter_mut().take(end).skip(at).for_each(|change| *change = 0.0);
            }
            self.zeros = if end == hop { self.zeros + end - at } else { 0 };
            at = end;
        }
    }
}

impl Engine {
    /// A hop is full: moves the channel's window on by it and adds that window's change.
    fn frame(&mut self, moment: Moment, channel: &mut Channel) {
        let (length, hop) = (self.length, self.hop);
        channel.history.copy_within(hop.., 0);
        channel
            .history
            .iter_mut()
            .skip(length - hop)
            .zip(&channel.incoming)
            .for_each(|(to, from)| *to = *from);
        channel.change.copy_within(hop.., 0);
        channel.change.iter_mut().skip(length - hop).for_each(|change| *change = 0.0);

        let windowed = channel.history.iter().zip(&self.window).map(|(x, w)| x * w);
        self.time.iter_mut().zip(windowed).for_each(|(to, from)| *to = from);
        let signs = self.signs(moment);
        // The plans made every buffer, so lengths fit; were one to fail, the frame would stay unmarked.
        let forward =
            self.forward.process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch);
        self.shape.change(&signs, &mut channel.loudest, &mut self.spectrum);
        let inverse =
            self.inverse.process_with_scratch(&mut self.spectrum, &mut self.time, &mut self.scratch);
        if forward.is_ok() && inverse.is_ok() {
            let scale = 1.0 / length as f32;
            let change = channel.change.iter_mut().zip(&self.time).zip(&self.window);
            change.for_each(|((to, from), w)| *to += from * w * scale);
        }
        channel.keep_silence(hop, self.silence);
    }

    fn signs(&self, moment: Moment) -> Column {
        let mut signs = self.pattern.column(self.start + moment.cell);
        let neighbours = self.pattern.column(self.start + moment.neighbour);
        signs.iter_mut().zip(neighbours).for_each(|(sign, other)| *sign += (other - *sign) * moment.share);
        signs
    }
}

/// The pattern of a mark, and the column of it at which its streams begin.
pub(super) fn pattern(chips: &Chips, mark: MarkId) -> (Pattern, u64) {
    let scheme = chips.scheme();
    let mark = scheme.carried(mark);
    let word = scheme.word(mark);
    (chips.pattern(Chips::variant_of(mark), &word), chips.start(mark) as u64)
}

/// Marks a whole recording: a [`Marker`] fed once.
///
/// # Errors
/// As [`Marker::process_f32`].
pub fn embed_f32(key: &Key, mark: MarkId, format: Format, samples: &[f32]) -> Result<Vec<f32>, AudioError> {
    check_finite(samples)?;
    embed(key, mark, format, samples)
}

/// As [`embed_f32`], for 16-bit samples.
///
/// # Errors
/// As [`Marker::process_i16`].
pub fn embed_i16(key: &Key, mark: MarkId, format: Format, samples: &[i16]) -> Result<Vec<i16>, AudioError> {
    embed(key, mark, format, samples)
}

fn embed<S: Marked>(key: &Key, mark: MarkId, format: Format, samples: &[S]) -> Result<Vec<S>, AudioError> {
    let mut marker = Marker::new(key, mark, format);
    let mut output = vec![S::default(); samples.len()];
    let written = marker.process(samples, &mut output)? * format.channels();
    marker.flush(output.get_mut(written..).unwrap_or(&mut []))?;
    Ok(output)
}
