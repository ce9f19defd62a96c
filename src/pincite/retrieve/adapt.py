"""How many hits to return, by where the scores fall off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

LEAST_FALL = math.log(3)
"""A gap counts when belief falls at least threefold across it."""


def cut(shares: Sequence[float]) -> int:
    """Return how many of the best hits to keep: those before the largest fall of belief.

    The fall between neighbours is the difference of their log shares; where none is at least
    threefold there is no gap, and all are kept. A share of 0 is below any other.

    Args:
        shares: Descending.

    Example:
        >>> cut([0.5, 0.4, 0.01, 0.009]), cut([0.3, 0.25, 0.2])
        (2, 3)
    """
    falls = [
        math.inf if not below else math.log(above / below)
        for above, below in pairwise(shares)
        if above > 0
    ]
    if not falls or max(falls) < LEAST_FALL:
        return len(shares)
    return falls.index(max(falls)) + 1
