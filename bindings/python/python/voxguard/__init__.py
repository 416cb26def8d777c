"""Guards synthetic speech inside the program that makes it.

Text is judged by a `Policy`, samples are marked by a `Marker` and found again by a `Detector`, and a
`Ledger` keeps what was spoken; a `Guard` does all of it for one utterance after another::

    guard = voxguard.Guard(policy=policy, key=key, ledger="sqlite:///voxguard.db")
    with guard.utterance(subject="user-1", voice="heart", text=text) as u:
        for chunk in tts(u.text):
            play(u.mark(chunk))
        play(u.finish())

Importing this imports no NumPy: arrays are taken and given back when you have it, bytes otherwise.
"""

from ._detector import CurvePoint, Detection, Detector, Span, detect, detect_async
from ._errors import VoxguardError, VoxguardRuntimeError, VoxguardValueError
from ._guard import Guard, Utterance
from ._ledger import Fault, Ledger, Verification
from ._marker import Marker, embed, embed_async
from ._native import Key, version
from ._policy import (
    Policy,
    Verdict,
    lint,
    public_signing_key,
    rules_from_words,
    sign_rules,
    starter_rules,
)
from ._record import Record
from ._text_stream import Hit, Released, TextStream

__version__: str = version()

__all__ = [
    "CurvePoint",
    "Detection",
    "Detector",
    "Fault",
    "Guard",
    "Hit",
    "Key",
    "Ledger",
    "Marker",
    "Policy",
    "Record",
    "Released",
    "Span",
    "TextStream",
    "Utterance",
    "Verdict",
    "Verification",
    "VoxguardError",
    "VoxguardRuntimeError",
    "VoxguardValueError",
    "detect",
    "detect_async",
    "embed",
    "embed_async",
    "lint",
    "public_signing_key",
    "rules_from_words",
    "sign_rules",
    "starter_rules",
    "version",
]
