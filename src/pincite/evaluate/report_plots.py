"""Plots of a run as SVG, drawn without a display; none where matplotlib is not installed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

_INK = "#1f4e79"
_SIZE_IN = (5.2, 3.2)


def can_plot() -> bool:
    """Return whether plots can be drawn here."""
    return find_spec("matplotlib") is not None


def _axes(size_in: tuple[float, float] = _SIZE_IN) -> tuple[Any, Any]:
    figure = import_module("matplotlib.figure").Figure(figsize=size_in, layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: Any) -> str:
    """Return a figure as SVG that is the same for the same values."""
    matplotlib = import_module("matplotlib")
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "pincite", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def plot_heat_map(
    down: Sequence[str], across: Sequence[str], values: Sequence[Sequence[float]], measure: str
) -> str:
    """Return the map of a measure over modality of query (down) and of evidence (across)."""
    figure, axes = _axes((1.6 + 1.1 * len(across), 1.3 + 0.6 * len(down)))
    grid = np.ma.masked_invalid(np.asarray(values, np.float64))
    axes.imshow(grid, cmap="Blues", vmin=0.0, vmax=max(1.0, float(grid.max() or 0.0)))
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            text = "–" if np.isnan(value) else f"{value:.3f}"
            color = "white" if value > 0.6 else "black"
            axes.text(column, row, text, ha="center", va="center", color=color)
    axes.set_xticks(range(len(across)), across)
    axes.set_yticks(range(len(down)), down)
    axes.set_xlabel("evidence")
    axes.set_ylabel("query")
    axes.set_title(measure)
    return _svg(figure)


def plot_recall(curves: dict[str, list[tuple[int, float]]]) -> str:
    """Return recall over the number of hits looked at, a line for each direction."""
    figure, axes = _axes()
    for label, points in curves.items():
        axes.plot([k for k, _ in points], [v for _, v in points], label=label)
    axes.set_xlabel("k")
    axes.set_ylabel("recall at k")
    axes.set_ylim(0.0, 1.02)
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    return _svg(figure)


def plot_calibration(points: Sequence[tuple[float, float, int]]) -> str:
    """Return the share of right answers over the confidence stated; larger dots: more answers."""
    figure, axes = _axes((3.4, 3.2))
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--")
    most = max(count for *_, count in points)
    sizes = [20 + 180 * count / most for *_, count in points]
    axes.plot([c for c, *_ in points], [r for _, r, _ in points], color=_INK)
    axes.scatter([c for c, *_ in points], [r for _, r, _ in points], s=sizes, color=_INK)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share right")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    return _svg(figure)


def plot_latency(milliseconds: Sequence[float]) -> str:
    """Return how many items took how long."""
    figure, axes = _axes()
    axes.hist(list(milliseconds), bins=min(30, max(5, len(milliseconds) // 5)), color=_INK)
    axes.set_xlabel("milliseconds an item")
    axes.set_ylabel("items")
    return _svg(figure)
