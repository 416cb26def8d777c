"""Peers of the text policy, on the sets that `policy --dump` wrote: those that are installed, each for itself.

    python bench/peers/policy.py SETS.jsonl FOLDER

FOLDER is where `npm install` has put obscenity, if it has.
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

Judge = Callable[[List[str]], List[bool]]

OBSCENITY = """
const o = require('obscenity');
const { terms, texts } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const data = new o.DataSet();
for (const term of terms) data.addPhrase((p) => p.setMetadata({ term }).addPattern(o.parseRawPattern('|' + term + '|')));
const matcher = new o.RegExpMatcher({ ...data.build(), ...o.englishRecommendedTransformers });
const begun = process.hrtime.bigint();
const hits = texts.map((text) => matcher.hasMatch(text));
process.stdout.write(JSON.stringify({ hits, seconds: Number(process.hrtime.bigint() - begun) / 1e9 }));
"""


def load(path: str) -> Tuple[List[str], List[Dict[str, Any]]]:
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    return rows[0]["terms"], rows[1:]


def plain(terms: List[str]) -> Judge:
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, terms)) + r")\b", re.IGNORECASE)
    return lambda texts: [pattern.search(text) is not None for text in texts]


def better_profanity(terms: List[str]) -> Judge:
    from better_profanity import profanity

    profanity.load_censor_words(terms)
    return lambda texts: [profanity.contains_profanity(text) for text in texts]


def obscenity(terms: List[str], folder: str) -> Judge:
    if not Path(folder, "node_modules", "obscenity").is_dir():
        raise ImportError("obscenity is not installed")

    def judge(texts: List[str]) -> List[bool]:
        given = json.dumps({"terms": terms, "texts": texts})
        run = subprocess.run(["node", "-e", OBSCENITY], input=given, cwd=folder, capture_output=True, text=True, check=True)
        hits: List[bool] = json.loads(run.stdout)["hits"]
        return hits

    return judge


def words(rows: List[Dict[str, Any]], terms: List[str], folder: str) -> None:
    print(f"\n{'peer':<20}{'core':>10}{'held out':>10}{'phonetic':>10}{'ordinary':>10}{'hard':>10}{'MB/s':>10}")
    makers: List[Tuple[str, Callable[[], Judge]]] = [
        ("\\bterm\\b", lambda: plain(terms)),
        ("better-profanity", lambda: better_profanity(terms)),
        ("obscenity", lambda: obscenity(terms, folder)),
    ]
    texts = [row["text"] for row in rows if row["set"] != "pii"]
    sets = [row for row in rows if row["set"] != "pii"]
    for name, make in makers:
        try:
            judge = make()
        except ImportError as error:
            print(f"{name:<20}not installed: {error}")
            continue
        begun = time.perf_counter()
        hits = judge(texts)
        seconds = time.perf_counter() - begun
        counts: Dict[str, List[int]] = defaultdict(lambda: [0, 0])
        for row, hit in zip(sets, hits):
            names = [row["set"]] + (["held out"] if row["set"] == "core" and row["held_out"] else [])
            for each in names:
                counts[each][0] += hit
                counts[each][1] += 1
        shares = [f"{100 * counts[key][0] / max(1, counts[key][1]):9.2f}%" for key in ("core", "held out", "phonetic", "ordinary", "hard")]
        print(f"{name:<20}{''.join(shares)}{sum(len(text.encode()) for text in texts) / seconds / 1e6:10.2f}")


def personal(rows: List[Dict[str, Any]]) -> None:
    try:
        from presidio_analyzer.predefined_recognizers import (
            CreditCardRecognizer,
            EmailRecognizer,
            IbanRecognizer,
            IpRecognizer,
            PhoneRecognizer,
            UsSsnRecognizer,
        )
    except ImportError as error:
        print(f"\nPresidio is not installed: {error}")
        return
    kinds = {
        "card": CreditCardRecognizer(),
        "email": EmailRecognizer(),
        "iban": IbanRecognizer(),
        "ip": IpRecognizer(),
        "phone": PhoneRecognizer(),
        "ssn": UsSsnRecognizer(),
    }
    for plain_only in (True, False):
        right = wrong = missed = 0
        for row in (row for row in rows if row["set"] == "pii" and (row["plain"] or not plain_only)):
            found = {
                kind
                for kind, recognizer in kinds.items()
                if any(result.score >= 0.4 for result in recognizer.analyze(row["text"], recognizer.supported_entities, None))
            }
            right += row["kind"] in found
            wrong += len(found - {row["kind"]})
            missed += row["kind"] is not None and row["kind"] not in found
        name = "plainly written" if plain_only else "all forms"
        print(f"Presidio's pattern recognisers, {name}: precision {right / max(1, right + wrong):.4f}  recall {right / max(1, right + missed):.4f}")


if __name__ == "__main__":
    all_terms, all_rows = load(sys.argv[1])
    words(all_rows, all_terms, sys.argv[2])
    personal(all_rows)
