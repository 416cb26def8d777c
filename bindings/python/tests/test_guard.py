"""An utterance: checked, marked, recorded, whatever happens on the way."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import weakref
from typing import Any, List

import numpy as np
import pytest

import voxguard
from conftest import refused
from voxguard import Record


@pytest.fixture
def guard(key: Any, policy: Any) -> voxguard.Guard:
    return voxguard.Guard(key=key, policy=policy, ledger="sqlite::memory:")


def test_samples_in_are_samples_marked(guard: Any, key: Any, speech: Any) -> None:
    with guard.utterance(subject="user-1", voice="heart", text="Good morning.") as u:
        assert u.allowed and u.text == "Good morning." and u.verdict.action == "allow" and u.record is None
        assert 0 <= u.latency <= 0.08 * 24000
        out = [u.mark(chunk) for chunk in np.array_split(speech, 11)]
        assert u.pending == u.latency
        out.append(u.finish())
        assert u.pending == 0
    y = np.concatenate(out)
    assert y.dtype == np.float32 and np.array_equal(y, voxguard.embed(speech, 24000, key=key, mark=u.mark_id))
    record = u.record
    assert record.frames_in == record.frames_marked == len(speech) and record.mark == u.mark_id
    assert record.audio_in == hashlib.sha256(speech.astype("<f4").tobytes()).hexdigest()
    assert record.audio_out == hashlib.sha256(y.astype("<f4").tobytes()).hexdigest()
    assert guard.ledger.find(mark=voxguard.detect(y, 24000, keys=[key]).mark) == (record,)


def test_a_refusal_raises_nothing_and_is_recorded(guard: Any, policy: Any) -> None:
    text = "Please make a wire transfer."
    with guard.utterance(voice="heart", text=text) as u:
        assert not u.allowed and u.verdict == policy.check(text) and u.text == "" and u.mark_id is None
        with refused("VG_ERR_STATE"):
            u.mark(np.zeros(10, np.float32))
        assert len(u.finish()) == 0  # so that a loop over no samples may end as every other does
    assert u.record.kind == "refusal" and u.record.rules == ("fraud-1",) and u.record.mark is None
    assert list(guard.ledger) == [u.record]


def test_leaving_without_finish_aborts_and_records(guard: Any, speech: Any) -> None:
    with guard.utterance(voice="heart", text="One.") as u:
        u.mark(speech[:4800])
    assert u.record.outcome == "aborted" and u.record.frames_in == 4800
    assert u.record.frames_marked == 4800 - u.latency
    with refused("VG_ERR_STATE"):
        u.finish()
    u.abort()  # over is over
    assert list(guard.ledger) == [u.record]


def test_an_exception_inside_aborts_and_records(guard: Any, speech: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        with guard.utterance(voice="heart", text="One.") as u:
            u.mark(speech[:4800])
            1 / 0
    assert u.record.outcome == "aborted" and list(guard.ledger) == [u.record]


def test_where_nothing_was_marked_nothing_was_spoken(guard: Any) -> None:
    with guard.utterance(voice="heart", text="One."):
        pass
    assert list(guard.ledger) == []


def test_an_utterance_that_is_dropped_is_recorded_as_aborted(guard: Any, speech: Any) -> None:
    u = guard.utterance(voice="heart", text="One.")
    u.mark(speech[:4800])
    del u
    gc.collect()
    (record,) = guard.ledger
    assert record.outcome == "aborted" and record.frames_in == 4800


def test_float_after_int_is_refused(guard: Any) -> None:
    with guard.utterance(voice="heart", text="One.") as u:
        u.mark(np.zeros(100, np.int16))
        with refused("VG_ERR_STATE"):
            u.mark(np.zeros(100, np.float32))
        assert u.finish().dtype == np.int16
    assert u.record.frames_in == 100


def test_format_is_the_guard_s_unless_said(key: Any, stereo: Any) -> None:
    guard = voxguard.Guard(key=key, sample_rate=16000, channels=2)
    with guard.utterance(voice="heart", text="One.") as u:
        u.mark(stereo)
        u.finish()
    assert (u.record.rate, u.record.channels, u.record.seq) == (16000, 2, None)
    with guard.utterance(voice="heart", text="One.", sample_rate=24000, channels=1) as u:
        u.mark(b"\0\0")
        u.finish()
    assert (u.record.rate, u.record.channels) == (24000, 1)
    assert guard.ledger is None


def test_what_cannot_begin_is_refused(guard: Any, key: Any) -> None:
    with refused("VG_ERR_UTF8", "text has a lone surrogate"):
        guard.utterance(voice="heart", text="\ud800")
    with refused("VG_ERR_UTF8", "voice has a lone surrogate"):
        guard.utterance(voice="\ud800", text="One.")
    with refused("VG_ERR_TEXT"):
        guard.utterance(voice="heart", text="a" * (10 << 20))
    with refused("VG_ERR_ARGUMENT"):
        guard.utterance(voice="heart", text="One.", subject="not accepted")
    with refused("VG_ERR_AUDIO_FORMAT", "9 channels"):
        guard.utterance(voice="heart", text="One.", channels=9)
    with pytest.raises(TypeError, match="subject is a int"):
        guard.utterance(voice="heart", text="One.", subject=7)
    for wrong in ({"policy": {}}, {"ledger": 7}, {"on_record": 7}, {"key": "00"}):
        with pytest.raises(TypeError, match=f"{next(iter(wrong))} is a"):
            voxguard.Guard(**{"key": key, **wrong})
    assert list(guard.ledger) == []


def test_a_callback_gets_every_record_once_it_is_durable(key: Any, policy: Any) -> None:
    ledger = voxguard.Ledger("sqlite::memory:", key=key)
    seen: List[Record] = []

    def on_record(record: Record) -> None:
        assert ledger.get(len(seen) + 1) == record
        seen.append(record)

    guard = voxguard.Guard(key=key, policy=policy, ledger=ledger, on_record=on_record)
    with guard.utterance(voice="heart", text="One.") as u:
        u.mark(bytes(200))
        u.finish()
    guard.utterance(voice="heart", text="wire transfer")
    assert [record.kind for record in seen] == ["generation", "refusal"] and seen[0] == u.record


def test_a_callback_that_fails_fails_finish_and_nothing_is_lost(key: Any, speech: Any) -> None:
    original = KeyError("the host's own fault")
    calls = []

    def on_record(record: Record) -> None:
        calls.append(record)
        if len(calls) == 1:
            raise original

    guard = voxguard.Guard(key=key, ledger="sqlite::memory:", on_record=on_record)
    with guard.utterance(voice="heart", text="One.") as u:
        out = [u.mark(speech)]
        with pytest.raises(voxguard.VoxguardRuntimeError) as caught:
            u.finish()
        assert caught.value.status_name == "VG_ERR_CALLBACK" and caught.value.__cause__ is original
        assert u.record == calls[0]
        out.append(u.finish())
    assert np.array_equal(np.concatenate(out), voxguard.embed(speech, 24000, key=key, mark=u.mark_id))
    assert guard.ledger is not None and list(guard.ledger) == [u.record] and len(calls) == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_callback_that_fails_lets_what_went_wrong_first_through(key: Any, policy: Any) -> None:
    def on_record(record: Record) -> None:
        raise KeyError("the host's own fault")

    guard = voxguard.Guard(key=key, policy=policy, ledger="sqlite::memory:", on_record=on_record)
    with pytest.raises(ZeroDivisionError), pytest.warns(RuntimeWarning, match="VG_ERR_CALLBACK"):
        with guard.utterance(voice="heart", text="One.") as u:
            u.mark(bytes(200))
            1 / 0
    assert guard.ledger is not None and [record.outcome for record in guard.ledger] == ["aborted"]
    # That finish failed is the error itself: leaving the block adds nothing to it.
    with refused("VG_ERR_CALLBACK"):
        with guard.utterance(voice="heart", text="One.") as u:
            u.mark(bytes(200))
            u.finish()
    with refused("VG_ERR_CALLBACK") as _:
        guard.utterance(voice="heart", text="wire transfer")
    assert [record.kind for record in guard.ledger] == ["generation", "generation", "refusal"]


def test_a_callback_that_uses_its_guard_is_told_off(key: Any) -> None:
    seen: List[str] = []

    def on_record(record: Record) -> None:
        try:
            guard.utterance(voice="heart", text="Two.")
        except voxguard.VoxguardError as error:
            seen.append(error.status_name)

    guard = voxguard.Guard(key=key, ledger="sqlite::memory:", on_record=on_record)
    with guard.utterance(voice="heart", text="One.") as u:
        u.mark(bytes(200))
        u.finish()
    assert seen == ["VG_ERR_BUSY"]


def test_a_guard_whose_callback_leads_back_to_it_is_collected(key: Any) -> None:
    class Host:
        def __init__(self) -> None:
            self.guard = voxguard.Guard(key=key, on_record=self.hear)

        def hear(self, record: Record) -> None:
            pass

    host = Host()
    gone = weakref.ref(host)
    del host
    gc.collect()
    assert gone() is None


def test_an_utterance_outlives_its_guard_and_ledger(key: Any, ledger_url: str, speech: Any) -> None:
    seen: List[Record] = []
    guard = voxguard.Guard(key=key, ledger=ledger_url, on_record=seen.append)
    u = guard.utterance(voice="heart", text="One.")
    del guard
    gc.collect()
    assert len(u.mark(speech)) + len(u.finish()) == len(speech)
    assert seen == [u.record]
    del u
    gc.collect()
    assert len(voxguard.Ledger(ledger_url, key=key)) == 1


def test_utterances_work_from_asyncio(key: Any, ledger_url: str) -> None:
    guard = voxguard.Guard(key=key, ledger=ledger_url)

    async def speak(n: int) -> None:
        with guard.utterance(voice="heart", text=f"Number {n}.") as u:
            await asyncio.to_thread(u.mark, bytes(4800))
            await asyncio.to_thread(u.finish)

    async def main() -> None:
        await asyncio.gather(*(speak(n) for n in range(20)))

    asyncio.run(main())
    assert guard.ledger is not None and len(guard.ledger) == 20 and guard.ledger.verify().intact
