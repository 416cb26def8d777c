//! Operations of a ledger beyond opening and looking up: each is asked for in JSON and answered in JSON, as
//! docs/LEDGER.md lists them ("Operations").
//!
//! A question is an object with the name of its `operation` and the fields of that one; a field that is not known is
//! refused. For instance `{"operation":"find","mark":"1234abcd"}`, `{"operation":"prove","seq":7}`,
//! `{"operation":"consent","subject":"anna","voice":"heart","scope":"synthesize"}`, or
//! `{"operation":"request","subject":"anna","right":"erasure"}`. Times are milliseconds since 1970.

use std::ffi::c_char;

use serde::Deserialize;
use serde_json::{Value, json};
use voxguard_core::id::{MarkId, SubjectId};
use voxguard_core::key::hex;
use voxguard_core::ledger::{
    Checkpoint, Continuation, Event, EventKind, Inclusion, ProofError, RetentionPolicy, StoredRecord,
    VerifyingKey, WitnessKey, tlog_proof,
};
use voxguard_core::report::audible::{Every, Form};
use voxguard_core::report::{aigc, audible, c2pa, compliance, disclosure, verify};
use voxguard_store::{Grant, Intent, Ledger, Query};

use crate::argument::{place, text};
use crate::bytes::vg_bytes_t;
use crate::call::control;
use crate::error::{Error, Result, vg_error_t};
use crate::handle::shared;
use crate::ledger::{json_of, now_ms, vg_ledger_t};
use crate::status::{VG_ERR_ARGUMENT, VG_ERR_CHECKPOINT, VG_ERR_CONFIG, vg_status_t};

