"""Pictures of a run: rates by group, and by attack and length."""

from __future__ import annotations

from pathlib import Path

from . import score
from .table import order


def drawn(run: dict, folder: Path) -> "list[Path]":
    """Writes the pictures into ``folder``."""
    import matplotlib

    matplotlib.use("Agg")
    paths = [_groups(run, folder / "groups.png")]
    for name in run["schemes"]:
        rows = score.rows(run["results"], name, order(run))
        if any(row.total.pieces for row in rows):
            paths.append(_attacks(name, rows, folder / f"attacks-{name.replace(' ', '-')}.png"))
    return paths


def _groups(run: dict, path: Path) -> Path:
    from matplotlib import pyplot

    names = [one for one in dict.fromkeys(attack["group"] for attack in run["attacks"])]
    figure, axes = pyplot.subplots(figsize=(9, 0.42 * len(names) + 1.2), layout="constrained")
    height = 0.8 / max(1, len(run["schemes"]))
    for place, scheme in enumerate(run["schemes"]):
        table = score.groups(score.rows(run["results"], scheme, order(run)))
        values = [score.over_all(table.get(name, [])) or 0 for name in names]
        axes.barh([i + place * height for i in range(len(names))], values, height, label=scheme)
    axes.set_yticks([i + 0.4 - height / 2 for i in range(len(names))], names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("mean detection rate")
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside lower right")
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
    return path


def _attacks(name: str, rows: "list[score.Row]", path: Path) -> Path:
    import numpy as np
    from matplotlib import pyplot

    lengths = sorted({n for row in rows for n in row.by_length})
    rates = np.array(
        [[score.share(row.by_length[n]) if n in row.by_length else None for n in lengths] for row in rows],
        dtype=float,
    )
    figure, axes = pyplot.subplots(figsize=(5.5, 0.17 * len(rows) + 1), layout="constrained")
    image = axes.imshow(rates, vmin=0, vmax=1, cmap="RdYlGn", aspect="auto")
    axes.set_yticks(range(len(rows)), [row.attack for row in rows], fontsize=6)
    axes.set_xticks(range(len(lengths)), [f"{n:g} s" for n in lengths])
    axes.set_title(f"{name}: detection rate", fontsize=9)
    figure.colorbar(image, shrink=0.1, anchor=(0, 1))
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
    return path
