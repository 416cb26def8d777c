//! The forms of a word: what a rule with a language looks for beside the word itself.
//!
//! These are tables of endings, not a grammar: regular forms alone, and some that do not exist, which
//! nobody writes and so nobody is hurt by. Derived words (*kill*, *killer*) are words of their own. Stems
//! shorter than three letters (two in Romance languages and in scripts that write no vowels) get no endings.

/// The languages with endings, by their BCP 47 tag.
pub const LANGUAGES: [&str; 17] =
    ["ar", "da", "de", "en", "es", "fr", "he", "hi", "it", "ko", "nl", "pl", "pt", "ru", "sv", "tr", "uk"];

/// The forms of a folded word in a language, the word itself among them.
pub fn forms(word: &str, language: &str) -> Vec<String> {
    let language = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let mut forms = vec![word.to_owned()];
    match language.as_str() {
        "en" => english(word, &mut forms),
        "ar" => clitics(word, &ARABIC_BEFORE, &ARABIC_AFTER, &mut forms),
        "he" => clitics(
            word,
            &["", "ה", "ו", "ב", "ל", "מ", "ש", "כ", "וה", "שה"],
            &["", "ים", "ות", "י"],
            &mut forms,
        ),
        "ko" => clitics(word, &[""], &KOREAN, &mut forms),
        "de" => {
            if let Some(stem) = stem(word, &["en"]) {
                add(
                    stem,
                    &["e", "st", "t", "te", "ten", "tet", "test", "end", "ende", "est", "et", "ete", "eten"],
                    &mut forms,
                );
                forms.extend([
                    format!("ge{stem}t"),
                    format!("ge{stem}et"),
                    format!("ge{stem}en"),
                    stem.to_owned(),
                ]);
            }
            add(word, &["e", "en", "er", "es", "em", "n", "s", "ern", "ens"], &mut forms);
        }
        "nl" => {
            if let Some(stem) = stem(word, &["en"]) {
                add(stem, &["", "t", "d", "de", "te", "den", "ten"], &mut forms);
                forms.extend([format!("ge{stem}t"), format!("ge{stem}d")]);
            }
            add(word, &["s", "en", "e", "t", "d"], &mut forms);
        }
        "es" => {
            romance(
                word,
                &["ar"],
                &[
                    "o", "as", "a", "amos", "an", "ado", "ada", "ados", "adas", "ando", "aba", "aban",
                    "aron", "are", "ara", "aran", "e", "en", "es",
                ],
                &mut forms,
            );
            romance(
                word,
                &["er", "ir"],
                &[
                    "o", "es", "e", "emos", "imos", "en", "ido", "ida", "idos", "idas", "iendo", "ia", "ian",
                    "io", "ieron", "a", "an",
                ],
                &mut forms,
            );
            romance(word, &["o"], &["a", "os", "as"], &mut forms);
            add(word, &["s", "es"], &mut forms);
        }
        "pt" => {
            romance(
                word,
                &["ar"],
                &[
                    "o", "as", "a", "amos", "am", "ado", "ada", "ados", "adas", "ando", "ou", "ava", "aram",
                    "ei", "e", "em",
                ],
                &mut forms,
            );
            romance(
                word,
                &["er", "ir"],
                &[
                    "o", "es", "e", "emos", "imos", "em", "ido", "ida", "endo", "indo", "ia", "eu", "iu",
                    "eram", "iram", "a",
                ],
                &mut forms,
            );
            romance(word, &["o"], &["a", "os", "as"], &mut forms);
            romance(word, &["ao"], &["oes", "aes", "aos"], &mut forms);
            add(word, &["s", "es"], &mut forms);
        }
        "it" => {
            romance(
                word,
                &["are"],
                &[
                    "o", "i", "a", "iamo", "ate", "ano", "ato", "ata", "ati", "ando", "ava", "avano", "ero",
                    "era", "arono",
                ],
                &mut forms,
            );
            romance(
                word,
                &["ere", "ire"],
                &["o", "i", "e", "iamo", "ono", "uto", "ito", "endo", "eva", "iva", "isco", "isce"],
                &mut forms,
            );
            romance(word, &["o", "a", "e"], &["o", "a", "e", "i"], &mut forms);
        }
        "fr" => {
            romance(
                word,
                &["er"],
                &[
                    "e", "es", "ons", "ez", "ent", "ee", "ees", "ant", "ait", "aient", "era", "eront", "a",
                    "erent",
                ],
                &mut forms,
            );
            romance(
                word,
                &["ir"],
                &["is", "it", "issons", "issez", "issent", "issant", "i", "ie", "ira"],
                &mut forms,
            );
            romance(word, &["re"], &["s", "", "ons", "ez", "ent", "ant", "u", "ue", "ra"], &mut forms);
            add(word, &["s", "e", "es", "x"], &mut forms);
        }
        "ru" | "uk" => slavic(word, &mut forms),
        "pl" => {
            let stem = stem(word, &["a", "o", "e", "y"]).unwrap_or(word);
            add(
                stem,
                &["", "a", "e", "y", "i", "u", "om", "ami", "ach", "ow", "owi", "em", "ie"],
                &mut forms,
            );
        }
        "sv" | "da" => add(
            word,
            &[
                "en", "et", "er", "ar", "or", "e", "a", "s", "n", "t", "r", "ene", "erna", "arna", "na",
                "ede", "ade",
            ],
            &mut forms,
        ),
        "tr" => add(
            word,
            &[
                "lar", "ler", "i", "u", "in", "un", "e", "a", "de", "da", "den", "dan", "im", "um", "si",
                "su", "yi", "yu", "lari", "leri", "la", "le",
            ],
            &mut forms,
        ),
        "hi" => {
            let stem = stem(word, &["ा", "ी", "े", "ना"]).unwrap_or(word);
            add(stem, &["", "ा", "ी", "े", "ों", "ें", "ियों", "ियाँ", "ना", "ने", "ता", "ते", "ती"], &mut forms);
        }
        _ => {}
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn add(stem: &str, endings: &[&str], forms: &mut Vec<String>) {
    if stem.chars().count() >= 3 {
        forms.extend(endings.iter().map(|ending| format!("{stem}{ending}")));
    }
}

fn stem<'w>(word: &'w str, endings: &[&str]) -> Option<&'w str> {
    let stems = endings.iter().filter_map(|ending| word.strip_suffix(ending));
    stems.filter(|stem| stem.chars().count() >= 3).min_by_key(|stem| stem.len())
}

