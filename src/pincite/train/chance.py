"""The state of chance: seeds, and what a resumed run needs to go on as if never stopped."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch


def seed_everything(seed: int, rank: int = 0) -> None:
    """Seed python, numpy and torch; processes of one run get streams of their own."""
    mixed = int(np.random.SeedSequence([seed, rank]).generate_state(1)[0])
    random.seed(mixed)
    np.random.seed(mixed)
    torch.manual_seed(mixed)


def chance_state() -> dict[str, Any]:
    """Return the state of every generator, as tensors and plain values."""
    version, words, python_next = random.getstate()
    drawn: Any = np.random.get_state(legacy=True)
    name, keys, position, has_gauss, gauss = drawn
    return {
        "python": (version, torch.tensor(words), python_next),
        "numpy": (name, torch.from_numpy(keys.astype(np.int64)), position, has_gauss, gauss),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def restore_chance(state: Mapping[str, Any]) -> None:
    """Put every generator back to where `chance_state` found it."""
    version, words, python_next = state["python"]
    random.setstate((version, tuple(words.tolist()), python_next))
    name, keys, position, has_gauss, gauss = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), position, has_gauss, gauss))
    torch.set_rng_state(state["torch"])
    if len(state["cuda"]) == torch.cuda.device_count() > 0:
        torch.cuda.set_rng_state_all(state["cuda"])
