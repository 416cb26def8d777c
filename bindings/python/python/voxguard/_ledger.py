"""The ledger: what was spoken, kept so that tampering is noticed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional, Tuple, Type, overload

from . import _arguments, _checkpoints, _native
from ._native import Key
from ._record import Record

_UNSAID = object()


class Fault(NamedTuple):
    """The first thing that is wrong with a ledger."""

    seq: Optional[int]  #: the entry where it shows, when it is one
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Verification:
    """Whether a ledger is what it was."""

    intact: bool
    entries: int  #: entries read
    fault: Optional[Fault]  #: None when intact


class Ledger:
    """A ledger under a key. Many threads and processes may use it at once.

    ``url`` is ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or ``sqlite::memory:``. Read the
    file through this class only: SQLite inside this library and Python's own ``sqlite3`` do not know of
    each other's locks.
    """

    _sink: Optional[_checkpoints.Sink] = None

    def __init__(self, url: str, *, key: Key) -> None:
        self._native = _native.Ledger(_arguments.text(url, "url"), _arguments.key(key))

    def __len__(self) -> int:
        return self._native.len()

    def __bool__(self) -> bool:
        """A ledger is there even when it is empty."""
        return True

    def __iter__(self) -> Iterator[Record]:
        """All records, oldest first, as they stand when each is reached."""
        for seq in range(1, len(self) + 1):
            record = self.get(seq)
            if record is not None:
                yield record

    def get(self, seq: int) -> Optional[Record]:
        """The record at a place, counted from 1; None when there is none."""
        place = _arguments.integer(seq, "seq")
        if not 0 <= place < 2**64:
            return None
        source = self._native.get(place)
        return None if source is None else Record.from_json(source)

    @overload
    def find(self, *, mark: Optional[int]) -> Tuple[Record, ...]: ...
    @overload
    def find(self, *, subject: str) -> Tuple[Record, ...]: ...
    def find(self, *, mark: object = _UNSAID, subject: object = _UNSAID) -> Tuple[Record, ...]:
        """The records of a mark's id or of a subject, newest first: one of the two is given.

        ``mark=detection.mark`` may be None, when no id could be read: that id has no records.
        """
        if (mark is _UNSAID) == (subject is _UNSAID):
            raise TypeError("find() takes exactly one of mark= and subject=")
        if mark is None:
            return ()
        if subject is _UNSAID:
            sources = self._native.find_mark(_arguments.mark_id(mark, 64))
        else:
            sources = self._native.find_subject(_arguments.text(subject, "subject"))
        return tuple(Record.from_json(source) for source in sources)

    def checkpoint(self) -> str:
        """A signed note of the ledger's present size and root, to be kept elsewhere."""
        return self._native.checkpoint()

    def verify(self, checkpoint: Optional[str] = None) -> Verification:
        """Reads everything and checks it: against itself, and against a checkpoint made earlier.

        Without a checkpoint a ledger whose last entries were cut off cannot be told from a shorter one.
        """
        note = None if checkpoint is None else _arguments.text(checkpoint, "checkpoint")
        report = json.loads(self._native.verify(note))
        fault = report["fault"]
        return Verification(
            intact=report["intact"],
            entries=report["entries"],
            fault=None if fault is None else Fault(fault.get("seq"), fault["message"]),
        )

    def ask(self, operation: str, **fields: Any) -> Any:
        """Does one of the operations of docs/LEDGER.md, and gives its answer as JSON is read.

        For instance ``ledger.ask("prove", seq=7)`` or ``ledger.ask("request", subject="anna",
        right="erasure")``.
        """
        question = {"operation": _arguments.text(operation, "operation"), **fields}
        return json.loads(self._native.ask(json.dumps(question)))

    def rotate(self, next: Ledger) -> str:
        """Changes keys: ends this ledger and lets ``next``, under another key, go on. Each gets a record that names
        the other. Gives the last checkpoint of this one.
        """
        if not isinstance(next, Ledger):
            raise TypeError(f"next is a {type(next).__name__}: accepted is a voxguard.Ledger")
        return self._native.rotate(next._native)

    @property
    def verifying_key(self) -> str:
        """The public key of the checkpoints, as signed notes write it."""
        return self._native.verifying_key()

    def on_checkpoint(self, sink: Optional[Callable[[str], object]], *, every: int = 1000) -> None:
        """Tells ``sink`` of a checkpoint, to be kept where whoever keeps this ledger cannot take it back: now, whenever
        ``every`` records have come since the last one that it took, and when this object is closed (at the latest at
        the interpreter's end). It takes the place of the one before; None tells nobody any more.

        It is called on whichever thread appends, or on the ledger's own, one call at a time. It may read the ledger;
        what appends to it raises `VoxguardError` (VG_ERR_BUSY). When it raises, the checkpoint counts as not taken, and
        it is told again after the next record: nobody is kept from recording. Where this call or ``close`` tells it,
        they raise `VoxguardRuntimeError` from what it raised; elsewhere that goes to ``sys.unraisablehook``.
        """
        if sink is not None and not callable(sink):
            raise TypeError(f"sink is a {type(sink).__name__}: accepted is a function of a checkpoint, and None")
        count = _arguments.integer(every, "every")
        if not 1 <= count < 2**64:
            raise _arguments.argument_error(f"every {count}: accepted are 1 to {2**64 - 1} records")
        self._sink = None if sink is None else _checkpoints.Sink(sink)
        if self._sink is not None:
            _checkpoints.remember(self)
        self._native.on_checkpoint(None if self._sink is None else self._sink.held_weakly(), count)

    def close(self) -> None:
        """Lets go of the ledger. Guards that were made with it keep it open until they are gone."""
        sink, self._sink = self._sink, None
        if sink is None:
            self._native.close()
            return
        try:
            # Set anew it is told at once: of what it has not taken yet.
            self._native.on_checkpoint(sink, 1)
        finally:
            try:
                self._native.on_checkpoint(None, 1)
            finally:
                self._native.close()

    def __del__(self) -> None:
        if self._sink is not None:
            self.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()


def check_proof(**question: Any) -> Dict[str, Any]:
    """Checks, with a public key alone, what a ledger gave out; ``["holds"]`` says whether it holds.

    ``proof=`` and ``key=`` for a record's proof (``witnesses=`` and ``quorum=`` if others must have signed),
    with ``checkpoint=`` for the proof that a ledger continues an earlier one; ``ledger=`` (a URL), ``key=``
    and ``checkpoint=`` for a whole ledger; ``checkpoint=`` and ``key=`` for a signed checkpoint alone.
    """
    answer: Dict[str, Any] = json.loads(_native.check_proof(json.dumps(question)))
    return answer
