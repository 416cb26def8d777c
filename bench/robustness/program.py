"""External programs that samples go through and come back from."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from .clip import Clip

QUIET = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-threads", "1"]


class Failed(RuntimeError):
    """A program that ended with an error; the message is its own."""


def run(command: "list[str]", data: bytes = b"") -> bytes:
    done = subprocess.run(command, input=data, capture_output=True)
    if done.returncode:
        raise Failed(f"{' '.join(command)}: {done.stderr.decode(errors='replace').strip()[-400:]}")
    return done.stdout


def raw(rate: int) -> "list[str]":
    return ["-f", "f32le", "-ar", str(rate), "-ac", "1"]


def ffmpeg_filter(clip: Clip, graph: str, rate: int = 0) -> Clip:
    """Through a filter graph of ffmpeg; the result is told to be at ``rate`` (the clip's own)."""
    command = [*QUIET, *raw(clip.rate), "-i", "pipe:0", "-af", graph, *raw(rate or clip.rate), "pipe:1"]
    data = run(command, clip.samples.astype("<f4").tobytes())
    return Clip.of(np.frombuffer(data, "<f4"), rate or clip.rate)


def through_ffmpeg(clip: Clip, codec: "list[str]", kind: str, rate: int = 0) -> Clip:
    """Encoded by ``codec`` into a file of ``kind``, and decoded: at ``rate`` (the clip's own)."""
    rate = rate or clip.rate
    encode = [
        *QUIET,
        *raw(clip.rate),
        "-i",
        "pipe:0",
        "-ac",
        "1",
        "-ar",
        str(rate),
        *codec,
        "-f",
        kind,
        "pipe:1",
    ]
    if kind in PIPELESS:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / f"clip.{kind}")
            run([*encode[:-1], path], clip.samples.astype("<f4").tobytes())
            data = run([*QUIET, "-i", path, *raw(rate), "pipe:1"])
    else:
        coded = run(encode, clip.samples.astype("<f4").tobytes())
        data = run([*QUIET, "-f", DEMUXER.get(kind, kind), "-i", "pipe:0", *raw(rate), "pipe:1"], coded)
    return Clip.of(np.frombuffer(data, "<f4"), rate)


#: Containers whose header is written last.
PIPELESS = {"mp4", "wav", "codec2"}
#: Where the demuxer has another name than the muxer.
DEMUXER = {"adts": "aac", "spx": "ogg"}


def through_sox(clip: Clip, kind: str, options: "list[str]") -> Clip:
    """Encoded by sox into a file of ``kind`` at 8 kHz and decoded by it."""
    with tempfile.TemporaryDirectory() as folder:
        wav, coded, back = (str(Path(folder) / name) for name in ("a.wav", f"b.{kind}", "c.wav"))
        clip.at(8000).write(Path(wav))
        run(["sox", "-R", wav, *options, "-t", kind, coded])
        run(["sox", "-R", "-t", kind, coded, "-b", "16", back])
        return Clip.read(Path(back))
