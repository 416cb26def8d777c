"""A small run of the bench, with the library as it is built."""

import csv
import json

import pytest
from conftest import REPOSITORY

from robustness import corpus, score, section, table, target
from robustness.__main__ import main, told

ATTACKS = "none;gain -12 dB;mu-law 8 kHz;white noise 20 dB;low pass 4 kHz;a fifth cut out;8 bits;inverted"


def run_small(out, *more):
    words = [
        "--corpus",
        str(REPOSITORY / "tests/vectors"),
        "--out",
        str(out),
        "--lengths",
        "1.8,2.5",
        "--clips",
        "3",
    ]
    assert main([*words, "--jobs", "1", "--attacks", ATTACKS, "--only", "attacks,alarms", *more]) == 0
    return json.loads((out / "results.json").read_text())


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    out = tmp_path_factory.mktemp("bench")
    return out, run_small(out)


def test_marks_of_untouched_clips_are_found_and_no_id_is_wrong(small):
    # How many is the bench's finding, not its promise: pieces of 2.5 s are at the edge of what carries an id.
    _, run = small
    rows = score.rows(run["results"], "voxguard", table.order(run))
    untouched = next(row for row in rows if row.attack == "none").by_length[2.5]
    assert untouched.pieces == 3 and untouched.found >= 2 and untouched.right >= 1
    assert sum(row.total.wrong for row in rows) == 0


def test_every_attack_meets_every_piece(small):
    _, run = small
    assert not table.failures(run)
    assert {(e["attack"], e["length"]) for e in run["results"]} == {
        (name, length) for name in ATTACKS.split(";") for length in (1.8, 2.5)
    }


def test_unmarked_audio_is_not_found(small):
    _, run = small
    counts = score.alarms(run["alarms"], "voxguard")
    assert counts["trials"] >= 50 and counts["found"] == 0 and counts["below"][6] == 0


def test_a_second_run_does_nothing_again(small, capsys):
    out, run = small
    capsys.readouterr()
    assert run_small(out)["results"] == run["results"]
    assert "attacks:" not in capsys.readouterr().out


def test_a_peer_that_is_not_there_is_told_and_the_run_goes_on(small):
    out, _ = small
    run = run_small(out, "--peers", "perth")
    assert run["schemes"] == ["voxguard"]
    assert "peers" in run["skipped"]["perth"]


def test_the_tables_show_each_attack_once(small):
    out, run = small
    text = (out / "tables.md").read_text().split("## voxguard, every attack")[1]
    for name in ATTACKS.split(";"):
        assert text.count(f"| {name} |") == 1, name
    assert "**all attacks**" in table.overview(run)


def test_the_section_takes_its_place_and_keeps_the_rest(small, tmp_path):
    _, run = small
    page = tmp_path / "page.md"
    page.write_text(f"# Before\n\n{section.BEGIN}\nold\n{section.END}\n\n## After\n")
    section.placed(run, page)
    section.placed(run, page)
    text = page.read_text()
    assert text.startswith("# Before\n") and text.endswith("\n## After\n")
    assert "old" not in text and text.count(section.BEGIN) == 1 and "What it survives" in text


def test_no_voice_is_both_in_training_and_held_out():
    with open(corpus.SPLIT, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    voices = {
        split: {row["voice"] for row in rows if row["split"] == split} for split in ("train", "heldout")
    }
    assert len(rows) == len(voices and {row["clip"] for row in rows})
    assert voices["train"] and voices["heldout"] and not voices["train"] & voices["heldout"]
    assert all(row["may_train"] == "yes" for row in rows if row["split"] == "train")
    assert len({row["language"] for row in rows if row["split"] == "heldout"}) >= 5


def test_rates_are_means_over_attacks():
    entries = [
        {"scheme": "s", "item": f"i{n}", "length": 5.0, "attack": name, "value": {"found": found, "id": None}}
        for name, founds in (("a", [True, True, True, True]), ("b", [True, False]))
        for n, found in enumerate(founds)
    ]
    rows = score.rows(entries, "s", [("a", "g"), ("b", "g")])
    assert score.over_all(rows) == pytest.approx(0.75)
    assert score.by_length(rows) == {5.0: pytest.approx(0.75)}


def test_a_peer_is_compared_on_the_pieces_that_both_met():
    value = lambda found: {"found": found, "id": None}  # noqa: E731
    entries = [
        {"scheme": "voxguard", "item": "x", "length": 5.0, "attack": "none", "value": value(True)},
        {"scheme": "voxguard", "item": "y", "length": 5.0, "attack": "none", "value": value(False)},
        {"scheme": "perth", "item": "x", "length": 5.0, "attack": "none", "value": value(True)},
        {
            "scheme": "perth",
            "item": "y",
            "length": 5.0,
            "attack": "none",
            "value": {"error": "RuntimeError: gone"},
        },
    ]
    text, behind = table.beside(
        {"results": entries, "attacks": [{"name": "none", "group": "untouched"}]}, "voxguard", "perth"
    )
    assert "| none | 1/1 | 1/1 |" in text and behind == []


def test_targets_read_the_rows_that_they_name():
    run = {
        "schemes": ["voxguard"], "quality": {}, "alarms": [], "speed": [],
        "attacks": [{"name": name, "group": "speed"} for name in ("speed 0.8", "speed 1.05")],
        "results": [
            {"scheme": "voxguard", "item": f"{name}{length}", "length": length, "attack": name,
             "value": {"found": name == "speed 1.05" and length >= 5, "id": None}}
            for name in ("speed 0.8", "speed 1.05") for length in (2.5, 5.0)
        ],
    }  # fmt: skip
    held = {line.what: (line.measured, line.held) for line in target.judged(run, "voxguard")}
    assert held["speed to 10 %, from 5 s"] == ("1.000", True)
    assert held["presence, all attacks"] == ("0.250", False)
    assert held["pitch to 2 semitones, from 5 s"] == ("-", None)


def test_the_command_is_told_without_paths():
    words = ["--out", "here/there", "--corpus=/some/where", "--clips", "2", "--attacks", "none;GSM"]
    assert told(words) == "cargo xtask bench watermark --corpus CORPUS --clips 2 --attacks 'none;GSM'"
