"""What the passages beside a passage say of it: those alike tend to be relevant together.

That is the cluster hypothesis (van Rijsbergen, 1979); scores spread among neighbours in the
manner of Diaz, Regularizing Ad Hoc Retrieval Scores (CIKM 2005).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pincite.types import Vectors

SHARPNESS = 12.0
"""How fast likeness falls with the cosine: at 0.9 it is exp(-1.2) = 0.3, at 0.5 it is 0.002."""
_UNLIKE = -1.0


def belief_around(
    shares: Mapping[str, float], vectors: Mapping[str, Vectors], sharpness: float = SHARPNESS
) -> dict[str, float]:
    """Return the log of the belief in and around each candidate, by id.

        around(d) = log Σ_j P(j|q) exp(sharpness · (cos(d, j) - 1))

    the density of belief at the place of d, by a von Mises-Fisher kernel.

    Args:
        shares: P(d|q) of each candidate.
        vectors: Of unit length, (d,); a candidate without one is like itself only.
        sharpness: Of the kernel; larger looks at nearer neighbours only.

    Example:
        >>> import numpy as np
        >>> x, y = np.eye(2, dtype=np.float32)
        >>> around = belief_around({"a": 0.6, "b": 0.1, "c": 0.3}, {"a": x, "b": x, "c": y})
        >>> [round(float(np.exp(around[id])), 3) for id in "abc"]
        [0.7, 0.7, 0.3]
    """
    ids = list(shares)
    held = [i for i, id in enumerate(ids) if id in vectors]
    alike = np.full((len(ids), len(ids)), _UNLIKE)
    np.fill_diagonal(alike, 1.0)
    if held:
        stacked = np.stack([vectors[ids[i]] for i in held]).astype(np.float64)
        alike[np.ix_(held, held)] = np.minimum(stacked @ stacked.T, 1.0)
    density = np.exp(sharpness * (alike - 1.0)) @ np.array([shares[id] for id in ids])
    return dict(zip(ids, np.log(density).tolist(), strict=True))
