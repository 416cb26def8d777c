//! Texts that are made to cost much. What is counted is work (what the views hold, how many places are
//! reported), never time.

use voxguard_core::policy::{Action, MAX_HITS, Markup, Policy, TextError};
use voxguard_core::text::{Spoken, fold, words};

const MIB: usize = 1 << 20;

fn policy() -> Policy {
    Policy::from_json(include_str!("../../examples/rules.json")).unwrap()
}

/// As many repetitions as fit into the longest accepted text.
fn filled(part: &str) -> String {
    part.repeat(MIB / part.len())
}

/// Bytes and pieces that judging a text makes.
fn work(text: &str) -> usize {
    let spoken = Spoken::new(text, Markup::Auto).unwrap();
    let readings = [Some(spoken.text), spoken.joined];
    let of_reading = |reading: &voxguard_core::text::View| {
        let folded = fold(reading.text());
        let words = words(folded.text());
        [reading, &folded, &words].iter().map(|view| view.text().len() + view.pieces()).sum::<usize>()
    };
    readings.iter().flatten().map(of_reading).sum()
}

#[test]
fn the_work_is_a_small_multiple_of_the_length() {
    for part in [
        ".",
        " ",
        "a",
        "a ",
        ". a",
        "\u{301}",
        "e\u{301}",
        "\u{3099}",
        "か\u{3099}",
        "\u{E38}\u{E48}",
        "\u{200B}",
        "\u{0}",
        "<",
        "<a",
        "<a>",
        "&",
        "&amp;",
        "&#",
        "&#x0000000",
        "ﷺ",
        "杀",
        "가",
        "\u{1100}",
        "\u{1161}",
        "<!--",
        "kill ",
        "wire ",
        "İ",
        "\u{9C7}\u{9BE}",
    ] {
        let text = filled(part);
        let work = work(&text);
        // U+FDFA folds to 33 bytes out of 3; everything else stays well below.
        assert!(work <= 32 * text.len() + 64, "{part:?}: {work}");
        policy().check(&text, Markup::Plain).unwrap();
    }
}

#[test]
fn hostile_documents_are_read_once_or_refused() {
    for (part, accepted) in [
        ("&amp;", true),
        ("&#105;", true),
        ("<!-- -->", false),
        ("<p>", false),
        ("<s></s>", false),
        ("<![CDATA[]]>", false),
        ("<speak>", false),
        ("<", false),
        ("&", false),
        ("</s>", false),
        ("<!--", false),
        ("<sub alias='", false),
        ("\u{301}", true),
        (".", true),
    ] {
        let inside = part.repeat((MIB - 64) / part.len());
        let document = format!("<speak>{inside}</speak>");
        let answer = policy().check(&document, Markup::Auto);
        assert_eq!(answer.is_ok(), accepted, "{part:?}: {:?}", answer.err());
        if accepted {
            assert!(work(&document) <= 32 * document.len(), "{part:?}");
        }
    }
    let attributes: String = (0..90_000).map(|n| format!(" a{n}='1'")).collect();
    assert!(matches!(
        policy().check(&format!("<speak{attributes}/>"), Markup::Auto),
        Err(TextError::Refused { .. })
    ));
}

#[test]
fn a_text_that_is_too_long_is_refused_with_both_numbers() {
    let text = "a".repeat(10_000_000);
    let error = policy().check(&text, Markup::Auto).unwrap_err();
    assert_eq!(error, TextError::TooLong { bytes: 10_000_000, max: Policy::MAX_TEXT_BYTES });
    assert_eq!(error.to_string(), "text of 10000000 bytes: accepted are at most 1048576");
    assert!(policy().check(&text[..MIB], Markup::Auto).is_ok());
    assert!(policy().check(&text[..MIB + 1], Markup::Auto).is_err());
}

#[test]
fn a_rule_that_hits_everywhere_reports_a_limited_number_of_places() {
    let verdict = policy().check(&filled("kill "), Markup::Plain).unwrap();
    assert_eq!((verdict.action, verdict.hits.len()), (Action::Block, MAX_HITS));
    let verdict = policy().check(&filled("4111 1111 1111 1111, "), Markup::Plain).unwrap();
    assert_eq!((verdict.action, verdict.hits.len()), (Action::Warn, MAX_HITS));
    // Places beyond the limit of one rule do not hide another rule.
    let verdict =
        policy().check(&(filled("act now ")[..MIB - 16].to_owned() + " password"), Markup::Plain).unwrap();
    assert_eq!(verdict.action, Action::Block);
}

#[test]
fn a_pattern_that_looks_far_ahead_stays_within_its_limit() {
    // Each search for a match reads to the end of the text: all matches together would be quadratic.
    let policy = Policy::from_json(
        r#"{"version": 1, "rules": [{"id": "r", "category": "c", "severity": "info", "match": "regex", "pattern": ".*[^a]|a"}]}"#,
    )
    .unwrap();
    let verdict = policy.check(&filled("a"), Markup::Plain).unwrap();
    assert_eq!(verdict.hits.len(), MAX_HITS);
}
