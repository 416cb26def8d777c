//! What a ledger knows of people, and forgets: keys, consents, holds, requests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use voxguard_core::id::SubjectId;
use voxguard_core::key::hex;
use voxguard_core::ledger::{
    Body, Category, Consent, Consents, Event, EventKind, Receipt, Record, Right, Standing, StoredRecord,
    SubjectKey, Use, consent, subject,
};

use crate::entries::{Draft, Entries, PAGE, entropy, number};
use crate::error::StoreError;
use crate::rows::{self, Rows, Select, SubjectRow};

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A consent to be recorded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// For which voice.
    pub voice: String,
    /// For what: at least one scope, in the host's words.
    pub scopes: Vec<String>,
    /// Until when, in milliseconds since 1970; for good when there is none.
    #[serde(default)]
    pub until_ms: Option<u64>,
    /// SHA-256 of the voice sample, 64 hexadecimal digits; kept as a commitment.
    #[serde(default)]
    pub sample: Option<String>,
    /// Some words that name nobody.
    #[serde(default)]
    pub detail: Option<String>,
    /// What is personal about it (who signed, where): sealed beside the record.
    #[serde(default)]
    pub personal: Option<String>,
}

/// A use to be checked against the consents.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// With which voice.
    pub voice: String,
    /// For what.
    pub scope: String,
    /// SHA-256 of the voice sample in use, 64 hexadecimal digits.
    #[serde(default)]
    pub sample: Option<String>,
}

impl Entries {
    /// A person's key and standing, if the ledger keeps any.
    fn person(&self, rows: &mut dyn Rows, id: &SubjectId) -> Result<Option<Person>> {
        let tag = self.key.subject_tag(id);
        let Some(row) = rows.subject(&tag)? else { return Ok(None) };
        let (key, standing) = self.opened(&row)?;
        // An erased person's key that is back was put back from an older copy.
        let select = Select {
            subject: Some(row.pseudonym.clone()),
            kinds: vec![i64::from(EventKind::Erasure.code())],
            limit: 1,
            ..Select::default()
        };
        match rows.select(&select)?.is_empty() {
            true => Ok(Some(Person { tag, key, standing })),
            false => Err(self.corrupt("the key of an erased subject is back: an older copy was put in")),
        }
    }

    /// What stands for a person in records.
    pub fn pseudonym(&self, rows: &mut dyn Rows, id: &SubjectId) -> Result<Option<[u8; 32]>> {
        Ok(self.person(rows, id)?.map(|person| person.key.pseudonym()))
    }

    /// What a person, or the law, has asked.
    pub fn standing(&self, id: &SubjectId) -> Result<Option<Standing>> {
        rows::read(&*self.backend, |rows| Ok(self.person(rows, id)?.map(|person| person.standing)))
    }

    /// Records a consent; gives its record.
    pub fn grant(&self, id: &SubjectId, grant: &Grant, now_ms: u64) -> Result<StoredRecord> {
        let sample = grant.sample.as_deref().map(sha256).transpose()?;
        let tag = self.key.subject_tag(id);
        let record_id = entropy()?;
        let (mut stored, ()) = self.transact(|rows| {
            let person = self.person(rows, id)?;
            let key = match person {
                Some(person) => person.key,
                None => {
                    let bytes = zeroize::Zeroizing::new(entropy()?);
                    let key = SubjectKey::from_entropy(&bytes)
                        .ok_or(StoreError::Entropy { reason: "all zeros".to_owned() })?;
                    self.put_subject(rows, &tag, &key, Standing::default())?;
                    key
                }
            };
            let mut event = Event::new(EventKind::ConsentGiven);
            event.subject = Some(key.pseudonym());
            event.object = Some(grant.voice.clone());
            event.scopes = grant.scopes.clone();
            event.version = Some(self.consents(rows, &key, &grant.voice)?.next_version());
            event.content = sample.map(|sample| key.commit_sample(&sample));
            event.until_ms = grant.until_ms;
            event.detail = grant.detail.clone();
            let mut draft = Draft::bound(record(record_id, now_ms, event))?;
            if let Some(personal) = &grant.personal {
                draft = draft.with(Category::Personal, personal.as_bytes())?;
            }
            Ok((vec![draft], ()))
        })?;
        stored.pop().ok_or_else(|| self.corrupt("an append gave no record"))
    }

