"""Fewer hits that say the same, or stand on the same page.

Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998):

    MMR = argmax over d not chosen yet of (1 - λ) rel(d) - λ max over chosen c of sim(d, c)

The paper weighs relevance with λ; here λ is the diversity, so 0 changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pincite.errors import UsageError
from pincite.language import terms_with_characters
from pincite.types import PageRegion, Segment, Vectors


def mmr(
    relevance: Sequence[float], similarity: npt.NDArray[np.floating], diversity: float, k: int
) -> list[int]:
    """Return the places of `k` items in the order they are chosen.

    Args:
        relevance: In 0..1 each, n of them; equal values fall to the earlier place.
        similarity: (n, n), in 0..1.
        diversity: 0 is relevance alone, 1 looks only at what is not said yet.
        k: How many to choose; fewer if there are not so many.

    Raises:
        UsageError: `diversity` is not in 0..1.

    Example:
        >>> alike = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
        >>> mmr([1.0, 0.9, 0.6], alike, 0.5, 3)
        [0, 2, 1]
    """
    if not 0 <= diversity <= 1:
        raise UsageError(f"diversity is between 0 and 1, got {diversity}")
    left, chosen = list(range(len(relevance))), list[int]()
    while left and len(chosen) < k:
        gains = [
            (1 - diversity) * relevance[i]
            - diversity * max((float(similarity[i, c]) for c in chosen), default=0.0)
            for i in left
        ]
        chosen.append(left.pop(int(np.argmax(gains))))
    return chosen


def similarities(
    texts: Sequence[str], *spaces: Sequence[Vectors | None]
) -> npt.NDArray[np.floating]:
    """Return how alike items are, (n, n) in 0..1.

    Two items with vectors in one space: their cosine in the first such, at least 0. Otherwise the
    share of words they have in common (Jaccard); items without words are alike to nothing.

    Args:
        texts: What the n items say.
        spaces: For each space the vectors of all items, None where an item has none.
    """
    words = [frozenset(terms_with_characters(text)) for text in texts]
    found = np.eye(len(texts))
    for i in range(len(texts)):
        for j in range(i):
            cosine = _first_cosine([(space[i], space[j]) for space in spaces])
            if cosine is not None:
                alike = max(0.0, cosine)
            else:
                union = len(words[i] | words[j])
                alike = len(words[i] & words[j]) / union if union else 0.0
            found[i, j] = found[j, i] = alike
    return found


def _first_cosine(pairs: Sequence[tuple[Vectors | None, Vectors | None]]) -> float | None:
    for one, other in pairs:
        if one is not None and other is not None:
            return float(one @ other)
    return None


def relative(shares: Mapping[str, float], ids: Sequence[str]) -> list[float]:
    """Return the shares of some candidates as parts of the best of them."""
    best = max((shares[id] for id in ids), default=0.0) or 1.0
    return [shares[id] / best for id in ids]


def spread(order: Sequence[str], pages: Mapping[str, Hashable], most: int) -> list[str]:
    """Return ids in their order, but those of a page that has had its share at the end.

    Args:
        order: Ids, best first.
        pages: The page of each that stands on one.
        most: How many of one page come first.

    Example:
        >>> spread(["a", "b", "c", "d"], {"a": 1, "b": 1, "c": 1, "d": 2}, 2)
        ['a', 'b', 'd', 'c']
    """
    had: Counter[Hashable] = Counter()
    first, later = list[str](), list[str]()
    for id in order:
        if id in pages:
            had[pages[id]] += 1
        (later if id in pages and had[pages[id]] > most else first).append(id)
    return first + later


def pages_of(segments: Mapping[str, Segment]) -> dict[str, Hashable]:
    """Return the file and page of each segment that stands on a page, by id."""
    return {
        id: (segment.asset_id, segment.locator.page)
        for id, segment in segments.items()
        if isinstance(segment.locator, PageRegion)
    }
