"""RAG-Token and RAG-Sequence over multimodal evidence."""

from __future__ import annotations

from pincite.models.rag.causal import RagCausalModel
from pincite.models.rag.decode import Generated
from pincite.models.rag.load import load_rag
from pincite.models.rag.marginal import document_log_prior, document_posterior, token_posterior
from pincite.models.rag.memory import Memory
from pincite.models.rag.model import RagModel
from pincite.models.rag.retrieval import Retrieval
from pincite.models.rag.text import RagTokenizer, Retrieved, Retriever, SourceTemplate

__all__ = [
    "Generated",
    "Memory",
    "RagCausalModel",
    "RagModel",
    "RagTokenizer",
    "Retrieval",
    "Retrieved",
    "Retriever",
    "SourceTemplate",
    "document_log_prior",
    "document_posterior",
    "load_rag",
    "token_posterior",
]
