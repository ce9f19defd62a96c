"""Sources and targets of a generator as batches of token ids.

    encoder–decoder   input_ids: <s> source </s>     labels: target </s>
    decoder-only      input_ids: source target </s>  labels: -100 ... target </s>

Every target ends in the end token, also where the tokenizer sets none: a generator that never
saw it would never stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from pincite.errors import UsageError
from pincite.models.generator import NO_TOKEN
from pincite.train.collate import pad_tokens

Ids = Sequence[int]


class Framing:
    """How texts become what a generator reads and writes.

    Attributes:
        tokenizer: Of the generator.
        causal: Whether it is decoder-only.
        source_tokens: Longest source, special tokens among them.
        target_tokens: Longest target, likewise.
        separator: Between contexts and question.
        end: Id of the end token.
        pad: Id that fills a batch.
    """

    def __init__(
        self,
        tokenizer: Any,
        generator: Any,
        source_tokens: int,
        target_tokens: int,
        separator: str = " // ",
    ) -> None:
        """Look at what the tokenizer adds to a text, and at what the generator can hold.

        Raises:
            UsageError: There is no end token, the generator has fewer positions or fewer words
                than it would be given.
        """
        self.tokenizer, self.separator = tokenizer, separator
        self.causal = not generator.config.is_encoder_decoder
        self.source_tokens, self.target_tokens = source_tokens, target_tokens
        self.end = _end(tokenizer, generator)
        self.pad = int(self.end if tokenizer.pad_token_id is None else tokenizer.pad_token_id)
        before, after = _frame(tokenizer("a")["input_ids"], self.bare("a"))
        self._before, self._after = before, () if self.causal else after
        self._target_frame: tuple[Ids, Ids] = ((), (self.end,))
        if not self.causal:
            told = tokenizer(text_target="a", add_special_tokens=False)["input_ids"]
            start, stop = _frame(tokenizer(text_target="a")["input_ids"], told)
            self._target_frame = (start, stop if self.end in stop else (*stop, self.end))
        self._check(generator)

    def source(self, text: str, contexts: Sequence[str] = ()) -> list[int]:
        """Return the ids of a source; where it is too long contexts are cut, the question last."""
        room = self.source_room
        if not contexts:
            return self.framed_source(self.bare(text))
        read, asked = self.separator.join(contexts), self.separator + text
        whole = self.bare(read + asked)
        if len(whole) > room:
            question = self.bare(asked)[:room]
            whole = [*self.bare(read)[: room - len(question)], *question]
        return self.framed_source(whole)

    def target(self, text: str) -> list[int]:
        """Return the ids of a target, cut where it is too long."""
        told = self.tokenizer(text_target=_readable(text), add_special_tokens=False)
        return self.framed_target(told["input_ids"])

    def framed_source(self, ids: Ids) -> list[int]:
        """Return the first of these ids that there is room for, between the special tokens."""
        return [*self._before, *ids[: self.source_room], *self._after]

    def framed_target(self, ids: Ids) -> list[int]:
        """Return the first of these ids that there is room for, and the end token."""
        before, after = self._target_frame
        return [*before, *ids[: self.target_room], *after]

    @property
    def source_room(self) -> int:
        """Tokens of a source that are not special."""
        return self.source_tokens - len(self._before) - len(self._after)

    @property
    def target_room(self) -> int:
        """Tokens of a target that are not special."""
        return self.target_tokens - sum(map(len, self._target_frame))

    def batch(self, sources: Sequence[Ids], targets: Sequence[Ids]) -> dict[str, Tensor]:
        """Return what a generator trains on, and `source_mask` (b, s) bool.

        Args:
            sources: b framed sources.
            targets: b framed targets.
        """
        if not self.causal:
            tokens = pad_tokens(sources, self.pad)
            labels = pad_tokens(targets, NO_TOKEN)["input_ids"]
            mask = tokens["attention_mask"].bool()
            return {**tokens, "labels": labels, "source_mask": mask}
        both = [[*source, *target] for source, target in zip(sources, targets, strict=True)]
        tokens = pad_tokens(both, self.pad)
        lengths = torch.tensor([len(source) for source in sources])
        mask = torch.arange(tokens["input_ids"].shape[1])[None, :] < lengths[:, None]
        predicted = tokens["attention_mask"].bool() & ~mask
        labels = tokens["input_ids"].masked_fill(~predicted, NO_TOKEN)
        return {**tokens, "labels": labels, "source_mask": mask}

    def prompts(self, sources: Sequence[Ids]) -> dict[str, Tensor]:
        """Return what a generator goes on from; a decoder-only one is padded on the left."""
        if not self.causal:
            return pad_tokens(sources, self.pad)
        reversed_rows = pad_tokens([list(reversed(source)) for source in sources], self.pad)
        return {name: values.flip(1) for name, values in reversed_rows.items()}

    def text(self, ids: Tensor) -> str:
        """Return what ids say, special tokens left out."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True)).strip()

    def bare(self, text: str) -> list[int]:
        """Return the ids of a text without special tokens."""
        return list(self.tokenizer(_readable(text), add_special_tokens=False)["input_ids"])

    def _check(self, generator: Any) -> None:
        if min(self.source_room, self.target_room) < 1:
            raise UsageError(
                f"max_source_tokens = {self.source_tokens} and max_target_tokens = "
                f"{self.target_tokens} leave no room beside the special tokens; set them higher"
            )
        longest = max(self.source_tokens, self.target_tokens)
        if self.causal:
            longest = self.source_tokens + self.target_tokens
        positions = getattr(generator.config, "max_position_embeddings", None) or longest
        if longest > positions:
            raise UsageError(
                f"the generator has {positions} positions, and max_source_tokens = "
                f"{self.source_tokens} with max_target_tokens = {self.target_tokens} needs "
                f"{longest}; set them lower"
            )
        words = generator.get_input_embeddings().weight.shape[0]
        if len(self.tokenizer) > words:
            raise UsageError(
                f"the tokenizer knows {len(self.tokenizer)} tokens and the generator {words}; "
                "take the tokenizer of this generator"
            )


def _frame(full: Ids, bare: Ids) -> tuple[Ids, Ids]:
    """Return the special tokens before and after a text, from its ids with and without them."""
    for start in range(len(full) - len(bare) + 1):
        if list(full[start : start + len(bare)]) == list(bare):
            return tuple(full[:start]), tuple(full[start + len(bare) :])
    return (), ()


def _end(tokenizer: Any, generator: Any) -> int:
    for holder in (generator.generation_config, generator.config, tokenizer):
        found = getattr(holder, "eos_token_id", None)
        if found is not None:
            return int(found[0] if isinstance(found, list) else found)
    raise UsageError(
        "neither the generator nor its tokenizer names an end token; set eos_token_id in "
        "config.json, so that it can learn to stop"
    )


def _readable(text: str) -> str:
    """Replace lone surrogates, which no tokenizer takes; they stem from undecodable names."""
    return text.encode("utf-8", "replace").decode("utf-8")
