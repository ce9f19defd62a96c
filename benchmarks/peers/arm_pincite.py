"""Pincite: a folder with one text file a passage, read as any folder is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.arm import K, run
from pincite import KnowledgeBase


class Pincite:
    """The files are the ids, and the model is the pulled one."""

    def ingest(self, work: Path, passages: Sequence[tuple[str, str]]) -> int:
        """Sync a folder; the files are written before the clock runs in `prepare`."""
        base = KnowledgeBase.open(str(work / "pincite"))
        base.sync(work / "files")
        return int(base.info()["assets"])

    def load(self, work: Path) -> None:
        """Open the knowledge base, its vectors in memory as those of the others are."""
        self._base = KnowledgeBase.open(str(work / "pincite"))
        self._base.hold_vectors()

    def ask(self, query: str) -> list[str]:
        """Search; hits are places, and a file may have several, so more than K are asked for."""
        found = self._base.search(query, k=2 * K).evidence
        return list(dict.fromkeys(Path(item.asset.uri).stem for item in found))


if __name__ == "__main__":
    run(Pincite())
