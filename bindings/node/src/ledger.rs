//! The ledger. All that reads or writes the file is done on another thread, but for the constructor.

use std::cell::RefCell;

use napi::bindgen_prelude::{AsyncTask, BigInt, FnArgs, Function};
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi::{Env, Status};
use napi_derive::napi;

use crate::failure::{Result, closed, raise};
use crate::job::{Job, start};
use crate::key::Key;

#[napi(object, object_from_js = false, use_nullable = true)]
pub struct Fault {
    pub seq: Option<f64>,
    pub message: String,
}

#[napi(object, object_from_js = false, use_nullable = true)]
pub struct Verification {
    pub intact: bool,
    pub entries: f64,
    pub fault: Option<Fault>,
}

#[napi]
pub struct Ledger {
    held: RefCell<Option<voxguard::Ledger>>,
}

impl Ledger {
    fn new(ledger: voxguard::Ledger) -> Self {
        Self { held: RefCell::new(Some(ledger)) }
    }

    pub fn held(&self, env: &Env) -> Result<voxguard::Ledger> {
        self.held.borrow().clone().ok_or_else(|| raise(env, &closed()))
    }
}

/// A JSON array of the records' own JSON.
fn array(records: Vec<voxguard::Record>) -> String {
    let records: Vec<String> = records.into_iter().map(|record| record.json).collect();
    format!("[{}]", records.join(","))
}

#[napi]
impl Ledger {
    #[napi(constructor)]
    pub fn open(env: Env, url: String, key: &Key) -> Result<Self> {
        let ledger = voxguard::Ledger::open(&url, &key.held(&env)?);
        ledger.map(Self::new).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn length(&self, env: Env) -> Result<AsyncTask<Job<f64>>> {
        let ledger = self.held(&env)?;
        Ok(start(move || ledger.len().map(|entries| entries as f64)))
    }

    #[napi]
    pub fn get(&self, env: Env, seq: f64) -> Result<AsyncTask<Job<String>>> {
        let ledger = self.held(&env)?;
        // A safe integer of JavaScript, not negative: `lib/ledger.js` has checked.
        let seq = seq as u64;
        Ok(start(move || Ok(ledger.get(seq)?.map_or_else(|| "null".to_owned(), |record| record.json))))
    }

    #[napi]
    pub fn find_mark(&self, env: Env, mark: BigInt) -> Result<AsyncTask<Job<String>>> {
        let ledger = self.held(&env)?;
        let mark = mark.get_u64().1;
        Ok(start(move || ledger.find_mark(mark).map(array)))
    }

    #[napi]
    pub fn find_subject(&self, env: Env, subject: String) -> Result<AsyncTask<Job<String>>> {
        let ledger = self.held(&env)?;
        Ok(start(move || ledger.find_subject(&subject).map(array)))
    }

    #[napi]
    pub fn checkpoint(&self, env: Env) -> Result<AsyncTask<Job<String>>> {
        let ledger = self.held(&env)?;
        Ok(start(move || ledger.checkpoint()))
    }

    #[napi]
    pub fn verify(&self, env: Env, checkpoint: Option<String>) -> Result<AsyncTask<Job<Verification>>> {
        let ledger = self.held(&env)?;
        Ok(start(move || {
            let verification = ledger.verify(checkpoint.as_deref())?;
            Ok(Verification {
                intact: verification.intact,
                entries: verification.entries as f64,
                fault: verification
                    .fault
                    .map(|fault| Fault { seq: fault.seq.map(|seq| seq as f64), message: fault.message }),
            })
        }))
    }

    #[napi]
    pub fn ask(&self, env: Env, question: String) -> Result<AsyncTask<Job<String>>> {
        let ledger = self.held(&env)?;
        Ok(start(move || ledger.ask(&question)))
    }

    #[napi]
    pub fn rotate(&self, env: Env, next: &Ledger) -> Result<AsyncTask<Job<String>>> {
        let (ledger, next) = (self.held(&env)?, next.held(&env)?);
        Ok(start(move || ledger.rotate(&next)))
    }

    /// Tells this function of `lib/checkpoints.js`, which never throws, of checkpoints. It only takes them: waiting for
    /// JavaScript here could be to wait for a thread that waits for the ledger.
    #[napi]
    pub fn on_checkpoint(
        &self,
        env: Env,
        every: f64,
        due: Function<'_, FnArgs<(String,)>, ()>,
    ) -> Result<()> {
        let ledger = self.held(&env)?;
        let due = due
            .build_threadsafe_function::<String>()
            .callee_handled::<false>()
            // A ledger that lives on is no reason for the process to.
            .weak::<true>()
            .build_callback(|call| Ok(FnArgs::from((call.value,))))?;
        let tell = move |note: &str| match due.call(note.to_owned(), ThreadsafeFunctionCallMode::NonBlocking)
        {
            Status::Ok => Ok(()),
            other => Err(format!("JavaScript takes no calls: {other}")),
        };
        ledger.on_checkpoint(every as u64, tell).map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn forget_checkpoint_sink(&self, env: Env) -> Result<()> {
        self.held(&env)?.forget_checkpoint_sink().map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn verifying_key(&self, env: Env) -> Result<String> {
        self.held(&env)?.verifying_key().map_err(|error| raise(&env, &error))
    }

    #[napi]
    pub fn close(&self) {
        self.held.replace(None);
    }
}

#[napi]
pub fn open_ledger(env: Env, url: String, key: &Key) -> Result<AsyncTask<Job<Ledger>>> {
    let key = key.held(&env)?;
    Ok(start(move || voxguard::Ledger::open(&url, &key).map(Ledger::new)))
}

#[napi]
pub fn check_proof(question: String) -> AsyncTask<Job<String>> {
    start(move || voxguard::check_proof(&question))
}
