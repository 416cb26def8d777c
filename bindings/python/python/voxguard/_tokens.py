"""Who somebody is: signed tokens, and API keys."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Dict, Iterable, List, Optional, Tuple, Type

from . import _arguments, _native
from ._errors import ARGUMENT, VoxguardValueError
from ._native import Key


class TokenError(VoxguardValueError):
    """A token that is not to be believed. ``code`` says why: ``expired``, ``signature``, ``replayed``, ..."""

    __module__ = "voxguard"

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, *ARGUMENT)
        self.code = code


class ApiKeyError(VoxguardValueError):
    """An API key that does not hold. ``code`` says why: ``malformed``, ``unknown``, ``revoked`` or ``expired``."""

    __module__ = "voxguard"

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, *ARGUMENT)
        self.code = code


@dataclass(frozen=True)
class Claims:
    """What a verified token says of its holder."""

    id: str
    subject: str
    role: Optional[str]
    scopes: Tuple[str, ...]
    issued: int  #: seconds since 1970
    expires: int


class Tokens:
    """JSON Web Tokens, issued and verified. The algorithm belongs to the key. Any thread may use it."""

    def __init__(self, native: _native.Tokens) -> None:
        self._native = native

    @classmethod
    def hs256(cls, secret: bytes, *, issuer: str, audience: str, **options: Any) -> Tokens:
        """HMAC with a secret of 32 to 1024 bytes.

        Options, of all three: ``typ`` ("JWT"), ``leeway`` and ``ttl`` in seconds (0 and 900), ``key_id``, ``public``
        (the key only verifies), ``single_use`` (a token that was used is refused).
        """
        return cls._made("HS256", secret, issuer, audience, options)

    @classmethod
    def es256(cls, key: bytes, *, issuer: str, audience: str, **options: Any) -> Tokens:
        """ECDSA over P-256: a private key of 32 bytes, or with ``public=True`` a point in SEC1 form."""
        return cls._made("ES256", key, issuer, audience, options)

    @classmethod
    def eddsa(cls, key: bytes, *, issuer: str, audience: str, **options: Any) -> Tokens:
        """Ed25519: a private or, with ``public=True``, a public key of 32 bytes."""
        return cls._made("EdDSA", key, issuer, audience, options)

    @classmethod
    def _made(cls, algorithm: str, key: bytes, issuer: str, audience: str, options: Dict[str, Any]) -> Tokens:
        return cls(_native.Tokens(algorithm, *token_parts(key, issuer, audience, options)))

    def add_key(self, algorithm: str, key: bytes, *, id: str, public: bool = False) -> None:
        """Adds a key that verifies: ``HS256``, ``ES256`` or ``EdDSA``, under an id."""
        self._native.add_key(algorithm, _bytes(key, "key"), public, _arguments.text(id, "id"))

    def sign_with(self, id: str) -> None:
        """Signs with the key of this id from now on; tokens of the others go on being accepted."""
        self._native.sign_with(_arguments.text(id, "id"))

    def remove_key(self, id: str) -> bool:
        """Takes a key away; the last stays. Whether one went."""
        return self._native.remove_key(_arguments.text(id, "id"))

    def issue(
        self,
        subject: str,
        *,
        role: Optional[str] = None,
        scopes: Iterable[str] = (),
        now: Optional[float] = None,
        ttl: Optional[int] = None,
    ) -> str:
        """A signed token. ``now`` is in seconds since 1970; without, the clock's."""
        name = None if role is None else _arguments.text(role, "role")
        seconds = None if ttl is None else _seconds(ttl, "ttl")
        return self._native.issue(_arguments.text(subject, "subject"), name, _arguments.scopes(scopes), whole_seconds(now), seconds)

    def verify(self, token: str, *, now: Optional[float] = None) -> Claims:
        """What a token says; `TokenError` says why it is not to be believed."""
        return claims(self._native.verify(_arguments.text(token, "token"), whole_seconds(now)))

    def revoke_all(self, before: float) -> None:
        """Refuses all tokens that were issued before this second."""
        self._native.revoke_all(whole_seconds(before))


@dataclass(frozen=True, repr=False)
class IssuedKey:
    """An API key just made. ``secret`` is the whole key: shown this once, and not by ``repr``."""

    id: str
    secret: str
    subject: str
    scopes: Tuple[str, ...]
    expires: Optional[int]

    def __repr__(self) -> str:
        return f"<voxguard.IssuedKey {self.id}>"


@dataclass(frozen=True)
class ApiKey:
    """What is kept of an API key."""

    id: str
    subject: str
    scopes: Tuple[str, ...]
    created: int
    expires: Optional[int]
    revoked: Optional[int]
    replaces: Optional[str]


