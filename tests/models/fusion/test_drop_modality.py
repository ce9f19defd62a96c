"""Modality dropout: who loses what, and how often."""

import math

import pytest
import torch

from pincite.errors import UsageError
from pincite.models.fusion import drop_modality


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def masks(rows):
    """Ragged masks; every row has both modalities."""
    text = torch.arange(4) < (torch.arange(rows) % 4 + 1)[:, None]
    regions = torch.arange(3) < (torch.arange(rows) % 3 + 1)[:, None]
    return text, regions


def test_a_row_loses_one_modality_with_the_given_probability_each_equally_often():
    """Within four standard deviations of 3/10 and of one half."""
    rows, rate = 20_000, 0.3
    text_mask, region_mask = masks(rows)
    text, regions = drop_modality(region_mask, text_mask, rate, seeded())
    lost_text, lost_regions = ~text.any(1), ~regions.any(1)
    assert not (lost_text & lost_regions).any()
    for lost in (lost_text, lost_regions):
        mean, spread = rate / 2, math.sqrt(rate / 2 * (1 - rate / 2) / rows)
        assert abs(lost.float().mean().item() - mean) < 4 * spread
    assert torch.equal(text[~lost_text], text_mask[~lost_text])
    assert torch.equal(regions[~lost_regions], region_mask[~lost_regions])


def test_a_row_with_one_modality_never_loses_it():
    text_mask, region_mask = masks(200)
    text_mask[::2], region_mask[1::2] = False, False
    text, regions = drop_modality(region_mask, text_mask, 1.0, seeded())
    assert torch.equal(text, text_mask)
    assert torch.equal(regions, region_mask)


@pytest.mark.parametrize(("rate", "lost"), [(0.0, 0), (1.0, 50)])
def test_the_ends_of_the_scale_are_never_and_always(rate, lost):
    text_mask, region_mask = masks(50)
    text, regions = drop_modality(region_mask, text_mask, rate, seeded())
    assert int((~text.any(1)).sum() + (~regions.any(1)).sum()) == lost


def test_equal_seeds_drop_alike_whatever_the_other_rows_have():
    text_mask, region_mask = masks(40)
    one = drop_modality(region_mask, text_mask, 0.5, seeded(7))
    region_mask = region_mask.clone()
    region_mask[0] = False
    other = drop_modality(region_mask, text_mask, 0.5, seeded(7))
    for a, b in zip(one, other, strict=True):
        assert torch.equal(a[1:], b[1:])
    again = drop_modality(region_mask, text_mask, 0.5, seeded(8))
    assert not torch.equal(other[0], again[0])


def test_the_masks_that_were_given_stay_as_they_are():
    text_mask, region_mask = masks(9)
    before = text_mask.clone(), region_mask.clone()
    drop_modality(region_mask, text_mask, 1.0, seeded())
    assert torch.equal(text_mask, before[0])
    assert torch.equal(region_mask, before[1])


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_that_is_no_probability_is_refused(rate):
    with pytest.raises(UsageError, match="a probability from 0 to 1, got"):
        drop_modality(*masks(2), rate)
