"""The guard: one configured object, and one request's life through it."""

from __future__ import annotations

import warnings
import weakref
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, Type, TypeVar, Union

from . import _arguments, _native, _samples
from ._access import Access, Answer, answer
from ._errors import CALLBACK, VoxguardError
from ._ledger import Ledger
from ._native import Key
from ._policy import Policy, Verdict, verdict
from ._record import Record

if TYPE_CHECKING:
    from ._samples import _S

_T = TypeVar("_T")


class Guard:
    """Checks texts, marks what is spoken, and records it. Made once, used from many threads at once.

    ``access`` says who may speak and how much: an `Access`, or the configuration of one (a dict, JSON text
    or a profile's name); without, the default profile. ``ledger`` is a `Ledger` or the URL of one. ``on_record`` is called with every `Record` once it is
    durable, on the thread that finished the utterance; when it raises, ``finish`` raises
    `VoxguardRuntimeError` from it, and the record stays in the ledger. It must not use the guard.
    """

    def __init__(
        self,
        *,
        key: Key,
        policy: Optional[Policy] = None,
        ledger: Union[Ledger, str, None] = None,
        on_record: Optional[Callable[[Record], object]] = None,
        sample_rate: int = 24000,
        channels: int = 1,
        access: Union[Access, Mapping[str, Any], str, None] = None,
    ) -> None:
        key = _arguments.key(key)
        if policy is not None and not isinstance(policy, Policy):
            raise TypeError(f"policy is a {type(policy).__name__}: accepted is a voxguard.Policy")
        if on_record is not None and not callable(on_record):
            raise TypeError(f"on_record is a {type(on_record).__name__}: accepted is a function of a Record")
        self._sample_rate = _arguments.sample_rate(sample_rate)
        self._channels = _arguments.channels(channels)
        if isinstance(ledger, str):
            ledger = Ledger(ledger, key=key)
        elif ledger is not None and not isinstance(ledger, Ledger):
            raise TypeError(f"ledger is a {type(ledger).__name__}: accepted are a voxguard.Ledger and a URL")
        self._ledger = ledger
        self._access = access if isinstance(access, Access) else Access(access)
        self._on_record = on_record
        self._native = _native.Guard(
            key,
            None if policy is None else policy._native,
            None if ledger is None else ledger._native,
            None if on_record is None else _sink(self),
            self._access._native,
        )

    @property
    def ledger(self) -> Optional[Ledger]:
        """The ledger that the records go to."""
        return self._ledger

    @property
    def access(self) -> Access:
        """Who may speak, and how much."""
        return self._access

    def utterance(
        self,
        *,
        text: str,
        voice: str,
        subject: Optional[str] = None,
        markup: str = "auto",
        sample_rate: Optional[int] = None,
        channels: Optional[int] = None,
        role: Optional[str] = None,
        language: Optional[str] = None,
        model: Optional[str] = None,
        parameters: Optional[str] = None,
        keep_text: bool = False,
    ) -> Utterance:
        """Begins an utterance: checks the text. A refusal raises nothing, ask ``verdict``.

        ``subject`` is the host's own name for whom it is spoken; the ledger keeps a keyed hash of it.
        ``model`` is the name of the model that will speak; of ``parameters``, what it will speak with in
        any form, the ledger keeps the SHA-256. With ``keep_text`` the text is kept too, sealed under the
        subject's key, until the subject is erased or its time is over: it needs a subject and a ledger.
        """
        rate = self._sample_rate if sample_rate is None else _arguments.sample_rate(sample_rate)
        count = self._channels if channels is None else _arguments.channels(channels)
        native = self._native.begin(
            (_arguments.text(text, "text"), _arguments.text(voice, "voice"), _arguments.text(markup, "markup")),
            (rate, count),
            (
                None if subject is None else _arguments.text(subject, "subject"),
                None if role is None else _arguments.text(role, "role"),
                None if language is None else _arguments.text(language, "language"),
            ),
            (
                None if model is None else _arguments.text(model, "model"),
                None if parameters is None else _arguments.text(parameters, "parameters"),
                bool(keep_text),
            ),
        )
        return Utterance(native, self, count)


