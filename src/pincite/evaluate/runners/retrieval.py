"""Queries of any modality to rankings of documents or pages.

A document stands where its best segment does. A direction that the knowledge base cannot serve
(no encoder reads the query) is not run, and said so; the figures are of the others.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from pincite.errors import PinciteError, StoreError, UsageError
from pincite.evaluate.datasets.model import Item
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runners.setup import SHOWN_HITS, Setup, hit_json
from pincite.evaluate.types import Ranked
from pincite.retrieve.search import Found

DEPTH = 50
"""Hits a ranking is made of, unless `k` says otherwise."""
_BY_WORDS = frozenset({"lexical", "dense", "tags"})
"""Channels that compare words with words: of other things, those read in them or told of them."""


def run(setup: Setup) -> Iterator[Outcome]:
    """Yield the ranking of each query.

    Raises:
        UsageError: No direction can be served.
    """
    refused: dict[str, str] = {}
    for item in setup.items:
        direction = f"{item.asks_with} → {item.among or 'any'}"
        if direction in refused:
            continue
        began = time.perf_counter()
        try:
            found = setup.corpus.search(item, setup.k or DEPTH)
        except StoreError:
            raise
        except PinciteError as error:
            refused[direction] = str(error)
            continue
        yield _outcome(setup, item, found, 1000 * (time.perf_counter() - began))
    _remark_refused(setup, refused)
    for direction, channels in sorted(setup.channels.items()):
        asked, _, target = direction.partition(" → ")
        if asked != target and target != "any" and channels <= _BY_WORDS:
            setup.remark(f"{direction}: no encoder reads both; searched by words alone")


def _remark_refused(setup: Setup, refused: dict[str, str]) -> None:
    if not refused:
        return
    asked = Counter(f"{item.asks_with} → {item.among or 'any'}" for item in setup.items)
    for direction, why in refused.items():
        setup.remark(f"not run: {direction} ({asked[direction]} queries): {why}")
    if len(refused) == len(asked):
        reasons = "; ".join(f"{direction}: {why}" for direction, why in refused.items())
        raise UsageError(f"nothing here can be searched for as the dataset asks: {reasons}")


def _outcome(setup: Setup, item: Item, found: Found, latency_ms: float) -> Outcome:
    units = setup.corpus.units(found.evidence, setup.unit)
    for warning in found.warnings:
        setup.remark_of(item, warning)
    brought = setup.channels.setdefault(f"{item.asks_with} → {item.among or 'any'}", set())
    brought.update(name for hit in found.evidence for name in hit.hit.channels)
    shown = [
        hit_json(hit, setup.corpus.units_of(hit, setup.unit)) for hit in found.evidence[:SHOWN_HITS]
    ]
    return Outcome(
        item.id,
        item.asks_with,
        item.among or "",
        query=item.asked(),
        gold={"relevant": dict(item.relevant)},
        found={"hits": shown},
        observed=(Ranked(units, item.relevant),),
        latency_ms=latency_ms,
    )
