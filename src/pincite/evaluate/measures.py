"""Names of measures to measures: `parse("nDCG@10")`, and the table that plugins add to.

A name is `NAME`, `NAME@cutoff` or `NAME(key=value, ...)@cutoff`. Case does not count, nor do
hyphens: `rouge-l` is `ROUGEL`. What is printed is the one way a measure is written.
"""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from pincite.errors import UnknownPlugin, UsageError, did_you_mean
from pincite.evaluate.measure import Measure
from pincite.registry import Plugin, Registry

_PLACES = {
    "ranking": "nDCG:NDCG R:Recall P:Precision RR:ReciprocalRank AP:AveragePrecision "
    "Success:Success",
    "answers": "EM:ExactMatch F1:TokenF1 VQA:VQAAccuracy",
    "texts": "BLEU:BLEU chrF:ChrF ROUGE1:Rouge1 ROUGE2:Rouge2 ROUGEL:RougeL ROUGELsum:RougeLsum",
    "captions": "METEOR:METEOR CIDEr:CIDEr",
    "transcripts": "WER:WordErrorRate CER:CharacterErrorRate",
    "labels": "Accuracy:Accuracy MacroF1:MacroF1 Abstention:Abstention",
    "places": "tIoU:TemporalIoU IoU:BoxIoU CitationPrecision:CitationPrecision "
    "CitationRecall:CitationRecall CitationF1:CitationF1",
    "reading": "Complete:Complete Partial:Partial Failed:Failed",
    "calibration": "ECE:ExpectedCalibrationError Brier:Brier AUROC:AUROC",
    "costs": "Latency:Latency Memory:Memory",
}
registry: Registry[Measure[Any]] = Registry(
    kind="measure",
    group="pincite.measures",
    builtin={
        name: Plugin(f"pincite.evaluate.{module}:{cls}")
        for module, members in _PLACES.items()
        for name, _, cls in (member.partition(":") for member in members.split())
    },
)
ALIASES = {
    "recall": "R",
    "precision": "P",
    "mrr": "RR",
    "map": "AP",
    "hit": "Success",
    "hits": "Success",
    "exactmatch": "EM",
    "chrf++": "chrF(words=2)",
    "p50": "Latency@50",
    "p95": "Latency@95",
}
"""Other names in use, and how they are written here."""
_NAME = re.compile(r"\s*([\w\-+]+)\s*(?:\(([^()]*)\))?\s*(?:@\s*([^\s@]+))?\s*")


def parse(text: str) -> Measure[Any]:
    """Return the measure that is written so; `str` of it gives the name back.

    Raises:
        UnknownPlugin: No measure has this name; the nearest is named.
        UsageError: It is not written as a measure, or a parameter or cutoff does not fit it.
        MissingExtra: It is known, but the package that computes it is not installed.

    Example:
        >>> [str(parse(name)) for name in ("nDCG@10", "rouge-l", "tIoU@0.5", "mrr")]
        ['nDCG@10', 'ROUGEL', 'tIoU@0.5', 'RR']
    """
    match = _NAME.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text!r} is not written as a measure is; write NAME, NAME@cutoff or "
            f"NAME(key=value)@cutoff, for instance nDCG@10"
        )
    name = _known(match[1])
    if "@" in name or "(" in name:
        return parse(name + text[match.end(1) :].strip())
    options = _options(name, match[2] or "")
    if match[3]:
        options["cutoff"] = _number(name, match[3])
    return registry.create(name, **options)


def parse_all(text: str) -> tuple[Measure[Any], ...]:
    """Return the measures of a list with commas; commas within brackets belong to the measure.

    Example:
        >>> [str(measure) for measure in parse_all("R@5, AP(rel=2)@10")]
        ['R@5', 'AP(rel=2)@10']
    """
    return tuple(parse(part) for part in re.split(r",(?![^()]*\))", text) if part.strip())


def _known(written: str) -> str:
    """Return the registered name for a written one, or what its alias stands for.

    Raises:
        UnknownPlugin: There is none.
    """
    names = {_key(name): name for name in registry}
    found = names.get(_key(written)) or ALIASES.get(_key(written))
    if found is None:
        raise UnknownPlugin("measure", written, registry)
    return found


def _key(name: str) -> str:
    return re.sub(r"[-_\s]", "", name).casefold()


def _options(name: str, text: str) -> dict[str, Any]:
    """Return the parameters in brackets, each of the type of its default."""
    defaults = {
        item.name: item.default
        for item in fields(registry.load(name))  # type: ignore[arg-type]
        if item.name != "cutoff"
    }
    options: dict[str, Any] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        key, _, value = (p.strip() for p in part.partition("="))
        if key not in defaults:
            known = ", ".join(defaults) or "none"
            raise UsageError(
                f"measure {name!r} has no parameter {key!r}; known: {known}."
                f"{did_you_mean(key, defaults)}"
            )
        options[key] = _read(name, key, value, type(defaults[key]))
    return options


def _read(name: str, key: str, value: str, kind: type) -> Any:
    if kind is bool:
        if value.casefold() not in ("true", "false"):
            raise UsageError(f"{key} of measure {name!r} is true or false, got {value!r}")
        return value.casefold() == "true"
    try:
        return kind(value)
    except ValueError as error:
        noun = "a whole number" if kind is int else "a number"
        raise UsageError(f"{key} of measure {name!r} is {noun}, got {value!r}") from error


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise UsageError(f"behind {name}@ stands a number, got {text!r}") from error
    return int(value) if value.is_integer() else value
