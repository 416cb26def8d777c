"""A ledger tells of checkpoints, and loses none of them."""

from __future__ import annotations

import gc
import sys
import weakref
from pathlib import Path
from typing import Any, List

import pytest

import voxguard
from conftest import refused, run_python


def speak(guard: voxguard.Guard, times: int = 1) -> None:
    for _ in range(times):
        with guard.utterance(text="Hello.", voice="heart") as u:
            u.mark(bytes(200))
            u.finish()


def size(note: str) -> int:
    return int(note.split("\n")[1])


def test_a_sink_is_told_at_once_as_records_come_and_at_the_end(key: Any) -> None:
    told: List[str] = []
    with voxguard.Ledger("sqlite::memory:", key=key) as ledger:
        public = ledger.verifying_key
        ledger.on_checkpoint(told.append, every=2)
        assert [size(note) for note in told] == [0]
        speak(voxguard.Guard(key=key, ledger=ledger), 5)
    sizes = [size(note) for note in told]
    assert sizes[-1] == 5 and len(sizes) >= 3 and sizes == sorted(set(sizes))
    assert all(voxguard.check_proof(checkpoint=note, key=public)["holds"] for note in told)


def test_a_sink_that_fails_keeps_nobody_from_recording_and_is_told_again(key: Any, monkeypatch: Any) -> None:
    original, told, unraisable = KeyError("no paper left"), [], []
    paper = False

    def sink(note: str) -> None:
        if not paper:
            raise original
        told.append(note)

    monkeypatch.setattr(sys, "unraisablehook", lambda about: unraisable.append(about.exc_value))
    ledger = voxguard.Ledger("sqlite::memory:", key=key)
    with pytest.raises(voxguard.VoxguardRuntimeError) as caught:
        ledger.on_checkpoint(sink, every=1)
    assert caught.value.status_name == "VG_ERR_CALLBACK" and caught.value.__cause__ is original
    guard = voxguard.Guard(key=key, ledger=ledger)
    speak(guard, 2)
    assert len(ledger) == 2 and told == []
    with refused("VG_ERR_CALLBACK"):
        ledger.close()
    assert all(error is original for error in unraisable)

    ledger = voxguard.Ledger("sqlite::memory:", key=key)
    with refused("VG_ERR_CALLBACK"):
        ledger.on_checkpoint(sink, every=1000)
    paper = True
    speak(voxguard.Guard(key=key, ledger=ledger))
    ledger.close()
    assert size(told[-1]) == 1


def test_a_sink_may_read_its_ledger_and_not_append_to_it(key: Any) -> None:
    seen: List[object] = []
    ledger = voxguard.Ledger("sqlite::memory:", key=key)

    def sink(note: str) -> None:
        seen.append(len(ledger))
        try:
            ledger.ask("event", kind="security", object="told")
        except voxguard.VoxguardError as error:
            seen.append(error.status_name)

    ledger.on_checkpoint(sink)
    assert seen == [0, "VG_ERR_BUSY"]
    ledger.close()


def test_another_sink_takes_the_place_of_the_one_before_and_none_of_all(key: Any) -> None:
    first: List[str] = []
    second: List[str] = []
    ledger = voxguard.Ledger("sqlite::memory:", key=key)
    ledger.on_checkpoint(first.append, every=1)
    ledger.on_checkpoint(second.append, every=10)
    ledger.on_checkpoint(None)
    speak(voxguard.Guard(key=key, ledger=ledger))
    ledger.close()
    assert (len(first), len(second)) == (1, 1)
    with pytest.raises(TypeError, match="sink is a int"):
        ledger.on_checkpoint(7)  # type: ignore[arg-type]
    with refused("VG_ERR_ARGUMENT", "every 0"):
        ledger.on_checkpoint(first.append, every=0)


def test_a_sink_that_leads_back_to_its_ledger_is_collected_and_told_the_last(key: Any) -> None:
    told: List[str] = []

    class Host:
        def __init__(self) -> None:
            self.ledger = voxguard.Ledger("sqlite::memory:", key=key)
            self.ledger.on_checkpoint(self.hear)

        def hear(self, note: str) -> None:
            told.append(note)

    host = Host()
    speak(voxguard.Guard(key=key, ledger=host.ledger))
    gone = weakref.ref(host)
    del host
    gc.collect()
    assert gone() is None and size(told[-1]) == 1


def test_a_program_that_ends_without_closing_is_told_the_last(key: Any, tmp_path: Path) -> None:
    source = """
import sys, voxguard
key = voxguard.Key.generate()
ledger = voxguard.Ledger("sqlite:///" + sys.argv[1], key=key)
ledger.on_checkpoint(lambda note: print(note.split("\\n")[1]))
guard = voxguard.Guard(key=key, ledger=ledger)
with guard.utterance(text="Hello.", voice="heart") as u:
    u.mark(bytes(200))
    u.finish()
"""
    assert run_python(source, str(tmp_path / "ledger.db")).split() == ["0", "1"]
