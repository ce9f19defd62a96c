"""Captions, translations and summaries, as a generator writes them.

The shipped generator quotes its sources to answer questions; it writes none of these, so one has
to be named.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from pincite.errors import UsageError
from pincite.evaluate.datasets.model import Item
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runners.answering import short_answer
from pincite.evaluate.runners.setup import Setup
from pincite.evaluate.types import Written
from pincite.generate import generators
from pincite.types import Asset, Evidence, Hit, Segment, TextSpan

TOLD: Mapping[str, str] = {
    "captioning": "Describe this picture in one sentence.",
    "translation": "Translate this text.",
    "summarisation": "Summarise this text.",
}
"""What a generator is told to do with the source."""


def require_generator(task: str, generator: str) -> None:
    """Return if a generator was named.

    Raises:
        UsageError: None was; the default cannot do this.
    """
    if task in TOLD and not generator:
        raise UsageError(
            f"there is no default generator for {task}: the shipped one answers questions in its "
            "sources' own words. Name one that was trained for it with --generator, such as "
            "rag-token:DIR (pincite train makes one)"
        )


def run(setup: Setup) -> Iterator[Outcome]:
    """Yield what the generator writes for each item."""
    name, options = generators.named(setup.generator)
    writer = generators.create(name, abstain_below=setup.config["abstain_below"], **options)
    for item in setup.items:
        began = time.perf_counter()
        answer = writer.generate(TOLD[setup.task], _source(setup, item))
        latency_ms = 1000 * (time.perf_counter() - began)
        text = short_answer(answer.text or "")
        yield Outcome(
            item.id,
            "text" if item.text else setup.corpus.dataset.documents[item.source].modality,
            "text",
            query={"text": item.text} if item.text else {"file": item.source},
            gold={"answers": list(item.answers)},
            found={"answer": answer.text, "short": text},
            observed=(Written(text, item.answers, item.language),),
            latency_ms=latency_ms,
        )


def _source(setup: Setup, item: Item) -> list[Evidence]:
    """Return the text of an item, or what was read of its file, as the only evidence."""
    if item.text:
        whole = TextSpan(0, len(item.text))
        segment = Segment(f"{item.id}", item.id, "text", whole, item.text)
        segments = [segment]
    else:
        segments = setup.corpus.segments(item.source)
    assets = setup.corpus.store.assets({s.asset_id for s in segments}) if not item.text else {}
    share = 1.0 / len(segments) if segments else 0.0
    return [
        Evidence(
            Hit(s.id, 1.0), s, assets.get(s.asset_id) or Asset(s.asset_id, "", "text/plain"), share
        )
        for s in segments
    ]
