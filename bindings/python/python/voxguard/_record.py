"""Records: what the ledger keeps of an utterance. Hashes and ids, never the text or the samples."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Tuple


@dataclass(frozen=True)
class Record:
    """One entry of the ledger. What its kind does not say is None. Hashes are hexadecimal."""

    seq: Optional[int]  #: place in the ledger, from 1; None when there is no ledger
    id: str
    time: str  #: RFC 3339, UTC
    kind: str  #: ``generation`` or ``refusal``
    subject: Optional[str]  #: keyed hash of the subject
    voice: str
    text: str  #: keyed commitment to the text
    policy: Optional[str]  #: hash of the rules in force
    action: str  #: ``allow``, ``warn`` or ``block``
    mark: Optional[int]  #: the id that the audio carries
    key_id: Optional[str]
    rate: Optional[int]
    channels: Optional[int]
    frames_in: Optional[int]
    frames_marked: Optional[int]
    sample_format: Optional[str]  #: ``f32`` or ``i16``
    audio_in: Optional[str]  #: SHA-256 of the samples as interleaved little-endian bytes
    audio_out: Optional[str]
    outcome: Optional[str]  #: ``complete`` or ``aborted``
    rules: Tuple[str, ...]  #: of a refusal: the rules that refused
    source: str = field(compare=False)  #: the JSON that this was read from

    @classmethod
    def from_json(cls, source: str) -> Record:
        """A record from the JSON that the library writes."""
        fields: Dict[str, Any] = json.loads(source)
        mark = fields.get("mark")
        read: Dict[str, Any] = {name: fields.get(name) for name in cls.__dataclass_fields__}
        read["mark"] = None if mark is None else int(mark, 16)
        read["rules"] = tuple(fields.get("rules") or ())
        read["source"] = source
        return cls(**read)

    def json(self) -> str:
        """The record as JSON, every field that the library wrote."""
        return self.source

    def __repr__(self) -> str:
        mark = "None" if self.mark is None else f"0x{self.mark:08x}"
        parts = f"seq={self.seq}, kind={self.kind!r}, time={self.time!r}, mark={mark}"
        return f"Record({parts}, action={self.action!r}, outcome={self.outcome!r})"
