//! One utterance. Finishing and aborting write to the ledger, so they are done on another thread; whoever
//! else uses the utterance meanwhile is told that it is busy.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, TryLockError};

use napi::Env;
use napi::bindgen_prelude::{
    AsyncTask, Either, Float32Array, Float32ArraySlice, Int16Array, Int16ArraySlice, Null,
};
use napi_derive::napi;
use voxguard::Sample;

use crate::failure::{Result, busy, closed, raise};
use crate::job::{Job, start};
use crate::marker::count;
use crate::policy::Verdict;

type Shared = Arc<Mutex<voxguard::Utterance>>;

#[napi(object, object_from_js = false)]
pub struct FinishedF32 {
    pub samples: Float32Array,
    pub record: String,
}

#[napi(object, object_from_js = false)]
pub struct FinishedI16 {
    pub samples: Int16Array,
    pub record: String,
}

#[napi]
pub struct Utterance {
    held: RefCell<Option<Shared>>,
}

/// Works with the utterance unless another thread does. A client that panicked has answered for itself:
/// the C functions know which handle is dead.
fn work<T>(
    shared: &Shared,
    work: impl FnOnce(&mut voxguard::Utterance) -> voxguard::Result<T>,
) -> voxguard::Result<T> {
    match shared.try_lock() {
        Ok(mut utterance) => work(&mut utterance),
        Err(TryLockError::Poisoned(poisoned)) => work(&mut poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => Err(busy()),
    }
}

fn finish<S: Sample>(shared: &Shared) -> voxguard::Result<(Vec<S>, String)> {
    let mut samples = Vec::new();
    let record = work(shared, |utterance| utterance.finish(&mut samples))?;
    Ok((samples, record.json))
}

fn json(record: Option<voxguard::Record>) -> String {
    record.map_or_else(|| "null".to_owned(), |record| record.json)
}

impl Utterance {
    pub fn new(utterance: voxguard::Utterance) -> Self {
        Self { held: RefCell::new(Some(Arc::new(Mutex::new(utterance)))) }
    }

    fn held(&self, env: &Env) -> Result<Shared> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }

    fn with<T>(
        &self,
        env: &Env,
        call: impl FnOnce(&mut voxguard::Utterance) -> voxguard::Result<T>,
    ) -> Result<T> {
        work(&self.held(env)?, call).map_err(|error| raise(env, &error))
    }

    fn mark<S: Sample>(&self, env: &Env, buffer: &mut [S]) -> Result<u32> {
        self.with(env, |utterance| utterance.mark_in_place(buffer)).map(count)
    }
}

#[napi]
impl Utterance {
    #[napi]
    pub fn verdict(&self, env: Env) -> Result<Verdict> {
        self.with(&env, |utterance| Ok(Verdict::from(utterance.verdict().clone())))
    }

    #[napi]
    pub fn mark_id(&self, env: Env) -> Result<Either<u32, Null>> {
        let mark = self.with(&env, |utterance| Ok(utterance.mark_id()))?;
        Ok(mark.and_then(|mark| u32::try_from(mark).ok()).map_or(Either::B(Null), Either::A))
    }

    #[napi]
    pub fn latency(&self, env: Env) -> Result<u32> {
        self.with(&env, |utterance| Ok(utterance.latency())).map(count)
    }

    #[napi]
    pub fn pending(&self, env: Env) -> Result<u32> {
        self.with(&env, |utterance| utterance.pending()).map(count)
    }

    /// Marks in place and answers how many frames, at the start of the buffer, are marked.
    #[napi(js_name = "markF32")]
    pub fn mark_f32(&self, env: Env, mut buffer: Float32ArraySlice) -> Result<u32> {
        // SAFETY: JavaScript has made this array for this call and hands it to nobody before it returns.
        self.mark(&env, unsafe { buffer.as_mut() })
    }

    #[napi(js_name = "markI16")]
    pub fn mark_i16(&self, env: Env, mut buffer: Int16ArraySlice) -> Result<u32> {
        // SAFETY: as in `mark_f32`.
        self.mark(&env, unsafe { buffer.as_mut() })
    }

    #[napi(js_name = "finishF32")]
    pub fn finish_f32(&self, env: Env) -> Result<AsyncTask<Job<FinishedF32>>> {
        let shared = self.held(&env)?;
        Ok(start(move || {
            let (samples, record) = finish(&shared)?;
            Ok(FinishedF32 { samples: Float32Array::new(samples), record })
        }))
    }

    #[napi(js_name = "finishI16")]
    pub fn finish_i16(&self, env: Env) -> Result<AsyncTask<Job<FinishedI16>>> {
        let shared = self.held(&env)?;
        Ok(start(move || {
            let (samples, record) = finish(&shared)?;
            Ok(FinishedI16 { samples: Int16Array::new(samples), record })
        }))
    }

    #[napi]
    pub fn abort(&self, env: Env) -> Result<AsyncTask<Job<String>>> {
        let shared = self.held(&env)?;
        Ok(start(move || work(&shared, voxguard::Utterance::abort).map(json)))
    }

    /// The record of this utterance as JSON, `null` while there is none.
    #[napi]
    pub fn record(&self, env: Env) -> Result<String> {
        self.with(&env, |utterance| utterance.record()).map(json)
    }

    /// What to answer when the request was turned away before its text was judged, as JSON; `null` otherwise.
    #[napi]
    pub fn answer(&self, env: Env) -> Result<String> {
        let answer = self.with(&env, |utterance| utterance.answer())?;
        Ok(answer.map_or_else(|| "null".to_owned(), |answer| answer.to_json()))
    }

    /// Aborts at once what is not over and answers with the record as JSON, `null` when none was made: because
    /// it is over, because another thread is finishing it, or because the ledger failed. Before `close`.
    #[napi]
    pub fn abort_now(&self, env: Env) -> Result<String> {
        Ok(json(work(&self.held(&env)?, voxguard::Utterance::abort).unwrap_or(None)))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}
