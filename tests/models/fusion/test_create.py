"""A fusion is made by its name; what does not fit is told before anything is computed."""

import subprocess
import sys

import pytest
import torch

from pincite.errors import UnknownPlugin, UsageError
from pincite.models import fusion

NAMES = ("concat", "sum", "weighted", "late", "cross", "dual", "gated")


def make(name, **options):
    return fusion.create(name, **{"text_width": 8, "region_width": 6, "heads": 2} | options)


def test_the_names_are_exactly_these():
    assert fusion.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_all_it_takes_to_change_the_method(name):
    text, regions = torch.ones(2, 4, 8), torch.ones(2, 3, 6)
    fused = make(name)(text, regions)
    assert fused.states.shape == (2, 4 + 3 * make(name).keeps_regions, 8)
    assert fused.mask.all()


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(UnknownPlugin, match=r"no fusion named 'gate'.*Did you mean 'gated'"):
        make("gate")


@pytest.mark.parametrize(
    ("name", "option", "told"),
    [
        ("sum", "score", "ProjectedSum has no option 'score'; it knows: none."),
        ("late", "score", "LateFusion has no option 'score'; it knows: gate."),
        ("cross", "scores", "it knows: score, dropout. Did you mean 'score'"),
        ("gated", "drop_out", "it knows: score, dropout. Did you mean 'dropout'"),
    ],
)
def test_an_unknown_option_is_told_with_the_known_ones(name, option, told):
    with pytest.raises(UsageError, match=told):
        make(name, **{option: "dot"})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wrong", [{"heads": 3}, {"heads": 0}, {"region_width": 0}])
def test_widths_that_do_not_fit_are_refused(name, wrong):
    with pytest.raises(UsageError, match="the heads divide the text width"):
        make(name, **wrong)


@pytest.mark.parametrize(
    ("name", "option"),
    [("late", {"gate": "state"}), ("dual", {"score": "cosine"}), ("gated", {"dropout": 1.0})],
)
def test_a_value_that_means_nothing_is_refused(name, option):
    with pytest.raises(UsageError, match=r"known: states, learned|known: scaled_dot, dot|below 1"):
        make(name, **option)


def test_a_wrong_mask_is_told_with_what_was_found():
    mask = torch.ones(2, 4, dtype=torch.long)
    with pytest.raises(UsageError, match=r"mask of text must be bool of shape \(2, 4\).*int64"):
        make("sum")(torch.ones(2, 4, 8), None, mask)


def test_a_region_mask_alone_is_told():
    with pytest.raises(UsageError, match="a region mask was given without regions"):
        make("sum")(torch.ones(2, 4, 8), None, None, torch.ones(2, 3, dtype=torch.bool))


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_nothing_at_all_has_one_position_a_row(name):
    fused = make(name)(torch.zeros(2, 0, 8))
    assert fused.states.shape == (2, 1, 8)
    assert fused.mask.tolist() == [[True], [True]]


@pytest.mark.parametrize("name", NAMES)
def test_half_precision_stays_and_is_finite(name):
    """-inf of a mask is -65504 at best here, and features may come in float32."""
    layer = make(name).to(torch.bfloat16)
    text_mask = torch.tensor([[True, False], [False, False]])
    region_mask = torch.tensor([[False, False], [True, False]])
    text = torch.ones(2, 2, 8, dtype=torch.bfloat16)
    fused = layer(text, torch.ones(2, 2, 6), text_mask, region_mask)
    assert fused.states.dtype == torch.bfloat16
    assert fused.states.isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_mixed_precision_is_near_full_precision(name):
    torch.manual_seed(0)
    layer, inputs = make(name), (torch.randn(2, 4, 8), torch.randn(2, 3, 6))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = layer(*inputs).states
    assert torch.allclose(mixed.float(), layer(*inputs).states, atol=0.05)


@pytest.mark.parametrize("name", ["cross", "dual", "gated"])
def test_dropout_acts_in_training_only(name):
    torch.manual_seed(0)
    layer, inputs = make(name, dropout=0.5), (torch.randn(1, 4, 8), torch.randn(1, 3, 6))
    assert not torch.equal(layer(*inputs).states, layer(*inputs).states)
    layer.eval()
    assert torch.equal(layer(*inputs).states, layer(*inputs).states)


def test_the_contracts_can_be_had_without_torch():
    code = "import sys, pincite.testing; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
