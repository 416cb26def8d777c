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

const TEXTS: [&str; 52] = [
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
    "to hn.do\n@example.com, ok and ok",
    "to john . doe [@] mail . example . com, ok and ok",
    "to john              @              example.com, ok",
    "ur one one onellidl&lt;kill imejohnot oe at exampl <sub alias&=\"kil>가l\">e<b>",
    "call &lt;kill me&gt; &amp;lt;kill&amp;gt; and <b &lt;kill> ok",
    "R&D, Tom &amp; Jerry &lt; 3, kil&lt;l and <kill",
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

const DOCUMENTS: [&str; 19] = [
    "<speak/>",
    "<speak>Good morning, everybody. How are you?</speak>",
    "<speak><p>I will call you.</p><p>Then we talk.</p> And more.</speak>",
    "<speak>my card is 4111<break/>1111 11111111 ok, hello</speak>",
    "<speak>You darn fool, we wire <emphasis>the</emphasis> money</speak>",
    "<speak>we wire <break/>transfer it</speak>",
    "<speak><s>ki</s><s>ll</s> him</speak>",
    "<speak>one, two <p>say k1ll now</p> three</speak>",
    "<speak>kil<!-- a > b -->ling time, <![CDATA[a < b & kill]]> c</speak>",
    "<speak>a <sub alias='darn &amp; blast'>b</sub> c, hello</speak>",
    "<?xml version=\"1.0\"?>\n <speak version='1.1' a=\"x>y\">R&amp;D &lt;3 &#233;, ok</speak>\n",
    "<speak>a &lt;b and c&gt; d ki&lt;b&gt;ll e</speak>",
    "<speak>k&amp;#105;ll and more of it</speak>",
    "\u{FEFF}<speak>say 他想杀人吗。好 ok</speak>",
    "<speak>darn<mark name='a'/>ed, darn <prosody rate='slow'>darn it</prosody></speak>",
    "<speak>mur\nder stu\npid words</speak>",
    "<speak><voice name='a'>write to john</voice> dot doe at <s>example dot com</s> today</speak>",
    "<speak>\u{202E}llik\u{202C} and \u{202E}x</speak>",
    "<speak>x1<s>2</s>y and x12y, hello</speak>",
];

/// Checks that pieces of a document are decided as the whole, and that what is released could end at any time.
fn same_as_whole_document(policy: &Arc<Policy>, text: &str, pieces: &[&str]) {
    let whole = policy.check(text, Markup::Auto).unwrap();
    let run = |pieces: &[&str]| {
        let mut stream = policy.stream(Markup::Auto, &[]);
        let mut all = Released::default();
        for step in 0..=pieces.len() {
            let released = match pieces.get(step) {
                Some(piece) => stream.push(piece).unwrap(),
                None => stream.finish().unwrap(),
            };
            all.text.push_str(&released.text);
            all.hits.extend(released.hits);
            all.blocked |= released.blocked;
            // Of a long text one step in a hundred is tried.
            if !all.text.trim().is_empty() && step < pieces.len() && (text.len() < 1000 || step % 100 == 0) {
                let ended = policy.check(&format!("{}</speak>", all.text), Markup::Ssml);
                assert!(ended.is_ok(), "{:?} of {text:?} in {pieces:?}", all.text);
            }
        }
        all
    };
    let all = run(pieces);
    assert_eq!(all.blocked, whole.action == Action::Block, "{text:?} in {pieces:?}");
    if all.blocked {
        assert_eq!(all.text, run(&[text]).text, "{text:?} in {pieces:?}");
        assert_eq!(all.hits[..], whole.hits[..all.hits.len()], "{text:?} in {pieces:?}");
    } else {
        assert_eq!(all.text, whole.text, "{text:?} in {pieces:?}");
        assert_eq!(all.hits, whole.hits, "{text:?} in {pieces:?}");
    }
}

#[test]
fn every_cut_of_every_document_is_decided_as_the_whole() {
    let policy = policy();
    for text in DOCUMENTS {
        for (cut, _) in text.char_indices() {
            let (head, tail) = text.split_at(cut);
            same_as_whole_document(&policy, text, &[head, tail]);
        }
        let pieces: Vec<&str> = text.split("").collect();
        same_as_whole_document(&policy, text, &pieces);
    }
}

#[test]
fn a_long_document_is_decided_as_the_whole_while_its_beginning_is_forgotten() {
    let policy = policy();
    let parts = [
        "It was a quiet day in the town by the river, and nobody had much to do. ",
        "<p>They bought <emphasis>three</emphasis> kilos of apples.</p> ",
        "My card is 4111 <break/>1111 1111 1111, she said, darn it. ",
        "<s>A wire</s> <s>for you.</s> x12y &amp; more. ",
    ];
    let inside: String = (0..60).map(|place: usize| parts[place * 7 % 4]).collect();
    for end in ["", " and then they kill time.", " <p>and then they kill</p> him"] {
        let text = format!("<speak>{inside}{end}</speak>");
        let pieces: Vec<&str> = text.split_inclusive(' ').collect();
        same_as_whole_document(&policy, &text, &pieces);
    }
}

#[test]
fn a_document_is_released_while_it_arrives() {
    let rules = r#"{"version": 1, "rules": [{"id": "f", "category": "fraud", "severity": "error", "match": "phrase", "terms": ["wire transfer"]}]}"#;
    let mut stream = Arc::new(Policy::from_json(rules).unwrap()).stream(Markup::Auto, &[]);
    let mut push = |piece: &str| stream.push(piece).unwrap().text;
    assert_eq!(push("<sp"), "");
    assert_eq!(push("eak>Good morn"), "<speak>Good ");
    assert_eq!(push("ing. <p>We are he"), "morning. ");
    assert_eq!(push("re.</p> And no"), "<p>We are here.</p> And ");
    assert_eq!(push("w<break"), "");
    assert_eq!(push(" time='1s'/> we go"), "now<break time='1s'/> we ");
    assert!(stream.finish().unwrap_err().to_string().starts_with("broken SSML at byte 72: the text ends"));
    assert!(stream.blocked());
}

#[test]
fn a_broken_document_ends_the_stream_where_it_breaks() {
    let policy = policy();
    for (head, tail) in
        [("<speak>all is well ", "</p>"), ("<speak>all is well ", "<audio src='a'/> "), ("well ", "well")]
    {
        let mut stream = policy.stream(Markup::Ssml, &[]);
        let broken = stream.push(head).and_then(|_| stream.push(tail));
        assert!(broken.is_err(), "{tail}");
        assert!(stream.blocked());
        assert_eq!(stream.push("more").unwrap(), Released { blocked: true, ..Released::default() });
    }
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

/// Pieces of documents: text, and elements that are closed.
fn element() -> impl Strategy<Value = String> {
    let around = prop::sample::select(vec!["p", "s", "emphasis", "prosody", "sub alias='kil'"]);
    let inside = prop::collection::vec(part(), 0..5);
    (around, inside, any::<bool>()).prop_map(|(tag, parts, plain)| {
        let text = parts.join("").replace('&', "&amp;").replace('<', "&lt;");
        let name = tag.split(' ').next().unwrap_or_default();
        if plain { text } else { format!("<{tag}>{text}</{name}>") }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cuts_of_any_document_are_decided_as_the_whole(parts in prop::collection::vec(element(), 0..10), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let text = format!("<speak>{}</speak>", parts.concat());
        prop_assume!(policy().check(&text, Markup::Auto).is_ok());
        let mut places: Vec<usize> = cuts.iter().map(|cut| text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(cut.index(text.chars().count() + 1)).unwrap()).collect();
        places.extend([0, text.len()]);
        places.sort_unstable();
        let pieces: Vec<&str> = places.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
        same_as_whole_document(&policy(), &text, &pieces);
    }
}
