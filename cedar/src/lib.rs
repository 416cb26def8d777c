//! Policies in [Cedar](https://docs.cedarpolicy.com), deciding in place of roles.
//!
//! ```
//! use voxguard_cedar::Policies;
//! use voxguard_core::access::authorizer::{Authorizer, CedarRules, Question};
//!
//! let policies = Policies::new(&CedarRules {
//!     policies: r#"
//!         @id("guests speak with heart")
//!         permit(principal in Role::"guest", action == Action::"synthesize", resource == Voice::"heart")
//!         when { context.seconds <= 60 };"#.into(),
//!     ..CedarRules::default()
//! })?;
//! let mut question = Question {
//!     role: Some("guest".into()),
//!     permission: "synthesize".into(),
//!     resource: "voice/heart".into(),
//!     ..Question::default()
//! };
//! question.context.insert("seconds".into(), 12.into());
//! let decision = policies.check(&question);
//! assert!(decision.allowed);
//! assert_eq!(decision.policies, ["guests speak with heart"]);
//! # Ok::<(), voxguard_cedar::CedarError>(())
//! ```
//!
//! What is asked becomes entities:
//!
//! - The principal is `User::"SUBJECT"`, or `Anonymous::""` where nobody is named. It is in `Role::"ROLE"` and has the
//!   attributes `scopes`, a set of strings, and `role`, a string, where there is one.
//! - The action is `Action::"PERMISSION"`.
//! - The resource `voice/NAME` is `Voice::"NAME"`; `model`, `command` and `ledger` likewise; any other is
//!   `Resource::"PATH"`. It has the attribute `path`. `voice/public/old` is `Voice::"public/old"`, in `Voice::"public"`.
//! - The context is what the question says. A guard says `characters`, `seconds` (estimated, whole) and, where it was
//!   said, `language`.
//!
//! Entities of the rules add to these: a role in another, a voice's owner. What no policy permits is denied, and what
//! one forbids. A policy that cannot be evaluated is left out, as Cedar has it, and named among the errors: with a
//! schema, most such policies are refused when they are read.

mod depth;
mod entity;
mod error;
mod policies;

pub use error::CedarError;
pub use policies::{Policies, compile};
