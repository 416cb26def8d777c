"""Codecs: music, speech and telephone."""

from __future__ import annotations

import numpy as np

from ..program import through_ffmpeg, through_sox
from . import add, attack

# name, encoder, its options, container, rate (0: the clip's own)
FFMPEG = [
    ("MP3 128k", "libmp3lame", ["-b:a", "128k"], "mp3", 0),
    ("MP3 64k", "libmp3lame", ["-b:a", "64k"], "mp3", 0),
    ("MP3 32k", "libmp3lame", ["-b:a", "32k"], "mp3", 0),
    ("AAC 64k", "aac", ["-b:a", "64k"], "adts", 0),
    ("AAC 32k", "aac", ["-b:a", "32k"], "adts", 0),
    ("Vorbis q0", "libvorbis", ["-q:a", "0"], "ogg", 0),
    ("Opus 24k", "libopus", ["-b:a", "24k", "-application", "voip"], "ogg", 0),
    ("Opus 16k", "libopus", ["-b:a", "16k", "-application", "voip"], "ogg", 0),
    ("Opus 12k", "libopus", ["-b:a", "12k", "-application", "voip"], "ogg", 0),
    ("Opus 8k", "libopus", ["-b:a", "8k", "-application", "voip"], "ogg", 0),
    ("Opus 6k", "libopus", ["-b:a", "6k", "-application", "voip"], "ogg", 0),
    ("Speex 16 kHz 17k", "libspeex", ["-b:a", "16800"], "ogg", 16000),
    ("Speex 8 kHz 8k", "libspeex", ["-b:a", "8000"], "ogg", 8000),
    ("G.722", "g722", [], "g722", 16000),
    ("G.726 32k", "g726", ["-b:a", "32k"], "wav", 8000),
    ("G.723.1 6.3k", "g723_1", ["-b:a", "6300"], "g723_1", 8000),
    ("GSM", "libgsm", [], "gsm", 8000),
    ("codec2 3200", "libcodec2", ["-mode", "3200"], "codec2", 8000),
]


def _through(encoder, options, kind, rate):
    def apply(clip, scene):
        native = rate
        if encoder == "libopus" and clip.rate not in (8000, 12000, 16000, 24000, 48000):
            # Opus has five rates; players bring the result back.
            return through_ffmpeg(clip, ["-c:a", encoder, *options, "-ar", "48000"], kind, clip.rate)
        return through_ffmpeg(clip, ["-c:a", encoder, *options], kind, native)

    return apply


for _name, _encoder, _options, _kind, _rate in FFMPEG:
    add(_name, "codec", _through(_encoder, _options, _kind, _rate), f"ffmpeg:{_encoder}")


def mu_law(samples):
    """G.711 mu-law of samples at 8 kHz, and back."""
    linear = np.clip(np.round(samples * 32768.0), -32768, 32767).astype(np.int32)
    magnitude = np.minimum(np.abs(linear), 32635) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    back = (((mantissa << 3) + 132) << exponent) - 132
    return np.where(linear < 0, -back, back) / 32768.0


@attack("mu-law 8 kHz", "codec")
def mu_law_line(clip, scene):
    line = clip.at(8000)
    return line.with_samples(mu_law(line.samples))


for _mode, _kilobits in ((7, "12.2"), (0, "4.75")):
    add(
        f"AMR-NB {_kilobits}k",
        "codec",
        lambda clip, scene, mode=_mode: through_sox(clip, "amr-nb", ["-C", str(mode)]),
        "program:sox",
    )
