//! What must hold of every text, for fuzzers: cargo-fuzz (`fuzz/fuzz_targets`) and the driver in `core/tests/policy_fuzz.rs`.

use std::sync::{Arc, LazyLock};

use voxguard_core::policy::{Action, Markup, Policy};
use voxguard_core::text::{Spoken, View, fold};

static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| {
    let rules = r#"{"version": 1, "rules": [
        {"id": "t", "category": "c", "severity": "error", "match": "term", "terms": ["kill", "murder", "убить", "杀人"], "language": "en", "exceptions": ["kill time"]},
        {"id": "p", "category": "c", "severity": "warning", "match": "phrase", "terms": ["wire transfer", "gift card codes"]},
        {"id": "m", "category": "c", "severity": "warning", "match": "term", "terms": ["darn", "ass"], "action": "mask", "phonetic": true},
        {"id": "j", "category": "c", "severity": "warning", "match": "term", "terms": ["card"], "action": "mask", "views": ["joined"]},
        {"id": "r", "category": "c", "severity": "info", "match": "regex", "pattern": "x[0-9]+y|\\bé+z"},
        {"id": "n", "category": "c", "severity": "error", "match": "name", "terms": ["Aurelia Example"]},
        {"id": "c", "category": "pii", "severity": "error", "match": "pii", "pii": "card", "action": "mask"},
        {"id": "e", "category": "pii", "severity": "error", "match": "pii", "pii": "email", "action": "mask"},
        {"id": "f", "category": "pii", "severity": "error", "match": "pii", "pii": "phone", "action": "mask"},
        {"id": "i", "category": "pii", "severity": "error", "match": "pii", "pii": "iban", "action": "mask"},
        {"id": "a", "category": "pii", "severity": "error", "match": "pii", "pii": "ip", "action": "mask"}]}"#;
    Arc::new(Policy::from_json(rules).expect("the rules load"))
});

/// The map of a view leads to whole characters of its source, in order.
fn check_map(view: &View, source: &str) {
    let mut last = 0..0;
    for (at, character) in view.text().char_indices() {
        let from = view.source(at..at + character.len_utf8());
        assert!(source.get(from.clone()).is_some(), "{from:?} of {source:?}");
        assert!(from.start >= last.start && from.end >= last.end, "{last:?} then {from:?} of {source:?}");
        last = from;
    }
}

/// Markup: any bytes get an answer; hits and masks are of whole characters; a masked document is still one.
pub fn markup(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for text in [text.clone().into_owned(), format!("<speak>{text}</speak>")] {
        for markup in [Markup::Auto, Markup::Plain, Markup::Ssml] {
            if let Ok(spoken) = Spoken::new(&text, markup) {
                check_map(&spoken.text, &text);
            }
            let Ok(verdict) = POLICY.check(&text, markup) else { continue };
            for hit in &verdict.hits {
                assert!(text.get(hit.start_byte..hit.end_byte).is_some(), "{hit:?} of {text:?}");
            }
            if verdict.action == Action::Mask && verdict.markup == Markup::Ssml {
                assert!(
                    Spoken::new(&verdict.text, Markup::Ssml).is_ok(),
                    "{text:?} became {:?}",
                    verdict.text
                );
            }
        }
    }
}

/// Folding: leads back, and folding again changes nothing.
pub fn folding(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let once = fold(&text);
    check_map(&once, &text);
    assert_eq!(fold(once.text()).text(), once.text(), "{text:?}");
    drop(POLICY.explain(&text, Markup::Plain));
}

/// Streams: however a text is cut, what is decided and released is what the whole text gets; a document too. The first bytes say
/// where it is cut.
pub fn streams(data: &[u8]) {
    let Some((cuts, data)) = data.split_at_checked(4) else { return };
    let text = String::from_utf8_lossy(data);
    same_as_whole(&text, cuts, Markup::Plain);
    let document = format!("<speak>{text}</speak>");
    if POLICY.check(&document, Markup::Ssml).is_ok() {
        same_as_whole(&document, cuts, Markup::Ssml);
    }
}

/// Cuts a text and compares what a stream makes of the pieces with what the whole text gets.
fn same_as_whole(text: &str, cuts: &[u8], markup: Markup) {
    let mut places: Vec<usize> = cuts.iter().map(|cut| usize::from(*cut) * text.len() / 255).collect();
    for place in &mut places {
        while !text.is_char_boundary(*place) {
            *place -= 1;
        }
    }
    places.extend([0, text.len()]);
    places.sort_unstable();
    let pieces: Vec<&str> = places.windows(2).filter_map(|pair| text.get(pair[0]..pair[1])).collect();
    let whole = POLICY.check(text, markup).expect("the text is short, and its markup is accepted");
    let run = |pieces: &[&str]| {
        let mut stream = POLICY.stream(markup, &[]);
        let mut steps: Vec<_> = pieces
            .iter()
            .map(|piece| stream.push(piece).expect("what begins the text is accepted"))
            .collect();
        steps.push(stream.finish().expect("the text is accepted"));
        let released: String = steps.iter().map(|step| step.text.as_str()).collect();
        (released, steps.iter().any(|step| step.blocked))
    };
    let (released, blocked) = run(&pieces);
    assert_eq!(blocked, whole.action == Action::Block, "{text:?} in {pieces:?}");
    let expected = if blocked { run(&[text]).0 } else { whole.text };
    assert_eq!(released, expected, "{text:?} in {pieces:?}");
}
