"""Detection: whose mark is in these samples, where, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, NamedTuple, Optional, Tuple, Union

from . import _arguments, _native, _samples
from ._native import Key

if TYPE_CHECKING:
    from ._samples import _Samples

    # (samples, sample rate), with the channels of what cannot say them itself
    _Item = Union[Tuple[_Samples, int], Tuple[_Samples, int, Optional[int]]]


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
    #: How many times as fast as the marked audio this is, and how many times as high; 1 when nothing was found.
    speed: float
    pitch: float
    #: Log-odds of the mark's code bits, positive for a 0: what an id that could not be read is looked up by.
    soft_bits: Tuple[float, ...] = field(repr=False)
    #: The lowest eight bits of the ids that ``soft_bits`` are for.
    chips: int = field(repr=False)

    def __repr__(self) -> str:
        mark = "None" if self.mark is None else f"0x{self.mark:08x}"
        return (
            f"Detection(found={self.found}, p_value={self.p_value:.3g}, mark={mark}, key_id={self.key_id!r},"
            f" spans={len(self.spans)}, seconds={self.seconds:.2f})"
        )


class Detector:
    """Looks for the marks of up to 64 keys. Made once, used from many threads at once."""

    def __init__(self, *, keys: Iterable[Key], effort: str = "normal", scheme: int = 32) -> None:
        held = _arguments.keys(keys)
        self._native = _native.Detector(held, _arguments.text(effort, "effort"), _arguments.scheme(scheme))

    def detect(
        self,
        samples: _Samples,
        sample_rate: int,
        *,
        channels: Optional[int] = None,
        progress: Optional[Callable[[float], object]] = None,
    ) -> Detection:
        """What is in these samples. Accepts what `embed` accepts.

        ``progress`` is called after each minute of audio with the share of it that is done. When it
        answers ``False`` the search ends, and the detection says what was found so far.
        """
        _arguments.callback(progress, "progress")
        rate = _arguments.sample_rate(sample_rate)
        data, layout = _samples.read(samples, None if channels is None else _arguments.channels(channels))
        look = self._native.detect_f32 if layout.kind == "f32" else self._native.detect_i16
        return _detection(look(data, rate, layout.channels, progress))

    def detect_many(
        self, items: Iterable[_Item], progress: Optional[Callable[[float], object]] = None
    ) -> Iterator[Detection]:
        """One detection for each of ``items``, in order: ``(samples, sample_rate)`` or with channels as a third.

        They are looked at as they are asked for. ``progress`` is called with the number of items done, the
        part of the one at hand included; when it answers ``False`` there are no more detections.
        """
        _arguments.callback(progress, "progress")
        return self._each(items, progress)

    def _each(
        self, items: Iterable[_Item], progress: Optional[Callable[[float], object]]
    ) -> Iterator[Detection]:
        stopped = False
        for place, (samples, sample_rate, *rest) in enumerate(items):

            def part(done: float, place: int = place) -> bool:
                nonlocal stopped
                stopped = progress is not None and progress(place + done) is False
                return not stopped

            detection = self.detect(samples, sample_rate, channels=rest[0] if rest else None, progress=part)
            if stopped:
                return
            yield detection

    def listen(self, sample_rate: int, channels: int = 1) -> Listener:
        """The same search in a stream, while it runs."""
        rate, count = _arguments.sample_rate(sample_rate), _arguments.channels(channels)
        return Listener(self._native.listen(rate, count), count)


class Listener:
    """Looks for marks in one stream while it runs: the verdict firms up. Made by ``Detector.listen``.

    One thread at a time. What was heard is searched after 2, 4, 8, 16, 32 and 64 seconds, and then each
    minute in the same way.
    """

    def __init__(self, native: _native.Listener, channels: int) -> None:
        self._native = native
        self._channels = channels

    def push(self, samples: _Samples) -> Optional[Detection]:
        """Hears samples; a verdict about all that was heard when one is due, otherwise None."""
        data, layout = _samples.read(samples, self._channels)
        push = self._native.push_f32 if layout.kind == "f32" else self._native.push_i16
        parts = push(data)
        return None if parts is None else _detection(parts)

    def finish(self) -> Detection:
        """The verdict about all that was heard; the listener is then as new."""
        return _detection(self._native.finish())

    def verdicts(self, chunks: Iterable[_Samples]) -> Iterator[Detection]:
        """The verdicts about a stream of chunks as they come, and the last one at its end."""
        for chunk in chunks:
            verdict = self.push(chunk)
            if verdict is not None:
                yield verdict
        yield self.finish()

    def close(self) -> None:
        """Frees the listener now rather than when it is collected. Safe to call twice."""
        self._native.close()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _detection(parts: _native._DetectionParts) -> Detection:
    found, p_value, mark, key_id, spans, curve, seconds, (speed, pitch, soft_bits, chips) = parts
    return Detection(
        found=found,
        p_value=p_value,
        mark=mark,
        key_id=key_id,
        spans=tuple(Span(*span) for span in spans),
        curve=tuple(CurvePoint(*point) for point in curve),
        seconds=seconds,
        speed=speed,
        pitch=pitch,
        soft_bits=tuple(soft_bits),
        chips=chips,
    )


def detect(
    samples: _Samples,
    sample_rate: int,
    *,
    keys: Iterable[Key],
    effort: str = "normal",
    channels: Optional[int] = None,
    scheme: int = 32,
) -> Detection:
    """Looks for the marks of ``keys``. ``effort`` is ``fast``, ``normal`` or ``thorough``,
    ``scheme`` that of the `Marker`.
    """
    detector = Detector(keys=keys, effort=effort, scheme=scheme)
    return detector.detect(samples, sample_rate, channels=channels)


async def detect_async(
    samples: _Samples,
    sample_rate: int,
    *,
    keys: Iterable[Key],
    effort: str = "normal",
    channels: Optional[int] = None,
    scheme: int = 32,
) -> Detection:
    """`detect` on a worker thread, so that the event loop goes on."""
    import asyncio

    detector = Detector(keys=keys, effort=effort, scheme=scheme)
    return await asyncio.to_thread(detector.detect, samples, sample_rate, channels=channels)
