"""What the tests share: a key, real speech, rules, and statuses by name."""

from __future__ import annotations

import subprocess
import sys
import wave
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import numpy as np
import pytest

import voxguard

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT / "tests" / "vectors"
CLIP = ROOT / "examples" / "audio" / "hibari.wav"

RULES = {
    "version": 1,
    "rules": [
        {
            "id": "fraud-1",
            "category": "fraud",
            "severity": "error",
            "match": "phrase",
            "terms": ["wire transfer"],
        },
        {"id": "odd-1", "category": "odd", "severity": "warning", "match": "regex", "pattern": "x[0-9]+y"},
    ],
}


def read_wav(path: Path) -> tuple[Any, int]:
    """A clip as int16, 1-D or (frames, channels), and its rate."""
    with wave.open(str(path)) as clip:
        samples = np.frombuffer(clip.readframes(clip.getnframes()), "<i2")
        channels = clip.getnchannels()
        return (samples if channels == 1 else samples.reshape(-1, channels)), clip.getframerate()


@contextmanager
def refused(status_name: str, *words: str) -> Iterator[None]:
    """The block raises this status, and its message has these words."""
    with pytest.raises(voxguard.VoxguardError) as caught:
        yield
    error = caught.value
    assert error.status_name == status_name, error
    kind = voxguard.VoxguardValueError if error.status < 60 else voxguard.VoxguardRuntimeError
    assert isinstance(error, kind)
    for word in words:
        assert word in str(error), str(error)


def run_python(source: str, *arguments: str, before: tuple[str, ...] = ()) -> str:
    """Runs Python in a process of its own and gives what it printed."""
    command = [*before, sys.executable, "-c", source, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def key() -> voxguard.Key:
    return voxguard.Key.from_bytes(bytes(range(1, 33)))


@pytest.fixture(scope="session")
def speech() -> Any:
    """Eleven seconds of speech at 24 kHz, mono, float32."""
    samples, rate = read_wav(CLIP)
    assert rate == 24000
    return (samples / 32768).astype(np.float32)


@pytest.fixture(scope="session")
def stereo() -> Any:
    """The same in two channels, int16: the right one 5 ms later, at half the level."""
    left, _ = read_wav(CLIP)
    right = np.concatenate([np.zeros(120, np.int16), left[:-120] // 2])
    return np.stack([left, right], axis=1)


@pytest.fixture(scope="session")
def policy() -> voxguard.Policy:
    return voxguard.Policy(RULES)


@pytest.fixture
def ledger_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"
