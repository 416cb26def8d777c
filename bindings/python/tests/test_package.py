"""The package as a whole: quick to import, NumPy optional, typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import voxguard
from conftest import ROOT, run_python

PACKAGE = Path(voxguard.__file__).parent
# mypy does not check what is installed.
SOURCE = ROOT / "bindings" / "python" / "python" / "voxguard"


def test_import_brings_no_numpy_and_is_quick() -> None:
    source = """
import time, sys
start = time.process_time()  # of ours alone, however busy the machine is
import voxguard
print(time.process_time() - start, *sys.modules)
"""
    times = []
    for _ in range(5):
        seconds, *modules = run_python(source).split()
        assert "voxguard._native" in modules
        for heavy in ("numpy", "asyncio", "ctypes", "sqlite3", "subprocess"):
            assert heavy not in modules
        times.append(float(seconds))
    assert min(times) < 0.1, times


def test_everything_works_without_numpy() -> None:
    source = """
import sys
sys.modules["numpy"] = None  # as if it were not installed
import voxguard, array
key = voxguard.Key.generate()
clip = bytes(48000)
assert len(voxguard.embed(clip, 24000, key=key, mark=7)) == len(clip)
assert not voxguard.detect(clip, 24000, keys=[key]).found
marker = voxguard.Marker(24000, key=key, mark=7)
assert marker.flush() == b""
with voxguard.Guard(key=key).utterance(text="One.", voice="heart") as u:
    assert u.mark(bytearray(100)) == bytearray() and u.finish() == bytes(100)
view = voxguard.embed(memoryview(array.array("f", [0.0] * 10)), 24000, key=key, mark=7)
assert view.format == "f" and len(view) == 10
"""
    run_python(source)


def test_what_is_public_is_documented() -> None:
    for name in voxguard.__all__:
        assert getattr(voxguard, name).__doc__, name
    assert voxguard.__version__ == voxguard.version()


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists() and (PACKAGE / "_native.pyi").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (
            "mypy",
            str(SOURCE),
            str(Path(__file__).with_name("typed_use.py")),
            str(ROOT / "examples" / "python"),
        ),
        ("mypy.stubtest", "voxguard"),
    ],
    ids=["strict", "stubs"],
)
def test_the_types_are_right(arguments: tuple[str, ...]) -> None:
    """The package and its use pass `mypy --strict`; `_native.pyi` says what the module has."""
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
