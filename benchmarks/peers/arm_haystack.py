"""Haystack: embedding and BM25 retrievers over the in-memory store, joined by reciprocal rank."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haystack import Document  # type: ignore[import-not-found]
from haystack.components.joiners import DocumentJoiner  # type: ignore[import-not-found]
from haystack.components.retrievers.in_memory import (  # type: ignore[import-not-found]
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import (  # type: ignore[import-not-found]
    InMemoryDocumentStore,
)
from haystack.document_stores.types import DuplicatePolicy  # type: ignore[import-not-found]
from haystack.utils import ComponentDevice  # type: ignore[import-not-found]
from haystack_integrations.components.embedders.sentence_transformers import (  # type: ignore[import-not-found]
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.peers.arm import K, run

DEPTH = 50


class Haystack:
    """The document store is saved to a file, as there is no server."""

    def ingest(self, work: Path, passages: Sequence[tuple[str, str]]) -> int:
        """Embed and write; what is there is overwritten, as the default policy raises."""
        embedder = SentenceTransformersDocumentEmbedder(
            model=str(work / "minilm"), device=ComponentDevice.from_str("cpu"), progress_bar=False
        )
        embedder.warm_up()
        place = work / "haystack.json"
        store = (
            InMemoryDocumentStore.load_from_disk(str(place))
            if place.exists()
            else InMemoryDocumentStore(embedding_similarity_function="cosine")
        )
        documents = [Document(id=id, content=text) for id, text in passages]
        embedded = embedder.run(documents)["documents"]
        store.write_documents(embedded, policy=DuplicatePolicy.OVERWRITE)
        store.save_to_disk(str(place))
        return int(store.count_documents())

    def load(self, work: Path) -> None:
        """Read the store and warm up the encoder of queries."""
        store = InMemoryDocumentStore.load_from_disk(str(work / "haystack.json"))
        self._embedder = SentenceTransformersTextEmbedder(
            model=str(work / "minilm"), device=ComponentDevice.from_str("cpu"), progress_bar=False
        )
        self._embedder.warm_up()
        self._words = InMemoryBM25Retriever(store, top_k=DEPTH)
        self._vectors = InMemoryEmbeddingRetriever(store, top_k=DEPTH)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=K)

    def ask(self, query: str) -> list[str]:
        """Run the parts of the pipeline in turn."""
        vector = self._embedder.run(query)["embedding"]
        words = self._words.run(query)["documents"]
        near = self._vectors.run(vector)["documents"]
        return [document.id for document in self._joiner.run([words, near])["documents"]]


if __name__ == "__main__":
    run(Haystack())
