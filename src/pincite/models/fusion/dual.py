"""Dual-stream attention: each modality attends to itself.

    x'_i = LN(x_i + Attend(x_i; x_1 … x_t))
    v'_j = LN(v_j + Attend(v_j; v_1 … v_n))
    Z = [x'; v']

Article 4, section 3.4 (双流注意力机制): two attention sublayers of their own, whose outputs are
joined; the single-modality encoders of LXMERT (Tan & Bansal, 2019) are the same.
`pincite.models.fusion.attention` has the equation of Attend. The article weighs queries against
values; as everywhere else, and in its own section 4.1, it is keys they are weighed against.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from pincite.models.fusion.attention import MultiHeadAttention, Score, pairs
from pincite.models.fusion.base import Fused, Fusion
from pincite.models.fusion.inputs import Inputs


class DualStreamAttention(Fusion):
    """Text that has seen itself, then regions that have: (b,t,d), (b,n,e) -> (b,t+n,d).

    Heat maps: text (b,h,t,t) and regions (b,h,n,n).
    """

    keeps_regions = True

    def __init__(
        self,
        *,
        text_width: int,
        region_width: int,
        heads: int = 4,
        score: Score = "scaled_dot",
        dropout: float = 0.0,
        **unknown: Any,
    ) -> None:
        super().__init__(text_width=text_width, region_width=region_width, heads=heads, **unknown)
        self.text = MultiHeadAttention(text_width, heads, score, dropout)
        self.regions = MultiHeadAttention(text_width, heads, score, dropout)
        self.text_norm = nn.LayerNorm(text_width)
        self.region_norm = nn.LayerNorm(text_width)

    def fuse(self, inputs: Inputs, v: Tensor) -> Fused:
        """Return [x'; v'] (b,t+n,d)."""
        x = inputs.text
        from_text, among_text = self.text(x, x, pairs(inputs.text_mask, inputs.text_mask))
        from_regions, among_regions = self.regions(
            v, v, pairs(inputs.region_mask, inputs.region_mask)
        )
        states = [self.text_norm(x + from_text), self.region_norm(v + from_regions)]
        return Fused(
            torch.cat(states, dim=1),
            torch.cat([inputs.text_mask, inputs.region_mask], dim=1),
            {"text": among_text, "regions": among_regions},
        )
