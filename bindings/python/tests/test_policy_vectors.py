"""Every language judges texts alike: tests/vectors/policy.json."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

import voxguard
from conftest import VECTORS, refused

POLICY = json.loads((VECTORS / "policy.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def policy() -> voxguard.Policy:
    return voxguard.Policy(POLICY["rules"])


def test_the_rules_have_their_hash(policy: Any) -> None:
    assert policy.hash == POLICY["policy_hash"]


@pytest.mark.parametrize("case", POLICY["cases"], ids=lambda case: case["name"])
def test_a_text_gets_its_verdict(policy: Any, case: Any) -> None:
    expected = dict(case["verdict"])
    assert expected.pop("policy_hash") == policy.hash
    v = policy.check(case["text"], markup=case["markup"])
    hits = [{name: getattr(hit, name) for name in one} for hit, one in zip(v.hits, expected["hits"])]
    assert len(v.hits) == len(expected["hits"]) and hits == expected.pop("hits")
    assert {name: getattr(v, name) for name in expected} == expected


def test_a_verdict_has_every_field(policy: Any) -> None:
    """A field that the vectors gain is one that we lack."""
    fields = {field.name for field in dataclasses.fields(voxguard.Verdict)} | {"allowed", "policy_hash"}
    of_hits = {field.name for field in dataclasses.fields(voxguard.Hit)}
    for case in POLICY["cases"]:
        assert set(case["verdict"]) <= fields
        assert all(set(hit) <= of_hits for hit in case["verdict"]["hits"])


@pytest.mark.parametrize("case", POLICY["errors"], ids=lambda case: case["name"])
def test_a_text_that_cannot_be_judged_gets_its_error(policy: Any, case: Any) -> None:
    with refused(case["status"], case["message"]):
        policy.check(case["text"], markup=case["markup"])


@pytest.mark.parametrize("case", POLICY["bad_rules"], ids=lambda case: case["name"])
def test_rules_that_are_refused_get_their_error(case: Any) -> None:
    with refused(case["status"], case["message"]):
        voxguard.Policy(case["rules"])
