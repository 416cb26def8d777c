"""Filters and changes of rate."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, iirnotch, lfilter, sosfilt, tf2sos

from . import add, attack


def band(clip, low, high, order=4):
    """Butterworth, ``low`` to ``high`` Hz; 0 leaves an edge open, and so does one past what the rate holds."""
    samples, nyquist = clip.samples, clip.rate / 2
    if high and high < 0.98 * nyquist:
        samples = sosfilt(butter(order, high, "low", fs=clip.rate, output="sos"), samples)
    if low:
        samples = sosfilt(butter(order, low, "high", fs=clip.rate, output="sos"), samples)
    return clip.with_samples(samples)


for _name, _low, _high in [
    ("low pass 4 kHz", 0, 4000),
    ("low pass 2.5 kHz", 0, 2500),
    ("high pass 300 Hz", 300, 0),
    ("high pass 1 kHz", 1000, 0),
    ("band 300-3400 Hz", 300, 3400),
    ("band 500-2000 Hz", 500, 2000),
]:
    add(_name, "filter", lambda clip, scene, low=_low, high=_high: band(clip, low, high))


@attack("notch 1 kHz", "filter")
def notch(clip, scene):
    return clip.with_samples(sosfilt(tf2sos(*iirnotch(1000, 2, fs=clip.rate)), clip.samples))


@attack("equaliser +-6 dB", "filter")
def equaliser(clip, scene):
    """Random gains of up to 6 dB in octaves, joined smoothly, without change of phase."""
    octaves = np.arange(2, np.log2(clip.rate / 2 / 31.25) + 1)
    gains = scene.rng.uniform(-6, 6, len(octaves))
    spectrum = np.fft.rfft(clip.samples)
    hertz = np.fft.rfftfreq(len(clip.samples), 1 / clip.rate)
    decibels = np.interp(np.log2(np.maximum(hertz, 1) / 31.25), octaves, gains)
    return clip.with_samples(np.fft.irfft(spectrum * 10 ** (decibels / 20), len(clip.samples)))


@attack("tilt 3 dB an octave", "filter")
def tilt(clip, scene):
    spectrum = np.fft.rfft(clip.samples)
    hertz = np.fft.rfftfreq(len(clip.samples), 1 / clip.rate)
    decibels = -3 * np.log2(np.maximum(hertz, 62.5) / 1000)
    samples = np.fft.irfft(spectrum * 10 ** (decibels / 20), len(clip.samples))
    return clip.with_samples(samples * min(1.0, 0.95 / max(np.abs(samples).max(), 1e-9)))


@attack("all-pass", "filter")
def all_pass(clip, scene):
    """A chain of second-order all-passes: levels stay, phases do not."""
    samples = clip.samples
    for hertz in (300, 700, 1500, 3000):
        radius, angle = 0.9, 2 * np.pi * hertz / clip.rate
        a = [1, -2 * radius * np.cos(angle), radius**2]
        samples = lfilter(a[::-1], a, samples)
    return clip.with_samples(samples)


@attack("inverted", "filter")
def inverted(clip, scene):
    return clip.with_samples(-clip.samples)


for _rate in (44100, 16000, 11025, 8000, 6000):
    add(
        f"resampled {_rate / 1000:g} kHz",
        "resampling",
        # Down to the rate and up again: a clip that is stored smaller, at any rate that detectors take.
        lambda clip, scene, rate=_rate: clip.at(rate).at(clip.rate if rate < 8000 else rate),
    )
