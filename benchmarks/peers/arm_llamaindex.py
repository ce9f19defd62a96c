"""LlamaIndex: vectors and BM25 under a QueryFusionRetriever with reciprocal ranks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from llama_index.core import (  # type: ignore[import-not-found]
    Document,
    Settings,
    StorageContext,
    VectorStoreIndex,
    load_index_from_storage,
)
from llama_index.core.llms import MockLLM  # type: ignore[import-not-found]
from llama_index.core.retrievers import QueryFusionRetriever  # type: ignore[import-not-found]
from llama_index.embeddings.huggingface import (  # type: ignore[import-not-found]
    HuggingFaceEmbedding,
)
from llama_index.retrievers.bm25 import BM25Retriever  # type: ignore[import-not-found]

from benchmarks.peers.arm import K, run


class LlamaIndex:
    """No language model is asked: one query, fused by reciprocal rank."""

    def ingest(self, work: Path, passages: Sequence[tuple[str, str]]) -> int:
        """Index; what is there is refreshed, which skips documents that did not change."""
        self._set_up(work)
        documents = [Document(text=text, doc_id=id) for id, text in passages]
        place = work / "llamaindex"
        if place.exists():
            index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(place)))
            index.refresh_ref_docs(documents)
        else:
            index = VectorStoreIndex.from_documents(documents)
        index.storage_context.persist(str(place))
        return len(index.docstore.docs)

    def load(self, work: Path) -> None:
        """Open the saved index and make the BM25 retriever over its nodes."""
        self._set_up(work)
        context = StorageContext.from_defaults(persist_dir=str(work / "llamaindex"))
        index = load_index_from_storage(context)
        words = BM25Retriever.from_defaults(docstore=index.docstore, similarity_top_k=50)
        self._retriever = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=50), words],
            similarity_top_k=50,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
        )

    def ask(self, query: str) -> list[str]:
        """Retrieve; several pieces of one document count once."""
        found = (node.node.ref_doc_id for node in self._retriever.retrieve(query))
        return list(dict.fromkeys(found))[:K]

    def _set_up(self, work: Path) -> None:
        Settings.embed_model = HuggingFaceEmbedding(
            model_name=str(work / "minilm"), device="cpu", embed_batch_size=32
        )
        Settings.llm = MockLLM()


if __name__ == "__main__":
    run(LlamaIndex())
