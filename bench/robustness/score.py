"""From results of single pieces to rates: per attack and length, per group, over all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Optional

#: Largest error of an edge of a span that still counts as found in place.
SPAN_SECONDS = 0.25


@dataclass
class Tally:
    """Pieces under one attack at one length."""

    pieces: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    failed: int = 0
    items: "set[str]" = field(default_factory=set)

    def add(self, item: str, value: dict) -> None:
        if "error" in value:
            self.failed += 1
            return
        self.pieces += 1
        self.items.add(item)
        self.found += bool(value["found"])
        self.right += value["id"] == "right"
        self.wrong += value["id"] == "wrong"

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.pieces + other.pieces, self.found + other.found, self.right + other.right,
            self.wrong + other.wrong, self.failed + other.failed, self.items | other.items,
        )  # fmt: skip


@dataclass
class Row:
    """One scheme under one attack."""

    attack: str
    group: str
    by_length: "dict[float, Tally]"

    @property
    def total(self) -> Tally:
        return sum(self.by_length.values(), Tally())

    def rate(self, what: str = "found") -> "Optional[float]":
        return share(self.total, what)


def share(tally: Tally, what: str = "found") -> "Optional[float]":
    return getattr(tally, what) / tally.pieces if tally.pieces else None


def mean(values: "list[Optional[float]]") -> "Optional[float]":
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def rows(
    entries: "list[dict]", scheme: str, order: "list[tuple[str, str]]", only: "Optional[set]" = None
) -> "list[Row]":
    """The rows of a scheme, in the order of ``order`` (attack, group); of ``only`` these (attack, piece) pairs."""
    tallies: "dict[str, dict[float, Tally]]" = defaultdict(lambda: defaultdict(Tally))
    for entry in entries:
        if entry["scheme"] == scheme and (only is None or (entry["attack"], entry["item"]) in only):
            tallies[entry["attack"]][entry["length"]].add(entry["item"], entry["value"])
    return [
        Row(attack, group, dict(sorted(tallies[attack].items())))
        for attack, group in order
        if attack in tallies
    ]


def by_length(table: "list[Row]", what: str = "found") -> "dict[float, Optional[float]]":
    """Mean over attacks of the rates at each length: every attack counts the same."""
    lengths = sorted({length for row in table for length in row.by_length})
    return {n: mean([share(row.by_length[n], what) for row in table if n in row.by_length]) for n in lengths}


def over_all(table: "list[Row]", what: str = "found") -> "Optional[float]":
    """Mean over attacks of their rates."""
    return mean([row.rate(what) for row in table])


def groups(table: "list[Row]") -> "dict[str, list[Row]]":
    found: "dict[str, list[Row]]" = {}
    for row in table:
        found.setdefault(row.group, []).append(row)
    return found


def pairs(entries: "list[dict]", scheme: str) -> "set[tuple[str, str]]":
    """What a scheme was judged on: attacks and pieces, failures left out."""
    return {(e["attack"], e["item"]) for e in entries if e["scheme"] == scheme and "error" not in e["value"]}


def localised(entries: "list[dict]", scheme: str) -> "Optional[tuple[int, int]]":
    """Of the pieces found between unmarked speech, those whose span's edges lie within `SPAN_SECONDS`."""
    right, count = 0, 0
    for entry in entries:
        value = entry["value"]
        if entry["scheme"] == scheme and value.get("spans"):
            start, end = min(s[0] for s in value["spans"]), max(s[1] for s in value["spans"])
            truth = value["attacked_seconds"] / 3, value["attacked_seconds"] * 2 / 3
            count += 1
            right += abs(start - truth[0]) <= SPAN_SECONDS and abs(end - truth[1]) <= SPAN_SECONDS
    return (right, count) if count else None


def alarms(entries: "list[dict]", scheme: str) -> dict:
    """Trials on unmarked audio: how many were called marked, and how many p-values lie below 10^-k."""
    scores: "list[float]" = []
    found = failed = 0
    for entry in entries:
        if entry["scheme"] != scheme:
            continue
        if "error" in entry["value"]:
            failed += 1
            continue
        scores += entry["value"]["score"]
        found += sum(entry["value"]["found"])
    below = (
        {k: sum(score < 10.0**-k for score in scores) for k in range(1, 7)}
        if scheme.startswith("voxguard")
        else {}
    )
    return {"trials": len(scores), "found": found, "failed": failed, "below": below}
