//! Marking: a stream, or a whole piece at once.

use std::cell::RefCell;

use napi::Env;
use napi::bindgen_prelude::{
    AsyncTask, BigInt, Float32Array, Float32ArraySlice, Int16Array, Int16ArraySlice,
};
use napi_derive::napi;
use voxguard::{MarkerOptions, Sample, Scheme};

use crate::failure::{Result, closed, raise};
use crate::job::{Job, start};
use crate::key::Key;

/// What is marked with what.
#[napi(object, object_to_js = false)]
pub struct Marking {
    /// Not negative, of at most 64 bits: `lib/check.js` has seen to it.
    pub mark: BigInt,
    pub rate: u32,
    pub channels: u32,
    pub scheme: u32,
    pub strength: f64,
}

impl Marking {
    fn options(&self) -> voxguard::Result<MarkerOptions> {
        Ok(MarkerOptions { scheme: Scheme::from_bits(self.scheme)?, strength: self.strength as f32 })
    }

    fn marker(&self, key: &voxguard::Key) -> voxguard::Result<voxguard::Marker> {
        let Self { ref mark, rate, channels, .. } = *self;
        voxguard::Marker::with_options(key, mark.get_u64().1, rate, narrow(channels), self.options()?)
    }

    fn embed<S: Sample>(&self, samples: &[S], key: &voxguard::Key) -> voxguard::Result<Vec<S>> {
        let Self { ref mark, rate, channels, .. } = *self;
        voxguard::embed_with(samples, rate, narrow(channels), key, mark.get_u64().1, self.options()?)
    }
}

#[napi]
pub struct Marker {
    held: RefCell<Option<voxguard::Marker>>,
}

impl Marker {
    fn with<T>(
        &self,
        env: &Env,
        work: impl FnOnce(&mut voxguard::Marker) -> voxguard::Result<T>,
    ) -> Result<T> {
        self.held.borrow_mut().as_mut().ok_or_else(closed).and_then(work).map_err(|error| raise(env, &error))
    }

    fn process<S: Sample>(&self, env: &Env, buffer: &mut [S]) -> Result<u32> {
        self.with(env, |marker| marker.process_in_place(buffer)).map(count)
    }

    fn flush<S: Sample>(&self, env: &Env) -> Result<Vec<S>> {
        let mut samples = Vec::new();
        self.with(env, |marker| marker.flush(&mut samples))?;
        Ok(samples)
    }
}

/// Frames as JavaScript's number. What fits into one typed array is below 2^32 samples.
pub fn count(frames: usize) -> u32 {
    u32::try_from(frames).unwrap_or(u32::MAX)
}

#[napi]
impl Marker {
    #[napi(constructor)]
    pub fn new(env: Env, key: &Key, asked: Marking) -> Result<Self> {
        let marker = asked.marker(&key.held(&env)?).map_err(|error| raise(&env, &error))?;
        Ok(Self { held: RefCell::new(Some(marker)) })
    }

    #[napi]
    pub fn latency(&self, env: Env) -> Result<u32> {
        self.with(&env, |marker| Ok(marker.latency())).map(count)
    }

    #[napi]
    pub fn pending(&self, env: Env) -> Result<u32> {
        self.with(&env, |marker| marker.pending()).map(count)
    }

    /// Marks in place and answers how many frames, at the start of the buffer, are marked.
    #[napi(js_name = "processF32")]
    pub fn process_f32(&self, env: Env, mut buffer: Float32ArraySlice) -> Result<u32> {
        // SAFETY: JavaScript has made this array for this call and hands it to nobody before it returns.
        self.process(&env, unsafe { buffer.as_mut() })
    }

    #[napi(js_name = "processI16")]
    pub fn process_i16(&self, env: Env, mut buffer: Int16ArraySlice) -> Result<u32> {
        // SAFETY: as in `process_f32`.
        self.process(&env, unsafe { buffer.as_mut() })
    }

    #[napi(js_name = "flushF32")]
    pub fn flush_f32(&self, env: Env) -> Result<Float32Array> {
        self.flush(&env).map(Float32Array::new)
    }

    #[napi(js_name = "flushI16")]
    pub fn flush_i16(&self, env: Env) -> Result<Int16Array> {
        self.flush(&env).map(Int16Array::new)
    }

    #[napi]
    pub fn reset(&self, env: Env) -> Result<()> {
        self.with(&env, voxguard::Marker::reset)
    }

    #[napi]
    pub fn debug_panic(&self, env: Env) -> Result<()> {
        self.with(&env, voxguard::debug_panic)
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

/// A channel count for the C functions, which judge it: what is too large for them stays too large.
pub fn narrow(channels: u32) -> u16 {
    u16::try_from(channels).unwrap_or(u16::MAX)
}

fn embed<S: Sample>(env: &Env, samples: &[S], key: &Key, asked: &Marking) -> Result<Vec<S>> {
    asked.embed(samples, &key.held(env)?).map_err(|error| raise(env, &error))
}

#[napi(js_name = "embedF32")]
pub fn embed_f32(env: Env, samples: &[f32], key: &Key, asked: Marking) -> Result<Float32Array> {
    embed(&env, samples, key, &asked).map(Float32Array::new)
}

#[napi(js_name = "embedI16")]
pub fn embed_i16(env: Env, samples: &[i16], key: &Key, asked: Marking) -> Result<Int16Array> {
    embed(&env, samples, key, &asked).map(Int16Array::new)
}

#[napi(js_name = "embedF32Async")]
pub fn embed_f32_async(
    env: Env,
    samples: &[f32],
    key: &Key,
    asked: Marking,
) -> Result<AsyncTask<Job<Float32Array>>> {
    let (samples, key) = (samples.to_vec(), key.held(&env)?);
    Ok(start(move || asked.embed(&samples, &key).map(Float32Array::new)))
}

#[napi(js_name = "embedI16Async")]
pub fn embed_i16_async(
    env: Env,
    samples: &[i16],
    key: &Key,
    asked: Marking,
) -> Result<AsyncTask<Job<Int16Array>>> {
    let (samples, key) = (samples.to_vec(), key.held(&env)?);
    Ok(start(move || asked.embed(&samples, &key).map(Int16Array::new)))
}
