"""The ledger keeps what was spoken, and says when it cannot."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import voxguard
from conftest import refused, run_python


def speak(guard: voxguard.Guard, text: str = "Hello.", frames: int = 100, **about: Any) -> Any:
    """One short utterance; gives its record."""
    with guard.utterance(text=text, voice="heart", **about) as u:
        u.mark(bytes(2 * frames))
        u.finish()
    return u.record


def test_what_was_spoken_is_found_again(key: Any, ledger_url: str) -> None:
    guard = voxguard.Guard(key=key, ledger=ledger_url)
    ledger = guard.ledger
    assert ledger is not None and len(ledger) == 0 and ledger and list(ledger) == []
    records = [speak(guard, subject=f"user-{n % 2}") for n in range(4)]
    assert [record.seq for record in records] == [1, 2, 3, 4] and len(ledger) == 4
    assert list(ledger) == records and ledger.get(3) == records[2] and ledger.get(5) is None
    assert ledger.find(mark=records[1].mark) == (records[1],)
    assert ledger.find(subject="user-1") == (records[3], records[1])
    assert ledger.find(subject="nobody") == ()
    for place in (-1, 0, 2**64, 10**30):
        assert ledger.get(place) is None
    assert ledger.find(mark=None) == ()  # what detection read no id from
    for wrong in ({}, {"mark": 1, "subject": "user-1"}):
        with pytest.raises(TypeError, match="exactly one"):
            ledger.find(**wrong)
    with refused("VG_ERR_ARGUMENT"):
        ledger.find(subject="not accepted\n")


def test_a_record_can_be_read(key: Any) -> None:
    guard = voxguard.Guard(key=key, ledger="sqlite::memory:")
    record = speak(guard, subject="user-1")
    assert record.kind == "generation" and record.outcome == "complete" and record.voice == "heart"
    assert record.key_id == key.id and record.rate == 24000 and record.channels == 1
    assert record.frames_in == record.frames_marked == 100 and record.sample_format == "i16"
    assert '"heart"' in record.json() and "user-1" not in record.json() and "Hello" not in record.json()
    assert f"0x{record.mark:08x}" in repr(record)
    assert record.time.endswith("Z") and record.rules == ()


def test_a_cut_tail_is_noticed_against_a_checkpoint(key: Any, tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with voxguard.Ledger(f"sqlite:///{file}", key=key) as ledger:
        guard = voxguard.Guard(key=key, ledger=ledger)
        speak(guard)
        del guard
    shutil.copy(file, tmp_path / "before.db")
    with voxguard.Ledger(f"sqlite:///{file}", key=key) as ledger:
        guard = voxguard.Guard(key=key, ledger=ledger)
        speak(guard)
        checkpoint = ledger.checkpoint()
        verification = ledger.verify(checkpoint)
        assert verification == voxguard.Verification(intact=True, entries=2, fault=None)
        assert ledger.verifying_key.split("+")[0] in checkpoint
        del guard
    with voxguard.Ledger(f"sqlite:///{tmp_path / 'before.db'}", key=key) as ledger:
        assert ledger.verify().intact  # alone it cannot know
        verification = ledger.verify(checkpoint)
        assert not verification.intact and verification.fault is not None and verification.fault.message
        with refused("VG_ERR_CHECKPOINT"):
            ledger.verify("not a checkpoint")
        with refused("VG_ERR_UTF8"):
            ledger.verify("\ud800")


def test_a_changed_record_is_noticed(key: Any, tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    ledger = voxguard.Ledger(f"sqlite:///{file}", key=key)
    guard = voxguard.Guard(key=key, ledger=ledger)
    for _ in range(3):
        speak(guard)
    del guard
    ledger.close()
    with sqlite3.connect(file) as database:  # nobody else has it open now
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        changed = 0
        for table in tables:
            for _, column, kind, *_ in database.execute(f"PRAGMA table_info({table})").fetchall():
                if column == "record" and kind == "BLOB":
                    (row,) = database.execute(
                        f"SELECT record FROM {table} ORDER BY rowid LIMIT 1 OFFSET 1"
                    ).fetchone()
                    forged = row.replace(b"heart", b"heard")
                    assert forged != row
                    changed += database.execute(
                        f"UPDATE {table} SET record = ? WHERE record = ?", (forged, row)
                    ).rowcount
        assert changed == 1
    database.close()
    with voxguard.Ledger(f"sqlite:///{file}", key=key) as ledger:
        fault = ledger.verify().fault
        assert fault is not None and fault.seq == 2 and str(fault) == fault.message


def test_a_closed_ledger_says_so_but_serves_its_guards(key: Any, ledger_url: str) -> None:
    ledger = voxguard.Ledger(ledger_url, key=key)
    guard = voxguard.Guard(key=key, ledger=ledger)
    ledger.close()
    ledger.close()
    for call in (ledger.checkpoint, ledger.verify, lambda: len(ledger), lambda: ledger.get(0)):
        with refused("VG_ERR_HANDLE", "the ledger is closed"):
            call()
    with refused("VG_ERR_HANDLE"):
        voxguard.Guard(key=key, ledger=ledger)
    assert speak(guard).seq == 1


def test_what_is_no_ledger_is_refused(key: Any, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("This is no database. " * 500)
    with refused("VG_ERR_STORE_NOT_LEDGER"):
        voxguard.Ledger(f"sqlite:///{text}", key=key)
    assert text.read_text().startswith("This is no database.")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE shopping (item TEXT)")
    database.close()
    with refused("VG_ERR_STORE_NOT_LEDGER"):
        voxguard.Ledger(f"sqlite:///{other}", key=key)
    with pytest.raises(voxguard.VoxguardError):
        voxguard.Ledger("mysql://somewhere", key=key)
    with pytest.raises(voxguard.VoxguardError):
        voxguard.Ledger(f"sqlite:///{tmp_path / 'no such folder' / 'x.db'}", key=key)
    with pytest.raises(voxguard.VoxguardRuntimeError):
        voxguard.Ledger(f"sqlite:///{tmp_path}", key=key)
    with refused("VG_ERR_UTF8"):
        voxguard.Ledger("sqlite:///\udc80", key=key)


def test_another_key_s_ledger_is_refused(key: Any, ledger_url: str) -> None:
    voxguard.Ledger(ledger_url, key=key).close()
    with refused("VG_ERR_STORE_KEY"):
        voxguard.Ledger(ledger_url, key=voxguard.Key.generate())
    with voxguard.Ledger(ledger_url, key=key) as ledger, refused("VG_ERR_STORE_KEY"):
        voxguard.Guard(key=voxguard.Key.generate(), ledger=ledger)


def beside(source: str, *arguments: str) -> Any:
    """A process that holds something until its input ends."""
    source = f"import sys\n{source}\nprint('ready', flush=True)\nsys.stdin.read()"
    command = [sys.executable, "-c", source, *arguments]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "ready\n"
    return other


def test_a_ledger_that_another_process_keeps_locked_is_named(key: Any, tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    url = f"sqlite:///{file}?busy_timeout_ms=100"
    guard = voxguard.Guard(key=key, ledger=url)
    hold = "import sqlite3\nd = sqlite3.connect(sys.argv[1])\nd.execute('BEGIN IMMEDIATE')"
    with guard.utterance(text="Hello.", voice="heart") as u:
        u.mark(bytes(200))
        with beside(hold, str(file)) as other:
            with refused("VG_ERR_STORE_LOCKED"):
                u.finish()
            other.communicate()
        # The other is gone: the same utterance is finished now, and nothing is lost.
        assert len(u.finish()) == 200
    assert guard.ledger is not None and list(guard.ledger) == [u.record]


def test_processes_share_a_ledger(key: Any, ledger_url: str) -> None:
    hold = "import voxguard\nl = voxguard.Ledger(sys.argv[1], key=voxguard.Key.from_hex(sys.argv[2]))"
    guard = voxguard.Guard(key=key, ledger=ledger_url)
    with beside(hold, ledger_url, key.to_hex()) as other:
        assert speak(guard).seq == 1
        other.communicate()
    source = SPEAK + "for _ in range(20): speak(voxguard.Guard(key=key, ledger=sys.argv[1]))"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: run_python(source, ledger_url, key.to_hex()), range(2)))
    assert guard.ledger is not None and len(guard.ledger) == 41 and guard.ledger.verify().intact


# The rest needs a disk that is full or cannot be written to: a file system of our own, in a namespace.
SPEAK = """
import sys, voxguard
key = voxguard.Key.from_hex(sys.argv[2])
def speak(guard):
    with guard.utterance(text="Hello.", voice="heart") as u:
        u.mark(bytes(200))
        return u.finish()
