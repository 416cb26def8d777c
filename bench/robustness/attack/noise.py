"""Noise and backgrounds, at a ratio of speech to noise over the whole clip."""

from __future__ import annotations

import numpy as np

from ..clip import Clip
from . import add


def mixed(clip, noise, decibels):
    """``noise`` (as long as the clip) under the clip, ``decibels`` below it in power."""
    power = max(float(np.mean(np.square(noise, dtype=np.float64))), 1e-20)
    level = np.sqrt(clip.power / power / 10 ** (decibels / 10))
    return clip.with_samples(clip.samples + level * noise)


def coloured(rng, length, rate, slope):
    """Gaussian noise whose power falls by ``slope`` x 3.01 dB an octave above 20 Hz: 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / rate), 20)
    return np.fft.irfft(spectrum / hertz ** (slope / 2), length)


def background(scene, kind, rate, length):
    """A random piece of a random file of ``kind``, at ``rate``; repeated where it is too short."""
    paths = sorted(scene.background.glob(f"{kind}*.flac"))
    if not paths:
        raise FileNotFoundError(f"no {kind}*.flac among the backgrounds")
    samples = Clip.read(paths[scene.rng.integers(len(paths))]).at(rate).samples
    start = int(scene.rng.integers(len(samples)))
    return np.take(samples, np.arange(start, start + length), mode="wrap")


for _decibels in (30, 20, 15, 10, 5):
    for _colour, _slope in (("white", 0), ("pink", 1)):
        add(
            f"{_colour} noise {_decibels} dB",
            "noise",
            lambda clip, scene, decibels=_decibels, slope=_slope: mixed(
                clip, coloured(scene.rng, len(clip.samples), clip.rate, slope), decibels
            ),
        )
add(
    "brown noise 10 dB",
    "noise",
    lambda clip, scene: mixed(clip, coloured(scene.rng, len(clip.samples), clip.rate, 2), 10),
)

for _kind in ("babble", "music"):
    for _decibels in (20, 10, 5):
        add(
            f"{_kind} {_decibels} dB",
            "background",
            lambda clip, scene, kind=_kind, decibels=_decibels: mixed(
                clip, background(scene, kind, clip.rate, len(clip.samples)), decibels
            ),
            "background",
        )
