//! Ordinary sentences in eight languages, from grammars.

use super::Random;

/// A language: its tag, its openings, subjects, predicates, places and ends.
type Grammar = (&'static str, [&'static [&'static str]; 5]);

#[rustfmt::skip]
const GRAMMARS: [Grammar; 8] = [
    ("en", [
        &["", "Yesterday ", "In the morning, ", "After lunch, ", "As far as I know, ", "Luckily, ", "On Monday at 10:30, ", "Well, ", "\"Look,\" she said, \"", "By the way, "],
        &["my neighbour", "the old teacher", "our team", "a young doctor", "the driver of bus 42", "Anna's brother", "the committee", "everyone in town", "Mr. O'Brien", "the well-known writer"],
        &["bought three kilos of apples", "repaired the broken window", "talked about the weather", "arrived twenty minutes late", "didn't find the right key", "wrote a long letter to the bank", "cooked dinner for six people", "read 250 pages", "asked for a second cup of tea", "paid $19.99 for it", "couldn't remember the name", "sold the house for a good price"],
        &["", " at the station", " near the river", " in the kitchen", " behind the school", " on the second floor", " in New York", " at a small café", " during the meeting", " in front of the shop"],
        &[".", "!", " before it started to rain.", ", as usual.", ", and nobody noticed.", "; it was worth it.", " (again).", ", didn't they?", " - what a day!", "..."],
    ]),
    ("de", [
        &["", "Gestern ", "Am Morgen ", "Nach dem Essen ", "Zum Glück ", "Am Montag um 10:30 Uhr ", "Soweit ich weiß, ", "Übrigens ", "Wie immer ", "Letzte Woche "],
        &["hat mein Nachbar", "hat die alte Lehrerin", "hat unser Team", "hat ein junger Arzt", "hat der Fahrer", "hat Annas Bruder", "hat der Ausschuss", "hat jeder im Ort", "hat Herr Müller", "hat die Schriftstellerin"],
        &[" drei Kilo Äpfel", " das Fenster", " einen langen Brief", " ein spannendes Buch", " die Straße", " das Abendessen", " eine Tasse Tee", " den Schlüssel", " zwanzig Euro", " ein Geschenk", " die Rechnung", " ein Fahrrad"],
        &["", " am Bahnhof", " am Fluss", " in der Küche", " hinter der Schule", " im zweiten Stock", " in München", " im Café", " während der Sitzung", " vor dem Geschäft"],
        &[" gesehen.", " gekauft.", " gefunden!", " vergessen, wie üblich.", " bezahlt.", " gesucht und gefunden.", " beschrieben.", " gebracht, oder nicht?", " genommen.", " gezeigt ..."],
    ]),
    ("fr", [
        &["", "Hier, ", "Le matin, ", "Après le déjeuner, ", "Heureusement, ", "Lundi à 10 h 30, ", "À ma connaissance, ", "D'ailleurs, ", "Comme toujours, ", "La semaine dernière, "],
        &["mon voisin", "la vieille institutrice", "notre équipe", "un jeune médecin", "le chauffeur", "le frère d'Anne", "le comité", "tout le monde", "M. Dupont", "l'écrivaine"],
        &[" a acheté trois kilos de pommes", " a réparé la fenêtre", " a parlé du temps", " est arrivé en retard", " n'a pas trouvé la clé", " a écrit une longue lettre", " a préparé le dîner", " a lu 250 pages", " a demandé du thé", " a payé 19,99 €", " a oublié le nom", " a vendu la maison"],
        &["", " à la gare", " près de la rivière", " dans la cuisine", " derrière l'école", " au deuxième étage", " à Lyon", " au café", " pendant la réunion", " devant le magasin"],
        &[".", " !", " avant la pluie.", ", comme d'habitude.", ", et personne ne l'a vu.", " ; c'était bien.", " (encore).", ", n'est-ce pas ?", " – quelle journée !", "…"],
    ]),
    ("es", [
        &["", "Ayer ", "Por la mañana ", "Después de comer ", "Por suerte ", "El lunes a las 10:30 ", "Que yo sepa, ", "Por cierto, ", "Como siempre, ", "La semana pasada "],
        &["mi vecino", "la vieja maestra", "nuestro equipo", "un joven médico", "el conductor", "el hermano de Ana", "el comité", "todo el mundo", "el señor Núñez", "la escritora"],
        &[" compró tres kilos de manzanas", " arregló la ventana", " habló del tiempo", " llegó tarde", " no encontró la llave", " escribió una carta larga", " preparó la cena", " leyó 250 páginas", " pidió un té", " pagó 19,99 euros", " olvidó el nombre", " vendió la casa"],
        &["", " en la estación", " cerca del río", " en la cocina", " detrás de la escuela", " en el segundo piso", " en Málaga", " en el café", " durante la reunión", " delante de la tienda"],
        &[".", "!", " antes de la lluvia.", ", como siempre.", ", y nadie lo vio.", "; valió la pena.", " (otra vez).", ", ¿verdad?", " - ¡qué día!", "..."],
    ]),
    ("pt", [
        &["", "Ontem ", "De manhã ", "Depois do almoço ", "Felizmente ", "Na segunda às 10h30 ", "Que eu saiba, ", "Aliás, ", "Como sempre, ", "Na semana passada "],
        &["meu vizinho", "a velha professora", "nossa equipe", "um jovem médico", "o motorista", "o irmão da Ana", "a comissão", "todo mundo", "o senhor João", "a escritora"],
        &[" comprou três quilos de maçãs", " consertou a janela", " falou do tempo", " chegou atrasado", " não achou a chave", " escreveu uma carta longa", " preparou o jantar", " leu 250 páginas", " pediu um chá", " pagou R$ 19,99", " esqueceu o nome", " vendeu a casa"],
        &["", " na estação", " perto do rio", " na cozinha", " atrás da escola", " no segundo andar", " em São Paulo", " no café", " durante a reunião", " em frente à loja"],
        &[".", "!", " antes da chuva.", ", como sempre.", ", e ninguém viu.", "; valeu a pena.", " (de novo).", ", não foi?", " - que dia!", "..."],
    ]),
    ("ru", [
        &["", "Вчера ", "Утром ", "После обеда ", "К счастью, ", "В понедельник в 10:30 ", "Насколько я знаю, ", "Кстати, ", "Как всегда, ", "На прошлой неделе "],
        &["мой сосед", "старый учитель", "наш тренер", "молодой врач", "водитель автобуса", "брат Анны", "весь комитет", "каждый в городе", "Пётр Ильич", "известный писатель"],
        &[" купил три килограмма яблок", " починил окно", " говорил о погоде", " опоздал на двадцать минут", " не нашёл ключ", " написал длинное письмо", " приготовил ужин", " прочитал 250 страниц", " попросил чаю", " заплатил 1999 рублей", " забыл имя", " продал дом"],
        &["", " на вокзале", " у реки", " на кухне", " за школой", " на втором этаже", " в Казани", " в кафе", " во время встречи", " перед магазином"],
        &[".", "!", " до дождя.", ", как обычно.", ", и никто не заметил.", "; оно того стоило.", " (опять).", ", не так ли?", " — вот это день!", "…"],
    ]),
    ("el", [
        &["", "Χθες ", "Το πρωί ", "Μετά το φαγητό ", "Ευτυχώς ", "Τη Δευτέρα στις 10:30 ", "Απ' όσο ξέρω, ", "Παρεμπιπτόντως, ", "Όπως πάντα, ", "Την περασμένη εβδομάδα "],
        &["ο γείτονάς μου", "η παλιά δασκάλα", "η ομάδα μας", "ένας νέος γιατρός", "ο οδηγός", "ο αδελφός της Άννας", "η επιτροπή", "όλοι", "ο κύριος Παππάς", "η συγγραφέας"],
        &[" αγόρασε τρία κιλά μήλα", " έφτιαξε το παράθυρο", " μίλησε για τον καιρό", " άργησε είκοσι λεπτά", " δεν βρήκε το κλειδί", " έγραψε ένα γράμμα", " μαγείρεψε βραδινό", " διάβασε 250 σελίδες", " ζήτησε τσάι", " πλήρωσε 19,99 ευρώ", " ξέχασε το όνομα", " πούλησε το σπίτι"],
        &["", " στον σταθμό", " κοντά στο ποτάμι", " στην κουζίνα", " πίσω από το σχολείο", " στον δεύτερο όροφο", " στην Πάτρα", " στο καφέ", " στη συνάντηση", " μπροστά στο μαγαζί"],
        &[".", "!", " πριν βρέξει.", ", όπως πάντα.", ", και κανείς δεν το είδε.", "· άξιζε.", " (πάλι).", ", έτσι δεν είναι;", " – τι μέρα!", "…"],
    ]),
    ("zh", [
        &["", "昨天", "早上", "午饭以后", "幸好", "星期一上午十点半", "据我所知，", "顺便说一下，", "和往常一样，", "上个星期"],
        &["我的邻居", "老教师", "我们的团队", "一位年轻医生", "公交车司机", "安娜的哥哥", "委员会", "大家", "王先生", "那位作家"],
        &["买了三公斤苹果", "修好了窗户", "谈到了天气", "迟到了二十分钟", "没有找到钥匙", "写了一封长信", "做了晚饭", "读了250页书", "要了一杯茶", "付了一百块钱", "忘记了名字", "卖掉了房子"],
        &["", "，在车站", "，在河边", "，在厨房里", "，在学校后面", "，在二楼", "，在上海", "，在咖啡馆", "，在会议上", "，在商店门口"],
        &["。", "！", "，然后下雨了。", "，像往常一样。", "，没有人注意到。", "；很值得。", "（又一次）。", "，对吗？", "——真是难忘的一天！", "……"],
    ]),
];

/// Ordinary sentences, all different: of every language `each`.
pub fn sentences(each: usize, seed: u64) -> Vec<(&'static str, String)> {
    let mut random = Random(seed);
    let mut all = Vec::with_capacity(each * GRAMMARS.len());
    for (language, parts) in GRAMMARS {
        let mut seen = std::collections::HashSet::new();
        while seen.len() < each {
            let sentence: String = parts.iter().map(|list| *random.pick(list)).collect();
            if seen.insert(sentence.clone()) {
                all.push((language, sentence));
            }
        }
    }
    all
}
