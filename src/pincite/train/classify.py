"""Training of classifiers over texts with pictures or sounds (recipe "classify").

    [task]                      [data]                      [model]
    name = "classify"           train = "train.jsonl"       fusion = "gated"
    modality_dropout = 0.1      held_out = "test.jsonl"

Rows are those of `pincite.train.features`; the tasks and their classes are those that the
training rows have labels for. A row may lack a modality, or labels of some tasks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from pincite.errors import UsageError, did_you_mean
from pincite.models.classifier import ClassifierConfig, MultimodalClassifier
from pincite.models.fusion import drop_modality
from pincite.models.heads import NO_LABEL, Weighting
from pincite.models.tower import load_encoder
from pincite.train.collate import pad_features
from pincite.train.config import Settings
from pincite.train.features import FeatureRow, load, read_features
from pincite.train.macro import interval, macro_f1
from pincite.train.objective import Loss
from pincite.train.textside import TextSide, text_side, width_of

EVALUATED_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class ClassifyTask:
    """How classes are learned.

    Attributes:
        modalities: What the model is shown: both, or one, to see what the other is worth.
        modality_dropout: Probability that a training row with both loses one of them.
        weighting: How the losses of tasks are added: "fixed" or "learned" (Kendall et al. 2018).
        weights: Weight by task, for fixed ones; 1 where nothing is said.
    """

    modalities: Literal["both", "text", "features"] = "both"
    modality_dropout: float = 0.0
    weighting: Weighting = "fixed"
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0.0 <= self.modality_dropout <= 1.0:
            raise UsageError(f"modality_dropout is a probability, got {self.modality_dropout}")


@dataclass(frozen=True, slots=True)
class ClassifyData:
    """What is learned from.

    Attributes:
        train: Examples with labels.
        held_out: Examples that are evaluated on.
    """

    train: Path
    held_out: Path


@dataclass(frozen=True, slots=True)
class ClassifyStart:
    """What learns.

    Attributes:
        fusion: Name of the fusion.
        fusion_options: What that fusion knows beyond widths and heads.
        heads: Heads of attention in it; divides the width of the text.
        hidden: Width of a hidden layer in each classification head; 0 for none.
        dropout: Before each linear layer of the heads.
        text: Directory of a text encoder of Transformers; None: texts come as features.
        freeze_text: Leave the text encoder as it is.
        text_tokens: Longest text that is read.
    """

    fusion: str = "gated"
    fusion_options: Mapping[str, Any] = field(default_factory=dict)
    heads: int = 4
    hidden: int = 0
    dropout: float = 0.1
    text: Path | None = None
    freeze_text: bool = False
    text_tokens: int = 128


class ClassifyObjective:
    """A `MultimodalClassifier` with its examples."""

    measure, higher_is_better = "macro_f1", True

    def __init__(
        self,
        model: MultimodalClassifier,
        texts: TextSide,
        rows: Sequence[FeatureRow],
        held_out: Sequence[FeatureRow],
        task: ClassifyTask | None = None,
    ) -> None:
        self.model, self.task, self._texts = model, task or ClassifyTask(), texts
        self._rows, self._held_out = tuple(rows), tuple(held_out)
        self.size = len(self._rows)
        for row in (*rows, *held_out):
            _check_labels(row, model.config.classes)

    def batch(self, indices: Sequence[int]) -> Mapping[str, Any]:
        """Return texts, features (b, n, e), their masks, and labels (b,) by task."""
        return self._batch([self._rows[i] for i in indices])

    def loss(self, model: Any, batch: Any) -> Loss:
        """Return the weighted loss of all tasks; that of each is among the parts."""
        text_mask, region_mask = batch["text_mask"], batch["region_mask"]
        if self.task.modality_dropout and model.training:
            text_mask, region_mask = drop_modality(
                region_mask, text_mask, self.task.modality_dropout
            )
        found = model(batch["text"], batch["features"], text_mask, region_mask)
        value, parts = model.heads.loss(found, batch["labels"])
        return Loss(value, {name: float(part.detach()) for name, part in parts.items()})

    def before_step(self, step: int) -> None:
        """Nothing is due."""

    def evaluate(self) -> Mapping[str, float]:
        """Return accuracy and macro-F1 with its 95 % interval by task, and their mean macro-F1."""
        numbers: dict[str, float] = {}
        predicted = self.predicted()
        for name, (wanted, found) in predicted.items():
            low, high = interval(wanted, found)
            numbers |= {
                f"{name}_macro_f1": macro_f1(wanted, found),
                f"{name}_macro_f1_low": low,
                f"{name}_macro_f1_high": high,
                f"{name}_accuracy": float((wanted == found).mean()) if len(wanted) else 0.0,
            }
        tasks = [numbers[f"{name}_macro_f1"] for name, (w, _) in predicted.items() if len(w)]
        return {"macro_f1": float(np.mean(tasks)) if tasks else 0.0, **numbers}

    def scores(self) -> Sequence[float]:
        """Return for each held-out example with a label the share of its tasks that are right."""
        wanted, found = self._labels_and_predictions()
        shares = []
        for i in range(len(self._held_out)):
            right = [found[n][i] == w[i] for n, w in wanted.items() if w[i] != NO_LABEL]
            shares += [float(np.mean(right))] if right else []
        return shares

    def predicted(self) -> Mapping[str, tuple[Any, Any]]:
        """Return by task the labels and the predictions of the held-out rows that have one."""
        wanted, found = self._labels_and_predictions()
        return {
            name: (each[each != NO_LABEL], found[name][each != NO_LABEL])
            for name, each in wanted.items()
        }

    @torch.no_grad()
    def _labels_and_predictions(self) -> tuple[dict[str, Any], dict[str, Any]]:
        weights = self.model.region_norm.weight
        wanted: dict[str, list[Any]] = {name: [] for name in self.model.config.classes}
        found: dict[str, list[Any]] = {name: [] for name in self.model.config.classes}
        for start in range(0, len(self._held_out), EVALUATED_TOGETHER):
            batch = self._batch(self._held_out[start : start + EVALUATED_TOGETHER])
            masks = [batch[name].to(weights.device) for name in ("text_mask", "region_mask")]
            text = {name: _like(values, weights) for name, values in batch["text"].items()}
            out = self.model(text, _like(batch["features"], weights), *masks)
            for name, each in out.items():
                wanted[name].append(batch["labels"][name].numpy())
                found[name].append(each.argmax(dim=1).cpu().numpy())
        return (
            {name: np.concatenate(parts) for name, parts in wanted.items()},
            {name: np.concatenate(parts) for name, parts in found.items()},
        )

    def _batch(self, rows: Sequence[FeatureRow]) -> dict[str, Any]:
        if self.task.modalities == "text":
            rows = [replace(row, features=None) for row in rows]
        if self.task.modalities == "features":
            rows = [replace(row, text=None) for row in rows]
        text, text_mask = self._texts.inputs(rows)
        found = [load(r.features, r.where) if r.features is not None else None for r in rows]
        features, region_mask = pad_features(found, self.model.config.region_width)
        classes = self.model.config.classes
        labels = {
            name: torch.tensor(
                [names.index(r.labels[name]) if name in r.labels else NO_LABEL for r in rows]
            )
            for name, names in classes.items()
        }
        return {
            "text": text,
            "features": features,
            "text_mask": text_mask,
            "region_mask": region_mask,
            "labels": labels,
        }

    def state(self) -> Mapping[str, Any]:
        """Return nothing: there is no state but the parameters."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take nothing back."""

    def save(self, directory: Path) -> None:
        """Write the model as `MultimodalClassifier.from_pretrained` reads it."""
        self.model.save_pretrained(directory, self._texts.tokenizer)


