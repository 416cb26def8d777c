//! What holds of every text.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use voxguard_core::policy::{Action, Markup, Policy};
use voxguard_core::text::{Spoken, View, fold, words};

/// Texts with what makes folding hard: anything at all, and the awkward parts close together.
fn text() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "a", "K", " ", ".", "kill", "\u{301}", "\u{323}", "\u{345}", "\u{AD}", "\u{200D}", "\u{202E}",
        "\u{FE0F}", "ﬁ", "½", "ß", "ẞ", "İ", "ı", "ſ", "Ω", "ﷺ", "가", "\u{1100}", "\u{1161}", "\u{11A8}",
        "\u{115F}", "か", "\u{3099}", "ｶ", "ﾞ", "क", "\u{93C}", "\u{94D}", "\u{9C7}", "\u{9BE}", "ก",
        "\u{E38}", "\u{E48}", "杀", "人", "ק", "\u{5B8}", "🔫", "\u{0}", "\t", "é", "e\u{301}", "Ⅷ", "ŉ",
        "ﾡ", "<", "&", ";", "&#105;", "<b>", "</b>", "<!--", "-->", "\"",
    ])
    .prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![3 => awkward, 1 => any::<char>().prop_map(String::from)], 0..24)
        .prop_map(|parts| parts.concat())
}

/// Checks that a view's map is monotone, in bounds and on character boundaries.
fn check_map(view: &View, source: &str) -> Result<(), TestCaseError> {
    let mut last = 0..0;
    for (at, character) in view.text().char_indices() {
        let from = view.source(at..at + character.len_utf8());
        prop_assert!(source.get(from.clone()).is_some(), "{from:?} of {source:?}");
        prop_assert!(
            from.start >= last.start && from.end >= last.end,
            "{last:?} then {from:?} of {source:?}"
        );
        last = from;
    }
    let whole = view.source(0..view.text().len());
    prop_assert!(source.get(whole.clone()).is_some(), "{whole:?} of {source:?}");
    Ok(())
}

/// A term, each letter in some disguise, with things between that nobody speaks.
fn disguised(term: &'static str) -> impl Strategy<Value = String> {
    let letter = |letter: char| {
        let offset = u32::from(letter) - u32::from('a');
        let other = move |base: u32| char::from_u32(base + offset).unwrap().to_string();
        let between = prop::sample::select(vec![
            "",
            "",
            "\u{200B}",
            "\u{AD}",
            "\u{2060}",
            "\u{E0041}",
            "\u{301}",
            "\u{FE0F}",
        ]);
        (
            prop::sample::select(vec![
                letter.to_string(),
                letter.to_ascii_uppercase().to_string(),
                other(0xFF41),
                other(0xFF21),
                other(0x1D41A),
                other(0x1D5D4),
                other(0x24D0),
            ]),
            between,
        )
            .prop_map(|(letter, between)| letter + between)
    };
    term.chars().map(letter).collect::<Vec<_>>().prop_map(|letters| letters.concat())
}

