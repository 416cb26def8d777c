"""What a run has done already: audio by the name of its samples, results by what they depend on.

Audio is named by content, so that an engine that marks the same way, and only detects better, meets
the same attacked files again; results are named by audio, detector and attack.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Callable, Optional

from .clip import Clip


def key(*parts: object) -> str:
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:24]


class Audio:
    """Clips in FLAC files of 16 bits, under ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str, make: Callable[[], Clip]) -> Clip:
        """The clip called ``name``, made when it is not there. What is made comes back as it was kept."""
        path = self.folder / name[:2] / f"{name}.flac"
        if not path.exists():
            clip = make()
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch = path.with_suffix(f".{os.getpid()}.flac")
            clip.write(scratch)
            # In one step: another process may make the same clip.
            scratch.replace(path)
        return Clip.read(path)


class Results:
    """Answers by key, in a file of JSON lines that grows. One process writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: "dict[str, dict]" = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue  # the last line of a run that was stopped
                self.known[entry["key"]] = entry["value"]

    def get(self, key: str) -> Optional[dict]:
        return self.known.get(key)

    def put(self, key: str, value: dict) -> None:
        self.known[key] = value
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "value": value}) + "\n")
