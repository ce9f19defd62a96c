"""Generation held to the words of the sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch
from transformers import LogitsProcessor

Tensor = Any


class CopyOnly(LogitsProcessor):  # type: ignore[misc]
    """Lets a generator write only tokens of given texts, and its own special tokens.

    Every word is then made of pieces that stand in a source, so nothing can be said with words
    that none of them holds; what is said may still be wrong, and is checked as ever.

    Args:
        tokenizer: The generator's.
        texts: What may be copied.
    """

    def __init__(self, tokenizer: Any, texts: Sequence[str]) -> None:
        allowed = set(tokenizer.all_special_ids)
        for text in texts:
            pieces = [text, *(f"{blank}{word}" for word in _words(text) for blank in ("", " "))]
            for ids in tokenizer(pieces, add_special_tokens=False)["input_ids"]:
                allowed.update(ids)
        self.allowed = frozenset(int(token) for token in allowed)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Return the scores (r, v) with -inf for all other tokens."""
        kept = torch.tensor(sorted(t for t in self.allowed if t < scores.shape[-1]))
        mask = torch.ones(scores.shape[-1], dtype=torch.bool, device=scores.device)
        mask[kept.to(scores.device)] = False
        return scores.masked_fill(mask, -torch.inf)


def _words(text: str) -> list[str]:
    return sorted(set(re.findall(r"\w+", text)))
