"""Training of a dual encoder on pairs of a text with a picture or sound (recipe "dual").

    [task]                    [data]                     [model]
    name = "dual"             train = "train.jsonl"      width = 64
                              held_out = "test.jsonl"    loss = "softmax"

Rows are those of `pincite.train.features`. Two rows of the same text, or of the same features,
are no negatives of each other. Without `text` in [model] texts come as features too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from pincite.errors import UsageError
from pincite.models.dual import Contrast, DualConfig, DualEncoder
from pincite.models.saved import TEXT_FOLDER
from pincite.models.tower import load_encoder
from pincite.train.collate import pad_features
from pincite.train.config import Nothing, Settings
from pincite.train.features import FeatureRow, load, read_features
from pincite.train.gather import check_processes, fail_together, gather
from pincite.train.losses import candidates, info_nce, sigmoid_contrastive
from pincite.train.objective import Loss
from pincite.train.ranking import Ranks, figures, ranks
from pincite.train.textside import TextSide, text_side, width_of

CUTOFFS = (1, 5)
EVALUATED_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class PairData:
    """What is learned from.

    Attributes:
        train: Pairs; every row has a text and features.
        held_out: Pairs that are evaluated on, each among all of them.
    """

    train: Path
    held_out: Path


@dataclass(frozen=True, slots=True)
class DualStart:
    """What training starts from.

    Attributes:
        path: Directory of a `DualEncoder` to go on from; the other options are then its own.
        text: Directory of a text encoder of Transformers; None: texts come as features.
        freeze_text: Leave the text encoder as it is.
        text_tokens: Longest text that is read.
        width: Of the common space.
        pooling: How features become one vector.
        loss: "softmax" (CLIP) or "sigmoid" (SigLIP).
    """

    path: Path | None = None
    text: Path | None = None
    freeze_text: bool = False
    text_tokens: int = 64
    width: int = 64
    pooling: Literal["attention", "mean"] = "attention"
    loss: Contrast = "softmax"


class DualObjective:
    """A `DualEncoder` with its pairs; an example is a pair."""

    measure, higher_is_better = "recall@1", True

    def __init__(
        self,
        model: DualEncoder,
        texts: TextSide,
        rows: Sequence[FeatureRow],
        held_out: Sequence[FeatureRow],
    ) -> None:
        for row in (*rows, *held_out):
            if row.text is None or row.features is None:
                raise UsageError(f'{row.where}: a pair needs "text" and "features"; give both')
        self.model, self._texts = model, texts
        self._rows, self._held_out = tuple(rows), tuple(held_out)
        self.size = len(self._rows)

    def batch(self, indices: Sequence[int]) -> Mapping[str, Any]:
        """Return texts, features (b, n, e) with their mask, and numbers that tell them apart."""
        return self._batch([self._rows[i] for i in indices])

    def loss(self, model: Any, batch: Any) -> Loss:
        """Return the contrastive loss; "recall" is how often the own pair scores best."""
        left, right = model(batch["text"], batch["features"], batch["mask"])
        all_left, all_right = gather(left), gather(right)
        positives = torch.arange(len(left), device=left.device) + all_left.first
        mask = self._apart(batch["text_keys"], positives)
        mask &= self._apart(batch["feature_keys"], positives)
        scale = self.model.scale()
        if self.model.bias is None:
            losses = info_nce(
                left,
                right,
                scale,
                all_left=all_left.rows,
                all_right=all_right.rows,
                positives=positives,
                mask=mask,
            )
        else:
            losses = sigmoid_contrastive(
                left, all_right.rows, scale, self.model.bias, positives=positives, mask=mask
            )
        with torch.no_grad():
            scores = (left @ all_right.rows.T).masked_fill(~mask, -torch.inf)
            recall = (scores.argmax(dim=1) == positives).float().mean()
        parts = {"recall": float(recall), "scale": float(scale.detach())}
        return Loss(fail_together(losses.mean()), parts)

    @staticmethod
    def _apart(keys: Any, positives: Any) -> Any:
        return candidates(gather(keys).rows, keys[:, None], positives)

    def before_step(self, step: int) -> None:
        """Nothing is due."""

    def evaluate(self) -> Mapping[str, float]:
        """Return recall@1 and 5 and MRR in both directions, and their means."""
        forth, back = self.ranks()
        to_features, to_text = figures(forth, CUTOFFS), figures(back, CUTOFFS)
        mean = {name: (value + to_text[name]) / 2 for name, value in to_features.items()}
        return {
            **mean,
            **{f"to_features_{name}": value for name, value in to_features.items()},
            **{f"to_text_{name}": value for name, value in to_text.items()},
        }

    def scores(self) -> Sequence[float]:
        """Return for each held-out pair how many of both directions rank it first: 0, ½ or 1."""
        forth, back = self.ranks()
        return [float(a == 1) / 2 + float(b == 1) / 2 for a, b in zip(forth, back, strict=True)]

    def ranks(self) -> tuple[Ranks, Ranks]:
        """Return the rank of each held-out pair, from its text and from its features."""
        left, right = self._vectors()
        same = _same(self._held_out, _text_key) | _same(self._held_out, _feature_key)
        return ranks(left @ right.T, same), ranks(right @ left.T, same)

    @torch.no_grad()
    def _vectors(self) -> tuple[Any, Any]:
        weights = next(self.model.parameters())
        sides: tuple[list[Any], list[Any]] = ([], [])
        for start in range(0, len(self._held_out), EVALUATED_TOGETHER):
            batch = self._batch(self._held_out[start : start + EVALUATED_TOGETHER])
            text = {k: _like(v, weights) for k, v in batch["text"].items()}
            features, mask = _like(batch["features"], weights), batch["mask"].to(weights.device)
            for side, vectors in zip(sides, self.model(text, features, mask), strict=True):
                side.append(vectors.double().cpu().numpy())
        return np.concatenate(sides[0]), np.concatenate(sides[1])

    def _batch(self, rows: Sequence[FeatureRow]) -> dict[str, Any]:
        text, _ = self._texts.inputs(rows)
        found = [load(row.features, row.where) for row in rows if row.features is not None]
        features, mask = pad_features(found, self.model.config.feature_width)
        return {
            "text": text,
            "features": features,
            "mask": mask,
            "text_keys": torch.tensor([_text_key(row) for row in rows]),
            "feature_keys": torch.tensor([_feature_key(row) for row in rows]),
        }

    def state(self) -> Mapping[str, Any]:
        """Return nothing: there is no state but the parameters."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take nothing back."""

    def save(self, directory: Path) -> None:
        """Write the model as `DualEncoder.from_pretrained` reads it."""
        self.model.save_pretrained(directory, self._texts.tokenizer)


