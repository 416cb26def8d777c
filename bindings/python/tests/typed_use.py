"""Read by the type checker only (test_package.py): what users write has the types they expect."""

from __future__ import annotations

from typing import Any, Optional, Tuple

import numpy as np
import numpy.typing as npt

import voxguard


def arrays(x: npt.NDArray[np.float32], n: npt.NDArray[np.int16], key: voxguard.Key) -> None:
    y: npt.NDArray[np.float32] = voxguard.embed(x, 24000, key=key, mark=7)
    z: npt.NDArray[np.int16] = voxguard.embed(n, 24000, key=key, mark=7)
    b: bytes = voxguard.embed(b"", 24000, key=key, mark=7, channels=2)
    with voxguard.Marker(24000, key=key, mark=7) as marker:
        y = marker.process(y)
        z = marker.process(z)
        b = marker.process(b)
        for y in marker.stream([x, x]):
            pass
    detection: voxguard.Detection = voxguard.detect(y, 24000, keys=[key], effort="fast")
    mark: Optional[int] = detection.mark
    detector = voxguard.Detector(keys=[key], scheme=16)
    with detector.listen(24000) as listener:
        early: Optional[voxguard.Detection] = listener.push(y)
        for late in listener.verdicts([x, x]):
            assert late != early
    for each in detector.detect_many([(x, 24000), (b"", 24000, 2)], progress=lambda done: done < 2):
        speed: float = each.speed
        assert speed
    for start, end, score in detection.spans:
        assert start < end and score > 0 and mark != 7


def refused(x: npt.NDArray[np.float64], key: voxguard.Key) -> None:
    # An unused "ignore" is an error too, so each of these lines must be one.
    voxguard.embed(x, 24000, key=key, mark=7)  # type: ignore[type-var]
    voxguard.embed([0.0], 24000, key=key, mark=7)  # type: ignore[type-var]
    voxguard.embed(b"", 24000.0, key=key, mark=7)  # type: ignore[arg-type]
    voxguard.embed(b"", 24000, mark=7)  # type: ignore[call-arg]
    voxguard.Marker(24000, key=b"", mark=7)  # type: ignore[arg-type]
    voxguard.Policy(7)  # type: ignore[arg-type]


async def utterance(rules: dict[str, Any], key: voxguard.Key, x: npt.NDArray[np.float32]) -> None:
    guard = voxguard.Guard(policy=voxguard.Policy(rules), key=key, ledger="sqlite::memory:")
    with guard.utterance(subject="user-1", voice="heart", text="Hello.") as u:
        y: npt.NDArray[np.float32] = u.mark(x)
        hits: Tuple[voxguard.Hit, ...] = u.verdict.hits
        u.finish()
    record: Optional[voxguard.Record] = u.record
    assert record is not None and guard.ledger is not None and not hits
    detection = await voxguard.detect_async(y, 24000, keys=[key])
    found: Tuple[voxguard.Record, ...] = guard.ledger.find(mark=detection.mark)
    assert found == (record,)
    try:
        guard.ledger.verify(guard.ledger.checkpoint())
    except voxguard.VoxguardError as error:
        status: int = error.status
        assert status
