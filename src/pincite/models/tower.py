"""One vector a text: any Transformers encoder with a way to pool its states.

Encoders are read from directories only; nothing is ever downloaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from pincite.errors import ModelMismatch, NotFound, UsageError

Pooling = Literal["cls", "mean", "pooler"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)
_T5 = ("t5", "mt5", "umt5")


class Tower(nn.Module):
    """A text encoder with its pooling.

    Attributes:
        encoder: A Transformers encoder: BERT, RoBERTa, DPR, the encoder of T5, …
        pooling: "cls" is the state of the first real token, "mean" the mean of the states of
            all real tokens, "pooler" the vector the encoder itself gives, as DPR does.
    """

    def __init__(self, encoder: Any, pooling: Pooling | None = None) -> None:
        super().__init__()
        pooling = usual_pooling(encoder.config.model_type) if pooling is None else pooling
        _check_pooling(encoder.config.model_type, pooling)
        self.encoder, self.pooling = encoder, pooling
        unused = getattr(encoder, "pooler", None)
        if pooling != "pooler" and isinstance(unused, nn.Module):
            unused.requires_grad_(False)  # several GPUs wait for a gradient of what is trained

    @property
    def width(self) -> int:
        """Length of a vector, d."""
        config = self.encoder.config
        return int(getattr(config, "projection_dim", 0) or config.hidden_size)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return one vector a text: (b, s) and (b, s), 1 = real, to (b, d)."""
        out = self.encoder(input_ids=input_ids, attention_mask=attention_mask, return_dict=True)
        if self.pooling == "pooler":
            return out.pooler_output
        return pooled(out.last_hidden_state, attention_mask, self.pooling)


def pooled(states: Tensor, mask: Tensor, pooling: Pooling) -> Tensor:
    """Return one vector a row: states (b, s, d) and mask (b, s) to (b, d).

    A row without a real token gives zeros by "mean", and the state at position 0 by "cls".
    """
    real = mask.bool()
    if pooling == "cls":
        first = real.int().argmax(dim=1)  # a tokenizer may pad on the left
        return states[torch.arange(len(states), device=states.device), first]
    summed = states.masked_fill(~real[:, :, None], 0.0).sum(dim=1)
    return summed / real.sum(dim=1, keepdim=True).clamp(min=1)


def usual_pooling(model_type: str) -> Pooling:
    """Return how an encoder of this type is usually pooled.

    Example:
        >>> usual_pooling("dpr"), usual_pooling("bert"), usual_pooling("t5")
        ('pooler', 'cls', 'mean')
    """
    if model_type == "dpr":
        return "pooler"
    return "mean" if model_type in _T5 else "cls"


def load_encoder(directory: str | Path) -> Any:
    """Return the Transformers encoder saved in a directory, in the precision it was saved in.

    Raises:
        NotFound: There is no directory, or no model in it.
        UsageError: It holds a model with a decoder that is not of the T5 family.
        ModelMismatch: Files are damaged, or weights are missing, so that it is no encoder of the
            type it claims.
    """
    import transformers

    folder = Path(directory)
    if not (folder / "config.json").is_file():
        raise NotFound(
            f"there is no model in {str(folder)!r} (no config.json); name a directory that "
            "save_pretrained of Transformers wrote"
        )
    config = _read(folder, transformers.AutoConfig)
    found = _class_for(transformers, config, folder)
    made, report = _read(folder, found, weights_only=True, output_loading_info=True)
    missing = sorted(key for key in report["missing_keys"] if not key.startswith("pooler."))
    if missing or report["mismatched_keys"]:
        wrong = [*missing, *map(str, report["mismatched_keys"])]
        raise ModelMismatch(
            f"{str(folder)!r} says it is a {config.model_type} encoder, but {len(wrong)} of its "
            f"weights are not there or have another shape, the first is {wrong[0]}; name the "
            "directory of the encoder itself"
        )
    return made.eval()


def _read(folder: Path, kind: Any, **options: Any) -> Any:
    try:
        return kind.from_pretrained(folder, local_files_only=True, **options)
    except Exception as error:  # safetensors, torch and Transformers raise kinds of their own
        reason = (str(error).splitlines() or [repr(error)])[0]
        raise ModelMismatch(
            f"the encoder in {str(folder)!r} cannot be read: {reason}; copy or save it again"
        ) from error


def load_tokenizer(directory: str | Path) -> Any:
    """Return the tokenizer saved in a directory.

    Raises:
        NotFound: There is none.
    """
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(directory, local_files_only=True)
    except (OSError, ValueError) as error:
        raise NotFound(
            f"there is no tokenizer in {str(directory)!r}: {str(error).splitlines()[0]} Copy the "
            "tokenizer files of the encoder there"
        ) from error


def window(encoder: Any, at_most: int) -> int:
    """Return how many tokens an encoder of Transformers can read, `at_most` or fewer."""
    positions = getattr(encoder.config, "max_position_embeddings", None) or at_most
    if encoder.config.model_type in ("roberta", "xlm-roberta", "camembert"):
        positions -= 2  # RoBERTa counts positions from padding_idx + 1
    return min(at_most, int(positions))


def _class_for(transformers: Any, config: Any, folder: Path) -> Any:
    if config.model_type == "dpr":
        names = config.architectures or ["DPRQuestionEncoder"]
        known = {"DPRQuestionEncoder", "DPRContextEncoder"}
        if names[0] not in known:
            raise UsageError(f"{str(folder)!r} holds a {names[0]}; expected one of {sorted(known)}")
        return getattr(transformers, names[0])
    if config.model_type in _T5:
        name = {"t5": "T5", "mt5": "MT5", "umt5": "UMT5"}[config.model_type]
        return getattr(transformers, f"{name}EncoderModel")
    if getattr(config, "is_encoder_decoder", False):
        raise UsageError(
            f"{str(folder)!r} holds a {config.model_type} model with a decoder; retrieval wants an "
            "encoder, such as BERT, RoBERTa, DPR or T5"
        )
    return transformers.AutoModel


def _check_pooling(model_type: str, pooling: str) -> None:
    if pooling not in POOLINGS:
        raise UsageError(f"pooling is one of {', '.join(POOLINGS)}, got {pooling!r}; choose one")
    if model_type == "dpr" and pooling != "pooler":
        raise UsageError(
            f"a DPR encoder gives its pooled vector alone, so its pooling is 'pooler', got "
            f"{pooling!r}; leave it out"
        )
    if pooling == "pooler" and model_type in _T5:
        raise UsageError(f"a {model_type} encoder has no pooler; choose 'mean' or 'cls'")
