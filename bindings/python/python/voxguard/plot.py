"""Drawing of detections, with Matplotlib: ``pip install matplotlib``. Not imported with `voxguard` itself."""

from __future__ import annotations

from typing import Any, Optional

from ._detector import Detection

__all__ = ["curve"]


def curve(detection: Detection, ax: Optional[Any] = None) -> Any:
    """Draws the score over time on a Matplotlib ``Axes``, a new one unless ``ax`` is given, which it returns.

    Marked stretches are shaded. Without a mark the score is about N(0, 1).
    """
    if not isinstance(detection, Detection):
        raise TypeError(f"detection is a {type(detection).__name__}: accepted is a voxguard.Detection")
    if ax is None:
        try:
            from matplotlib import pyplot  # type: ignore[import-not-found,unused-ignore]
        except ImportError as error:
            message = "voxguard.plot draws with Matplotlib, which is missing: pip install matplotlib"
            raise ImportError(message, name="matplotlib") from error
        ax = pyplot.subplots()[1]
    times = [point.time for point in detection.curve]
    ax.plot(times, [point.score for point in detection.curve], label="score")
    ax.axhline(0.0, linewidth=0.8, color="0.6")
    for span in detection.spans:
        ax.axvspan(span.start, span.end, alpha=0.15)
    if detection.seconds > 0:
        ax.set_xlim(0.0, detection.seconds)
    ax.set_xlabel("seconds")
    ax.set_ylabel("score")
    ax.set_title(f"{'mark found' if detection.found else 'no mark found'}, p = {detection.p_value:.2g}")
    return ax