fn romance(word: &str, from: &[&str], to: &[&str], forms: &mut Vec<String>) {
    let stems = from.iter().filter_map(|ending| word.strip_suffix(ending));
    if let Some(stem) = stems.filter(|stem| stem.chars().count() >= 2).min_by_key(|stem| stem.len()) {
        forms.extend(to.iter().map(|ending| format!("{stem}{ending}")));
    }
}

fn english(word: &str, forms: &mut Vec<String>) {
    let consonant = |letter: Option<char>| {
        letter.is_some_and(|letter| letter.is_ascii_lowercase() && !"aeiou".contains(letter))
    };
    let mut back = word.chars().rev();
    let (last, before, third) = (back.next(), back.next(), back.next());
    if word.len() < 3 {
        return add(word, &["s"], forms);
    }
    if let Some(stem) = word.strip_suffix('y').filter(|_| consonant(before)) {
        add(word, &["ing", "s"], forms);
        return add(stem, &["ies", "ied"], forms);
    }
    if let Some(stem) = word.strip_suffix('e') {
        add(word, &["s", "d"], forms);
        return add(stem, &["ing", "in"], forms);
    }
    let hissing = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    add(word, if hissing { &["es", "ed", "ing", "in"] } else { &["s", "ed", "ing", "in"] }, forms);
    // stab, stabbed
    if let Some(doubled) = last
        .filter(|_| consonant(last) && !consonant(before) && consonant(third))
        .filter(|letter| !"wxy".contains(*letter))
    {
        add(&format!("{word}{doubled}"), &["ed", "ing", "in"], forms);
    }
}

