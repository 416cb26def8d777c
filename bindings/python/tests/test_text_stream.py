"""Masks, streams, consents, classifiers and packs."""

from __future__ import annotations

import asyncio
from typing import Any, AsyncIterator, Dict, List

import pytest

import voxguard

RULES: Dict[str, Any] = {
    "version": 1,
    "rules": [
        {"id": "en-1", "category": "violence", "severity": "error", "action": "block", "match": "term", "terms": ["kill"], "language": "en"},
        {"id": "r2", "category": "questionable", "severity": "warning", "match": "regex", "pattern": "x[0-9]+y"},
        {"id": "pii-card", "category": "pii", "severity": "error", "match": "pii", "pii": "card", "action": "mask"},
        {"id": "voices", "category": "impersonation", "severity": "error", "match": "name", "terms": ["Aurelia Example"]},
    ],
}


@pytest.fixture
def policy() -> voxguard.Policy:
    return voxguard.Policy(RULES)


def test_a_card_is_masked(policy: voxguard.Policy) -> None:
    v = policy.check("Use 4242 4242 4242 4242 now", markup="auto")
    assert v.action == "mask" and v.allowed
    assert v.text == "Use card number ending four two four two now"
    (hit,) = v.hits
    assert (hit.start, hit.end) == (4, 23)


def test_a_stream_decides_as_the_whole_does(policy: voxguard.Policy) -> None:
    text = "Hello, use 4242 4242 4242 4242 or x12y. "
    for cut in range(len(text)):
        s = policy.stream()
        r = [s.push(text[:cut]), s.push(text[cut:]), s.finish()]
        assert "".join(each.text for each in r) == policy.check(text).text
        assert not any(each.blocked for each in r)
        assert [hit for each in r for hit in each.hits] == list(policy.check(text).hits)


def test_a_blocked_stream_is_over(policy: voxguard.Policy) -> None:
    s = policy.stream()
    assert s.push("Good morning, I will k").text == "Good morning, I "
    r = s.push("1ll you, my friend ")
    assert r.blocked and r.text == "will " and r.hits[0].rule == "en-1"
    assert s.finish().blocked and s.blocked


def test_pieces_are_filtered_as_they_arrive(policy: voxguard.Policy) -> None:
    assert "".join(policy.stream().filter(["Good ", "morn", "ing."])) == "Good morning."
    stream = policy.stream()
    assert "".join(stream.filter(["I ki", "ll ", "never heard"])) == "I " and stream.blocked

    async def deltas() -> AsyncIterator[str]:
        for delta in ["I ki", "ss ", "frogs"]:
            yield delta

    async def collect() -> List[str]:
        return [text async for text in policy.stream().filter_async(deltas())]

    assert "".join(asyncio.run(collect())) == "I kiss frogs"


def test_a_lone_surrogate_is_refused(policy: voxguard.Policy) -> None:
    with pytest.raises(voxguard.VoxguardError, match="lone surrogate"):
        policy.stream().push("ki\ud800ll")
    with pytest.raises(voxguard.VoxguardError, match="lone surrogate"):
        policy.check("ki\ud800ll")


def test_a_consent_lifts_a_protected_name(policy: voxguard.Policy) -> None:
    assert policy.check("I am Aurelia Example").action == "block"
    assert policy.check("I am Aurelia Example", consents=["aurelia example"]).action == "allow"
    with pytest.raises(TypeError):
        policy.check("text", consents="Aurelia")


def test_a_classifier_is_asked_and_its_failure_is_decided_beforehand() -> None:
    def judge(spoken: str) -> List[Dict[str, Any]]:
        if "broken" in spoken:
            raise ValueError("no answer")
        if "bad" not in spoken:
            return []
        return [{"rule": "model", "category": "meaning", "start": spoken.index("bad"), "end": spoken.index("bad") + 3}]

    p = voxguard.Policy(RULES, classifier=judge, classifier_budget_ms=5000)
    assert p.check("all good").action == "allow"
    v = p.check("<speak>a bad thing</speak>")
    assert v.action == "block" and v.hits[0].view == "classifier" and (v.hits[0].start, v.hits[0].end) == (9, 12)


def test_a_late_classifier_blocks_or_warns() -> None:
    import time

    def slow(spoken: str) -> List[Dict[str, Any]]:
        time.sleep(0.5)
        return []

    for failure in ("block", "warn"):
        p = voxguard.Policy(RULES, classifier=slow, classifier_budget_ms=20, classifier_failure=failure)
        assert p.check("anything").action == failure


def test_rules_are_linted_signed_and_made_of_words() -> None:
    (advice,) = voxguard.lint([{"name": "old", "pattern": r"\bdiscriminat\b", "severity": "error", "category": "x"}])
    assert advice["code"] == "stem-between-boundaries" and advice["rule"] == "old"
    secret = bytes(range(32))
    pack = voxguard.sign_rules(RULES, secret)
    signed = voxguard.Policy.from_pack(pack, [voxguard.public_signing_key(secret)])
    assert signed.hash == voxguard.Policy(RULES).hash
    with pytest.raises(voxguard.VoxguardError, match="not trusted"):
        voxguard.Policy.from_pack(pack, [bytes(32)])
    words = voxguard.rules_from_words("kill\nwire transfer\n", id="mine", category="test", language="en")
    assert voxguard.Policy(words).check("he kills").action == "block"
    assert voxguard.Policy(voxguard.starter_rules("de")).check("Ihre Kartennummer bitte").action == "block"


def test_why_is_explained(policy: voxguard.Policy) -> None:
    why = policy.explain("go k1ll")
    assert why["hits"][0]["sought"] == "kill" and "signs for letters" in why["hits"][0]["undone"]
