"""A peer in a process and a Python environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np

from ..clip import Clip
from . import Finding

SERVER = Path(__file__).with_name("peer_server.py")


class PeerFailed(RuntimeError):
    """A peer that could not answer; the message is its own."""


class Peer:
    """Talks to `peer_server.py`: a line of JSON and the samples, there and back."""

    def __init__(self, name: str, python: str) -> None:
        self.name = name
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": "", "PYTHONWARNINGS": "ignore"}
        self.process = subprocess.Popen(
            [python, str(SERVER), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        about, _ = self._receive()
        self.has_id = about["has_id"]
        self.version = about["version"]
        self.start_seconds = about["start_seconds"]
        self.start_bytes = about["bytes"]

    def mark(self, clip: Clip, seed: str) -> Clip:
        _, samples = self._ask("mark", clip, seed)
        return clip.with_samples(samples)

    def detect(self, clip: Clip, seed: str) -> Finding:
        answer, _ = self._ask("detect", clip, seed)
        return Finding(answer["found"], answer["id"], answer["score"], answer["seconds"])

    def convert(self, clip: Clip) -> Clip:
        """For the attacks that live with the peers: HiFi-GAN."""
        answer, samples = self._ask("convert", clip, "")
        return Clip.of(samples, answer["rate"])

    def timed(self, what: str, clip: Clip) -> "tuple[float, int]":
        """Processor seconds of one call, and the peak of the process's memory in bytes."""
        answer, _ = self._ask(what, clip, "speed")
        return answer["seconds"], answer["bytes"]

    def close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(timeout=30)

    def _ask(self, what: str, clip: Clip, seed: str) -> "tuple[dict, np.ndarray]":
        samples = clip.samples.astype("<f4").tobytes()
        head = {"what": what, "rate": clip.rate, "count": len(clip.samples), "seed": seed}
        try:
            self.process.stdin.write(json.dumps(head).encode() + b"\n" + samples)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise PeerFailed(f"{self.name} has ended") from None
        return self._receive()

    def _receive(self) -> "tuple[dict, np.ndarray]":
        line = self.process.stdout.readline()
        if not line:
            raise PeerFailed(f"{self.name} has ended; run its server by hand to see why")
        answer = json.loads(line)
        samples = np.frombuffer(self.process.stdout.read(4 * answer.get("count", 0)), "<f4")
        if "error" in answer:
            raise PeerFailed(f"{self.name}: {answer['error']}")
        return answer, samples
