//! Work on a thread of libuv's pool, with a promise for its result.

use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi::{Env, Task};

use crate::failure::{self, raise};

type Work<T> = Box<dyn FnOnce() -> voxguard::Result<T> + Send>;

/// A call of the client that is made elsewhere. Owns all that it works on.
pub struct Job<T> {
    work: Option<Work<T>>,
}

/// A promise for what `work` returns.
pub fn start<T>(work: impl FnOnce() -> voxguard::Result<T> + Send + 'static) -> AsyncTask<Job<T>>
where
    T: ToNapiValue + TypeName + Send + 'static,
{
    AsyncTask::new(Job { work: Some(Box::new(work)) })
}

impl<T: ToNapiValue + TypeName + Send + 'static> Task for Job<T> {
    // The client's error, not napi's: an error object can only be made on the JavaScript thread.
    type Output = voxguard::Result<T>;
    type JsValue = T;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.work.take().map_or_else(|| Err(failure::closed()), |work| work()))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> napi::Result<T> {
        output.map_err(|error| raise(&env, &error))
    }
}
