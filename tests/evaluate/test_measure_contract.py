"""Every built-in measure, by the rules for plugins."""

import pytest

from pincite.evaluate.measures import parse, registry
from pincite.evaluate.types import (
    Abstained,
    Believed,
    Boxed,
    Cited,
    Labelled,
    Place,
    Ranked,
    Read,
    Spent,
    Timed,
    Written,
)
from pincite.testing.measures import MeasureContract
from pincite.types import ImageRegion, PageRegion, TimeSpan

RANKED = (
    [Ranked(("a", "b"), {"a": 3, "b": 1}), Ranked(("x", "y"), {"x": 1, "y": 1, "n": 0})],
    [Ranked(("c", "d"), {"a": 1}), Ranked((), {"x": 2})],
)
EN = "The red pump in the hall runs at three bar every day."
ZH = "大厅里的红色水泵每天以三巴的压力运转。"
TEXTS = (
    [Written(EN, ("Something else entirely.", EN)), Written(ZH, (ZH,))],
    [Written("qq jj zz", (EN,)), Written("xx zz kk", (ZH,)), Written("", (EN,))],
)
VQA = (
    [Written("two", ("2", "two", "2", "Two.", *["3"] * 6)), Written("是", ("是。",) * 10)],
    [Written("no", ("yes",) * 10), Written("", ("yes",) * 10)],
)
LABELS = (
    [Labelled("a", "a"), Labelled("b", "b"), Labelled("猫", "猫")],
    [Labelled("a", "d"), Labelled("", "e")],
)
TIMES = (
    [Timed((1, 2), ((5, 6), (1, 2))), Timed((0, 9.5), ((0, 9.5),))],
    [Timed(None, ((1, 2),)), Timed((3, 4), ((4, 5),))],
)
BOXES = (
    [Boxed((0, 0, 1, 2), ((0, 0, 1, 2),)), Boxed((3, 3, 4, 4), ((0, 0, 1, 1), (3, 3, 4, 4)))],
    [Boxed(None, ((0, 0, 1, 1),)), Boxed((0, 0, 1, 1), ((1, 0, 2, 1),))],
)
PAGE, TIME = Place("a", PageRegion(2, (0, 0, 1, 0.5))), Place("b", TimeSpan(1, 2))
CITED = (
    [Cited((PAGE,), (PAGE,)), Cited((TIME, PAGE), (PAGE, TIME))],
    [Cited((TIME,), (PAGE,)), Cited((Place("a", ImageRegion()),), (TIME,))],
)
ABSTAINED = (
    [Abstained(True, True), Abstained(False, False)],
    [Abstained(True, False), Abstained(False, True)],
)
BELIEVED = (
    [Believed(1.0, True), Believed(0.0, False)],
    [Believed(1.0, False), Believed(0.0, True)],
)
SPENT = ([Spent(0.0, 0.0), Spent(0.0, 0.0)], [Spent(9.0, 90.0), Spent(700.0, 3.0)])
READ = ([Read("complete")] * 2, [Read("partial"), Read("failed")])

SHOWN = {
    **dict.fromkeys(["nDCG@5", "nDCG", "R@2", "P@2", "RR", "RR@3", "AP", "AP@9"], RANKED),
    **dict.fromkeys(["Success@1"], RANKED),
    **dict.fromkeys(["EM", "F1", "BLEU", "chrF", "chrF++", "METEOR", "CIDEr"], TEXTS),
    **dict.fromkeys(["ROUGE1", "ROUGE2", "ROUGEL(stem=true)", "ROUGELsum"], TEXTS),
    **dict.fromkeys(["WER", "WER(normal=false)", "CER"], TEXTS),
    "VQA": VQA,
    **dict.fromkeys(["Accuracy", "MacroF1"], LABELS),
    **dict.fromkeys(["tIoU", "tIoU@0.5"], TIMES),
    **dict.fromkeys(["IoU", "IoU@0.75"], BOXES),
    **dict.fromkeys(["CitationPrecision", "CitationRecall@0.5", "CitationF1"], CITED),
    "Abstention": ABSTAINED,
    "Complete": READ,
    "Partial": ([Read("complete"), Read("failed")], [Read("partial")] * 2),
    "Failed": ([Read("complete"), Read("partial")], [Read("failed")] * 2),
    **dict.fromkeys(["ECE", "ECE(bins=4)", "Brier", "AUROC"], BELIEVED),
    **dict.fromkeys(["Latency", "Latency@95", "Memory"], SPENT),
}


def contract(name):
    class Shown(MeasureContract):
        single = name != "AUROC"
        tolerance = 1e-7

        def measure(self):
            return parse(name)

        def perfect(self):
            return SHOWN[name][0]

        def worst(self):
            return SHOWN[name][1]

    if name == "METEOR":

        def near(self):
            assert 0.999 < self.measure().value(self.perfect()) < 1

        Shown.test_perfect_items_have_the_best_value = near
    if name == "CIDEr":

        def near(self):
            each = self.measure().each(self.perfect())
            assert each[1] == pytest.approx(10)  # one reference
            assert each[0] == pytest.approx(5)  # the other of two shares nothing

        Shown.test_perfect_items_have_the_best_value = near
    return Shown


RULES = [rule for rule in vars(MeasureContract) if rule.startswith("test_")]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", SHOWN)
def test_every_built_in_measure_keeps_the_rules(name, rule):
    getattr(contract(name)(), rule)()


def test_no_built_in_measure_is_left_out():
    assert {parse(name).name for name in SHOWN} == set(registry.builtin)
