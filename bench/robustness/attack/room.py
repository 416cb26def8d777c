"""Rooms and echoes."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve

from . import add

#: Speech level over reverberation, by reverberation time: a talker at 1 to 2 m of the microphone.
DIRECT_DECIBELS = {0.3: 6.0, 0.5: 3.0, 0.7: 1.0, 0.9: 0.0}
#: The reverberation time at these frequencies, as shares of the one at 1 kHz: air and carpets take the highs.
BANDS_HERTZ = (125, 250, 500, 1000, 2000, 4000, 8000)
BANDS_SHARE = (1.15, 1.1, 1.05, 1.0, 0.95, 0.8, 0.6)


def response(rng, rate, rt60, direct_decibels):
    """An impulse response: the direct sound, then noise that decays by 60 dB in ``rt60`` seconds at 1 kHz.

    Statistical model of the diffuse field (Polack 1988), from 2 ms after the direct sound on, with a
    decay of its own in each octave.
    """
    length = int(1.2 * rt60 * rate)
    time = np.arange(length) / rate
    spectrum = np.fft.rfft(rng.standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1 / rate)
    octave = np.interp(np.log2(np.maximum(hertz, 1)), np.log2(BANDS_HERTZ), np.arange(len(BANDS_HERTZ)))
    tail = np.zeros(length)
    for band, share in enumerate(BANDS_SHARE):
        weight = np.sqrt(np.clip(1 - np.abs(octave - band), 0, None))
        tail += np.fft.irfft(spectrum * weight, length) * 10 ** (-3 * time / (rt60 * share))
    tail[: int(0.002 * rate)] = 0
    tail *= 10 ** (-direct_decibels / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1
    return tail


def reverberated(clip, scene, rt60):
    wet = fftconvolve(clip.samples, response(scene.rng, clip.rate, rt60, DIRECT_DECIBELS[rt60]))
    return clip.with_samples(levelled(wet[: len(clip.samples)], clip))


def levelled(samples, clip):
    """``samples`` at the power of the clip: a recording is set to its level."""
    power = max(float(np.mean(np.square(samples, dtype=np.float64))), 1e-20)
    return samples * np.sqrt(clip.power / power)


for _rt60 in (0.3, 0.5, 0.7, 0.9):
    add(f"room RT60 {_rt60} s", "room", lambda clip, scene, rt60=_rt60: reverberated(clip, scene, rt60))


def echoed(clip, delay, share):
    late = np.zeros_like(clip.samples)
    frames = round(delay * clip.rate)
    late[frames:] = clip.samples[: len(clip.samples) - frames]
    return clip.with_samples((clip.samples + share * late) / (1 + share))


add("echo 100 ms", "room", lambda clip, scene: echoed(clip, 0.1, 0.5))
add("echo 300 ms", "room", lambda clip, scene: echoed(clip, 0.3, 0.4))
