"""Denoisers, on the clip as it is and on a noisy one."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import istft, stft

from ..program import ffmpeg_filter
from . import add
from .noise import coloured, mixed


def subtracted(clip, scene):
    """Power spectral subtraction (Boll 1979); noise is what each bin's quietest tenth says (Martin 2001)."""
    size = 2 ** round(np.log2(0.032 * clip.rate))
    _, _, cells = stft(clip.samples, clip.rate, nperseg=size, noverlap=size * 3 // 4)
    power = np.abs(cells) ** 2
    smooth = uniform_filter1d(power, 8, axis=1)
    # The quietest of smoothed powers lie below the mean of the noise; and more is taken than is there.
    floor = 1.5 * 2 * np.quantile(smooth, 0.1, axis=1, keepdims=True)
    gain = np.sqrt(np.maximum(1 - floor / np.maximum(power, 1e-20), 0.01))
    _, samples = istft(cells * gain, clip.rate, nperseg=size, noverlap=size * 3 // 4)
    return clip.with_samples(samples[: len(clip.samples)])


def gated(clip, scene):
    import noisereduce

    return clip.with_samples(noisereduce.reduce_noise(y=clip.samples, sr=clip.rate, n_jobs=1))


def rnnoise(clip, scene):
    """RNNoise, 10 ms frames at 48 kHz."""
    from pyrnnoise import rnnoise as library

    wide = clip.at(48000)
    state = library.create()
    try:
        size = library.FRAME_SIZE
        frames = [library.process_mono_frame(state, frame)[0] for frame in
                  (np.clip(wide.samples[i : i + size], -1, 1) for i in range(0, len(wide.samples), size))]  # fmt: skip
    finally:
        library.destroy(state)
    return wide.with_samples(np.concatenate(frames) / 32768.0)


def noisy(clip, scene):
    return mixed(clip, coloured(scene.rng, len(clip.samples), clip.rate, 1), 10)


for _name, _function, _need in [
    ("spectral subtraction", subtracted, ()),
    ("noisereduce", gated, ("module:noisereduce",)),
    ("RNNoise", rnnoise, ("module:pyrnnoise",)),
    ("afftdn", lambda clip, scene: ffmpeg_filter(clip, "afftdn=nr=20:nf=-40"), ("ffmpeg:afftdn",)),
]:
    add(_name, "denoising", _function, *_need)
add("pink noise 10 dB, RNNoise", "denoising", lambda clip, scene: rnnoise(noisy(clip, scene), scene), "module:pyrnnoise")
add("pink noise 10 dB, noisereduce", "denoising", lambda clip, scene: gated(noisy(clip, scene), scene), "module:noisereduce")
