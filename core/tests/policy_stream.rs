//! However a text is cut, a stream decides and releases the same.

use std::sync::Arc;

use proptest::prelude::*;
use voxguard_core::policy::{Action, Hit, Markup, Policy, Released};

const RULES: &str = r#"{"version": 1, "rules": [
  {"id": "v", "category": "violence", "severity": "error", "match": "term", "terms": ["kill", "杀人", "stupid"], "language": "en",
   "exceptions": ["kill time", "to kill a mockingbird"]},
  {"id": "f", "category": "fraud", "severity": "error", "match": "phrase", "terms": ["wire transfer", "gift card codes"]},
  {"id": "r", "category": "noted", "severity": "warning", "match": "regex", "pattern": "x[0-9]+y"},
  {"id": "w", "category": "noted", "severity": "info", "match": "term", "terms": ["hello"]},
  {"id": "m", "category": "rude", "severity": "warning", "match": "term", "terms": ["darn"], "action": "mask"},
  {"id": "c", "category": "pii", "severity": "error", "match": "pii", "pii": "card", "action": "mask"},
  {"id": "e", "category": "pii", "severity": "error", "match": "pii", "pii": "email", "action": "mask"},
  {"id": "p", "category": "pii", "severity": "error", "match": "pii", "pii": "phone", "action": "mask"}
]}"#;

fn policy() -> Arc<Policy> {
    Arc::new(Policy::from_json(RULES).unwrap())
}

/// What a stream makes of pieces: everything released, whether it was blocked, and the hits.
fn streamed<'t>(policy: &Arc<Policy>, pieces: impl IntoIterator<Item = &'t str>) -> (String, bool, Vec<Hit>) {
    let mut stream = policy.stream(Markup::Plain, &[]);
    let mut all = Released::default();
    let mut take = |released: Released| {
        all.text.push_str(&released.text);
        all.hits.extend(released.hits);
        all.blocked |= released.blocked;
    };
    for piece in pieces {
        take(stream.push(piece).unwrap());
    }
    take(stream.finish().unwrap());
    (all.text, all.blocked, all.hits)
}

/// Checks that pieces are decided as the whole.
fn same_as_whole(policy: &Arc<Policy>, text: &str, pieces: &[&str]) -> Result<(), TestCaseError> {
    let whole = policy.check(text, Markup::Plain).unwrap();
    let (released, blocked, hits) = streamed(policy, pieces.iter().copied());
    prop_assert_eq!(blocked, whole.action == Action::Block, "{:?} in {:?}", text, pieces);
    if blocked {
        let at_once = streamed(policy, [text]);
        prop_assert_eq!(&released, &at_once.0, "{:?} in {:?}", text, pieces);
        let first = whole.hits.iter().find(|hit| hit.action == Action::Block).unwrap();
        let last = hits.last().unwrap();
        prop_assert_eq!(
            (last.start, last.action),
            (first.start, Action::Block),
            "{:?} in {:?}",
            text,
            pieces
        );
        prop_assert_eq!(&hits[..], &whole.hits[..hits.len()], "{:?} in {:?}", text, pieces);
    } else {
        prop_assert_eq!(&released, &whole.text, "{:?} in {:?}", text, pieces);
        prop_assert_eq!(&hits, &whole.hits, "{:?} in {:?}", text, pieces);
    }
    Ok(())
}

const TEXTS: [&str; 46] = [
    "",
    "Good morning, everybody. How are you?",
    "I will kill you",
    "I will kill time until noon. Then kill.",
    "we read to kill a mockingbird, hello",
    "a wire -- transfer, and a wire for you",
    "a wire. Transfer the gift card. Codes follow.",
    "k i l l and k.i.l.l and ki-ll",
    "say k1ll, $tupid, stuuupid, st*pid",
    "кill, kіll, ｋｉｌｌ, k\u{200B}i\u{200B}l\u{301}l\u{301}!",
    "my card is 4111 1111 1111 1111, thank you",
    "four one one one one one one one one one one one one one one one is my card",
    "call 212-555-0123 or write to john dot doe at example dot com today",
    "write to john.doe@example.com, please. hello",
    "order x12y and x9 and X１２y",
    "darn it, darn! darning and d a r n",
    "他想杀人吗。杀。人。",
    "ki<b>ll</b> and k&#105;ll and 1 < 2 & 3",
    "a <b and c> d <speak kil<br/>l",
    "mur\nder stu\npid and stu-\npid",
    "kay eye ell ell, kilo india lima lima",
    "\u{202E}llik\u{202C} and \u{202E}",
    "hello hello hello",
    "x1111111111111",
    "e\u{301}e\u{301} e\u{301}",
    "🔥k🔥i🔥l🔥l🔥",
    "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0",
    "hello 4111111111111111 hello kill",
    "darn 4111111111111111kill",
    "Мы говорим по-русски. Он стоит у окна.",
    "k\nill\n\nkil\nl",
    "...kill...",
    "a a a a a a a",
    "w i r e transfer",
    "wire w1re tr@nsfer",
    "K",
    "k ",
    "kill",
    "killing me",
    "kill ",
    "kil",
    "<",
    "&",
    "x",
    "call 555-0123 4567",
    "Al K. Ill",
];

