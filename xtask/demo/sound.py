"""Sound for the demonstration: WAV files, and what telephones, noise and scissors do to it.

Plain Python, so that the story can be told where nothing can be installed. Samples are mono, 16 bit,
held in an ``array("h")``.
"""

import array
import math
import operator
import random
import subprocess
import sys
import wave

TELEPHONE_RATE = 8000
#: The band that a telephone passes, in Hz.
TELEPHONE_BAND = (300.0, 3400.0)
#: Taps of the low-pass at 24 kHz: its transition ends before 4 kHz, where aliasing would begin.
TAPS = 145
#: G.711's compression.
MU = 255.0


def read_wav(path):
    """(samples, rate) of a mono 16-bit WAV file."""
    with wave.open(str(path), "rb") as file:
        if file.getnchannels() != 1 or file.getsampwidth() != 2:
            raise ValueError(f"{path}: {file.getnchannels()} channels of {8 * file.getsampwidth()} bits, not mono 16 bit")
        return samples_of(file.readframes(file.getnframes())), file.getframerate()


def write_wav(path, samples, rate):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes_of(samples))


def samples_of(data):
    """Samples from little-endian bytes."""
    samples = array.array("h", data)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def bytes_of(samples):
    """Little-endian bytes, which is what voxguard takes."""
    if sys.byteorder == "little":
        return samples.tobytes()
    swapped = array.array("h", samples)
    swapped.byteswap()
    return swapped.tobytes()


def telephone(samples, rate):
    """A telephone's sound at 8 kHz: band-limited, and through G.711's mu-law."""
    step, rest = divmod(rate, TELEPHONE_RATE)
    if rest:
        raise ValueError(f"{rate} Hz: accepted is a multiple of {TELEPHONE_RATE} Hz")
    low, high = TELEPHONE_BAND
    narrow = high_pass(decimated(samples, low_pass(high / rate), step), low / TELEPHONE_RATE)
    return array.array("h", (pcm(mu_law(sample)) for sample in narrow))


def noisy(samples, decibels, seed=0):
    """With white noise, the signal ``decibels`` above it on average."""
    draw = random.Random(seed).gauss
    power = sum(sample * sample for sample in samples) / max(1, len(samples))
    sigma = math.sqrt(power) / 10 ** (decibels / 20)
    return array.array("h", (pcm((sample + draw(0, sigma)) / 32768) for sample in samples))


def cut(samples, rate, seconds):
    """Without ``seconds`` in the middle."""
    start = (len(samples) - round(rate * seconds)) // 2
    return samples[:start] + samples[start + round(rate * seconds) :]


def mp3(ffmpeg, source, target, kilobits):
    """Writes what is left of ``source`` after MP3, as a WAV file."""
    packed = target.with_suffix(".mp3")
    encode = [ffmpeg, "-v", "error", "-y", "-i", source, "-b:a", f"{kilobits}k", packed]
    decode = [ffmpeg, "-v", "error", "-y", "-i", packed, "-c:a", "pcm_s16le", target]
    for command in (encode, decode):
        subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL)


def pcm(value):
    """A float in -1..1 as a 16-bit sample."""
    return max(-32768, min(32767, round(value * 32768)))


def mu_law(value):
    """``value`` as it comes out of an 8-bit mu-law codec."""
    packed = math.log1p(MU * min(1.0, abs(value))) / math.log1p(MU)
    stepped = round(packed * 127) / 127
    return math.copysign(math.expm1(stepped * math.log1p(MU)) / MU, value)


def low_pass(cutoff):
    """Windowed-sinc taps for a cutoff in cycles a sample."""
    middle = TAPS // 2
    taps = []
    for place in range(TAPS):
        x = 2 * cutoff * (place - middle)
        sinc = 1.0 if x == 0 else math.sin(math.pi * x) / (math.pi * x)
        taps.append(sinc * (0.54 - 0.46 * math.cos(2 * math.pi * place / (TAPS - 1))))
    total = sum(taps)
    return [tap / total for tap in taps]


def decimated(samples, taps, step):
    """Every ``step``-th sample of the filtered signal, as floats in -1..1."""
    margin = [0] * (len(taps) // 2)
    padded = margin + samples.tolist() + margin
    starts = range(0, len(samples), step)
    return [sum(map(operator.mul, taps, padded[at : at + len(taps)])) / 32768 for at in starts]


def high_pass(samples, cutoff):
    """A second-order Butterworth high-pass; the cutoff in cycles a sample."""
    k = math.tan(math.pi * cutoff)
    norm = 1 / (1 + math.sqrt(2) * k + k * k)
    a1, a2 = 2 * (k * k - 1) * norm, (1 - math.sqrt(2) * k + k * k) * norm
    out, x1, x2, y1, y2 = [], 0.0, 0.0, 0.0, 0.0
    for x in samples:
        y = norm * (x - 2 * x1 + x2) - a1 * y1 - a2 * y2
        x1, x2, y1, y2 = x, x1, y, y1
        out.append(y)
    return out
