"""Rounding weights to eight bits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pincite.types import Vectors

_LARGEST = 127


def by_column(weight: Vectors) -> tuple[npt.NDArray[np.int8], Vectors]:
    """Return (rounded, scales) with `weight ≈ rounded * scales`: (d, f) int8 and (f,) float32.

    Each column has a scale of its own: one large weight then coarsens its own output only.
    Zero stays zero, so the integer product needs no correction for the weights.

    Example:
        >>> rounded, scales = by_column(np.array([[1.0, 0.0], [-0.5, 0.0]], np.float32))
        >>> rounded.tolist(), scales.round(4).tolist()
        ([[127, 0], [-64, 0]], [0.0079, 1.0])
    """
    peaks = np.abs(weight).max(axis=0)
    scales = np.where(peaks > 0, peaks / _LARGEST, 1).astype(np.float32)
    rounded = np.clip(np.rint(weight / scales), -_LARGEST, _LARGEST).astype(np.int8)
    return rounded, scales
