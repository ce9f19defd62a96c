"""What the passages beside a passage say of it: those alike tend to be relevant together.

That is the cluster hypothesis (van Rijsbergen, 1979); scores spread among neighbours in the
manner of Diaz, Regularizing Ad Hoc Retrieval Scores (CIKM 2005). Pieces that follow each other in
one asset are neighbours too, with vectors or without: a paragraph may have been cut between what
is asked about and what is asked for. Only direct neighbours are, or size alone would win.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pincite.types import Vectors

SHARPNESS = 12.0
"""How fast likeness falls with the cosine: at 0.9 it is exp(-1.2) = 0.3, at 0.5 it is 0.002."""
BESIDE = 0.85
"""The cosine that direct neighbours of one asset are taken to have at least."""
_UNLIKE = -1.0
Array = npt.NDArray[np.float64]


def belief_around(
    shares: Mapping[str, float],
    vectors: Mapping[str, Vectors],
    places: Mapping[str, tuple[str, int]],
    sharpness: float = SHARPNESS,
) -> dict[str, float]:
    """Return the log of the belief in and around each candidate, by id.

        around(d) = log Σ_j P(j|q) exp(sharpness · (cos(d, j) - 1))

    the density of belief at the place of d, by a von Mises-Fisher kernel.

    Args:
        shares: P(d|q) of each candidate.
        vectors: Of unit length, (d,), as far as there are any.
        places: Asset id and place in its reading order, as far as they are known.
        sharpness: Of the kernel; larger looks at nearer neighbours only.

    Example:
        >>> import numpy as np
        >>> x, y = np.eye(2, dtype=np.float32)
        >>> around = belief_around({"a": 0.6, "b": 0.1, "c": 0.3}, {"a": x, "b": x, "c": y}, {})
        >>> [round(float(np.exp(around[id])), 3) for id in "abc"]
        [0.7, 0.7, 0.3]
    """
    ids = list(shares)
    alike = np.maximum(_cosines(ids, vectors), np.where(_beside(ids, places), BESIDE, _UNLIKE))
    np.fill_diagonal(alike, 1.0)
    density = np.exp(sharpness * (alike - 1.0)) @ np.array([shares[id] for id in ids])
    return dict(zip(ids, np.log(density).tolist(), strict=True))


def _cosines(ids: Sequence[str], vectors: Mapping[str, Vectors]) -> Array:
    """Return the cosine of each two, (n, n); those without a vector are like nothing."""
    alike = np.full((len(ids), len(ids)), _UNLIKE)
    held = [i for i, id in enumerate(ids) if id in vectors]
    if held:
        stacked = np.stack([vectors[ids[i]] for i in held])
        # A product this small takes BLAS a hundred times as long on a busy machine: its threads
        # wait for each other.
        alike[np.ix_(held, held)] = np.minimum(np.einsum("id,jd->ij", stacked, stacked), 1.0)
    return alike


def _beside(ids: Sequence[str], places: Mapping[str, tuple[str, int]]) -> npt.NDArray[np.bool_]:
    """Return which two follow each other in one asset, (n, n)."""
    known = [places.get(id, (id, 0)) for id in ids]
    assets = np.array([asset for asset, _ in known])
    ordinals = np.array([ordinal for _, ordinal in known])
    same = assets[:, None] == assets[None, :]
    found: npt.NDArray[np.bool_] = same & (np.abs(ordinals[:, None] - ordinals[None, :]) == 1)
    return found
