//! Ways to disguise a word: core kinds, which a filter must see through, and phonetic ones.

use super::Random;

/// A way to disguise a word; nothing when it does not apply to the word.
pub type Disguise = fn(&str, &mut Random) -> Option<String>;

/// The core kinds, by name.
#[rustfmt::skip]
pub const CORE: [(&str, Disguise); 47] = [
    ("as it is", |word, _| Some(word.to_owned())),
    ("capitals", |word, _| changed(word, word.to_uppercase())),
    ("mixed case", |word, _| changed(word, word.chars().enumerate().map(|(at, c)| if at % 2 == 1 { upper(c) } else { c.to_string() }).collect())),
    ("zero-width space", |word, random| insert(word, "\u{200B}", random)),
    ("zero-width joiners", |word, _| Some(between(word, "\u{200D}"))),
    ("word joiner", |word, random| insert(word, "\u{2060}", random)),
    ("soft hyphens", |word, _| Some(between(word, "\u{AD}"))),
    ("variation selectors", |word, _| Some(between(word, "\u{FE0F}"))),
    ("tag characters", |word, random| insert(word, "\u{E0061}\u{E0062}", random)),
    ("byte order mark", |word, random| insert(word, "\u{FEFF}", random)),
    ("invisible separator", |word, _| Some(between(word, "\u{2063}"))),
    ("bidi override around", |word, _| Some(format!("\u{202D}{word}\u{202C}"))),
    ("bidi override inside", |word, random| insert(word, "\u{202E}", random)),
    ("reversed under an override", |word, _| Some(format!("\u{202E}{}\u{202C}", word.chars().rev().collect::<String>()))),
    ("control characters", |word, random| insert(word, "\u{7}", random)),
    ("full width", |word, _| latin(word, |c| char::from_u32(0xFF41 + c))),
    ("mathematical bold", |word, _| latin(word, |c| char::from_u32(0x1D41A + c))),
    ("mathematical script", |word, _| latin(word, |c| char::from_u32(0x1D4EA + c))),
    ("fraktur", |word, _| latin(word, |c| char::from_u32(0x1D586 + c))),
    ("double-struck", |word, _| latin(word, |c| char::from_u32(0x1D552 + c))),
    ("monospace", |word, _| latin(word, |c| char::from_u32(0x1D68A + c))),
    ("circled", |word, _| latin(word, |c| char::from_u32(0x24D0 + c))),
    ("squared", |word, _| latin(word, |c| char::from_u32(0x1F130 + c))),
    ("negative circled", |word, _| latin(word, |c| char::from_u32(0x1F150 + c))),
    ("negative squared", |word, _| latin(word, |c| char::from_u32(0x1F170 + c))),
    ("regional indicators", |word, _| latin(word, |c| char::from_u32(0x1F1E6 + c))),
    ("parenthesised", |word, _| latin(word, |c| char::from_u32(0x249C + c))),
    ("small capitals", |word, _| swap(word, "abcdeghijklmnoprtuvwz", "ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡᴢ")),
    ("Cyrillic look-alikes", |word, _| swap(word, "aceopxyi", "асеорхуі")),
    ("one Cyrillic look-alike", |word, _| swap_first(word, "aceopxyi", "асеорхуі")),
    ("Greek look-alikes", |word, _| swap(word, "aoivkun", "αοινκυη")),
    ("Latin for Cyrillic", |word, _| swap(word, "асеорхук", "aceopxyk")),
    ("Cherokee and Lisu capitals", |word, _| swap(word, "adeghiklmoprstw", "ᎪᎠᎬᏀᎻᎥᏦᏞᎷᎾᏢᎡᏚᎢᎳ")),
    ("combining marks", |word, _| Some(word.chars().flat_map(|c| [c, '\u{301}']).collect())),
    ("heaped marks", |word, _| Some(word.chars().flat_map(|c| [c, '\u{335}', '\u{353}', '\u{30D}', '\u{36B}']).collect())),
    ("digits for letters", |word, _| swap(word, "aeiost", "431057")),
    ("signs for letters", |word, _| swap(word, "asi", "@$!").filter(|text| !text.ends_with('!'))),
    ("letters spaced", |word, _| spaced(word, " ")),
    ("letters dotted", |word, _| spaced(word, ".")),
    ("letters dashed", |word, _| spaced(word, "-")),
    ("letters underscored", |word, _| spaced(word, "_")),
    ("letters starred", |word, _| spaced(word, "*")),
    ("letters repeated", |word, _| repeated(word)),
    ("vowels masked", |word, _| masked(word)),
    ("split by a tag", |word, _| insert_mid(word, "<b></b>")),
    ("split by a comment", |word, _| insert_mid(word, "<!-- x -->")),
    ("references", |word, _| Some(word.chars().map(|c| format!("&#{};", u32::from(c))).collect())),
];

/// More core kinds, that need their own forms of text.
#[rustfmt::skip]
pub const CORE_MORE: [(&str, Disguise); 8] = [
    ("references of references", |word, _| Some(word.chars().map(|c| format!("&amp;#x{:x};", u32::from(c))).collect())),
    ("split over a line", |word, _| if word.is_ascii() && word.len() >= 5 { insert_mid(word, "\n") } else { None }),
    ("hyphenated over a line", |word, _| if word.is_ascii() { insert_mid(word, "-\n") } else { None }),
    ("letters a line each", |word, _| spaced(word, "\n")),
    ("emoji between letters", |word, _| spaced(word, "🔥")),
    ("upside-down letters", |word, _| swap(word, "aeghmrtvwy", "ɐǝƃɥɯɹʇʌʍʎ")),
    ("signs of money", |word, _| swap(word, "cekloty", "¢€₭£ø₮¥")),
    ("names of letters", |word, _| names(word)),
];

