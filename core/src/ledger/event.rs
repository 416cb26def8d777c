//! What happened beside speech: consent, access, changes, requests, erasure, keys, retention.
//!
//! All of these are one [`Event`]: a kind and the fields that the kind has. Which fields those are is one
//! table, [`EventKind::fields`], that encoding, decoding, checks, JSON and the documentation share.
//! No field holds a name of a person: people are tags, and what is personal lies sealed beside the record
//! (see [`subject`](super::subject)), which then carries its hash.

use super::encode::Tag;
use super::encode::{
    ACTOR, ALLOWED, ATTACHMENT, CONTENT, DETAIL, OBJECT, PREVIOUS, RANGES, SCOPES, SIZE, SUBJECT, UNTIL,
    VERSION,
};
use super::record::{Record, RecordError, check_name};

/// Something that happened beside speech.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Whom it concerns.
    pub subject: Option<[u8; 32]>,
    /// Who did it: a tag as [`LedgerKey::actor_tag`](super::LedgerKey::actor_tag) gives.
    pub actor: Option<[u8; 32]>,
    /// What it was done to, or which: see [`EventKind`].
    pub object: Option<String>,
    /// What is permitted by it.
    pub scopes: Vec<String>,
    /// Granted or refused; placed or lifted.
    pub allowed: Option<bool>,
    /// Version of a consent.
    pub version: Option<u32>,
    /// Hash of the new content: of a configuration, a voice sample, a receipt, a root.
    pub content: Option<[u8; 32]>,
    /// Hash of the content before.
    pub previous: Option<[u8; 32]>,
    /// Until when it holds, or before when records were purged: milliseconds since 1970.
    pub until_ms: Option<u64>,
    /// Records that it is about, as first and last sequence number, ascending and apart.
    pub ranges: Vec<(u64, u64)>,
    /// A number: entries, attachments.
    pub size: Option<u64>,
    /// Some words that name nobody: 1 to 256 bytes.
    pub detail: Option<String>,
    /// Hash of what lies sealed beside the record.
    pub attachment: Option<[u8; 32]>,
}

/// Kinds of event, by their number in the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum EventKind {
    /// Somebody allowed the use of a voice (object): scopes, version, until, hash of the sample.
    ConsentGiven = 3,
    /// Somebody took that back: the version, and the voice (object) when it is one only.
    ConsentWithdrawn = 4,
    /// Somebody asked to be let in (object: the permission) and was or was not (allowed).
    Access = 5,
    /// Somebody read data (object: which).
    DataAccess = 6,
    /// Data (object) were changed, from previous to content.
    Modification = 7,
    /// The configuration (object) was changed, from previous to content.
    Configuration = 8,
    /// Something that guards should look at (object: its name).
    Security = 9,
    /// A person's request (object: which right) was granted or refused.
    SubjectRequest = 10,
    /// A person's key was destroyed; size counts the attachments that went with it.
    Erasure = 11,
    /// The ledger goes on under another key (object: its name, detail: its public key), or did so.
    KeyRotation = 12,
    /// Records (ranges) or attachments (size) of a category (object) from before `until` were purged.
    Purge = 13,
    /// A checkpoint was made: size and root (content).
    Checkpoint = 14,
    /// A legal hold (object: its reason) was placed (allowed) or lifted.
    Hold = 15,
    /// An exception (object: the capability) was granted, such as leaving audio unmarked.
    Exception = 16,
}

/// Whether a kind has a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Needed,
    Optional,
}

use Need::{Needed, Optional};

