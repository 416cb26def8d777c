"""Peers of the text policy beside it, on the sets that `policy --dump` wrote: those that are installed, each for itself.

    python bench/peers/policy.py SETS.jsonl FOLDER PROGRAM

FOLDER is where `npm install` has put obscenity, if it has; PROGRAM is the bench, which knows voxguard and rustrict.
The tables are Markdown, as docs/POLICY.md has them. Speeds are in processor time of one thread.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

Row = Dict[str, Any]
# What a peer says of the first texts (it may not get further in time), and the seconds that took.
Said = Tuple[List[Any], float]
Judge = Callable[[List[str]], Said]

# Seconds after which a peer is not asked about further texts.
PATIENCE = 20.0

OBSCENITY = """
const o = require('obscenity');
const { terms, texts, patience } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const data = new o.DataSet();
for (const term of terms) data.addPhrase((p) => p.setMetadata({ term }).addPattern(o.parseRawPattern('|' + term + '|')));
const matcher = new o.RegExpMatcher({ ...data.build(), ...o.englishRecommendedTransformers });
const begun = process.cpuUsage();
const seconds = () => { const { user, system } = process.cpuUsage(begun); return (user + system) / 1e6; };
const said = [];
for (const text of texts) {
  said.push(matcher.hasMatch(text));
  if (said.length % 16 === 0 && seconds() > patience) break;
}
process.stdout.write(JSON.stringify({ said, seconds: seconds() }));
"""


def load(path: str) -> Tuple[List[str], List[str], List[Row]]:
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    return rows[0]["terms"], rows[0]["many"], rows[1:]


def timed(says: Callable[[str], Any]) -> Judge:
    def judge(texts: List[str]) -> Said:
        begun = time.process_time()
        said = []
        for text in texts:
            said.append(says(text))
            if time.process_time() - begun > PATIENCE:
                break
        return said, time.process_time() - begun

    return judge


def plain(terms: List[str]) -> Judge:
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, terms)) + r")\b", re.IGNORECASE)
    return timed(lambda text: pattern.search(text) is not None)


def better_profanity(terms: List[str]) -> Judge:
    from better_profanity import profanity

    profanity.load_censor_words(terms)
    return timed(profanity.contains_profanity)


def asked(command: List[str], folder: str, given: Row) -> Said:
    run = subprocess.run(command, input=json.dumps(given), cwd=folder, capture_output=True, text=True, check=True)
    answer = json.loads(run.stdout)
    return answer["said"], answer["seconds"]


def obscenity(terms: List[str], folder: str) -> Judge:
    if not Path(folder, "node_modules", "obscenity").is_dir():
        raise ImportError("obscenity is not installed")
    return lambda texts: asked(["node", "-e", OBSCENITY], folder, {"terms": terms, "texts": texts, "patience": PATIENCE})


def words(rows: List[Row], terms: List[str], many: List[str], folder: str, program: str) -> None:
    def ours(name: str, known: List[str], **more: Any) -> Judge:
        return lambda texts: asked([program, "--judge", name], folder, {"terms": known, "texts": texts, **more})

    makers: List[Tuple[str, Callable[[List[str]], Judge]]] = [
        # The terms of the sets are known to the program, with their languages.
        ("voxguard", lambda known: ours("voxguard", known if known is many else [])),
        ("rustrict 0.7", lambda known: ours("rustrict", known)),
        ("better-profanity 0.7", better_profanity),
        ("obscenity 0.4.6", lambda known: obscenity(known, folder)),
        ("`\\bterm\\b`", plain),
    ]
    sets = [row for row in rows if row["set"] != "pii"]
    texts = [row["text"] for row in sets]
    english = [row["text"] for row in sets if row["set"] == "ordinary" and row["kind"] == "en" and row["text"].isascii()]
    columns = ("core", "held out", "phonetic", "ordinary", "hard")
    print("\n| tool | core kinds | of them held out | phonetic | false: ordinary | false: hard | MB/s | MB/s, 10,000 terms |")
    print("|---|---|---|---|---|---|---|---|")
    for name, make in makers:
        try:
            said, seconds = make(terms)(texts)
            plainly, of_plain = make(many)(english)
        except ImportError as error:
            print(f"| {name} | not installed: {error} |")
            continue
        if name == "voxguard":
            # Sounds are sought where a rule asks for them.
            aloud, _ = ours(name, [], phonetic=True)(texts)
            said = [loud if row["set"] == "phonetic" else hit for row, hit, loud in zip(sets, said, aloud)]
        counts: Dict[str, List[int]] = defaultdict(lambda: [0, 0])
        for row, hit in zip(sets, said):
            for each in [row["set"]] + (["held out"] if row["set"] == "core" and row["held_out"] else []):
                counts[each][0] += hit
                counts[each][1] += 1
        shares = [f"{100 * counts[key][0] / counts[key][1]:.2f} %" if counts[key][1] else "-" for key in columns]
        speeds = [speed(texts, said, seconds), speed(english, plainly, of_plain)]
        short = "" if len(said) == len(texts) else f" (first {len(said):,} texts)"
        print(f"| {name}{short} | {' | '.join(shares + speeds)} |")


def speed(texts: List[str], said: List[Any], seconds: float) -> str:
    size = sum(len(text.encode()) for text in texts[: len(said)])
    return f"{size / max(seconds, 1e-9) / 1e6:.3g}"


def presidio() -> Judge:
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        EmailRecognizer,
        IbanRecognizer,
        IpRecognizer,
        PhoneRecognizer,
        UsSsnRecognizer,
    )

    kinds = {
        "card": CreditCardRecognizer(),
        "email": EmailRecognizer(),
        "iban": IbanRecognizer(),
        "ip": IpRecognizer(),
        "phone": PhoneRecognizer(),
        "ssn": UsSsnRecognizer(),
    }

    def says(text: str) -> List[str]:
        return [
            kind
            for kind, recognizer in kinds.items()
            if any(result.score >= 0.4 for result in recognizer.analyze(text, recognizer.supported_entities, None))
        ]

    return timed(says)


def personal(rows: List[Row], folder: str, program: str) -> None:
    sets = [row for row in rows if row["set"] == "pii"]
    texts = [row["text"] for row in sets]
    makers: List[Tuple[str, Callable[[], Judge]]] = [
        ("voxguard", lambda: lambda texts: asked([program, "--judge", "voxguard"], folder, {"texts": texts, "personal": True})),
        ("Presidio's pattern recognisers", presidio),
    ]
    print("\n| tool | plainly written: precision | recall | split and spoken too: precision | recall | MB/s |")
    print("|---|---|---|---|---|---|")
    for name, make in makers:
        try:
            said, seconds = make()(texts)
        except ImportError as error:
            print(f"| {name} | not installed: {error} |")
            continue
        figures = []
        for plain_only in (True, False):
            right = wrong = missed = 0
            for row, found in zip(sets, said):
                if row["plain"] or not plain_only:
                    right += row["kind"] in found
                    wrong += len(set(found) - {row["kind"]})
                    missed += row["kind"] is not None and row["kind"] not in found
            figures += [f"{right / max(1, right + wrong):.4f}", f"{right / max(1, right + missed):.4f}"]
        print(f"| {name} | {' | '.join(figures + [speed(texts, said, seconds)])} |")


if __name__ == "__main__":
    set_terms, many_terms, all_rows = load(sys.argv[1])
    words(all_rows, set_terms, many_terms, sys.argv[2], sys.argv[3])
    personal(all_rows, sys.argv[2], sys.argv[3])
