"""What a ledger says to others has the form that is published, and what people ask of it is done."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

import voxguard
from conftest import CLIP, read_wav, refused

jsonschema = pytest.importorskip("jsonschema")

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/report.schema.json").read_text())
FUTURE = 2**42


@pytest.fixture()
def spoken(key: Any) -> Any:
    """A ledger with one utterance for anna, and the marked samples of it."""
    ledger = voxguard.Ledger("sqlite::memory:", key=key)
    clip, rate = read_wav(CLIP)
    guard = voxguard.Guard(key=key, ledger=ledger, sample_rate=rate)
    with guard.utterance(text="Good morning.", voice="heart", subject="anna", keep_text=True) as utterance:
        parts = [utterance.mark(clip), utterance.finish()]
    assert utterance.record is not None
    return ledger, utterance.record, parts, rate


def check(name: str, answer: Any) -> Any:
    """The answer, which is of the published form; and of no other: a field more or less is refused."""
    schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{name}"}
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(answer)
    one = answer[0] if isinstance(answer, list) else answer
    for field in list(one):
        kept = one.pop(field)
        assert not validator.is_valid(answer), f"{name} without {field}"
        one[field] = kept
    one["more"] = 1
    assert not validator.is_valid(answer), f"{name} with a field more"
    del one["more"]
    return answer


def test_each_report_has_the_form_that_is_published(spoken: Any) -> None:
    ledger, record, _, _ = spoken
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    mark = f"{record.mark:08x}"
    report = check("verify_report", ledger.ask("verify_report", found=True, p_value=1e-9, mark=mark))
    assert (report["finding"], report["seq"], report["mark"]) == ("detected", record.seq, mark)
    for p_value, finding in ((1e-4, "inconclusive"), (0.5, "not_found")):
        report = check("verify_report", ledger.ask("verify_report", found=False, p_value=p_value))
        assert report["finding"] == finding and report["seq"] is None

    check("c2pa", ledger.ask("c2pa", seq=record.seq, generator="hibari-tts"))

    aigc = check("aigc", ledger.ask("aigc", seq=record.seq, producer="Example"))
    places = {place["container"]: base64.b64decode(place["base64"]) for place in aigc["placements"]}
    assert places["wav"][:4] == b"LIST" and places["wav"][8:16] == b"INFOAIGC"
    assert places["mp3"][:5] == b"ID3\x04\x00" and places["mp3"][10:14] == b"TXXX"
    assert places["flac"].startswith(b"AIGC={")
    for place in places.values():
        assert json.loads(place[place.index(b"{") : place.rindex(b"}") + 1]) == aigc["label"]

    latent = ledger.ask("latent_disclosure", seq=record.seq, provider="P", system="S", version="1")
    check("latent_disclosure", latent)
    assert "anna" not in json.dumps([latent, aigc])

    sentence = check("audible_disclosure", ledger.ask("audible_disclosure", form="sentence", every="file", turns=3))
    assert sentence["plan"]["turns"] == [0] and sentence["samples"] is None
    rhythm = ledger.ask("audible_disclosure", form="rhythm", every="turn", turns=2, rate=8000)
    check("audible_disclosure", rhythm)
    assert rhythm["plan"]["turns"] == [0, 1] and len(rhythm["samples"]) == 8800

    counted = check("compliance", ledger.ask("compliance", from_ms=0, until_ms=FUTURE, html=True, verify=True))
    assert counted["report"]["speech"]["coverage"] == 1 and counted["report"]["records"] == {"generation": 1}


def test_a_person_sees_takes_limits_and_ends_what_is_kept(spoken: Any) -> None:
    ledger, record, _, _ = spoken
    note = ledger.checkpoint()
    receipt = ledger.ask("request", subject="anna", right="access")
    assert receipt["granted"] and "Good morning." in receipt["data"]
    assert ledger.ask("attachment", seq=record.seq) == {"category": "transcripts", "text": "Good morning."}
    grant = {"voice": "anna", "scopes": ["synthesize"]}
    assert ledger.ask("give_consent", subject="anna", grant=grant)["kind"] == "consent_given"
    asked = {"subject": "anna", "voice": "anna", "scope": "synthesize"}
    assert ledger.ask("consent", **asked)["given"]
    ledger.ask("withdraw_consent", subject="anna", voice="anna")
    assert ledger.ask("consent", **asked)["reason"] == "withdrawn"
    assert ledger.ask("hold", subject="anna", held=True, reason="case 7")["kind"] == "hold"
    assert not ledger.ask("request", subject="anna", right="erasure")["granted"]
    ledger.ask("hold", subject="anna", held=False, reason="case 7 closed")
    for right in ("rectification", "restriction", "objection", "portability"):
        assert ledger.ask("request", subject="anna", right=right, note="please")["granted"], right
    assert ledger.ask("standing", subject="anna") == {"held": False, "restricted": True, "objected": True}
    due = ledger.ask("retain", preset="standard", dry_run=True, now_ms=FUTURE)
    assert {purge["category"] for purge in due["purges"]} >= {"transcripts", "audit"}
    in_100_days = int((time.time() + 100 * 86_400) * 1000)
    longer = ledger.ask("retain", preset="seven-years", dry_run=True, now_ms=in_100_days)
    assert "audit" not in {purge["category"] for purge in longer["purges"]}
    assert ledger.ask("request", subject="anna", right="erasure")["granted"]
    assert [stored.kind for stored in ledger][-2:] == ["subject_request", "erasure"]
    assert ledger.find(subject="anna") == () and ledger.ask("standing", subject="anna") is None
    assert ledger.ask("attachment", seq=record.seq) is None
    assert ledger.verify(note).intact
    with refused("VG_ERR_ARGUMENT", "rectification, erasure"):
        ledger.ask("request", subject="anna", right="riches")


def test_a_clip_whose_id_is_not_read_leads_to_its_record_by_its_soft_bits(spoken: Any, key: Any) -> None:
    import numpy as np

    ledger, record, parts, rate = spoken
    detection = voxguard.detect(np.concatenate(parts), rate, keys=[key])
    noisy = [bit * (-0.2 if place % 9 == 0 else 0.5) for place, bit in enumerate(detection.soft_bits)]
    match = ledger.ask("lookup", soft=noisy, chips=detection.chips)
    assert match["found"] and match["mark"] == f"{record.mark:08x}" and match["p_value"] < 1e-3
    assert match["compared"] == 1
    assert ledger.ask("lookup", soft=noisy, chips=(detection.chips + 1) % 256) is None


def test_a_ledger_goes_on_under_another_key(spoken: Any) -> None:
    ledger, _, _, _ = spoken
    following = voxguard.Ledger("sqlite::memory:", key=voxguard.Key.generate())
    last = ledger.rotate(following)
    assert ledger.verify(last).intact
    [old], [new] = (side.ask("find", kind="key_rotation") for side in (ledger, following))
    assert (old["detail"], new["detail"]) == (following.verifying_key, ledger.verifying_key)
    with pytest.raises(TypeError):
        ledger.rotate("sqlite::memory:")  # type: ignore[arg-type]
