"""Chains: what happens in one go between a mouth and an ear."""

from __future__ import annotations

from ..clip import Clip, joined
from ..program import through_ffmpeg, through_sox
from . import attack
from .codec import mu_law
from .filters import band
from .level import compressed, gained, lossy
from .noise import background, coloured, mixed
from .room import reverberated
from .tempo import rubberband, sped


def noisy(clip: Clip, scene, decibels, slope=1):
    return mixed(clip, coloured(scene.rng, len(clip.samples), clip.rate, slope), decibels)


@attack("telephony", "chain")
def telephony(clip, scene):
    """The band of a telephone at 8 kHz, noise at 20 dB, mu-law, a fifth cut out."""
    line = noisy(band(clip.at(8000), 300, 3400), scene, 20, 0)
    line = line.with_samples(mu_law(line.samples))
    return joined([line.cut(0, 0.4 * line.seconds), line.cut(0.6 * line.seconds, line.seconds)])


@attack("mobile call", "chain", "program:sox")
def mobile(clip, scene):
    """Street noise at 15 dB, AMR-NB 12.2, packets lost, AMR-NB once more."""
    line = through_sox(noisy(clip, scene, 15), "amr-nb", ["-C", "7"])
    return through_sox(lossy(line, scene, 0.03, True), "amr-nb", ["-C", "5"])


@attack("social media", "chain", "ffmpeg:libmp3lame", "ffmpeg:aac")
def social(clip, scene):
    """Edited at 44.1 kHz, MP3 128, loudness brought up, AAC 64 of the platform, AAC 32 of the mirror."""
    line = through_ffmpeg(clip.at(44100), ["-c:a", "libmp3lame", "-b:a", "128k"], "mp3")
    line = through_ffmpeg(compressed(line, -25, 3), ["-c:a", "aac", "-b:a", "64k"], "adts")
    return through_ffmpeg(line, ["-c:a", "aac", "-b:a", "32k"], "adts")


@attack("messenger", "chain", "ffmpeg:libopus")
def messenger(clip, scene):
    """A voice message: 16 kHz, Opus 16k; forwarded as Opus 12k."""
    line = through_ffmpeg(clip.at(16000), ["-c:a", "libopus", "-b:a", "16k", "-application", "voip"], "ogg")
    return through_ffmpeg(gained(line, -6), ["-c:a", "libopus", "-b:a", "12k", "-application", "voip"], "ogg")


@attack("over the air", "chain", "ffmpeg:aac")
def over_the_air(clip, scene):
    """A small loudspeaker in a room, recorded with noise at 15 dB and stored as AAC 64."""
    line = reverberated(band(clip, 200, 7000), scene, 0.5)
    return through_ffmpeg(noisy(line, scene, 15), ["-c:a", "aac", "-b:a", "64k"], "adts")


@attack("call recorded over the air", "chain", "ffmpeg:libgsm")
def speakerphone(clip, scene):
    """GSM, out of a loudspeaker into a room of 0.3 s, noise at 20 dB."""
    line = through_ffmpeg(clip, ["-c:a", "libgsm"], "gsm", 8000)
    return noisy(reverberated(line, scene, 0.3), scene, 20)


@attack("short video", "chain", "background", "ffmpeg:aac", "ffmpeg:rubberband")
def video(clip, scene):
    """Played 1.05 times as fast at its pitch, music under it at 15 dB, AAC 64."""
    line = rubberband(clip, 1 / 1.05).at(44100)
    line = mixed(line, background(scene, "music", line.rate, len(line.samples)), 15)
    return through_ffmpeg(line, ["-c:a", "aac", "-b:a", "64k"], "adts")


@attack("evasion", "chain", "ffmpeg:libmp3lame", "ffmpeg:rubberband")
def evasion(clip, scene):
    """What one tries who wants to be rid of a mark: speed 1.03, pitch -1, noise at 25 dB, MP3 64."""
    line = noisy(rubberband(sped(clip, 1.03), 1, -1), scene, 25, 0)
    return through_ffmpeg(line, ["-c:a", "libmp3lame", "-b:a", "64k"], "mp3")


@attack("denoised call", "chain", "ffmpeg:libopus", "module:pyrnnoise")
def conference(clip, scene):
    """A conference: pink noise at 15 dB, RNNoise, Opus 24k, packets lost."""
    from .denoise import rnnoise

    line = rnnoise(noisy(clip, scene, 15), scene)
    line = through_ffmpeg(line, ["-c:a", "libopus", "-b:a", "24k", "-application", "voip"], "ogg")
    return lossy(line, scene, 0.03, True)
