"""How marked clips compare with the clips: PESQ (wide band) and STOI at 16 kHz.

    python quality.py CORPUS_DIR GRID_PROGRAM [PREFIX...]

GRID_PROGRAM is target/release/grid (bench/src/bin/grid.rs). Needs numpy, scipy, soundfile, pesq, pystoi.
"""
import csv, math, subprocess, sys, tempfile
import numpy as np
import soundfile as sf
from pesq import pesq
from pystoi import stoi
from scipy.signal import resample_poly


def at_16k(x, fs):
    g = math.gcd(fs, 16000)
    return resample_poly(x, 16000 // g, fs // g)[: 16000 * 12]


def main(corpus, program, *prefixes):
    rows = [row["path"] for row in csv.DictReader(open(f"{corpus}/manifest.csv"))]
    scores = []
    with tempfile.TemporaryDirectory() as d:
        for seed, path in enumerate(p for p in rows if p.startswith(prefixes or "")):
            x, fs = sf.read(f"{corpus}/{path}")
            subprocess.run([program, "mark", f"{corpus}/{path}", f"{d}/y.wav", str(seed)], check=True)
            x, y = at_16k(x, fs), at_16k(sf.read(f"{d}/y.wav")[0], fs)
            scores.append((pesq(16000, x, y, "wb"), stoi(x, y, 16000), path))
    p, s, _ = map(np.array, zip(*scores))
    print(f"{len(scores)} clips: PESQ-WB mean {p.mean():.2f}, lowest {p.min():.2f} ({min(scores)[2]}); STOI mean {s.mean():.4f}, lowest {s.min():.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
