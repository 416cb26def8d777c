//! What goes on being spoken: masks, consents, exceptions, forms, classifiers, and why.

use std::sync::Arc;

use voxguard_core::policy::classifier::{Failure, Finding, Judge};
use voxguard_core::policy::{Action, Markup, Policy, Severity, Verdict};

fn policy(rules: &str) -> Policy {
    Policy::from_json(&format!(r#"{{"version": 1, "rules": [{rules}]}}"#)).unwrap()
}

fn check(rules: &str, text: &str) -> Verdict {
    policy(rules).check(text, Markup::Auto).unwrap()
}

const CARD: &str = r#"{"id": "pii-card", "category": "pii", "severity": "error", "match": "pii", "pii": "card", "action": "mask"}"#;

#[test]
fn a_masked_card_is_spoken_as_one_that_ends_in_four_digits() {
    for (text, spoken) in [
        ("Use 4111 1111 1111 1111 now.", "Use card number ending one one one one now."),
        ("Use 4242424242424242.", "Use card number ending four two four two."),
        (
            "It is four two four two four two four two four two four two four two four two",
            "It is card number ending four two four two",
        ),
        (
            "<speak>Use 4242 4242<break time=\"1s\"/> 4242 4242 now</speak>",
            "<speak>Use card number ending four two four two<break time=\"1s\"/> now</speak>",
        ),
        (
            "<speak>Use <say-as interpret-as='digits'>4242424242424242</say-as></speak>",
            "<speak>Use <say-as interpret-as='digits'>card number ending four two four two</say-as></speak>",
        ),
    ] {
        let verdict = check(CARD, text);
        assert_eq!((verdict.action, verdict.text.as_str()), (Action::Mask, spoken), "{text}");
        assert!(verdict.allowed());
        assert_eq!(verdict.reason(), "allowed with parts removed: pii");
        let again = check(CARD, &verdict.text);
        assert_eq!(again.action, Action::Allow, "{text}");
    }
}

#[test]
fn a_rule_may_say_what_is_spoken_instead() {
    let rule = r#"{"id": "m", "category": "rude", "severity": "warning", "match": "term", "terms": ["darn"], "action": "mask", "mask": "bleep"}"#;
    assert_eq!(check(rule, "Oh d4rn it.").text, "Oh bleep it.");
    assert_eq!(check(&rule.replace("bleep", ""), "Oh darn it.").text, "Oh  it.");
    let german = CARD.replace("\"action\"", "\"language\": \"de\", \"action\"");
    assert_eq!(check(&german, "4242424242424242").text, "Kartennummer endend auf vier zwei vier zwei");
}

#[test]
fn masks_do_not_save_a_text_that_another_rule_blocks() {
    let block =
        r#"{"id": "b", "category": "violence", "severity": "error", "match": "term", "terms": ["kill"]}"#;
    let verdict = check(&format!("{CARD}, {block}"), "kill 4242424242424242");
    assert_eq!((verdict.action, verdict.text.as_str()), (Action::Block, ""));
}

#[test]
fn a_pattern_with_more_places_than_are_masked_blocks() {
    let rule = r#"{"id": "r", "category": "c", "severity": "warning", "match": "regex", "pattern": "x[0-9]y", "action": "mask"}"#;
    assert_eq!(check(rule, &"x1y ".repeat(100)).action, Action::Mask);
    assert_eq!(check(rule, &"x1y ".repeat(101)).action, Action::Block);
}

const NAME: &str = r#"{"id": "voices", "category": "impersonation", "severity": "error", "match": "name", "terms": ["Aurelia Example"]}"#;

#[test]
fn a_protected_name_hits_in_either_order_and_in_disguise_and_a_consent_lifts_it() {
    let policy = policy(NAME);
    for text in ["This is Aurelia Example.", "Example, Aurelia", "Αurelia Ex4mple", "A u r e l i a Example"]
    {
        assert_eq!(policy.check(text, Markup::Auto).unwrap().action, Action::Block, "{text}");
        for consent in ["aurelia example", "voices"] {
            let verdict = policy.check_with(text, Markup::Auto, &[consent]).unwrap();
            assert_eq!(verdict.action, Action::Allow, "{text}");
        }
        assert_eq!(policy.check_with(text, Markup::Auto, &["someone else"]).unwrap().action, Action::Block);
    }
    assert_eq!(policy.check("An example by Aurelia", Markup::Auto).unwrap().action, Action::Allow);
}

#[test]
fn an_exception_lifts_the_hits_in_it_alone() {
    let rule = r#"{"id": "v", "category": "violence", "severity": "error", "match": "term", "terms": ["kill"], "exceptions": ["kill time"]}"#;
    assert_eq!(check(rule, "We kill time.").action, Action::Allow);
    let verdict = check(rule, "We kill time and kill.");
    assert_eq!((verdict.hits.len(), verdict.hits[0].start), (1, 17));
}

#[test]
fn a_language_brings_the_forms_of_a_term() {
    let rule = |language: &str, term: &str| {
        format!(
            r#"{{"id": "v", "category": "c", "severity": "error", "match": "term", "terms": ["{term}"], "language": "{language}"}}"#
        )
    };
    for (language, term, text) in [
        ("en", "kill", "killing and kills"),
        ("en", "bully", "he bullied her"),
        ("de", "bombe", "zwei Bomben"),
        ("es", "matar", "lo mataron"),
        ("ru", "бомба", "две бомбы"),
        ("ar", "قنبلة", "القنبلة هنا"),
        ("ko", "살인", "살인을 했다"),
    ] {
        assert_eq!(check(&rule(language, term), text).action, Action::Block, "{text}");
    }
    assert_eq!(check(&rule("en", "kill"), "a killer skill").action, Action::Allow);
    assert_eq!(check(&rule("en", "kill"), "killing").hits[0].view, "plain");
}

#[test]
fn views_narrow_a_rule_and_sounds_widen_one() {
    let rule = |more: &str| {
        format!(
            r#"{{"id": "v", "category": "c", "severity": "error", "match": "term", "terms": ["kill"], {more}}}"#
        )
    };
    let narrow = rule(r#""views": ["plain", "folded"]"#);
    assert_eq!(check(&narrow, "k1ll").action, Action::Block);
    assert_eq!(check(&narrow, "k i l l").action, Action::Allow);
    assert_eq!(check(&rule(r#""phonetic": false"#), "kyll").action, Action::Allow);
    let verdict = check(&rule(r#""phonetic": true"#), "I will kyll");
    assert_eq!((verdict.action, verdict.hits[0].view.as_str()), (Action::Block, "phonetic"));
}

#[test]
fn why_names_the_rule_the_term_and_what_was_undone() {
    let rule =
        r#"{"id": "v", "category": "c", "severity": "error", "match": "term", "terms": ["hello", "kill"]}"#;
    let why = policy(rule).explain("go к!ll", Markup::Auto).unwrap();
    let hit = &why["hits"][0];
    assert_eq!(
        (hit["rule"].as_str(), hit["sought"].as_str(), hit["written"].as_str()),
        (Some("v"), Some("kill"), Some("к!ll"))
    );
    assert_eq!(hit["undone"], serde_json::json!(["folded", "lookalike letters", "signs for letters"]));
}

#[derive(Debug)]
struct Fixed(Result<Vec<Finding>, Failure>, Action);

impl Judge for Fixed {
    fn judge(&self, spoken: &str) -> Result<Vec<Finding>, Failure> {
        assert_eq!(spoken, "say bad things");
        self.0.clone()
    }
    fn on_failure(&self) -> Action {
        self.1
    }
}

#[test]
fn a_classifier_adds_hits_and_its_failure_is_decided_beforehand() {
    let finding = |action| Finding {
        rule: "model".into(),
        category: "meaning".into(),
        severity: Severity::Error,
        action,
        start: 4,
        end: 7,
    };
    let text = "<speak>say <emphasis>bad</emphasis> things</speak>";
    let ask = |answer, on_failure| {
        Policy::default().with_judge(Arc::new(Fixed(answer, on_failure))).check(text, Markup::Auto).unwrap()
    };
    let verdict = ask(Ok(vec![finding(Action::Block)]), Action::Block);
    assert_eq!((verdict.action, verdict.hits[0].view.as_str()), (Action::Block, "classifier"));
    assert_eq!(&text[verdict.hits[0].start_byte..verdict.hits[0].end_byte], "bad");
    let masked = ask(Ok(vec![finding(Action::Mask)]), Action::Block);
    assert_eq!(masked.text, "<speak>say <emphasis></emphasis> things</speak>");
    assert_eq!(ask(Ok(Vec::new()), Action::Block).action, Action::Allow);
    assert_eq!(ask(Err(Failure), Action::Block).action, Action::Block);
    assert_eq!(ask(Err(Failure), Action::Warn).action, Action::Warn);
}
