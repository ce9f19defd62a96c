"""Evidence to a cited answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pincite.registry import Plugin, Registry
from pincite.types import Answer, Evidence


class Generator(Protocol):
    """Composes an answer from evidence."""

    def generate(self, question: str, evidence: Sequence[Evidence]) -> Answer:
        """Return the answer with its citations, or one whose text is None: it abstained."""
        ...


def _trained(name: str) -> Plugin:
    return Plugin(f"pincite.generate.rag:{name}", package="torch", extra="torch")


generators: Registry[Generator] = Registry(
    kind="generator",
    group="pincite.generators",
    builtin={
        "extractive": Plugin("pincite.generate.extractive:ExtractiveGenerator"),
        "rag-token": _trained("RagTokenGenerator"),
        "rag-sequence": _trained("RagSequenceGenerator"),
        "fid": _trained("FidGenerator"),
        "rag-causal": _trained("RagCausalGenerator"),
    },
)
