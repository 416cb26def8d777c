"""Sealing: bytes that only a key's holder can read, and that nobody can change unnoticed."""

from __future__ import annotations

import os
from typing import List, Sequence, Tuple, Union

from . import _arguments, _native

_Bytes = Union[bytes, bytearray, memoryview]


class SealKey:
    """A key that seals. Shown, it shows its id alone."""

    def __init__(self, native: _native.SealKey) -> None:
        self._native = native

    @classmethod
    def generate(cls) -> SealKey:
        """A new key, from the operating system's randomness."""
        return cls(_native.SealKey.generate())

    @classmethod
    def from_bytes(cls, data: _Bytes) -> SealKey:
        """A key of 32 bytes: from a callback of yours, a key service, a hardware module."""
        return cls(_native.SealKey.from_bytes(bytes(data)))

    @classmethod
    def from_file(cls, path: Union[str, os.PathLike[str]], *, create: bool = False) -> SealKey:
        """The key in a file that its owner alone may read; with ``create`` one is made where there is none."""
        return cls(_native.SealKey.from_source(f"file:{os.fspath(path)}", create))

    @classmethod
    def from_env(cls, name: str) -> SealKey:
        """The key in an environment variable, 64 hexadecimal digits."""
        return cls(_native.SealKey.from_source("env:" + _arguments.text(name, "name"), False))

    @classmethod
    def unwrap(cls, wrapped: str, password: Union[str, bytes], *, kdf: str = "argon2id") -> Tuple[SealKey, bool]:
        """The key under a password, and whether it was wrapped at less than today's cost: then wrap it anew."""
        native, outdated = _native.SealKey.unwrap(_arguments.text(wrapped, "wrapped"), _password(password), kdf)
        return cls(native), outdated

    def wrap(self, password: Union[str, bytes], *, kdf: str = "argon2id") -> str:
        """The key under a password, as one line that can be stored; ``kdf`` is ``argon2id`` or ``pbkdf2``."""
        return self._native.wrap(_password(password), kdf)

    def to_bytes(self) -> bytes:
        """The secret itself: handle with care."""
        return self._native.to_bytes()

    @property
    def id(self) -> str:
        """The public name: 16 hexadecimal digits that say which key, and nothing about it."""
        return self._native.id()

    def __repr__(self) -> str:
        return f"<voxguard.SealKey {self.id}>"

    def __reduce_ex__(self, protocol: object) -> str:
        raise TypeError("a SealKey is a secret and cannot be pickled")


class Sealer:
    """Seals with one key, and opens with that and retired ones. Any thread may use it.

    What sealed data is bound to (``aad``: whose it is, of which kind) must be given again to open it.
    """

    def __init__(self, key: SealKey, *, retired: Sequence[SealKey] = ()) -> None:
        keys: List[_native.SealKey] = []
        for one in (key, *retired):
            if not isinstance(one, SealKey):
                raise TypeError(f"a key is a {type(one).__name__}: accepted is a voxguard.SealKey")
            keys.append(one._native)
        self._native = _native.Sealer(keys)

    def seal(self, data: _Bytes, *, aad: _Bytes = b"") -> bytes:
        """Seals bytes."""
        return self._native.seal(bytes(data), bytes(aad))

    def open(self, sealed: _Bytes, *, aad: _Bytes = b"") -> bytes:
        """What was sealed; `VoxguardValueError` when it was changed or bound to something else."""
        return self._native.open(bytes(sealed), bytes(aad))

    def seal_audio(self, data: _Bytes, *, aad: _Bytes = b"", chunk_bytes: int = 65536) -> bytes:
        """Seals audio in chunks, each of which opens on its own."""
        return self._native.seal_stream(bytes(data), bytes(aad), chunk_bytes)

    def open_audio(self, sealed: _Bytes, *, aad: _Bytes = b"") -> bytes:
        """The whole audio; a chunk that was cut, moved, repeated or taken from elsewhere is noticed."""
        return self._native.open_stream(bytes(sealed), bytes(aad))

    def open_audio_chunk(self, sealed: _Bytes, index: int, *, aad: _Bytes = b"") -> bytes:
        """One chunk of sealed audio, by its index from 0."""
        view = memoryview(sealed)
        header = bytes(view[:40])
        stride = int.from_bytes(header[12:16], "big") + 16
        count = max(-(-(len(view) - 40) // stride), 0)
        if not 0 <= index < count:
            raise IndexError(f"chunk {index}: there are {count}")
        begin = 40 + index * stride
        chunk = bytes(view[begin : begin + stride])
        return self._native.open_chunk(header, bytes(aad), index, index == count - 1, chunk)


def fernet_open(key: str, token: str) -> bytes:
    """What a Fernet token of an older system holds, to be sealed anew."""
    return _native.fernet_open(_arguments.text(key, "key"), _arguments.text(token, "token"))


def _password(password: Union[str, bytes]) -> bytes:
    return password.encode() if isinstance(password, str) else bytes(password)
