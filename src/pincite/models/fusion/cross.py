"""Cross-modal attention in both directions.

    x'_i = LN(x_i + Attend(x_i; v_1 … v_n))        text attends to regions
    v'_j = LN(v_j + Attend(v_j; x_1 … x_t))        regions attend to text
    Z = [x'; v']

The cross-modality sublayer of LXMERT (Tan & Bansal, 2019) and the co-attention of ViLBERT (Lu et
al., 2019), with weights of its own for each direction; `pincite.models.fusion.attention` has the
equation of Attend. Articles 1 (section 2.3) and 4 (section 3.4). Article 4 lists as steps to put
[x; v] in for queries and keys alike: that is self-attention over both, in which most weight may go
within a modality; its sentence before them, weights between text and picture, is what is done.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from pincite.models.fusion.attention import MultiHeadAttention, Score, pairs
from pincite.models.fusion.base import Fused, Fusion
from pincite.models.fusion.inputs import Inputs


class CrossModalAttention(Fusion):
    """Text that has seen the regions, regions that have seen the text: -> (b,t+n,d).

    Heat maps: text_to_regions (b,h,t,n) and regions_to_text (b,h,n,t).
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
        self.text_to_regions = MultiHeadAttention(text_width, heads, score, dropout)
        self.regions_to_text = MultiHeadAttention(text_width, heads, score, dropout)
        self.text_norm = nn.LayerNorm(text_width)
        self.region_norm = nn.LayerNorm(text_width)

    def fuse(self, inputs: Inputs, v: Tensor) -> Fused:
        """Return [x'; v'] (b,t+n,d)."""
        x, seen = inputs.text, pairs(inputs.text_mask, inputs.region_mask)
        from_regions, text_to_regions = self.text_to_regions(x, v, seen)
        from_text, regions_to_text = self.regions_to_text(v, x, seen.transpose(1, 2))
        states = [self.text_norm(x + from_regions), self.region_norm(v + from_text)]
        return Fused(
            torch.cat(states, dim=1),
            torch.cat([inputs.text_mask, inputs.region_mask], dim=1),
            {"text_to_regions": text_to_regions, "regions_to_text": regions_to_text},
        )
