"""Early fusion by concatenation.

    Z = [x_1 + τ_text; …; x_t + τ_text; W r_1 + τ_regions; …; W r_n + τ_regions]

Text and regions stand side by side as positions of one sequence, told apart by a learned
embedding τ of their type, as in VisualBERT (Li et al., 2019); it is the decoder that relates them.
Articles 1 (section 2.3) and 3 (section 4.1: f(x_1, x_2) = [h_1(x_1); h_2(x_2)]). The formula of
article 3 joins two vectors along their features; a text of t states and n regions have none to
join unless t = n, so they are joined along positions.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from pincite.models.fusion.base import Fused, Fusion
from pincite.models.fusion.inputs import Inputs


class Concatenation(Fusion):
    """Text states, then regions: (b,t,d), (b,n,e) -> (b,t+n,d).

    The type embeddings start at zero: text means at first what it meant without regions.
    """

    keeps_regions = True

    def __init__(
        self, *, text_width: int, region_width: int, heads: int = 4, **unknown: Any
    ) -> None:
        super().__init__(text_width=text_width, region_width=region_width, heads=heads, **unknown)
        self.types = nn.Parameter(torch.zeros(2, text_width))

    def fuse(self, inputs: Inputs, v: Tensor) -> Fused:
        """Return x_i + τ_text and v_j + τ_regions: (b,t+n,d)."""
        states = torch.cat([inputs.text + self.types[0], v + self.types[1]], dim=1)
        return Fused(states, torch.cat([inputs.text_mask, inputs.region_mask], dim=1))
