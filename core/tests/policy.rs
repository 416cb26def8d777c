//! What a policy says of texts, open and disguised.

use voxguard_core::policy::{Action, Hit, Markup, Policy, Verdict};

const RULES: &str = r#"{"version": 1, "rules": [
  {"id": "v1", "category": "violence", "severity": "critical", "match": "term", "terms": ["kill", "杀人", "убить"]},
  {"id": "f1", "category": "fraud", "severity": "error", "match": "phrase", "terms": ["wire transfer"]},
  {"id": "q1", "category": "questionable", "severity": "warning", "match": "regex", "pattern": "x[0-9]+y"},
  {"id": "i1", "category": "noted", "severity": "info", "match": "term", "terms": ["hello"]}
]}"#;

fn check(text: &str) -> Verdict {
    Policy::from_json(RULES).unwrap().check(text, Markup::Auto).unwrap()
}

/// The hits of a text as (rule, what of the original was hit, view).
fn hits(text: &str) -> Vec<(String, String, String)> {
    let hit = |hit: Hit| {
        let slice = text[hit.start_byte..hit.end_byte].to_owned();
        let by_characters: String = text.chars().skip(hit.start).take(hit.end - hit.start).collect();
        assert_eq!(slice, by_characters, "characters and bytes say the same");
        (hit.rule, slice, hit.view)
    };
    check(text).hits.into_iter().map(hit).collect()
}

#[track_caller]
fn hits_once(text: &str, rule: &str, slice: &str, view: &str) {
    assert_eq!(hits(text), [(rule.to_owned(), slice.to_owned(), view.to_owned())], "{text:?}");
}

#[test]
fn a_term_hits_at_word_boundaries_only() {
    hits_once("I will Kill him", "v1", "Kill", "plain");
    hits_once("_kill_", "v1", "kill", "plain");
    hits_once("«kill»", "v1", "kill", "plain");
    for harmless in ["skill", "killer", "kills", "ki ll", "kil", "çkill", "kill9", "кkill"] {
        assert_eq!(hits(harmless), [], "{harmless:?}");
    }
}

#[test]
fn a_disguised_term_hits_with_its_place_in_the_original() {
    for slice in [
        "k\u{200B}i\u{200D}l\u{2060}l",
        "ｋｉｌｌ",
        "𝓀𝓲𝕝𝗅",
        "ki\u{AD}ll",
        "k\u{301}i\u{302}ļl",
        "kıll",
        "k\u{FE0F}i\u{E0061}ll",
        "ⓚⓘⓛⓛ",
        "ki\u{0}ll",
        "ki\u{202E}ll",
        "ki\u{3099}ll",
    ] {
        hits_once(&format!("go {slice} now"), "v1", slice, "folded");
    }
    hits_once("go \u{202E}kill\u{202C} now", "v1", "kill", "plain");
    // An accent after the last letter belongs to the letter.
    hits_once("kill\u{301}!", "v1", "kill\u{301}", "folded");
}

#[test]
fn a_phrase_hits_whatever_stands_between_its_words() {
    hits_once("a Wire Transfer, please", "f1", "Wire Transfer", "plain");
    hits_once("wire -- \n transfer", "f1", "wire -- \n transfer", "plain");
    hits_once("wire\u{A0}trans\u{AD}fer", "f1", "wire\u{A0}trans\u{AD}fer", "folded");
    for harmless in ["wiretransfer", "wire a transfer", "rewire transfer", "wire transfers", "transfer wire"]
    {
        assert_eq!(hits(harmless), [], "{harmless:?}");
    }
}

#[test]
fn a_pattern_hits_the_text_as_it_stands_and_the_folded_text() {
    hits_once("code x12y.", "q1", "x12y", "plain");
    hits_once("code X12Y.", "q1", "X12Y", "folded");
    hits_once("code ｘ１２ｙ.", "q1", "ｘ１２ｙ", "folded");
    assert_eq!(check("code x12y.").action, Action::Warn);
}

#[test]
fn scripts_without_spaces_and_other_scripts_are_searched_too() {
    hits_once("他要杀人了", "v1", "杀人", "plain");
    hits_once("Он хочет УБИТЬ.", "v1", "УБИТЬ", "plain");
}

#[test]
fn markup_inside_a_word_hides_nothing() {
    for (text, slice, view) in [
        ("<speak>kil<break/>l</speak>", "kil<break/>l", "joined"),
        ("<speak>kil<emphasis>l</emphasis></speak>", "kil<emphasis>l", "folded"),
        ("<speak>ki<!-- x -->ll</speak>", "ki<!-- x -->ll", "folded"),
        ("<speak>k&#105;ll</speak>", "k&#105;ll", "folded"),
        ("<speak>ki<![CDATA[ll]]></speak>", "ki<![CDATA[ll", "folded"),
        ("<speak>a <sub alias=\"kill\">hug</sub></speak>", "kill", "plain"),
        ("<speak>kil<sub alias=\"l\">x</sub></speak>", "kil<sub alias=\"l", "joined"),
        ("<speak><s>ki</s><s>ll</s></speak>", "ki</s><s>ll", "joined"),
        ("<speak>kill</speak>", "kill", "plain"),
        ("ki<break/>ll", "ki<break/>ll", "joined"),
        ("ki&#x6c;l", "ki&#x6c;l", "joined"),
    ] {
        hits_once(text, "v1", slice, view);
    }
    assert_eq!(hits("<speak>a <sub alias=\"hug\">kill</sub></speak>"), [], "what is not spoken");
}

#[test]
fn the_strongest_action_wins_and_the_reason_leaks_nothing() {
    let verdict = check("hello x1y, kill by wire transfer");
    assert_eq!(verdict.action, Action::Block);
    assert_eq!((verdict.text.as_str(), verdict.hits.len()), ("", 4));
    assert_eq!(verdict.reason(), "blocked: fraud, violence");
    let verdict = check("hello x1y");
    assert_eq!((verdict.action, verdict.text.as_str()), (Action::Warn, "hello x1y"));
    assert_eq!(verdict.reason(), "allowed with a warning: questionable");
    let verdict = check("hello");
    assert_eq!((verdict.action, verdict.hits.len()), (Action::Allow, 1));
    assert_eq!(check("good day").reason(), "allowed");
}
