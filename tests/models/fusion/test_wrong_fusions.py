"""Each rule of the fusion contract goes red for a fusion that breaks it."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from pincite.models.fusion import Fused, Fusion
from pincite.models.fusion.inputs import masked_mean
from pincite.testing.fusions import FusionContract
from tests.testing.rules import rules


class Right(Fusion):
    """A projected sum with one view: it breaks no rule."""

    def __init__(self, **widths):
        super().__init__(**widths)
        self.shift = torch.nn.Parameter(torch.zeros(self.text_width))

    def fuse(self, inputs, v):
        mean = masked_mean(v, inputs.region_mask)
        states = inputs.text + mean[:, None] + self.shift
        views = torch.stack([inputs.text_mask, torch.zeros_like(inputs.text_mask)], dim=1)
        log_weights = torch.tensor([0.0, -1e30], dtype=states.dtype).expand(len(states), 2)
        ones = torch.ones(len(states), 1, dtype=states.dtype)
        return Fused(states, inputs.text_mask, {"modality": ones}, views, log_weights)


class Wrong(Right):
    """Changes what the right one gives."""

    def __init__(self, change, **widths):
        super().__init__(**widths)
        self.change = change

    def fuse(self, inputs, v):
        return self.change(super().fuse(inputs, v), inputs, v)


class Raw(Right):
    """Changes what is given before, or after, it is made safe."""

    def __init__(self, before=None, after=None, **widths):
        super().__init__(**widths)
        self.before, self.after = before, after

    def forward(self, *given):
        given = [*given, None, None, None][:4]
        if self.before:
            given = self.before(*given)
        fused = super().forward(*given)
        return self.after(fused, *given) if self.after else fused


class Random(Right):
    def fuse(self, inputs, v):
        fused = super().fuse(inputs, v)
        return replace(fused, states=fused.states + torch.rand(()).double())


class Early(Right):
    """Is done at once where there are no regions."""

    def fuse(self, inputs, v):
        return super().fuse(inputs, v if v.shape[1] else v.detach())


class Twice(torch.autograd.Function):
    """The identity, with twice the gradient."""

    @staticmethod
    def forward(ctx, states):
        return states.clone()

    @staticmethod
    def backward(ctx, gradient):
        return 2 * gradient


def states(function):
    """A change of the states alone."""
    return lambda fused, inputs, v: replace(fused, states=function(fused.states, inputs, v))


def weights(function):
    return lambda fused, inputs, v: replace(
        fused, weights={k: function(w) for k, w in fused.weights.items()}
    )


def long_mean(x, inputs, v):
    return x + v.mean(1, keepdim=True)


def first_region(x, inputs, v):
    return x + v[:, :1] * inputs.present[:, 1, None, None] if v.shape[1] else x


def of_the_batch(x, inputs, v):
    return x + x.mean(0, keepdim=True)


def bias_of_regions(x, inputs, v):
    """Says that regions were given, though none is real."""
    return x + float(v.shape[1] > 0)


def text_only(x, inputs, v):
    return inputs.text


def root(x, inputs, v):
    """The gradient of √ is infinite at zero, which is where an anchor lies."""
    return x + v.sum((1, 2), keepdim=True).abs().sqrt()


def leaking(text, regions, text_mask, region_mask):
    """Sums up the regions, mask or not, into the text."""
    if regions is not None:
        text = text + regions.sum((1, 2))[:, None, None]
    return text, regions, text_mask, region_mask


def trusting(text, regions, text_mask, region_mask):
    mask = region_mask.bool() if region_mask is not None else None
    return text, regions, text_mask.bool() if text_mask is not None else None, mask


def unanchored(fused, inputs, v):
    return replace(fused, mask=inputs.text_mask & inputs.text.any(-1))


def noisy(fused, text, *rest):
    return replace(fused, states=fused.states.masked_fill(~fused.mask[..., None], 1.0))


def narrow(fused, inputs, v):
    return replace(fused, states=fused.states[..., :-1])


def doubled(fused, inputs, v):
    return replace(fused, view_log_weights=fused.view_log_weights + 1)


def t_of_one(fused, text, *rest):
    """A second position where t = 0."""
    if text.shape[1]:
        return fused
    padded = functional.pad(fused.states, (0, 0, 0, 1)), functional.pad(fused.mask, (0, 1))
    return replace(fused, states=padded[0], mask=padded[1])


BREAKS = [
    ("states_have_the_width", Wrong, narrow, "states are of shape"),
    ("the_mask_is_exactly", Wrong, unanchored, "the mask must be"),
    ("positions_that_are_not_real", Raw, {"after": noisy}, "hold zeros"),
    ("what_padded_positions_hold", Raw, {"before": leaking}, "padding of nan"),
    ("more_padding", Wrong, states(long_mean), "longer padding"),
    ("rows_do_not_influence", Wrong, states(of_the_batch), "row 0 alone"),
    ("a_row_without_regions", Wrong, states(bias_of_regions), "n = 0|masked regions"),
    ("the_regions_of_a_row_without", Wrong, states(text_only), "other regions gave the same"),
    ("no_text_positions", Raw, {"after": t_of_one}, "t = 0"),
    ("a_row_with_neither", Wrong, unanchored, "one real position, got 0"),
    ("the_order_of_regions", Wrong, states(first_region), "another order"),
    ("gradients_are_finite", Wrong, states(root), "a gradient on the way is not finite"),
    ("every_parameter", Early, {}, "without regions, not so"),
    ("gradients_are_those", Wrong, states(lambda x, *_: Twice.apply(x)), "Jacobian mismatch"),
    ("weights_are_shares", Wrong, weights(lambda w: w * 1.5), "between 0 and 1"),
    ("views_share_out", Wrong, doubled, "sum to 1"),
    ("the_same_inputs", Random, {}, "changed between two calls"),
    ("what_does_not_fit", Raw, {"before": trusting}, "a mask of integers must be refused"),
]


def contract(make):
    class Contract(FusionContract):
        distributions = ("modality",)

        def layer(self, **widths):
            return make(**widths)

    return Contract()


@pytest.mark.parametrize("rule", rules(FusionContract))
def test_a_right_fusion_keeps_the_rule(rule):
    getattr(contract(Right), rule)()


@pytest.mark.parametrize(("rule", "cls", "options", "told"), BREAKS, ids=[b[0] for b in BREAKS])
def test_a_wrong_fusion_is_told_why(rule, cls, options, told):
    given = options if isinstance(options, dict) else {"change": options}
    (name,) = [found for found in rules(FusionContract) if found.startswith(f"test_{rule}")]
    with pytest.raises((AssertionError, RuntimeError), match=told):
        getattr(contract(lambda **widths: cls(**given, **widths)), name)()


def test_every_rule_has_a_fusion_that_breaks_it():
    broken = {
        found for found in rules(FusionContract) for b in BREAKS if found.startswith(f"test_{b[0]}")
    }
    assert broken == set(rules(FusionContract))
    assert len(BREAKS) == len(broken)


def test_a_forgotten_hook_is_named():
    with pytest.raises(NotImplementedError, match="def layer"):
        FusionContract().layer(text_width=8, region_width=6, heads=2)
    with pytest.raises(NotImplementedError, match="def fuse"):
        Fusion(text_width=8, region_width=6, heads=2)(torch.ones(1, 1, 8))
