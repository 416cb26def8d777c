"""Every language marks and detects alike, to the bit: tests/vectors/audio.json."""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import voxguard
from conftest import VECTORS, read_wav

AUDIO = json.loads((VECTORS / "audio.json").read_text("utf-8"))


def processor_flags() -> set[str]:
    try:
        return set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return set()


# Where the hashes were made: elsewhere the last bit of a sine may be rounded otherwise.
EXACT = (
    platform.libc_ver()[0] == "glibc"
    and platform.machine() == "x86_64"
    and {"avx", "fma"} <= processor_flags()
)


@pytest.mark.parametrize("case", AUDIO["cases"], ids=lambda case: case["wav"])
def test_a_clip_is_marked_to_the_bit_and_detected(case: Any) -> None:
    key = voxguard.Key.from_hex(AUDIO["key"])
    other = voxguard.Key.from_hex(AUDIO["other_key"])
    assert key.id == AUDIO["key_id"]
    samples, rate = read_wav(VECTORS / case["wav"])
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    assert (rate, channels, len(samples)) == (case["rate"], case["channels"], case["frames"])
    mark = int(case["mark"], 16)
    marked = voxguard.embed(samples, rate, key=key, mark=mark)
    flat = marked.astype("<i2").reshape(-1)
    probes = flat[:: case["probe_every"]].astype(int)
    assert len(probes) == len(case["probes"]) and np.abs(probes - case["probes"]).max() <= 1
    if EXACT:
        as_float = voxguard.embed((samples / 32768).astype(np.float32), rate, key=key, mark=mark)
        assert hashlib.sha256(flat.tobytes()).hexdigest() == case["marked_i16_sha256"]
        assert hashlib.sha256(as_float.astype("<f4").tobytes()).hexdigest() == case["marked_f32_sha256"]
    d = voxguard.detect(marked, rate, keys=[key])
    expected = case["detected"]
    assert d.found == expected["found"]
    assert d.mark == (None if expected["mark"] is None else int(expected["mark"], 16))
    assert not voxguard.detect(marked, rate, keys=[other]).found
    assert not voxguard.detect(samples, rate, keys=[key]).found
