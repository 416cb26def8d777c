"""A clip: mono samples and their rate, and how it is read, kept and resampled."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly


@dataclass(frozen=True, eq=False)
class Clip:
    """Float samples of full scale 1, one channel, and samples a second."""

    samples: np.ndarray
    rate: int

    @staticmethod
    def of(samples: np.ndarray, rate: int) -> "Clip":
        """A clip of any real samples; what is not finite is an error of the attack that made it."""
        samples = np.ascontiguousarray(samples, dtype=np.float32)
        if samples.ndim != 1:
            raise ValueError(f"a clip has one channel; these samples have the shape {samples.shape}")
        if not np.isfinite(samples).all():
            raise ValueError("samples that are not finite")
        return Clip(samples, rate)

    @staticmethod
    def read(path: Path) -> "Clip":
        """The first channel of a WAV or FLAC file."""
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        return Clip.of(samples[:, 0], rate)

    def write(self, path: Path) -> None:
        """Writes 16 bits, full scale clipped: what a file of the wild would hold."""
        soundfile.write(path, np.clip(self.samples, -1, 1 - 2**-15), self.rate, subtype="PCM_16")

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def power(self) -> float:
        """Mean square."""
        return float(np.mean(np.square(self.samples, dtype=np.float64))) if len(self.samples) else 0.0

    def digest(self) -> str:
        """Names the samples: the same audio has the same name, whatever made it."""
        return hashlib.sha256(self.samples.tobytes() + str(self.rate).encode()).hexdigest()[:24]

    def at(self, rate: int) -> "Clip":
        """The clip at another rate (polyphase, Kaiser window)."""
        if rate == self.rate:
            return self
        return Clip.of(resampled(self.samples, self.rate, rate), rate)

    def cut(self, start: float, end: float) -> "Clip":
        """From ``start`` to ``end``, in seconds."""
        return Clip(self.samples[round(start * self.rate) : round(end * self.rate)], self.rate)

    def with_samples(self, samples: np.ndarray) -> "Clip":
        return Clip.of(samples, self.rate)


def resampled(samples: np.ndarray, rate: int, to: int) -> np.ndarray:
    common = math.gcd(rate, to)
    return resample_poly(samples, to // common, rate // common).astype(np.float32)


def joined(clips: "list[Clip]") -> Clip:
    """One clip after another, at the rate of the first."""
    rate = clips[0].rate
    return Clip.of(np.concatenate([clip.at(rate).samples for clip in clips]), rate)
