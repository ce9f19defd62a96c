"""Training of generators on pairs of source and target (recipe "generator").

    [task]                     [data]                       [model]
    name = "generator"         train = "train.jsonl"        path = "bart"
    contexts = 1               held_out = "test.jsonl"
    heads = {sentiment = 3}    kb = "notes"

Rows are those of `pincite.train.sequences`. A question is read after its contexts, as the
documents of RAG are: `context // question`. Heads classify the mean state of what was read, for
rows with labels, beside generation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from pincite.errors import UsageError, did_you_mean
from pincite.models.generator import (
    GeneratorWithHeads,
    HeadsConfig,
    SourceHeads,
    load_generator,
)
from pincite.models.heads import NO_LABEL, Weighting
from pincite.models.tower import load_tokenizer
from pincite.pipeline import KnowledgeBase
from pincite.train.answers import exact_match, token_f1
from pincite.train.config import Settings
from pincite.train.framing import Framing
from pincite.train.macro import macro_f1
from pincite.train.negatives import kb_passages
from pincite.train.sequence import EVALUATED_TOGETHER, SequenceObjective
from pincite.train.sequences import SequenceRow, read_sequences

Measure = Literal["nll", "exact_match", "f1"]


@dataclass(frozen=True, slots=True)
class GeneratorTask:
    """How targets are learned.

    Attributes:
        contexts: How many contexts of a question are read, the first ones; 0: none.
        separator: Between contexts and question.
        max_source_tokens: Longest source; contexts are cut first.
        max_target_tokens: Longest target, and longest text generated in evaluation.
        label_smoothing: Share of each target token spread over the vocabulary.
        generate: Held-out rows that are generated in each evaluation, the first ones; 0: none.
        measure: What the best model is chosen by: "nll", "exact_match" or "f1".
        heads: Number of classes by task, of labels that rows carry.
        head_weights: Weight of each head's loss beside that of generation, which is 1.
        weighting: How the losses of heads are weighed: "fixed" or "learned" (Kendall et al. 2018).
    """

    contexts: int = 1
    separator: str = " // "
    max_source_tokens: int = 256
    max_target_tokens: int = 64
    label_smoothing: float = 0.0
    generate: int = 100
    measure: Measure = "nll"
    heads: Mapping[str, int] = field(default_factory=dict)
    head_weights: Mapping[str, float] = field(default_factory=dict)
    weighting: Weighting = "fixed"

    def __post_init__(self) -> None:
        if min(self.contexts, self.generate) < 0:
            raise UsageError("contexts and generate are 0 or more")
        if not 0.0 <= self.label_smoothing < 1.0:
            raise UsageError(f"label_smoothing lies in [0, 1), got {self.label_smoothing}")
        if self.measure != "nll" and not self.generate:
            raise UsageError(f"measure = {self.measure!r} needs generate of at least 1")
        if not self.heads and (self.head_weights or self.weighting != "fixed"):
            raise UsageError("head_weights and weighting need heads, such as {sentiment = 3}")


@dataclass(frozen=True, slots=True)
class GeneratorData:
    """What is learned from.

    Attributes:
        train: Sources and targets.
        held_out: Those that are evaluated on.
        kb: Knowledge base whose segments rows may name as contexts; "": none.
    """

    train: Path
    held_out: Path
    kb: str = ""


@dataclass(frozen=True, slots=True)
class GeneratorStart:
    """What training starts from.

    Attributes:
        path: Directory of an encoder–decoder or decoder-only model with its tokenizer.
        new_weights: Take its settings and tokenizer alone, and train from nothing.
    """

    path: Path
    new_weights: bool = False


class GeneratorObjective(SequenceObjective):
    """A generator with sources and targets."""

    def __init__(
        self,
        model: Any,
        framing: Framing,
        rows: Sequence[SequenceRow],
        held_out: Sequence[SequenceRow],
        task: GeneratorTask | None = None,
    ) -> None:
        """Put a model and its examples together.

        Args:
            model: A generator of Transformers, or a `GeneratorWithHeads`.
            framing: Of its tokenizer.
            rows: Training examples.
            held_out: Examples that are evaluated on.
            task: How they are learned.

        Raises:
            UsageError: A label is not among the classes of its head.
        """
        self.task = task or GeneratorTask()
        super().__init__(model, framing, self.task.label_smoothing)
        self._rows, self._held_out = tuple(rows), tuple(held_out)
        self.size, self.measure = len(self._rows), self.task.measure
        self.higher_is_better = self.measure != "nll"
        heads = isinstance(model, GeneratorWithHeads)
        self._classes = dict(model.heads.config.classes) if heads else {}
        for row in (*rows, *held_out):
            _check_labels(row, self._classes)

    def batch(self, indices: Sequence[int]) -> Mapping[str, Any]:
        """Return sources and targets (`Framing.batch`), and `classes` (b,) by task."""
        return self._batch([self._rows[i] for i in indices])

    def evaluate(self) -> Mapping[str, float]:
        """Return -log P a token of the held-out targets, exact match, F1, macro-F1 by head."""
        nlls, counts = self.likelihoods(map(self._tensors, self._chunks(self._held_out)))
        figures = {"nll": float(nlls.sum() / max(counts.sum(), 1))}
        if self.task.generate:
            matches, f1 = self._judged()
            figures |= {"exact_match": float(np.mean(matches)), "f1": float(np.mean(f1))}
        for name, (wanted, found) in self.predicted().items():
            figures[f"{name}_macro_f1"] = macro_f1(wanted, found)
            figures[f"{name}_accuracy"] = float((wanted == found).mean()) if len(wanted) else 0.0
        return figures

    def scores(self) -> Sequence[float]:
        """Return the measure of each held-out example; log P a token for "nll"."""
        if self.measure == "nll":
            nlls, counts = self.likelihoods(map(self._tensors, self._chunks(self._held_out)))
            return [float(-n / c) for n, c in zip(nlls, counts, strict=True)]
        matches, f1 = self._judged()
        return matches if self.measure == "exact_match" else f1

    def _judged(self) -> tuple[list[float], list[float]]:
        """Return exact match and F1 of the texts generated, each by the target that fits best."""
        rows = self._held_out[: self.task.generate]
        texts = self.generated(rows)
        pairs = list(zip(texts, rows, strict=True))
        return (
            [float(any(exact_match(text, t) for t in row.targets)) for text, row in pairs],
            [max(token_f1(text, t) for t in row.targets) for text, row in pairs],
        )

    @torch.no_grad()
    def generated(self, rows: Sequence[SequenceRow]) -> list[str]:
        """Return what the generator writes for each row, by greedy search."""
        texts: list[str] = []
        for chunk in self._chunks(rows):
            prompts = self.on_device(self.framing.prompts([self._source(row) for row in chunk]))
            written = self.generator.generate(
                **prompts,
                num_beams=1,
                do_sample=False,
                max_new_tokens=self.task.max_target_tokens,
                pad_token_id=self.framing.pad,
                eos_token_id=self.framing.end,
            )
            start = prompts["input_ids"].shape[1] if self.framing.causal else 0
            texts += [self.framing.text(ids[start:]) for ids in written]
        return texts

    @torch.no_grad()
    def predicted(self) -> Mapping[str, tuple[Any, Any]]:
        """Return by head the labels and the predictions of the held-out rows that have one."""
        pairs: dict[str, list[Any]] = {name: [np.zeros((2, 0), int)] for name in self._classes}
        for rows in self._chunks(self._held_out) if self._classes else ():
            batch = self._batch(rows)
            _, _, found = self.model(self.on_device(_inputs(batch)))
            for name, each in found.items():
                wanted = batch["classes"][name]
                both = torch.stack([wanted, each.argmax(dim=1).cpu()])[:, wanted != NO_LABEL]
                pairs[name].append(both.numpy())
        joined = {name: np.concatenate(parts, axis=1) for name, parts in pairs.items()}
        return {name: (both[0], both[1]) for name, both in joined.items()}

    # -- parts -------------------------------------------------------------------------------

    def _source(self, row: SequenceRow) -> list[int]:
        return self.framing.source(row.source, row.contexts[: self.task.contexts])

    def _tensors(self, rows: Sequence[SequenceRow]) -> dict[str, Tensor]:
        return self.framing.batch(
            [self._source(row) for row in rows],
            [self.framing.target(row.targets[0]) for row in rows],
        )

    def _batch(self, rows: Sequence[SequenceRow]) -> dict[str, Any]:
        classes = {
            name: torch.tensor(
                [names.index(r.labels[name]) if name in r.labels else NO_LABEL for r in rows]
            )
            for name, names in self._classes.items()
        }
        return {**self._tensors(rows), "classes": classes}

    def _chunks(self, rows: Sequence[SequenceRow]) -> list[Sequence[SequenceRow]]:
        return [
            rows[at : at + EVALUATED_TOGETHER] for at in range(0, len(rows), EVALUATED_TOGETHER)
        ]


SECTIONS = (GeneratorTask, GeneratorData, GeneratorStart)
"""What the recipe takes in [task], [data] and [model]."""


def generator(settings: Settings) -> GeneratorObjective:
    """Return the objective of the recipe "generator".

    Raises:
        NotFound: A file, model or knowledge base does not exist.
        ModelMismatch: Weights of the model are missing.
        UsageError: A setting or a line of the data is wrong.
    """
    task, data, start = settings.take(*SECTIONS)
    if task.heads and settings.lora:
        raise UsageError(
            "heads are trained in full, but [lora] trains adapters alone; leave out one of the two"
        )
    segments = None
    if data.kb:
        segments = kb_passages(KnowledgeBase.open(data.kb, create=False))
    rows, held_out = read_sequences(data.train, segments), read_sequences(data.held_out, segments)
    model = load_generator(start.path, new_weights=start.new_weights).float()
    framing = Framing(
        load_tokenizer(start.path),
        model,
        task.max_source_tokens,
        task.max_target_tokens,
        task.separator,
    )
    if task.heads:
        model = GeneratorWithHeads(model, _heads(model, rows, task))
    return GeneratorObjective(model, framing, rows, held_out, task)


def _heads(model: Any, rows: Sequence[SequenceRow], task: GeneratorTask) -> SourceHeads:
    classes = {}
    for name, count in task.heads.items():
        names = sorted({row.labels[name] for row in rows if name in row.labels})
        if len(names) != count:
            known = {label for row in rows for label in row.labels}
            raise UsageError(
                f"heads says that {name!r} has {count} classes, the training rows have "
                f"{len(names)}: {', '.join(names) or 'none'}.{did_you_mean(name, known - {name})}"
            )
        classes[name] = tuple(names)
    width = getattr(model.config, "d_model", None) or model.config.hidden_size
    return SourceHeads(HeadsConfig(width, classes, task.head_weights, task.weighting))


def _check_labels(row: SequenceRow, classes: Mapping[str, Sequence[str]]) -> None:
    for name, label in row.labels.items():
        if name in classes and label not in classes[name]:
            raise UsageError(
                f"{row.where}: {label!r} is no class of {name!r} in the training rows, which "
                f"have {', '.join(classes[name])}.{did_you_mean(label, classes[name])}"
            )


def _inputs(batch: Mapping[str, Any]) -> dict[str, Tensor]:
    return {name: values for name, values in batch.items() if name != "classes"}
