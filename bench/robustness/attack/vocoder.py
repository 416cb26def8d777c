"""Re-synthesis: speech is measured and made anew; not one sample survives."""

from __future__ import annotations

import numpy as np
from scipy.signal import istft, stft

from . import add, attack
from .room import levelled

MELS, WINDOW, HOP, ROUNDS = 80, 1024, 256, 32


@attack("WORLD", "resynthesis", "module:pyworld")
def world(clip, scene):
    """Pitch, envelope and aperiodicity, 5 ms a frame (Morise 2016)."""
    import pyworld

    samples = clip.samples.astype(np.float64)
    pitch, time = pyworld.dio(samples, clip.rate)
    pitch = pyworld.stonemask(samples, pitch, time, clip.rate)
    envelope = pyworld.cheaptrick(samples, pitch, time, clip.rate)
    noise = pyworld.d4c(samples, pitch, time, clip.rate)
    made = pyworld.synthesize(pitch, envelope, noise, clip.rate)
    return clip.with_samples(levelled(made, clip))


def mel_bank(rate, size, bands, top):
    """Triangles between ``bands`` + 2 points that are even on the mel scale, as rows."""
    hertz = np.fft.rfftfreq(size, 1 / rate)
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + top / 700), bands + 2) / 2595) - 1)
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.clip(np.minimum((hertz - low) / (mid - low), (high - hertz) / (high - mid)), 0, None)


@attack("Griffin-Lim, 80 mels", "resynthesis")
def griffin_lim(clip, scene):
    """From an 80-band mel spectrogram at 22.05 kHz, as TTS systems without a vocoder do (Griffin and Lim 1984)."""
    line = clip.at(22050)
    options = {"fs": line.rate, "nperseg": WINDOW, "noverlap": WINDOW - HOP}
    _, _, cells = stft(line.samples, **options)
    bank = mel_bank(line.rate, WINDOW, MELS, 8000)
    mels = bank @ np.abs(cells)
    magnitude = np.clip(np.linalg.pinv(bank) @ mels, 1e-8, None)
    phase = np.exp(2j * np.pi * scene.rng.random(magnitude.shape))
    for _ in range(ROUNDS):
        _, samples = istft(magnitude * phase, **options)
        again = stft(samples, **options)[2][:, : magnitude.shape[1]]
        again = np.pad(again, ((0, 0), (0, magnitude.shape[1] - again.shape[1])))
        phase = again / np.maximum(np.abs(again), 1e-12)
    _, samples = istft(magnitude * phase, **options)
    return line.with_samples(levelled(samples[: len(line.samples)], line))


add("HiFi-GAN", "resynthesis", lambda clip, scene: scene.hifigan(clip), "hifigan")

