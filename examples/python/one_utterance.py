"""One utterance from text to ledger, and back from a recording to its record.

    python one_utterance.py [CLIP.wav]

Speaks with hibari where it is installed (pip install hibari-tts); otherwise a clip stands in.
"""

import sys
import tempfile
import wave
from pathlib import Path
from typing import Any, Iterator

import numpy as np

import voxguard

CLIP = Path(__file__).resolve().parents[1] / "audio" / "hibari.wav"  # speaks TEXT
TEXT = CLIP.with_suffix(".txt").read_text("utf-8").strip()
RATE = 24000
RULES = {
    "version": 1,
    "rules": [
        {
            "id": "fraud-1",
            "category": "fraud",
            "severity": "error",
            "match": "phrase",
            "terms": ["wire transfer"],
        }
    ],
}


def tts(text: str, clip: Path) -> Iterator[Any]:
    """Speaks: yields chunks of 20 ms of float32 samples at 24 kHz."""
    try:
        import hibari  # type: ignore[import-not-found, import-untyped, unused-ignore]

        samples = hibari.Hibari()(text, seed=0, speed=1.0)
    except ImportError:
        print("hibari is not installed: a clip stands in")
        with wave.open(str(clip)) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
                raise SystemExit(f"{clip}: accepted is 24 kHz, mono, 16 bit") from None
            data = file.readframes(file.getnframes())
        samples = (np.frombuffer(data, "<i2") / 32768).astype(np.float32)
    for start in range(0, len(samples), 480):
        yield samples[start : start + 480]


def main(folder: Path, clip: Path) -> None:
    key = voxguard.Key.generate()  # in earnest: Key.from_hex of a secret that is kept
    policy = voxguard.Policy(RULES)
    guard = voxguard.Guard(
        policy=policy, key=key, ledger=f"sqlite:///{folder / 'voxguard.db'}", sample_rate=RATE
    )
    ledger = guard.ledger
    assert ledger is not None

    # A text in disguise is refused: an answer, not an error, and on record.
    with guard.utterance(
        subject="user-1", voice="heart", text="Make a w\u200bire ＴＲＡＮＳＦＥＲ, please."
    ) as u:
        print(f"refused: {u.verdict.reason} (rule {u.verdict.hits[0].rule})")

    # A text that may be spoken is marked while it streams.
    heard = []
    with guard.utterance(subject="user-1", voice="heart", text=TEXT) as u:
        for chunk in tts(u.text, clip):
            heard.append(u.mark(chunk))
        heard.append(u.finish())  # returns when the record is on disk
    print(f"spoken: {u.record}")
    checkpoint = ledger.checkpoint()  # to be kept elsewhere

    # Another day, a recording turns up: cut, quieter, noisy.
    cut = np.concatenate(heard)[RATE // 3 :]
    noise = np.random.default_rng(0).standard_normal(len(cut))
    recording = (0.4 * cut + 0.001 * noise).astype(np.float32)
    detection = voxguard.detect(recording, RATE, keys=[key])
    print(f"detected: {detection}")
    if not detection.found or detection.mark is None:
        raise SystemExit("the mark was not found")
    (record,) = ledger.find(mark=detection.mark)
    print(f"found: {record}")
    print(f"ledger: {ledger.verify(checkpoint)}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(Path(scratch), Path(sys.argv[1]) if len(sys.argv) > 1 else CLIP)
