//! How long things are kept: a plan, made before anything is done.
//!
//! [`RetentionPolicy`] says for each [`Category`] how many days; [`RetentionPolicy::plan`] says which of
//! the things that a store holds are due, and which of those a legal hold keeps. Nothing here deletes.

use serde::{Deserialize, Serialize};

/// What is kept for a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Sealed recordings.
    VoiceRecordings,
    /// Sealed texts.
    Transcripts,
    /// Other sealed data about a person.
    Personal,
    /// Records of access, of data access and of security events.
    SystemLogs,
    /// All other records, save those that say what was erased, purged, rotated or held.
    Audit,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::VoiceRecordings, Self::Transcripts, Self::Personal, Self::SystemLogs, Self::Audit];

    /// The category's number in a store.
    pub fn code(self) -> u8 {
        match self {
            Self::VoiceRecordings => 1,
            Self::Transcripts => 2,
            Self::Personal => 3,
            Self::SystemLogs => 4,
            Self::Audit => 5,
        }
    }

    /// The category with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.code() == code)
    }

    /// The category's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VoiceRecordings => "voice_recordings",
            Self::Transcripts => "transcripts",
            Self::Personal => "personal",
            Self::SystemLogs => "system_logs",
            Self::Audit => "audit",
        }
    }

    /// Kinds of record that are of this category.
    pub fn kinds(self) -> Vec<u8> {
        (1..=16).filter(|kind| Self::of_kind(*kind) == Some(self)).collect()
    }

    /// Whether things of this category lie sealed beside records.
    pub fn is_sealed(self) -> bool {
        matches!(self, Self::VoiceRecordings | Self::Transcripts | Self::Personal)
    }

    /// The category of a record of this kind ([`super::Record::kind_code`]); none for those that a ledger
    /// must keep to be understood.
    pub fn of_kind(kind: u8) -> Option<Self> {
        match kind {
            5 | 6 | 9 => Some(Self::SystemLogs),
            1..=4 | 7 | 8 | 10 | 16 => Some(Self::Audit),
            _ => None,
        }
    }
}

/// Days that each category is kept; without a number, for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionPolicy {
    /// Days for recordings.
    #[serde(default)]
    pub voice_recordings: Option<u32>,
    /// Days for texts.
    #[serde(default)]
    pub transcripts: Option<u32>,
    /// Days for other sealed data about a person.
    #[serde(default)]
    pub personal: Option<u32>,
    /// Days for records of access and security.
    #[serde(default)]
    pub system_logs: Option<u32>,
    /// Days for all other records.
    #[serde(default)]
    pub audit: Option<u32>,
}

/// One thing that a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Number of the record that it is, or lies beside.
    pub seq: u64,
    /// What sort of thing.
    pub category: Category,
    /// When it was recorded, in milliseconds since 1970.
    pub time_ms: u64,
    /// Whether a legal hold keeps it.
    pub on_hold: bool,
}

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Plan {
    /// What is due to go, by category.
    pub purges: Vec<Purge>,
    /// What would be due, and is kept by a legal hold.
    pub held: u64,
}

/// What is due of one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Purge {
    /// The category.
    pub category: Category,
    /// All of it from before this time, in milliseconds since 1970.
    pub before_ms: u64,
    /// The records that go, or beside which something goes.
    pub seqs: Vec<u64>,
}

const MS_PER_DAY: u64 = 86_400_000;

impl RetentionPolicy {
    /// Recordings 7 days, texts and system logs 30, audit 90; other personal data with the audit.
    pub const STANDARD: Self = Self {
        voice_recordings: Some(7),
        transcripts: Some(30),
        personal: Some(90),
        system_logs: Some(30),
        audit: Some(90),
    };
    /// As [`RetentionPolicy::STANDARD`], with the audit kept for seven years (2555 days).
    pub const SEVEN_YEARS: Self = Self { personal: Some(2555), audit: Some(2555), ..Self::STANDARD };

