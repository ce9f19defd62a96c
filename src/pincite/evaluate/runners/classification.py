"""Items to a class by their nearest neighbours: each is left out and looked up among the others.

No model is trained: this is what similarity alone knows, and the floor for what is trained.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runners.setup import SHOWN_HITS, Setup, hit_json
from pincite.evaluate.types import Labelled
from pincite.types import Evidence

NEIGHBOURS = 5
"""Hits that vote, unless `k` says otherwise."""


def run(setup: Setup) -> Iterator[Outcome]:
    """Yield the class that the neighbours of each item vote for."""
    setup.remark(
        f"classes are voted for by the {setup.k or NEIGHBOURS} nearest of the other items; "
        "nothing was trained"
    )
    for item in setup.items:
        began = time.perf_counter()
        found = setup.corpus.search(item, setup.k or NEIGHBOURS)
        latency_ms = 1000 * (time.perf_counter() - began)
        for warning in found.warnings:
            setup.remark_of(item, warning)
        brought = setup.channels.setdefault(f"{item.asks_with} → label", set())
        brought.update(name for hit in found.evidence for name in hit.hit.channels)
        label = _vote(setup, found.evidence)
        shown = [
            hit_json(hit, setup.corpus.units_of(hit, setup.unit))
            for hit in found.evidence[:SHOWN_HITS]
        ]
        yield Outcome(
            item.id,
            item.asks_with,
            "label",
            query=item.asked(),
            gold={"label": item.label},
            found={"label": label, "hits": shown},
            observed=(Labelled(label, item.label),),
            latency_ms=latency_ms,
        )


def _vote(setup: Setup, evidence: Sequence[Evidence]) -> str:
    """Return the label with most score; of equals the one that stands first. "" without hits."""
    votes: defaultdict[str, float] = defaultdict(float)
    for hit in evidence:
        documents = setup.corpus.documents_of(hit.asset.id)
        for label in {setup.corpus.dataset.documents[id].label for id in documents}:
            votes[label] += hit.hit.score
    return max(votes, key=lambda label: votes[label], default="")
