"""Detection: whose mark is in these samples, where, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Iterable, NamedTuple, Optional, Tuple

from . import _arguments, _native, _samples
from ._native import Key

if TYPE_CHECKING:
    from ._samples import _Samples


class Span(NamedTuple):
    """A stretch of the audio that carries the mark."""

    start: float  #: seconds
    end: float  #: seconds
    score: float  #: standard deviations above chance, per square root of a second


class CurvePoint(NamedTuple):
    """One point of the score over time, to be drawn."""

    time: float  #: seconds, the middle of the window
    score: float


@dataclass(frozen=True)
class Detection:
    """What was found, for the strongest key."""

    found: bool
    #: How probable so much likeness would be in unmarked audio, corrected for everything that was
    #: tried: every offset, every key.
    p_value: float
    #: The id that the mark carries; None where the code's own check does not agree, or none was found.
    mark: Optional[int]
    #: The key whose mark it is, as `Key.id`.
    key_id: Optional[str]
    spans: Tuple[Span, ...]
    #: Score over time, filled whether a mark was found or not.
    curve: Tuple[CurvePoint, ...] = field(repr=False)
    #: Length of the audio.
    seconds: float

    def __repr__(self) -> str:
        mark = "None" if self.mark is None else f"0x{self.mark:08x}"
        return (
            f"Detection(found={self.found}, p_value={self.p_value:.3g}, mark={mark}, key_id={self.key_id!r},"
            f" spans={len(self.spans)}, seconds={self.seconds:.2f})"
        )


class Detector:
    """Looks for the marks of up to 64 keys. Made once, used from many threads at once."""

    def __init__(self, *, keys: Iterable[Key], effort: str = "normal") -> None:
        self._native = _native.Detector(_arguments.keys(keys), _arguments.text(effort, "effort"))

    def detect(self, samples: _Samples, sample_rate: int, *, channels: Optional[int] = None) -> Detection:
        """What is in these samples. Accepts what `embed` accepts."""
        rate = _arguments.sample_rate(sample_rate)
        data, layout = _samples.read(samples, None if channels is None else _arguments.channels(channels))
        look = self._native.detect_f32 if layout.kind == "f32" else self._native.detect_i16
        found, p_value, mark, key_id, spans, curve, seconds = look(data, rate, layout.channels)
        return Detection(
            found=found,
            p_value=p_value,
            mark=mark,
            key_id=key_id,
            spans=tuple(Span(*span) for span in spans),
            curve=tuple(CurvePoint(*point) for point in curve),
            seconds=seconds,
        )


def detect(
    samples: _Samples,
    sample_rate: int,
    *,
    keys: Iterable[Key],
    effort: str = "normal",
    channels: Optional[int] = None,
) -> Detection:
    """Looks for the marks of ``keys``. ``effort`` is ``fast``, ``normal`` or ``thorough``."""
    return Detector(keys=keys, effort=effort).detect(samples, sample_rate, channels=channels)


async def detect_async(
    samples: _Samples,
    sample_rate: int,
    *,
    keys: Iterable[Key],
    effort: str = "normal",
    channels: Optional[int] = None,
) -> Detection:
    """`detect` on a worker thread, so that the event loop goes on."""
    import asyncio

    return await asyncio.to_thread(detect, samples, sample_rate, keys=keys, effort=effort, channels=channels)