/// Does an operation of the ledger: finds, proves, exports, records consent and the host's own events, answers
/// requests of people, purges, looks soft bits up, reports. VG_ERR_ARGUMENT when there is no such operation, or
/// not with these fields; that somebody is not known, or that there is no such record, is an answer (`null`, or
/// `"granted":false`).
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_ledger_ask(
    ledger: *const vg_ledger_t,
    question: *const c_char,
    len: usize,
    answer: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(answer)?;
        let question = parse::<Question>(unsafe { text("question", question, len) }?)?;
        let json = unsafe { shared(ledger, |open| ask(&open.ledger, question)) }?;
        unsafe { out.set(vg_bytes_t::new(json_of(&json)?.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Checks, without a secret key, what a ledger gave out:
/// `{"proof":"c2sp.org/tlog-proof@v1...","key":"name+hash+key"}` a record's proof, with `"witnesses":[...]` and `"quorum":1`
/// if others must have signed; `{"proof":"old 7...","key":...,"checkpoint":"..."}` that a ledger continues an earlier
/// checkpoint; `{"ledger":"sqlite:///...","key":...,"checkpoint":"..."}` a whole ledger against a checkpoint;
/// `{"checkpoint":"...","key":...}` who signed a checkpoint, with witnesses as above. The answer has
/// `"holds"`, true or false, a `"reason"`, and what was proven. VG_ERR_ARGUMENT when it is no such question.
///
/// Threads: any. Real time: no.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vg_proof_check(
    question: *const c_char,
    len: usize,
    answer: *mut vg_bytes_t,
    err: *mut *mut vg_error_t,
) -> vg_status_t {
    let call = || {
        let out = place(answer)?;
        let json = check(parse(unsafe { text("question", question, len) }?)?)?;
        unsafe { out.set(vg_bytes_t::new(json_of(&json)?.as_bytes())) };
        Ok(())
    };
    unsafe { control(err, call) }
}

/// Records read at a time when many are.
const PAGE: u32 = 1000;

#[derive(Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
enum Question {
    Find {
        mark: Option<MarkId>,
        content: Option<String>,
        subject: Option<String>,
        kind: Option<String>,
        from_ms: Option<u64>,
        until_ms: Option<u64>,
        after: Option<u64>,
        before: Option<u64>,
        #[serde(default)]
        newest_first: bool,
        limit: Option<u32>,
    },
    Event {
        kind: String,
        object: String,
        subject: Option<String>,
        actor: Option<String>,
        allowed: Option<bool>,
        content: Option<String>,
        previous: Option<String>,
        until_ms: Option<u64>,
        size: Option<u64>,
        detail: Option<String>,
    },
    Prove {
        seq: u64,
    },
    ProveSince {
        checkpoint: String,
    },
    NoteCheckpoint {},
    Export {
        #[serde(default)]
        after: u64,
        limit: Option<u32>,
    },
    Attachment {
        seq: u64,
    },
    Lookup {
        soft: Vec<f32>,
        chips: u8,
    },
    GiveConsent {
        subject: String,
        grant: Grant,
    },
    WithdrawConsent {
        subject: String,
        voice: Option<String>,
    },
    Consent {
        subject: String,
        voice: String,
        scope: String,
        sample: Option<String>,
    },
    Standing {
        subject: String,
    },
    Hold {
        subject: String,
        held: bool,
        reason: String,
    },
    Request {
        subject: String,
        right: String,
        note: Option<String>,
    },
    Retain {
        preset: Option<String>,
        policy: Option<RetentionPolicy>,
        #[serde(default)]
        dry_run: bool,
        now_ms: Option<u64>,
    },
    VerifyReport {
        found: bool,
        p_value: f64,
        mark: Option<MarkId>,
    },
    C2pa {
        seq: u64,
        generator: String,
    },
    Aigc {
        seq: u64,
        producer: String,
    },
    LatentDisclosure {
        seq: u64,
        provider: String,
        system: String,
        version: String,
    },
    AudibleDisclosure {
        form: Form,
        every: Every,
        turns: u32,
        language: Option<String>,
        rate: Option<u32>,
    },
    Compliance {
        from_ms: u64,
        until_ms: u64,
        #[serde(default)]
        html: bool,
        #[serde(default)]
        verify: bool,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    key: String,
    proof: Option<String>,
    ledger: Option<String>,
    checkpoint: Option<String>,
    #[serde(default)]
    witnesses: Vec<String>,
    #[serde(default)]
    quorum: usize,
}

fn ask(ledger: &Ledger, question: Question) -> Result<Value> {
    match question {
        Question::Find {
            mark,
            content,
            subject,
            kind,
            from_ms,
            until_ms,
            after,
            before,
            newest_first,
            limit,
        } => {
            let query = Query {
                mark,
                content: content.as_deref().map(hash).transpose()?,
                subject: subject.as_deref().map(str::parse).transpose()?,
                kinds: kind.as_deref().map(kind_code).transpose()?.into_iter().collect(),
                from_ms,
                until_ms,
                after,
                before,
                newest_first,
                limit: limit.unwrap_or(Ledger::MAX_FOUND),
            };
            Ok(ledger.find(&query)?.iter().map(StoredRecord::to_json).collect())
        }
        Question::Event {
            kind,
            object,
            subject,
            actor,
            allowed,
            content,
            previous,
            until_ms,
            size,
            detail,
        } => {
            let kind = EventKind::from_name(&kind)
                .ok_or_else(|| argument(format_args!("no kind of record is called {kind:?}")))?;
            let mut event = Event::new(kind);
            event.object = Some(object);
            let subject: Option<SubjectId> = subject.as_deref().map(str::parse).transpose()?;
            let actor: Option<SubjectId> = actor.as_deref().map(str::parse).transpose()?;
            event.subject = subject.map(|subject| ledger.key().subject_tag(&subject));
            event.actor = actor.map(|actor| ledger.key().actor_tag(&actor));
            event.content = content.as_deref().map(hash).transpose()?;
            event.previous = previous.as_deref().map(hash).transpose()?;
            (event.allowed, event.until_ms, event.size, event.detail) = (allowed, until_ms, size, detail);
            Ok(ledger.event(event, now_ms())?.to_json())
        }
        Question::Prove { seq } => Ok(json!(ledger.prove(seq, now_ms())?.map(|proof| proof.to_text()))),
        Question::ProveSince { checkpoint } => {
            Ok(json!(ledger.prove_since(&checkpoint, now_ms())?.map(|proof| proof.to_text())))
        }
        Question::NoteCheckpoint {} => Ok(json!(ledger.note_checkpoint(now_ms())?)),
        Question::Export { after, limit } => Ok(json!(ledger.export(after, limit.unwrap_or(PAGE))?)),
        Question::Attachment { seq } => Ok(match ledger.attachment(seq)? {
            Some((category, bytes)) => {
                json!({"category": category.as_str(), "text": String::from_utf8_lossy(&bytes)})
            }
            None => Value::Null,
        }),
        Question::Lookup { soft, chips } => Ok(json!(ledger.lookup(&soft, chips)?)),
        Question::GiveConsent { subject, grant } => {
            Ok(ledger.give_consent(&subject.parse()?, &grant, now_ms())?.to_json())
        }
        Question::WithdrawConsent { subject, voice } => {
            let stored = ledger.withdraw_consent(&subject.parse()?, voice.as_deref(), now_ms())?;
            Ok(stored.map_or(Value::Null, |stored| stored.to_json()))
        }
        Question::Consent { subject, voice, scope, sample } => {
            Ok(json!(ledger.consent(&subject.parse()?, &Intent { voice, scope, sample }, now_ms())?))
        }
        Question::Standing { subject } => Ok(json!(ledger.standing(&subject.parse()?)?)),
        Question::Hold { subject, held, reason } => {
            let stored = ledger.hold(&subject.parse()?, held, &reason, now_ms())?;
            Ok(stored.map_or(Value::Null, |stored| stored.to_json()))
        }
        Question::Request { subject, right, note } => {
            let right = right.parse().map_err(argument)?;
            Ok(json!(ledger.request(&subject.parse()?, right, note.as_deref(), now_ms())?))
        }
        Question::Retain { preset, policy, dry_run, now_ms: now } => {
            let policy = match (preset, policy) {
                (Some(name), None) => RetentionPolicy::preset(&name)
                    .ok_or_else(|| argument("no such preset: accepted are standard and seven-years"))?,
                (None, Some(policy)) => policy,
                _ => return Err(argument("accepted is either a preset or a policy")),
            };
            let now = now.unwrap_or_else(now_ms);
            Ok(json!(if dry_run { ledger.plan(&policy, now)? } else { ledger.retain(&policy, now)? }))
        }
        Question::VerifyReport { found, p_value, mark } => {
            let stored = mark.map(|mark| ledger.find_mark(mark)).transpose()?.unwrap_or_default();
            Ok(json!(verify::verify_report(verify::Heard { found, p_value }, stored.first())))
        }
        Question::C2pa { seq, generator } => {
            c2pa::assertions(&existing(ledger, seq)?, &generator).map_err(argument)
        }
        Question::Aigc { seq, producer } => {
            let label = aigc::label(&existing(ledger, seq)?, &producer).map_err(argument)?;
            Ok(json!({"label": label, "placements": aigc::placements(&label)}))
        }
        Question::LatentDisclosure { seq, provider, system, version } => {
            let stored = existing(ledger, seq)?;
            Ok(json!(disclosure::latent(&stored, &provider, &system, &version).map_err(argument)?))
        }
        Question::AudibleDisclosure { form, every, turns, language, rate } => {
            let plan = audible::plan(form, every, turns, language.as_deref().unwrap_or("en"));
            let samples = rate.filter(|_| form == Form::Rhythm).map(audible::rhythm);
            Ok(json!({"plan": plan, "samples": samples}))
        }
        Question::Compliance { from_ms, until_ms, html, verify } => {
            let mut counting = compliance::Counting::new(from_ms, until_ms);
            ledger.visit_span(from_ms, until_ms, |stored| counting.take(stored))?;
            let verified = match verify {
                true => Some(ledger.verify(None)?.to_string()),
                false => None,
            };
            let report = counting.finish(verified);
            let page = html.then(|| report.to_html());
            Ok(json!({"report": report, "html": page}))
        }
    }
}

fn check(question: Proof) -> Result<Value> {
    let key: VerifyingKey = question.key.parse().map_err(|error| Error::new(VG_ERR_CHECKPOINT, error))?;
    let fails = |reason: String| Ok(json!({"holds": false, "reason": reason}));
    let witnesses: std::result::Result<Vec<WitnessKey>, _> =
        question.witnesses.iter().map(|witness| witness.parse()).collect();
    let witnesses = witnesses.map_err(argument)?;
    match (question.proof, question.ledger, question.checkpoint) {
        (None, None, Some(note)) => {
            let checkpoint = Checkpoint::verify(&note, &key).map_err(ProofError::from);
            let signed = checkpoint.and_then(|checkpoint| {
                Ok((checkpoint, tlog_proof::sightings(&note, &witnesses, question.quorum)?))
            });
            match signed {
                Ok((checkpoint, witnesses)) => {
                    let reason =
                        format!("{} signed its first {} entries", checkpoint.origin, checkpoint.size);
                    Ok(json!({
                        "holds": true, "reason": reason, "size": checkpoint.size, "root": hex(&checkpoint.root),
                        "time": checkpoint.time, "witnesses": witnesses,
                    }))
                }
                Err(error) => fails(error.to_string()),
            }
        }
        (Some(proof), None, None) => {
            let proven = Inclusion::parse(&proof)
                .and_then(|proof| proof.verify(&key, None, &witnesses, question.quorum));
            match proven {
                Ok(proven) => {
                    let reason = format!("the record is entry {} of the ledger", proven.stored.seq);
                    Ok(json!({"holds": true, "reason": reason, "proven": proven}))
                }
                Err(error) => fails(error.to_string()),
            }
        }
        (Some(proof), None, Some(earlier)) => {
            match Continuation::parse(&proof).and_then(|proof| proof.verify(&earlier, &key)) {
                Ok(later) => {
                    let reason = format!("the ledger of {} entries continues the earlier one", later.size);
                    Ok(json!({"holds": true, "reason": reason, "size": later.size}))
                }
                Err(error) => fails(error.to_string()),
            }
        }
        (None, Some(url), Some(checkpoint)) => {
            let verification = Ledger::audit(&url, &key, &checkpoint)?;
            let reason = verification.to_string();
            Ok(json!({"holds": verification.intact, "reason": reason, "verification": verification}))
        }
        _ => Err(argument(
            "accepted are a proof, a checkpoint, a proof and a checkpoint, or a ledger and a checkpoint",
        )),
    }
}

fn existing(ledger: &Ledger, seq: u64) -> Result<StoredRecord> {
    ledger.get(seq)?.ok_or_else(|| argument(format_args!("there is no record {seq}, or it was purged")))
}

fn parse<T: for<'a> Deserialize<'a>>(json: &str) -> Result<T> {
    // What exactly stands there could be personal: only where and what is wrong with it is told.
    serde_json::from_str(json).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            let text = error.to_string();
            let known = ["unknown variant", "unknown field", "missing field"];
            match known.iter().any(|known| text.starts_with(known)) {
                true => argument(format_args!("question refused: {text}")),
                false => argument(format_args!(
                    "question refused: a field has a value of the wrong kind, at line {} column {}",
                    error.line(),
                    error.column()
                )),
            }
        }
        _ => Error::new(VG_ERR_CONFIG, format_args!("question is not JSON: line {}", error.line())),
    })
}

fn hash(digits: &str) -> Result<[u8; 32]> {
    let mut hash = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(argument("a hash is not 64 hexadecimal digits"));
    }
    for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16).unwrap_or_default();
    }
    Ok(hash)
}

fn kind_code(name: &str) -> Result<u8> {
    match name {
        "generation" => Ok(1),
        "refusal" => Ok(2),
        other => EventKind::from_name(other)
            .map(EventKind::code)
            .ok_or_else(|| argument(format_args!("no kind of record is called {other:?}"))),
    }
}

fn argument(message: impl ToString) -> Error {
    Error::new(VG_ERR_ARGUMENT, message)
}
