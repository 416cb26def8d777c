//! A span of time, counted: what was made, whether all of it was marked, what was refused, and what is
//! missing. As JSON, and as a page that people read.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ledger::{Body, EventKind, Moment, Outcome, StoredRecord};

/// Records are taken in one by one, in the order of the ledger; memory grows with the kinds of things that
/// happened, and not with their number.
#[derive(Debug, Clone, Default)]
pub struct Counting {
    report: ComplianceReport,
    last: Option<u64>,
}

/// What a span of time comes to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ComplianceReport {
    /// Beginning of the span: RFC 3339, UTC.
    pub from: String,
    /// End of the span, not included.
    pub to: String,
    /// Records, by kind.
    pub records: BTreeMap<&'static str, u64>,
    /// Speech.
    pub speech: Speech,
    /// Refused texts, by the rule that refused them.
    pub refusals: BTreeMap<String, u64>,
    /// Exceptions granted, by what they permit.
    pub exceptions: BTreeMap<String, u64>,
    /// People who were forgotten.
    pub erasures: u64,
    /// Requests of people, by right: granted and refused.
    pub requests: BTreeMap<String, Requests>,
    /// Consents given and withdrawn.
    pub consents_given: u64,
    /// Consents withdrawn.
    pub consents_withdrawn: u64,
    /// Things purged because their time had come.
    pub purged: u64,
    /// Security events, by name.
    pub security: BTreeMap<String, u64>,
    /// Numbers between the first and the last record of the span that no record stands under: purged ones,
    /// and ones of other times.
    pub gaps: u64,
    /// First and last number.
    pub first: Option<u64>,
    /// Last number.
    pub last: Option<u64>,
    /// Whether the whole ledger was verified, and what was found; none when nobody looked.
    pub verified: Option<String>,
}

/// Speech of a span.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Speech {
    /// Utterances that ended well.
    pub complete: u64,
    /// Utterances that were broken off.
    pub aborted: u64,
    /// Frames that hosts handed in.
    pub frames_in: u64,
    /// Frames that left marked.
    pub frames_marked: u64,
    /// Of the complete ones: frames marked for each frame handed in. 1 is full coverage.
    pub coverage: Option<f64>,
    /// Complete utterances of which not every frame left marked.
    pub uncovered: u64,
    /// Seconds of marked audio.
    pub seconds: f64,
}

/// Requests about one right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Done.
    pub granted: u64,
    /// Not done.
    pub refused: u64,
}

impl Counting {
    /// A count of the time from `from_ms` until before `until_ms`.
    pub fn new(from_ms: u64, until_ms: u64) -> Self {
        let (from, to) = (Moment(from_ms).to_string(), Moment(until_ms).to_string());
        Self { report: ComplianceReport { from, to, ..ComplianceReport::default() }, last: None }
    }

    /// Takes in the next record of the span.
    pub fn take(&mut self, stored: &StoredRecord) {
        let report = &mut self.report;
        if let Some(last) = self.last {
            report.gaps += stored.seq.saturating_sub(last).saturating_sub(1);
        }
        report.first.get_or_insert(stored.seq);
        (self.last, report.last) = (Some(stored.seq), Some(stored.seq));
        *report.records.entry(stored.record.kind_name()).or_default() += 1;
        match &stored.record.body {
            Body::Generation(generation) => {
                let speech = &mut report.speech;
                speech.seconds += generation.frames_marked as f64 / f64::from(generation.rate.max(1));
                match generation.outcome {
                    Outcome::Complete => {
                        speech.complete += 1;
                        speech.frames_in += generation.frames_in;
                        speech.frames_marked += generation.frames_marked;
                        speech.uncovered += u64::from(generation.frames_in != generation.frames_marked);
                    }
                    Outcome::Aborted => speech.aborted += 1,
                }
            }
            Body::Refusal(refusal) => {
                for rule in &refusal.rules {
                    *report.refusals.entry(rule.clone()).or_default() += 1;
                }
            }
            Body::Event(event) => {
                let object = event.object.clone().unwrap_or_default();
                match event.kind {
                    EventKind::Exception => *report.exceptions.entry(object).or_default() += 1,
                    EventKind::Erasure => report.erasures += 1,
                    EventKind::SubjectRequest => {
                        let requests = report.requests.entry(object).or_default();
                        match event.allowed {
                            Some(true) => requests.granted += 1,
                            _ => requests.refused += 1,
                        }
                    }
                    EventKind::ConsentGiven => report.consents_given += 1,
                    EventKind::ConsentWithdrawn => report.consents_withdrawn += 1,
                    EventKind::Purge => report.purged += event.size.unwrap_or(0),
                    EventKind::Security => *report.security.entry(object).or_default() += 1,
                    _ => {}
                }
            }
        }
    }

    /// The report; `verified` is what verifying the ledger said, if somebody did.
    pub fn finish(mut self, verified: Option<String>) -> ComplianceReport {
        let speech = &mut self.report.speech;
        speech.coverage =
            (speech.frames_in > 0).then(|| speech.frames_marked as f64 / speech.frames_in as f64);
        self.report.verified = verified;
        self.report
    }
}

