"""Who is told of a ledger's checkpoints."""

from __future__ import annotations

import atexit
import sys
import weakref
from typing import TYPE_CHECKING, Callable, List, Optional

if TYPE_CHECKING:
    from ._ledger import Ledger

#: Ledgers with a sink. At the interpreter's end they are closed while Python can still be called.
_telling: weakref.WeakSet[Ledger] = weakref.WeakSet()


class Sink:
    """A host's function, and the last checkpoint that it took."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._taken: Optional[List[str]] = None

    def __call__(self, note: str) -> None:
        state = note.split("\n")[:3]  # name, size, root: the time says nothing about the ledger
        if state != self._taken:
            self._tell(note)
            self._taken = state

    def held_weakly(self) -> Callable[[str], None]:
        """What the library holds: a sink that leads back to its ledger would keep both for ever, since Python's
        collector cannot see into the library."""
        weak = weakref.ref(self)

        def tell(note: str) -> None:
            sink = weak()
            if sink is not None:
                sink(note)

        return tell


def remember(ledger: Ledger) -> None:
    """Closes this ledger at the interpreter's end, if nobody has by then."""
    _telling.add(ledger)


@atexit.register
def _close_all() -> None:
    for ledger in list(_telling):
        try:
            ledger.close()
        except Exception:
            sys.excepthook(*sys.exc_info())
