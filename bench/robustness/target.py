"""What the watermark must reach, each line with what a run measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional

from . import score, table
from .score import Row, Tally


@dataclass(frozen=True)
class Line:
    """One target: what, how much is asked, what was measured, and whether that is enough (None: not measured)."""

    what: str
    asked: str
    measured: str
    held: Optional[bool]


def judged(run: dict, scheme: str) -> "list[Line]":
    """Every target of the design that this bench can judge, for one of our schemes."""
    rows = score.rows(run["results"], scheme, table.order(run))
    lines = [
        *_quality(run["quality"].get(scheme, [])),
        *_presence(run, scheme, rows),
        *_ids(rows),
        *_kinds(rows),
    ]
    return [*lines, *_rest(run, scheme, rows)]


def _least(what: str, value: "Optional[float]", least: float, digits: int = 3) -> Line:
    measured = "-" if value is None else f"{value:.{digits}f}"
    return Line(what, f"at least {least:g}", measured, None if value is None else value >= least)


def _most(what: str, value: "Optional[float]", most: float) -> Line:
    return Line(
        what,
        f"at most {most:g}",
        "-" if value is None else f"{value:.3f}",
        None if value is None else value <= most,
    )


def _quality(pieces: "list[dict]") -> "list[Line]":
    values = lambda name: [row[name] for row in pieces if name in row]  # noqa: E731
    worst = min(values("PESQ-WB"), default=None)
    return [
        _least("PESQ-WB, mean", score.mean(values("PESQ-WB")), 4.55),
        _least("PESQ-WB, worst", worst, 4.35),
        _least("STOI, mean", score.mean(values("STOI")), 0.990, 4),
        _most("ViSQOL lost, mean", score.mean(values("ViSQOL loss")), 0.15),
        _most("DNSMOS lost, mean", score.mean(values("DNSMOS overall loss")), 0.05),
        _most("samples newly beyond full scale", max(values("new full-scale samples"), default=None), 0),
    ]


def _presence(run: dict, scheme: str, rows: "list[Row]") -> "list[Line]":
    lengths = score.by_length(rows)
    lines = [_least("presence, all attacks", score.over_all(rows), 0.95)]
    for seconds, least in ((2.5, 0.90), (5.0, 0.95), (10.0, 0.97), (30.0, 0.99)):
        lines.append(_least(f"presence at {seconds:g} s", lengths.get(seconds), least))
    for peer in run["schemes"]:
        if not peer.startswith("voxguard") and score.pairs(run["results"], peer):
            behind = table.beside(run, scheme, peer)[1]
            lines.append(Line(f"rows below {peer}", "none", str(len(behind)), not behind))
    return lines


def rate(
    rows: "list[Row]", chosen: "Callable[[Row], bool]", seconds: float, what: str = "found"
) -> "Optional[float]":
    """Mean over the chosen attacks of their rates on pieces of ``seconds`` and more."""
    rates = []
    for row in filter(chosen, rows):
        long_enough = [tally for length, tally in row.by_length.items() if length >= seconds]
        rates.append(score.share(sum(long_enough, Tally()), what))
    return score.mean(rates)


def _ids(rows: "list[Row]") -> "list[Line]":
    bad, read = sum(row.total.wrong for row in rows), sum(row.total.found for row in rows)
    telephony = ("telephony", "mobile call")
    kinds = lambda row: row.group in ("codec", "editing") or row.attack in telephony  # noqa: E731
    return [
        _least(
            "exact id, untouched, from 2.5 s",
            rate(rows, lambda row: row.attack == "none", 2.5, "right"),
            0.99,
        ),
        _least("exact id, codecs, telephony and edits, from 5 s", rate(rows, kinds, 5, "right"), 0.95),
        Line("wrong ids", "none", f"{bad} of {read}", not bad if read else None),
    ]


def factor(row: Row) -> float:
    """The number in an attack's name: ``speed 1.05``, ``pitch -2, phase vocoder``."""
    return float(row.attack.split()[1].rstrip(","))


def _kinds(rows: "list[Row]") -> "list[Line]":
    hard = ("Opus 6k", "AMR-NB 4.75k", "codec2 3200", "white noise 5 dB", "pink noise 5 dB")
    found = lambda chosen, seconds: rate(rows, chosen, seconds)  # noqa: E731
    return [
        _least("re-synthesis, from 5 s", found(lambda row: row.group == "resynthesis", 5), 0.95),
        _least(
            "speed to 10 %, from 5 s",
            found(lambda r: r.group == "speed" and 0.9 <= factor(r) <= 1.1, 5),
            0.95,
        ),
        _least(
            "pitch to 2 semitones, from 5 s",
            found(lambda r: r.group == "pitch" and abs(factor(r)) <= 2, 5),
            0.95,
        ),
        _least("stretch 0.8 to 1.25, from 5 s", found(lambda row: row.group == "stretch", 5), 0.95),
        *(
            _least(f"{name}, from 10 s", found(lambda row, name=name: row.attack == name, 10), 0.80)
            for name in hard
        ),
        _least("1 s of an untouched clip", found(lambda row: row.attack == "crop to 1 s", 0), 0.95),
        _least(
            "marked once more: the first key is found", found(lambda row: row.group == "second mark", 0), 0.95
        ),
    ]


def _rest(run: dict, scheme: str, rows: "list[Row]") -> "list[Line]":
    lines = []
    place = score.localised(run["results"], scheme)
    if place:
        right, count = place
        lines.append(
            Line(f"spans within {score.SPAN_SECONDS} s", "all", f"{right} of {count}", right == count)
        )
    counts = score.alarms(run["alarms"], scheme)
    if counts["trials"]:
        held = counts["found"] == 0 and all(
            n <= max(1, 1.5 * counts["trials"] * 10.0**-k) for k, n in counts["below"].items()
        )
        lines.append(
            Line(
                "false alarms; p-values no smaller than chance",
                "none",
                f"{counts['found']} of {counts['trials']}",
                held,
            )
        )
    effort = scheme.partition("effort=")[2].partition(",")[0] or "normal"
    asked = {"fast": (1000, 1000), "normal": (300, 100), "thorough": (20, 20)}.get(effort, (0, 0))
    for row in run["speed"]:
        if row["scheme"] == scheme and "error" not in row:
            lines.append(_least("mark, times real time", row["mark"], 1000, 0))
            lines.append(_least(f"detect {effort}, marked, times real time", row["detect"], asked[0], 0))
            lines.append(
                _least(f"detect {effort}, unmarked, times real time", row["detect unmarked"], asked[1], 0)
            )
            lines.append(_most("memory of a Python that marks 10 minutes, MB", row["bytes"] / 2**20, 30))
    return lines


def shown(lines: "list[Line]") -> str:
    words = {True: "yes", False: "**no**", None: "not measured"}
    return table.lines(
        ["what", "asked", "measured", "held"], [[x.what, x.asked, x.measured, words[x.held]] for x in lines]
    )