SECTIONS = (ClassifyTask, ClassifyData, ClassifyStart)
"""What the recipe takes in [task], [data] and [model]."""


def classify(settings: Settings) -> ClassifyObjective:
    """Return the objective of the recipe "classify".

    Raises:
        NotFound: A file or model does not exist.
        UnknownPlugin: No fusion has the name asked for.
        UsageError: A setting or a line of the data is wrong.
    """
    task, data, start = settings.take(*SECTIONS)
    rows, held_out = read_features(data.train), read_features(data.held_out)
    everything = (*rows, *held_out)
    encoder = None if start.text is None else load_encoder(start.text).float()
    texts = text_side(everything, encoder, start.text, start.text_tokens)
    if encoder is not None and start.freeze_text:
        encoder.requires_grad_(False)
    config = ClassifierConfig(
        text_width=texts.width,
        region_width=width_of(everything, "features"),
        classes=_classes(rows),
        fusion=start.fusion,
        fusion_options=start.fusion_options,
        heads=start.heads,
        hidden=start.hidden,
        dropout=start.dropout,
        weighting=task.weighting,
        weights=task.weights,
    )
    return ClassifyObjective(MultimodalClassifier(config, encoder), texts, rows, held_out, task)


def _classes(rows: Sequence[FeatureRow]) -> dict[str, tuple[str, ...]]:
    names = sorted({name for row in rows for name in row.labels})
    if not names:
        raise UsageError(
            f"{rows[0].where} and all rows after it have no labels; expected "
            '"labels": {"sentiment": "positive"} or the like'
        )
    return {n: tuple(sorted({r.labels[n] for r in rows if n in r.labels})) for n in names}


def _check_labels(row: FeatureRow, classes: Mapping[str, Sequence[str]]) -> None:
    for name, label in row.labels.items():
        if name not in classes:
            raise UsageError(
                f"{row.where}: no training row has a label of task {name!r}."
                f"{did_you_mean(name, classes)}"
            )
        if label not in classes[name]:
            raise UsageError(
                f"{row.where}: {label!r} is no class of task {name!r} in the training rows, which "
                f"have {', '.join(classes[name])}.{did_you_mean(label, classes[name])}"
            )


def _like(values: Any, weights: Any) -> Any:
    dtype = weights.dtype if values.is_floating_point() else None
    return values.to(device=weights.device, dtype=dtype)
