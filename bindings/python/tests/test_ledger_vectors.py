"""Every language takes the same proofs for true: tests/vectors/ledger.json."""

from __future__ import annotations

import json
from typing import Any

import pytest

import voxguard
from conftest import VECTORS

LEDGER = json.loads((VECTORS / "ledger.json").read_text("utf-8"))


@pytest.mark.parametrize("case", LEDGER["cases"], ids=lambda case: case["name"])
def test_a_proof_holds_or_does_not(case: Any) -> None:
    answer = voxguard.check_proof(**case["question"])
    assert answer["holds"] is case["holds"], answer["reason"]


def test_there_are_proofs_of_both_kinds() -> None:
    assert {case["holds"] for case in LEDGER["cases"]} == {True, False} and len(LEDGER["cases"]) >= 20
