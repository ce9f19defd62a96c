"""Tags matched with the words of the query.

Pictures are found by what a model, or a person, says they show.
"""

from __future__ import annotations

from dataclasses import dataclass

from pincite.content import MODALITIES
from pincite.retrieve.asked import Asked
from pincite.retrieve.channels import Said, Usual
from pincite.store.tables import Store

TAGS = "search_tags"
"""The column that holds them, in knowledge bases that have any."""
_BEST = 4.0
"""BM25 has no scale of its own: the best match of a query counts as so many deviations."""


@dataclass(frozen=True, slots=True)
class Tags:
    """BM25 over the tags of segments."""

    store: Store
    name: str = "tags"

    def search(self, asked: Asked, k: int, where: str) -> Said:
        """Return BM25 by segment id."""
        found = dict(self.store.tagged(asked.words, k, where))
        best = max(found.values(), default=0.0) or 1.0
        return Said(found, dict.fromkeys(MODALITIES, Usual(0.0, best / _BEST)))