fn policy() -> Policy {
    Policy::from_json(
        r#"{"version": 1, "rules": [
        {"id": "t", "category": "c", "severity": "error", "match": "term", "terms": ["kill", "杀人", "é"]},
        {"id": "p", "category": "c", "severity": "error", "match": "phrase", "terms": ["a k"]},
        {"id": "r", "category": "c", "severity": "warning", "match": "regex", "pattern": "[kK].|\\p{Lo}+"}]}"#,
    )
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_view_leads_back(text in text()) {
        let folded = fold(&text);
        check_map(&folded, &text)?;
        check_map(&words(folded.text()), folded.text())?;
        if let Some(joined) = Spoken::new(&text, Markup::Plain).unwrap().joined {
            check_map(&joined, &text)?;
        }
        let document = format!("<speak>{text}</speak>");
        if let Ok(spoken) = Spoken::new(&document, Markup::Ssml) {
            check_map(&spoken.text, &document)?;
            if let Some(joined) = spoken.joined {
                check_map(&joined, &document)?;
            }
        }
    }

    #[test]
    fn folding_again_changes_nothing(text in text()) {
        let once = fold(&text);
        let twice = fold(once.text());
        prop_assert_eq!(once.text(), twice.text());
    }

    #[test]
    fn canonically_equal_texts_fold_alike(text in text()) {
        let folded = fold(&text);
        let composed = fold(&text.nfc().collect::<String>());
        let decomposed = fold(&text.nfd().collect::<String>());
        prop_assert_eq!(folded.text(), composed.text());
        prop_assert_eq!(folded.text(), decomposed.text());
    }

    #[test]
    fn case_and_what_is_not_spoken_make_no_difference(text in "[ -~]{0,40}", at in 0usize..40) {
        let folded = fold(&text);
        prop_assert_eq!(folded.text(), text.to_lowercase());
        let mut dressed = text.to_uppercase();
        dressed.insert(at.min(dressed.len()), '\u{200B}');
        let dressed = fold(&dressed);
        prop_assert_eq!(folded.text(), dressed.text());
    }

    #[test]
    fn what_a_part_came_from_folds_to_the_part(text in text(), from in 0usize..40, length in 1usize..10) {
        let view = fold(&text);
        let part: Vec<(usize, char)> = view.text().char_indices().skip(from).take(length).collect();
        if let (Some((start, _)), Some((last, character))) = (part.first(), part.last()) {
            let end = last + character.len_utf8();
            let slice = &text[view.source(*start..end)];
            let again = fold(slice);
            prop_assert!(again.text().contains(&view.text()[*start..end]), "{slice:?} -> {:?}", again.text());
        }
    }

    #[test]
    fn a_disguised_term_is_found_where_it_is(before in "[a-z ,.]{0,12}", term in disguised("kill"), after in "[a-z ,.]{0,12}") {
        let text = format!("{before} {term} {after}");
        let verdict = policy().check(&text, Markup::Plain).unwrap();
        prop_assert_eq!(verdict.action, Action::Block);
        let start = before.len() + 1;
        let found = verdict.hits.iter().find(|hit| hit.rule == "t" && hit.start_byte == start);
        prop_assert!(found.is_some(), "{:?} in {:?}", verdict.hits, text);
        let hit = found.unwrap();
        let slice = fold(&text[hit.start_byte..hit.end_byte]);
        prop_assert_eq!(slice.text(), "kill");
    }

    #[test]
    fn markup_inside_a_term_hides_nothing(cuts in prop::collection::vec(
        prop::sample::select(vec!["", "<break/>", "<mark name='m'/>", "<!-- x -->", "<emphasis/>", "</s><s>", "<sub alias=''>x</sub>"]), 3)
    ) {
        let text = format!("<speak><s>go k{}i{}l{}l now</s></speak>", cuts[0], cuts[1], cuts[2]);
        let verdict = policy().check(&text, Markup::Auto).unwrap();
        prop_assert_eq!(verdict.action, Action::Block, "{}", text);
    }

    #[test]
    fn every_text_gets_an_answer_with_places_that_exist(text in text(), ssml in any::<bool>()) {
        let text = if ssml { format!("<speak>{text}</speak>") } else { text };
        for markup in [Markup::Auto, Markup::Plain, Markup::Ssml] {
            let Ok(verdict) = policy().check(&text, markup) else { continue };
            prop_assert_eq!(verdict.allowed(), verdict.action != Action::Block);
            prop_assert_eq!(verdict.text.as_str(), if verdict.allowed() { text.as_str() } else { "" });
            for hit in &verdict.hits {
                let slice = text.get(hit.start_byte..hit.end_byte);
                prop_assert!(slice.is_some_and(|slice| !slice.is_empty()), "{:?} of {:?}", hit, text);
                prop_assert_eq!(text[..hit.start_byte].chars().count(), hit.start);
                prop_assert_eq!(text[..hit.end_byte].chars().count(), hit.end);
            }
            prop_assert!(verdict.hits.is_sorted_by_key(|hit| (hit.start, hit.end)));
        }
    }
}
