"""Speed, pitch, tempo and wow.

A speed is a factor of the playing speed: pitch and tempo go with it, and 1.10 makes a clip 1.1 times
shorter. A stretch is a factor of the length at the same pitch: 1.25 makes a clip 1.25 times longer.
A pitch is in semitones, at the same length.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.signal import istft, resample_poly, stft

from ..program import ffmpeg_filter
from . import add

OVERSAMPLED = 8


def sped(clip, factor):
    """Played ``factor`` times as fast."""
    ratio = Fraction(factor).limit_denominator(200)
    return clip.with_samples(resample_poly(clip.samples, ratio.denominator, ratio.numerator))


def stretched(clip, factor):
    """``factor`` times as long, by overlap and add (WSOLA)."""
    return ffmpeg_filter(clip, f"atempo={1 / factor:.6f}")


def rubberband(clip, length=1.0, semitones=0.0):
    return ffmpeg_filter(clip, f"rubberband=tempo={1 / length:.6f}:pitch={2 ** (semitones / 12):.6f}")


def phase_vocoder(clip, factor):
    """``factor`` times as long, by a plain phase vocoder (Flanagan and Golden 1966), without phase locking."""
    size = 2 ** round(np.log2(0.064 * clip.rate))
    hop = size // 4
    _, _, cells = stft(clip.samples, clip.rate, nperseg=size, noverlap=size - hop)
    places = np.arange(0, cells.shape[1] - 1, 1 / factor)
    left = places.astype(int)
    share = places - left
    magnitude = (1 - share) * np.abs(cells[:, left]) + share * np.abs(cells[:, left + 1])
    expected = 2 * np.pi * hop * np.fft.rfftfreq(size)[:, None]
    turn = np.angle(cells[:, left + 1]) - np.angle(cells[:, left]) - expected
    turn = expected + turn - 2 * np.pi * np.round(turn / (2 * np.pi))
    phase = np.angle(cells[:, :1]) + np.cumsum(np.c_[np.zeros(len(cells)), turn[:, :-1]], axis=1)
    _, samples = istft(magnitude * np.exp(1j * phase), clip.rate, nperseg=size, noverlap=size - hop)
    return clip.with_samples(samples[: round(len(clip.samples) * factor)])


def repitched(clip, semitones):
    """By resampling, and overlap and add back to the length."""
    factor = 2 ** (semitones / 12)
    return stretched(sped(clip, factor), factor)


def warped(clip, speed):
    """Played at a speed that changes: ``speed`` gives it for each sample."""
    position = np.cumsum(speed(np.arange(len(clip.samples)) / clip.rate))
    position = position[position < len(clip.samples) - 1]
    fine = resample_poly(clip.samples, OVERSAMPLED, 1)
    return clip.with_samples(np.interp(position * OVERSAMPLED, np.arange(len(fine)), fine))


for _factor in (0.80, 0.85, 0.90, 0.95, 1.05, 1.10, 1.25):
    add(f"stretch {_factor:.2f}", "stretch", lambda clip, scene, f=_factor: stretched(clip, f), "ffmpeg:atempo")
for _factor in (0.90, 1.10):
    add(f"stretch {_factor:.2f}, phase vocoder", "stretch", lambda clip, scene, f=_factor: phase_vocoder(clip, f))
    add(f"stretch {_factor:.2f}, rubberband", "stretch", lambda clip, scene, f=_factor: rubberband(clip, f),
        "ffmpeg:rubberband")  # fmt: skip

for _factor in (0.80, 0.90, 0.95, 0.97, 0.99, 0.995, 1.005, 1.01, 1.03, 1.05, 1.10, 1.20):
    add(f"speed {_factor:g}", "speed", lambda clip, scene, f=_factor: sped(clip, f))

for _semitones in (-4, -2, -1, -0.5, 0.5, 1, 2, 4):
    add(f"pitch {_semitones:+g}", "pitch", lambda clip, scene, s=_semitones: rubberband(clip, 1, s),
        "ffmpeg:rubberband")  # fmt: skip
for _semitones in (-2, 1):
    add(f"pitch {_semitones:+g}, resampled and stretched", "pitch",
        lambda clip, scene, s=_semitones: repitched(clip, s), "ffmpeg:atempo")  # fmt: skip
    add(f"pitch {_semitones:+g}, phase vocoder", "pitch",
        lambda clip, scene, s=_semitones: phase_vocoder(sped(clip, 2 ** (s / 12)), 2 ** (s / 12)))  # fmt: skip

add("wow 0.5 %", "wow", lambda clip, scene: warped(clip, lambda t: 1 + 0.005 * np.sin(2 * np.pi * 0.7 * t)))
add("flutter 0.3 %", "wow", lambda clip, scene: warped(clip, lambda t: 1 + 0.003 * np.sin(2 * np.pi * 8 * t)))
add("drift 1 %", "wow", lambda clip, scene: warped(clip, lambda t: 1 + 0.01 * t / max(t[-1], 1e-9)))
add("clock 100 ppm", "wow", lambda clip, scene: warped(clip, lambda t: 1.0001 + 0 * t))
