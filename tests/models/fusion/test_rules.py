"""Every built-in fusion goes through the contract, each with its options."""

from pincite.models import fusion
from pincite.testing.fusions import FusionContract


class TestConcat(FusionContract):
    def layer(self, **widths):
        return fusion.create("concat", **widths)


class TestSum(FusionContract):
    def layer(self, **widths):
        return fusion.create("sum", **widths)


class TestWeighted(FusionContract):
    distributions = ("modality",)

    def layer(self, **widths):
        return fusion.create("weighted", **widths)


class TestLate(FusionContract):
    distributions = ("modality",)

    def layer(self, **widths):
        return fusion.create("late", **widths)


class TestLateWithOneGateForAll(FusionContract):
    distributions = ("modality",)

    def layer(self, **widths):
        return fusion.create("late", gate="learned", **widths)


class TestCross(FusionContract):
    distributions = ("text_to_regions", "regions_to_text")

    def layer(self, **widths):
        return fusion.create("cross", **widths)


class TestDual(FusionContract):
    distributions = ("text", "regions")

    def layer(self, **widths):
        return fusion.create("dual", score="dot", **widths)


class TestGated(FusionContract):
    distributions = ("attention",)

    def layer(self, **widths):
        return fusion.create("gated", **widths)


class TestGatedByPlainDots(FusionContract):
    distributions = ("attention",)

    def layer(self, **widths):
        return fusion.create("gated", score="dot", dropout=0.5, **widths)
