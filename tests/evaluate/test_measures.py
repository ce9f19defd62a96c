"""Names of measures: what is printed parses, what is mistyped is told."""

import dataclasses
import importlib.metadata
import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from typing import ClassVar

import pytest

from pincite.errors import MissingExtra, UnknownPlugin, UsageError
from pincite.evaluate import measures
from pincite.evaluate.measure import Measure
from pincite.evaluate.measures import parse, parse_all
from pincite.evaluate.types import Labelled
from pincite.registry import Registry

WRITTEN = {
    "nDCG@10": "nDCG@10",
    "ndcg@10": "nDCG@10",
    " NDCG @ 10 ": "nDCG@10",
    "R@5": "R@5",
    "AP(rel=2)@100": "AP(rel=2)@100",
    "AP(rel=1)": "AP",
    "mrr": "RR",
    "MRR@10": "RR@10",
    "ROUGE-L": "ROUGEL",
    "rouge-1": "ROUGE1",
    "ROUGE2(stem=true)": "ROUGE2(stem=true)",
    "chrf": "chrF",
    "chrF++": "chrF(words=2)",
    "BLEU(tok=zh)": "BLEU(tok=zh)",
    "tIoU@0.5": "tIoU@0.5",
    "tIoU@.50": "tIoU@0.5",
    "IoU@1": "IoU@1",
    "WER(normal=false)": "WER(normal=false)",
    "ECE(bins=10)": "ECE(bins=10)",
    "Latency@95": "Latency@95",
    "p95": "Latency@95",
    "macro-f1": "MacroF1",
}


@pytest.mark.parametrize(("written", "printed"), WRITTEN.items())
def test_a_measure_prints_as_it_parses(written, printed):
    made = parse(written)
    assert str(made) == printed
    assert parse(str(made)) == made
    assert hash(parse(str(made))) == hash(made)


def test_every_measure_parses_from_what_it_prints():
    for name in measures.registry:
        cls = measures.registry.load(name)
        cutoff = 5 if cls.cut is not None and cls.cut.required else None
        made = measures.registry.create(name, cutoff=cutoff)
        assert made.name == name
        assert parse(str(made)) == made


@pytest.mark.parametrize("large", [1_000_000, 1_234_567, 10**12])
def test_a_large_cutoff_is_printed_in_full(large):
    assert str(parse(f"R@{large}")) == f"R@{large}"


def test_a_list_is_parted_at_commas_outside_brackets():
    found = parse_all("nDCG@10, AP(rel=2)@5,EM")
    assert [str(m) for m in found] == ["nDCG@10", "AP(rel=2)@5", "EM"]


@pytest.mark.parametrize(
    ("written", "near"), [("nDGC@10", "nDCG"), ("BLUE", "BLEU"), ("ROGUEL", "ROUGEL")]
)
def test_an_unknown_name_is_answered_with_the_nearest(written, near):
    with pytest.raises(UnknownPlugin, match=f"Did you mean '{near}'"):
        parse(written)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("P", "needs a rank"),
        ("R@0", "whole number from 1, got 0"),
        ("R@2.5", "whole number from 1, got 2.5"),
        ("R@ten", "stands a number, got 'ten'"),
        ("R@inf", "got inf"),
        ("R@nan", "got nan"),
        ("tIoU@1.5", "from 0 to 1, got 1.5"),
        ("Latency@101", "from 0 to 100, got 101"),
        ("EM@5", "'EM' has no cutoff"),
        ("R(rell=2)@5", "no parameter 'rell'.*Did you mean 'rel'"),
        ("R(rel=two)@5", "rel of measure 'R' is a whole number, got 'two'"),
        ("R(rel=0)@5", "grade from 1, got 0"),
        ("R(cutoff=5)", "no parameter 'cutoff'"),
        ("WER(normal=maybe)", "true or false, got 'maybe'"),
        ("BLEU(tok=moses)", "no tokeniser 'moses'"),
        ("ECE(bins=0)", "got 0"),
        ("chrF(words=-1)", "got -1"),
        ("nDCG@10@5", "not written as a measure"),
        ("", "not written as a measure"),
        ("R(rel=2", "not written as a measure"),
    ],
)
def test_what_does_not_fit_a_measure_is_said(written, said):
    with pytest.raises(UsageError, match=said):
        parse(written)


def test_a_library_that_is_missing_is_named_before_anything_is_scored(monkeypatch):
    monkeypatch.setattr("pincite.evaluate.measure.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"'nDCG' needs 'ir_measures'.*pincite\[eval\]"):
        parse("nDCG@10")
    assert str(parse("EM")) == "EM"  # needs nothing


def test_parsing_imports_none_of_the_libraries():
    code = (
        "from pincite.evaluate.measures import registry, parse, parse_all; import sys;"
        "parse_all('nDCG@10,BLEU,chrF,ROUGEL,METEOR,CIDEr,WER,MacroF1,ECE,tIoU');"
        "print([m for m in ('ir_measures','sacrebleu','rouge_score','nltk','jiwer','sklearn',"
        "'scipy','torch','pyarrow') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@dataclass(frozen=True)
class Length(Measure[Labelled]):
    """A measure of another package."""

    name: ClassVar[str] = "Length"
    kind: ClassVar[str] = "label"
    item: ClassVar[type] = Labelled
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    per: float = 1.0
    plus: int = 0

    def scores(self, items):
        return [len(item.predicted) / self.per + self.plus for item in items]


def test_a_measure_of_another_package_is_found_by_its_entry_point(monkeypatch):
    point = importlib.metadata.EntryPoint("Length", f"{__name__}:Length", "pincite.measures")
    monkeypatch.setattr("pincite.registry.entry_points", lambda group: [point])
    builtin = measures.registry.builtin
    monkeypatch.setattr(measures, "registry", Registry("measure", builtin, "pincite.measures"))
    made = parse("length(per=0.5)")
    assert str(made) == "Length(per=0.5)"
    assert made.value([Labelled("abc", "x"), None]) == 6.0
    listed = parse_all("EM, length(per=0.5, plus=2),F1")
    assert [str(m) for m in listed] == ["EM", "Length(per=0.5, plus=2)", "F1"]


def test_measures_of_one_cutoff_and_another_name_differ():
    assert parse("R@5") != parse("P@5")
    assert parse("R@5") != parse("R@10")
    assert len({parse("R@5"), parse("r@5"), parse("R@6")}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        parse("R@5").cutoff = 6
