"""What a fusion is given, made safe to compute with: checked, padding zeroed, anchors set."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from pincite.errors import UsageError


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Text and regions of a batch; padded positions hold zeros.

    Attributes:
        text: (b,t,d) with t at least 1.
        regions: (b,n,e), as they came, not yet of the width of the text.
        text_mask: (b,t) bool; an anchor counts as real.
        region_mask: (b,n) bool.
        present: (b,2) bool, whether a row has text and whether it has regions. A row with neither
            counts as one with an empty text; a row of regions with an anchor has no text.
    """

    text: Tensor
    regions: Tensor
    text_mask: Tensor
    region_mask: Tensor
    present: Tensor


def cleaned(
    text: Tensor,
    regions: Tensor | None,
    text_mask: Tensor | None,
    region_mask: Tensor | None,
    widths: tuple[int, int],
    *,
    every_row: bool,
) -> Inputs:
    """Return the inputs of a fusion, with an anchor in rows without text.

    Args:
        text: (b,t,d), and the others as `Fusion.forward` takes them.
        regions: (b,n,e) or None.
        text_mask: (b,t) bool or None.
        region_mask: (b,n) bool or None.
        widths: d and e.
        every_row: Whether every row without text is anchored, or only one without regions as well.

    Raises:
        UsageError: Shapes do not fit together, or a mask is not bool.
    """
    if regions is None and region_mask is not None:
        raise UsageError("a region mask was given without regions; give both, or neither")
    text, text_mask = _masked("text", text, text_mask, widths[0])
    if regions is None:
        regions = text.new_zeros(len(text), 0, widths[1])
    regions, region_mask = _masked("regions", regions, region_mask, widths[1])
    if len(regions) != len(text):
        raise UsageError(
            f"text has {len(text)} rows but regions {len(regions)}; a row without regions has an "
            f"all-False row in the region mask"
        )
    if text.shape[1] == 0:
        text, text_mask = functional.pad(text, (0, 0, 0, 1)), functional.pad(text_mask, (0, 1))
    has_regions = region_mask.any(1)
    has_text = text_mask.any(1)
    anchored = ~has_text if every_row else ~has_text & ~has_regions
    first = torch.arange(text.shape[1], device=text.device) == 0
    present = torch.stack([has_text | ~has_regions, has_regions], dim=1)
    return Inputs(text, regions, text_mask | (anchored[:, None] & first), region_mask, present)


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the real positions, zero where there are none: (b,n,d) -> (b,d).

    The states at positions that are not real must be zeros, as in `Inputs`.
    """
    count = mask.sum(1, keepdim=True).clamp(min=1)
    return states.sum(1) / count.to(states.dtype)


def _masked(name: str, states: Tensor, mask: Tensor | None, width: int) -> tuple[Tensor, Tensor]:
    """Return states with zeros where they are not real, and their mask."""
    if states.ndim != 3 or states.shape[2] != width:
        raise UsageError(
            f"{name} must be of shape (rows, positions, {width}), got {tuple(states.shape)}"
        )
    if mask is None:
        mask = torch.ones(states.shape[:2], dtype=torch.bool, device=states.device)
    if mask.dtype != torch.bool or mask.shape != states.shape[:2]:
        raise UsageError(
            f"the mask of {name} must be bool of shape {tuple(states.shape[:2])}, True where a "
            f"position is real, got {mask.dtype} of shape {tuple(mask.shape)}"
        )
    return states.masked_fill(~mask[..., None], 0.0), mask
