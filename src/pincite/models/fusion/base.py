"""What every fusion gives back, and the rules that all of them keep.

    z, mask = fuse(text (b,t,d), regions (b,n,e))        v_j = W r_j,  W (d,e)

A region is any piece of a picture, sound or video with a feature vector r_j; W brings it to the
width of the text states, which is all that a decoder needs to attend to both.

A modality that is missing is normal input. For every method:
    - What a padded position holds, were it NaN, reaches no output and no gradient; neither do the
      other rows of a batch. Padded positions of the output hold zeros.
    - A row without regions has the states that its text has when no regions are given at all.
    - A row without text, whose regions have no positions of their own in the output
      (`keeps_regions` is False), gets an *anchor*: its first text position counts as real and
      holds a zero state, and the regions land there.
    - A row with neither text nor regions gets an anchor in every method, so that a decoder always
      has something to attend to.
    - No text positions at all (t = 0) are one padded position (t = 1).
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from torch import Tensor, nn

from pincite.errors import UsageError, did_you_mean
from pincite.models.fusion.inputs import Inputs, cleaned


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """States of text and regions together, as an encoder would hand them to its decoder.

    Attributes:
        states: (b,u,d); text positions first, then those of regions if the method keeps them.
        mask: (b,u) bool, True where a position is real; at least one of every row is.
        weights: Heat maps by name, each (b,...), numbers from 0 to 1.
        views: (b,m,u) bool, the positions that belong to each of m modalities, for a method whose
            modalities are decoded apart; None for all others. That of a missing one is empty.
        view_log_weights: (b,m), log of the share of each view in the mixture; the shares of a row
            sum to 1. A missing modality has the share 0, as a finite number so low that its
            exponential is 0, and that stays finite when a number as low is added.
    """

    states: Tensor
    mask: Tensor
    weights: Mapping[str, Tensor] = field(default_factory=dict)
    views: Tensor | None = None
    view_log_weights: Tensor | None = None


class Fusion(nn.Module):
    """Text states and regions to states of both; a method says how in `fuse`.

    Attributes:
        keeps_regions: Whether regions have positions of their own in the output: u = t + n if so,
            u = t if not.
        text_width: d, the width of text states and of the output.
        region_width: e, the width of region features.
    """

    keeps_regions: ClassVar[bool] = False

    def __init__(
        self, *, text_width: int, region_width: int, heads: int = 4, **unknown: Any
    ) -> None:
        """Check the widths and make W.

        Methods without attention have no use for `heads`, but it must fit there too, so that a
        configuration that is right for one method is right for all.

        Raises:
            UsageError: A width is not positive or does not divide, or an option is unknown.
        """
        super().__init__()
        _refuse(type(self), unknown)
        if min(text_width, region_width, heads) < 1 or text_width % heads:
            raise UsageError(
                f"a fusion of text width {text_width}, region width {region_width} and {heads} "
                f"heads cannot be made; all are positive and the heads divide the text width"
            )
        self.text_width, self.region_width, self.heads = text_width, region_width, heads
        self.project = nn.Linear(region_width, text_width, bias=False)

    def forward(
        self,
        text: Tensor,
        regions: Tensor | None = None,
        text_mask: Tensor | None = None,
        region_mask: Tensor | None = None,
    ) -> Fused:
        """Return the states of text and regions together.

        Args:
            text: (b,t,d); t may be 0.
            regions: (b,n,e); n may be 0. None if no row has any.
            text_mask: (b,t) bool, True where a position is real; None if all are.
            region_mask: (b,n) bool, likewise.

        Raises:
            UsageError: Shapes do not fit together, or a mask is not bool.
        """
        widths = (self.text_width, self.region_width)
        inputs = cleaned(
            text, regions, text_mask, region_mask, widths, every_row=not self.keeps_regions
        )
        fused = self.fuse(inputs, self.project(inputs.regions.to(self.project.weight.dtype)))
        states = fused.states.masked_fill(~fused.mask[..., None], 0.0)
        return Fused(states, fused.mask, fused.weights, fused.views, fused.view_log_weights)

    def fuse(self, inputs: Inputs, v: Tensor) -> Fused:
        """Return the states, whatever padded positions hold; v (b,n,d) are the regions W r_j."""
        raise NotImplementedError("say how text and regions are fused: def fuse(self, inputs, v)")


def _refuse(method: type[Fusion], unknown: Mapping[str, Any]) -> None:
    """Raise UsageError if there are options that the method does not know."""
    parameters = inspect.signature(method).parameters.values()
    fixed = {"text_width", "region_width", "heads"}
    known = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.name not in fixed]
    for name in unknown:
        raise UsageError(
            f"{method.__name__} has no option {name!r}; it knows: "
            f"{', '.join(known) or 'none'}.{did_you_mean(name, known)}"
        )
