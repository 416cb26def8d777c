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

from . import config
from ._access import Access, Answer, AudioFinding, AudioReport, Commands, CommandDecision
from ._access import Alert, Limit, Monitor, RateLimiter
from ._detector import CurvePoint, Detection, Detector, Listener, Span, detect, detect_async
from ._errors import VoxguardError, VoxguardRuntimeError, VoxguardValueError
from ._guard import Guard, Utterance
from ._ledger import Fault, Ledger, Verification, check_proof
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
from ._roles import Cedar, RoleDecision, Roles
from ._text_stream import Hit, Released, TextStream
from ._seal import SealKey, Sealer, fernet_open
from ._tokens import ApiKey, ApiKeyError, ApiKeys, Claims, IssuedKey, TokenError, Tokens

__version__: str = version()

__all__ = [
    "Access",
    "Alert",
    "Answer",
    "ApiKey",
    "ApiKeyError",
    "ApiKeys",
    "AudioFinding",
    "AudioReport",
    "Cedar",
    "Claims",
    "CommandDecision",
    "Commands",
    "CurvePoint",
    "Detection",
    "Detector",
    "Fault",
    "Guard",
    "Hit",
    "IssuedKey",
    "Key",
    "Ledger",
    "Limit",
    "Listener",
    "Marker",
    "Monitor",
    "Policy",
    "RateLimiter",
    "Record",
    "Released",
    "RoleDecision",
    "Roles",
    "SealKey",
    "Sealer",
    "Span",
    "TextStream",
    "TokenError",
    "Tokens",
    "Utterance",
    "Verdict",
    "Verification",
    "VoxguardError",
    "VoxguardRuntimeError",
    "VoxguardValueError",
    "check_proof",
    "config",
    "detect",
    "detect_async",
    "embed",
    "embed_async",
    "fernet_open",
    "lint",
    "public_signing_key",
    "rules_from_words",
    "sign_rules",
    "starter_rules",
    "version",
]
