//! What is asked before an utterance, and in which order.

use std::hash::BuildHasher;

use serde_json::Map;
use unicode_normalization::UnicodeNormalization;

use super::State;
use crate::access::admission::{Ticket, estimated_seconds};
use crate::access::answer::{Answer, Reason};
use crate::access::authorizer::Question;
use crate::id::Language;
use crate::monitor::Event;

/// Who asks to speak, and what.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// On whose behalf.
    pub subject: Option<&'a str>,
    /// Their role.
    pub role: Option<&'a str>,
    /// The voice.
    pub voice: &'a str,
    /// The text.
    pub text: &'a str,
    /// The language that the text is in, if it was said.
    pub language: Option<&'a str>,
    /// Now, in nanoseconds since any epoch.
    pub now_ns: u64,
}

impl State {
    pub(super) fn begin(&mut self, ask: &Ask<'_>) -> Result<Ticket, Answer> {
        if let Some(reason) = self.monitor.panicking() {
            return Err(Answer::refuse(Reason::Panic, format!("everything is denied for now: {reason}")));
        }
        self.identity(ask)?;
        let characters = self.text(ask)?;
        let seconds = estimated_seconds(characters).min(self.config.audio.max_seconds);
        self.policies(ask, characters, seconds)?;
        if let (Some(limiter), Some(subject)) = (&mut self.limiter, ask.subject) {
            let decision = limiter.check(subject.as_bytes(), 1, ask.now_ns);
            if !decision.allowed {
                let message = format!("too many requests: try again in {:.1} s", decision.retry_after);
                return Err(Answer::refuse(Reason::RateLimit, message).retry_after(decision.retry_after));
            }
        }
        // Those without a name share one place. The name is hashed: what is in flight names nobody.
        let key = self.hasher.hash_one(ask.subject);
        let admitted = match ask.subject {
            Some(_) => self.admission.admit(key, seconds),
            None => self.admission.admit_unnamed(key, seconds),
        };
        admitted.map_err(|full| {
            let whose = if full.share { "of this subject " } else { "" };
            let message = format!(
                "{} utterances {whose}are under way: try again in {:.1} s",
                full.utterances, full.retry_after
            );
            Answer::refuse(Reason::Overload, message).retry_after(full.retry_after)
        })
    }

    fn identity(&self, ask: &Ask<'_>) -> Result<(), Answer> {
        let rules = &self.config.identity;
        if rules.subject_required && ask.subject.is_none() {
            return Err(Answer::refuse(Reason::Unauthenticated, "the request names no subject"));
        }
        match ask.role {
            None if rules.role_required => {
                Err(Answer::refuse(Reason::Unauthenticated, "the request names no role"))
            }
            None => Ok(()),
            // Policies are asked once the text was measured.
            Some(_) if self.authorizer.is_some() => Ok(()),
            Some(role) => {
                // Voices are named freely; one whose name is no path is granted by grants for every resource only.
                let path = format!("voice/{}", ask.voice);
                let decision = self.roles.check_loose(role, "synthesize", &path);
                if decision.allowed {
                    Ok(())
                } else {
                    Err(Answer::refuse(Reason::Forbidden, decision.reason))
                }
            }
        }
    }

    /// What policies say of an utterance, where they decide: whoever asks, named or not.
    fn policies(&self, ask: &Ask<'_>, characters: usize, seconds: f64) -> Result<(), Answer> {
        let Some(authorizer) = &self.authorizer else { return Ok(()) };
        let mut context = Map::new();
        context.insert("characters".into(), characters.into());
        // Cedar counts in whole numbers.
        context.insert("seconds".into(), (seconds.ceil() as u64).into());
        if let Some(language) = ask.language {
            context.insert("language".into(), language.into());
        }
        let decision = authorizer.check(&Question {
            subject: ask.subject.map(str::to_owned),
            role: ask.role.map(str::to_owned),
            scopes: Vec::new(),
            permission: "synthesize".into(),
            resource: format!("voice/{}", ask.voice),
            context,
        });
        if decision.allowed { Ok(()) } else { Err(Answer::refuse(Reason::Forbidden, decision.reason)) }
    }

    /// The limits of the text; its length in characters.
    fn text(&self, ask: &Ask<'_>) -> Result<usize, Answer> {
        let limits = &self.config.text;
        if let (Some(said), false) = (ask.language, self.languages.is_empty()) {
            let known = said.parse::<Language>();
            let accepted = known.is_ok_and(|tag| self.languages.iter().any(|range| tag.within(range)));
            if !accepted {
                let accepted = limits.languages.join(", ");
                let message = format!("the language is not one of those accepted: {accepted}");
                return Err(Answer::refuse(Reason::Language, message));
            }
        }
        let refuse = |what: &str, most: usize| {
            let message = format!("the text has more than {most} characters{what}");
            Answer::refuse(Reason::TextLength, message)
        };
        // Counted as far as is needed: a text of a gigabyte is not walked through.
        let most = limits.max_characters;
        let characters = ask.text.chars().take(most.saturating_add(1)).count();
        if characters > most {
            return Err(refuse("", most));
        }
        let most = limits.max_folded_characters;
        if !ask.text.is_ascii() && ask.text.nfkc().take(most.saturating_add(1)).count() > most {
            return Err(refuse(" once compatibility forms are undone", most));
        }
        Ok(characters)
    }

    pub(super) fn note_refusal(&mut self, answer: &Answer, ask: &Ask<'_>) {
        let event = match answer.reason {
            Some(Reason::RateLimit) => Event::RateViolation,
            Some(Reason::Overload) => Event::Overload,
            Some(Reason::Unauthenticated) => Event::AuthFailure,
            Some(Reason::Forbidden) => Event::PermissionDenied,
            Some(Reason::TextLength | Reason::AudioLength) => Event::LimitExceeded,
            _ => return,
        };
        self.note(event, ask.subject.unwrap_or_default(), ask.now_ns);
    }
}
