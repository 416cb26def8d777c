"""Samples in and out: NumPy arrays or bytes, handed back as they came.

Accepted are ``float32`` and ``int16`` arrays, 1-D (mono) or 2-D ``(frames, channels)``, in any memory
layout and byte order, and ``bytes``, ``bytearray`` and ``memoryview`` of interleaved signed 16-bit
little-endian samples (a ``memoryview`` of format ``f`` or ``h`` holds numbers of that type instead).

The native module sees interleaved little-endian bytes only. That costs one copy each way, which we
need anyhow: it lets others run, and even write to their array, while we work. NumPy is used when the
caller has brought it and never imported before.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Optional, Tuple, TypeVar, Union

from ._arguments import format_error
from ._errors import PARTIAL_FRAME, refusal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_Samples = Union["npt.NDArray[np.float32]", "npt.NDArray[np.int16]", bytes, bytearray, memoryview]
_S = TypeVar("_S", bound=_Samples)

# Most channels that the library takes. The library itself decides; here it only tells an array that
# lies on its side from one that stands.
MAX_CHANNELS = 8

ITEM_BYTES = {"f32": 4, "i16": 2}
LITTLE_ENDIAN = {"f32": "<f4", "i16": "<i2"}
ACCEPTED = "accepted are float32 and int16 NumPy arrays, and bytes, bytearray or memoryview of s16le"


class Layout:
    """How a caller holds samples, so that the answer can be held the same way."""

    __slots__ = ("kind", "channels")

    def __init__(self, kind: str, channels: int) -> None:
        self.kind = kind  #: ``"f32"`` or ``"i16"``
        self.channels = channels

    def hold(self, data: bytearray) -> Any:
        """These interleaved little-endian samples, as the caller holds samples."""
        raise NotImplementedError


class InArray(Layout):
    """In a NumPy array of some dtype (which has a byte order) and one or two dimensions."""

    __slots__ = ("numpy", "dtype", "dimensions")

    def __init__(self, kind: str, channels: int, numpy: Any, dtype: Any, dimensions: int) -> None:
        super().__init__(kind, channels)
        self.numpy = numpy
        self.dtype = dtype
        self.dimensions = dimensions

    def hold(self, data: bytearray) -> Any:
        frames = len(data) // (ITEM_BYTES[self.kind] * self.channels)
        shape = (frames,) if self.dimensions == 1 else (frames, self.channels)
        array = self.numpy.ndarray(shape, LITTLE_ENDIAN[self.kind], buffer=data)
        return array.astype(self.dtype, copy=False)


class InBytes(Layout):
    """In bytes or a bytearray: s16le."""

    __slots__ = ("holder",)

    def __init__(self, channels: int, holder: type) -> None:
        super().__init__("i16", channels)
        self.holder = holder

    def hold(self, data: bytearray) -> Any:
        return data if self.holder is bytearray else bytes(data)


class InView(Layout):
    """In a memoryview of some format."""

    __slots__ = ("format",)

    def __init__(self, kind: str, channels: int, format: Any) -> None:
        super().__init__(kind, channels)
        self.format = format

    def hold(self, data: bytearray) -> Any:
        return memoryview(data).cast(self.format)


def read(samples: Any, channels: Optional[int]) -> Tuple[bytes, Layout]:
    """Samples as interleaved little-endian bytes, and how they were held.

    ``channels`` is what the caller has said; where that is nothing, a 2-D array says it itself and
    anything else is mono.
    """
    # Whoever has an array has imported NumPy.
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(samples, getattr(numpy, "ndarray", ())):
        return _read_array(samples, channels, numpy)
    mono_unless_said = 1 if channels is None else channels
    if isinstance(samples, (bytes, bytearray)):
        layout: Layout = InBytes(mono_unless_said, bytearray if isinstance(samples, bytearray) else bytes)
        data = samples if type(samples) is bytes else bytes(samples)
    elif isinstance(samples, memoryview):
        data, layout = _read_view(samples, mono_unless_said)
    else:
        raise TypeError(f"samples are a {type(samples).__name__}: {ACCEPTED}")
    item = ITEM_BYTES[layout.kind]
    if len(data) % item:
        message = f"{len(data)} bytes are not a whole number of samples of {item} bytes"
        raise refusal(*PARTIAL_FRAME, message)
    return data, layout


def _read_view(view: memoryview, channels: int) -> Tuple[bytes, Layout]:
    if view.ndim != 1:
        raise format_error(f"{view.ndim}-D memoryview: accepted is 1-D, of interleaved samples")
    data = view.tobytes()
    if view.format in ("B", "b", "c"):
        return data, InView("i16", channels, view.format)
    kind = {"f": "f32", "h": "i16"}.get(view.format.lstrip("@"))
    if kind is None:
        raise TypeError(f"memoryview of format {view.format!r}: accepted are 'B' (s16le), 'h' and 'f'")
    if sys.byteorder == "big":
        raise TypeError("a memoryview of numbers is accepted on little-endian machines only: use NumPy")
    return data, InView(kind, channels, view.format)


def _read_array(array: Any, channels: Optional[int], numpy: Any) -> Tuple[bytes, Layout]:
    kind = {("f", 4): "f32", ("i", 2): "i16"}.get((array.dtype.kind, array.dtype.itemsize))
    if kind is None:
        how = "use x.astype('float32')" if array.dtype.kind == "f" else "scale to -1...1 and use float32"
        raise TypeError(f"{array.dtype} array: accepted are float32 and int16; {how}")
    if hasattr(array, "mask"):
        raise TypeError("masked array: accepted are plain arrays; fill it with x.filled(0)")
    count = _array_channels(array.shape, channels)
    # tobytes() goes row by row whatever the strides: that is interleaving.
    data: bytes = array.astype(LITTLE_ENDIAN[kind], copy=False).tobytes()
    return data, InArray(kind, count, numpy, array.dtype, array.ndim)


def _array_channels(shape: Tuple[int, ...], channels: Optional[int]) -> int:
    if len(shape) == 1:
        if channels is None or channels == 1:
            return 1
        raise format_error(
            f"1-D array where there are {channels} channels: accepted is shape (frames, {channels});"
            f" interleaved samples get there by x.reshape(-1, {channels})"
        )
    if len(shape) != 2:
        raise format_error(f"{len(shape)}-D array: accepted are 1-D (mono) and 2-D (frames, channels)")
    if channels is None:
        if shape[1] > MAX_CHANNELS >= shape[0]:
            raise format_error(f"array of shape {shape}: accepted is (frames, channels); use x.T")
        return min(shape[1], 2**16 - 1)
    if shape[1] != channels:
        meant = "1-D or (frames, 1)" if channels == 1 else f"(frames, {channels})"
        raise format_error(
            f"array of shape {shape} where there is {channels} channel{'s' * (channels != 1)}: accepted is {meant}"
        )
    return channels


def empty(channels: int) -> Layout:
    """How to hold samples when none were ever seen: in a NumPy array if there is NumPy."""
    try:
        import numpy
    except ImportError:
        return InBytes(channels, bytes)
    return InArray("f32", channels, numpy, numpy.dtype("float32"), 1 if channels == 1 else 2)
