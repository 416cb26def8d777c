"""A stream is marked the same however it is cut."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

import voxguard
from conftest import refused


@pytest.mark.parametrize("kind", ["float32", "int16", "stereo", "bytes"])
@pytest.mark.parametrize("seed", range(4))
def test_chunks_of_any_size_give_the_same_samples(
    key: Any, speech: Any, stereo: Any, kind: str, seed: int
) -> None:
    mono = (speech * 32767).astype("<i2")
    x: Any = {"float32": speech, "int16": mono, "stereo": stereo, "bytes": mono.tobytes()}[kind]
    unit = 2 if kind == "bytes" else 1  # of length for one frame
    channels = 2 if kind == "stereo" else 1
    at_once = voxguard.embed(x, 24000, key=key, mark=0x1234ABCD)
    random = np.random.default_rng(seed)
    most = [3, 480, 5000, 60000][seed]
    out = []
    with voxguard.Marker(24000, key=key, mark=0x1234ABCD, channels=channels) as marker:
        assert 0 <= marker.latency <= 0.08 * 24000
        place = fed = written = 0
        while place < len(x):
            frames = int(random.integers(0, most))
            chunk = x[place : place + frames * unit]
            place += frames * unit
            out.append(marker.process(chunk))
            fed += len(chunk) // unit
            written += len(out[-1]) // unit
            assert written == max(0, fed - marker.latency)
            assert marker.pending == fed - written
            if seed == 0 and place > 3000:
                most = 4000  # enough of the tiny ones
        out.append(marker.flush())
        assert marker.pending == 0
    whole = b"".join(out) if kind == "bytes" else np.concatenate(out)
    assert np.array_equal(whole, at_once) if kind != "bytes" else whole == at_once


def test_a_mark_changes_the_samples_but_a_little(key: Any, speech: Any) -> None:
    y = voxguard.embed(speech, 24000, key=key, mark=1)
    change = np.sqrt(np.mean((y - speech) ** 2)) / np.sqrt(np.mean(speech**2))
    assert 0.001 < change < 0.3


def test_after_flush_and_after_reset_a_marker_is_as_new(key: Any, speech: Any) -> None:
    expected = voxguard.embed(speech, 24000, key=key, mark=7)
    with voxguard.Marker(24000, key=key, mark=7) as marker:
        for _ in range(2):
            assert np.array_equal(np.concatenate([marker.process(speech), marker.flush()]), expected)
        marker.process(speech[:1234])
        marker.reset()
        assert marker.pending == 0
        assert np.array_equal(np.concatenate(list(marker.stream(np.array_split(speech, 9)))), expected)


def test_flush_gives_what_was_fed_and_arrays_otherwise(key: Any) -> None:
    marker = voxguard.Marker(24000, key=key, mark=7, channels=2)
    nothing = marker.flush()
    assert nothing.dtype == np.float32 and nothing.shape == (0, 2)
    assert marker.process(bytes(4 * 10)) == b"" and marker.flush() == bytes(4 * 10)
    assert marker.process(np.zeros((10, 2), ">i2")).shape == (0, 2)
    rest = marker.flush()
    assert rest.dtype == np.dtype(">i2") and rest.shape == (10, 2)


def test_a_closed_marker_says_so(key: Any) -> None:
    with voxguard.Marker(24000, key=key, mark=7) as marker:
        marker.process(np.zeros(100, np.float32))
    marker.close()  # once more does no harm
    for call in (marker.flush, marker.reset, lambda: marker.process(b""), lambda: marker.latency):
        with refused("VG_ERR_HANDLE", "the marker is closed"):
            call()


def test_embedding_does_not_stop_the_event_loop(key: Any, speech: Any) -> None:
    async def both() -> Any:
        y = await voxguard.embed_async(speech, 24000, key=key, mark=7)
        return y, await voxguard.detect_async(y, 24000, keys=[key])

    y, detection = asyncio.run(both())
    assert np.array_equal(y, voxguard.embed(speech, 24000, key=key, mark=7))
    assert detection.mark == 7


@pytest.mark.parametrize("rate", [0, 7999, 192001, 10**9, -1, 2**32, 10**30])
def test_a_rate_out_of_range_is_refused(key: Any, rate: int) -> None:
    x = np.zeros(100, np.float32)
    for call in (
        lambda: voxguard.embed(x, rate, key=key, mark=7),
        lambda: voxguard.Marker(rate, key=key, mark=7),
        lambda: voxguard.detect(x, rate, keys=[key]),
    ):
        with refused("VG_ERR_AUDIO_FORMAT", str(rate), "8000 to 192000"):
            call()


@pytest.mark.parametrize("channels", [0, 9, -1, 2**16, 10**30])
def test_a_channel_count_out_of_range_is_refused(key: Any, channels: int) -> None:
    with refused("VG_ERR_AUDIO_FORMAT", f"{channels} channels", "1 to 8"):
        voxguard.Marker(24000, key=key, mark=7, channels=channels)


def test_nine_channels_are_refused_whatever_holds_them(key: Any) -> None:
    with refused("VG_ERR_AUDIO_FORMAT", "9 channels"):
        voxguard.embed(np.zeros((100, 9), np.int16), 24000, key=key, mark=7)
    with refused("VG_ERR_AUDIO_FORMAT", "9 channels"):
        voxguard.detect(bytes(1800), 24000, keys=[key], channels=9)


def test_a_mark_is_32_bits(key: Any) -> None:
    for mark in (-1, 2**32, 10**30):
        with refused("VG_ERR_ARGUMENT", str(mark), "0 to 4294967295"):
            voxguard.Marker(24000, key=key, mark=mark)
    voxguard.Marker(24000, key=key, mark=2**32 - 1)


def test_numbers_of_the_wrong_type_are_refused_by_name(key: Any) -> None:
    x = np.zeros(100, np.float32)
    wrong: Any = 24000.0
    with pytest.raises(TypeError, match="sample_rate is a float: accepted is an int"):
        voxguard.embed(x, wrong, key=key, mark=7)
    with pytest.raises(TypeError, match="mark is a str"):
        voxguard.embed(x, 24000, key=key, mark="7")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="channels is a float"):
        voxguard.Marker(24000, key=key, mark=7, channels=1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="key is a bytes: accepted is a voxguard.Key"):
        voxguard.embed(x, 24000, key=bytes(32), mark=7)  # type: ignore[arg-type]
    voxguard.Marker(np.int64(24000), key=key, mark=np.uint32(7))  # type: ignore[arg-type]
