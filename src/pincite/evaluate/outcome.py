"""What one item came to: what was observed, and what a person looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one item came to.

    Attributes:
        item: Its id.
        asked_with: Modalities of the query, such as `text` or `image+text`.
        target: Modality of what was to be found, "" where any.
        query: What was asked, in JSON form.
        gold: What would be right, in JSON form.
        found: What the system said, in JSON form; hits have `id` for `KnowledgeBase.show`.
        observed: Values that measures read (`pincite.evaluate.types`).
        latency_ms: How long it took.
        error: Why nothing was said, "" when something was.
    """

    item: str
    asked_with: str = "text"
    target: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    gold: Mapping[str, Any] = field(default_factory=dict)
    found: Mapping[str, Any] = field(default_factory=dict)
    observed: tuple[Any, ...] = ()
    latency_ms: float = 0.0
    error: str = ""

    @property
    def direction(self) -> str:
        """From what to what, such as `text → image`."""
        return f"{self.asked_with} → {self.target or 'any'}"