class ApiKeys:
    """API keys in a store: a keyed hash of each, never the key. Any thread may use it.

    ``store`` is a URL such as ``sqlite:///access.db``. ``key`` hashes the secrets and must be the same every time;
    without, the store draws one.
    """

    def __init__(self, store: str, *, key: Optional[Key] = None) -> None:
        hashing = None if key is None else _arguments.key(key)
        self._native = _native.ApiKeys(_arguments.text(store, "store"), hashing)

    def issue(
        self,
        subject: str,
        *,
        scopes: Iterable[str] = (),
        expires: Optional[float] = None,
        now: Optional[float] = None,
    ) -> IssuedKey:
        """Makes a key. ``expires`` is a moment in seconds since 1970; without, it holds until it is revoked."""
        until = None if expires is None else whole_seconds(expires)
        parts = self._native.issue(_arguments.text(subject, "subject"), _arguments.scopes(scopes), whole_seconds(now), until)
        return _issued(parts)

    def verify(self, secret: str, *, now: Optional[float] = None) -> ApiKey:
        """The record of a key; `ApiKeyError` says why it does not hold."""
        accepted, source = self._native.verify(_arguments.text(secret, "secret"), whole_seconds(now))
        parts = json.loads(source)
        if not accepted:
            raise ApiKeyError(parts["message"], parts["code"])
        return _record(parts)

    def rotate(self, id: str, *, grace: int = 0, now: Optional[float] = None) -> IssuedKey:
        """A key that takes over from the one of this id, which holds for ``grace`` more seconds."""
        seconds = _seconds(grace, "grace")
        return _issued(self._native.rotate(_arguments.text(id, "id"), whole_seconds(now), seconds))

    def revoke(self, id: str, *, now: Optional[float] = None) -> bool:
        """Revokes a key. Whether one was in force."""
        return self._native.revoke(_arguments.text(id, "id"), whole_seconds(now))

    def revoke_all(self, before: float, *, now: Optional[float] = None) -> int:
        """Revokes all keys that were made before this second. How many."""
        return self._native.revoke_all(whole_seconds(before), whole_seconds(now))

    def list(self, subject: Optional[str] = None) -> List[ApiKey]:
        """The records of a subject's keys, or of all."""
        return [_record(parts) for parts in json.loads(self._native.list(subject))]

    def close(self) -> None:
        """Frees the store's file."""
        self._native.close()

    def __enter__(self) -> ApiKeys:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()


_Parts = Tuple[bytes, str, str, Optional[str], int, Optional[int], Optional[str], bool, bool]


def token_parts(key: bytes, issuer: str, audience: str, options: Dict[str, Any]) -> _Parts:
    """What tokens are made of, looked at, in the order in which the native module takes it."""
    known = {"typ": None, "leeway": 0, "ttl": None, "key_id": None, "public": False, "single_use": False}
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise TypeError(f"no option {unknown[0]!r}: accepted are {', '.join(known)}")
    given = {**known, **options}
    ttl = given["ttl"]
    return (
        _bytes(key, "key"),
        _arguments.text(issuer, "issuer"),
        _arguments.text(audience, "audience"),
        given["typ"],
        _seconds(given["leeway"], "leeway"),
        None if ttl is None else _seconds(ttl, "ttl"),
        given["key_id"],
        bool(given["public"]),
        bool(given["single_use"]),
    )


def claims(answer: Tuple[bool, str]) -> Claims:
    """What a verified token says, or the error that it is."""
    accepted, source = answer
    parts = json.loads(source)
    if not accepted:
        raise TokenError(parts["message"], parts["code"])
    return Claims(
        parts["id"],
        parts["subject"],
        parts["role"],
        tuple(parts["scopes"]),
        parts["issued"],
        parts["expires"],
    )


def _issued(parts: _native._IssuedParts) -> IssuedKey:
    id, secret, subject, scopes, expires = parts
    return IssuedKey(id, secret, subject, tuple(scopes), expires)


def _record(parts: Dict[str, Any]) -> ApiKey:
    return ApiKey(**{**parts, "scopes": tuple(parts["scopes"])})


def whole_seconds(value: Optional[float]) -> int:
    """A moment since 1970; without one, now."""
    moment = time.time() if value is None else value
    if isinstance(moment, bool) or not isinstance(moment, (int, float)):
        raise TypeError(f"a time is a {type(moment).__name__}: accepted are seconds since 1970")
    if not math.isfinite(moment) or not 0 <= moment <= 253402300799:
        raise _arguments.argument_error(f"time {moment} s: accepted are seconds since 1970, to the year 9999")
    return int(moment)


def _seconds(value: object, name: str) -> int:
    number = _arguments.integer(value, name)
    if not 0 <= number < 2**53:
        raise _arguments.argument_error(f"{name} is {number}: accepted are seconds, 0 or more")
    return number


def _bytes(value: object, name: str) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(f"{name} is a {type(value).__name__}: accepted are bytes")
    return bytes(value)
