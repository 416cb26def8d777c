//! voxguard guards synthetic speech inside the program that makes it: it judges the text before it is spoken,
//! marks the samples that come out, and keeps a tamper-evident ledger of both.
//!
//! This is the safe client of the C interface (`voxguard.h`), which it uses and nothing else: every handle
//! frees itself, every status is a [`Result`]. What the C interface leaves to discipline, the borrow
//! checker keeps here: a [`Marker`] and an [`Utterance`] need `&mut`, everything else is shared freely.
//!
//! ```
//! use voxguard::{Action, Guard, Key, Ledger, Markup, Policy, Request};
//!
//! let key = Key::generate()?;
//! let policy = Policy::new(r#"{"version": 1, "rules": [
//!     {"id": "fraud", "category": "fraud", "severity": "critical", "match": "phrase",
//!      "terms": ["wire the money"]}]}"#)?;
//! let ledger = Ledger::open("sqlite::memory:", &key)?;
//! let guard = Guard::builder(&key).policy(&policy).ledger(&ledger).build()?;
//!
//! let request = Request { voice: "heart", text: "Good evening.", rate: 24_000, ..Request::default() };
//! let mut utterance = guard.begin(request)?;
//! assert!(utterance.allowed());
//!
//! let mut marked: Vec<f32> = Vec::new();
//! for chunk in [[0.0f32; 480]; 50] {
//!     // What the engine says of `utterance.text()`.
//!     utterance.mark(&chunk, &mut marked)?;
//! }
//! let record = utterance.finish(&mut marked)?;
//! assert_eq!(marked.len(), 50 * 480);
//! assert_eq!(ledger.find_mark(utterance.mark_id().unwrap())?[0].id, record.id);
//!
//! let refused = guard.begin(Request { text: "Please wire the money.", ..request })?;
//! assert_eq!(refused.verdict().action, Action::Block);
//! assert!(ledger.verify(None)?.intact);
//! # Ok::<(), voxguard::Error>(())
//! ```

#[cfg(not(any(feature = "bundled", feature = "dynamic")))]
compile_error!("voxguard needs one of the features `bundled` (the default) and `dynamic`");

// Nothing of it is named: it is what the declarations in `sys` are linked with.
#[cfg(feature = "bundled")]
use voxguard_ffi as _;

#[rustfmt::skip]
pub mod sys;

mod access;
mod bytes;
mod call;
mod cedar;
mod classifier;
mod detection;
mod detector;
mod error;
mod gate;
mod guard;
mod key;
mod ledger;
mod limiter;
mod listener;
mod marker;
mod monitor;
mod policy;
mod record;
mod role;
mod rules;
mod sample;
mod scheme;
mod seal;
mod text_stream;
mod token;
mod utterance;
mod verdict;

pub use access::{Access, Answer, AudioFinding, AudioReport, Source, config_schema, explain};
pub use cedar::{Cedar, Question};
pub use classifier::{Classifier, Finding};
pub use detection::{CurvePoint, Detection, Span};
pub use detector::{Detector, Effort};
pub use error::{Error, Result, Status};
pub use guard::{Guard, GuardBuilder, Request};
pub use key::Key;
pub use ledger::{Fault, Ledger, Verification, check_proof};
pub use limiter::{Limit, RateLimiter};
pub use listener::Listener;
pub use marker::{Marker, MarkerOptions, embed, embed_with};
pub use monitor::{Alert, Metrics, Monitor};
pub use policy::{Markup, Policy};
pub use record::Record;
pub use role::{CommandDecision, Commands, RoleDecision, Roles};
pub use rules::{lint_rules, public_signing_key, rules_from_words, sign_rules, starter_rules};
pub use sample::Sample;
pub use scheme::Scheme;
pub use seal::{Kdf, SealKey, SealStream, Sealer, fernet_open};
pub use text_stream::{Released, TextStream};
pub use token::{
    ApiKeys, Claims, IssuedKey, KeyRecord, Refusal, TokenAlgorithm, TokenGrant, TokenOptions, Tokens,
};
pub use utterance::Utterance;
pub use verdict::{Action, Hit, Severity, Verdict};

/// The version of the library that runs, such as "0.1.0".
pub fn version() -> &'static str {
    call::static_text(unsafe { sys::vg_version() })
}

/// Causes a fault inside the library, in this marker alone: the way to test that a program copes. Always an
/// error; the marker answers [`Status::POISONED`] from then on.
pub fn debug_panic(marker: &mut Marker) -> Result<()> {
    call::plain(unsafe { sys::vg_debug_panic(marker.as_mut_ptr()) })
}
