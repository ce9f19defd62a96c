"""How a sequence is decoded: what a caller may ask, and what the generator's own settings add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import (
    ForcedBOSTokenLogitsProcessor,
    ForcedEOSTokenLogitsProcessor,
    LogitsProcessor,
    LogitsProcessorList,
    MinNewTokensLengthLogitsProcessor,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from pincite.errors import UsageError
from pincite.models.rag.search import Limits

_OWN = (
    "length_penalty",
    "early_stopping",
    "no_repeat_ngram_size",
    "repetition_penalty",
    "forced_bos_token_id",
    "forced_eos_token_id",
)
"""Settings a generator may bring in its `generation_config`; a caller's word goes before them."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller asks of `generate`; None leaves it to the generator's own configuration.

    Attributes:
        num_beams: Beams; 1 is greedy search, or sampling with `do_sample`.
        max_new_tokens: Longest answer in tokens.
        min_new_tokens: Shortest; unlike in `max_new_tokens`, the end token is not counted.
        num_return_sequences: r, answers a question.
        do_sample: Draw each token instead of taking the likeliest.
        temperature: Divides the log probabilities before drawing.
        top_k: Draw among this many likeliest; 0 is all.
        top_p: Draw among the likeliest that hold this share; 1 is all.
        seed: Of the draws; the same seed draws the same.
        length_penalty: Exponent of the length a beam's score is divided by.
        early_stopping: See `Limits`.
        no_repeat_ngram_size: No run of this many tokens twice; 0 allows all.
        repetition_penalty: Above 1 makes tokens already used less likely.
        forced_bos_token_id: First token of every answer.
        forced_eos_token_id: Last token of an answer cut at `max_new_tokens`.
        logits_processor: Further Transformers processors, applied last but for drawing.
    """

    num_beams: int = 1
    max_new_tokens: int = 20
    min_new_tokens: int = 0
    num_return_sequences: int = 1
    do_sample: bool = False
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int | None = None
    length_penalty: float | None = None
    early_stopping: bool | str | None = None
    no_repeat_ngram_size: int | None = None
    repetition_penalty: float | None = None
    forced_bos_token_id: int | None = None
    forced_eos_token_id: int | None = None
    logits_processor: Sequence[LogitsProcessor] = ()

    def __post_init__(self) -> None:
        _check(self.num_beams >= 1, f"num_beams must be at least 1, got {self.num_beams}")
        _check(
            self.num_return_sequences >= 1,
            f"num_return_sequences must be at least 1, got {self.num_return_sequences}",
        )
        _check(
            not (self.do_sample and self.num_beams > 1),
            f"do_sample draws sequences one by one, but num_beams is {self.num_beams}; "
            "use num_beams=1 with num_return_sequences for several",
        )
        _check(self.temperature > 0, f"temperature must be above 0, got {self.temperature}")
        _check(0 < self.top_p <= 1, f"top_p must lie in (0, 1], got {self.top_p}")
        _check(self.top_k >= 0, f"top_k must not be negative, got {self.top_k}")
        _check(
            0 <= self.min_new_tokens <= self.max_new_tokens,
            f"min_new_tokens must lie in 0..max_new_tokens ({self.max_new_tokens}), "
            f"got {self.min_new_tokens}",
        )

    def chance(self, device: Any) -> torch.Generator | None:
        """Return the source of the draws, or None for torch's own."""
        if self.seed is None:
            return None
        return torch.Generator(device=device).manual_seed(self.seed)


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise UsageError(message)


def limits_of(options: Options, generator: Any, config: Any, prompt: int = 1) -> Limits:
    """Return start, end and length rules for a generator and its `GenerationConfig`.

    Args:
        options: What the caller asks.
        generator: The Transformers model.
        config: Its settings.
        prompt: 0 for a decoder-only model, whose start is the prompt: any token stands for it.

    Raises:
        UsageError: The generator names no start token.
    """
    start = first_set(config, generator.config, names=("decoder_start_token_id", "bos_token_id"))
    if start is None and prompt == 0:
        start = 0
    if start is None:
        raise UsageError(
            f"{type(generator).__name__} names no decoder_start_token_id and no bos_token_id; "
            "set one in its config"
        )
    ends = first_set(config, generator.config, names=("eos_token_id",))
    ends = () if ends is None else tuple(ends) if isinstance(ends, list) else (int(ends),)
    pad = first_set(config, generator.config, names=("pad_token_id",))
    own = _own(options, config)
    return Limits(
        start=int(start),
        ends=ends,
        pad=int(pad if pad is not None else ends[0] if ends else start),
        max_new_tokens=options.max_new_tokens,
        length_penalty=1.0 if own["length_penalty"] is None else own["length_penalty"],
        early_stopping=False if own["early_stopping"] is None else own["early_stopping"],
    )


def processors_of(options: Options, limits: Limits, config: Any, prompt: int = 1) -> Any:
    """Return the Transformers processors asked for, as one; they see ids and log probabilities.

    Args:
        options: What the caller asks.
        limits: Of the same options.
        config: The generator's `GenerationConfig`.
        prompt: Tokens before the first that is predicted.
    """
    own = _own(options, config)
    made = LogitsProcessorList()
    if own["repetition_penalty"] not in (None, 1.0):
        made.append(RepetitionPenaltyLogitsProcessor(own["repetition_penalty"]))
    if own["no_repeat_ngram_size"]:
        made.append(NoRepeatNGramLogitsProcessor(own["no_repeat_ngram_size"]))
    if options.min_new_tokens and limits.ends:
        made.append(
            MinNewTokensLengthLogitsProcessor(prompt, options.min_new_tokens, list(limits.ends))
        )
    if own["forced_bos_token_id"] is not None:
        made.append(ForcedBOSTokenLogitsProcessor(own["forced_bos_token_id"]))
    if own["forced_eos_token_id"] is not None:
        length = prompt + options.max_new_tokens
        made.append(ForcedEOSTokenLogitsProcessor(length, own["forced_eos_token_id"]))
    made.extend(options.logits_processor)
    if options.do_sample:
        if options.temperature != 1.0:
            made.append(TemperatureLogitsWarper(float(options.temperature)))
        if options.top_k:
            made.append(TopKLogitsWarper(options.top_k))
        if options.top_p < 1.0:
            made.append(TopPLogitsWarper(options.top_p))
    return made


def _own(options: Options, config: Any) -> dict[str, Any]:
    """Return each setting as asked, else as the generator brings it, else None."""
    asked = {name: getattr(options, name) for name in _OWN}
    return {
        name: value if value is not None else getattr(config, name, None)
        for name, value in asked.items()
    }


def first_set(*configs: Any, names: Sequence[str]) -> Any:
    """Return the first attribute that is set: names in order, configs in order; or None."""
    for name in names:
        for config in configs:
            value = getattr(config, name, None)
            if value is not None:
                return value
    return None
