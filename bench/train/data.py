"""Training examples: clips marked by the product, attacked, and read by the product's own analysis.

    python data.py SPLIT.csv CORPUS_DIR SPEECH_DIR GRID_PROGRAM out.npz SEED COUNT

Of CORPUS_DIR, the clips that SPLIT.csv lets train; of SPEECH_DIR, all (made by speech.py). Each is moved in pitch and speed
to be another voice, marked under a fresh key, attacked, and its bin powers are read by GRID_PROGRAM
(bench/src/bin/grid.rs). The same seed gives the same examples. Needs numpy, scipy, soundfile, pyworld, sox with
AMR, and ffmpeg with libopus, libmp3lame, libspeex, libgsm, libcodec2 and librubberband on the path.
"""
import csv, glob, math, random, subprocess, sys, tempfile
import numpy as np
import pyworld
import soundfile as sf
from scipy.signal import butter, istft, medfilt, resample_poly, sosfilt, stft

SECONDS, BANDS = 5.4, 64
BINS, STEPS = 312, 680  # of an example as it is kept
rng = np.random.default_rng(0)


def resampled(x, fs, to):
    g = math.gcd(fs, to)
    return resample_poly(x, to // g, fs // g)


def aligned(near, far, lag, y):
    """y moved as `far` must be to lie on `near`: codecs delay."""
    n = min(len(near), len(far))
    c = np.fft.irfft(np.fft.rfft(far, 2 * n) * np.conj(np.fft.rfft(near, 2 * n)))
    c = np.r_[c[-lag:], c[:lag]]
    shift = int(np.argmax(c)) - lag
    return y[shift:] if shift > 0 else np.r_[np.zeros(-shift), y]


def envelope(x, fs):
    return np.convolve(x**2, np.hanning(fs // 60), "same") ** 0.25


def through(x, fs, codec):
    """Coded and decoded, by sox where the encoder is a rate of AMR, else by ffmpeg."""
    encode, ext = codec
    with tempfile.TemporaryDirectory() as d:
        a, b, c = f"{d}/a.wav", f"{d}/b.{ext}", f"{d}/c.wav"
        if ext == "amr-nb":
            sf.write(a, resampled(x, fs, 8000), 8000)
            subprocess.run(["sox", "-R", a, *encode, "-t", ext, b], check=True)
            subprocess.run(["sox", "-R", "-t", ext, b, "-b", "16", c], check=True)
            y = resampled(sf.read(c)[0], 8000, fs)
        else:
            sf.write(a, x, fs)
            run = ["ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1"]
            subprocess.run([*run, "-i", a, *encode, b], check=True)
            subprocess.run([*run, "-i", b, "-ar", str(fs), "-ac", "1", c], check=True)
            y = sf.read(c)[0]
        # Speech coders keep no waveform, but when it is loud.
        near, far = envelope(x, fs), envelope(y, fs)
        return aligned(near - near.mean(), far - far.mean(), fs // 5, y)


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


def opus(rate):
    return ["-c:a", "libopus", "-b:a", rate, "-application", "voip"], "ogg"


MUSIC = [(["-b:a", "64k"], "mp3"), (["-b:a", "32k"], "mp3"), (["-c:a", "aac", "-b:a", "32k"], "m4a")]
SPEECH = [opus("24k"), opus("16k"), opus("16k"), opus("12k"), opus("12k"), opus("8k"), opus("6k"),
          (["-ar", "16000", "-c:a", "libspeex", "-b:a", "16800"], "ogg"), (["-ar", "8000", "-c:a", "libspeex", "-b:a", "8000"], "ogg"),
          (["-ar", "8000", "-c:a", "libgsm"], "gsm"), (["-ar", "8000", "-c:a", "g726", "-b:a", "32k"], "wav"),
          (["-ar", "8000", "-c:a", "g723_1", "-b:a", "6300"], "tco"), (["-ar", "8000", "-c:a", "libcodec2", "-mode", "3200"], "c2"),
          (["-C", "7"], "amr-nb"), (["-C", "5"], "amr-nb"), (["-C", "0"], "amr-nb")]


def coded(x, fs, r):
    """What calls and messengers do: sometimes noise or a room before the codec, sometimes a second codec."""
    k = r.random()
    if k < 0.15: x = noise(x, r.uniform(12, 30))
    elif k < 0.22: x = noise(reverb(x, fs, r.uniform(0.2, 0.5)), r.uniform(15, 30))
    elif k < 0.30: x = band(x, fs, r.choice([0, 150, 300]), r.uniform(3000, 6500))
    x = through(x, fs, r.choice(MUSIC if r.random() < 0.12 else SPEECH))
    return through(x, fs, r.choice(MUSIC + SPEECH)) if r.random() < 0.12 else x


def filtered(x, fs, graph):
    with tempfile.TemporaryDirectory() as d:
        sf.write(f"{d}/a.wav", x, fs, "FLOAT")
        subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1", "-i", f"{d}/a.wav", "-af", graph, "-c:a", "pcm_f32le", f"{d}/b.wav"], check=True)
        return sf.read(f"{d}/b.wav")[0]


def world(x, fs):
    x = np.ascontiguousarray(x, dtype=float)
    f0, t = pyworld.harvest(x, fs)
    spectrum, aperiodicity = pyworld.cheaptrick(x, f0, t, fs), pyworld.d4c(x, f0, t, fs)
    return pyworld.synthesize(f0, spectrum, aperiodicity, fs)[: len(x)]


def subtract(x, fs):
    """Spectral subtraction, as denoisers do it."""
    _, _, s = stft(x, fs, nperseg=512, noverlap=384)
    floor = np.percentile(np.abs(s), 20, axis=1, keepdims=True)
    gain = np.clip(1 - 1.5 * floor / (np.abs(s) + 1e-9), 0.1, 1)
    return istft(s * gain, fs, nperseg=512, noverlap=384)[1][: len(x)]


def attack(x, fs, r):
    """The clip as it may arrive, its rate, and how many times as long and as high it became."""
    k = r.random()
    if k < 0.08: return x, fs, 1, 1
    if k < 0.26: return noise(x, r.uniform(0, 30)), fs, 1, 1
    if k < 0.30: return reverb(x, fs, r.uniform(0.2, 1.0)), fs, 1, 1
    if k < 0.33: return band(x, fs, r.choice([0, 150, 300]), r.uniform(2500, 6500)), fs, 1, 1
    if k < 0.35: return *slow(x, fs, r.choice([6000, 8000])), 1, 1
    if k < 0.39: return noise(reverb(x, fs, r.uniform(0.2, 0.8)), r.uniform(10, 30)), fs, 1, 1
    if k < 0.43: return *mu_law(x, fs), 1, 1
    if k < 0.49: return *mu_law(noise(band(x, fs, 300, 3400), r.uniform(12, 30)), fs), 1, 1
    if k < 0.79: return coded(x, fs, r), fs, 1, 1
    if k < 0.81: return subtract(noise(x, r.uniform(15, 30)), fs), fs, 1, 1
    if k < 0.82: return medfilt(resampled(x, fs, 16000), r.choice([3, 5])), 16000, 1, 1
    if k < 0.85: return *griffin_lim(x, fs), 1, 1
    if k < 0.88: return world(*resampled_to(x, fs)), 16000, 1, 1
    if k < 0.92:
        v = math.exp(r.uniform(-0.2, 0.2))
        return x, round(fs * v), 1 / v, v
    if k < 0.96:
        v = math.exp(r.uniform(-0.22, 0.22))
        return filtered(x, fs, f"atempo={v}" if r.random() < 0.5 else f"rubberband=tempo={v}"), fs, 1 / v, 1
    v = 2 ** (r.uniform(-3, 3) / 12)
    return filtered(x, fs, f"rubberband=pitch={v}"), fs, 1, v


def slow(x, fs, rate):
    return resampled(resampled(x, fs, rate), rate, fs)[: len(x)], fs


def resampled_to(x, fs):
    return (x, fs) if fs == 16000 else (resampled(x, fs, 16000), 16000)


def main(split, corpus, speech, program, out, seed, count):
    global rng
    seed = int(seed)
    rng, r = np.random.default_rng(seed), random.Random(seed)
    rows = csv.DictReader(open(split))
    paths = [f"{corpus}/{row['clip']}" for row in rows if row["split"] == "train" and row["may_train"] == "yes"]
    more = sorted(glob.glob(f"{speech}/*.wav"))
    powers, hertz, signs, warps = [], [], [], []
    with tempfile.TemporaryDirectory() as d:
        for n in range(int(count)):
            x, fs = sf.read(r.choice(paths if r.random() < 0.5 or not more else more))
            fs = int(fs)
            # Two voices or a repeat, so that every example is full; then another voice by another speed.
            while len(x) < fs * SECONDS * 1.3:
                x = np.r_[x, np.zeros(int(fs * r.uniform(0, 0.4))), x]
            first = r.randrange(0, int(len(x) - fs * SECONDS * 1.25))
            x = x[first : first + int(fs * SECONDS * 1.25)]
            if r.random() < 0.6:
                x = resampled(x, 100, round(100 * math.exp(r.uniform(-0.2, 0.2))))
            x = x[: int(fs * SECONDS)] * 10 ** (r.uniform(-12, 6) / 20)
            x = x / max(1, np.abs(x).max())
            mark = str(seed * 1_000_000 + n)
            sf.write(f"{d}/x.wav", x, fs, "FLOAT")
            subprocess.run([program, "mark", f"{d}/x.wav", f"{d}/y.wav", mark], check=True)
            subprocess.run([program, "signs", mark, f"{d}/s"], check=True)
            y, fs, longer, higher = attack(sf.read(f"{d}/y.wav")[0], fs, r)
            sf.write(f"{d}/z.wav", y, fs, "FLOAT")
            subprocess.run([program, "spectra", f"{d}/z.wav", f"{d}/c"], check=True)
            spectra = np.fromfile(f"{d}/c", "<f4")
            grid = spectra[2:].reshape(-1, int(spectra[1]))[:STEPS, :BINS]
            kept = np.zeros((STEPS, BINS), "u1")
            # Decibels over -100, in steps of 0.6.
            kept[: len(grid), : grid.shape[1]] = np.clip(np.round((10 * np.log10(grid + 1e-10) + 100) / 0.6), 1, 255)
            powers.append(kept); hertz.append(spectra[0]); warps.append((longer, higher))
            signs.append(np.fromfile(f"{d}/s", "<f4").reshape(-1, BANDS)[:160].astype("i1"))
            if (n + 1) % 200 == 0: print(n + 1, "examples", flush=True)
    np.savez(out, powers=np.array(powers), hertz=np.array(hertz), warps=np.array(warps), signs=np.array(signs))


if __name__ == "__main__":
    main(*sys.argv[1:])