"""


def in_a_namespace(mount: str, source: str, folder: Path, key: Any) -> str:
    unshare = ("unshare", "--mount", "--map-root-user")
    if (
        sys.platform != "linux"
        or subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no namespaces here")
    before = (*unshare, "sh", "-c", f'{mount} && exec "$@"', "sh")
    return run_python(SPEAK + source, str(folder), key.to_hex(), before=before)


def test_a_full_disk_is_named_and_nothing_is_lost(key: Any, tmp_path: Path) -> None:
    source = """
import os
folder = sys.argv[1]
guard = voxguard.Guard(key=key, ledger=f"sqlite:///{folder}/ledger.db")
speak(guard)
with open(f"{folder}/filler", "wb", buffering=0) as filler:
    try:
        while True: filler.write(bytes(4096))
    except OSError: pass
spoken, error = 1, None
with guard.utterance(text="Hello.", voice="heart") as last:
    last.mark(bytes(200))
    while error is None and spoken < 10000:
        try:
            speak(guard)
            spoken += 1
        except voxguard.VoxguardRuntimeError as caught:
            error = caught
    assert error is not None and error.status_name == "VG_ERR_STORE_FULL", error
    # Still full: this one cannot be finished either, and gives nothing out. With room it can.
    try:
        last.finish()
        raise SystemExit("finished on a full disk")
    except voxguard.VoxguardRuntimeError as caught:
        assert caught.status_name == "VG_ERR_STORE_FULL"
    os.remove(f"{folder}/filler")
    assert len(last.finish()) == 200
