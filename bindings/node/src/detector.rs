//! Detection.

use std::cell::RefCell;
use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::{AsyncTask, ClassInstance, Float64Array};
use napi_derive::napi;
use voxguard::Effort;

use crate::failure::{Result, closed, raise};
use crate::job::{Job, start};
use crate::key::Key;
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
    pub mark: Option<u32>,
    pub key_id: Option<String>,
    pub spans: Vec<Span>,
    pub curve: Curve,
    pub seconds: f64,
}

impl From<voxguard::Detection> for Detection {
    fn from(detection: voxguard::Detection) -> Self {
        let (time, score): (Vec<f64>, Vec<f64>) =
            detection.curve.iter().map(|point| (point.time, point.score)).unzip();
        Self {
            found: detection.found,
            p_value: detection.p_value,
            mark: detection.mark.and_then(|mark| u32::try_from(mark).ok()),
            key_id: detection.key_id,
            spans: detection
                .spans
                .into_iter()
                .map(|span| Span { start: span.start, end: span.end, score: span.score })
                .collect(),
            curve: Curve { time: Float64Array::new(time), score: Float64Array::new(score) },
            seconds: detection.seconds,
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
    pub fn new(env: Env, keys: Vec<ClassInstance<Key>>, effort: String) -> Result<Self> {
        let effort: Effort = effort.parse().map_err(|error| raise(&env, &error))?;
        let keys = keys.iter().map(|key| key.held(&env)).collect::<Result<Vec<_>>>()?;
        let detector = voxguard::Detector::new(&keys.iter().collect::<Vec<_>>(), effort)
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
    ) -> Result<AsyncTask<Job<Detection>>> {
        let (detector, samples) = (self.held(&env)?, samples.to_vec());
        Ok(start(move || detector.detect(&samples, rate, narrow(channels)).map(Detection::from)))
    }

    #[napi(js_name = "detectI16Async")]
    pub fn detect_i16_async(
        &self,
        env: Env,
        samples: &[i16],
        rate: u32,
        channels: u32,
    ) -> Result<AsyncTask<Job<Detection>>> {
        let (detector, samples) = (self.held(&env)?, samples.to_vec());
        Ok(start(move || detector.detect(&samples, rate, narrow(channels)).map(Detection::from)))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}
