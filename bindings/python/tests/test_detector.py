"""What was marked is found, whose and where; what was not is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import voxguard
from conftest import refused


def test_a_mark_is_found_with_its_id_and_key(key: Any, speech: Any) -> None:
    y = voxguard.embed(speech, 24000, key=key, mark=0x1234ABCD)
    d = voxguard.detect(y, 24000, keys=[voxguard.Key.generate(), key])
    assert d.found and d.p_value < 1e-6
    assert d.mark == 0x1234ABCD and d.key_id == key.id
    assert d.seconds == pytest.approx(len(y) / 24000, abs=0.01)
    assert d.spans and all(0 <= span.start < span.end <= d.seconds + 0.1 for span in d.spans)
    assert d.curve and all(np.isfinite(point.score) and 0 <= point.time <= d.seconds for point in d.curve)
    assert "0x1234abcd" in repr(d) and key.id in repr(d) and "curve" not in repr(d)


def test_nothing_is_found_where_there_is_nothing(key: Any, speech: Any) -> None:
    d = voxguard.detect(speech, 24000, keys=[key])
    assert not d.found and d.p_value > 1e-6 and d.mark is None and d.key_id is None and d.spans == ()
    y = voxguard.embed(speech, 24000, key=key, mark=1)
    assert not voxguard.detect(y, 24000, keys=[voxguard.Key.generate()]).found


def test_all_kinds_of_samples_give_the_same_answer(key: Any, stereo: Any) -> None:
    y = voxguard.embed(stereo, 24000, key=key, mark=77)
    detector = voxguard.Detector(keys=[key], effort="fast")
    d = detector.detect(y, 24000)
    assert d.found and d.mark == 77
    assert detector.detect(y.astype("<i2").tobytes(), 24000, channels=2) == d
    assert detector.detect(y.astype(">i2"), 24000) == d


def test_a_detection_does_not_change(key: Any, speech: Any) -> None:
    d = voxguard.detect(speech, 24000, keys=[key], effort="fast")
    with pytest.raises(AttributeError):
        d.found = True  # type: ignore[misc]


def test_audio_too_short_to_judge_is_an_answer(key: Any) -> None:
    for frames in (0, 1, 100):
        d = voxguard.detect(np.zeros(frames, np.float32), 24000, keys=[key])
        assert not d.found and d.mark is None and 0 <= d.p_value <= 1
        assert d.p_value > 1e-6


def test_keys_are_a_list_of_keys(key: Any) -> None:
    x = np.zeros(100, np.float32)
    for count in (0, 65):
        with refused("VG_ERR_CONFIG", f"{count} keys: accepted are 1 to 64"):
            voxguard.detect(x, 24000, keys=[key] * count)
    with pytest.raises(TypeError, match="keys is one Key"):
        voxguard.detect(x, 24000, keys=key)
    with pytest.raises(TypeError, match=r"keys\[1\] is a bytes"):
        voxguard.detect(x, 24000, keys=[key, bytes(32)])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="keys is a NoneType"):
        voxguard.detect(x, 24000, keys=None)  # type: ignore[arg-type]


def test_an_effort_is_one_of_three(key: Any) -> None:
    with refused("VG_ERR_ARGUMENT", '"best"', "fast", "thorough"):
        voxguard.Detector(keys=[key], effort="best")


def test_one_detector_serves_many_threads(key: Any, speech: Any) -> None:
    detector = voxguard.Detector(keys=[key], effort="fast")
    marked = [voxguard.embed(speech, 24000, key=key, mark=mark) for mark in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda y: detector.detect(y, 24000).mark, marked * 2))
    assert found == [0, 1, 2, 3] * 2
