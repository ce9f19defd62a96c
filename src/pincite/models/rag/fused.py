"""Text states and regions as one memory: making the fusion of a model, and reading its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pincite.errors import UsageError
from pincite.models import fusion as fusions
from pincite.models.rag.evidence import EvidenceAdapter
from pincite.models.rag.memory import Memory
from pincite.models.rag.options import first_set

Tensor = Any


def text_width(generator: Any) -> int:
    """Return d, the width of the states a generator's decoder attends to.

    Raises:
        UsageError: Its configuration does not say.
    """
    config = generator.config
    inner = getattr(config, "encoder", None) if hasattr(config, "encoder") else None
    width = first_set(inner, config, names=("d_model", "hidden_size", "n_embd"))
    if width is None:
        raise UsageError(
            f"{type(generator).__name__} has none of d_model, hidden_size and n_embd in its "
            "config, so features cannot be brought to its width"
        )
    return int(width)


def made_fusion(width: int, settings: Mapping[str, Any], like: Any) -> tuple[Any, Any]:
    """Return the adapter and the fusion that settings describe, in the numbers of `like`."""
    region_width = settings["region_width"]
    adapter = EvidenceAdapter(settings["features"], region_width)
    fused = fusions.create(
        settings["fusion"],
        text_width=width,
        region_width=region_width,
        heads=settings["heads"],
        **settings["fusion_options"],
    )
    weight = next(like.parameters())
    return adapter.to(weight), fused.to(weight)


def fused_memory(fused: Any, b: int, n: int) -> Memory:
    """Return what a fusion made of b * n documents; the views of late fusion become contexts."""
    weights = {name: w.unflatten(0, (b, n)) for name, w in fused.weights.items()}
    if fused.views is None:
        return Memory(fused.states, fused.mask, b, n, weights=weights)
    m, u = fused.views.shape[1:]
    each = fused.states.unsqueeze(1).expand(-1, m, -1, -1).reshape(b * n * m, u, -1)
    log_weights = fused.view_log_weights.unflatten(0, (b, n))
    views = fused.views.reshape(b * n * m, u).clone()
    views[:, 0] |= ~views.any(dim=-1)  # a missing view weighs nothing, but must be a number
    return Memory(each, views, b, n, m, log_weights, weights)


def check_features(features: Mapping[str, Tensor], b: int, n: int) -> None:
    """Refuse features that are not of b questions with n documents each.

    Raises:
        UsageError: They are not.
    """
    for modality, values in features.items():
        if tuple(values.shape[:2]) != (b, n):
            raise UsageError(
                f"features of {modality} must be (b, n, m, width) with b = {b} questions and "
                f"n = {n} documents, got {tuple(values.shape)}"
            )
