"""A knowledge base whose vectors are looked up in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pincite.store.metrics import Metric, Ranked
from pincite.store.resident import ResidentIndex
from pincite.store.resident_kinds import Kind
from pincite.store.tables import Store
from pincite.types import Vectors


@dataclass(frozen=True, slots=True)
class ResidentStore:
    """Answers `nearest` from memory for the spaces it holds, from the table for all others.

    Attributes:
        store: The knowledge base.
        indexes: By space.
    """

    store: Store
    indexes: Mapping[str, ResidentIndex]

    @classmethod
    def build(
        cls, store: Store, spaces: Sequence[str] | None = None, kind: Kind = "auto"
    ) -> ResidentStore:
        """Return the vectors of these spaces, or of all, in memory."""
        wanted = sorted(store.spaces()) if spaces is None else spaces
        return cls(store, {s: ResidentIndex.build(store, s, kind) for s in wanted})

    def nearest(
        self,
        space: str,
        vector: Vectors,
        k: int,
        where: str = "",
        *,
        metric: Metric = "cosine",
        exact: bool = False,
    ) -> Ranked:
        """Return (segment id, score) of the `k` segments nearest to `vector` (d,) in `space`."""
        source = self.indexes.get(space, self.store)
        return source.nearest(space, vector, k, where, metric=metric, exact=exact)

    def nearest_many(
        self, space: str, vectors: Vectors, k: int, where: str = "", *, metric: Metric = "cosine"
    ) -> list[Ranked]:
        """Return for each vector of (m, d) what `nearest` returns."""
        source = self.indexes.get(space, self.store)
        return source.nearest_many(space, vectors, k, where, metric=metric)

    def refresh(self) -> bool:
        """See what was written since, in the store and in memory; return whether there was any."""
        self.store.refresh()
        changed = [index.refresh(self.store) for index in self.indexes.values()]
        return any(changed)
