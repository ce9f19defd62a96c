"""txtai: Embeddings with hybrid search, as its documentation has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from txtai import Embeddings  # type: ignore[import-not-found]

from benchmarks.peers.arm import K, run


class Txtai:
    """Dense and BM25 side by side, half and half."""

    def ingest(self, work: Path, passages: Sequence[tuple[str, str]]) -> int:
        """Index, or upsert into what is there."""
        place = str(work / "txtai")
        embeddings = Embeddings(path=str(work / "minilm"), hybrid=True, content=True)
        if (work / "txtai").exists():
            embeddings.load(place)
            embeddings.upsert(passages)
        else:
            embeddings.index(passages)
        embeddings.save(place)
        return int(embeddings.count())

    def load(self, work: Path) -> None:
        """Open the saved index."""
        self._embeddings = Embeddings()
        self._embeddings.load(str(work / "txtai"))

    def ask(self, query: str) -> list[str]:
        """Search."""
        return [found["id"] for found in self._embeddings.search(query, K)]


if __name__ == "__main__":
    run(Txtai())
