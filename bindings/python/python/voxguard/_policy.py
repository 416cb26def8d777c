"""Policy: may this text be spoken, and if not, why."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Mapping, Tuple, Union

from . import _arguments, _native
from ._errors import UTF8, VoxguardError, refusal


@dataclass(frozen=True)
class Hit:
    """One place where a rule met the text."""

    rule: str  #: the rule's id
    category: str
    severity: str  #: ``info``, ``warning``, ``error`` or ``critical``
    action: str  #: ``allow``, ``warn`` or ``block``
    start: int  #: of the original text, so that ``text[hit.start:hit.end]`` is the place
    end: int
    start_byte: int  #: the same in UTF-8 bytes
    end_byte: int
    view: str  #: the reading of the text in which the rule met it


@dataclass(frozen=True)
class Verdict:
    """What a policy says about a text. A refusal is an answer, not an error."""

    action: str  #: ``allow``, ``warn`` or ``block``: the strictest of the hits
    text: str  #: what to speak: the text, or ``""`` when it is blocked
    reason: str  #: fit to be shown: names categories, not patterns
    markup: str  #: ``plain`` or ``ssml``, as decided
    hits: Tuple[Hit, ...]

    @property
    def allowed(self) -> bool:
        """Whether the text may be spoken."""
        return self.action != "block"

    def __repr__(self) -> str:
        return f"Verdict(action={self.action!r}, reason={self.reason!r}, hits={len(self.hits)})"


class Policy:
    """Rules for texts, compiled once, used from many threads at once.

    ``rules`` is a dict, the path of a JSON file, or JSON text.
    """

    def __init__(self, rules: Union[Mapping[str, Any], str, os.PathLike[str]]) -> None:
        source = _rules_json(rules)
        try:
            self._native = _native.Policy(source)
        except VoxguardError as error:
            if source is not rules or source.lstrip()[:1] in ("{", "["):
                raise
            # May have been meant as a path; which of the two, only the caller knows.
            message = f"{error.message}; nor are they the path of a file that exists"
            raise refusal(error.status, error.status_name, message) from None

    def check(self, text: str, markup: str = "auto") -> Verdict:
        """The verdict on a text. ``markup`` is ``plain``, ``ssml``, or ``auto`` to look."""
        return verdict(self._native.check(_arguments.text(text, "text"), _arguments.text(markup, "markup")))

    @property
    def hash(self) -> str:
        """SHA-256 of the rules in their canonical form, as records name it: 64 hexadecimal digits."""
        return self._native.hash()

    def __repr__(self) -> str:
        return f"<voxguard.Policy {self.hash[:16]}>"


def verdict(parts: _native._VerdictParts) -> Verdict:
    """A verdict from the native module's parts."""
    action, text, reason, markup, hits = parts
    return Verdict(action, text, reason, markup, tuple(Hit(*hit) for hit in hits))


def _rules_json(rules: object) -> str:
    if isinstance(rules, Mapping):
        return json.dumps(dict(rules), allow_nan=False)
    if isinstance(rules, str) and not _is_file(rules):
        return _arguments.text(rules, "rules")
    if not isinstance(rules, (str, os.PathLike)):
        raise TypeError(f"rules are a {type(rules).__name__}: accepted are a dict, JSON text and a path")
    with open(rules, "rb") as file:
        data = file.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"rules file {os.fspath(rules)!r} is not UTF-8 at byte {error.start}"
        raise refusal(*UTF8, message) from None


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)
    except ValueError:  # a NUL or a lone surrogate: no file is called that
        return False
