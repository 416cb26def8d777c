"""Marking: a stream of samples, or all of them at once."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Optional, Type

from . import _arguments, _native, _samples
from ._native import Key

if TYPE_CHECKING:
    from ._samples import _S


class Marker:
    """Marks one stream of samples with one id. One thread at a time, one stream after another.

    ``process`` takes chunks of any length and gives back the frames that are ready: after F frames in
    all, ``max(0, F - latency)`` have come out. ``flush`` gives the rest and makes the marker as new.
    What comes out does not depend on how the stream is cut into chunks.

    ``scheme`` is how many bits of ``mark`` are carried, the lowest: 32, 64, 16, or 0 for a mark without an id.
    Fewer are found in shorter clips, by a detector of the same scheme. ``strength``, 0.25 to 2, multiplies
    the decibels of the mark.
    """

    def __init__(
        self,
        sample_rate: int,
        *,
        key: Key,
        mark: int,
        channels: int = 1,
        scheme: int = 32,
        strength: float = 1.0,
    ) -> None:
        self._channels = _arguments.channels(channels)
        bits = _arguments.scheme(scheme)
        self._native = _native.Marker(
            _arguments.key(key),
            _arguments.mark_id(mark, bits),
            _arguments.sample_rate(sample_rate),
            self._channels,
            (bits, _arguments.strength(strength)),
        )
        self._layout: Optional[_samples.Layout] = None

    def process(self, samples: _S) -> _S:
        """The frames that are ready, in the type and dtype of ``samples``."""
        data, layout = _samples.read(samples, self._channels)
        out = self._native.process_f32(data) if layout.kind == "f32" else self._native.process_i16(data)
        self._layout = layout
        return layout.hold(out)  # type: ignore[no-any-return]

    def flush(self) -> Any:
        """The frames still inside, in the type and dtype of the last ``process``."""
        layout = self._layout or _samples.empty(self._channels)
        return layout.hold(self._native.flush_f32() if layout.kind == "f32" else self._native.flush_i16())

    def stream(self, chunks: Iterable[_S]) -> Iterator[_S]:
        """The marked stream of a stream of chunks: ``process`` for each, and ``flush`` at the end."""
        for chunk in chunks:
            yield self.process(chunk)
        yield self.flush()

    @property
    def latency(self) -> int:
        """Frames that go in before the first comes out: at most 80 ms."""
        return self._native.latency()

    @property
    def pending(self) -> int:
        """Frames that ``flush`` would give now."""
        return self._native.pending()

    def reset(self) -> None:
        """Drops what is inside and starts a new stream."""
        self._native.reset()

    def close(self) -> None:
        """Frees the marker now rather than when it is collected. What is inside is dropped."""
        self._native.close()

    def __enter__(self) -> Marker:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()


def embed(
    samples: _S,
    sample_rate: int,
    *,
    key: Key,
    mark: int,
    channels: Optional[int] = None,
    scheme: int = 32,
    strength: float = 1.0,
) -> _S:
    """Marks all samples at once: the same type, dtype, shape and length back.

    Bit for bit what a `Marker` gives that is fed once and flushed. ``channels`` is for bytes, which
    cannot say it themselves; ``scheme`` and ``strength`` are as for a `Marker`.
    """
    options = (_arguments.scheme(scheme), _arguments.strength(strength))
    key, mark = _arguments.key(key), _arguments.mark_id(mark, options[0])
    rate = _arguments.sample_rate(sample_rate)
    data, layout = _samples.read(samples, None if channels is None else _arguments.channels(channels))
    one_shot = _native.embed_f32 if layout.kind == "f32" else _native.embed_i16
    return layout.hold(one_shot(data, rate, layout.channels, key, mark, options))  # type: ignore[no-any-return]


async def embed_async(
    samples: _S,
    sample_rate: int,
    *,
    key: Key,
    mark: int,
    channels: Optional[int] = None,
    scheme: int = 32,
    strength: float = 1.0,
) -> _S:
    """`embed` on a worker thread, so that the event loop goes on."""
    import asyncio

    return await asyncio.to_thread(
        embed,
        samples,
        sample_rate,
        key=key,
        mark=mark,
        channels=channels,
        scheme=scheme,
        strength=strength,
    )
