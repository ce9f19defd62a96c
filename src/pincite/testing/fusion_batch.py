"""A small batch in which every kind of row occurs: ragged, full, and with modalities missing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from pincite.models.fusion import Fusion

RAGGED, FULL, NO_REGIONS, NO_TEXT, NEITHER = range(5)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Text (5,t,d) and regions (5,n,e) with their masks; the rows are RAGGED … NEITHER."""

    text: Tensor
    regions: Tensor
    text_mask: Tensor
    region_mask: Tensor

    @classmethod
    def make(cls, *, text_width: int, region_width: int, t: int, n: int, seed: int) -> Batch:
        """Return a batch in float64 whose padding holds numbers as large as all others."""
        random = torch.Generator().manual_seed(seed)
        text = torch.randn(5, t, text_width, generator=random, dtype=torch.float64)
        regions = torch.randn(5, n, region_width, generator=random, dtype=torch.float64)
        texts, many = torch.tensor([t - 1, t, t - 1, 0, 0]), torch.tensor([n - 1, n, 0, n, 0])
        return cls(text, regions, torch.arange(t) < texts[:, None], torch.arange(n) < many[:, None])

    def padded_with(self, value: float) -> Batch:
        """Return the batch with `value` in everything that is not real."""
        text = self.text.masked_fill(~self.text_mask[..., None], value)
        regions = self.regions.masked_fill(~self.region_mask[..., None], value)
        return replace(self, text=text, regions=regions)

    def longer(self, *, text: int, regions: int) -> Batch:
        """Return the batch with so many more padded positions, which hold NaN."""
        nan = float("nan")
        return Batch(
            functional.pad(self.text, (0, 0, 0, text), value=nan),
            functional.pad(self.regions, (0, 0, 0, regions), value=nan),
            functional.pad(self.text_mask, (0, text)),
            functional.pad(self.region_mask, (0, regions)),
        )

    def rows(self, rows: list[int]) -> Batch:
        """Return these rows alone."""
        return Batch(
            self.text[rows], self.regions[rows], self.text_mask[rows], self.region_mask[rows]
        )

    def with_regions(self, regions: Tensor) -> Batch:
        """Return the batch with other regions."""
        return replace(self, regions=regions)

    def reordered(self, order: Tensor) -> Batch:
        """Return the batch with its regions in another order."""
        return replace(self, regions=self.regions[:, order], region_mask=self.region_mask[:, order])


def expected_mask(layer: Fusion, batch: Batch) -> Tensor:
    """Return the mask that the output must have, row by row."""
    rows = []
    for words, regions in zip(batch.text_mask.tolist(), batch.region_mask.tolist(), strict=True):
        kept = regions if layer.keeps_regions else []
        anchored = not any(words) and not any(kept)
        rows.append([anchored or words[0], *words[1:], *kept])
    return torch.tensor(rows)
