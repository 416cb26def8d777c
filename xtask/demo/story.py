"""The demonstration's story, over the voxguard package as any host would use it.

Usage: python story.py FOLDER [--ffmpeg PROGRAM]

Writes sounds, the ledger and report.json into FOLDER and tells the story on standard output.
"""

import argparse
import json
import shutil
import sys
import textwrap
import time
from pathlib import Path

import sound
import voxguard

TOP = Path(__file__).resolve().parents[2]
RULES = TOP / "examples" / "rules.json"
#: Spoken by hibari-tts beforehand: stands in where PyPI is out of reach.
CLIP = TOP / "examples" / "audio" / "hibari.wav"

VOICE = "heart"
SUBJECT = "customer-1907"
TEXT = (TOP / "examples" / "audio" / "hibari.txt").read_text(encoding="utf-8").strip()
#: Zero-width characters, full-width letters, and a word that a tag cuts in two.
DISGUISED = (
    "<speak>Before we can deliver, please re\u200bad me your "
    "\uff50\uff41\uff53\uff53<break time='10ms'/>word.</speak>"
)

RATE = 24000
#: Columns of what is told, behind its label.
WIDTH = 76
CHUNK_SECONDS = 0.02
NOISE_DECIBELS = 26
CUT_SECONDS = 0.7
MP3_KILOBITS = 32


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ffmpeg", help="the ffmpeg to make the MP3 copy with")
    arguments = parser.parse_args()
    folder = arguments.folder
    for old in folder.glob("*.db*"):
        old.unlink()

    key = voxguard.Key.generate()
    # A host keeps its key in its secret store. This one is made for the demonstration alone, and the
    # programs in other languages need it.
    (folder / "key.hex").touch(mode=0o600)
    (folder / "key.hex").write_text(key.to_hex() + "\n")
    policy = voxguard.Policy(RULES)
    ledger = voxguard.Ledger(f"sqlite:///{(folder / 'ledger.db').resolve()}", key=key)
    guard = voxguard.Guard(policy=policy, key=key, ledger=ledger, sample_rate=RATE)

    report = {"text": TEXT, "voice": VOICE, "rate": RATE, "key_id": key.id}
    report["refused"] = refuse(guard)
    report.update(speak(guard, folder))
    report["copies"] = find(key, report["mark"], ledger, folder, arguments.ffmpeg)
    checkpoint = ledger.checkpoint()
    (folder / "checkpoint.txt").write_text(checkpoint)
    report["ledger"] = verify(ledger, checkpoint)
    del guard
    ledger.close()
    report["ledger"]["tampered"] = tamper(folder, key, checkpoint)
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")


def refuse(guard):
    heading(2, "Check the text before it is spoken")
    with guard.utterance(subject=SUBJECT, voice=VOICE, text=DISGUISED) as utterance:
        verdict = utterance.verdict
    if verdict.allowed:
        sys.exit("the disguised text was let through")
    hit = verdict.hits[0]
    say("refused", visible(DISGUISED))
    say("because", f"{verdict.reason}")
    say("", f"rule {hit.rule}, characters {hit.start} to {hit.end}, seen in the {hit.view} text")
    return {
        "text": DISGUISED,
        "reason": verdict.reason,
        "hits": [{"rule": hit.rule, "category": hit.category, "start": hit.start, "end": hit.end} for hit in verdict.hits],
    }


def speak(guard, folder):
    """Speaks and marks at once, chunk by chunk, and records it."""
    engine, chunks = speech()
    spoken, marked = bytearray(), bytearray()
    marking = 0.0
    with guard.utterance(subject=SUBJECT, voice=VOICE, text=TEXT) as utterance:
        if not utterance.allowed:
            sys.exit(f"the text was refused: {utterance.verdict.reason}")
        say("allowed", utterance.text)
        heading(3, "Speak, mark and record")
        latency = utterance.latency
        for chunk in chunks(utterance.text):
            start = time.perf_counter()
            marked += utterance.mark(chunk)
            marking += time.perf_counter() - start
            spoken += chunk
        start = time.perf_counter()
        marked += utterance.finish()
        recording = time.perf_counter() - start
    record = utterance.record
    sound.write_wav(folder / "speech.wav", sound.samples_of(bytes(spoken)), RATE)
    sound.write_wav(folder / "marked.wav", sound.samples_of(bytes(marked)), RATE)
    seconds = record.frames_in / RATE
    say("speech", f"{seconds:.1f} s at {RATE} Hz from {engine}")
    say("mark", f"{record.mark:08x} in {record.frames_marked} of {record.frames_in} frames, as they came in {1000 * CHUNK_SECONDS:.0f} ms chunks")
    say("", f"{1000 * latency / RATE:.0f} ms behind, {seconds / marking:.0f} times as fast as it is heard")
    say("record", f"no. {record.seq}, on disk {1000 * recording:.0f} ms after the last sample")
    return {
        "engine": engine,
        "mark": f"{record.mark:08x}",
        "seconds": seconds,
        "latency_seconds": latency / RATE,
        "marking_seconds": marking,
        "recording_seconds": recording,
        "record": json.loads(record.json()),
    }


