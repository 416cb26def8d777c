"""The demonstration's picture. Usage: python picture.py FOLDER

Reads speech.wav, marked.wav, degraded.wav and report.json there and writes picture.png.
"""

import json
import sys
import wave
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

WINDOW = 1024
HOP = 256
#: Below this level under the loudest cell there is nothing to compare.
FLOOR_DECIBELS = -75.0
#: The colours of the change end here.
CHANGE_DECIBELS = 6.0
#: Colours of the file: as few as do not show keep it small.
COLOURS = 128


def main():
    folder = Path(sys.argv[1])
    report = json.loads((folder / "report.json").read_text())
    speech, rate = read(folder / "speech.wav")
    marked, _ = read(folder / "marked.wav")
    degraded = next(copy for copy in report["copies"] if copy["file"] == "degraded.wav")

    plt.rcParams.update({"font.size": 9, "axes.titlesize": 10, "axes.titlelocation": "left"})
    figure, axes = plt.subplots(4, 1, figsize=(9, 9.2), dpi=100, layout="constrained", height_ratios=[1, 1.5, 1.5, 1.2])
    wide = max(len(speech) / rate, degraded["seconds"])
    waveform(axes[0], marked, rate)
    before, after = power(speech), power(marked)
    spectrogram(figure, axes[1], after, rate, len(marked) / rate)
    change(figure, axes[2], before, after, rate, len(marked) / rate)
    score(axes[3], degraded, report)
    for axis in axes:
        axis.set_xlim(0, wide)
    axes[3].set_xlabel("time (s)")
    figure.canvas.draw()
    picture = Image.frombuffer("RGBA", figure.canvas.get_width_height(), figure.canvas.buffer_rgba()).convert("RGB")
    picture.quantize(COLOURS).save(folder / "picture.png", optimize=True)


def read(path):
    with wave.open(str(path), "rb") as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data / 32768.0, file.getframerate()


def power(samples):
    """Power spectrogram: frames by bins, relative to full scale."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    return np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1)) ** 2


def decibels(ratio):
    return 10 * np.log10(np.maximum(ratio, 1e-20))


def waveform(axis, samples, rate):
    axis.plot(np.arange(len(samples)) / rate, samples, linewidth=0.4, color="#30507a")
    axis.set_title("Marked speech")
    axis.set_ylabel("amplitude")
    loudest = 1.1 * np.abs(samples).max()
    axis.set_ylim(-loudest, loudest)


def spectrogram(figure, axis, after, rate, seconds):
    levels = decibels(after / after.max())
    extent = (0, seconds, 0, rate / 2000)
    image = axis.imshow(levels.T, origin="lower", aspect="auto", extent=extent, cmap="magma_r", vmin=FLOOR_DECIBELS, vmax=0)
    axis.set_title("Its spectrogram")
    axis.set_ylabel("frequency (kHz)")
    figure.colorbar(image, ax=axis, label="level (dB)", pad=0.01)


def change(figure, axis, before, after, rate, seconds):
    difference = decibels(after) - decibels(before)
    silent = decibels(before / before.max()) < FLOOR_DECIBELS
    extent = (0, seconds, 0, rate / 2000)
    image = axis.imshow(
        np.ma.array(difference, mask=silent).T,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap="RdBu_r",
        vmin=-CHANGE_DECIBELS,
        vmax=CHANGE_DECIBELS,
        interpolation="nearest",
    )
    axis.set_facecolor("#f2f2f2")
    axis.set_title(f"What the mark changed (grey: quieter than {FLOOR_DECIBELS:.0f} dB)")
    axis.set_ylabel("frequency (kHz)")
    figure.colorbar(image, ax=axis, label="change (dB)", pad=0.01)


def score(axis, degraded, report):
    unmarked = report["copies"][0]
    for copy, colour, label in (
        (degraded, "#b03030", "after telephone, noise and a cut"),
        (unmarked, "#909090", "speech without a mark"),
    ):
        times, scores = np.array(copy["curve"]).reshape(-1, 2).T
        axis.plot(times, scores, color=colour, linewidth=1.4, label=label)
    axis.axhline(0, color="#c0c0c0", linewidth=0.8, zorder=0)
    title = f"Detection score over time: mark {degraded['mark']} found, p = {degraded['p_value']:.0e}"
    axis.set_title(title)
    axis.set_ylabel("score (standard deviations)")
    axis.legend(loc="upper right", frameon=False, ncols=2)
    axis.margins(y=0.2)


if __name__ == "__main__":
    main()