impl EventKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Self::ConsentGiven,
        Self::ConsentWithdrawn,
        Self::Access,
        Self::DataAccess,
        Self::Modification,
        Self::Configuration,
        Self::Security,
        Self::SubjectRequest,
        Self::Erasure,
        Self::KeyRotation,
        Self::Purge,
        Self::Checkpoint,
        Self::Hold,
        Self::Exception,
    ];

    /// The kind's byte in the encoding.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The kind with this byte.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The kind's name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConsentGiven => "consent_given",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::Access => "access",
            Self::DataAccess => "data_access",
            Self::Modification => "modification",
            Self::Configuration => "configuration",
            Self::Security => "security",
            Self::SubjectRequest => "subject_request",
            Self::Erasure => "erasure",
            Self::KeyRotation => "key_rotation",
            Self::Purge => "purge",
            Self::Checkpoint => "checkpoint",
            Self::Hold => "hold",
            Self::Exception => "exception",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether a host may record it by itself. The others are written by the operation that they speak of,
    /// so that none of them can stand in the ledger without it.
    pub fn is_hosts(self) -> bool {
        matches!(
            self,
            Self::Access
                | Self::DataAccess
                | Self::Modification
                | Self::Configuration
                | Self::Security
                | Self::Exception
        )
    }

    /// The fields of the kind, in the order of their tags.
    pub(super) fn fields(self) -> &'static [(Tag, Need)] {
        match self {
            Self::ConsentGiven => &[
                (SUBJECT, Needed),
                (ACTOR, Optional),
                (OBJECT, Needed),
                (SCOPES, Needed),
                (VERSION, Needed),
                (CONTENT, Optional),
                (UNTIL, Optional),
                (DETAIL, Optional),
                (ATTACHMENT, Optional),
            ],
            Self::ConsentWithdrawn => &[
                (SUBJECT, Needed),
                (ACTOR, Optional),
                (OBJECT, Optional),
                (VERSION, Needed),
                (DETAIL, Optional),
                (ATTACHMENT, Optional),
            ],
            Self::Access | Self::DataAccess => &[
                (SUBJECT, Optional),
                (ACTOR, Optional),
                (OBJECT, Needed),
                (ALLOWED, Needed),
                (SIZE, Optional),
                (DETAIL, Optional),
                (ATTACHMENT, Optional),
            ],
            Self::Modification | Self::Configuration => &[
                (SUBJECT, Optional),
                (ACTOR, Optional),
                (OBJECT, Needed),
                (CONTENT, Optional),
                (PREVIOUS, Optional),
                (DETAIL, Optional),
                (ATTACHMENT, Optional),
            ],
            Self::Security => &[
                (SUBJECT, Optional),
                (ACTOR, Optional),
                (OBJECT, Needed),
                (SIZE, Optional),
                (DETAIL, Optional),
                (ATTACHMENT, Optional),
            ],
            Self::SubjectRequest => &[
                (SUBJECT, Needed),
                (ACTOR, Optional),
                (OBJECT, Needed),
                (ALLOWED, Needed),
                (CONTENT, Optional),
                (DETAIL, Optional),
                (ATTACHMENT, Optional),
            ],
            Self::Erasure => &[(SUBJECT, Needed), (ACTOR, Optional), (SIZE, Needed), (DETAIL, Optional)],
            Self::KeyRotation => {
                &[(OBJECT, Needed), (ALLOWED, Needed), (CONTENT, Needed), (SIZE, Needed), (DETAIL, Needed)]
            }
            Self::Purge => &[(OBJECT, Needed), (UNTIL, Needed), (RANGES, Needed), (SIZE, Needed)],
            Self::Checkpoint => &[(CONTENT, Needed), (SIZE, Needed)],
            Self::Hold => &[
                (SUBJECT, Needed),
                (ACTOR, Optional),
                (OBJECT, Needed),
                (ALLOWED, Needed),
                (DETAIL, Optional),
            ],
            Self::Exception => &[
                (SUBJECT, Optional),
                (ACTOR, Optional),
                (OBJECT, Needed),
                (UNTIL, Optional),
                (DETAIL, Optional),
                (ATTACHMENT, Optional),
            ],
        }
    }
}

impl Event {
    /// Most scopes of a consent.
    pub const MAX_SCOPES: usize = 64;
    /// Most ranges of one purge; more are another record.
    pub const MAX_RANGES: usize = 4096;

    /// An event of this kind with none of its fields.
    pub fn new(kind: EventKind) -> Self {
        Self {
            kind,
            subject: None,
            actor: None,
            object: None,
            scopes: Vec::new(),
            allowed: None,
            version: None,
            content: None,
            previous: None,
            until_ms: None,
            ranges: Vec::new(),
            size: None,
            detail: None,
            attachment: None,
        }
    }

    /// Whether the event carries the field.
    fn has(&self, tag: Tag) -> bool {
        match tag {
            SUBJECT => self.subject.is_some(),
            ACTOR => self.actor.is_some(),
            OBJECT => self.object.is_some(),
            SCOPES => !self.scopes.is_empty(),
            ALLOWED => self.allowed.is_some(),
            VERSION => self.version.is_some(),
            CONTENT => self.content.is_some(),
            PREVIOUS => self.previous.is_some(),
            UNTIL => self.until_ms.is_some(),
            RANGES => !self.ranges.is_empty(),
            SIZE => self.size.is_some(),
            DETAIL => self.detail.is_some(),
            ATTACHMENT => self.attachment.is_some(),
            _ => false,
        }
    }

