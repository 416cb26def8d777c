"""Errors say what they are."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import voxguard
from voxguard import _errors, _native


def test_errors_can_be_pickled_and_caught_as_what_they_are(key: Any) -> None:
    with pytest.raises(ValueError) as caught:
        voxguard.Marker(0, key=key, mark=7)
    error = caught.value
    assert isinstance(error, voxguard.VoxguardValueError) and isinstance(error, voxguard.VoxguardError)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error) and again.status == error.status == 40
    assert type(error).__module__ == "voxguard"


def test_the_statuses_of_this_side_are_the_library_s() -> None:
    named = {name: value for name, value in vars(_errors).items() if isinstance(value, tuple)}
    assert len(named) == 6
    for name, (status, status_name) in named.items():
        assert _native.status_name(status) == status_name == f"VG_ERR_{name}"
