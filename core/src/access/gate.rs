//! The gate: all of access for one guard, from one [`Config`].
//!
//! A request passes the panic switch, identity, role, text limits, rate and admission, in that order: what
//! costs least and says most comes first, and nothing is spent on a request that is refused before. What passed
//! holds a [`Pass`] until it ends, however it ends.

mod ask;

use std::collections::BTreeMap;
use std::hash::RandomState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::admission::{Admission, Ticket};
use super::answer::Answer;
use super::authorizer::{Authorizer, Compile, Question};
use super::command::{Commands, Decision as CommandDecision};
use super::limiter::{Decision, Limiter, Rate};
use super::role::{Decision as RoleDecision, Roles};
use super::token::{Claims, Refusal};
use crate::config::{Config, ConfigError};
use crate::id::{Language, SubjectId};
use crate::monitor::{Alert, Event, Monitor, Snapshot};

pub use ask::Ask;

/// Access as a guard uses it. Cheap to clone; all clones share one state, behind a lock that is held for
/// microseconds.
#[derive(Clone)]
pub struct Access {
    state: Arc<Mutex<State>>,
}

struct State {
    config: Config,
    languages: Vec<Language>,
    limiter: Option<Limiter>,
    kinds: BTreeMap<String, Limiter>,
    admission: Admission,
    roles: Roles,
    authorizer: Option<Arc<dyn Authorizer>>,
    compile: Option<Compile>,
    commands: Option<Commands>,
    monitor: Monitor,
    hasher: RandomState,
    revoked_before: u64,
    alerts: Vec<Alert>,
    on_alert: Option<OnAlert>,
    untold: Vec<Alert>,
}

/// Who is told of alerts at once. Called without the lock: it may use the gate.
pub type OnAlert = Arc<dyn Fn(&Alert) + Send + Sync>;

/// Alerts that wait to be fetched; when they are more, the oldest are dropped. Their counters are not.
const MAX_ALERTS: usize = 1_000;

/// What an utterance holds while it lasts. Dropped, it gives back its place.
pub struct Pass {
    access: Access,
    ticket: Ticket,
    ended: bool,
}