def _sink(guard: Guard) -> Callable[[str], None]:
    """What the library calls with a record's JSON.

    It holds the guard weakly: a callback that leads back to its guard (a method of the object that
    owns it) would otherwise keep both for ever, since Python's collector cannot see into the library.
    Utterances hold their guard, so that it is there as long as records come.
    """
    weak = weakref.ref(guard)

    def write(source: str) -> None:
        alive = weak()
        if alive is not None and alive._on_record is not None:
            alive._on_record(Record.from_json(source))

    return write


class Utterance:
    """One text on its way to be heard. Made by `Guard.utterance`. One thread at a time.

    As a context manager it never goes unrecorded: one that is left without ``finish``, or by an
    exception, is aborted, and the record says how much had been marked.
    """

    def __init__(self, native: _native.Utterance, guard: Guard, channels: int) -> None:
        self._native = native
        self._guard = guard
        self._channels = channels
        self._layout: Optional[_samples.Layout] = None
        self._record: Optional[Record] = None
        self._verdict = verdict(native.verdict())
        self._mark_id = native.mark_id()
        self._over = not self._verdict.allowed
        self._look_for_record()

    @property
    def verdict(self) -> Verdict:
        """What the policy said."""
        return self._verdict

    @property
    def allowed(self) -> bool:
        """Whether the text may be spoken."""
        return self._verdict.allowed

    @property
    def answer(self) -> Optional[Answer]:
        """What to tell whoever asked, when the request was turned away before its text was judged."""
        source = self._native.answer()
        return None if source is None else answer(source)

    @property
    def text(self) -> str:
        """What to speak: ``""`` when refused."""
        return self._verdict.text

    @property
    def mark_id(self) -> Optional[int]:
        """The id that the audio will carry; None when refused."""
        return self._mark_id

    @property
    def latency(self) -> int:
        """Frames that go in before the first comes out: at most 80 ms."""
        return self._native.latency()

    @property
    def pending(self) -> int:
        """Frames that ``finish`` would give now."""
        return self._native.pending()

    @property
    def record(self) -> Optional[Record]:
        """The record, once there is one: after ``finish`` or ``abort``, and of a refusal at once."""
        return self._record

    def mark(self, samples: _S) -> _S:
        """The marked frames that are ready. Accepts what `Marker.process` accepts."""
        data, layout = _samples.read(samples, self._channels)
        out = self._native.mark_f32(data) if layout.kind == "f32" else self._native.mark_i16(data)
        self._layout = layout
        return layout.hold(out)  # type: ignore[no-any-return]

    def finish(self) -> Any:
        """The last frames, once the record is durable; then ``record`` has it.

        When the ledger or ``on_record`` fails this raises, gives nothing out, and can be called again:
        the record is in the ledger once, however often. What was refused has nothing to finish: its
        record is there already and the answer is empty.
        """
        layout = self._layout or _samples.empty(self._channels)
        if not self.allowed:
            return layout.hold(bytearray())
        finish = self._native.finish_f32 if layout.kind == "f32" else self._native.finish_i16
        out = self._end(finish)
        return layout.hold(out)

    def abort(self) -> None:
        """Ends the utterance here and records what was marked so far. Does nothing when it is over.

        Where nothing was marked nothing was spoken, and there is no record.
        """
        if not self._over:
            self._end(self._native.abort)

    def _end(self, end: Callable[[], _T]) -> _T:
        try:
            out = end()
        except VoxguardError as error:
            if error.status == CALLBACK[0]:  # the record is in the ledger all the same
                self._look_for_record()
            raise
        self._over = True
        self._look_for_record()
        return out

    def _look_for_record(self) -> None:
        source = self._native.record()
        if source is not None:
            self._record = Record.from_json(source)

    def __enter__(self) -> Utterance:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._over or self._record is not None:
            return
        if error is None:
            self.abort()
            return
        try:
            self.abort()
        except Exception as failure:
            # What went wrong first is what the caller must see; this must not be lost either.
            warnings.warn(f"aborting an utterance: {failure}", RuntimeWarning, stacklevel=2)