def speech():
    """(what speaks, a function from text to chunks of 16-bit samples as bytes)."""
    try:
        from hibari import Hibari
    except ImportError:
        return "the committed clip: hibari-tts is not installed", clip_chunks
    engine = Hibari()

    def chunks(text):
        for sentence in engine.stream(text, seed=0):
            yield from cut_up((sentence.clip(-1, 1) * 32767).round().astype("<i2").tobytes())

    return "hibari-tts, a neural voice", chunks


def clip_chunks(_text):
    samples, _rate = sound.read_wav(CLIP)
    yield from cut_up(sound.bytes_of(samples))


def cut_up(data):
    size = 2 * round(RATE * CHUNK_SECONDS)
    for start in range(0, len(data), size):
        yield data[start : start + size]


def find(key, mark, ledger, folder, ffmpeg):
    """Degrades copies and looks for the mark in each."""
    heading(4, "Find the mark again in what is left")
    copies = degrade(folder, ffmpeg)
    say("", f"{'copy':<46} {'p-value':>9}  mark")
    answers = []
    for name, file in copies:
        samples, rate = sound.read_wav(folder / file)
        start = time.perf_counter()
        detection = voxguard.detect(sound.bytes_of(samples), rate, keys=[key])
        took = time.perf_counter() - start
        found = "none" if detection.mark is None else f"{detection.mark:08x}"
        say("", f"{name:<46} {detection.p_value:>9.1e}  {found}")
        answers.append({
            "copy": name,
            "file": file,
            "found": detection.found,
            "p_value": detection.p_value,
            "mark": None if detection.mark is None else found,
            "seconds": detection.seconds,
            "detect_seconds": took,
            "spans": [list(span) for span in detection.spans],
            "curve": [list(point) for point in detection.curve],
        })
    unmarked, *marked = answers
    if unmarked["found"]:
        sys.exit("a mark was found in the speech that bears none")
    for answer in marked:
        if answer["mark"] != mark:
            sys.exit(f"{answer['copy']}: mark {mark} was not found")
    records = ledger.find(mark=int(mark, 16))
    if len(records) != 1:
        sys.exit(f"mark {mark} leads to {len(records)} records")
    record = records[0]
    say("record", f"mark {mark} is no. {record.seq}: {record.kind} of {record.time}, voice {record.voice}")
    return answers


def degrade(folder, ffmpeg):
    """Writes the copies; answers (name, file) of each, the unmarked speech first."""
    marked, rate = sound.read_wav(folder / "marked.wav")
    narrow = sound.TELEPHONE_RATE
    line = sound.telephone(marked, rate)
    noise = sound.noisy(line, NOISE_DECIBELS)
    short = sound.cut(noise, narrow, CUT_SECONDS)
    for name, samples in (("telephone", line), ("noise", noise), ("degraded", short)):
        sound.write_wav(folder / f"{name}.wav", samples, narrow)
    low, high = sound.TELEPHONE_BAND
    copies = [
        ("speech without a mark", "speech.wav"),
        ("marked", "marked.wav"),
        (f"telephone: 8 kHz mu-law, {low:.0f} to {high:.0f} Hz", "telephone.wav"),
        (f"and noise {NOISE_DECIBELS} dB below the speech", "noise.wav"),
        (f"and {CUT_SECONDS} s cut out of the middle", "degraded.wav"),
    ]
    if ffmpeg:
        sound.mp3(ffmpeg, folder / "marked.wav", folder / "mp3.wav", MP3_KILOBITS)
        copies.append((f"MP3 at {MP3_KILOBITS} kbit/s", "mp3.wav"))
    else:
        say("without", "the MP3 copy: ffmpeg is not installed")
    return copies


def verify(ledger, checkpoint):
    heading(5, "Verify the ledger")
    verification = ledger.verify(checkpoint)
    if not verification.intact:
        sys.exit(f"the ledger does not verify: {verification.fault}")
    say("intact", f"{verification.entries} records agree with the signed checkpoint")
    return {"entries": verification.entries, "intact": True}


def tamper(folder, key, checkpoint):
    """Changes one byte of a record in a copy of the ledger's file; the ledger must notice."""
    copy = folder / "tampered.db"
    shutil.copyfile(folder / "ledger.db", copy)
    data = bytearray(copy.read_bytes())
    place = data.find(VOICE.encode())
    if place < 0:
        sys.exit("no record in the ledger's file names the voice")
    place += len(VOICE) - 1
    before = data[place]
    data[place] ^= 0x01
    copy.write_bytes(data)
    with voxguard.Ledger(f"sqlite:///{copy.resolve()}", key=key) as ledger:
        verification = ledger.verify(checkpoint)
    if verification.intact:
        sys.exit("a changed byte was not noticed")
    say("tampered", f"byte {place} of a copy: {chr(before)!r} made {chr(data[place])!r}")
    say("noticed", verification.fault.message)
    return {"byte": place, "before": before, "after": data[place], "fault": verification.fault._asdict()}


def visible(text):
    """The text with what cannot be seen written out."""
    return "".join(c if " " <= c <= "~" else f"\\u{ord(c):04x}" for c in text)


def heading(number, title):
    print(f"\n {number}  {title}")


def say(label, text):
    for line in textwrap.wrap(text, WIDTH, drop_whitespace=False) or [""]:
        print(f"    {label:<10} {line.rstrip()}", flush=True)
        label = ""


if __name__ == "__main__":
    main()
