"""Texts that arrive in pieces, as a language model writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import AsyncIterable, AsyncIterator, Iterable, Iterator, Tuple

from . import _arguments, _native


@dataclass(frozen=True)
class Hit:
    """One place where a rule met the text."""

    rule: str  #: the rule's id
    category: str
    severity: str  #: ``info``, ``warning``, ``error`` or ``critical``
    action: str  #: ``allow``, ``warn``, ``mask`` or ``block``
    start: int  #: of the original text, so that ``text[hit.start:hit.end]`` is the place
    end: int
    start_byte: int  #: the same in UTF-8 bytes
    end_byte: int
    view: str  #: the reading of the text in which the rule met it


@dataclass(frozen=True)
class Released:
    """What a piece of text releases."""

    text: str  #: to be spoken now, after everything before; masked where a rule asks for it
    blocked: bool  #: a rule forbids to go on: the stream is over
    hits: Tuple[Hit, ...]  #: the hits that were decided, with places in the whole text


class TextStream:
    """A text that arrives in pieces. What it gives is what a check of the whole text would give, however it is cut.

    Made by ``Policy.stream``. One thread at a time.
    """

    def __init__(self, native: _native.TextStream) -> None:
        self._native = native
        self.blocked = False  #: whether a rule has ended the stream

    def push(self, delta: str) -> Released:
        """Takes the next piece, of any length."""
        return self._released(self._native.push(_arguments.text(delta, "delta")))

    def finish(self) -> Released:
        """Says that the text is complete."""
        return self._released(self._native.finish())

    def filter(self, deltas: Iterable[str]) -> Iterator[str]:
        """The texts to speak, as the pieces arrive. Ends early when the text is blocked: look at ``blocked``."""
        for delta in deltas:
            released = self.push(delta)
            if released.text:
                yield released.text
            if released.blocked:
                return
        released = self.finish()
        if released.text:
            yield released.text

    async def filter_async(self, deltas: AsyncIterable[str]) -> AsyncIterator[str]:
        """The same of pieces that are waited for."""
        async for delta in deltas:
            released = self.push(delta)
            if released.text:
                yield released.text
            if released.blocked:
                return
        released = self.finish()
        if released.text:
            yield released.text

    def close(self) -> None:
        """Frees the stream. Safe to call twice."""
        self._native.close()

    def __enter__(self) -> TextStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _released(self, parts: Tuple[str, bool, str]) -> Released:
        text, blocked, hits = parts
        self.blocked = blocked
        return Released(text, blocked, tuple(Hit(**hit) for hit in json.loads(hits)))
