"""The tables, in Markdown, from the JSON of a run."""

from __future__ import annotations

from typing import Optional

from . import score
from .score import Row

QUALITY = [
    # measure, digits, which end is bad
    ("PESQ-WB", 2, min), ("STOI", 4, min), ("ViSQOL", 2, min), ("ViSQOL loss", 2, max),
    ("DNSMOS overall loss", 3, max), ("DNSMOS P.808 loss", 3, max), ("log-spectral distance", 2, max),
    ("new full-scale samples", 0, max),
]  # fmt: skip


def rate(value: "Optional[float]") -> str:
    return "-" if value is None else f"{value:.2f}" if value < 1 else "1"


def three(value: "Optional[float]") -> str:
    return "-" if value is None else f"{value:.3f}"


def lines(header: "list[str]", body: "list[list[str]]") -> str:
    rule = ["---"] * len(header)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [header, rule, *body]) + "\n"


def order(run: dict) -> "list[tuple[str, str]]":
    return [(one["name"], one["group"]) for one in run["attacks"]]


def overview(run: dict) -> str:
    """One column a scheme: the mean over attacks, per length, ids, groups."""
    tables = {name: score.rows(run["results"], name, order(run)) for name in run["schemes"]}
    tables = {name: rows for name, rows in tables.items() if any(row.total.pieces for row in rows)}
    lengths = sorted({n for rows in tables.values() for row in rows for n in row.by_length})
    every = [group for group in dict.fromkeys(one["group"] for one in run["attacks"])]
    body = [["**all attacks**", *(f"**{three(score.over_all(rows))}**" for rows in tables.values())]]
    for n in lengths:
        body.append(
            [f"pieces of {n:g} s", *(three(score.by_length(rows).get(n)) for rows in tables.values())]
        )
    for group in every:
        body.append(
            [group, *(three(score.over_all(score.groups(rows).get(group, []))) for rows in tables.values())]
        )
    ids = {name: rows for name, rows in tables.items() if run["has_id"].get(name)}
    body.append(
        [
            "exact id, all attacks",
            *(three(score.over_all(rows, "right")) if name in ids else "-" for name, rows in tables.items()),
        ]
    )
    body.append(
        ["wrong ids, of detections", *(wrong(rows) if name in ids else "-" for name, rows in tables.items())]
    )
    body.append(
        [
            "attacks, pieces",
            *(
                f"{len(rows)}, {len(set().union(*(row.total.items for row in rows)))}"
                for rows in tables.values()
            ),
        ]
    )
    return lines(["mean detection rate", *tables], body)


def wrong(rows: "list[Row]") -> str:
    return f"{sum(row.total.wrong for row in rows)} of {sum(row.total.found for row in rows)}"


def per_attack(run: dict, scheme: str) -> str:
    """Every attack of one scheme: detection rate per length, and exact ids."""
    rows = score.rows(run["results"], scheme, order(run))
    lengths = sorted({n for row in rows for n in row.by_length})
    has_id = run["has_id"].get(scheme)
    header = ["attack", *(f"{n:g} s" for n in lengths), "all", *(["id", "wrong"] if has_id else [])]
    body = []
    for group, members in score.groups(rows).items():
        mean = score.by_length(members)
        cells = [
            f"**{group}**",
            *(rate(mean.get(n)) for n in lengths),
            f"**{rate(score.over_all(members))}**",
        ]
        body.append(cells + ([rate(score.over_all(members, "right")), ""] if has_id else []))
        for row in members:
            cells = [
                row.attack,
                *(rate(score.share(row.by_length[n])) if n in row.by_length else "-" for n in lengths),
            ]
            cells += [rate(row.rate())]
            if has_id:
                cells += [rate(row.rate("right")), str(row.total.wrong or "")]
            if row.total.failed:
                cells[0] += f" ({row.total.failed} failed)"
            body.append(cells)
    return lines(header, body)