verification = guard.ledger.verify()
print(verification.intact, len(guard.ledger) >= spoken + 1, last.record.outcome)
"""
    assert in_a_namespace(f"mount -t tmpfs -o size=512k tmpfs {tmp_path}", source, tmp_path, key).split() == [
        "True",
        "True",
        "complete",
    ]


def test_a_read_only_ledger_is_named(key: Any, tmp_path: Path) -> None:
    voxguard.Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", key=key).close()
    source = """
try:
    ledger = voxguard.Ledger(f"sqlite:///{sys.argv[1]}/ledger.db", key=key)
    speak(voxguard.Guard(key=key, ledger=ledger))
except voxguard.VoxguardRuntimeError as error:
    print(error.status_name)
"""
    mount = f"mount --bind {tmp_path} {tmp_path} && mount -o remount,bind,ro {tmp_path}"
    assert in_a_namespace(mount, source, tmp_path, key) == "VG_ERR_STORE_READ_ONLY\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on file size")
def test_a_write_that_the_system_refuses_is_an_error_and_the_ledger_goes_on(key: Any, tmp_path: Path) -> None:
    source = """
import resource
guard = voxguard.Guard(key=key, ledger=f"sqlite:///{sys.argv[1]}/ledger.db")
speak(guard)
size = max(os.path.getsize(os.path.join(sys.argv[1], name)) for name in os.listdir(sys.argv[1]))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
failed = False
for _ in range(1000):
    try:
        speak(guard)
    except voxguard.VoxguardRuntimeError as error:
        failed = 60 <= error.status < 80
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
speak(guard)
print(failed, guard.ledger.verify().intact)
"""
    assert run_python("import os\n" + SPEAK + source, str(tmp_path), key.to_hex()) == "True True\n"
    assert os.path.exists(tmp_path / "ledger.db")
