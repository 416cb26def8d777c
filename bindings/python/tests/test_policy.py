"""A text is judged, and a refusal says where and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import voxguard
from conftest import RULES, refused


def test_a_verdict_says_what_to_speak(policy: Any) -> None:
    v = policy.check("Good morning.")
    assert v.allowed and v.action == "allow" and v.text == "Good morning." and v.hits == ()
    assert v.markup == "plain"


def test_a_refusal_is_an_answer_that_says_where(policy: Any) -> None:
    text = "Please make a wire transfer now."
    v = policy.check(text)
    assert not v.allowed and v.action == "block" and v.text == ""
    assert "fraud" in v.reason and "wire" not in v.reason
    (hit,) = v.hits
    assert (hit.rule, hit.category, hit.severity, hit.action) == ("fraud-1", "fraud", "error", "block")
    assert text[hit.start : hit.end] == "wire transfer"


def test_a_place_is_counted_in_characters_and_in_bytes(policy: Any) -> None:
    text = "Ünïcödé \U0001f600: wire transfer"
    (hit,) = policy.check(text).hits
    assert text[hit.start : hit.end] == "wire transfer"
    assert text.encode()[hit.start_byte : hit.end_byte] == b"wire transfer"


def test_a_warning_lets_the_text_through(policy: Any) -> None:
    v = policy.check("see x12y")
    assert v.allowed and v.action == "warn" and v.text == "see x12y" and v.hits[0].severity == "warning"


def test_markup_is_looked_through(policy: Any) -> None:
    text = "<speak>wire <break time='1s'/>transfer</speak>"
    assert policy.check(text).markup == "ssml" and not policy.check(text).allowed
    assert policy.check(text, markup="plain").markup == "plain"
    with refused("VG_ERR_ARGUMENT", '"html"', "auto", "ssml"):
        policy.check(text, markup="html")
    with refused("VG_ERR_TEXT"):
        policy.check("<speak>wire", markup="ssml")


def test_rules_are_a_dict_or_json_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(RULES, indent=2), "utf-8")
    hashes = {voxguard.Policy(rules).hash for rules in (RULES, json.dumps(RULES), file, str(file))}
    assert len(hashes) == 1 and len(hashes.pop()) == 64
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(RULES).encode())
    assert voxguard.Policy(file).hash == voxguard.Policy(RULES).hash
    file.write_bytes(b'{"version": 1, "rules": []}\xff')
    with refused("VG_ERR_UTF8", "byte 27"):
        voxguard.Policy(file)
    with pytest.raises(FileNotFoundError):
        voxguard.Policy(tmp_path / "none.json")
    for text in ("none.json", "", "not rules at all", "nul\0", "a" * 10**5):
        with refused("VG_ERR_POLICY", "line 1, column", "nor are they the path of a file"):
            voxguard.Policy(text)
    with refused("VG_ERR_UTF8", "rules has a lone surrogate"):
        voxguard.Policy("\udc80")
    for wrong in (None, 7, b"{}", [RULES]):
        with pytest.raises(TypeError, match=f"rules are a {type(wrong).__name__}"):
            voxguard.Policy(wrong)  # type: ignore[arg-type]


def test_rules_that_are_not_rules_are_refused_with_the_place() -> None:
    with refused("VG_ERR_POLICY", "line 1"):
        voxguard.Policy('{"version": 1, "rules": [')
    with refused("VG_ERR_POLICY"):
        voxguard.Policy({"version": 1, "rules": {}})
    with refused("VG_ERR_POLICY"):
        voxguard.Policy({"version": 1, "rules": [], "other": 3})


def rule(pattern: str) -> dict[str, Any]:
    one = {"id": "r-7", "category": "c", "severity": "error", "match": "regex", "pattern": pattern}
    return {"version": 1, "rules": [*RULES["rules"], one]}  # type: ignore[misc]


def test_a_pattern_that_is_none_is_refused_with_rule_and_place() -> None:
    with refused("VG_ERR_POLICY", "rules[2]", "r-7", "at character"):
        voxguard.Policy(rule("a(b"))


def test_a_pattern_too_large_is_refused_with_the_rule() -> None:
    with refused("VG_ERR_POLICY", "rules[2]", "r-7", "too large"):
        voxguard.Policy(rule(r"(\w{100}){100}"))


def test_text_must_be_unicode_text_of_reasonable_length(policy: Any) -> None:
    with refused("VG_ERR_UTF8", "text has a lone surrogate at character 2"):
        policy.check("ab\udc80")
    with pytest.raises(TypeError, match="text is a bytes"):
        policy.check(b"text")
    with refused("VG_ERR_TEXT", str(10 << 20)):
        policy.check("a" * (10 << 20))
    for text in ("", "\0", "a\0b", "﻿", "\U0010ffff"):
        assert policy.check(text).allowed


def test_a_verdict_shows_no_text(policy: Any) -> None:
    v = policy.check("Please make a wire transfer now.")
    assert "wire" not in repr(v) and "fraud" in repr(v)
