"""Early fusion by addition.

    z_i = x_i + W r̄        r̄ = (1/n) Σ_j r_j, over the real regions; 0 if there are none

The picture as a whole is added to every word. Article 1, section 2.3 (拼接或相加). As printed there
the two are just added, which needs t = n and d = e; hence the mean and the projection.
"""

from __future__ import annotations

from torch import Tensor

from pincite.models.fusion.base import Fused, Fusion
from pincite.models.fusion.inputs import Inputs, masked_mean


class ProjectedSum(Fusion):
    """Each text state plus the projected mean of the regions: (b,t,d), (b,n,e) -> (b,t,d)."""

    def fuse(self, inputs: Inputs, v: Tensor) -> Fused:
        """Return z (b,t,d); W r̄ is the mean of v_j = W r_j."""
        mean = masked_mean(v, inputs.region_mask)
        return Fused(inputs.text + mean[:, None], inputs.text_mask)
