"""Where each content lies, kept in step with the ledger while a run goes on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pincite.store.tables import LedgerEntry, Source, Store


class Places:
    """The sources of every asset; a path holds one content, and content without a path goes."""

    def __init__(self, ledger: Mapping[str, LedgerEntry]) -> None:
        self._of: defaultdict[str, dict[str, Source]] = defaultdict(dict)
        self._holders: defaultdict[str, set[str]] = defaultdict(set)
        self._touched: set[str] = set()
        for asset_id, entry in ledger.items():
            for source in entry.sources:
                self._put(asset_id, source)

    def sources(self, asset_id: str, more: Iterable[Source] = ()) -> tuple[Source, ...]:
        """Return where an asset lies, with `more` places first."""
        merged = {source.uri: source for source in more}
        return (*merged.values(), *(s for u, s in self._of[asset_id].items() if u not in merged))

    def move(self, asset_id: str, source: Source, left: Iterable[str]) -> None:
        """Note that an asset lies at `source`, and no longer at the places it has left."""
        self._put(asset_id, source)
        self._touched.add(asset_id)
        for other in self._holders[source.uri] - {asset_id}:
            self._drop(other, source.uri)
        for uri in left:
            self._drop(asset_id, uri)

    def vacate(self, uri: str) -> None:
        """Note that nothing lies at `uri` any more."""
        for asset_id in list(self._holders[uri]):
            self._drop(asset_id, uri)

    def write(self, store: Store) -> None:
        """Bring the ledger to what was noted since the last time."""
        kept = {a: tuple(self._of[a].values()) for a in sorted(self._touched) if self._of[a]}
        lost = [a for a in sorted(self._touched) if not self._of[a]]
        if kept:
            store.relocate(kept)
        if lost:
            store.forget(lost)
        self._touched.clear()

    def _put(self, asset_id: str, source: Source) -> None:
        self._of[asset_id][source.uri] = source
        self._holders[source.uri].add(asset_id)

    def _drop(self, asset_id: str, uri: str) -> None:
        self._of[asset_id].pop(uri, None)
        self._holders[uri].discard(asset_id)
        self._touched.add(asset_id)