#[test]
fn every_cut_in_two_of_every_text_is_decided_as_the_whole() {
    let policy = policy();
    for text in TEXTS {
        for (cut, _) in text.char_indices() {
            let (head, tail) = text.split_at(cut);
            same_as_whole(&policy, text, &[head, tail]).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn texts_that_arrive_character_by_character_are_decided_as_the_whole() {
    let policy = policy();
    for text in TEXTS {
        let pieces: Vec<&str> = text.split("").collect();
        same_as_whole(&policy, text, &pieces).unwrap_or_else(|error| panic!("{error}"));
    }
    // Long enough that context is forgotten on the way.
    let long = TEXTS.iter().filter(|text| {
        !policy.check(text, Markup::Plain).unwrap().hits.iter().any(|hit| hit.action == Action::Block)
    });
    let long: String = long.flat_map(|text| [*text, " "]).collect::<String>().replace('<', " ").repeat(6);
    let pieces: Vec<&str> = long.split_inclusive(' ').collect();
    same_as_whole(&policy, &long, &pieces).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn ordinary_text_is_held_for_a_word_at_most() {
    let rules = r#"{"version": 1, "rules": [{"id": "f", "category": "fraud", "severity": "error", "match": "phrase", "terms": ["wire transfer"]}]}"#;
    let mut stream = Arc::new(Policy::from_json(rules).unwrap()).stream(Markup::Auto, &[]);
    assert_eq!(stream.push("Good morn").unwrap().text, "Good ");
    assert_eq!(stream.push("ing, we wire ").unwrap().text, "morning, we ");
    assert_eq!(stream.push("the money. Bye").unwrap().text, "wire the money. ");
    assert_eq!(stream.held(), 3);
    assert_eq!(stream.finish().unwrap().text, "Bye");
    assert_eq!(stream.push("more").unwrap(), Released::default());
}

#[test]
fn a_blocked_stream_has_released_what_was_before_and_is_over() {
    let mut stream = policy().stream(Markup::Auto, &[]);
    assert_eq!(stream.push("You darn k").unwrap().text, "You ");
    let last = stream.push("ill him. ").unwrap();
    assert_eq!((last.text.as_str(), last.blocked), (" ", true));
    assert_eq!(stream.push("harmless").unwrap(), Released { blocked: true, ..Released::default() });
    assert_eq!(stream.finish().unwrap(), Released { blocked: true, ..Released::default() });
}

#[test]
fn a_document_is_released_whole() {
    let policy = policy();
    let mut stream = policy.stream(Markup::Auto, &[]);
    for piece in ["<sp", "eak>my card is 4111<break/>1111", "11111111 ok", "</speak>"] {
        assert_eq!(stream.push(piece).unwrap(), Released::default());
    }
    assert_eq!(
        stream.finish().unwrap().text,
        "<speak>my card is card number ending one one one one<break/> ok</speak>"
    );
    let mut broken = policy.stream(Markup::Auto, &[]);
    broken.push("<speak>open").unwrap();
    assert!(broken.finish().is_err());
    assert!(broken.blocked());
}

fn part() -> impl Strategy<Value = String> {
    let parts = vec![
        "kill",
        "k",
        "i",
        "l",
        "ll",
        " ",
        " ",
        ".",
        "-",
        "wire",
        "transfer",
        "gift card codes",
        "darn",
        "time",
        "to",
        "a",
        "mockingbird",
        "4111",
        "1111",
        "x",
        "1",
        "y",
        "hello",
        "\n",
        "\u{200B}",
        "\u{301}",
        "к",
        "杀",
        "人",
        "<b>",
        "</b>",
        "<",
        "&#105;",
        "at",
        "dot",
        "com",
        "john",
        "@",
        "four",
        "one",
        "call",
        "555",
        "0123",
        "$tupid",
        "stu",
        "pid",
        "*",
        "é",
        "ｋ",
        "kay",
        "eye",
        "ell",
        "\u{202E}",
        "llik",
        "she said that",
        "ordinary words",
    ];
    prop_oneof![12 => prop::sample::select(parts).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cuts_of_any_text_are_decided_as_the_whole(parts in prop::collection::vec(part(), 0..30), spaced in any::<bool>(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let text = parts.join(if spaced { " " } else { "" });
        let mut places: Vec<usize> = cuts.iter().map(|cut| text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(cut.index(text.chars().count() + 1)).unwrap()).collect();
        places.extend([0, text.len()]);
        places.sort_unstable();
        let pieces: Vec<&str> = places.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
        same_as_whole(&policy(), &text, &pieces)?;
    }
}