impl Access {
    /// Access by a configuration.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::with(config, None)
    }

    /// Access by a configuration whose policies in Cedar, if it has any, `compile` makes an authorizer of.
    pub fn with(config: Config, compile: Option<Compile>) -> Result<Self, ConfigError> {
        let state = State::new(config, compile)?;
        Ok(Self { state: Arc::new(Mutex::new(state)) })
    }

    /// Takes over another configuration at once: no request sees half of it. What is in flight, counted and
    /// owed stays: where a rate has changed, each subject owes as many requests as before.
    pub fn reload(&self, config: Config) -> Result<(), ConfigError> {
        let compile = self.lock().compile;
        let mut fresh = State::new(config, compile)?;
        let mut state = self.lock();
        // All that can fail comes before the first change. (The rules were accepted when `fresh` was made of them.)
        state.monitor.reload(fresh.config.monitor_rules())?;
        state.admission.set_capacity(fresh.config.admission.capacity())?;
        if let (Some(limiter), Some(old)) = (&mut fresh.limiter, state.limiter.take()) {
            limiter.inherit(old);
        }
        for (kind, limiter) in &mut fresh.kinds {
            if let Some(old) = state.kinds.remove(kind) {
                limiter.inherit(old);
            }
        }
        state.limiter = fresh.limiter;
        state.kinds = fresh.kinds;
        state.roles = fresh.roles;
        state.authorizer = fresh.authorizer;
        state.commands = fresh.commands;
        state.languages = fresh.languages;
        state.config = fresh.config;
        Ok(())
    }

    /// Whose consent this voice needs before it speaks, and for what; none for a voice that is nobody's.
    pub fn consent_needed(&self, voice: &str) -> Option<(SubjectId, String)> {
        let state = self.lock();
        let rules = state.config.consent.as_ref()?;
        // Every owner was read when the configuration was.
        Some((rules.owner(voice).ok()??, rules.scope.clone()))
    }

    /// The configuration in force.
    pub fn config(&self) -> Config {
        self.lock().config.clone()
    }

    /// Whether this may be spoken, before its text is judged. What passes holds its place until the pass is
    /// dropped.
    pub fn begin(&self, ask: &Ask<'_>) -> Result<Pass, Answer> {
        let begun =
            self.change(|state| state.begin(ask).inspect_err(|answer| state.note_refusal(answer, ask)));
        begun.map(|ticket| Pass { access: self.clone(), ticket, ended: false })
    }

    /// Counts one request of a kind of its own, such as `detect`; kinds without a limit always pass.
    pub fn check_rate(&self, kind: &str, key: &str, now_ns: u64) -> Decision {
        self.change(|state| {
            let decision = match state.kinds.get_mut(kind) {
                Some(limiter) => limiter.check(key.as_bytes(), 1, now_ns),
                None => Decision { allowed: true, retry_after: 0.0, remaining: u32::MAX },
            };
            if !decision.allowed {
                state.note(Event::RateViolation, key, now_ns);
            }
            decision
        })
    }

    /// Whether a role may do something.
    pub fn check_role(&self, role: &str, permission: &str, resource: &str) -> RoleDecision {
        let authorizer = self.lock().authorizer.clone();
        match authorizer {
            None => self.lock().roles.check(role, permission, resource),
            Some(authorizer) => authorizer.check(&Question {
                role: Some(role.into()),
                permission: permission.into(),
                resource: resource.into(),
                ..Question::default()
            }),
        }
    }

    /// Whether somebody may do something: by the policies of this configuration, or by the role alone where it has
    /// roles.
    pub fn check(&self, question: &Question) -> RoleDecision {
        let authorizer = self.lock().authorizer.clone();
        match (authorizer, &question.role) {
            (Some(authorizer), _) => authorizer.check(question),
            (None, Some(role)) => self.lock().roles.check(role, &question.permission, &question.resource),
            (None, None) => RoleDecision::denied("the question names no role, and roles decide"),
        }
    }

    /// Whether a voice may give a command. Refusals are watched for.
    pub fn check_command(&self, name: &str, arguments: &str, source: &str, now_ns: u64) -> CommandDecision {
        self.change(|state| {
            let decision = match &state.commands {
                Some(commands) => commands.check_json(name, arguments),
                None => Commands::none().check(name, &Value::Null),
            };
            if !decision.allowed {
                state.note(Event::SuspiciousCommand, source, now_ns);
            }
            decision
        })
    }

    /// Verifies a token for the gate: none holds that was issued before [`Access::revoke_all`]'s moment, and refusals
    /// are watched for. `verify` is given that moment, in seconds, and asks [`Tokens`](super::token::Tokens).
    pub fn verify_token(
        &self,
        source: &str,
        now: u64,
        verify: impl FnOnce(u64) -> Result<Claims, Refusal>,
    ) -> Result<Claims, Refusal> {
        let verified = verify(self.revoked_before());
        if verified.is_err() {
            let now_ns = now.saturating_mul(1_000_000_000);
            self.change(|state| state.note(Event::AuthFailure, source, now_ns));
        }
        verified
    }

    /// Counts an event. The alert that it raises is returned, and told to whom [`Access::on_alert`] named.
    pub fn record(&self, event: Event, source: &str, now_ns: u64) -> Option<Alert> {
        self.change(|state| {
            let alert = state.monitor.record(event, source, now_ns);
            if state.on_alert.is_some() {
                state.untold.extend(alert.clone());
            }
            alert
        })
    }

    /// Names who is told of each alert when it is raised, on the thread that raises it; none: nobody.
    pub fn on_alert(&self, told: Option<OnAlert>) {
        // Dropped without the lock: what goes may be somebody else's code.
        let before = std::mem::replace(&mut self.lock().on_alert, told);
        drop(before);
    }

    /// Alerts that the gate itself has raised since the last call.
    pub fn take_alerts(&self) -> Vec<Alert> {
        std::mem::take(&mut self.lock().alerts)
    }

    /// Denies everything until [`Access::lift`]. Utterances that have begun go on.
    pub fn panic(&self, reason: &str) {
        self.lock().monitor.panic(reason);
    }

    /// Ends the panic. Whether there was one.
    pub fn lift(&self) -> bool {
        self.lock().monitor.lift()
    }

    /// Keys and tokens that were made before this second are refused from now on. It never goes back.
    pub fn revoke_all(&self, before: u64) {
        let mut state = self.lock();
        state.revoked_before = state.revoked_before.max(before);
    }

    /// The moment before which all keys and tokens are revoked.
    pub fn revoked_before(&self) -> u64 {
        self.lock().revoked_before
    }

    /// Counters as they stand.
    pub fn snapshot(&self) -> Snapshot {
        self.lock().monitor.snapshot()
    }

    /// Counters and what is in flight, as JSON.
    pub fn snapshot_json(&self) -> Value {
        let state = self.lock();
        let (seconds, utterances) = state.admission.in_flight();
        let forgotten = state.limiter.as_ref().map_or(0, Limiter::evicted);
        let mut snapshot = serde_json::to_value(state.monitor.snapshot()).unwrap_or_default();
        if let Some(fields) = snapshot.as_object_mut() {
            fields.insert("in_flight".into(), json!({"seconds": seconds, "utterances": utterances}));
            fields.insert("limits_forgotten".into(), forgotten.into());
            fields.insert("revoked_before".into(), state.revoked_before.into());
        }
        snapshot
    }

    /// Makes a change, and tells of the alerts that it raised once the lock is free.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let (done, told, alerts) = {
            let mut state = self.lock();
            let done = change(&mut state);
            if state.untold.is_empty() {
                return done;
            }
            (done, state.on_alert.clone(), std::mem::take(&mut state.untold))
        };
        if let Some(told) = told {
            alerts.iter().for_each(|alert| told(alert));
        }
        done
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change is made in one piece: what a panic elsewhere leaves is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(config: Config, compile: Option<Compile>) -> Result<Self, ConfigError> {
        let limiter = match config.rate.per_minute {
            0 => None,
            count => Some(Limiter::new(Rate::new(count, 60.0, config.rate.burst)?, config.rate.max_keys)?),
        };
        let mut kinds = BTreeMap::new();
        for (kind, rate) in &config.rate.kinds {
            let rate = Rate::new(rate.per_minute, 60.0, rate.burst)?;
            kinds.insert(kind.clone(), Limiter::new(rate, config.rate.max_keys)?);
        }
        let commands = match &config.commands {
            Some(rules) => Some(Commands::new(rules.clone())?),
            None => None,
        };
        let authorizer = match (&config.cedar, compile) {
            (None, _) => None,
            (Some(_), None) => return Err(ConfigError::NoCedar),
            (Some(rules), Some(compile)) => {
                Some(compile(rules).map_err(|message| ConfigError::Cedar { message })?)
            }
        };
        Ok(Self {
            languages: config.languages()?,
            limiter,
            kinds,
            admission: Admission::new(config.admission.capacity())?,
            roles: config.roles.as_ref().map_or_else(|| Ok(Roles::preset()), Roles::new)?,
            authorizer,
            compile,
            commands,
            monitor: Monitor::new(config.monitor_rules())?,
            hasher: RandomState::new(),
            revoked_before: 0,
            alerts: Vec::new(),
            on_alert: None,
            untold: Vec::new(),
            config,
        })
    }

    fn note(&mut self, event: Event, source: &str, now_ns: u64) {
        if let Some(alert) = self.monitor.record(event, source, now_ns) {
            if self.alerts.len() >= MAX_ALERTS {
                self.alerts.remove(0);
            }
            if self.on_alert.is_some() {
                self.untold.push(alert.clone());
            }
            self.alerts.push(alert);
        }
    }
}

impl Pass {
    /// The longest that the audio may become, in seconds.
    pub fn max_seconds(&self) -> f64 {
        self.access.lock().config.audio.max_seconds
    }

    /// Counts what became of it; once.
    pub fn end(&mut self, event: Event, now_ns: u64) {
        if !self.ended {
            self.ended = true;
            self.access.change(|state| {
                state.admission.release(self.ticket);
                state.note(event, "", now_ns);
            });
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.end(Event::Aborted, 0);
    }
}

#[cfg(test)]
mod tests;
