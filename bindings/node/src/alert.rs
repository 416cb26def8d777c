//! The host's function that is told of alerts. A refusal on the event loop's thread calls it there and then; one on another
//! thread sends the alert to the event loop. The function that comes here is one of `lib/access.js`: it never throws.

use std::thread::{self, ThreadId};

use napi::bindgen_prelude::{FnArgs, Function, FunctionRef};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status};

use crate::failure::Result;

/// The function: it takes an alert as JSON.
pub type Told<'scope> = Function<'scope, FnArgs<(String,)>, ()>;

type Sent = ThreadsafeFunction<String, (), FnArgs<(String,)>, Status, false, true>;

struct Host {
    thread: ThreadId,
    env: Env,
    here: FunctionRef<FnArgs<(String,)>, ()>,
    elsewhere: Sent,
}

// SAFETY: `env` is used on `thread` alone; the other parts are of every thread.
unsafe impl Send for Host {}
unsafe impl Sync for Host {}

impl Host {
    fn tell(&self, alert: String) {
        if thread::current().id() == self.thread {
            // The alert is among `alerts()` too: one that cannot be told here is not lost.
            let _ = self.here.borrow_back(&self.env).and_then(|told| told.call((alert,).into()));
        } else {
            self.elsewhere.call(alert, ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

/// What an access tells its alerts to.
pub fn teller(env: &Env, told: &Told<'_>) -> Result<impl Fn(&voxguard::Alert) + Send + Sync + 'static> {
    let elsewhere = told
        .build_threadsafe_function::<String>()
        .callee_handled::<false>()
        // An access that lives on is no reason for the process to.
        .weak::<true>()
        .build_callback(|call| Ok((call.value,).into()))?;
    let host = Host {
        thread: thread::current().id(),
        env: Env::from_raw(env.raw()),
        here: told.create_ref()?,
        elsewhere,
    };
    Ok(move |alert: &voxguard::Alert| host.tell(alert.to_json()))
}
