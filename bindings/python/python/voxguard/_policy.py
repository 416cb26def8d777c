"""Policy: may this text be spoken, and if not, why."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from . import _arguments, _native
from ._errors import UTF8, VoxguardError, refusal
from ._text_stream import Hit, TextStream


@dataclass(frozen=True)
class Verdict:
    """What a policy says about a text. A refusal is an answer, not an error."""

    action: str  #: ``allow``, ``warn``, ``mask`` or ``block``: the strictest of the hits
    text: str  #: what to speak: the text, masked where a rule asks for it, or ``""`` when it is blocked
    reason: str  #: fit to be shown: names categories, not patterns
    markup: str  #: ``plain`` or ``ssml``, as decided
    hits: Tuple[Hit, ...]

    @property
    def allowed(self) -> bool:
        """Whether the text may be spoken."""
        return self.action != "block"

    def __repr__(self) -> str:
        return f"Verdict(action={self.action!r}, reason={self.reason!r}, hits={len(self.hits)})"


Rules = Union[Mapping[str, Any], Sequence[Mapping[str, Any]], str, "os.PathLike[str]"]


class Policy:
    """Rules for texts, compiled once, used from many threads at once.

    ``rules`` is a dict, the path of a JSON file, JSON text, or a list of rules of the older shape.

    ``classifier`` is asked about every spoken text as well, and gives findings: dicts with ``rule``, ``category``,
    ``severity``, ``action``, and ``start`` and ``end`` in characters of the spoken text. It may take
    ``classifier_budget_ms`` (0 for no limit); when it fails or is late, ``classifier_failure`` says what is
    done: ``block`` or ``warn``.
    """

    def __init__(
        self,
        rules: Rules,
        *,
        classifier: Optional[Callable[[str], Iterable[Mapping[str, Any]]]] = None,
        classifier_budget_ms: int = 0,
        classifier_failure: str = "block",
    ) -> None:
        source = _rules_json(rules)
        if classifier_failure not in ("block", "warn"):
            raise _arguments.argument_error('classifier_failure: accepted are "block" and "warn"')
        judge = None if classifier is None else _judge(classifier)
        budget = _arguments.integer(classifier_budget_ms, "classifier_budget_ms")
        try:
            self._native = _native.Policy(source, judge, budget, classifier_failure == "warn")
        except VoxguardError as error:
            if source is not rules or source.lstrip()[:1] in ("{", "["):
                raise
            # May have been meant as a path; which of the two, only the caller knows.
            message = f"{error.message}; nor are they the path of a file that exists"
            raise refusal(error.status, error.status_name, message) from None

    @classmethod
    def from_pack(cls, pack: str, keys: Sequence[bytes]) -> Policy:
        """The policy of a signed pack, if one of the trusted public keys (32 bytes each) signed it."""
        made = cls.__new__(cls)
        made._native = _native.Policy.from_pack(_arguments.text(pack, "pack"), [_key(key) for key in keys])
        return made

    def check(self, text: str, markup: str = "auto", *, consents: Iterable[str] = ()) -> Verdict:
        """The verdict on a text. ``markup`` is ``plain``, ``ssml``, or ``auto`` to look.

        ``consents`` are protected names (or ids of their rules) for which a consent exists: they do not hit.
        """
        text, markup = _arguments.text(text, "text"), _arguments.text(markup, "markup")
        return verdict(self._native.check(text, markup, _names(consents)))

    def stream(self, markup: str = "auto", *, consents: Iterable[str] = ()) -> TextStream:
        """A text that arrives in pieces, as a language model writes it."""
        return TextStream(self._native.stream(_arguments.text(markup, "markup"), _names(consents)))

    def explain(self, text: str, markup: str = "auto") -> Dict[str, Any]:
        """Why a text is judged as it is: for your own eyes, since it quotes rules and text."""
        why = self._native.explain(_arguments.text(text, "text"), _arguments.text(markup, "markup"))
        parsed: Dict[str, Any] = json.loads(why)
        return parsed

    @property
    def hash(self) -> str:
        """SHA-256 of the rules in their canonical form, as records name it: 64 hexadecimal digits."""
        return self._native.hash()

    def __repr__(self) -> str:
        return f"<voxguard.Policy {self.hash[:16]}>"


def lint(rules: Rules) -> List[Dict[str, str]]:
    """Advice about rules that load but do not do what they seem to: ``rule``, ``field``, ``code``, ``message``."""
    advice: List[Dict[str, str]] = json.loads(_native.lint_rules(_rules_json(rules)))
    return advice


def starter_rules(language: str) -> Dict[str, Any]:
    """The small rules to begin with in a language: ``de``, ``en``, ``es``, ``fr`` or ``pt``."""
    rules: Dict[str, Any] = json.loads(_native.starter_rules(_arguments.text(language, "language")))
    return rules


def rules_from_words(
    words: str, *, id: str, category: str, severity: str = "error", language: Optional[str] = None
) -> Dict[str, Any]:
    """Rules made of a word list: one word or phrase a line."""
    words, id, category = (_arguments.text(each, "words") for each in (words, id, category))
    rules: Dict[str, Any] = json.loads(_native.rules_from_words(words, id, category, severity, language))
    return rules


def sign_rules(rules: Rules, secret: bytes) -> str:
    """A signed pack. ``secret`` are the 32 bytes of an Ed25519 key."""
    return _native.sign_rules(_rules_json(rules), _key(secret))


def public_signing_key(secret: bytes) -> bytes:
    """The public key of a secret one."""
    return bytes(_native.public_signing_key(_key(secret)))


def _key(key: bytes) -> bytes:
    if not isinstance(key, bytes) or len(key) != 32:
        raise _arguments.argument_error("a signing key is 32 bytes")
    return key


def _names(names: Iterable[str]) -> List[str]:
    if isinstance(names, str):
        raise TypeError("consents is a str: accepted is a list of them")
    return [_arguments.text(name, "consents") for name in names]


def _judge(
    classifier: Callable[[str], Iterable[Mapping[str, Any]]],
) -> Callable[[str], List[Tuple[str, str, str, str, int, int]]]:
    def judge(spoken: str) -> List[Tuple[str, str, str, str, int, int]]:
        return [
            (
                str(found["rule"]),
                str(found["category"]),
                str(found.get("severity", "error")),
                str(found.get("action", "block")),
                int(found.get("start", 0)),
                int(found.get("end", len(spoken))),
            )
            for found in classifier(spoken)
        ]

    return judge


def verdict(parts: _native._VerdictParts) -> Verdict:
    """A verdict from the native module's parts."""
    action, text, reason, markup, hits = parts
    return Verdict(action, text, reason, markup, tuple(Hit(*hit) for hit in hits))


def _rules_json(rules: object) -> str:
    if isinstance(rules, Mapping):
        return json.dumps(dict(rules), allow_nan=False)
    if isinstance(rules, (list, tuple)) and all(_is_older(rule) for rule in rules):
        return json.dumps([dict(rule) for rule in rules], allow_nan=False)
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


def _is_older(rule: object) -> bool:
    """Whether this is a rule of the older shape, of which a list is a rules file."""
    return isinstance(rule, Mapping) and "version" not in rule


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)
    except ValueError:  # a NUL or a lone surrogate: no file is called that
        return False
