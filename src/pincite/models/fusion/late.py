"""Late fusion: each modality is decoded apart, and what they predict is mixed.

    P(y_t | ·) = Σ_m w_m P_m(y_t | ·)        w = softmax_m(s_m), over the modalities that a row has
    s_m = c_m                        gate="learned"
    s_m = c_m + g_m · mean_m         gate="states", mean_m over the states of modality m

The states are [x; W r]; `views` says which of them the decoder of each modality sees, and
`view_log_weights` is log w. A mixture of experts with one expert a modality (Jacobs et al., 1991).
Article 1, section 2.3 (晚期融合): "在生成阶段分别处理不同模态的信息，然后将结果合并".

A product of the distributions, as in p(y|x,r) = p(y|x)·p(r|x) of article 3 (section 4.2), is not a
distribution over y: summed over y, that one gives p(r|x), and Σ_y Π_m P_m(y) is below 1 whenever
the modalities disagree, so it would have to be normalised over the vocabulary at every step. The
mixture sums to 1 as it is, and one modality that is sure of itself is enough.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from pincite.errors import UsageError, did_you_mean
from pincite.models.fusion.base import Fused, Fusion
from pincite.models.fusion.inputs import Inputs, masked_mean

Gate = Literal["states", "learned"]
GATES: tuple[Gate, ...] = get_args(Gate)


class LateFusion(Fusion):
    """Two views, of text and of regions, and their shares: (b,t,d), (b,n,e) -> (b,t+n,d).

    The view of a missing modality has no position and the share 0; a decoder may predict anything
    finite from it. The gate starts at zero: equal shares for those present.

    Heat map: modality (b,2), the share of text and of regions.
    """

    keeps_regions = True

    def __init__(
        self,
        *,
        text_width: int,
        region_width: int,
        heads: int = 4,
        gate: Gate = "states",
        **unknown: Any,
    ) -> None:
        super().__init__(text_width=text_width, region_width=region_width, heads=heads, **unknown)
        if gate not in GATES:
            raise UsageError(
                f"no gate named {gate!r}; known: {', '.join(GATES)}."
                f"{did_you_mean(str(gate), GATES)}"
            )
        self.scores = nn.Parameter(torch.zeros(2))
        self.slopes = nn.Parameter(torch.zeros(2, text_width)) if gate == "states" else None

    def fuse(self, inputs: Inputs, v: Tensor) -> Fused:
        """Return the states [x; v] (b,t+n,d), the views (b,2,t+n) and log w (b,2)."""
        text_view = torch.cat([inputs.text_mask, torch.zeros_like(inputs.region_mask)], dim=1)
        region_view = torch.cat([torch.zeros_like(inputs.text_mask), inputs.region_mask], dim=1)
        log_weights = self.log_weights(inputs, v)
        return Fused(
            states=torch.cat([inputs.text, v], dim=1),
            mask=text_view | region_view,
            weights={"modality": log_weights.exp()},
            views=torch.stack([text_view, region_view], dim=1),
            view_log_weights=log_weights,
        )

    def log_weights(self, inputs: Inputs, v: Tensor) -> Tensor:
        """Return log w (b,2), finite where a modality is missing."""
        scores = self.scores.expand(len(v), 2)
        if self.slopes is not None:
            text = masked_mean(inputs.text, inputs.text_mask)
            means = torch.stack([text, masked_mean(v, inputs.region_mask)], dim=1)
            scores = scores + (self.slopes * means).sum(-1)
        # Half of the lowest number: another one as low may still be added to it.
        missing, lowest = ~inputs.present, torch.finfo(scores.dtype).min / 2
        return scores.masked_fill(missing, lowest).log_softmax(-1).masked_fill(missing, lowest)
