"""The examples run as their README says."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import pytest

import voxguard
from conftest import ROOT, read_wav

EXAMPLES = ROOT / "examples" / "python"


def run(name: str, *arguments: str) -> Any:
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("channels", [1, 2])
def test_mark_wav_marks_and_finds(key: Any, stereo: Any, tmp_path: Path, channels: int) -> None:
    source, target = tmp_path / "in.wav", tmp_path / "out.wav"
    with wave.open(str(source), "wb") as clip:
        clip.setparams((channels, 2, 24000, 0, "NONE", ""))
        clip.writeframes(stereo[:, :channels].astype("<i2").tobytes())
    done = run("mark_wav.py", key.to_hex(), "1234abcd", str(source), str(target))
    assert done.returncode == 0, done.stderr
    samples, rate = read_wav(source)
    line = json.loads(done.stdout)
    assert list(line) == ["language", "frames", "found", "mark", "p_value", "key_id"]
    assert (line["language"], line["frames"], line["found"]) == ("python", len(samples), True)
    assert (line["mark"], line["key_id"]) == ("1234abcd", key.id)
    with wave.open(str(target)) as clip:
        expected = voxguard.embed(samples, rate, key=key, mark=0x1234ABCD)
        assert clip.readframes(clip.getnframes()) == expected.astype("<i2").tobytes()


def test_mark_wav_says_what_it_takes(tmp_path: Path) -> None:
    done = run("mark_wav.py")
    assert done.returncode != 0 and "usage" in done.stderr


def test_one_utterance_tells_its_story() -> None:
    done = run("one_utterance.py")
    assert done.returncode == 0, done.stderr
    for words in (
        "refused: ",
        "fraud",
        "spoken: Record(seq=2",
        "found=True",
        "found: Record(seq=2",
        "intact=True",
    ):
        assert words in done.stdout, done.stdout
