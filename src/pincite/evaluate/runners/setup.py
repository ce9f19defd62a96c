"""What a runner is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from pincite.config import Config
from pincite.evaluate.datasets.model import Item, Task, Unit
from pincite.evaluate.runners.corpus import Corpus
from pincite.types import Evidence, locator_to_json

SHOWN_HITS = 5
SHOWN_CHARACTERS = 300


@dataclass(eq=False)
class Setup:
    """What a runner is given, and where it leaves remarks.

    Attributes:
        task: The task.
        items: What is measured.
        corpus: The documents, read.
        unit: What a hit is counted as.
        config: Settings in force.
        k: How many hits a search returns; None: what suits the task.
        generator: What composes answers, "" for what the settings say.
        remarks: Sentences that a reader of the figures must know, each once.
        channels: Direction of a query to the channels that brought hits.
    """

    task: Task
    items: tuple[Item, ...]
    corpus: Corpus
    unit: Unit
    config: Config
    k: int | None = None
    generator: str = ""
    remarks: dict[str, None] = field(default_factory=dict)
    channels: dict[str, set[str]] = field(default_factory=dict)

    def remark_of(self, item: Item, sentence: str) -> None:
        """Keep a sentence on the query of an item: once, whichever file it was about."""
        for id in item.media.values():
            sentence = sentence.replace(self.corpus.places[id].name, "a query")
        self.remark(sentence)

    def remark(self, sentence: str) -> None:
        """Keep a sentence for the reader of the figures, without the place of a passing base."""
        self.remarks.setdefault(sentence.replace(self.corpus.base.uri, "KB"))


def hit_json(hit: Evidence, units: tuple[str, ...]) -> dict[str, object]:
    """Return what is kept of a hit."""
    return {
        "id": hit.segment.id,
        "unit": ", ".join(units),
        "score": round(hit.hit.score, 6),
        "modality": hit.segment.modality,
        "locator": locator_to_json(hit.segment.locator),
        "text": (hit.segment.text or hit.segment.context)[:SHOWN_CHARACTERS],
    }
