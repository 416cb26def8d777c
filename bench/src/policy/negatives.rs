//! Hard negatives: harmless texts that look like what a filter looks for.

/// With the terms of [`super::terms`] as rules, none of these is to be blocked.
#[rustfmt::skip]
pub const NEGATIVES: [&str; 121] = [
    // Terms inside other words.
    "The assassin bug is an insect.", "Scunthorpe United play at home.", "A skilled painter from Killarney", "Shitake and shiitake are the same mushroom.", "The cockpit of the plane is dark.",
    "Pass the bassoon, please.", "Bombay and Bombardier are names.", "Bombastic speeches bore us.", "A stable is for horses and stability.", "The establishment is closed.",
    "Scampi and scamper are words.", "He scampered over the rocks.", "Punchline and punctual differ.", "The parachute fell.", "Bloodhound and bloodless coup", "Damnation and dampness",
    "Scrapbook pages and scraps", "Jerkin and jerky are leather and meat.", "Stealthy cats", "The Steelers won.", "Creeper plants climb the wall.", "A peculiar and familiar bluff.",
    "Weaponsmith is a job in the game world only.", "Threatre is a misspelling of theatre.", "A dummyhead microphone", "The crookneck squash", "Poisson distribution and Poissonian noise", "Arsonval galvanometer",
    // Abbreviations and initials.
    "The F. B. I. and the C. I. A. met.", "U.S.A. and U.K. teams", "J. R. R. Tolkien and C. S. Lewis", "I B M and A T and T are companies.", "A B C D E F G is the scale.", "Ph.D. and M.Sc. students",
    "Dial 0 for the operator, 1 for sales.", "e.g. this, i.e. that, a.m. and p.m.", "N A S A launched at 5 a.m.", "Plan A, plan B, plan C.", "Vitamins A, C, D and K", "T L S and S S L",
    // Code and configuration.
    "for (int i = 0; i < n; i++) { sum += a[i]; }", "let x = y?.z ?? 0; // nothing", "SELECT * FROM users WHERE id = 42;", "if (a && b || !c) return a[0];", "std::vector<std::string> names;",
    "def f(x): return x**2 + 3*x - 1", "git rebase -i HEAD~3 && git push", "chmod 0755 /usr/local/bin/tool", "#include <stdio.h>", "a = b @ c; d $= e", "const fn = (a, b) => a|b;", "x86_64-unknown-linux-gnu",
    "sha256:9f86d081884c7d659a2feaa0c55ad015", "0xDEADBEEF and 0b1010", "regex: ^[a-z0-9_.+-]+$", "C++, C# and F#", "{\"key\": [1, 2, 3]}", "npm install --save-dev typescript@5.4", "ls -la | grep foo | wc -l",
    // URLs and addresses.
    "See https://example.com/a/b?c=d&e=f#g", "ftp.example.org/pub/files", "docs/api/v2/users.html", "Find us at www.example.co.uk/news/2024/05/06.", "mail@example.net", "http://localhost:8080/index.php?id=1",
    "s3://bucket/key/part-00001", "file:///C:/Users/me/Desktop",
    // Chemistry, units, numbers, products.
    "C6H12O6 and H2SO4 in the lab", "NaCl, KCl and CaCO3", "5 kg, 12 mm, 3.5 m/s", "The A55 and the M25 are roads.", "MP3, MP4 and H264 files", "B2B, P2P and C2C sales", "Covid-19 in 2020", "4x4 cars and 2x4 boards",
    "3-methyl-2-butanol boils.", "1,2-dichloroethane", "R2-D2 and C-3PO", "Windows 11, iOS 17 and Android 14", "The 5th, 22nd and 100th visitor", "2*3*4 = 24", "1/2 + 1/3 = 5/6", "$100 + $250 = $350",
    // Other scripts, really used.
    "Мама мыла раму, а папа читал газету.", "Сор и ор в этом доме.", "Тот кот ест сало.", "Москва — столица России.", "Нос, рот и ухо", "Η Αθήνα είναι πρωτεύουσα.", "Το νερό είναι κρύο.", "Πού είναι ο δρόμος;",
    "السلام عليكم ورحمة الله", "ذهب الولد إلى المدرسة", "今天天气很好，我们去公园。", "他把蛋糕放在桌子上。", "東京は日本の首都です。", "私は毎朝コーヒーを飲みます。", "서울은 한국의 수도입니다.", "नमस्ते, आप कैसे हैं?",
    "שלום עולם, מה שלומך?", "สวัสดีครับ วันนี้อากาศดี", "Ελλάδα και Κύπρος", "Это OK, всё в порядке.", "Wi-Fi есть везде.", "Я купил iPhone и MacBook.", "Τσάι ή καφές;", "炸鸡和蛋糕都很好吃。",
    // Legitimate markup, emphasis, interjections.
    "<speak><p><s>Good morning.</s><s>It is nine o'clock.</s></p></speak>", "<speak>Wait <break time=\"300ms\"/> and listen.</speak>", "<speak>The <emphasis>best</emphasis> of all.</speak>",
    "<speak><say-as interpret-as=\"characters\">ABC</say-as></speak>", "<speak>Say <sub alias=\"World Wide Web\">WWW</sub>.</speak>", "*emphasis* and **strong** words", "_underlined_ and ~struck~ text",
    "Soooo good! Yessss! Nooooo!", "Hmmm... aaah, well!", "Ha ha ha! Me too!", "rock 'n' roll, y'all", "We'll see; she'll be fine; I'd go.", "Re-enter, co-operate, pre-empt", "state-of-the-art, up-to-date",
];
