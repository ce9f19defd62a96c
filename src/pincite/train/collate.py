"""Ragged examples to tensors, padded to the longest of their batch and no further."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pincite.errors import UsageError


def pad_tokens(ids: Sequence[Sequence[int]], pad_id: int) -> dict[str, Tensor]:
    """Return `input_ids` and `attention_mask` (1 = real), each (b, longest).

    Example:
        >>> pad_tokens([[5, 6], [7]], pad_id=0)["input_ids"].tolist()
        [[5, 6], [7, 0]]
    """
    longest = max(map(len, ids), default=0)
    tokens = torch.full((len(ids), longest), pad_id, dtype=torch.long)
    mask = torch.zeros(len(ids), longest, dtype=torch.long)
    for i, row in enumerate(ids):
        tokens[i, : len(row)] = torch.tensor(row, dtype=torch.long)
        mask[i, : len(row)] = 1
    return {"input_ids": tokens, "attention_mask": mask}


def pad_features(features: Sequence[Any], width: int) -> tuple[Tensor, Tensor]:
    """Return features (b, n, e) and their mask (b, n) bool; n is the most of a row, at least 1.

    Args:
        features: b arrays (n_i, e), or None where a row has none.
        width: e.

    Raises:
        UsageError: An array is of another width.
    """
    longest = max((len(f) for f in features if f is not None), default=0)
    padded = torch.zeros(len(features), max(longest, 1), width)
    mask = torch.zeros(len(features), max(longest, 1), dtype=torch.bool)
    for i, row in enumerate(features):
        if row is None or not len(row):
            continue
        if row.shape[1] != width:
            raise UsageError(
                f"features of width {width} are expected, example {i} of the batch has "
                f"{row.shape[1]}; extract all with one model"
            )
        padded[i, : len(row)] = torch.from_numpy(np.array(row, dtype=np.float32))
        mask[i, : len(row)] = True
    return padded, mask
