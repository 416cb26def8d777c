"""How a marked clip compares with the clip: PESQ, STOI, ViSQOL, DNSMOS, log-spectral distance.

Each measure is left out, and said to be, where its package is missing.
"""

from __future__ import annotations

import importlib.util
import warnings
from functools import lru_cache
from typing import Optional

import numpy as np
from scipy.signal import stft

from .clip import Clip

RATE = 16000
MODULES = {"PESQ-WB": "pesq", "STOI": "pystoi", "ViSQOL": "ai_edge_litert", "DNSMOS": "speechmos"}


def absent() -> "list[str]":
    """Measures whose package is missing."""
    return [name for name, module in MODULES.items() if importlib.util.find_spec(module) is None]


def measured(clip: Clip, marked: Clip) -> "dict[str, float]":
    """All measures of one pair, at 16 kHz. Losses are against the clip judged by the same measure."""
    one, two = clip.at(RATE), marked.at(RATE)
    length = min(len(one.samples), len(two.samples))
    a, b = one.samples[:length], two.samples[:length]
    missing = absent()
    values = {"log-spectral distance": distance(a, b), "new full-scale samples": new_clipping(clip, marked)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "PESQ-WB" not in missing:
            from pesq import NoUtterancesError, pesq

            try:
                values["PESQ-WB"] = float(pesq(RATE, a, b, "wb"))
            except NoUtterancesError:
                pass  # shorter than PESQ can judge
        if "STOI" not in missing:
            from pystoi import stoi

            values["STOI"] = float(stoi(a, b, RATE))
        if "ViSQOL" not in missing:
            # Of a clip against itself the best is not 5: what counts is what is lost.
            values["ViSQOL"] = visqol(a, b)
            values["ViSQOL loss"] = visqol(a, a) - values["ViSQOL"]
        if "DNSMOS" not in missing:
            before, after = dnsmos(a), dnsmos(b)
            for name in before:
                values[f"DNSMOS {name} loss"] = before[name] - after[name]
    return values


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Log-spectral distance in dB: over frames of 32 ms within 50 dB of the loudest."""
    spectra = [10 * np.log10(np.abs(stft(x, RATE, nperseg=512)[2]) ** 2 + 1e-12) for x in (a, b)]
    level = spectra[0].max(axis=0)
    loud = level > level.max() - 50
    return float(np.mean(np.sqrt(np.mean((spectra[0] - spectra[1])[:, loud] ** 2, axis=0))))


def new_clipping(clip: Clip, marked: Clip) -> float:
    """Samples that lie beyond full scale in the marked clip and did not in the clip."""
    return float(np.sum((np.abs(marked.samples) > 1) & (np.abs(clip.samples) <= 1)))


@lru_cache(maxsize=1)
def _visqol():
    from visqol import VisqolApi

    api = VisqolApi()
    api.create(mode="speech", use_lattice_model=True)
    return api


def visqol(a: np.ndarray, b: np.ndarray) -> float:
    """ViSQOL's speech mode with the lattice map."""
    result = _visqol().measure_from_arrays(a.astype(np.float64), b.astype(np.float64), RATE)
    return float(result.moslqo)


def dnsmos(samples: np.ndarray) -> "dict[str, float]":
    from speechmos import dnsmos as model

    peak = max(1.0, float(np.abs(samples).max()))
    scores = model.run(samples / peak, RATE, return_df=False)
    return {"overall": float(scores["ovrl_mos"]), "P.808": float(scores["p808_mos"])}


def summary(rows: "list[dict[str, float]]", name: str) -> "Optional[tuple[float, float, float]]":
    """Mean, lowest and highest of a measure over clips."""
    values = [row[name] for row in rows if name in row]
    return (float(np.mean(values)), min(values), max(values)) if values else None
