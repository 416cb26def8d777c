"""Levels: gain, clipping, compression, few bits; and damage: gaps, lost packets, medians."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d, median_filter, minimum_filter1d, uniform_filter1d

from . import add, attack

PACKET_SECONDS = 0.02


def gained(clip, decibels):
    return clip.with_samples(clip.samples * 10 ** (decibels / 20))


add("gain -30 dB", "level", lambda clip, scene: gained(clip, -30))
add("gain -12 dB", "level", lambda clip, scene: gained(clip, -12))


@attack("gain to full scale", "level")
def full_scale(clip, scene):
    return clip.with_samples(clip.samples / max(float(np.abs(clip.samples).max()), 1e-9))


@attack("gain changing 12 dB", "level")
def fader(clip, scene):
    """Up and down by 6 dB, once in four seconds."""
    time = np.arange(len(clip.samples)) / clip.rate
    return clip.with_samples(clip.samples * 10 ** (6 * np.sin(2 * np.pi * time / 4) / 20) * 0.5)


@attack("clipped 1 %", "level")
def clipped_little(clip, scene):
    return _clipped(clip, 0.99)


@attack("clipped 10 %", "level")
def clipped_much(clip, scene):
    return _clipped(clip, 0.90)


def _clipped(clip, share):
    """Hard, at the level that ``share`` of the samples stay below."""
    ceiling = max(float(np.quantile(np.abs(clip.samples), share)), 1e-6)
    return clip.with_samples(np.clip(clip.samples, -ceiling, ceiling) * min(4.0, 0.9 / ceiling))


def compressed(clip, threshold, ratio):
    """A compressor: ``ratio``:1 above ``threshold`` dB of the clip's peak, and the gain made up.

    It looks 5 ms ahead, as they do, and lets go within 50 ms.
    """
    peaks = maximum_filter1d(np.abs(clip.samples), max(1, clip.rate // 100))
    level = 20 * np.log10(np.maximum(peaks, 1e-6) / max(float(peaks.max()), 1e-6))
    decibels = np.minimum(0, (threshold - level) * (1 - 1 / ratio))
    decibels = uniform_filter1d(minimum_filter1d(decibels, max(1, clip.rate // 20)), max(1, clip.rate // 50))
    samples = clip.samples * 10 ** (decibels / 20)
    return clip.with_samples(samples * 0.9 / max(float(np.abs(samples).max()), 1e-9))


add("compressor 4:1", "level", lambda clip, scene: compressed(clip, -30, 4))
add("compressor 20:1", "level", lambda clip, scene: compressed(clip, -35, 20))
add("8 bits", "level", lambda clip, scene: clip.with_samples(np.round(clip.samples * 127) / 127))


def lossy(clip, scene, share, conceal):
    """Packets of 20 ms are lost at random, and silent or the one before once more."""
    size = int(PACKET_SECONDS * clip.rate)
    samples = clip.samples.copy()
    for start in range(size, len(samples), size):
        if scene.rng.random() < share:
            packet = samples[start : start + size]
            packet[:] = samples[start - size : start][: len(packet)] * 0.8 if conceal else 0
    return clip.with_samples(samples)


add("dropout 10 %", "damage", lambda clip, scene: lossy(clip, scene, 0.1, False))
add("dropout 30 %", "damage", lambda clip, scene: lossy(clip, scene, 0.3, False))
add("packets lost 10 %", "damage", lambda clip, scene: lossy(clip, scene, 0.1, True))
add("median of 3", "damage", lambda clip, scene: clip.with_samples(median_filter(clip.samples, 3)))
add("median of 5", "damage", lambda clip, scene: clip.with_samples(median_filter(clip.samples, 5)))


@attack("clicks", "damage")
def clicks(clip, scene):
    """Ten a second, at twice the root mean square or more."""
    samples = clip.samples.copy()
    places = scene.rng.integers(0, len(samples), max(1, int(10 * clip.seconds)))
    samples[places] = scene.rng.choice([-0.9, 0.9], len(places))
    return clip.with_samples(samples)
