"""Samples come back as they were given: type, dtype, byte order, shape and length."""

from __future__ import annotations

import array
from typing import Any

import numpy as np
import pytest

import voxguard
from conftest import refused


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<i2", ">i2"])
@pytest.mark.parametrize("shape", [(0,), (1,), (5000,), (0, 2), (5000, 1), (5000, 2), (300, 8)])
def test_an_array_comes_back_in_its_dtype_and_shape(key: Any, dtype: str, shape: Any) -> None:
    x = (np.random.default_rng(1).standard_normal(shape) * (0.1 if "f" in dtype else 3000)).astype(dtype)
    y = voxguard.embed(x, 24000, key=key, mark=7)
    assert type(y) is np.ndarray and y.dtype == x.dtype and y.shape == x.shape
    assert y.flags.writeable and not np.shares_memory(x, y)
    native = x.astype(x.dtype.newbyteorder("="))
    assert np.array_equal(y, voxguard.embed(native, 24000, key=key, mark=7))


def test_memory_layout_makes_no_difference(key: Any, speech: Any, stereo: Any) -> None:
    def embed(x: Any) -> Any:
        return voxguard.embed(x, 24000, key=key, mark=7)

    spaced = np.repeat(speech, 3)[::3]
    assert not spaced.flags.c_contiguous and np.array_equal(embed(spaced), embed(speech))
    backwards = speech[::-1]
    assert np.array_equal(embed(backwards), embed(backwards.copy()))
    by_column = np.asfortranarray(stereo)
    assert not by_column.flags.c_contiguous and np.array_equal(embed(by_column), embed(stereo))
    read_only = speech.copy()
    read_only.flags.writeable = False
    assert np.array_equal(embed(read_only), embed(speech))


def test_the_input_is_left_as_it_was(key: Any, speech: Any) -> None:
    before = speech.copy()
    voxguard.embed(speech, 24000, key=key, mark=7)
    assert np.array_equal(speech, before)


def test_bytes_are_interleaved_s16le(key: Any, stereo: Any) -> None:
    data = stereo.astype("<i2").tobytes()
    expected = voxguard.embed(stereo, 24000, key=key, mark=7).astype("<i2").tobytes()
    for holder in (bytes, bytearray, memoryview):
        y = voxguard.embed(holder(data), 24000, key=key, mark=7, channels=2)
        assert type(y) is holder and bytes(y) == expected
    # Of the same numbers, taken for one channel, something else is made.
    assert voxguard.embed(data, 24000, key=key, mark=7) != expected


def test_a_memoryview_of_numbers_is_numbers(key: Any, speech: Any) -> None:
    y = voxguard.embed(memoryview(array.array("f", speech.tolist())), 24000, key=key, mark=7)
    assert y.format == "f"
    assert np.array_equal(np.asarray(y), voxguard.embed(speech, 24000, key=key, mark=7))
    every_other = memoryview(np.repeat((speech * 32767).astype(np.int16), 2))[::2]
    z = voxguard.embed(every_other, 24000, key=key, mark=7)
    assert z.format == "h" and np.array_equal(
        np.asarray(z), voxguard.embed((speech * 32767).astype(np.int16), 24000, key=key, mark=7)
    )


@pytest.mark.parametrize(
    "dtype", ["float64", "float16", "int32", "uint8", "int8", "uint16", "complex64", "bool"]
)
def test_another_dtype_is_refused_by_name(key: Any, dtype: str) -> None:
    with pytest.raises(TypeError, match=f"{dtype} array: accepted are float32 and int16"):
        voxguard.embed(np.zeros(100, dtype), 24000, key=key, mark=7)  # type: ignore[type-var]


def test_the_way_out_of_float64_is_named(key: Any) -> None:
    with pytest.raises(TypeError, match=r"x\.astype\('float32'\)"):
        voxguard.embed(np.zeros(100), 24000, key=key, mark=7)  # type: ignore[type-var]


@pytest.mark.parametrize("samples", [[0.0, 0.1], (1, 2), "abcd", None, 3, array.array("h", [1, 2]), object()])
def test_what_is_no_samples_is_refused_by_name(key: Any, samples: Any) -> None:
    with pytest.raises(TypeError, match=f"samples are a {type(samples).__name__}: accepted are float32"):
        voxguard.embed(samples, 24000, key=key, mark=7)


def test_masked_samples_are_refused(key: Any) -> None:
    with pytest.raises(TypeError, match="masked array"):
        voxguard.embed(np.ma.masked_array(np.zeros(9, np.float32)), 24000, key=key, mark=7)


def test_two_dimensions_are_refused_where_one_is_meant(key: Any, stereo: Any) -> None:
    with refused("VG_ERR_AUDIO_FORMAT", str(stereo.shape), "1 channel", "accepted is 1-D"):
        voxguard.embed(stereo, 24000, key=key, mark=7, channels=1)
    with voxguard.Marker(24000, key=key, mark=7) as marker:
        with refused("VG_ERR_AUDIO_FORMAT", "accepted is 1-D"):
            marker.process(stereo)
        # The marker goes on as if nothing had happened.
        assert marker.pending == 0 and marker.process(stereo[:, 0].copy()).ndim == 1


def test_one_dimension_is_refused_where_two_are_meant(key: Any, speech: Any) -> None:
    with refused("VG_ERR_AUDIO_FORMAT", "accepted is shape (frames, 2)", "reshape(-1, 2)"):
        voxguard.embed(speech, 24000, key=key, mark=7, channels=2)


def test_other_dimensions_are_refused(key: Any) -> None:
    for shape in [(), (10, 2, 1)]:
        with refused("VG_ERR_AUDIO_FORMAT", f"{len(shape)}-D array"):
            voxguard.embed(np.zeros(shape, np.float32), 24000, key=key, mark=7)


def test_an_array_on_its_side_is_told_to_stand_up(key: Any, stereo: Any) -> None:
    with refused("VG_ERR_AUDIO_FORMAT", "x.T"):
        voxguard.embed(stereo.T, 24000, key=key, mark=7)


def test_what_does_not_divide_into_samples_and_frames_is_refused(key: Any) -> None:
    with refused("VG_ERR_PARTIAL_FRAME", "3 bytes"):
        voxguard.embed(b"abc", 24000, key=key, mark=7)
    with refused("VG_ERR_PARTIAL_FRAME"):
        voxguard.embed(b"abcdef", 24000, key=key, mark=7, channels=2)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused_and_the_marker_goes_on(key: Any, speech: Any, value: float) -> None:
    bad = speech.copy()
    bad[4321] = value
    with refused("VG_ERR_NON_FINITE"):
        voxguard.embed(bad, 24000, key=key, mark=7)
    with refused("VG_ERR_NON_FINITE"):
        voxguard.detect(bad, 24000, keys=[key])
    with voxguard.Marker(24000, key=key, mark=7) as marker:
        first = marker.process(speech[:4000])
        with refused("VG_ERR_NON_FINITE"):
            marker.process(bad[4000:])
        out = [first, marker.process(speech[4000:]), marker.flush()]
    assert np.array_equal(np.concatenate(out), voxguard.embed(speech, 24000, key=key, mark=7))