    /// Records that a consent was withdrawn: for one voice, or for all; every version. `None`: the ledger
    /// knows nobody of this name.
    pub fn withdraw(&self, id: &SubjectId, voice: Option<&str>, now_ms: u64) -> Result<Option<StoredRecord>> {
        let record_id = entropy()?;
        let (mut stored, ()) = self.transact(|rows| {
            let Some(person) = self.person(rows, id)? else { return Ok((Vec::new(), ())) };
            let mut event = Event::new(EventKind::ConsentWithdrawn);
            event.subject = Some(person.key.pseudonym());
            event.object = voice.map(str::to_owned);
            event.version = Some(0);
            Ok((vec![Draft::bound(record(record_id, now_ms, event))?], ()))
        })?;
        Ok(stored.pop())
    }

    /// Whether somebody may be spoken for now.
    pub fn consent(&self, id: &SubjectId, intent: &Intent, now_ms: u64) -> Result<Consent> {
        let sample = intent.sample.as_deref().map(sha256).transpose()?;
        rows::read(&*self.backend, |rows| {
            let refused = |reason| Consent { given: false, reason, version: None, seq: None };
            let Some(person) = self.person(rows, id)? else {
                return Ok(refused(consent::Reason::Missing));
            };
            if person.standing.restricted || person.standing.objected {
                return Ok(refused(consent::Reason::Refused));
            }
            let consents = self.consents(rows, &person.key, &intent.voice)?;
            Ok(consents.answer(&Use {
                voice: &intent.voice,
                scope: &intent.scope,
                sample: sample.map(|sample| person.key.commit_sample(&sample)),
                now_ms,
            }))
        })
    }

    fn consents(&self, rows: &mut dyn Rows, key: &SubjectKey, voice: &str) -> Result<Consents> {
        let kinds = [EventKind::ConsentGiven, EventKind::ConsentWithdrawn];
        let mut consents = Consents::default();
        self.all_of(rows, key, &kinds.map(|kind| i64::from(kind.code())), &mut |stored| {
            if let Some(event) = stored.record.event() {
                consents.take(stored.seq, event, voice);
            }
            Ok(())
        })?;
        Ok(consents)
    }

