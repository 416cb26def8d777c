"""Plain arguments: checked here, so that an error can name the argument."""

from __future__ import annotations

import json
import operator
from typing import Any, Iterable, List, Mapping

from ._errors import ARGUMENT, AUDIO_FORMAT, UTF8, VoxguardError, refusal
from ._native import Key


def argument_error(message: str) -> VoxguardError:
    """An argument of the right type whose value is none of those accepted."""
    return refusal(*ARGUMENT, message)


def format_error(message: str) -> VoxguardError:
    """Samples of a shape, rate or channel count that is not accepted."""
    return refusal(*AUDIO_FORMAT, message)


def integer(value: object, name: str) -> int:
    """An int, or what Python itself takes for one (a NumPy integer, not a float)."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} is a {type(value).__name__}: accepted is an int") from None


def mark_id(value: object, bits: int = 32) -> int:
    """A mark's id: 32 bits, or 64 where its scheme has room."""
    mark, most = integer(value, "mark"), 64 if bits == 64 else 32
    if not 0 <= mark < 2**most:
        raise argument_error(f"mark {mark}: accepted are 0 to {2**most - 1} ({most} bits)")
    return mark


def scheme(value: object) -> int:
    """Bits of the id that a mark carries."""
    bits = integer(value, "scheme")
    if bits not in (0, 16, 32, 64):
        raise argument_error(f"scheme {bits}: accepted are 0, 16, 32 and 64, the bits of the id")
    return bits


def strength(value: object) -> float:
    """How loud a mark is. The library knows the range; here it need only fit the C type."""
    if isinstance(value, str) or not hasattr(value, "__float__"):
        raise TypeError(f"strength is a {type(value).__name__}: accepted is a float")
    number = float(value)
    if not abs(number) < 1e38:  # nor what is no number
        raise argument_error(f"strength {number}: accepted are 0.25 to 2, usual is 1")
    return number


def sample_rate(value: object) -> int:
    """Frames a second. The library knows which rates it takes; here it need only fit the C type."""
    rate = integer(value, "sample_rate")
    if not 0 <= rate < 2**32:
        raise format_error(f"sample rate {rate} Hz: accepted are 8000 to 192000")
    return rate


def channels(value: object) -> int:
    """Interleaved channels, likewise."""
    count = integer(value, "channels")
    if not 0 <= count < 2**16:
        raise format_error(f"{count} channels: accepted are 1 to 8")
    return count


def callback(value: Any, name: str) -> None:
    """Something to call, or None."""
    if value is not None and not callable(value):
        raise TypeError(f"{name} is a {type(value).__name__}: accepted is a function")


def text(value: object, name: str) -> str:
    """A str that is Unicode text. The text itself never appears in an error."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is a {type(value).__name__}: accepted is a str")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        message = f"{name} has a lone surrogate at character {error.start}, which is not Unicode text"
        raise refusal(*UTF8, message) from None
    return value


def json_text(value: object, name: str) -> str:
    """A document as JSON text: a dict, or JSON text as it is."""
    if isinstance(value, str):
        return text(value, name)
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is a {type(value).__name__}: accepted are a dict and JSON text")
    try:
        return json.dumps(dict(value), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise argument_error(f"{name} has no JSON form: {error}") from None


def scopes(value: Iterable[str]) -> List[str]:
    """Scopes of a key or token."""
    if isinstance(value, str):
        raise TypeError("scopes is a str: accepted is a list of them, as scopes=['synthesize']")
    return [text(scope, "scope") for scope in value]


def key(value: object, name: str = "key") -> Key:
    """A key, and not its text or bytes by mistake."""
    if not isinstance(value, Key):
        raise TypeError(f"{name} is a {type(value).__name__}: accepted is a voxguard.Key")
    return value


def keys(value: Iterable[Key]) -> List[Key]:
    """The keys of a detector."""
    if isinstance(value, Key):
        raise TypeError("keys is one Key: accepted is a list of them, as keys=[key]")
    if not hasattr(value, "__iter__"):
        raise TypeError(f"keys is a {type(value).__name__}: accepted is a list of voxguard.Key")
    return [key(one, f"keys[{place}]") for place, one in enumerate(value)]
