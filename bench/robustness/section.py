"""What the watermark survives, as a section of a document, made from the JSON of a run."""

from __future__ import annotations

from pathlib import Path

from . import score, table

BEGIN, END = "<!-- begin of generated tables -->", "<!-- end of generated tables -->"


def text(run: dict) -> str:
    """The section, between its two marks."""
    ours = next(name for name in run["schemes"] if name.startswith("voxguard"))
    rows = score.rows(run["results"], ours, table.order(run))
    survived, lost = [], []
    for row in rows:
        (survived if (row.rate() or 0) >= 0.95 else lost).append(row)
    peers = [name for name in run["schemes"] if not name.startswith("voxguard")]
    parts = [
        BEGIN,
        "### What it survives\n",
        f"Made by `{run['command'].strip('`')}`; {run['about']['pieces']} of held-out voices (`bench/corpus_split.csv`).\n",
        table.overview(run),
    ]
    if any(run["quality"].values()):
        parts += [
            "Quality, mean [worst]; losses are against the clip judged by the same measure.\n",
            table.quality(run),
        ]
    parts += [
        f"Found in at least 95 of 100 pieces of all lengths, {len(survived)} of {len(rows)} attacks: "
        + "; ".join(row.attack for row in survived) + ".\n",
        "The others:\n",
        _others(lost, run),
    ]  # fmt: skip
    for peer in peers:
        _, behind = table.beside(run, ours, peer)
        parts.append(f"Behind {peer} in {len(behind)} attacks{': ' + '; '.join(behind) if behind else ''}.\n")
    if run["alarms"]:
        parts += ["Unmarked audio:\n", table.alarms(run)]
    if run["speed"]:
        parts += ["Times real time of processor time, one thread, 20 s of 24 kHz mono:\n", table.speed(run)]
    return "\n".join([*parts, END]) + "\n"


def _others(rows: "list[score.Row]", run: dict) -> str:
    lengths = sorted({n for row in rows for n in row.by_length})
    body = [
        [row.attack, *(table.rate(score.share(row.by_length[n])) if n in row.by_length else "-" for n in lengths),
         table.rate(row.rate()), table.rate(row.rate("right"))]
        for row in rows
    ]  # fmt: skip
    return table.lines(["attack", *(f"{n:g} s" for n in lengths), "all", "exact id"], body)


def placed(run: dict, path: Path) -> None:
    """Puts the section into the document at ``path``: between the marks, or at its end when it has none."""
    document = path.read_text(encoding="utf-8") if path.exists() else ""
    made = text(run)
    if BEGIN in document and END in document:
        head, _, rest = document.partition(BEGIN)
        document = head + made.rstrip("\n") + rest.partition(END)[2]
    else:
        document = document.rstrip("\n") + "\n\n" + made
    path.write_text(document, encoding="utf-8")
