"""Modality dropout: rows lose a modality while a model is trained, so that it can do without."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from pincite.errors import UsageError


def drop_modality(
    region_mask: Tensor, text_mask: Tensor, rate: float, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Return the text mask and the region mask, in this order, with some rows emptied.

    A row that has both text and regions loses one of them with probability `rate`, either one
    equally likely, and never both; any other row stays as it is (ModDrop, Neverova et al., 2016).
    Two numbers are drawn for each row, whatever the masks hold: equal seeds drop alike. To be
    called in training only.

    Args:
        region_mask: (b,n) bool.
        text_mask: (b,t) bool.
        rate: Probability from 0 to 1.
        generator: Where the numbers come from; the global one of torch if None.

    Raises:
        UsageError: The rate is not a probability.

    Example:
        >>> both = torch.ones(1, 2, dtype=torch.bool)
        >>> text, regions = drop_modality(both, both, rate=1.0)
        >>> bool(text.any()) != bool(regions.any())
        True
    """
    if not 0.0 <= rate <= 1.0:
        raise UsageError(f"the rate of modality dropout is a probability from 0 to 1, got {rate}")
    device = generator.device if generator is not None else text_mask.device
    draws = torch.rand(2, len(text_mask), generator=generator, device=device).to(text_mask.device)
    drops = (draws[0] < rate) & text_mask.any(1) & region_mask.any(1)
    is_text = draws[1] < 0.5
    return text_mask & ~(drops & is_text)[:, None], region_mask & ~(drops & ~is_text)[:, None]
