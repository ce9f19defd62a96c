"""Early fusion by a learned weighted sum.

    z_i = w_text x_i + w_regions W r̄        w = softmax(c), over the modalities that a row has

c (2) is learned; r̄ is the mean of the real regions. A missing modality has the weight 0 and the
other one 1, so that a row is never scaled down for what it lacks. Article 3, section 3 (加权求和),
does not say that the weights sum to 1; without it the scale of z would be free.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from pincite.models.fusion.base import Fused, Fusion
from pincite.models.fusion.inputs import Inputs, masked_mean


class WeightedSum(Fusion):
    """A convex combination of each text state and the regions: (b,t,d), (b,n,e) -> (b,t,d).

    Heat map: modality (b,2), the weight of text and of regions.
    """

    def __init__(
        self, *, text_width: int, region_width: int, heads: int = 4, **unknown: Any
    ) -> None:
        super().__init__(text_width=text_width, region_width=region_width, heads=heads, **unknown)
        self.scores = nn.Parameter(torch.zeros(2))

    def fuse(self, inputs: Inputs, v: Tensor) -> Fused:
        """Return z (b,t,d)."""
        missing = ~inputs.present
        scores = self.scores.expand_as(missing)
        w = scores.masked_fill(missing, torch.finfo(scores.dtype).min).softmax(-1)
        mean = masked_mean(v, inputs.region_mask)
        states = w[:, :1, None] * inputs.text + (w[:, 1:] * mean)[:, None]
        return Fused(states, inputs.text_mask, {"modality": w})