SECTIONS = (Nothing, PairData, DualStart)
"""What the recipe takes in [task], [data] and [model]."""


def dual(settings: Settings) -> DualObjective:
    """Return the objective of the recipe "dual".

    Raises:
        NotFound: A file or model does not exist.
        UsageError: A setting or a line of the data is wrong.
    """
    _, data, start = settings.take(*SECTIONS)
    rows, held_out = read_features(data.train), read_features(data.held_out)
    model, texts = _start(start, (*rows, *held_out))
    if model.text is not None and start.freeze_text:
        model.text.requires_grad_(False)
    made = DualObjective(model.float(), texts, rows, held_out)
    check_processes(made.size, settings.optim.batch_size)
    return made


def _start(start: DualStart, rows: Sequence[FeatureRow]) -> tuple[DualEncoder, TextSide]:
    if start.path is not None:
        if start.text is not None:
            raise UsageError("path holds the text encoder already; leave text out of [model]")
        model = DualEncoder.from_pretrained(start.path)
        return model, text_side(rows, model.text, start.path / TEXT_FOLDER, start.text_tokens)
    encoder = None if start.text is None else load_encoder(start.text)
    texts = text_side(rows, encoder, start.text, start.text_tokens)
    features = width_of(rows, "features")
    config = DualConfig(texts.width, features, start.width, start.pooling, start.loss)
    return DualEncoder(config, encoder), texts


def _text_key(row: FeatureRow) -> int:
    return _key(f"{row.text!r}")


def _feature_key(row: FeatureRow) -> int:
    return _key(f"{row.features!r}")


def _key(content: str) -> int:
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _same(rows: Sequence[FeatureRow], key: Callable[[FeatureRow], int]) -> Any:
    keys = np.array([key(row) for row in rows])
    return keys[:, None] == keys[None, :]


def _like(values: Any, weights: Any) -> Any:
    dtype = weights.dtype if values.is_floating_point() else None
    return values.to(device=weights.device, dtype=dtype)
