"""Training grids: clips marked by the product, attacked, and read by the product's own grid.

    python data.py CORPUS_DIR GRID_PROGRAM data.npz SECONDS [FIRST_SEED]

CORPUS_DIR holds clips and manifest.csv. Clips of TRAIN voices are marked under a fresh key each, attacked, cut
at a random place (up to 8 ms off the grid) and turned into levels by GRID_PROGRAM (bench/src/bin/grid.rs).
Needs numpy, scipy, soundfile, and ffmpeg with libopus, libmp3lame and libgsm on the path.
"""
import csv, math, os, random, subprocess, sys, tempfile, time
import numpy as np
import soundfile as sf
from scipy.signal import butter, istft, resample_poly, sosfilt, stft

# Voices whose terms are free of conditions on what is made from them. Held out for judging: all of piper.
TRAIN = ("hibari_", "flite_", "festival_cmu", "festival_kal", "openjtalk_", "espeak_", "human_librivox")
CELL, COLUMNS, BANDS, PERIOD = 0.048, 104, 32, 360
rng = np.random.default_rng(0)


def resampled(x, fs, to):
    g = math.gcd(fs, to)
    return resample_poly(x, to // g, fs // g)


def aligned(x, y, lag):
    """y moved so that it lies on x: codecs delay."""
    n = min(len(x), len(y))
    c = np.fft.irfft(np.fft.rfft(y, 2 * n) * np.conj(np.fft.rfft(x, 2 * n)))
    c = np.r_[c[-lag:], c[:lag]]
    shift = int(np.argmax(np.abs(c))) - lag
    return y[shift:] if shift > 0 else np.r_[np.zeros(-shift), y]


def through_ffmpeg(x, fs, encode, ext):
    with tempfile.TemporaryDirectory() as d:
        a, b, c = f"{d}/a.wav", f"{d}/b.{ext}", f"{d}/c.wav"
        sf.write(a, x, fs)
        run = ["ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1"]
        subprocess.run([*run, "-i", a, *encode, b], check=True)
        subprocess.run([*run, "-i", b, "-ar", str(fs), "-ac", "1", c], check=True)
        return aligned(x, sf.read(c)[0], fs // 5)


def noise(x, db):
    shape = rng.standard_normal(len(x))
    if rng.random() < 0.3:  # pink to brown
        f = np.fft.rfft(shape)
        f /= np.maximum(np.arange(len(f)), 20) ** rng.uniform(0.3, 1.0)
        shape = np.fft.irfft(f, len(x))
        shape /= shape.std() + 1e-12
    return x + shape * np.sqrt(np.mean(x**2) / 10 ** (db / 10))


def band(x, fs, low, high):
    x = sosfilt(butter(4, high, fs=fs, output="sos"), x) if high < fs / 2 else x
    return sosfilt(butter(4, low, "high", fs=fs, output="sos"), x) if low else x


def reverb(x, fs, rt60):
    n = int(rt60 * fs)
    h = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    h *= rng.uniform(0.3, 0.8) / np.sqrt((h**2).sum())
    h[0] = 1
    m = len(x) + n
    return np.fft.irfft(np.fft.rfft(x, m) * np.fft.rfft(h, m), m)[: len(x)]


def mu_law(x, fs):
    y = resampled(x, fs, 8000)
    y = np.sign(y) * np.log1p(255 * np.abs(y).clip(0, 1)) / np.log(256)
    y = np.round(y * 127) / 127
    y = np.sign(y) * np.expm1(np.abs(y) * np.log(256)) / 255
    return y, 8000


def griffin_lim(x, fs, iterations=8, mels=80):
    if fs != 16000:
        x, fs = resampled(x, fs, 16000), 16000
    f, _, s = stft(x, fs, nperseg=1024, noverlap=768)
    mel = lambda f: 2595 * np.log10(1 + f / 700)
    e = 700 * (10 ** (np.linspace(0, mel(8000), mels + 2) / 2595) - 1)
    bank = np.array([np.clip(np.minimum((f - e[i]) / (e[i + 1] - e[i]), (e[i + 2] - f) / (e[i + 2] - e[i + 1])), 0, None) for i in range(mels)])
    mag = np.sqrt(np.clip(np.linalg.pinv(bank) @ (bank @ np.abs(s) ** 2), 1e-12, None))
    phase = np.exp(2j * np.pi * rng.random(mag.shape))
    for _ in range(iterations):
        _, y = istft(mag * phase, fs, nperseg=1024, noverlap=768)
        z = stft(y, fs, nperseg=1024, noverlap=768)[2][:, : mag.shape[1]]
        phase = np.exp(1j * np.angle(np.pad(z, ((0, 0), (0, mag.shape[1] - z.shape[1])))))
    return istft(mag * phase, fs, nperseg=1024, noverlap=768)[1][: len(x)], fs


CODECS = [(["-b:a", "32k"], "mp3"), (["-b:a", "64k"], "mp3"), (["-c:a", "libopus", "-b:a", "24k"], "ogg"),
          (["-c:a", "libopus", "-b:a", "12k"], "ogg"), (["-c:a", "libopus", "-b:a", "6k"], "ogg"),
          (["-ar", "8000", "-c:a", "libgsm"], "gsm")]


def attack(x, fs, r):
    """The clip as it may arrive, and its rate."""
    k = r.random()
    if k < 0.12: return x, fs
    if k < 0.34: return noise(x, r.uniform(0, 30)), fs
    if k < 0.44: return reverb(x, fs, r.uniform(0.2, 1.0)), fs
    if k < 0.50: return band(x, fs, r.choice([0, 150, 300]), r.uniform(2500, 6500)), fs
    if k < 0.56: return noise(reverb(x, fs, r.uniform(0.2, 0.8)), r.uniform(10, 30)), fs
    if k < 0.70: return mu_law(x, fs)
    if k < 0.78:
        y, f = mu_law(noise(band(x, fs, 300, 3400), r.uniform(12, 30)), fs)
        return y, f
    if k < 0.94: return through_ffmpeg(x, fs, *r.choice(CODECS)), fs
    return griffin_lim(x, fs)


def main(corpus, program, out, seconds, first_seed="1000000"):
    global rng
    rng = np.random.default_rng(int(first_seed))
    rows = csv.DictReader(open(f"{corpus}/manifest.csv"))
    paths = [f"{corpus}/{row['path']}" for row in rows if row["path"].startswith(TRAIN)]
    r, levels, signs, seed, stop = random.Random(int(first_seed)), [], [], int(first_seed), time.time() + float(seconds)
    with tempfile.TemporaryDirectory() as d:
        while time.time() < stop:
            seed += 1
            x, fs = sf.read(r.choice(paths))
            # Two voices or a repeat, so that every grid is full.
            while len(x) < fs * (COLUMNS * CELL + 0.3):
                x = np.r_[x, np.zeros(int(fs * r.uniform(0, 0.4))), x]
            first = r.randrange(0, max(1, int(len(x) - fs * (COLUMNS * CELL + 0.2))))
            x = x[first : first + int(fs * (COLUMNS * CELL + 0.2))] * 10 ** (r.uniform(-12, 6) / 20)
            x = x / max(1, np.abs(x).max())
            sf.write(f"{d}/x.wav", x, fs, "FLOAT")
            subprocess.run([program, "mark", f"{d}/x.wav", f"{d}/y.wav", str(seed)], check=True)
            subprocess.run([program, "signs", str(seed), f"{d}/s"], check=True)
            y = sf.read(f"{d}/y.wav")[0]
            pattern = np.fromfile(f"{d}/s", "<f4").reshape(PERIOD, BANDS)
            y, fs = attack(y, fs, r)
            column = r.randrange(1, 4)
            cut = int(fs * (column * CELL + r.uniform(-0.008, 0.008)))
            sf.write(f"{d}/z.wav", y[cut:], fs, "FLOAT")
            subprocess.run([program, "cells", f"{d}/z.wav", f"{d}/c"], check=True)
            grid = np.fromfile(f"{d}/c", "<f4").reshape(-1, BANDS)
            if len(grid) < COLUMNS - 4: continue
            levels.append(grid[: COLUMNS - 4]); signs.append(pattern[column : column + COLUMNS - 4])
            if len(levels) % 200 == 0:
                print(len(levels), "grids", flush=True)
                np.savez(out + ".tmp.npz", levels=np.array(levels), signs=np.array(signs, "i1")); os.replace(out + ".tmp.npz", out)
    np.savez(out, levels=np.array(levels), signs=np.array(signs, "i1"))
    print(len(levels), "grids")


if __name__ == "__main__":
    main(*sys.argv[1:])
