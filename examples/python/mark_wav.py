"""Marks a WAV file as it would be marked while it streams, and finds the mark again.

    python mark_wav.py KEYHEX MARKHEX IN.wav OUT.wav

Prints one line of JSON; exits with 0 when the mark was found. 16-bit PCM, no NumPy.
"""

import json
import sys
import wave

import voxguard

FRAMES_A_CHUNK = 480


def mark(key: voxguard.Key, mark_id: int, source: str, target: str) -> int:
    """Copies `source` to `target`, marked; returns the number of frames."""
    with wave.open(source, "rb") as clip, wave.open(target, "wb") as marked:
        if clip.getsampwidth() != 2:
            raise SystemExit(f"{source}: {8 * clip.getsampwidth()} bits a sample: accepted are 16")
        marked.setparams(clip.getparams())
        channels = clip.getnchannels()
        with voxguard.Marker(clip.getframerate(), key=key, mark=mark_id, channels=channels) as marker:
            while chunk := clip.readframes(FRAMES_A_CHUNK):
                marked.writeframes(marker.process(chunk))
            marked.writeframes(marker.flush())
        return marked.tell()


def detect(key: voxguard.Key, path: str) -> voxguard.Detection:
    """Looks for the key's mark in a WAV file."""
    with wave.open(path, "rb") as clip:
        samples = clip.readframes(clip.getnframes())
        return voxguard.detect(samples, clip.getframerate(), keys=[key], channels=clip.getnchannels())


def main() -> int:
    if len(sys.argv) != 5:
        raise SystemExit("usage: python mark_wav.py KEYHEX MARKHEX IN.wav OUT.wav")
    key_hex, mark_hex, source, target = sys.argv[1:]
    key = voxguard.Key.from_hex(key_hex)
    frames = mark(key, int(mark_hex, 16), source, target)
    detection = detect(key, target)
    # Written by hand where all languages must print alike.
    found_mark = "null" if detection.mark is None else f'"{detection.mark:08x}"'
    print(
        f'{{"language":"python","frames":{frames},"found":{json.dumps(detection.found)},"mark":{found_mark},'
        f'"p_value":{detection.p_value:.6e},"key_id":{json.dumps(detection.key_id)}}}'
    )
    return 0 if detection.found else 1


if __name__ == "__main__":
    sys.exit(main())
