"""End-to-end training on answers split across text and picture: what is learned, and from what.

    python -m benchmarks.rag_learning [--fusion gated] [--seed 0]
    python -m benchmarks.rag_learning --fusion all          # a row for each method of fusion

Two runs of the real training loop (`pincite.train`), no weights fetched, one thread.
First the reader learns to read: the document of a question is given to it. Then retrieval starts
from chance: no document is named any more, eight of 144 are read for a question (four found, four
drawn), and -log P(y|x) is all there is to learn from; for its first steps the reader is held, then
everything is trained. Figures are of things never asked about in training, in 8 worlds of facts
never seen (`benchmarks/split_evidence.py` says how they are made).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from benchmarks import split_evidence as task
from pincite.models import fusion as fusions
from pincite.models.rag import RagModel
from pincite.models.rag.attention import region_relevance
from pincite.train.config import settings_from
from pincite.train.loop import train
from pincite.train.rag_objective import RagObjective
from pincite.train.rag_task import RagTask

WORLDS = range(900_000, 900_008)
READING = RagTask(n_docs=1, gold=True, reindex_every=0, max_new_tokens=4)
TOGETHER = RagTask(
    n_docs=8, random_docs=4, reindex_every=25, freeze_generator=900, max_new_tokens=4
)


class LivingObjective(RagObjective):
    """The objective of the recipe "rag" over things whose facts change at every step."""

    def before_step(self, step: int) -> None:
        """Draw the facts of the step; those of held-out things stay."""
        now = task.world(step)
        cut = len(self.rows)
        self.documents = now.documents[:cut] + self.documents[cut:]
        self.rows = now.questions[:cut]
        super().before_step(step)


def objective(
    reader: RagModel, retriever: Any, how: RagTask, seed: int, *, pictures: bool = True
) -> LivingObjective:
    """Return the objective over a world of its own."""
    world = task.world(800_000 + seed)
    documents = world.documents if pictures else [_blind(d) for d in world.documents]
    rows, held_out = task.split(world.questions)
    return LivingObjective(reader, retriever, task.rag_tokenizer(), rows, held_out, documents, how)


def _blind(document: Any) -> Any:
    return task.Document(document.id, text=document.text)


def settings(folder: str, steps: int, rate: float, seed: int) -> Any:
    """Return the settings of a run."""
    return settings_from(
        {
            "task": {"name": "rag"},
            "optim": {
                "lr": rate,
                "max_steps": steps,
                "warmup_steps": 100,
                "batch_size": 32,
                "schedule": "linear",
            },
            "run": {
                "out": folder,
                "seed": seed,
                "evaluate_every": steps,
                "checkpoint_every": steps,
                "tensorboard": False,
                "device": "cpu",
            },
        }
    )


@dataclass(frozen=True)
class Figures:
    """Shares of questions, each a list over questions of all worlds, 1 or 0."""

    recall: Sequence[float]
    answers: Sequence[float]


def measured(
    trained: RagObjective, *, documents: str = "retrieved", pictures: bool = True
) -> Figures:
    """Return how held-out questions fare in worlds never seen.

    Args:
        trained: Its models are measured.
        documents: "retrieved", "random" (never the right one), or "gold".
        pictures: Whether pictures are shown.
    """
    trained.model.eval()
    recall, answers = [], []
    for seed in WORLDS:
        world = task.world(seed)
        own = world.documents if pictures else tuple(_blind(d) for d in world.documents)
        trained.documents = own
        trained.held_out = task.split(world.questions)[1]
        first = len(own) - len(trained.held_out)
        chosen = None
        if documents == "gold":
            chosen = [[first + i] for i in range(len(trained.held_out))]
        elif documents == "random":
            draw = np.random.default_rng(seed)
            chosen = [
                [int(j) for j in draw.permutation(len(own)) if j != first + i][:8]
                for i in range(len(trained.held_out))
            ]
        written, used = trained.answered(chosen)
        recall += [float(read[0] == first + i) for i, read in enumerate(used)]
        answers += [float(match) for match in trained._matches(written)]
    return Figures(recall, answers)


def pointing(trained: RagObjective) -> list[float]:
    """Return for each question whether the gates point at the gold region, 1 or 0.

    For the token of the value the relevance of each region is what the decoder looked at times
    what the gates let in there (`region_relevance`); the largest should be the gold one.
    """
    trained.model.eval()
    rag, hits = trained.model.rag, []
    for seed in WORLDS:
        world = task.world(seed)
        trained.documents, rows = world.documents, task.split(world.questions)[1]
        first = len(world.documents) - len(rows)
        read = trained.read(rows, [[first + i] for i in range(len(rows))])
        labels = trained.tokenizer.labels([row.answers[0] for row in rows])
        value = 1 + int(labels[0, 0] == trained.tokenizer.generator.bos_token_id)
        with torch.no_grad():
            memory = rag.encode(
                read.input_ids,
                read.attention_mask,
                features=read.features,
                feature_masks=read.feature_masks,
            )
            relevance = region_relevance(rag.generator, memory, rag.shifted_right(labels))
        most = relevance[:, 0, value].argmax(dim=-1)
        hits += (most == torch.tensor(world.gold_regions[first:])).float().tolist()
    return hits


def interval(values: Sequence[float]) -> str:
    """Return a mean with its 95 % interval over questions (bootstrap, seed 0)."""
    draws = np.random.default_rng(0).choice(np.asarray(values), size=(2000, len(values)))
    low, high = np.percentile(draws.mean(axis=1), [2.5, 97.5])
    return f"{np.mean(values):.3f} [{low:.3f}, {high:.3f}]"


def learned(fusion: str | None, seed: int, given: Any) -> tuple[RagObjective, Mapping[str, str]]:
    """Train reader and retriever, and return them with what they were before."""
    reader, retriever = task.reader(fusion, seed), task.retriever(seed)
    pictures = fusion is not None
    with tempfile.TemporaryDirectory() as folder:
        reading = objective(reader, retriever, READING, seed, pictures=pictures)
        train(reading, settings(f"{folder}/reading", given.reading, 1e-3, seed), say=_quiet)
        together = objective(reader, retriever, TOGETHER, seed, pictures=pictures)
        before = measured(together, pictures=pictures)
        gold = measured(together, documents="gold", pictures=pictures)
        together = objective(reader, retriever, TOGETHER, seed, pictures=pictures)
        train(together, settings(f"{folder}/together", given.together, 1e-3, seed), say=_quiet)
    told = {
        "reading the right document": interval(gold.answers),
        "recall@1 before": interval(before.recall),
        "answers before": interval(before.answers),
    }
    return together, told


def _quiet(sentence: str) -> None:
    pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fusion", default="gated", help="A name, or all.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reading", type=int, default=400, help="Steps of the first run.")
    parser.add_argument("--together", type=int, default=1300, help="Steps of the second run.")
    given = parser.parse_args()
    torch.set_num_threads(1)
    questions = task.held_out() * len(WORLDS)
    print(f"{questions} questions, chance {task.CHANCE:.3f}, recall@1 by chance {1 / 144:.3f}")
    if given.fusion == "all":
        table([*fusions.names(), None], given)
    else:
        one(given.fusion, given)


def one(fusion: str, given: Any) -> None:
    """Print everything about one fusion."""
    began = time.perf_counter()
    trained, told = learned(fusion, given.seed, given)
    after = measured(trained)
    rows = {
        **told,
        "recall@1 after": interval(after.recall),
        "answers after": interval(after.answers),
        "without retrieval (other documents)": interval(
            measured(trained, documents="random").answers
        ),
        "without pictures": interval(measured(trained, pictures=False).answers),
    }
    if fusion == "gated":
        rows["gates point at the gold region"] = interval(pointing(trained))
    for name, value in rows.items():
        print(f"{name:36} {value}", flush=True)
    print(f"{time.perf_counter() - began:.0f} s", flush=True)


def table(names: Sequence[str | None], given: Any) -> None:
    """Print a row for each fusion; the last has no pictures at all."""
    print(f"{'fusion':12} {'recall@1':24} {'answers':24} {'without pictures':24} seconds")
    for fusion in names:
        began = time.perf_counter()
        trained, _ = learned(fusion, given.seed, given)
        pictures = fusion is not None
        after = measured(trained, pictures=pictures)
        blind = interval(measured(trained, pictures=False).answers) if pictures else "-"
        print(
            f"{fusion or 'text alone':12} {interval(after.recall):24} "
            f"{interval(after.answers):24} {blind:24} {time.perf_counter() - began:.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
