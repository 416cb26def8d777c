//! Listening to a stream. Searches take their time, so they are done on another thread.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, TryLockError};

use napi::Env;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use voxguard::Sample;

use crate::detector::Detection;
use crate::failure::{Result, busy, closed, raise};
use crate::job::{Job, start};

type Shared = Arc<Mutex<voxguard::Listener>>;

#[napi]
pub struct Listener {
    held: RefCell<Option<Shared>>,
}

impl Listener {
    pub fn new(listener: voxguard::Listener) -> Self {
        Self { held: RefCell::new(Some(Arc::new(Mutex::new(listener)))) }
    }

    fn held(&self, env: &Env) -> Result<Shared> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }

    fn push<S: Sample>(&self, env: &Env, samples: &[S]) -> Result<AsyncTask<Job<Option<Detection>>>> {
        let (shared, samples) = (self.held(env)?, samples.to_vec());
        let push = move |listener: &mut voxguard::Listener| listener.push(&samples);
        Ok(start(move || work(&shared, push).map(|verdict| verdict.map(Detection::from))))
    }
}

/// Works with the listener unless another thread does.
fn work<T>(
    shared: &Shared,
    work: impl FnOnce(&mut voxguard::Listener) -> voxguard::Result<T>,
) -> voxguard::Result<T> {
    match shared.try_lock() {
        Ok(mut listener) => work(&mut listener),
        Err(TryLockError::Poisoned(poisoned)) => work(&mut poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => Err(busy()),
    }
}

#[napi]
impl Listener {
    #[napi(js_name = "pushF32")]
    pub fn push_f32(&self, env: Env, samples: &[f32]) -> Result<AsyncTask<Job<Option<Detection>>>> {
        self.push(&env, samples)
    }

    #[napi(js_name = "pushI16")]
    pub fn push_i16(&self, env: Env, samples: &[i16]) -> Result<AsyncTask<Job<Option<Detection>>>> {
        self.push(&env, samples)
    }

    #[napi]
    pub fn finish(&self, env: Env) -> Result<AsyncTask<Job<Detection>>> {
        let shared = self.held(&env)?;
        Ok(start(move || work(&shared, |listener| listener.finish()).map(Detection::from)))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}