impl ComplianceReport {
    /// The report as a page of its own: no script, nothing fetched.
    pub fn to_html(&self) -> String {
        let mut page = String::from(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>voxguard: compliance report</title>\n\
             <style>body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;\
             width:100%;margin:.5em 0 1.5em}td,th{border-bottom:1px solid #ccc;text-align:left;padding:.3em .6em}\
             td:last-child{text-align:right}</style></head><body>\n<h1>Compliance report</h1>\n",
        );
        page.push_str(&format!(
            "<p>From {} to {}, by the records of the ledger.</p>\n",
            escaped(&self.from),
            escaped(&self.to)
        ));
        let coverage = match self.speech.coverage {
            Some(coverage) => format!("{:.4} %", coverage * 100.0),
            None => "no speech".to_owned(),
        };
        let speech = [
            ("Utterances spoken".to_owned(), self.speech.complete.to_string()),
            ("Utterances broken off".to_owned(), self.speech.aborted.to_string()),
            ("Seconds of marked audio".to_owned(), format!("{:.1}", self.speech.seconds)),
            ("Coverage: frames marked of frames handed in".to_owned(), coverage),
            ("Utterances not fully marked".to_owned(), self.speech.uncovered.to_string()),
        ];
        table(&mut page, "Speech", speech);
        let count = |(name, count): (&String, &u64)| (name.clone(), count.to_string());
        table(&mut page, "Refused texts, by rule", self.refusals.iter().map(count));
        table(&mut page, "Exceptions granted", self.exceptions.iter().map(count));
        let requests = self.requests.iter().map(|(right, requests)| {
            (right.clone(), format!("{} granted, {} refused", requests.granted, requests.refused))
        });
        table(&mut page, "Requests of people", requests);
        let people = [
            ("People forgotten".to_owned(), self.erasures.to_string()),
            ("Consents given".to_owned(), self.consents_given.to_string()),
            ("Consents withdrawn".to_owned(), self.consents_withdrawn.to_string()),
            ("Purged when their time had come".to_owned(), self.purged.to_string()),
        ];
        table(&mut page, "People and their data", people);
        table(&mut page, "Security events", self.security.iter().map(count));
        let kinds = self.records.iter().map(|(kind, count)| ((*kind).to_owned(), count.to_string()));
        table(&mut page, "Records, by kind", kinds);
        let number = |seq: Option<u64>| seq.map_or("none".to_owned(), |seq| seq.to_string());
        let ledger = [
            ("First record".to_owned(), number(self.first)),
            ("Last record".to_owned(), number(self.last)),
            ("Gaps between them".to_owned(), self.gaps.to_string()),
            ("Verification".to_owned(), self.verified.clone().unwrap_or("not done".to_owned())),
        ];
        table(&mut page, "The ledger", ledger);
        page.push_str("<p>Made from the ledger by voxguard. It helps to show what was done; it does not decide whether that was enough.</p>\n</body></html>\n");
        page
    }
}

fn table(page: &mut String, title: &str, rows: impl IntoIterator<Item = (String, String)>) {
    page.push_str(&format!("<h2>{title}</h2>\n"));
    let rows: Vec<String> = rows
        .into_iter()
        .map(|(name, value)| format!("<tr><td>{}</td><td>{}</td></tr>\n", escaped(&name), escaped(&value)))
        .collect();
    match rows.is_empty() {
        true => page.push_str("<p>None.</p>\n"),
        false => page.push_str(&format!("<table>\n{}</table>\n", rows.concat())),
    }
}

/// Names of rules and of events are the host's words, and may hold anything.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refused, spoken};
    use super::*;
    use crate::ledger::{Event, Record};

    fn event(seq: u64, event: Event) -> StoredRecord {
        let body = Body::Event(Box::new(event));
        StoredRecord { seq, record: Record { id: [3; 16], time_ms: 1, body } }
    }

    fn counted() -> ComplianceReport {
        let mut counting = Counting::new(0, 86_400_000);
        counting.take(&spoken());
        counting.take(&refused());
        let mut exception = Event::new(EventKind::Exception);
        exception.object = Some("disable_mark <b>".to_owned());
        counting.take(&event(14, exception));
        let mut request = Event::new(EventKind::SubjectRequest);
        (request.object, request.allowed) = (Some("erasure".to_owned()), Some(true));
        counting.take(&event(15, request));
        counting.take(&event(16, Event::new(EventKind::Erasure)));
        counting.finish(Some("intact: 16 entries".to_owned()))
    }

    #[test]
    fn a_span_is_counted_with_its_coverage_and_its_gaps() {
        let report = counted();
        assert_eq!((report.speech.complete, report.speech.coverage), (1, Some(1.0)));
        assert_eq!(report.speech.seconds, 2.0);
        assert_eq!(report.refusals["cards"], 1);
        assert_eq!(report.requests["erasure"], Requests { granted: 1, refused: 0 });
        assert_eq!((report.erasures, report.gaps), (1, 3));
        assert_eq!((report.first, report.last), (Some(9), Some(16)));
        assert_eq!(report.from, "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn speech_that_left_unmarked_shows() {
        let mut half = spoken();
        if let Body::Generation(generation) = &mut half.record.body {
            generation.frames_marked = 24_000;
        }
        let mut counting = Counting::new(0, 1);
        counting.take(&half);
        let report = counting.finish(None);
        assert_eq!((report.speech.coverage, report.speech.uncovered), (Some(0.5), 1));
    }

    #[test]
    fn the_page_shows_the_hosts_words_as_words() {
        let page = counted().to_html();
        assert!(page.contains("disable_mark &lt;b&gt;") && !page.contains("<b>"));
        assert!(page.contains("100.0000 %") && page.contains("intact: 16 entries"));
        assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    }
}
