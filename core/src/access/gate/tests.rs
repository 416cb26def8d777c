use super::*;
use crate::access::answer::Reason;
use crate::access::token::{Grant, TokenKey, Tokens};

fn access(json: &str) -> Access {
    Access::new(Config::from_json(json).unwrap()).unwrap()
}

fn ask<'a>(subject: Option<&'a str>, text: &'a str) -> Ask<'a> {
    Ask { subject, voice: "heart", text, ..Ask::default() }
}

fn reason(access: &Access, ask: &Ask<'_>) -> Option<Reason> {
    access.begin(ask).err().and_then(|answer| answer.reason)
}

#[test]
fn by_default_ten_pass_at_once_and_the_eleventh_hears_when_to_come_back() {
    let access = access(r#"{"version": 1}"#);
    for _ in 0..10 {
        assert_eq!(reason(&access, &ask(Some("user-1"), "Good morning.")), None);
    }
    let refused = access.begin(&ask(Some("user-1"), "Good morning.")).err().unwrap();
    assert_eq!((refused.http_status, refused.retry_after), (429, Some(1.0)));
    assert_eq!(reason(&access, &ask(Some("user-2"), "Good morning.")), None);
    assert_eq!(access.snapshot().events[&Event::RateViolation], 1);
}

#[test]
fn a_text_is_measured_before_and_after_folding() {
    let access = access(r#"{"version": 1, "text": {"max_characters": 10, "max_folded_characters": 20}}"#);
    assert_eq!(reason(&access, &ask(None, "ééééééééééé")), Some(Reason::TextLength));
    assert_eq!(reason(&access, &ask(None, "éééééééééé")), None);
    // One character that folds to eighteen.
    assert_eq!(reason(&access, &ask(None, "\u{fdfa}")), None);
    assert_eq!(reason(&access, &ask(None, "\u{fdfa}\u{fdfa}")), Some(Reason::TextLength));
}

#[test]
fn a_strict_gate_wants_a_subject_and_a_role_that_may() {
    let access = access(r#"{"version": 1, "profile": "strict"}"#);
    let with = |role| Ask { role, ..ask(Some("user-1"), "Good morning.") };
    assert_eq!(reason(&access, &ask(None, "x")), Some(Reason::Unauthenticated));
    assert_eq!(reason(&access, &with(None)), Some(Reason::Unauthenticated));
    assert_eq!(reason(&access, &with(Some("nobody"))), Some(Reason::Forbidden));
    assert_eq!(reason(&access, &with(Some("guest"))), None);
}

/// Permits user-1, of up to 20 characters.
struct Brief;

impl Authorizer for Brief {
    fn check(&self, question: &Question) -> RoleDecision {
        let is_brief = question.context.get("characters").and_then(Value::as_u64).is_some_and(|n| n <= 20);
        let allowed = question.subject.as_deref() == Some("user-1") && is_brief;
        assert_eq!((question.permission.as_str(), question.resource.as_str()), ("synthesize", "voice/heart"));
        RoleDecision { allowed, ..RoleDecision::denied("too long, or not user-1") }
    }
}

#[test]
fn policies_decide_in_place_of_roles_and_only_where_something_evaluates_them() {
    let read = |json: &str| Config::from_json(json);
    let cedar = r#"{"version": 1, "cedar": {"policies": "permit(principal, action, resource);"}}"#;
    assert_eq!(Access::new(read(cedar).unwrap()).err(), Some(ConfigError::NoCedar));
    let both = r#"{"version": 1, "cedar": {"policies": ""}, "roles": {"version": 1, "roles": {}}}"#;
    assert_eq!(read(both), Err(ConfigError::RolesAndCedar));
    let compile: Compile = |rules| {
        assert!(rules.policies.starts_with("permit"));
        Ok(Arc::new(Brief))
    };
    let access = Access::with(read(cedar).unwrap(), Some(compile)).unwrap();
    // Nobody's role is asked for, and that of a name which no roles know is not in the way.
    let named = |role| Ask { role, ..ask(Some("user-1"), "Good morning.") };
    assert_eq!(reason(&access, &named(None)), None);
    assert_eq!(reason(&access, &named(Some("nobody"))), None);
    assert_eq!(reason(&access, &ask(None, "Good morning.")), Some(Reason::Forbidden));
    assert_eq!(reason(&access, &ask(Some("user-1"), "Good morning to all of you.")), Some(Reason::Forbidden));
    access.reload(read(r#"{"version": 1}"#).unwrap()).unwrap();
    assert_eq!(reason(&access, &named(Some("nobody"))), Some(Reason::Forbidden));
    access.reload(read(cedar).unwrap()).unwrap();
    assert_eq!(reason(&access, &named(Some("nobody"))), None);
}

#[test]
fn a_language_that_is_named_must_be_one_of_those_accepted() {
    let access = access(r#"{"version": 1, "profile": "baseline"}"#);
    let with = |language| Ask { language, ..ask(None, "Good morning.") };
    assert_eq!(reason(&access, &with(Some("en-GB"))), None);
    assert_eq!(reason(&access, &with(None)), None);
    for language in ["de", "e", "english-language-of-england-and-more"] {
        assert_eq!(reason(&access, &with(Some(language))), Some(Reason::Language), "{language}");
    }
}

#[test]
fn a_pass_holds_its_place_until_it_is_dropped() {
    let access = access(r#"{"version": 1, "admission": {"utterances": 2, "share": 0.5}}"#);
    let first = access.begin(&ask(Some("a"), "x")).ok().unwrap();
    let full = access.begin(&ask(Some("a"), "x")).err().unwrap();
    assert_eq!((full.reason, full.http_status), (Some(Reason::Overload), 503));
    let _second = access.begin(&ask(Some("b"), "x")).ok().unwrap();
    assert_eq!(reason(&access, &ask(Some("c"), "x")), Some(Reason::Overload));
    drop(first);
    assert_eq!(reason(&access, &ask(Some("c"), "x")), None);
    assert_eq!(access.snapshot_json()["in_flight"]["utterances"], 1);
}

#[test]
fn the_panic_switch_stops_everything_until_it_is_lifted() {
    let access = access(r#"{"version": 1}"#);
    access.panic("a key has leaked");
    let refused = access.begin(&ask(None, "x")).err().unwrap();
    assert_eq!((refused.reason, refused.http_status), (Some(Reason::Panic), 503));
    assert!(access.lift());
    assert_eq!(reason(&access, &ask(None, "x")), None);
    access.revoke_all(100);
    access.revoke_all(50);
    assert_eq!(access.revoked_before(), 100);
}

#[test]
fn a_reload_keeps_what_is_owed_and_in_flight() {
    let access = access(r#"{"version": 1}"#);
    let _passes: Vec<_> = (0..10).map(|_| access.begin(&ask(Some("a"), "x")).ok().unwrap()).collect();
    access.reload(Config::from_json(r#"{"version": 1, "text": {"max_characters": 5}}"#).unwrap()).unwrap();
    assert_eq!(reason(&access, &ask(Some("a"), "x")), Some(Reason::RateLimit));
    assert_eq!(reason(&access, &ask(Some("a"), "longer")), Some(Reason::TextLength));
    assert_eq!(access.snapshot_json()["in_flight"]["utterances"], 10);
}

#[test]
fn a_reload_gives_no_kind_and_no_changed_rate_a_fresh_burst() {
    let config = |per_minute: u32, detects: u32| {
        let json = format!(
            r#"{{"version": 1, "rate": {{"per_minute": {per_minute}, "burst": 2, "kinds": {{
                "detect": {{"per_minute": {detects}, "burst": 1}},
                "embed": {{"per_minute": 1, "burst": 1}}}}}}}}"#
        );
        Config::from_json(&json).unwrap()
    };
    let access = Access::new(config(60, 1)).unwrap();
    let _passes: Vec<_> = (0..2).map(|_| access.begin(&ask(Some("a"), "x")).ok().unwrap()).collect();
    assert!(access.check_rate("detect", "a", 0).allowed && access.check_rate("embed", "a", 0).allowed);
    for fresh in [config(60, 1), config(30, 2), config(120, 1)] {
        access.reload(fresh).unwrap();
        assert_eq!(reason(&access, &ask(Some("a"), "x")), Some(Reason::RateLimit));
        assert!(!access.check_rate("detect", "a", 0).allowed);
        assert!(!access.check_rate("embed", "a", 0).allowed);
    }
    assert!(access.check_rate("detect", "a", 60_000_000_000).allowed);
}

#[test]
fn ten_violations_of_one_subject_raise_one_alert() {
    let access = access(r#"{"version": 1}"#);
    (0..30).for_each(|_| drop(access.begin(&ask(Some("a"), "x"))));
    let alerts = access.take_alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!((alerts[0].event, alerts[0].source.as_str()), (Event::RateViolation, "a"));
    assert!(access.take_alerts().is_empty());
}

#[test]
fn kinds_have_limits_of_their_own_and_commands_are_none_unless_listed() {
    let access = access(
        r#"{"version": 1, "rate": {"kinds": {"detect": {"per_minute": 1, "burst": 1}}},
            "commands": {"stop": {}}}"#,
    );
    assert!(access.check_rate("detect", "a", 0).allowed && !access.check_rate("detect", "a", 0).allowed);
    assert!(access.check_rate("other", "a", 0).allowed);
    assert!(access.check_command("stop", "{}", "a", 0).allowed);
    assert!(!access.check_command("rm", "{}", "a", 0).allowed);
    let none = Access::new(Config::default()).unwrap();
    assert!(!none.check_command("stop", "{}", "a", 0).allowed);
}

#[test]
fn who_asked_to_hear_of_alerts_hears_each_at_once_and_may_use_the_gate() {
    let access = access(r#"{"version": 1, "rate": {"kinds": {"detect": {"per_minute": 1, "burst": 1}}}}"#);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = {
        let (heard, access) = (Arc::clone(&heard), access.clone());
        move |alert: &Alert| {
            heard.lock().unwrap().push((alert.event, alert.source.clone()));
            access.panic("too much of it");
        }
    };
    access.on_alert(Some(Arc::new(told)));
    (0..4).for_each(|_| drop(access.record(Event::AuthFailure, "10.0.0.9", 0)));
    assert!(heard.lock().unwrap().is_empty());
    assert!(access.record(Event::AuthFailure, "10.0.0.9", 0).is_some());
    assert_eq!(*heard.lock().unwrap(), [(Event::AuthFailure, "10.0.0.9".to_owned())]);
    assert_eq!(reason(&access, &ask(None, "x")), Some(Reason::Panic));
    (0..11).for_each(|turn| assert_eq!(access.check_rate("detect", "a", 0).allowed, turn == 0));
    (0..3).for_each(|_| drop(access.check_command("rm", "{}", "b", 0)));
    let events: Vec<Event> = heard.lock().unwrap().iter().map(|(event, _)| *event).collect();
    assert_eq!(events, [Event::AuthFailure, Event::RateViolation, Event::SuspiciousCommand]);
    access.on_alert(None);
    (0..5).for_each(|_| drop(access.record(Event::AuthFailure, "10.0.0.7", 0)));
    assert_eq!(heard.lock().unwrap().len(), 3);
}

#[test]
fn a_revocation_reaches_tokens_and_what_is_not_believed_is_watched_for() {
    let access = access(r#"{"version": 1}"#);
    let tokens = Tokens::new(TokenKey::hs256(&[7; 32]).unwrap(), "tts", "api").unwrap();
    let grant = Grant { subject: "a", role: None, scopes: &[], now: 1_000, ttl: 900, id: [1; 16] };
    let token = tokens.issue(&grant).unwrap();
    let verify = |now| access.verify_token("10.0.0.9", now, |before| tokens.verify(&token, now, before));
    assert_eq!(verify(1_000).unwrap().subject, "a");
    access.revoke_all(1_001);
    for _ in 0..5 {
        assert_eq!(verify(1_002), Err(Refusal::Revoked));
    }
    let alerts = access.take_alerts();
    assert_eq!((alerts.len(), alerts[0].event), (1, Event::AuthFailure));
}
