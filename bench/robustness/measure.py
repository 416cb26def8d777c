"""Quality and speed, measured on schemes that are open."""

from __future__ import annotations

import hashlib
import multiprocessing
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from . import quality, run
from . import scheme as schemes
from .clip import Clip, joined
from .corpus import Item
from .run import Setting
from .store import Audio, Results, key

SPEED_RATE, SPEED_SECONDS, ROUNDS = 24000, 20.0, 3
#: Past this, a measure of quality takes long and says nothing new.
LONGEST_SECONDS = 12.0


def qualities(
    word: str, version: str, items: "list[Item]", setting: Setting, results: Results, jobs: int
) -> "list[dict]":
    """Measures of each piece, marked by the scheme against itself; with no jobs, those that are known."""
    tasks, names = [], []
    for item in items:
        clip = item.clip()
        names.append((item.name, key("quality", *quality.absent(), source(), word, version, clip.digest())))
        if results.get(names[-1][1]) is None:
            tasks.append((word, item, names[-1][1]))
    if tasks and jobs:
        with multiprocessing.get_context("spawn").Pool(jobs, run.begin, (setting,)) as pool:
            for name, value in pool.imap_unordered(_quality, tasks):
                (results.known.__setitem__ if "error" in value else results.put)(name, value)
    return [{"item": item, **results.get(name)} for item, name in names if results.get(name)]


def source() -> str:
    """Changes when the measures' code changes."""
    return hashlib.sha256(Path(quality.__file__).read_bytes()).hexdigest()[:12]


def _quality(task: "tuple[str, Item, str]") -> "tuple[str, dict]":
    word, item, name = task
    try:
        scheme = run._peer(word, lambda: schemes.opened(word, run._setting.peers_python))
        original = item.clip()
        audio = Audio(run._setting.cache / "audio")
        marked = audio.get(
            key("marked", word, scheme.version, original.digest(), item.name),
            lambda: scheme.mark(original, item.name),
        )
        # 16 bits on both sides: what is compared is the mark.
        plain = audio.get(key("plain", original.digest()), lambda: original)
        return name, quality.measured(plain.cut(0, LONGEST_SECONDS), marked.cut(0, LONGEST_SECONDS))
    except Exception as error:
        return name, {"error": f"{type(error).__name__}: {error}"}


def speeds(words: "list[str]", items: "list[Item]", setting: Setting) -> "list[dict]":
    """Times real time of processor time, one thread, 24 kHz mono; memory; start. All in one run, in turn."""
    clip = joined([item.clip().at(SPEED_RATE) for item in items])
    repeats = int(np.ceil(SPEED_SECONDS / clip.seconds))
    clip = joined([clip] * repeats).cut(0, SPEED_SECONDS)
    rows = []
    for word in words:
        try:
            rows.append(_speed(word, clip, setting))
        except Exception as error:
            rows.append({"scheme": word, "error": f"{type(error).__name__}: {error}"})
    return rows


def _speed(word: str, clip: Clip, setting: Setting) -> dict:
    if not word.startswith("voxguard"):
        peer = schemes.opened(word, setting.peers_python)
        try:
            rounds = ROUNDS if word != "aware" else 1
            mark = min(peer.timed("mark", clip)[0] for _ in range(rounds))
            marked = peer.mark(clip, "speed")
            detect = min(peer.timed("detect", marked)[0] for _ in range(ROUNDS))
            unmarked, peak = min(peer.timed("detect", clip) for _ in range(ROUNDS))
            return {"scheme": word, "mark": clip.seconds / mark, "detect": clip.seconds / detect,
                    "detect unmarked": clip.seconds / unmarked, "bytes": peak, "start": peer.start_seconds}  # fmt: skip
        finally:
            peer.close()
    scheme = schemes.opened(word, None)
    marked = scheme.mark(clip, "speed")
    timed = []
    for _ in range(ROUNDS):
        start = time.process_time()
        scheme.mark(clip, "speed")
        middle = time.process_time()
        found, lost = scheme.detect(marked, "speed").seconds, scheme.detect(clip, "speed").seconds
        timed.append((middle - start, found, lost))
    mark, detect, unmarked = (clip.seconds / min(column) for column in zip(*timed))
    start, peak = _memory()
    return {
        "scheme": word,
        "mark": mark,
        "detect": detect,
        "detect unmarked": unmarked,
        "bytes": peak,
        "start": start,
    }


#: Marks ten minutes in a process of its own, without NumPy, and tells what that took. The peak comes from
#: the kernel where it can: what getrusage says begins with the memory of the process that started this one.
MEMORY = """
import time
start = time.process_time()
import voxguard
key = voxguard.Key.from_bytes(bytes(range(32)))
voxguard.Detector(keys=[key])
started = time.process_time() - start
marker = voxguard.Marker(24000, key=key, mark=1)
for _ in range(600):
    marker.process(bytes(48000))
try:
    with open("/proc/self/status") as file:
        peak = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
except OSError:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(started, peak)
"""


def _memory() -> "tuple[float, int]":
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    start, peak = done.stdout.split()
    return float(start), int(peak)
