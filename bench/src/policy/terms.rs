//! Mild terms in five scripts: insults and threats that may stand in a source file.

/// Terms by language: the tag, a sentence around `{}`, the terms.
#[rustfmt::skip]
pub const TERMS: [(&str, &str, &[&str]); 9] = [
    ("en", "he said {} to them yesterday", &[
        "stupid", "idiot", "moron", "loser", "jerk", "dummy", "coward", "liar", "crook", "traitor", "villain", "scumbag", "weirdo", "creep", "bastard", "bollocks", "damn", "crap",
        "bugger", "bloody", "murder", "kidnap", "torture", "poison", "grenade", "bomb", "strangle", "stab", "shoot", "kill", "punch", "threat", "hostage", "arson", "explosive", "weapon",
        "password", "passcode", "blackmail", "ransom", "extort", "swindle", "scam", "fraud", "steal", "robbery", "hijack", "assault",
    ]),
    ("de", "er hat gestern {} gesagt", &["dummkopf", "trottel", "idiot", "verrat", "bombe", "mord", "erpressung", "betrug", "geisel", "waffe", "blödmann", "schwindler"]),
    ("fr", "il a dit {} hier soir", &["imbécile", "crétin", "menteur", "voleur", "bombe", "meurtre", "chantage", "otage", "arnaque", "poison", "lâche", "traître"]),
    ("es", "ayer dijo {} a todos", &["estúpido", "imbécil", "mentiroso", "ladrón", "bomba", "asesinato", "chantaje", "secuestro", "estafa", "veneno", "cobarde", "traidor"]),
    ("tr", "dün herkese {} dedi", &["aptal", "salak", "yalancı", "hırsız", "bomba", "cinayet"]),
    ("ru", "вчера он сказал {} всем нам", &["дурак", "идиот", "болван", "предатель", "бомба", "убийство", "шантаж", "заложник", "мошенник", "оружие", "трус", "вор"]),
    ("el", "χθες είπε {} σε όλους", &["ηλίθιος", "βλάκας", "προδότης", "βόμβα", "δολοφόνος", "κλέφτης"]),
    ("ar", "قال {} أمس للجميع", &["غبي", "أحمق", "كذاب", "خائن", "قنبلة", "سلاح", "رهينة"]),
    ("zh", "他昨天说{}然后走了", &["笨蛋", "白痴", "炸弹", "谋杀", "勒索", "人质", "诈骗", "毒药"]),
];
