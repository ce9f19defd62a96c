"""Region-based attention gating: each word takes from each region, feature by feature.

    A_ij = softmax_j f(x_i, v_j)                           attention of word i, one a head
    g_ij = σ(G_x x_i + G_v v_j + b)          in (0,1)^d    gate of a region and a feature
    s_ij = A_ij g_ij                                       share of z_i that is region j
    z_i  = Σ_j A_ij (g_ij ⊙ v_j + (1 − g_ij) ⊙ x_i)
         = x_i ⊙ (1 − Σ_j s_ij) + Σ_j s_ij ⊙ v_j           Z = LN(z)

Head h acts on its slice of the features: A_ij in the last three lines is that of the head to which
a feature belongs. Per feature z_i is a convex combination of x_i and the regions; what the gates
leave over stays x_i, which is the residual. Dropout acts on the change, z_i − x_i. Without regions
z_i = x_i.

Article 5, section 4, prints A = softmax(W [X; V]) and Z = AᵀX + (1 − A)ᵀV, for X (t,d), V (n,d).
    - AᵀX needs A (t,·) and (1 − A)ᵀV needs A (n,·): one A serves both only if t = n.
    - Where n numbers of A sum to 1, those of 1 − A sum to n − 1: the second term is no mean.
    - A linear score W [x_i; v_j] = a·x_i + c·v_j cannot attend: in softmax over j the term a·x_i is
      the same for all j and cancels, so every word would get the same weights. f is a product of
      both instead, see `pincite.models.fusion.attention`.
What is kept is what the article is after: attention finds the regions, a gate weighs modalities.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from pincite.models.fusion.attention import HeadWeights, Score, dropout_layer, pairs
from pincite.models.fusion.base import Fused, Fusion
from pincite.models.fusion.inputs import Inputs


class RegionGating(Fusion):
    """Text states, each with what it takes from the regions: (b,t,d), (b,n,e) -> (b,t,d).

    Heat maps: attention (b,h,t,n); gate (b,t,n,d); regions (b,t,n), the share of z_i taken from
    region j, which is the mean of s_ij over features. Memory grows with t·n·d.
    """

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
        self.attend = HeadWeights(text_width, heads, score)
        self.gate_text = nn.Linear(text_width, text_width)
        self.gate_regions = nn.Linear(text_width, text_width, bias=False)
        self.dropout = dropout_layer(dropout)
        self.norm = nn.LayerNorm(text_width)

    def fuse(self, inputs: Inputs, v: Tensor) -> Fused:
        """Return Z (b,t,d)."""
        x, seen = inputs.text, pairs(inputs.text_mask, inputs.region_mask)
        attention = self.attend(x, v, seen)
        gate = torch.sigmoid(self.gate_text(x)[:, :, None] + self.gate_regions(v)[:, None])
        gate = gate.masked_fill(~seen[..., None], 0.0)
        by_feature = attention.repeat_interleave(x.shape[-1] // self.heads, dim=1)
        share = by_feature.permute(0, 2, 3, 1) * gate
        taken = torch.einsum("bijd,bjd->bid", share, v)
        states = self.norm(x + self.dropout(taken - x * share.sum(2)))
        return Fused(
            states,
            inputs.text_mask,
            {"attention": attention, "gate": gate, "regions": share.mean(-1)},
        )
