"""A key is a secret: it is named, and neither shown nor handed on by accident."""

from __future__ import annotations

import copy
import pickle

import pytest

import voxguard
from conftest import refused


def test_a_key_is_not_shown_and_not_pickled() -> None:
    key = voxguard.Key.generate()
    secret = key.to_hex()
    assert len(secret) == 64 and len(key.id) == 16 and key.id not in secret
    assert key.id in repr(key) and secret[:8] not in repr(key) and str(key) == repr(key)
    assert voxguard.Key.from_hex(secret).id == voxguard.Key.from_bytes(bytes.fromhex(secret)).id == key.id
    assert voxguard.Key.generate().id != key.id
    assert copy.copy(key) is key and copy.deepcopy([key])[0] is key
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(key, protocol)


def test_a_key_is_32_bytes() -> None:
    for length in (0, 31, 33, 10**6):
        with refused("VG_ERR_KEY", str(length), "32"):
            voxguard.Key.from_bytes(b"k" * length)
    for text in ("", "ab" * 31, "ab" * 33, "zz" * 32, "0" * 64):
        with refused("VG_ERR_KEY") as _:
            voxguard.Key.from_hex(text)
    with pytest.raises(voxguard.VoxguardValueError) as caught:
        voxguard.Key.from_hex("deadbeef" * 7 + "deadbeeq")
    assert "deadbee" not in str(caught.value)
    for wrong in (None, 7, "text"):
        with pytest.raises(TypeError):
            voxguard.Key.from_bytes(wrong)  # type: ignore[arg-type]
    with pytest.raises((TypeError, ValueError)) as anything:
        voxguard.Key.from_hex("deadbeef\udc80")
    assert "deadbeef" not in str(anything.value)