    /// The preset of this name: "standard" or "seven-years".
    pub fn preset(name: &str) -> Option<Self> {
        match name {
            "standard" => Some(Self::STANDARD),
            "seven-years" => Some(Self::SEVEN_YEARS),
            _ => None,
        }
    }

    /// Days that a category is kept.
    pub fn days(&self, category: Category) -> Option<u32> {
        match category {
            Category::VoiceRecordings => self.voice_recordings,
            Category::Transcripts => self.transcripts,
            Category::Personal => self.personal,
            Category::SystemLogs => self.system_logs,
            Category::Audit => self.audit,
        }
    }

    /// Before when things of a category are due; `None` when they are kept for good.
    pub fn cutoff(&self, category: Category, now_ms: u64) -> Option<u64> {
        let age = u64::from(self.days(category)?).saturating_mul(MS_PER_DAY);
        Some(now_ms.saturating_sub(age))
    }

    /// Which of these are due at `now_ms`.
    pub fn plan(&self, now_ms: u64, things: impl IntoIterator<Item = Held>) -> Plan {
        let mut plan = Plan::default();
        for thing in things {
            let Some(before_ms) = self.cutoff(thing.category, now_ms) else { continue };
            if thing.time_ms >= before_ms {
                continue;
            }
            if thing.on_hold {
                plan.held += 1;
                continue;
            }
            let category = thing.category;
            match plan.purges.iter_mut().find(|purge| purge.category == category) {
                Some(purge) => purge.seqs.push(thing.seq),
                None => plan.purges.push(Purge { category, before_ms, seqs: vec![thing.seq] }),
            }
        }
        plan.purges.sort_by_key(|purge| purge.category);
        plan.purges.iter_mut().for_each(|purge| purge.seqs.sort_unstable());
        plan
    }
}

/// Numbers in ascending order as ranges that lie apart.
pub fn ranges(seqs: &[u64]) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &seq in seqs {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(seq) => *last = seq,
            Some((_, last)) if *last == seq => {}
            _ => ranges.push((seq, seq)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_763_765_700_000;

    fn aged(seq: u64, category: Category, days: u64) -> Held {
        Held { seq, category, time_ms: NOW - days * MS_PER_DAY, on_hold: false }
    }

    #[test]
    fn a_plan_names_what_is_older_than_its_category_may_be() {
        let things = [
            aged(1, Category::VoiceRecordings, 8),
            aged(2, Category::VoiceRecordings, 7),
            aged(3, Category::Transcripts, 29),
            aged(4, Category::Transcripts, 31),
            aged(5, Category::SystemLogs, 31),
            aged(6, Category::Audit, 91),
        ];
        let due = |policy: RetentionPolicy| -> Vec<u64> {
            policy.plan(NOW, things).purges.into_iter().flat_map(|purge| purge.seqs).collect()
        };
        assert_eq!(due(RetentionPolicy::STANDARD), [1, 4, 5, 6]);
        assert_eq!(due(RetentionPolicy::SEVEN_YEARS), [1, 4, 5]);
        let nothing: RetentionPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!(nothing.plan(NOW, things), Plan::default());
        assert!(serde_json::from_str::<RetentionPolicy>(r#"{"transcript": 3}"#).is_err());
    }

    #[test]
    fn a_legal_hold_keeps_what_would_be_due() {
        let held = Held { on_hold: true, ..aged(1, Category::Transcripts, 400) };
        let plan = RetentionPolicy::STANDARD.plan(NOW, [held]);
        assert_eq!((plan.purges.len(), plan.held), (0, 1));
    }

    #[test]
    fn numbers_become_ranges() {
        assert_eq!(ranges(&[]), []);
        assert_eq!(ranges(&[3, 4, 5, 7, 9, 10]), [(3, 5), (7, 7), (9, 10)]);
    }

    #[test]
    fn what_says_that_something_is_gone_is_never_purged() {
        for kind in [11, 12, 13, 14, 15] {
            assert_eq!(Category::of_kind(kind), None);
        }
    }
}
