//! Detection.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use napi::Env;
use napi::bindgen_prelude::{AsyncTask, BigInt, ClassInstance, Either, Float32Array, Float64Array};
use napi_derive::napi;
use voxguard::{Effort, Sample, Scheme};

use crate::failure::{Result, closed, raise};
use crate::job::{Job, start};
use crate::key::Key;
use crate::listener::Listener;
use crate::marker::narrow;

#[napi(object, object_from_js = false)]
pub struct Span {
    pub start: f64,
    pub end: f64,
    pub score: f64,
}

#[napi(object, object_from_js = false)]
pub struct Curve {
    pub time: Float64Array,
    pub score: Float64Array,
}

#[napi(object, object_from_js = false, use_nullable = true)]
pub struct Detection {
    pub found: bool,
    pub p_value: f64,
    /// A number as long as it has 32 bits.
    pub mark: Option<Either<u32, BigInt>>,
    pub key_id: Option<String>,
    pub spans: Vec<Span>,
    pub curve: Curve,
    pub seconds: f64,
    pub speed: f64,
    pub pitch: f64,
    pub soft_bits: Float32Array,
    pub chips: u32,
}

impl From<voxguard::Detection> for Detection {
    fn from(detection: voxguard::Detection) -> Self {
        let (time, score): (Vec<f64>, Vec<f64>) =
            detection.curve.iter().map(|point| (point.time, point.score)).unzip();
        Self {
            found: detection.found,
            p_value: detection.p_value,
            mark: detection
                .mark
                .map(|mark| u32::try_from(mark).map_or_else(|_| Either::B(mark.into()), Either::A)),
            key_id: detection.key_id,
            spans: detection
                .spans
                .into_iter()
                .map(|span| Span { start: span.start, end: span.end, score: span.score })
                .collect(),
            curve: Curve { time: Float64Array::new(time), score: Float64Array::new(score) },
            seconds: detection.seconds,
            speed: detection.speed,
            pitch: detection.pitch,
            soft_bits: Float32Array::new(detection.soft_bits),
            chips: detection.chips.into(),
        }
    }
}

#[napi]
pub struct Detector {
    held: RefCell<Option<Arc<voxguard::Detector>>>,
}

impl Detector {
    fn held(&self, env: &Env) -> Result<Arc<voxguard::Detector>> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }
}

#[napi]
impl Detector {
    #[napi(constructor)]
    pub fn new(env: Env, keys: Vec<ClassInstance<Key>>, effort: String, scheme: u32) -> Result<Self> {
        let effort: Effort = effort.parse().map_err(|error| raise(&env, &error))?;
        let scheme = Scheme::from_bits(scheme).map_err(|error| raise(&env, &error))?;
        let keys = keys.iter().map(|key| key.held(&env)).collect::<Result<Vec<_>>>()?;
        let detector = voxguard::Detector::with_scheme(&keys.iter().collect::<Vec<_>>(), effort, scheme)
            .map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(Arc::new(detector))) })
    }

    #[napi(js_name = "detectF32")]
    pub fn detect_f32(&self, env: Env, samples: &[f32], rate: u32, channels: u32) -> Result<Detection> {
        let detection = self.held(&env)?.detect(samples, rate, narrow(channels));
        detection.map(Detection::from).map_err(|error| raise(&env, &error))
    }

    #[napi(js_name = "detectI16")]
    pub fn detect_i16(&self, env: Env, samples: &[i16], rate: u32, channels: u32) -> Result<Detection> {
        let detection = self.held(&env)?.detect(samples, rate, narrow(channels));
        detection.map(Detection::from).map_err(|error| raise(&env, &error))
    }

    #[napi(js_name = "detectF32Async")]
    pub fn detect_f32_async(
        &self,
        env: Env,
        samples: &[f32],
        rate: u32,
        channels: u32,
        watch: &Watch,
    ) -> Result<AsyncTask<Job<Detection>>> {
        let (detector, samples, seen) = (self.held(&env)?, samples.to_vec(), watch.seen.clone());
        Ok(start(move || seen.detect(&detector, &samples, rate, channels)))
    }

    #[napi(js_name = "detectI16Async")]
    pub fn detect_i16_async(
        &self,
        env: Env,
        samples: &[i16],
        rate: u32,
        channels: u32,
        watch: &Watch,
    ) -> Result<AsyncTask<Job<Detection>>> {
        let (detector, samples, seen) = (self.held(&env)?, samples.to_vec(), watch.seen.clone());
        Ok(start(move || seen.detect(&detector, &samples, rate, channels)))
    }

    #[napi]
    pub fn listen(&self, env: Env, rate: u32, channels: u32) -> Result<Listener> {
        let listener = self.held(&env)?.listen(rate, narrow(channels));
        listener.map(Listener::new).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

/// How far a detection is, and whether it shall go on: written on one thread, read on another. The JavaScript side looks
/// at it from time to time, so no call crosses threads.
#[derive(Default)]
struct Seen {
    /// The bits of the share that is done, an `f64`.
    done: AtomicU64,
    stopped: AtomicBool,
}

impl Seen {
    fn detect<S: Sample>(
        &self,
        detector: &voxguard::Detector,
        samples: &[S],
        rate: u32,
        channels: u32,
    ) -> voxguard::Result<Detection> {
        let report = |done: f64| {
            self.done.store(done.to_bits(), Ordering::Relaxed);
            match self.stopped.load(Ordering::Relaxed) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        detector.detect_with_progress(samples, rate, narrow(channels), report).map(Detection::from)
    }
}

#[napi]
pub struct Watch {
    seen: Arc<Seen>,
}

#[napi]
impl Watch {
    #[napi(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript makes it")]
    pub fn new() -> Self {
        Self { seen: Arc::default() }
    }

    #[napi]
    pub fn done(&self) -> f64 {
        f64::from_bits(self.seen.done.load(Ordering::Relaxed))
    }

    #[napi]
    pub fn stop(&self) {
        self.seen.stopped.store(true, Ordering::Relaxed);
    }
}