    /// Visits all records of a person, in order.
    fn all_of(
        &self,
        rows: &mut dyn Rows,
        key: &SubjectKey,
        kinds: &[i64],
        visit: &mut dyn FnMut(StoredRecord) -> Result<()>,
    ) -> Result<()> {
        let mut after = 0;
        loop {
            let select = Select {
                subject: Some(key.pseudonym().to_vec()),
                kinds: kinds.to_vec(),
                after: Some(after),
                limit: PAGE,
                ..Select::default()
            };
            let page = self.select(rows, &select)?;
            let full = page.len() == PAGE as usize;
            for stored in page {
                after = number(stored.seq);
                visit(stored)?;
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// Places a legal hold, or lifts it. `None`: the ledger knows nobody of this name.
    pub fn hold(
        &self,
        id: &SubjectId,
        held: bool,
        reason: &str,
        now_ms: u64,
    ) -> Result<Option<StoredRecord>> {
        let record_id = entropy()?;
        let (mut stored, ()) = self.transact(|rows| {
            let Some(person) = self.person(rows, id)? else { return Ok((Vec::new(), ())) };
            self.put_subject(rows, &person.tag, &person.key, Standing { held, ..person.standing })?;
            let mut event = Event::new(EventKind::Hold);
            event.subject = Some(person.key.pseudonym());
            event.object = Some(reason.to_owned());
            event.allowed = Some(held);
            Ok((vec![Draft::bound(record(record_id, now_ms, event))?], ()))
        })?;
        Ok(stored.pop())
    }

    /// Does what a person asks, and records it; `note` is what is to be put right, or why they object.
    pub fn request(&self, id: &SubjectId, right: Right, note: Option<&str>, now_ms: u64) -> Result<Receipt> {
        let (record_id, erasure_id) = (entropy()?, entropy()?);
        let (stored, receipt) = self.transact(|rows| {
            let Some(person) = self.person(rows, id)? else {
                return Ok((Vec::new(), Receipt::unknown(right, now_ms)));
            };
            let mut receipt =
                Receipt { reason: "done".to_owned(), granted: true, ..Receipt::unknown(right, now_ms) };
            let mut drafts = Vec::new();
            let mut personal = None;
            match right {
                Right::Access | Right::Portability => {
                    receipt.data = Some(self.told(rows, id, &person)?.to_string());
                }
                Right::Rectification => personal = note,
                Right::Restriction => {
                    let standing = Standing { restricted: true, ..person.standing };
                    self.put_subject(rows, &person.tag, &person.key, standing)?;
                }
                Right::Objection => {
                    personal = note;
                    let standing = Standing { objected: true, ..person.standing };
                    self.put_subject(rows, &person.tag, &person.key, standing)?;
                }
                Right::Erasure if person.standing.held => {
                    receipt.granted = false;
                    receipt.reason = "a legal hold keeps the data of this subject".to_owned();
                }
                Right::Erasure => {
                    let pseudonym = person.key.pseudonym();
                    let attached = rows.attachments_of(&pseudonym)?;
                    attached.iter().try_for_each(|seq| rows.delete_attachment(*seq))?;
                    rows.delete_subject(&person.tag)?;
                    let mut event = Event::new(EventKind::Erasure);
                    event.subject = Some(pseudonym);
                    event.size = Some(attached.len() as u64);
                    drafts.push(Draft::bound(record(erasure_id, now_ms, event))?);
                }
            }
            let content = receipt.data.as_deref().map(|data| subject::attachment_hash(data.as_bytes()));
            receipt.content = content.as_ref().map(|hash| hex(hash));
            let mut event = Event::new(EventKind::SubjectRequest);
            event.subject = Some(person.key.pseudonym());
            event.object = Some(right.as_str().to_owned());
            event.allowed = Some(receipt.granted);
            // The hash of what was handed out would lead back to it: it is committed to with the person's key.
            event.content = content.map(|hash| person.key.commit_sample(&hash));
            let mut draft = Draft::bound(record(record_id, now_ms, event))?;
            if let Some(personal) = personal {
                draft = draft.with(Category::Personal, personal.as_bytes())?;
            }
            // First, so that it is this record that the receipt names.
            drafts.insert(0, draft);
            Ok((drafts, receipt))
        })?;
        let mut receipt = match stored.first() {
            Some(first) => receipt.recorded(first.seq, &first.record.id),
            None => receipt,
        };
        if right == Right::Erasure && receipt.granted {
            receipt.scrubbed = Some(self.backend.scrub().is_ok());
        }
        Ok(receipt)
    }

    /// All that the ledger keeps of a person, opened.
    fn told(&self, rows: &mut dyn Rows, id: &SubjectId, person: &Person) -> Result<Value> {
        let mut records = Vec::new();
        self.all_of(rows, &person.key, &[], &mut |stored| {
            records.push(stored);
            Ok(())
        })?;
        let mut told = Vec::with_capacity(records.len());
        for stored in records {
            let mut json = stored.to_json();
            if let (Some(attached), Value::Object(fields)) = (rows.attachment(number(stored.seq))?, &mut json)
            {
                let (category, plain) = self.detached(&person.key, &stored.record, &attached)?;
                let text = std::str::from_utf8(&plain).ok().map(str::to_owned);
                fields.insert(
                    "attached".to_owned(),
                    match text {
                        Some(text) => json!({"category": category.as_str(), "text": text}),
                        None => json!({"category": category.as_str(), "base64": STANDARD.encode(&*plain)}),
                    },
                );
            }
            told.push(json);
        }
        Ok(json!({"subject": id.as_str(), "standing": person.standing, "records": told}))
    }

    /// What lies sealed beside an entry, opened; none when there is nothing, or it was erased or purged.
    pub fn attachment(&self, seq: u64) -> Result<Option<(Category, Vec<u8>)>> {
        rows::read(&*self.backend, |rows| {
            let Some(attached) = rows.attachment(number(seq))? else { return Ok(None) };
            let select = Select { after: Some(number(seq) - 1), limit: 1, ..Select::default() };
            let Some(stored) = self.select(rows, &select)?.pop() else { return Ok(None) };
            let Some(row) = rows.subject_named(&attached.subject)? else {
                return Err(self.corrupt(format!("what lies beside entry {seq} is nobody's")));
            };
            let (key, _) = self.opened(&row)?;
            let (category, plain) = self.detached(&key, &stored.record, &attached)?;
            Ok(Some((category, plain.to_vec())))
        })
    }

    fn detached(
        &self,
        key: &SubjectKey,
        record: &Record,
        attached: &rows::AttachmentRow,
    ) -> Result<(Category, zeroize::Zeroizing<Vec<u8>>)> {
        let category = u8::try_from(attached.category).ok().and_then(Category::from_code);
        let opened =
            category.and_then(|category| Some((category, key.detach(record, category, &attached.sealed)?)));
        opened.ok_or_else(|| {
            self.corrupt(format!("what lies sealed beside entry {} was changed", attached.seq))
        })
    }

    /// Pseudonyms of all who are on hold.
    pub fn held(&self, rows: &mut dyn Rows) -> Result<Vec<Vec<u8>>> {
        let (mut held, mut after) = (Vec::new(), Vec::new());
        loop {
            let page = rows.subjects(&after, PAGE)?;
            let Some(last) = page.last() else { return Ok(held) };
            after = last.tag.clone();
            for row in &page {
                if self.opened(row)?.1.held {
                    held.push(row.pseudonym.clone());
                }
            }
        }
    }

    /// What is wrong with what is kept of people, if something is.
    pub fn check_people(&self, rows: &mut dyn Rows) -> Result<Option<String>> {
        let mut after = Vec::new();
        loop {
            let page = rows.subjects(&after, PAGE)?;
            let Some(last) = page.last() else { return Ok(None) };
            after = last.tag.clone();
            for row in &page {
                if let Err(error) = self.checked(rows, row)? {
                    return Ok(Some(error));
                }
            }
        }
    }

    fn checked(&self, rows: &mut dyn Rows, row: &SubjectRow) -> Result<Result<(), String>> {
        if self.opened(row).is_err() {
            return Ok(Err("what is kept of a subject was changed, or put in another's place".to_owned()));
        }
        let select = Select {
            subject: Some(row.pseudonym.clone()),
            kinds: vec![i64::from(EventKind::Erasure.code())],
            limit: 1,
            ..Select::default()
        };
        match rows.select(&select)?.is_empty() {
            true => Ok(Ok(())),
            false => Ok(Err("the key of an erased subject is back: an older copy was put in".to_owned())),
        }
    }
}

struct Person {
    tag: [u8; 32],
    key: SubjectKey,
    standing: Standing,
}

/// The record of an event.
pub(crate) fn record(id: [u8; 16], time_ms: u64, event: Event) -> Record {
    Record { id, time_ms, body: Body::Event(Box::new(event)) }
}

fn sha256(digits: &str) -> Result<[u8; 32]> {
    let mut hash = [0; 32];
    let valid = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !valid {
        return Err(StoreError::Sample { characters: digits.chars().count() });
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        let pair = digits.get(2 * at..2 * at + 2).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16).unwrap_or_default();
    }
    Ok(hash)
}
