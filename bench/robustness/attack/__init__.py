"""Attacks: what happens to audio on its way, by name and group.

An attack takes a clip and a scene and gives another clip, at whatever rate it leaves. Chance comes
from the scene, seeded by the piece and the attack, so that every scheme meets the same noise.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Callable, Optional

import numpy as np

from ..clip import Clip

#: In the order of the tables.
GROUPS = (
    "untouched", "codec", "filter", "resampling", "noise", "background", "room", "level", "damage",
    "denoising", "editing", "stretch", "speed", "pitch", "wow", "resynthesis", "chain", "second mark",
)  # fmt: skip
MODULES = (
    "none", "codec", "filters", "noise", "room", "level", "denoise", "edit", "tempo", "vocoder", "chain",
)  # fmt: skip


@dataclass
class Scene:
    """What an attack may use besides the clip."""

    rng: np.random.Generator
    #: Folder with music and babble.
    background: Optional[Path] = None
    #: The clip before it was marked.
    original: Optional[Clip] = None
    #: Marks a clip under another key.
    mark_again: Optional[Callable[[Clip], Clip]] = None
    #: Through HiFi-GAN, where the peers' environment has it.
    hifigan: Optional[Callable[[Clip], Clip]] = None


@dataclass(frozen=True)
class Attack:
    """One row of the tables."""

    name: str
    group: str
    apply: Callable[[Clip, Scene], Clip] = field(repr=False)
    #: What must be there: see `need`.
    needs: "tuple[str, ...]"
    #: A hash of the file that the attack is in: when its code changes, no stale audio is judged.
    version: str


#: Every attack by name, in the order of the tables.
ATTACKS: "dict[str, Attack]" = {}


def attack(name: str, group: str, *needs: str):
    """Registers a function of a clip and a scene as the attack ``name``."""

    def register(function: Callable[[Clip, Scene], Clip]) -> Callable[[Clip, Scene], Clip]:
        add(name, group, function, *needs)
        return function

    return register


def add(name: str, group: str, function: Callable[[Clip, Scene], Clip], *needs: str) -> None:
    if name in ATTACKS or group not in GROUPS:
        raise ValueError(f"attack '{name}' of group '{group}': a name is given once, a group is one of {GROUPS}")
    ATTACKS[name] = Attack(name, group, function, needs, _source(inspect.getfile(function)))


@lru_cache(maxsize=None)
def _source(path: str) -> str:
    """Taken once, when the code is: a run must not see a file that is edited under it."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def scene_for(attack: str, item: str, **what: object) -> Scene:
    """A scene whose chance depends on the piece and the attack alone."""
    seed = hashlib.sha256(f"{attack}\0{item}".encode()).digest()
    return Scene(np.random.default_rng(int.from_bytes(seed[:8], "little")), **what)


def chosen(words: "list[str]") -> "list[Attack]":
    """Attacks by name or group; all of them when no word is given."""
    every = sorted(ATTACKS.values(), key=lambda attack: GROUPS.index(attack.group))
    if not words:
        return every
    known = set(GROUPS) | set(ATTACKS)
    for word in words:
        if word not in known:
            raise ValueError(f"no attack and no group '{word}'; --list names them")
    return [attack for attack in every if attack.name in words or attack.group in words]


for _module in MODULES:
    importlib.import_module(f"{__name__}.{_module}")