def beside(run: dict, ours: str, peer: str) -> "tuple[str, list[str]]":
    """Our rows beside a peer's, on the pieces that both were judged on; and the attacks where we are behind."""
    both = score.pairs(run["results"], ours) & score.pairs(run["results"], peer)
    mine, theirs = (score.rows(run["results"], name, order(run), both) for name in (ours, peer))
    body, behind = [], []
    for one, two in zip(mine, theirs):
        difference = one.rate() - two.rate()
        if difference < 0:
            behind.append(one.attack)
        body.append([one.attack, f"{one.total.found}/{one.total.pieces}", f"{two.total.found}/{two.total.pieces}",
                     "**behind**" if difference < 0 else ""])  # fmt: skip
    body.append(["**mean over attacks**", three(score.over_all(mine)), three(score.over_all(theirs)), ""])
    return lines(["attack", ours, peer, ""], body), behind


def quality(run: dict) -> str:
    names = [name for name in run["quality"] if run["quality"][name]]
    body = []
    for measure, digits, bad in QUALITY:
        cells = []
        for name in names:
            values = [row[measure] for row in run["quality"][name] if measure in row]
            cells.append(
                f"{sum(values) / len(values):.{digits}f} [{bad(values):.{digits}f}]" if values else "-"
            )
        if any(cell != "-" for cell in cells):
            body.append([measure, *cells])
    body.append(["pieces", *(str(sum("error" not in row for row in run["quality"][name])) for name in names)])
    return lines(["mean [worst]", *names], body)


def alarms(run: dict) -> str:
    body = []
    for name in run["schemes"]:
        counts = score.alarms(run["alarms"], name)
        if counts["trials"]:
            below = [str(counts["below"].get(k, "-")) for k in range(1, 7)]
            body.append([name, str(counts["trials"]), str(counts["found"]), *below])
    return lines(["scheme", "trials", "called marked", *(f"p < 10^-{k}" for k in range(1, 7))], body)


def speed(run: dict) -> str:
    body = []
    for row in run["speed"]:
        if "error" in row:
            body.append([row["scheme"], row["error"], "", "", "", ""])
            continue
        cells = [f"{row[what]:,.1f}" for what in ("mark", "detect", "detect unmarked")]
        body.append([row["scheme"], *cells, f"{row['bytes'] / 2**20:.0f} MB", f"{row['start']:.2f} s"])
    return lines(["scheme", "mark", "detect marked", "detect unmarked", "peak memory", "start"], body)


def failures(run: dict) -> "list[str]":
    """Each kind of failure once."""
    seen: "dict[tuple[str, str], list[str]]" = {}
    for entry in [*run["results"], *run["alarms"]]:
        if "error" in entry["value"]:
            seen.setdefault((entry["scheme"], entry["value"]["error"][:160]), []).append(entry["attack"])
    return [
        f"{scheme}: {error} ({len(names)} times, first under {names[0]})"
        for (scheme, error), names in seen.items()
    ]


def document(run: dict) -> str:
    """All tables of a run."""
    from . import target  # which reads these tables

    ours = [name for name in run["schemes"] if name.startswith("voxguard")]
    parts = ["# The watermark under attack\n", run["command"] + "\n", "## Overview\n", overview(run)]
    parts += [f"{key}: {value}" for key, value in run["about"].items()]
    parts += ["\n## Quality\n", quality(run)] if any(run["quality"].values()) else []
    for name in run["schemes"]:
        place = score.localised(run["results"], name)
        if place:
            parts.append(
                f"\nLocalisation, {name}: both edges within {score.SPAN_SECONDS} s in {place[0]} of {place[1]}.\n"
            )
    parts += ["\n## False alarms\n", alarms(run)] if run["alarms"] else []
    if run["speed"]:
        parts += [
            "\n## Speed\n",
            "Times real time of processor time, one thread, 20 s of 24 kHz mono.\n",
            speed(run),
        ]
    for name in run["schemes"]:
        parts += [f"\n## {name}, every attack\n", per_attack(run, name)]
    for one in ours:
        parts.insert(4, f"\n## {one}: what it must reach\n\n{target.shown(target.judged(run, one))}")
        for peer in run["schemes"]:
            if peer not in ours:
                text, behind = beside(run, one, peer)
                parts += [
                    f"\n## {one} beside {peer}\n",
                    text,
                    f"Behind in {len(behind)}: {'; '.join(behind) or 'none'}.\n",
                ]
    if run["skipped"]:
        parts += ["\n## Left out\n", *(f"- {name}: {why}" for name, why in run["skipped"].items())]
    wrongs = failures(run)
    if wrongs:
        parts += ["\n## Failed\n", *(f"- {line}" for line in wrongs)]
    return "\n".join(parts) + "\n"
