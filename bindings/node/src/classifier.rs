//! The host's classifier, a function of JavaScript.
//!
//! JavaScript runs on the thread of its event loop alone. A check on that thread calls the function and takes what it returns;
//! a check on another thread (`policy.judge`, `guard.utteranceAsync`) sends the question there and waits for the reply, which may be
//! that of a promise. The function that comes here is one of `lib/classifier.js`: it never throws.

use std::sync::mpsc::{Sender, channel};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::{FnArgs, Function, FunctionCallContext, FunctionRef, JsValue, ToNapiValue};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, sys};
use napi_derive::napi;
use voxguard::{Action, Classifier, Severity};

use crate::failure::Result;

/// A finding, checked by JavaScript; places are in characters.
#[napi(object)]
pub struct Found {
    pub rule: String,
    pub category: String,
    pub severity: String,
    pub action: String,
    pub start: u32,
    pub end: u32,
}

/// What the function gives: nothing stands for a failure.
type Answer = Option<Vec<Found>>;

/// The function: given a text alone it answers, given a reply as well it calls that.
pub type Ask<'scope> = Function<'scope, FnArgs<(String,)>, Answer>;

/// A question on its way to the event loop.
struct Question {
    spoken: String,
    answer: Sender<Answer>,
}

/// What the function calls with the answer.
struct Reply(Sender<Answer>);

impl ToNapiValue for Reply {
    unsafe fn to_napi_value(env: sys::napi_env, reply: Self) -> Result<sys::napi_value> {
        let answer = move |call: FunctionCallContext<'_>| {
            // Nobody listens any more when the budget is used up.
            drop(reply.0.send(call.first_arg().unwrap_or(None)));
            Ok(())
        };
        let env = Env::from_raw(env);
        let function: Function<'_, FnArgs<(Answer,)>, ()> =
            env.create_function_from_closure("reply", answer)?;
        Ok(function.raw())
    }
}

type Sent = ThreadsafeFunction<Question, Answer, FnArgs<(String, Reply)>, Status, false, true>;

struct Host {
    thread: ThreadId,
    env: Env,
    here: FunctionRef<FnArgs<(String,)>, Answer>,
    elsewhere: Sent,
    budget: Option<Duration>,
}

// SAFETY: `env` is used on `thread` alone; the other parts are of every thread.
unsafe impl Send for Host {}
unsafe impl Sync for Host {}

impl Host {
    fn ask(&self, spoken: &str) -> Answer {
        if thread::current().id() == self.thread {
            let begun = Instant::now();
            let answer =
                self.here.borrow_back(&self.env).and_then(|ask| ask.call((spoken.to_owned(),).into()));
            // Nothing can stop a function on this thread, but an answer that is late does not count.
            let late = self.budget.is_some_and(|budget| begun.elapsed() > budget);
            return answer.ok().flatten().filter(|_| !late);
        }
        let (answer, answers) = channel();
        let question = Question { spoken: spoken.to_owned(), answer };
        if self.elsewhere.call(question, ThreadsafeFunctionCallMode::NonBlocking) != Status::Ok {
            return None;
        }
        match self.budget {
            Some(budget) => answers.recv_timeout(budget).ok().flatten(),
            None => answers.recv().ok().flatten(),
        }
    }
}

/// The classifier of a policy. A budget of 0 is none.
pub fn classifier(env: &Env, ask: &Ask<'_>, budget_ms: u32, fail_open: bool) -> Result<Classifier> {
    let elsewhere = ask
        .build_threadsafe_function::<Question>()
        .callee_handled::<false>()
        // A policy that lives on is no reason for the process to.
        .weak::<true>()
        .build_callback(|call| Ok((call.value.spoken, Reply(call.value.answer)).into()))?;
    let host = Host {
        thread: thread::current().id(),
        env: Env::from_raw(env.raw()),
        here: ask.create_ref()?,
        elsewhere,
        budget: (budget_ms > 0).then(|| Duration::from_millis(u64::from(budget_ms))),
    };
    let judge = move |spoken: &str| {
        let found = host.ask(spoken).ok_or("the classifier gave no answer")?;
        found.into_iter().map(finding).collect::<Option<Vec<_>>>().ok_or("an unknown severity or action")
    };
    // The library's own budget would put every call on another thread, where this one could not answer.
    Ok(Classifier::new(judge).fail_open(fail_open))
}

fn finding(found: Found) -> Option<voxguard::Finding> {
    let actions = [Action::Allow, Action::Warn, Action::Mask, Action::Block];
    Some(voxguard::Finding {
        severity: severity(&found.severity)?,
        action: actions.into_iter().find(|action| action.name() == found.action)?,
        rule: found.rule,
        category: found.category,
        start: found.start as usize,
        end: found.end as usize,
    })
}

/// The severity of a name.
pub fn severity(name: &str) -> Option<Severity> {
    let all = [Severity::Info, Severity::Warning, Severity::Error, Severity::Critical];
    all.into_iter().find(|severity| severity.name() == name)
}
