"""Text states and features of regions to one sequence of states; one file a method.

    layer = fusion.create("gated", text_width=64, region_width=48)
    fused = layer(text, regions, text_mask, region_mask)     (b,t,d), (b,n,e) -> (b,u,d)

    early      concat     [x; W r]                           u = t + n
               sum        x + W r̄                            u = t
               weighted   w x + (1 − w) W r̄                  u = t
    attention  cross      each modality attends to the other u = t + n
               dual       each modality attends to itself    u = t + n
               gated      a gate per region and feature      u = t
    late       late       a view of each modality, mixed     u = t + n

`pincite.models.fusion.base` has the rules that all of them keep, missing modalities first.
"""

from __future__ import annotations

from typing import Any

from pincite.models.fusion.base import Fused, Fusion
from pincite.models.fusion.dropping import drop_modality
from pincite.models.fusion.inputs import Inputs
from pincite.registry import Plugin, Registry

__all__ = ["Fused", "Fusion", "Inputs", "create", "drop_modality", "fusions", "names"]

fusions: Registry[Fusion] = Registry(
    kind="fusion",
    group="pincite.fusions",
    builtin={
        "concat": Plugin("pincite.models.fusion.concat:Concatenation"),
        "sum": Plugin("pincite.models.fusion.sum:ProjectedSum"),
        "weighted": Plugin("pincite.models.fusion.weighted:WeightedSum"),
        "late": Plugin("pincite.models.fusion.late:LateFusion"),
        "cross": Plugin("pincite.models.fusion.cross:CrossModalAttention"),
        "dual": Plugin("pincite.models.fusion.dual:DualStreamAttention"),
        "gated": Plugin("pincite.models.fusion.gated:RegionGating"),
    },
)


def names() -> tuple[str, ...]:
    """Return the names of all fusions: the built-in ones from simple to rich, then others'."""
    return (*fusions.builtin, *(name for name in fusions if name not in fusions.builtin))


def create(
    name: str, *, text_width: int, region_width: int, heads: int = 4, **options: Any
) -> Fusion:
    """Return a new fusion layer.

    Args:
        name: One of `names()`.
        text_width: d, the width of text states and of the output.
        region_width: e, the width of region features.
        heads: Of attention; it divides `text_width`.
        options: What the method knows beyond: `score` and `dropout` of cross, dual and gated;
            `gate` of late.

    Raises:
        UnknownPlugin: No fusion has this name.
        UsageError: Widths do not fit, or the method has no such option.

    Example:
        >>> import torch
        >>> layer = create("concat", text_width=8, region_width=6)
        >>> layer(torch.ones(1, 4, 8), torch.ones(1, 3, 6)).states.shape
        torch.Size([1, 7, 8])
    """
    return fusions.create(
        name, text_width=text_width, region_width=region_width, heads=heads, **options
    )