/// Other spellings of the same sound.
#[rustfmt::skip]
pub const PHONETIC: [(&str, Disguise); 8] = [
    ("ph for f", |word, _| replaced(word, "f", "ph")),
    ("k for c", |word, _| replaced(word, "c", "k").filter(|_| !word.contains("ch") && !word.contains("ce") && !word.contains("ci"))),
    ("z for s", |word, _| replaced(word, "s", "z").filter(|_| !word.contains("sh") && !word.contains("st") && !word.contains("sc"))),
    ("y for i", |word, _| replaced(word, "i", "y").filter(|_| alone(word, 'i'))),
    ("oo for u", |word, _| replaced(word, "u", "oo").filter(|_| alone(word, 'u'))),
    ("double for single", |word, _| { let last = word.chars().last()?; (word.is_ascii() && !"aeiouyhwx".contains(last) && !word.ends_with("ll")).then(|| format!("{word}{last}")) }),
    ("ee for i", |word, _| replaced(word, "i", "ee").filter(|_| alone(word, 'i'))),
    ("e for ea, ur for er", |word, _| replaced(word, "er", "ur")),
];

fn upper(character: char) -> String {
    character.to_uppercase().collect()
}

fn changed(word: &str, text: String) -> Option<String> {
    (text != word).then_some(text)
}

fn between(word: &str, part: &str) -> String {
    word.chars().map(String::from).collect::<Vec<_>>().join(part)
}

fn insert(word: &str, part: &str, random: &mut Random) -> Option<String> {
    let count = word.chars().count();
    let at = 1 + random.below(count.checked_sub(1)?);
    let (head, tail): (String, String) = (word.chars().take(at).collect(), word.chars().skip(at).collect());
    Some(format!("{head}{part}{tail}"))
}

fn insert_mid(word: &str, part: &str) -> Option<String> {
    let count = word.chars().count();
    let (head, tail): (String, String) =
        (word.chars().take(count / 2).collect(), word.chars().skip(count / 2).collect());
    (count >= 2).then(|| format!("{head}{part}{tail}"))
}

fn latin(word: &str, to: fn(u32) -> Option<char>) -> Option<String> {
    word.chars().map(|c| if c.is_ascii_lowercase() { to(u32::from(c) - 0x61) } else { None }).collect()
}

fn swap(word: &str, from: &str, to: &str) -> Option<String> {
    let swapped = word
        .chars()
        .map(|c| from.chars().zip(to.chars()).find(|(f, _)| *f == c).map_or(c, |(_, t)| t))
        .collect();
    changed(word, swapped)
}

fn swap_first(word: &str, from: &str, to: &str) -> Option<String> {
    let hit = word.chars().find(|c| from.contains(*c))?;
    let with = from.chars().zip(to.chars()).find(|(f, _)| *f == hit)?.1;
    Some(word.replacen(hit, &with.to_string(), 1))
}

fn spaced(word: &str, part: &str) -> Option<String> {
    (word.chars().count() >= 3).then(|| between(word, part))
}

fn repeated(word: &str) -> Option<String> {
    let vowel = word.chars().find(|c| "aeiouаеиоуαεηιου".contains(*c))?;
    Some(word.replacen(vowel, &vowel.to_string().repeat(4), 1))
}

fn masked(word: &str) -> Option<String> {
    let mut first = true;
    let inner: String = word
        .chars()
        .enumerate()
        .map(|(at, c)| {
            let last = at + 1 == word.chars().count();
            if at > 0 && !last && "aeiouаеиоу".contains(c) && std::mem::take(&mut first) {
                '*'
            } else {
                c
            }
        })
        .collect();
    changed(word, inner).filter(|_| word.chars().count() >= 4)
}

fn replaced(word: &str, from: &str, to: &str) -> Option<String> {
    changed(word, word.replacen(from, to, 1)).filter(|_| word.is_ascii() && word.len() >= 4)
}

/// Whether the first of these letters has no vowel next to it, which would make it another sound.
fn alone(word: &str, letter: char) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let at = letters.iter().position(|other| *other == letter).unwrap_or(0);
    let vowel = |place: Option<&char>| place.is_some_and(|letter| "aeiou".contains(*letter));
    let before = at.checked_sub(1).and_then(|before| letters.get(before));
    !(vowel(letters.get(at + 1)) || vowel(before))
}

fn names(word: &str) -> Option<String> {
    const NAMES: [&str; 26] = [
        "ay",
        "bee",
        "see",
        "dee",
        "ee",
        "ef",
        "gee",
        "aitch",
        "eye",
        "jay",
        "kay",
        "ell",
        "em",
        "en",
        "oh",
        "pee",
        "cue",
        "ar",
        "ess",
        "tee",
        "you",
        "vee",
        "doubleyou",
        "ex",
        "why",
        "zee",
    ];
    let letters: Option<Vec<&str>> =
        word.bytes().map(|b| NAMES.get(usize::from(b.wrapping_sub(b'a'))).copied()).collect();
    letters.filter(|letters| letters.len() >= 4).map(|letters| letters.join(" "))
}
