"""Watermarks behind one small interface: ours and its peers.

A scheme marks a clip and says what it finds in one. The seed names the piece, and with it key and id,
so that every run marks the same clip the same way.
"""

from __future__ import annotations

import subprocess
from dataclasses import asdict, dataclass
from typing import Optional, Protocol

from ..clip import Clip


@dataclass(frozen=True)
class Finding:
    """What a detector says, at its own decision."""

    found: bool
    #: "right" or "wrong": the id that was read. None: the scheme carries none, or gave none.
    id: Optional[str]
    #: What the decision rests on: a p-value for us, a confidence for peers.
    score: float
    #: Seconds of processor time.
    seconds: float
    #: Where the mark is, in seconds, for schemes that say.
    spans: "tuple[tuple[float, float], ...]" = ()

    def as_dict(self) -> dict:
        return asdict(self)


class Scheme(Protocol):
    """A watermark."""

    name: str
    #: Whether marks carry an id.
    has_id: bool
    #: Changes when the code that marks or detects changes.
    version: str

    def mark(self, clip: Clip, seed: str) -> Clip: ...

    def detect(self, clip: Clip, seed: str) -> Finding: ...

    def close(self) -> None: ...


def opened(word: str, peers_python: Optional[str]) -> Scheme:
    """The scheme that ``word`` names: ``voxguard``, ``voxguard:OPTION=VALUE,...``, ``perth`` or ``aware``."""
    name, _, options = word.partition(":")
    if name == "voxguard":
        from .voxguard import Voxguard

        return Voxguard(options)
    if name in PEERS:
        from .peer import Peer

        if not peers_python:
            raise RuntimeError(f"{name} needs the peers' environment: --peers")
        return Peer(name, peers_python)
    raise ValueError(f"no scheme '{name}'; there are voxguard, {', '.join(PEERS)}")


def version(word: str, peers_python: Optional[str]) -> str:
    """What the scheme's results depend on, found without starting it."""
    name, _, options = word.partition(":")
    if name == "voxguard":
        from .voxguard import library_version

        return f"{library_version()} {options}"
    package = PEERS.get(name)
    if package is None:
        raise ValueError(f"no scheme '{name}'; there are voxguard, {', '.join(PEERS)}")
    return packaged(package, peers_python)


def packaged(package: str, python: Optional[str]) -> str:
    """The version of ``package`` in another environment; an error when it is not there."""
    if not python:
        raise RuntimeError(f"{package} needs the peers' environment: --peers")
    code = f"import importlib.metadata as m; print(m.version('{package}'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{package} is not in the peers' environment")
    return done.stdout.strip()


#: Peers that `peer_server.py` knows, and the packages that they are in.
PEERS = {"perth": "resemble-perth", "aware": "aware"}
