"""Features of pictures, sound and video as regions that a fusion can read beside the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from pincite.errors import UsageError

Tensor = Any


class EvidenceAdapter(nn.Module):
    """Brings the features of each modality to one width and marks which modality they are.

    Regions of a document are its image regions, audio frames and video shots one after the other:
    r_j = W_m f_j + u_m for a feature f_j of modality m.

    Args:
        widths: Width of the features of each modality, such as {"image": 768, "audio": 512}.
        region_width: e, the width the fusion reads.
    """

    def __init__(self, widths: Mapping[str, int], region_width: int) -> None:
        super().__init__()
        if not widths:
            raise UsageError("features names no modality; give widths such as {'image': 768}")
        self.widths = dict(widths)
        self.region_width = region_width
        self.project = nn.ModuleDict({m: nn.Linear(w, region_width) for m, w in widths.items()})
        self.kind = nn.ParameterDict(
            {m: nn.Parameter(torch.randn(region_width) * 0.02) for m in widths}
        )

    def forward(
        self,
        features: Mapping[str, Tensor],
        masks: Mapping[str, Tensor] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Return regions (b, n, m, e) and their mask (b, n, m), True where real.

        A modality that is not given is missing. Masked features may hold anything, also NaN.

        Args:
            features: Modality to (b, n, m, width).
            masks: Modality to (b, n, m); a modality without a mask is all real.

        Raises:
            UsageError: A modality is not known here, or a width is not the one promised.
        """
        regions, real = [], []
        for modality, values in features.items():
            self._check(modality, values)
            mask = (masks or {}).get(modality)
            mask = torch.ones(values.shape[:-1], device=values.device) if mask is None else mask
            if mask.shape != values.shape[:-1]:
                raise UsageError(
                    f"the mask of {modality} must be {tuple(values.shape[:-1])}, True where a "
                    f"feature is real, got {tuple(mask.shape)}"
                )
            mask = mask.bool()
            values = values.to(self.kind[modality].dtype).masked_fill(~mask.unsqueeze(-1), 0.0)
            regions.append(self.project[modality](values) + self.kind[modality])
            real.append(mask)
        return torch.cat(regions, dim=2), torch.cat(real, dim=2)

    def _check(self, modality: str, values: Tensor) -> None:
        if modality not in self.widths:
            raise UsageError(
                f"this model reads features of {', '.join(sorted(self.widths))}, got "
                f"{modality!r}; name its width when the model is made"
            )
        if values.ndim != 4 or values.shape[-1] != self.widths[modality]:
            raise UsageError(
                f"features of {modality} must be (b, n, m, {self.widths[modality]}), "
                f"got {tuple(values.shape)}"
            )
