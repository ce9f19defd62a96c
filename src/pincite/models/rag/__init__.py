"""RAG-Token and RAG-Sequence over multimodal evidence."""

from __future__ import annotations

from pincite.models.rag.causal import RagCausalModel
from pincite.models.rag.decode import Generated
from pincite.models.rag.marginal import document_log_prior, document_posterior, token_posterior
from pincite.models.rag.memory import Memory
from pincite.models.rag.model import RagModel

__all__ = [
    "Generated",
    "Memory",
    "RagCausalModel",
    "RagModel",
    "document_log_prior",
    "document_posterior",
    "token_posterior",
]
