"""Options of marks, progress, listening to a stream, and drawing."""

from __future__ import annotations

import sys
from typing import Any, List

import numpy as np
import pytest

import voxguard
import voxguard.plot
from conftest import refused, run_python


@pytest.mark.parametrize("scheme", [0, 16, 32, 64])
def test_a_mark_is_found_under_its_own_scheme_alone(key: Any, speech: Any, scheme: int) -> None:
    y = voxguard.embed(speech, 24000, key=key, mark=0x1234ABCD, scheme=scheme)
    for sought in (0, 16, 32, 64):
        d = voxguard.detect(y, 24000, keys=[key], effort="fast", scheme=sought)
        assert d.found == (sought == scheme)
        if d.found and scheme:
            assert d.mark == 0xABCD if scheme == 16 else 0x1234ABCD


def test_an_id_of_64_bits_needs_its_scheme(key: Any, speech: Any) -> None:
    mark = 0xFEDCBA9876543210
    y = voxguard.embed(speech, 24000, key=key, mark=mark, scheme=64)
    assert voxguard.detect(y, 24000, keys=[key], effort="fast", scheme=64).mark == mark
    with refused("VG_ERR_ARGUMENT", str(mark), "0 to 4294967295"):
        voxguard.embed(speech, 24000, key=key, mark=mark)
    with refused("VG_ERR_ARGUMENT", str(2**64), "0 to 18446744073709551615"):
        voxguard.embed(speech, 24000, key=key, mark=2**64, scheme=64)


def test_a_stronger_mark_changes_more(key: Any, speech: Any) -> None:
    def change(strength: float) -> Any:
        y = voxguard.embed(speech, 24000, key=key, mark=7, strength=strength)
        return np.sum((y - speech) ** 2)

    assert change(0.5) < 0.5 * change(1.0) and change(1) < 0.5 * change(2)
    with voxguard.Marker(24000, key=key, mark=7, scheme=16, strength=0.5) as marker:
        y = np.concatenate([marker.process(speech), marker.flush()])
    assert np.array_equal(y, voxguard.embed(speech, 24000, key=key, mark=7, scheme=16, strength=0.5))


def test_schemes_and_strengths_that_there_are_not_are_refused(key: Any) -> None:
    x = np.zeros(100, np.float32)
    for scheme in (1, 48, -1):
        with refused("VG_ERR_ARGUMENT", f"scheme {scheme}", "0, 16, 32 and 64"):
            voxguard.embed(x, 24000, key=key, mark=7, scheme=scheme)
        with refused("VG_ERR_ARGUMENT", f"scheme {scheme}"):
            voxguard.Detector(keys=[key], scheme=scheme)
    for strength in (0.0, 0.2, 2.1, -1.0, float("nan"), float("inf")):
        with refused("VG_ERR_ARGUMENT", "0.25 to 2"):
            voxguard.Marker(24000, key=key, mark=7, strength=strength)
    with pytest.raises(TypeError, match="strength is a str"):
        voxguard.embed(x, 24000, key=key, mark=7, strength="1")  # type: ignore[arg-type]


def test_untouched_audio_has_its_speed_and_pitch_and_gives_soft_bits(key: Any, speech: Any) -> None:
    y = voxguard.embed(speech, 24000, key=key, mark=0x1234ABCD)
    d = voxguard.detect(y, 24000, keys=[key], effort="fast")
    assert (d.speed, d.pitch, d.chips) == (1.0, 1.0, 0xCD)
    assert len(d.soft_bits) > 32 and all(np.isfinite(d.soft_bits))


def test_progress_rises_to_the_whole_and_can_end_a_search(key: Any) -> None:
    detector = voxguard.Detector(keys=[key], effort="fast")
    silence = np.zeros(130 * 8000, np.int16)
    shares: List[float] = []
    assert not detector.detect(silence, 8000, progress=shares.append).found
    assert len(shares) == 3 and shares == sorted(shares) and shares[-1] == 1.0
    calls: List[float] = []

    def once(done: float) -> bool:
        calls.append(done)
        return False

    assert not detector.detect(silence, 8000, progress=once).found
    assert len(calls) == 1

    def fail(done: float) -> None:
        raise KeyError(done)

    with pytest.raises(KeyError):
        detector.detect(silence, 8000, progress=fail)
    with pytest.raises(TypeError, match="progress is a int"):
        detector.detect(silence, 8000, progress=7)  # type: ignore[arg-type]


