"""What it means to be a fusion of text and regions.

torch is imported here and not by `pincite.testing`, so this contract is taken from its own module:

    from pincite.testing.fusions import FusionContract
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from pincite.errors import UsageError
from pincite.models.fusion import Fused, Fusion
from pincite.testing.checks import require
from pincite.testing.fusion_batch import NEITHER, NO_REGIONS, NO_TEXT, Batch, expected_mask

_WIDTHS = {"text_width": 8, "region_width": 6}


class FusionContract:
    """The rules of a fusion; a subclass says which.

        def layer(self, *, text_width, region_width, heads):
            return MyFusion(text_width=text_width, region_width=region_width, heads=heads)

    Everything is computed in float64, in evaluation mode, with parameters drawn anew.

    Attributes:
        distributions: Names of the weights whose last axis sums to 1, or to 0 where there is
            nothing to attend to.
        tolerance: How far a number may drift by the order of additions.
    """

    distributions: ClassVar[Sequence[str]] = ()
    tolerance: ClassVar[float] = 1e-10

    def layer(self, *, text_width: int, region_width: int, heads: int) -> Fusion:
        """Return the fusion under test, new each time."""
        raise NotImplementedError(
            "say which fusion is tested: def layer(self, *, text_width, region_width, heads): ..."
        )

    def test_states_have_the_width_of_the_text_and_a_position_for_all_that_is_kept(self) -> None:
        """There are t of them, or t + n if regions keep positions of their own."""
        layer, batch = self._made()
        fused = _run(layer, batch)
        states, mask = fused.states, fused.mask
        rows, t, d = batch.text.shape
        wanted = (rows, t + layer.keeps_regions * batch.regions.shape[1], d)
        require(states.shape == wanted, f"states are of shape {wanted}, got {tuple(states.shape)}")
        require(
            mask.dtype == torch.bool and mask.shape == wanted[:2],
            f"the mask is bool of shape {wanted[:2]}, got {mask.dtype} of {tuple(mask.shape)}",
        )

    def test_the_mask_is_exactly_the_real_positions_and_anchors(self) -> None:
        """A row that has nowhere to put its regions, or nothing at all, gets one position."""
        layer, batch = self._made()
        found, wanted = _run(layer, batch).mask, expected_mask(layer, batch)
        require(
            torch.equal(found, wanted),
            f"the mask must be {wanted.int().tolist()}, got {found.int().tolist()}",
        )

    def test_positions_that_are_not_real_hold_zeros(self) -> None:
        """A decoder that forgets the mask is not handed noise."""
        layer, batch = self._made()
        fused = _run(layer, batch)
        require(
            not fused.states[~fused.mask].any(),
            "padded positions of the output hold zeros, got other numbers",
        )

    def test_what_padded_positions_hold_is_never_seen(self) -> None:
        """Padding is whatever was in memory, NaN and infinity included."""
        layer, batch = self._made()
        expected = _run(layer, batch)
        for value in (float("nan"), float("inf"), 1e300):
            self._require_same(
                _run(layer, batch.padded_with(value)), expected, f"padding of {value}"
            )

    def test_more_padding_changes_nothing(self) -> None:
        """How long the other rows are says nothing about one."""
        layer, batch = self._made()
        expected, longer = _run(layer, batch), _run(layer, batch.longer(text=2, regions=3))
        t, n = batch.text.shape[1], batch.regions.shape[1]
        kept = list(range(t))
        if layer.keeps_regions:
            kept += range(t + 2, t + 2 + n)
        self._require_close(longer.states[:, kept], expected.states, "longer padding")
        require(
            torch.equal(longer.mask[:, kept], expected.mask), "the mask of real positions moved"
        )
        self._require_close(
            _shares(longer), _shares(expected), "the shares of the views with longer padding"
        )

    def test_rows_do_not_influence_one_another(self) -> None:
        """A row alone has the states that it has in a batch."""
        layer, batch = self._made()
        together = _run(layer, batch)
        for row in range(len(batch.text)):
            alone = _run(layer, batch.rows([row]))
            self._require_close(alone.states, together.states[[row]], f"row {row} alone")
            self._require_close(_shares(alone), _shares(together)[[row]], f"row {row} alone")

    def test_a_row_without_regions_is_what_its_text_alone_gives(self) -> None:
        """A text document in a batch with pictures is still a text document."""
        layer, batch = self._made()
        t, row = batch.text.shape[1], batch.rows([NO_REGIONS])
        masked = _run(layer, row).states[:, :t]
        without = layer(row.text, None, row.text_mask, None).states
        empty = layer(row.text, row.regions[:, :0], row.text_mask, row.region_mask[:, :0]).states
        require(without.shape == masked.shape, f"u = t without regions, got {without.shape[1]}")
        self._require_close(masked, without, "a row of masked regions")
        self._require_close(empty, without, "regions of n = 0")

    def test_the_regions_of_a_row_without_text_reach_the_output(self) -> None:
        """A picture without words is evidence too."""
        layer, batch = self._made()
        row = batch.rows([NO_TEXT])
        one, other = _run(layer, row), _run(layer, row.with_regions(row.regions + 1.0))
        moved = (one.states - other.states)[one.mask].abs().max()
        require(moved > 1e-6, "other regions gave the same states in a row without text")
        require(one.states.isfinite().all(), "states of a row without text are finite")

    def test_no_text_positions_are_one_padded_position(self) -> None:
        """A batch of pictures alone has t = 0."""
        layer, batch = self._made()
        row = batch.rows([NO_TEXT])
        nothing = layer(row.text[:, :0], row.regions, row.text_mask[:, :0], row.region_mask)
        padded = layer(row.text[:, :1], row.regions, row.text_mask[:, :1], row.region_mask)
        self._require_close(nothing.states, padded.states, "t = 0")
        require(torch.equal(nothing.mask, padded.mask), "t = 0 has the mask of one padded position")

    def test_a_row_with_neither_has_one_position_to_attend_to(self) -> None:
        """Softmax over an empty set is not a number, in any decoder."""
        layer, batch = self._made()
        fused = _run(layer, batch.rows([NEITHER]))
        require(int(fused.mask.sum()) == 1, f"one real position, got {int(fused.mask.sum())}")
        require(fused.states.isfinite().all(), "its state is finite")

    def test_the_order_of_regions_does_not_matter(self) -> None:
        """They are a set; their states, where kept, move with them."""
        layer, batch = self._made()
        t, n = batch.text.shape[1], batch.regions.shape[1]
        order = torch.arange(n).flip(0)
        one, other = _run(layer, batch), _run(layer, batch.reordered(order))
        self._require_close(other.states[:, :t], one.states[:, :t], "regions in another order")
        if layer.keeps_regions:
            moved = one.states[:, t:][:, order]
            self._require_close(other.states[:, t:], moved, "states of regions in another order")
        self._require_close(_shares(other), _shares(one), "regions in another order")

    def test_gradients_are_finite_and_zero_at_padding(self) -> None:
        """NaN times zero is NaN: one bad backward pass would end the training."""
        layer, batch = self._made()
        batch = batch.padded_with(float("nan"))
        text, regions = batch.text.requires_grad_(), batch.regions.requires_grad_()
        _backward(layer, (text, regions, batch.text_mask, batch.region_mask))
        for name, tensor in [("text", text), ("regions", regions), *layer.named_parameters()]:
            gradient = tensor.grad
            require(
                gradient is None or gradient.isfinite().all(), f"the gradient of {name} is finite"
            )
        require(text.grad is not None and regions.grad is not None, "both inputs have a gradient")
        require(not text.grad[~batch.text_mask].any(), "padded text has no gradient")
        require(not regions.grad[~batch.region_mask].any(), "padded regions have no gradient")

    def test_every_parameter_has_a_gradient_even_without_regions(self) -> None:
        """Training on several GPUs waits for all of them, and a batch may hold no picture."""
        for regions in (True, False):
            layer, batch = self._made()
            given = (batch.regions, batch.region_mask) if regions else (None, None)
            _squares(layer(batch.text, given[0], batch.text_mask, given[1])).backward()
            bare = [name for name, value in layer.named_parameters() if value.grad is None]
            case = "with" if regions else "without"
            require(not bare, f"every parameter has a gradient {case} regions, not so: {bare}")

    def test_gradients_are_those_of_finite_differences(self) -> None:
        """For both inputs and for every parameter, modalities missing in some rows."""
        layer = _drawn(self.layer(text_width=4, region_width=3, heads=2))
        batch = Batch.make(text_width=4, region_width=3, t=2, n=2, seed=2)
        named = dict(layer.named_parameters())

        def function(text: Tensor, regions: Tensor, *values: Tensor) -> tuple[Tensor, Tensor]:
            parameters = dict(zip(named, values, strict=True))
            inputs = (text, regions, batch.text_mask, batch.region_mask)
            fused = torch.func.functional_call(layer, parameters, inputs)
            return fused.states, _shares(fused)

        inputs = [batch.text, batch.regions, *named.values()]
        leaves = tuple(value.detach().requires_grad_() for value in inputs)
        torch.autograd.gradcheck(function, leaves)

    def test_weights_are_shares(self) -> None:
        """A heat map has a row for each example and lies between 0 and 1."""
        layer, batch = self._made()
        weights = _run(layer, batch).weights
        for name, value in weights.items():
            require(len(value) == len(batch.text), f"weights {name!r} have a row for each example")
            require(
                bool(((value >= 0) & (value <= 1 + 1e-12)).all()),
                f"weights {name!r} lie between 0 and 1",
            )
        for name in self.distributions:
            sums = weights[name].sum(-1)
            whole = (sums - 1).abs() < 1e-12
            require((whole | (sums == 0)).all(), f"rows of weights {name!r} sum to 1, or to 0")
            require(whole.any(), f"some row of weights {name!r} sums to 1")

    def test_views_share_out_the_real_positions_and_their_shares_sum_to_one(self) -> None:
        """The decoder of each view sees its own positions; a missing view counts nothing."""
        layer, batch = self._made()
        fused = _run(layer, batch)
        views, log_weights = fused.views, fused.view_log_weights
        if views is None or log_weights is None:
            require(views is None and log_weights is None, "views come with log weights, or not")
            return
        require(log_weights.shape == views.shape[:2], "there is one weight for each view")
        require(torch.equal(views.sum(1), fused.mask.long()), "a real position is in one view")
        require(log_weights.isfinite().all(), "log weights are finite")
        require((2 * log_weights).isfinite().all(), "a number as low can be added to them")
        shares = log_weights.exp()
        require(torch.allclose(shares.sum(-1), shares.new_ones(())), "shares of a row sum to 1")
        require(not shares[~views.any(-1)].any(), "a view without positions has the share 0")

    def test_the_same_inputs_give_the_same_bits(self) -> None:
        """And so does a layer made anew from the saved parameters."""
        layer, batch = self._made()
        again = self.layer(**_WIDTHS, heads=2).double().eval()
        again.load_state_dict(layer.state_dict())
        first = _run(layer, batch)
        require(first.states.dtype == torch.float64, f"float64 stays, got {first.states.dtype}")
        for other in (_run(layer, batch), _run(again, batch)):
            require(torch.equal(first.states, other.states), "the states changed between two calls")

    def test_what_does_not_fit_is_refused(self) -> None:
        """With UsageError, before anything is computed."""
        layer, batch = self._made()
        text, regions, text_mask, region_mask = (
            batch.text, batch.regions, batch.text_mask, batch.region_mask,
        )  # fmt: skip
        cases = {
            "text of another width": (text[..., :-1], regions, text_mask, region_mask),
            "regions of another width": (text, regions[..., :-1], text_mask, region_mask),
            "regions of fewer rows": (text, regions[:-1], text_mask, region_mask[:-1]),
            "a mask of integers": (text, regions, text_mask.long(), region_mask),
            "a mask of another length": (text, regions, text_mask, region_mask[:, :-1]),
            "a region mask without regions": (text, None, text_mask, region_mask),
        }
        for case, arguments in cases.items():
            refused = False
            try:
                layer(*arguments)
            except UsageError:
                refused = True
            require(refused, f"{case} must be refused with UsageError")

    def _made(self) -> tuple[Fusion, Batch]:
        layer = self.layer(**_WIDTHS, heads=2)
        return _drawn(layer), Batch.make(**_WIDTHS, t=4, n=3, seed=1)

    def _require_same(self, one: Fused, other: Fused, case: str) -> None:
        self._require_close(one.states, other.states, case)
        self._require_close(_shares(one), _shares(other), case)
        require(torch.equal(one.mask, other.mask), f"{case} gives another mask")
        require(set(one.weights) == set(other.weights), f"{case} gives weights of other names")
        for name in one.weights:
            self._require_close(one.weights[name], other.weights[name], f"{case}: {name}")

    def _require_close(self, one: Tensor, other: Tensor, case: str) -> None:
        require(
            one.shape == other.shape,
            f"{case} gives shape {tuple(one.shape)} instead of {tuple(other.shape)}",
        )
        apart = (one - other).abs().max().item() if one.numel() else 0.0
        require(apart <= self.tolerance, f"{case} gives numbers that differ by {apart:.2g}")


def _run(layer: Fusion, batch: Batch) -> Fused:
    fused: Fused = layer(batch.text, batch.regions, batch.text_mask, batch.region_mask)
    return fused


def _shares(fused: Fused) -> Tensor:
    """Return the shares of views, (b,m); (b,0) for a method without."""
    if fused.view_log_weights is None:
        return fused.states.new_zeros(len(fused.states), 0)
    return fused.view_log_weights.exp()


def _squares(fused: Fused) -> Tensor:
    """Return a number that depends on every state and every share."""
    return fused.states.square().sum() + _shares(fused).square().sum()


def _backward(layer: Fusion, inputs: tuple[Tensor, ...]) -> None:
    """Compute gradients; one that is NaN on the way is an error even if it is masked later."""
    with warnings.catch_warnings(), torch.autograd.set_detect_anomaly(True):
        warnings.simplefilter("ignore")  # the stack of the operation, which the error names too
        loss = _squares(layer(*inputs))
        try:
            loss.backward()
        except RuntimeError as error:
            raise AssertionError(f"a gradient on the way is not finite: {error}") from error


def _drawn(layer: Fusion) -> Fusion:
    """Return the layer in float64 and evaluation mode, its parameters drawn from a fixed seed."""
    layer = layer.double().eval()
    random = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_(0.0, 0.5, generator=random)
    return layer
