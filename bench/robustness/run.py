"""Marks, attacks and detects: every scheme, piece and attack, on a few processes, remembering what was done."""

from __future__ import annotations

import multiprocessing
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

from . import attack as attacks
from . import scheme as schemes
from .attack import Attack
from .clip import Clip
from .corpus import Item
from .need import missing
from .scheme.peer import Peer
from .store import Audio, Results, key

#: Attacks done in one go by one process.
BLOCK = 12
#: Keys that each unmarked piece is searched with, by schemes with keys.
ALARM_KEYS = 4
#: What unmarked pieces go through, besides nothing. Chosen to be quick and unlike each other.
ALARM_ATTACKS = (
    "none", "mu-law 8 kHz", "white noise 10 dB", "music 10 dB", "room RT60 0.9 s", "clipped 10 %", "8 bits",
    "spectral subtraction", "speed 0.95", "speed 1.05", "low pass 2.5 kHz", "dropout 30 %",
)  # fmt: skip
#: Attacks whose spans are kept, to judge localisation.
SPAN_ATTACKS = ("between unmarked speech",)


@dataclass(frozen=True)
class Setting:
    """What all work of a run shares."""

    cache: Path
    background: Optional[Path]
    peers_python: Optional[str]
    hifigan: bool


@dataclass(frozen=True)
class Work:
    """One scheme, one piece, some attacks. ``marked`` is false where false alarms are looked for."""

    scheme: str
    item: Item
    attacks: "tuple[str, ...]"
    keys: "tuple[str, ...]"
    marked: bool = True


def available(chosen: "list[Attack]", setting: Setting) -> "tuple[list[Attack], dict[str, str]]":
    """The attacks that this machine can do, and why it cannot do the others."""
    probe = attacks.Scene(
        None, setting.background, None, mark_again=lambda clip: clip, hifigan=setting.hifigan or None
    )
    reasons = {attack.name: missing(attack, probe) for attack in chosen}
    return [a for a in chosen if not reasons[a.name]], {name: why for name, why in reasons.items() if why}


def result_key(scheme_version: str, scheme: str, digest: str, attack: Attack, marked: bool) -> str:
    return key(
        scheme,
        scheme_version,
        digest,
        attack.name,
        attack.version,
        marked and "marked",
        *([] if marked else [ALARM_KEYS]),
    )


def planned(
    words: "list[str]",
    versions: "dict[str, str]",
    items: "list[Item]",
    chosen: "list[Attack]",
    results: Results,
    marked: bool,
) -> "Iterator[tuple[Work, int]]":
    """What is still to be done, in an order in which a run that is stopped has whole pieces; and what is known."""
    for item in items:
        digest = item.clip().digest()
        for word in words:
            open_ones = []
            for one in chosen:
                name = result_key(versions[word], word, digest, one, marked)
                if results.get(name) is None:
                    open_ones.append((one.name, name))
            for start in range(0, len(open_ones), BLOCK):
                names, keys = zip(*open_ones[start : start + BLOCK])
                yield Work(word, item, names, keys, marked)


# One process of the pool: schemes are opened when they are first needed, and stay open.
_setting: Optional[Setting] = None
_open: dict = {}


def begin(setting: Setting) -> None:
    global _setting
    _setting = setting
    os.environ["OMP_NUM_THREADS"] = "1"


def _peer(name: str, make) -> object:
    if name not in _open:
        try:
            _open[name] = make()
        except Exception as error:
            _open[name] = error
    if isinstance(_open[name], Exception):
        raise RuntimeError(f"{name}: {_open[name]}")
    return _open[name]


def done(work: Work) -> "list[tuple[str, dict]]":
    """The results of ``work``, by their keys. An attack or a scheme that fails is a result that says so."""
    audio = Audio(_setting.cache / "audio")
    answers = []
    original = work.item.clip()
    try:
        scheme = _peer(work.scheme, lambda: schemes.opened(work.scheme, _setting.peers_python))
        if work.marked:
            name = key("marked", work.scheme, scheme.version, original.digest(), work.item.name)
            marked = audio.get(name, lambda: scheme.mark(original, work.item.name))
        else:
            marked = original
    except Exception as error:
        return [(one, {"error": f"{type(error).__name__}: {error}"}) for one in work.keys]
    for name, one in zip(work.attacks, work.keys):
        try:
            attacked = audio.get(
                key("attacked", marked.digest(), name, attacks.ATTACKS[name].version, work.item.name),
                lambda: _attacked(attacks.ATTACKS[name], work, marked, original, scheme),
            )
            seeds = (
                [work.item.name]
                if work.marked
                else [f"{work.item.name} alarm {n}" for n in range(ALARM_KEYS)]
            )
            keyed = work.scheme.startswith("voxguard")
            findings = [scheme.detect(attacked, seed).as_dict() for seed in (seeds if keyed else seeds[:1])]
            value = (
                findings[0]
                if work.marked
                else {"found": [f["found"] for f in findings], "score": [f["score"] for f in findings]}
            )
            if name not in SPAN_ATTACKS:
                value.pop("spans", None)
            value["attacked_seconds"] = attacked.seconds
        except Exception as error:
            value = {"error": f"{type(error).__name__}: {error}"}
        answers.append((one, value))
    return answers


def _attacked(one: Attack, work: Work, marked: Clip, original: Clip, scheme) -> Clip:
    scene = attacks.scene_for(
        one.name,
        work.item.name,
        background=_setting.background,
        original=original,
        mark_again=lambda clip: scheme.mark(clip, work.item.name + " again"),
        hifigan=_hifigan if _setting.hifigan else None,
    )
    return one.apply(marked, scene)


def _hifigan(clip: Clip) -> Clip:
    return _peer("hifigan", lambda: Peer("hifigan", _setting.peers_python)).convert(clip)


def carried_out(
    work: "list[Work]", setting: Setting, results: Results, jobs: int, minutes: float, title: str
) -> bool:
    """Does the work, prints how far it is, and keeps each answer. False when the minutes were up before."""
    total, count, start, told = sum(len(w.keys) for w in work), 0, time.monotonic(), 0.0
    if not total:
        return True
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, begin, (setting,)) as pool:
        for answers in pool.imap_unordered(done, work):
            for one, value in answers:
                # An error is tried again in the next run, but told in this one.
                (results.known.__setitem__ if "error" in value else results.put)(one, value)
            count += len(answers)
            elapsed = time.monotonic() - start
            if elapsed - told > 20 or count == total:
                told = elapsed
                left = elapsed / count * (total - count) / 60
                print(
                    f"    {title}: {count} of {total}, {elapsed / 60:.1f} min, about {left:.0f} min left",
                    flush=True,
                )
            if minutes and elapsed > minutes * 60 and count < total:
                print(f"    {title}: stopped after {minutes:g} minutes; run again to go on", flush=True)
                pool.terminate()
                return False
    return True


def collected(
    words: "list[str]",
    versions: "dict[str, str]",
    items: "list[Item]",
    chosen: "list[Attack]",
    results: Results,
    marked: bool,
) -> "list[dict]":
    """What is known of every scheme, piece and attack."""
    entries = []
    for item in items:
        digest = item.clip().digest()
        for word in words:
            for one in chosen:
                value = results.get(result_key(versions[word], word, digest, one, marked))
                if value is not None:
                    entries.append(
                        {
                            "scheme": word,
                            "item": item.name,
                            "length": item.seconds,
                            "attack": one.name,
                            "value": value,
                        }
                    )
    return entries
