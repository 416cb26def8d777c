"""What attacks need of the machine, and what to say when it is not there.

A need is ``ffmpeg`` or ``ffmpeg:ENCODER`` or ``ffmpeg:FILTER``, ``program:NAME``, ``module:NAME``,
``background`` (the folder with music and babble) or ``hifigan`` (the peers' environment).
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Optional

from .attack import Attack, Scene


@lru_cache(maxsize=None)
def ffmpeg_knows(word: str) -> bool:
    if not shutil.which("ffmpeg"):
        return False
    lists = [subprocess.run(["ffmpeg", "-hide_banner", flag], capture_output=True, text=True).stdout
             for flag in ("-encoders", "-filters")]  # fmt: skip
    return any(line.split()[1:2] == [word] for text in lists for line in text.splitlines())


def missing(attack: Attack, scene: Scene) -> Optional[str]:
    """Why the attack must be left out, or None."""
    for need in attack.needs:
        kind, _, word = need.partition(":")
        if kind == "ffmpeg" and not shutil.which("ffmpeg"):
            return "ffmpeg is not on the path (Debian: apt install ffmpeg)"
        if kind == "ffmpeg" and word and not ffmpeg_knows(word):
            return f"this ffmpeg was built without {word}"
        if kind == "program" and not shutil.which(word):
            return f"{word} is not on the path (Debian: apt install {word} libsox-fmt-all)"
        if kind == "module" and importlib.util.find_spec(word) is None:
            return f"the Python package {word} is not installed"
        if kind == "background" and not (scene.background and Path(scene.background).is_dir()):
            return "no folder with backgrounds (--background)"
        if kind == "hifigan" and scene.hifigan is None:
            return "HiFi-GAN needs the peers' environment (--peers)"
        if kind == "mark_again" and scene.mark_again is None:
            return "the scheme marks nothing here"
    return None
