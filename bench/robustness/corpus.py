"""The clips of a run: pieces of fixed lengths of the held-out voices, the same in every run."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .clip import Clip, joined

#: Which clips of the corpus may train and which are held out.
SPLIT = Path(__file__).parent.parent / "corpus_split.csv"
#: Between two clips that are joined to a longer one.
PAUSE_SECONDS = 0.25
#: Clips of one voice are joined only for pieces from this length on.
JOINED_FROM_SECONDS = 10.0


@dataclass(frozen=True)
class Item:
    """A piece of speech of one voice: ``seconds`` of its clips, from the first word on."""

    name: str
    voice: str
    engine: str
    language: str
    seconds: float
    paths: "tuple[Path, ...]"

    def clip(self) -> Clip:
        clips = [trimmed(Clip.read(path)) for path in self.paths]
        if len(clips) > 1:
            clips = [with_pause(clip) for clip in clips]
        whole = joined(clips)
        return whole.cut(0, self.seconds)


def trimmed(clip: Clip) -> Clip:
    """Without the silence before the first word: a short piece must hold speech."""
    loud = np.flatnonzero(np.abs(clip.samples) > 0.02 * np.abs(clip.samples).max(initial=1e-9))
    first = max(0, loud[0] - clip.rate // 50) if len(loud) else 0
    return Clip(clip.samples[first:], clip.rate)


def with_pause(clip: Clip) -> Clip:
    return clip.with_samples(np.r_[clip.samples, np.zeros(int(PAUSE_SECONDS * clip.rate), np.float32)])


@dataclass(frozen=True)
class Voice:
    voice: str
    engine: str
    language: str
    paths: "tuple[Path, ...]"


def voices(folder: Path, split: str) -> "list[Voice]":
    """The voices of a corpus folder. Without a manifest every WAV is a voice of its own."""
    if not (folder / "manifest.csv").exists():
        paths = sorted([*folder.glob("*.wav"), *folder.glob("*.flac")])
        return [Voice(path.stem, "file", "", (path,)) for path in paths]
    groups: "dict[tuple[str, str, str], list[Path]]" = defaultdict(list)
    with open(SPLIT, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            path = folder / row["clip"]
            if split in (row["split"], "all") and path.exists():
                groups[row["voice"], row["engine"], row["language"]].append(path)
    return [Voice(*key, tuple(paths)) for key, paths in sorted(groups.items())]


def items(folder: Path, seconds: float, count: int, split: str = "heldout") -> "list[Item]":
    """Up to ``count`` pieces of ``seconds``, taken from the voices in turn.

    A clip that is shorter is passed over; long pieces are made of clips of the same voice, in order.
    """
    queues = []
    for voice in voices(folder, split):
        lengths = [trimmed(Clip.read(path)).seconds for path in voice.paths]
        pieces = [(path,) for path, length in zip(voice.paths, lengths) if length >= seconds]
        if seconds >= JOINED_FROM_SECONDS:
            pieces += chains([p for p in zip(voice.paths, lengths) if p[1] < seconds], seconds)
        queues.append(
            [
                Item(name(paths, seconds), voice.voice, voice.engine, voice.language, seconds, paths)
                for paths in pieces
            ]
        )
    taken: "list[Item]" = []
    while len(taken) < count and any(queues):
        for queue in queues:
            if queue and len(taken) < count:
                taken.append(queue.pop(0))
    return taken


def chains(clips: "list[tuple[Path, float]]", seconds: float) -> "list[tuple[Path, ...]]":
    """Clips in groups whose lengths, with pauses, add up to ``seconds``; each is used once."""
    groups, group, length = [], [], 0.0
    for path, part in clips:
        group.append(path)
        length += part + PAUSE_SECONDS
        if length >= seconds:
            groups.append(tuple(group))
            group, length = [], 0.0
    return groups


def name(paths: "tuple[Path, ...]", seconds: float) -> str:
    more = f"+{len(paths) - 1}" if len(paths) > 1 else ""
    return f"{paths[0].stem}{more}@{seconds:g}"