def test_many_clips_are_looked_at_as_they_are_asked_for(key: Any, speech: Any) -> None:
    detector = voxguard.Detector(keys=[key], effort="fast")
    y = voxguard.embed(speech, 24000, key=key, mark=7)
    told: List[float] = []
    stereo = np.zeros(48000, np.int16).tobytes()
    found = list(detector.detect_many([(y, 24000), (stereo, 24000, 2), (y, 24000)], progress=told.append))
    assert [d.mark for d in found] == [7, None, 7] and found[1].seconds == 1.0
    assert told == [1.0, 2.0, 3.0]
    one = detector.detect_many(((y, 24000) for _ in iter(int, 1)))
    assert next(one).mark == 7  # of clips without end
    assert [d.mark for d in detector.detect_many([(y, 24000)] * 3, progress=lambda done: done < 2)] == [7]


def test_a_listener_says_while_the_stream_runs_what_a_detector_says_after_it(key: Any, speech: Any) -> None:
    y = voxguard.embed(speech, 24000, key=key, mark=0x1234ABCD)
    seconds = len(y) / 24000
    with voxguard.Detector(keys=[key], effort="fast").listen(24000) as listener:
        for clip in (y, (y * 32767).astype(np.int16)):
            verdicts = list(listener.verdicts(np.array_split(clip, 200)))
            assert len(verdicts) == 1 + sum(seconds > due for due in (2, 4, 8, 16, 32))
            assert verdicts[-1].mark == 0x1234ABCD
            assert verdicts[-1].seconds == pytest.approx(seconds, abs=0.01)
            assert all(a.seconds < b.seconds for a, b in zip(verdicts, verdicts[1:]))
        assert listener.push(y[:0]) is None
    with refused("VG_ERR_HANDLE", "the listener is closed"):
        listener.finish()


def test_what_cannot_be_heard_is_refused(key: Any) -> None:
    detector = voxguard.Detector(keys=[key])
    for rate, channels in ((1, 1), (8000, 9)):
        with refused("VG_ERR_AUDIO_FORMAT"):
            detector.listen(rate, channels)
    with detector.listen(8000, 2) as listener:
        with refused("VG_ERR_NON_FINITE"):
            listener.push(np.full((10, 2), np.nan, np.float32))
        with refused("VG_ERR_AUDIO_FORMAT", "2 channels"):
            listener.push(np.zeros(10, np.float32))
        assert listener.finish().seconds == 0


class Axes:
    """Takes down what is drawn."""

    def __init__(self) -> None:
        self.drawn: List[Any] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **_: self.drawn.append((name, *arguments))


def test_a_curve_is_drawn_on_the_axes_that_are_given(key: Any, speech: Any) -> None:
    d = voxguard.detect(voxguard.embed(speech, 24000, key=key, mark=7), 24000, keys=[key], effort="fast")
    axes = Axes()
    assert voxguard.plot.curve(d, ax=axes) is axes
    (times, scores) = next(drawn[1:] for drawn in axes.drawn if drawn[0] == "plot")
    assert list(zip(times, scores)) == [tuple(point) for point in d.curve]
    assert [drawn[1:] for drawn in axes.drawn if drawn[0] == "axvspan"] == [
        (span.start, span.end) for span in d.spans
    ]
    with pytest.raises(TypeError, match="detection is a list"):
        voxguard.plot.curve([])  # type: ignore[arg-type]


def test_without_matplotlib_drawing_says_what_is_missing(key: Any) -> None:
    source = """
import sys
sys.modules["matplotlib"] = None  # as if it were not installed
import voxguard, voxguard.plot
d = voxguard.detect(bytes(100), 24000, keys=[voxguard.Key.generate()])
try:
    voxguard.plot.curve(d)
except ImportError as error:
    print(error)
"""
    assert "pip install matplotlib" in run_python(source)
    assert "voxguard.plot" in sys.modules