const RUSSIAN: [&str; 34] = [
    "", "а", "у", "ом", "ем", "е", "ы", "и", "ов", "ев", "еи", "ам", "ям", "ами", "ями", "ах", "ях", "ои",
    "ою", "ю", "я", "ь", "ии", "ыи", "ая", "ое", "ые", "ие", "ого", "ому", "ую", "ых", "ым", "ыми",
];
const RUSSIAN_VERB: [&str; 22] = [
    "ть", "л", "ла", "ло", "ли", "и", "ите", "ит", "ишь", "им", "ят", "ю", "ют", "ет", "ешь", "ем", "ете",
    "у", "ут", "вшии", "в", "тье",
];

/// Russian and Ukrainian; folding has made й и, and ё е.
fn slavic(word: &str, forms: &mut Vec<String>) {
    if let Some(stem) = stem(word, &["ть", "ти"]) {
        let bare = stem.trim_end_matches(['и', 'а', 'е', 'я', 'і']);
        add(stem, &RUSSIAN_VERB, forms);
        return add(bare, &["ю", "ит", "ишь", "им", "ите", "ят", "у", "ут", "и", "ай", "аи"], forms);
    }
    let stem = stem(word, &["а", "я", "о", "е", "ь", "и", "ы", "ыи", "ии", "ои"]).unwrap_or(word);
    add(stem, &RUSSIAN, forms);
}

const ARABIC_BEFORE: [&str; 12] = ["", "ال", "و", "ب", "ل", "ك", "ف", "وال", "بال", "لل", "فال", "ي"];
const ARABIC_AFTER: [&str; 11] = ["", "ه", "ها", "هم", "ك", "ي", "نا", "ون", "ين", "ات", "ة"];
const KOREAN: [&str; 30] = [
    "",
    "을",
    "를",
    "이",
    "가",
    "은",
    "는",
    "의",
    "에",
    "에서",
    "에게",
    "로",
    "으로",
    "와",
    "과",
    "도",
    "만",
    "까지",
    "부터",
    "처럼",
    "하다",
    "해",
    "했다",
    "하는",
    "한",
    "할",
    "합니다",
    "들",
    "이다",
    "입니다",
];

fn clitics(word: &str, before: &[&str], after: &[&str], forms: &mut Vec<String>) {
    if word.chars().count() >= 2 {
        forms.extend(
            before.iter().flat_map(|front| after.iter().map(move |back| format!("{front}{word}{back}"))),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_forms_are_there_and_derived_words_are_not() {
        for (word, language, form) in [
            ("kill", "en", "killing"),
            ("kill", "en-GB", "kills"),
            ("stab", "en", "stabbed"),
            ("bully", "en", "bullies"),
            ("poison", "en", "poisoned"),
            ("matar", "es", "matando"),
            ("tonto", "es", "tontas"),
            ("toten", "de", "getotet"),
            ("tuer", "fr", "tuent"),
            ("бомба", "ru", "бомбу"),
            ("قتل", "ar", "القتل"),
            ("살인", "ko", "살인을"),
        ] {
            assert!(
                forms(word, language).iter().any(|known| known == form),
                "{word}: {:?}",
                forms(word, language)
            );
        }
        assert!(!forms("kill", "en").iter().any(|form| form == "killer" || form == "skill"));
        assert_eq!(forms("kill", "xx"), ["kill"]);
    }

    #[test]
    fn every_listed_language_has_endings() {
        for language in LANGUAGES {
            let words = ["matar", "parlare", "haus", "бомба", "قتل", "קטל", "घरना", "살인"];
            assert!(words.iter().any(|word| forms(word, language).len() > 1), "{language}");
        }
    }
}
