"""Errors: what was wrong, with which value, and what would be accepted."""

from __future__ import annotations

# The statuses that this side raises or looks for itself, as in voxguard.h; a test compares them with the library's.
ARGUMENT = (2, "VG_ERR_ARGUMENT")
UTF8 = (3, "VG_ERR_UTF8")
HANDLE = (7, "VG_ERR_HANDLE")
AUDIO_FORMAT = (40, "VG_ERR_AUDIO_FORMAT")
PARTIAL_FRAME = (43, "VG_ERR_PARTIAL_FRAME")
CALLBACK = (92, "VG_ERR_CALLBACK")


class VoxguardError(Exception):
    """Anything that voxguard refused or could not do.

    A blocked text, audio without a mark and a ledger that does not verify are answers, not errors.
    """

    __module__ = "voxguard"

    def __init__(self, message: str, status: int, status_name: str) -> None:
        super().__init__(message, status, status_name)
        self.message = message
        #: The C status: an open set of numbers, never reused. See ``voxguard.h``.
        self.status = status
        #: The status by name, as ``"VG_ERR_KEY"``.
        self.status_name = status_name

    def __str__(self) -> str:
        return f"{self.message} [{self.status_name}]"


class VoxguardValueError(VoxguardError, ValueError):
    """The caller's doing: an argument, a configuration, samples (status 1 to 59)."""

    __module__ = "voxguard"


class VoxguardRuntimeError(VoxguardError, RuntimeError):
    """Not the caller's doing: storage, a failed callback, a fault of voxguard (status 60 to 99)."""

    __module__ = "voxguard"


def refusal(status: int, status_name: str, message: str) -> VoxguardError:
    """The error of a status. The native module raises through this too."""
    kind = VoxguardValueError if status < 60 else VoxguardRuntimeError
    return kind(message, status, status_name)
