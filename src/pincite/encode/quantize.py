"""Rounding weights to eight bits, and easing the rounding of what they are multiplied with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pincite.types import Vectors

_LARGEST = 127
_EASE = 0.7  # how far the burden moves from activations to weights; measured in decision 0003


def by_column(weight: Vectors) -> tuple[npt.NDArray[np.int8], Vectors]:
    """Return (rounded, scales) with `weight ≈ rounded * scales`: (d, f) int8 and (f,) float32.

    Each column has a scale of its own: one large weight then coarsens its own output only.
    Zero stays zero, so the integer product needs no correction for the weights.

    Example:
        >>> rounded, scales = by_column(np.array([[1.0, 0.0], [-0.5, 0.0]], np.float32))
        >>> rounded.tolist(), [f"{scale:.4f}" for scale in scales]
        ([[127, 0], [-64, 0]], ['0.0079', '1.0000'])
    """
    peaks = np.abs(weight).max(axis=0)
    scales = np.where(peaks > 0, peaks / _LARGEST, 1).astype(np.float32)
    rounded = np.clip(np.rint(weight / scales), -_LARGEST, _LARGEST).astype(np.int8)
    return rounded, scales


def eased(weight: Vectors, spread: Vectors) -> tuple[Vectors, Vectors]:
    """Return (weight (d, f), factors (d,)) such that (x * factors) · weight is still the product.

    All columns of an activation share one scale when they are rounded, so a few wide columns
    coarsen the others. The factors narrow those, and the rows of the weights make up for it
    (Xiao et al., SmoothQuant, 2023).

    Args:
        weight: (d, f).
        spread: How far each column of the activation reaches, (d,), up to a common factor.

    Example:
        >>> weight, factors = eased(np.ones((2, 1), np.float32), np.array([100, 1], np.float32))
        >>> bool(factors[0] < 1 < factors[1]), (factors[:, None] * weight).round(5).tolist()
        (True, [[1.0], [1.0]])
    """
    reach = np.maximum(np.abs(weight).max(axis=1), 1e-6)
    burden = np.maximum(spread, 1e-6) ** _EASE / reach ** (1 - _EASE)
    burden = (burden / np.exp(np.log(burden).mean())).astype(np.float32)
    return weight * burden[:, None], 1 / burden
