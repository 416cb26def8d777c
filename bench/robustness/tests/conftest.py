"""Clips that the tests share."""

from pathlib import Path

import numpy as np
import pytest

from robustness.attack import ATTACKS, scene_for
from robustness.clip import Clip

REPOSITORY = Path(__file__).parents[3]
RATE = 16000


def tone(hertz, seconds=3.0, rate=RATE):
    return Clip.of(0.4 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate), rate)


def pitch_of(clip):
    """The strongest frequency in the middle of a clip, in hertz."""
    middle = clip.samples[len(clip.samples) // 4 : len(clip.samples) * 3 // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 8 * len(middle)))
    return float(np.argmax(spectrum)) * clip.rate / (8 * len(middle))


def attacked(name, clip, **what):
    return ATTACKS[name].apply(clip, scene_for(name, "test", **what))


@pytest.fixture(scope="session")
def speech():
    return Clip.read(REPOSITORY / "tests/vectors/slt_16000_mono.wav")
