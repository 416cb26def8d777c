"""Edits: cropped, spliced, joined, shuffled."""

from __future__ import annotations

import numpy as np

from ..clip import joined
from . import attack


@attack("first 0.37 s cut off", "editing")
def late(clip, scene):
    return clip.cut(0.37, clip.seconds)


@attack("crop to the middle half", "editing")
def half(clip, scene):
    return clip.cut(clip.seconds / 4, clip.seconds * 3 / 4)


@attack("crop to 1 s", "editing")
def second(clip, scene):
    """The loudest of all: whoever quotes takes words."""
    frames, step = clip.rate, max(1, clip.rate // 20)
    power = np.cumsum(np.r_[0, np.square(clip.samples, dtype=np.float64)])
    starts = np.arange(0, max(1, len(clip.samples) - frames), step)
    ends = np.minimum(starts + frames, len(clip.samples))
    best = starts[np.argmax(power[ends] - power[starts])]
    return clip.with_samples(clip.samples[best : best + frames])


@attack("a fifth cut out", "editing")
def gap(clip, scene):
    return joined([clip.cut(0, 0.4 * clip.seconds), clip.cut(0.6 * clip.seconds, clip.seconds)])


@attack("cut every 2 s", "editing")
def jumpy(clip, scene):
    """0.1 to 0.3 s are taken out every 2 s, as one takes out breaths."""
    parts = []
    for start in np.arange(0, clip.seconds, 2.0):
        parts.append(clip.cut(start + scene.rng.uniform(0.1, 0.3) * (start > 0), min(start + 2, clip.seconds)))
    return joined(parts)


@attack("pieces of 1 s shuffled", "editing")
def shuffled(clip, scene):
    parts = [clip.cut(start, min(start + 1, clip.seconds)) for start in np.arange(0, clip.seconds, 1.0)]
    return joined([parts[i] for i in scene.rng.permutation(len(parts))])


@attack("silences put in", "editing")
def slow(clip, scene):
    """0.2 to 0.7 s of silence every second."""
    parts = []
    for start in np.arange(0, clip.seconds, 1.0):
        silence = np.zeros(int(scene.rng.uniform(0.2, 0.7) * clip.rate))
        parts += [clip.cut(start, min(start + 1, clip.seconds)), clip.with_samples(silence)]
    return joined(parts)


@attack("between unmarked speech", "editing")
def between(clip, scene):
    """The same length of unmarked speech before it and after it."""
    other = scene.original if scene.original is not None else clip
    return joined([other.with_samples(other.samples[::-1]), clip, other.with_samples(other.samples[::-1])])


@attack("over unmarked speech 0 dB", "editing")
def over(clip, scene):
    """Mixed with the clip itself, unmarked and played backwards, at the same level."""
    other = scene.original if scene.original is not None else clip
    other = other.at(clip.rate).samples[::-1][: len(clip.samples)]
    return clip.with_samples((clip.samples + np.pad(other, (0, len(clip.samples) - len(other)))) / 2)


@attack("marked once more", "second mark", "mark_again")
def again(clip, scene):
    """Under another key, by the same scheme."""
    return scene.mark_again(clip)