    /// Says whether the event has the fields of its kind and no others, each within its limits.
    pub(super) fn check(&self) -> Result<(), RecordError> {
        let fields = self.kind.fields();
        for tag in ALL_FIELDS {
            let need = fields.iter().find(|(of_kind, _)| *of_kind == tag).map(|(_, need)| *need);
            match (need, self.has(tag)) {
                // An attachment's purge has no ranges: the field is there, and empty.
                (Some(Needed), false) if !matches!(tag, RANGES) => {
                    return Err(RecordError::Missing { field: tag.1 });
                }
                (None, true) => return Err(RecordError::Unexpected { tag: tag.0 }),
                _ => {}
            }
        }
        self.object.iter().try_for_each(|name| check_name("object", name))?;
        self.detail.iter().try_for_each(|name| check_name("detail", name))?;
        if self.scopes.len() > Self::MAX_SCOPES {
            return Err(RecordError::Many {
                field: "scopes",
                count: self.scopes.len(),
                most: Self::MAX_SCOPES,
            });
        }
        self.scopes.iter().try_for_each(|name| check_name("scopes", name))?;
        if self.until_ms.is_some_and(|time| time > Record::MAX_TIME_MS) {
            return Err(RecordError::Time { time_ms: self.until_ms.unwrap_or_default() });
        }
        self.check_ranges()
    }

    fn check_ranges(&self) -> Result<(), RecordError> {
        if self.ranges.len() > Self::MAX_RANGES {
            return Err(RecordError::Many {
                field: "ranges",
                count: self.ranges.len(),
                most: Self::MAX_RANGES,
            });
        }
        let mut free = 1;
        for &(first, last) in &self.ranges {
            // Apart by one at least, or the two would be one range.
            if first < free || last < first || last == u64::MAX {
                return Err(RecordError::Value {
                    field: "ranges",
                    value: first,
                    accepted: "ranges that ascend and neither touch nor overlap",
                });
            }
            free = last.saturating_add(2);
        }
        Ok(())
    }
}

const ALL_FIELDS: [Tag; 13] = [
    SUBJECT, ACTOR, OBJECT, SCOPES, ALLOWED, VERSION, CONTENT, PREVIOUS, UNTIL, RANGES, SIZE, DETAIL,
    ATTACHMENT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_number_and_name_and_ascending_fields() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_code(kind.code()), Some(kind));
            assert_eq!(EventKind::from_name(kind.as_str()), Some(kind));
            assert!(kind.fields().iter().is_sorted_by(|a, b| a.0.0 < b.0.0), "{kind:?}");
        }
        for code in [0, 1, 2, 17, 255] {
            assert_eq!(EventKind::from_code(code), None);
        }
    }

    #[test]
    fn an_event_with_too_few_or_too_many_fields_is_refused() {
        let mut hold = Event::new(EventKind::Hold);
        hold.object = Some("case 7".to_owned());
        hold.allowed = Some(true);
        assert_eq!(hold.check(), Err(RecordError::Missing { field: "subject" }));
        hold.subject = Some([1; 32]);
        assert_eq!(hold.check(), Ok(()));
        hold.size = Some(1);
        assert_eq!(hold.check(), Err(RecordError::Unexpected { tag: SIZE.0 }));
    }

    #[test]
    fn ranges_ascend_and_lie_apart() {
        let mut purge = Event::new(EventKind::Purge);
        purge.object = Some("audit".to_owned());
        purge.until_ms = Some(1);
        purge.size = Some(0);
        for (ranges, accepted) in [
            (vec![], true),
            (vec![(1, 1)], true),
            (vec![(1, 2), (4, 9)], true),
            (vec![(0, 2)], false),
            (vec![(1, 2), (3, 9)], false),
            (vec![(4, 9), (1, 2)], false),
            (vec![(5, 4)], false),
        ] {
            purge.ranges = ranges.clone();
            assert_eq!(purge.check().is_ok(), accepted, "{ranges:?}");
        }
    }
}
