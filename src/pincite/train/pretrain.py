"""Training of generators on plain text that noise has spoilt (recipe "denoise").

    [task]                [data]                  [model]
    name = "denoise"      train = "texts.txt"     path = "bart"
    noise = "infilling"   kb = "notes"            new_weights = true

"infilling" hides spans behind one mask each and puts sentences in another order; the target is
the text (BART, Lewis et al. 2020, section 2.2). "spans" moves spans to the target (T5, Raffel et
al. 2020, section 3.1.4). The noise of an example is another at every step and follows from the
seed, so a resumed run sees the same; that of held-out texts is always one and the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from pincite.errors import UsageError
from pincite.models.generator import load_generator
from pincite.models.tower import load_tokenizer
from pincite.pipeline import KnowledgeBase
from pincite.train.config import Settings
from pincite.train.denoise import Chance, chance_of, corrupted, infilled, permuted
from pincite.train.framing import Framing
from pincite.train.generator import GeneratorStart
from pincite.train.negatives import kb_passages
from pincite.train.pieces import Piece, pieces, read_texts, split_off
from pincite.train.sequence import EVALUATED_TOGETHER, SequenceObjective

Noise = Literal["auto", "infilling", "spans"]
HELD_OUT = 2**32 - 1
"""Stands for the step in the noise of held-out texts."""


@dataclass(frozen=True, slots=True)
class DenoiseTask:
    """What noise is undone.

    Attributes:
        noise: "infilling" (BART), "spans" (T5), or "auto": what the tokenizer has tokens for.
        rate: Share of the tokens that is hidden; default 0.3 for infilling, 0.15 for spans.
        mean_span: Mean length of a hidden span.
        permute: Whether infilling puts the sentences in another order too.
        max_source_tokens: Longest piece of a text, special tokens among them.
        label_smoothing: Share of each target token spread over the vocabulary.
    """

    noise: Noise = "auto"
    rate: float | None = None
    mean_span: float = 3.0
    permute: bool = True
    max_source_tokens: int = 256
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        if self.rate is not None and not 0.0 < self.rate < 1.0:
            raise UsageError(f"rate lies between 0 and 1, got {self.rate}")
        if not 1.0 <= self.mean_span < float("inf"):
            raise UsageError(f"mean_span is 1 or more, got {self.mean_span}")
        if not 0.0 <= self.label_smoothing < 1.0:
            raise UsageError(f"label_smoothing lies in [0, 1), got {self.label_smoothing}")


@dataclass(frozen=True, slots=True)
class DenoiseData:
    """What is learned from; at least one of `train` and `kb`.

    Attributes:
        train: Texts, as `pincite.train.pieces` reads them.
        kb: Knowledge base whose segments are texts too.
        held_out: Texts that are evaluated on; default: a share of the others.
        held_out_share: That share.
    """

    train: Path | None = None
    kb: str = ""
    held_out: Path | None = None
    held_out_share: float = 0.05

    def __post_init__(self) -> None:
        if self.train is None and not self.kb:
            raise UsageError("there is nothing to learn from; give train or kb")
        if not 0.0 < self.held_out_share < 1.0:
            raise UsageError(f"held_out_share lies between 0 and 1, got {self.held_out_share}")


class DenoiseObjective(SequenceObjective):
    """A generator with pieces of text; an example is a piece."""

    measure, higher_is_better = "nll", False

    def __init__(
        self,
        model: Any,
        framing: Framing,
        rows: Sequence[Piece],
        held_out: Sequence[Piece],
        task: DenoiseTask | None = None,
        seed: int = 0,
    ) -> None:
        """Put a generator and its texts together.

        Args:
            model: A generator of Transformers.
            framing: Of its tokenizer.
            rows: Pieces to train on.
            held_out: Pieces that are evaluated on.
            task: What noise is undone.
            seed: Of the noise.

        Raises:
            UsageError: The tokenizer has no tokens for the noise.
        """
        self.task, self._seed, self._step = task or DenoiseTask(), seed, 0
        super().__init__(model, framing, self.task.label_smoothing)
        self._rows, self._held_out, self.size = tuple(rows), tuple(held_out), len(rows)
        self._mask = framing.tokenizer.mask_token_id
        self._sentinels = sentinels(framing.tokenizer)
        self.noise = self._noise()

    def before_step(self, step: int) -> None:
        """Take the noise of this step."""
        self._step = step

    def batch(self, indices: Sequence[int]) -> Mapping[str, Tensor]:
        """Return the pieces, spoilt as it is the turn of this step, and what undoes it."""
        return self._batch([(self._rows[i], chance_of(self._seed, self._step, i)) for i in indices])

    def evaluate(self) -> Mapping[str, float]:
        """Return -log P a token of what was hidden in the held-out texts."""
        nlls, counts = self._likelihoods()
        return {"nll": float(nlls.sum() / max(counts.sum(), 1))}

    def scores(self) -> Sequence[float]:
        """Return log P a token of each held-out piece."""
        nlls, counts = self._likelihoods()
        return [float(-n / c) for n, c in zip(nlls, counts, strict=True)]

    def _likelihoods(self) -> tuple[Any, Any]:
        pairs = [(p, chance_of(self._seed, HELD_OUT, i)) for i, p in enumerate(self._held_out)]
        width = EVALUATED_TOGETHER
        return self.likelihoods(
            self._batch(pairs[at : at + width]) for at in range(0, len(pairs), width)
        )

    def _batch(self, pairs: Sequence[tuple[Piece, Chance]]) -> dict[str, Tensor]:
        spoilt = [self.spoilt(piece, chance) for piece, chance in pairs]
        return self.framing.batch(
            [self.framing.framed_source(source) for source, _ in spoilt],
            [self.framing.framed_target(target) for _, target in spoilt],
        )

    def spoilt(self, piece: Piece, chance: Chance) -> tuple[list[int], list[int]]:
        """Return source and target of a piece, without special tokens."""
        text, span = [token for sentence in piece for token in sentence], self.task.mean_span
        if self.noise == "spans":
            rate = self.task.rate or 0.15
            return corrupted(text, self._sentinels, chance, rate=rate, mean_span=span)
        shown = permuted(piece, chance) if self.task.permute else text
        rate = self.task.rate or 0.3
        return infilled(shown, self._mask, chance, rate=rate, mean_span=span), text

    def _noise(self) -> Noise:
        can = {"spans": len(self._sentinels) >= 2, "infilling": self._mask is not None}
        for name in ("spans", "infilling") if self.task.noise == "auto" else (self.task.noise,):
            if can[name]:
                return name
        raise UsageError(
            f"noise = {self.task.noise!r} needs tokens that this tokenizer lacks: infilling a mask "
            "token, spans <extra_id_0>, <extra_id_1>, ...; choose the other, or add them to the "
            "tokenizer"
        )


def sentinels(tokenizer: Any) -> tuple[int, ...]:
    """Return the ids of <extra_id_0>, <extra_id_1>, ... as far as a tokenizer has them."""
    vocabulary, found = tokenizer.get_vocab(), list[int]()
    while (name := f"<extra_id_{len(found)}>") in vocabulary:
        found.append(vocabulary[name])
    return tuple(found)


SECTIONS = (DenoiseTask, DenoiseData, GeneratorStart)
"""What the recipe takes in [task], [data] and [model]."""


def denoise(settings: Settings) -> DenoiseObjective:
    """Return the objective of the recipe "denoise".

    Raises:
        NotFound: A file, model or knowledge base does not exist.
        ModelMismatch: Weights of the model are missing.
        UsageError: A setting or the data is wrong.
    """
    task, data, start = settings.take(*SECTIONS)
    texts = read_texts(data.train) if data.train else ()
    if data.kb:
        texts = (*texts, *kb_passages(KnowledgeBase.open(data.kb, create=False)).values())
    held_out = read_texts(data.held_out) if data.held_out else ()
    if not held_out:
        texts, held_out = split_off(texts, data.held_out_share)
    model = load_generator(start.path, new_weights=start.new_weights).float()
    tokenizer = load_tokenizer(start.path)
    framing = Framing(tokenizer, model, task.max_source_tokens, task.max_source_tokens)
    room = min(framing.source_room, int(framing.target_room / _growth(task, tokenizer)))
    return DenoiseObjective(
        model,
        framing,
        pieces(texts, framing.bare, room),
        pieces(held_out, framing.bare, room),
        task,
        settings.run.seed,
    )


def _growth(task: DenoiseTask, tokenizer: Any) -> float:
    """Return how much longer than its text a target can be: of many short spans it is longer."""
    if task.noise == "infilling" or not sentinels(tokenizer):
        return 1.0
    return max(1.0, 0.1 + (task.rate or 0.15) * (1.0 + 1.0 / task.mean_span))
