"""Questions to cited answers: what is said, what it rests on, and whether to answer at all."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

from pincite.evaluate.datasets.model import Item
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runners.setup import Setup, hit_json
from pincite.evaluate.tokens import answer_tokens
from pincite.evaluate.types import Abstained, Believed, Cited, Place, Written
from pincite.types import Answer, Citation, PageRegion, locator_to_json

_NUMBER = re.compile(r"\s?\[\d+\]")
_QUOTED = re.compile(r"(?P<value>.+?)(?: — |——)“.*”", re.DOTALL)


def run(setup: Setup) -> Iterator[Outcome]:
    """Yield the answer to each question."""
    for item in setup.items:
        began = time.perf_counter()
        answer = setup.corpus.base.ask(
            item.text,
            k=setup.k,
            filters=setup.corpus.filters(item),
            generator=setup.generator or None,
        )
        yield _outcome(setup, item, answer, 1000 * (time.perf_counter() - began))


def _outcome(setup: Setup, item: Item, answer: Answer, latency_ms: float) -> Outcome:
    for warning in answer.warnings:
        if "pincite " in warning:  # a hint on the set-up, not a remark on this answer
            setup.remark(warning)
    said = short_answer(answer.text or "")
    observed: list[Any] = [
        Written(said, item.answers, item.language),
        Abstained(not answer.abstained, item.answerable),
    ]
    if not answer.abstained:
        right = item.answerable and holds(_NUMBER.sub("", answer.text or ""), item.answers)
        observed.append(Believed(min(1.0, max(0.0, answer.confidence)), right))
    if item.relevant:
        cited = tuple(Place(c.asset.id, c.locator) for c in answer.citations)
        observed.append(Cited(cited, _gold_places(setup, item)))
    return Outcome(
        item.id,
        item.asks_with,
        query={"text": item.text},
        gold={"answers": list(item.answers), "relevant": dict(item.relevant)},
        found={
            "answer": answer.text,
            "short": said,
            "confidence": round(answer.confidence, 6),
            "citations": [_citation(c) for c in answer.citations],
            "hits": [
                hit_json(hit, setup.corpus.units_of(hit, setup.unit)) for hit in answer.evidence[:3]
            ],
        },
        observed=tuple(observed),
        latency_ms=latency_ms,
    )


def _gold_places(setup: Setup, item: Item) -> tuple[Place, ...]:
    places = []
    for unit in item.relevant:
        document, _, page = unit.rpartition("#page=")
        if document and setup.unit == "page":
            places.append(Place(setup.corpus.asset_of(document), PageRegion(int(page))))
        else:
            places.append(Place(setup.corpus.asset_of(unit)))
    return tuple(places)


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "id": citation.id,
        "quote": citation.quote,
        "title": citation.asset.title,
        "locator": locator_to_json(citation.locator),
    }


def short_answer(text: str) -> str:
    """Return what an answer says, without citation numbers and without the quotation behind it.

    Example:
        >>> short_answer("42 km — “The station lies 42 km north.” [1]")
        '42 km'
        >>> short_answer("It lies 42 km north of the pass. [1] [2]")
        'It lies 42 km north of the pass.'
    """
    lines = _NUMBER.sub("", text).strip().split("\n")
    said = [match["value"] if (match := _QUOTED.fullmatch(line)) else line for line in lines]
    return "\n".join(said)


def holds(said: str, answers: Sequence[str]) -> bool:
    """Return whether one of the right answers stands in what was said, word for word.

    Example:
        >>> holds("It runs at 3 bar.", ["3 bar"]), holds("At 33 bar.", ["3 bar"])
        (True, False)
    """
    words = answer_tokens(said)
    for answer in answers:
        right = answer_tokens(answer)
        if right and any(
            words[i : i + len(right)] == right for i in range(len(words) - len(right) + 1)
        ):
            return True
    return False
