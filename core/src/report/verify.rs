//! Was this recording made here? The answer to whoever holds it.

use serde::Serialize;

use crate::ledger::{Moment, StoredRecord};

/// How a detection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// A mark of ours, with an id.
    Detected,
    /// Signs of a mark, and not enough to say.
    Inconclusive,
    /// No mark of ours. It says nothing about who spoke.
    NotFound,
}

/// p-value up to which a detection without a decoded id is called inconclusive, and not "not found".
pub const INCONCLUSIVE_P_VALUE: f64 = 1e-3;

/// What a detector heard.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// Whether the detector says that there is a mark.
    pub found: bool,
    /// Bound on the chance that audio without a mark scores as high.
    pub p_value: f64,
}

/// The answer, to be shown as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyReport {
    /// The finding.
    pub finding: Finding,
    /// One sentence for people.
    pub statement: String,
    /// How likely such a score is for audio without a mark.
    pub p_value: f64,
    /// The id in the mark, eight hexadecimal digits.
    pub mark: Option<String>,
    /// Number of the record that it leads to.
    pub seq: Option<u64>,
    /// When that speech was made: RFC 3339, UTC.
    pub time: Option<String>,
}

/// The report on a detection, with the record that its mark leads to, if one does.
pub fn verify_report(heard: Heard, stored: Option<&StoredRecord>) -> VerifyReport {
    let time = stored.map(|stored| Moment(stored.record.time_ms).to_string());
    let mark = stored.and_then(|stored| stored.record.mark()).map(|mark| mark.to_string());
    let (finding, statement) = match (heard.found, &time) {
        (true, Some(time)) => (
            Finding::Detected,
            format!("This recording carries our mark: speech made by a machine, recorded here on {time}."),
        ),
        (true, None) => (
            Finding::Detected,
            "This recording carries our mark: speech made by a machine. No record of it was found.".to_owned(),
        ),
        (false, _) if heard.p_value <= INCONCLUSIVE_P_VALUE => (
            Finding::Inconclusive,
            "There are signs of our mark, and not enough to be sure. A longer or better copy may tell.".to_owned(),
        ),
        (false, _) => (
            Finding::NotFound,
            "Our mark was not found. That does not mean that a person spoke: the speech may come from elsewhere, \
             or the mark may have been lost."
                .to_owned(),
        ),
    };
    let detected = finding == Finding::Detected;
    VerifyReport {
        finding,
        statement,
        p_value: heard.p_value,
        mark: mark.filter(|_| detected),
        seq: stored.filter(|_| detected).map(|stored| stored.seq),
        time: time.filter(|_| detected),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::spoken;
    use super::*;

    #[test]
    fn a_finding_is_told_with_its_record_and_nothing_else_is() {
        let stored = spoken();
        let report = verify_report(Heard { found: true, p_value: 1e-12 }, Some(&stored));
        assert_eq!((report.finding, report.seq), (Finding::Detected, Some(9)));
        assert_eq!(report.mark.as_deref(), Some("1234abcd"));
        assert!(report.statement.contains("2025-11-21T22:55:00.123Z"));
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["finding"], "detected");

        for (p_value, finding) in [(1e-4, Finding::Inconclusive), (0.4, Finding::NotFound)] {
            let report = verify_report(Heard { found: false, p_value }, Some(&stored));
            assert_eq!((report.finding, report.seq, report.mark), (finding, None, None));
        }
    }

    #[test]
    fn not_found_never_means_human() {
        let report = verify_report(Heard { found: false, p_value: 1.0 }, None);
        assert!(report.statement.contains("does not mean that a person spoke"));
    }
}
