"""Low-rank adapters on any submodules (Hu et al., ICLR 2022), through peft."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from pincite.errors import NotFound, UsageError
from pincite.train.config import Lora


class Adapters:
    """The adapters inside a model, which they have changed in place.

    Attributes:
        merge: Whether `save` adds them into the weights.
    """

    def __init__(self, wrapped: Any, merge: bool) -> None:
        self._wrapped, self.merge = wrapped, merge

    def fold(self) -> None:
        """Add the adapters into the weights and take them out; the model is an ordinary one."""
        self._wrapped.merge_and_unload()

    def write(self, directory: Path) -> None:
        """Write the adapters alone, in peft's form."""
        self._wrapped.save_pretrained(str(directory))


def wrap(model: torch.nn.Module, lora: Lora) -> Adapters:
    """Put adapters on the submodules named and freeze everything else, in place.

    The model computes the same as before until the adapters are trained: B starts at zero.

    Raises:
        UsageError: No submodule has a name that ends in one of the targets, or one cannot
            have an adapter.
    """
    from peft import LoraConfig, PeftModel

    _check_targets(model, lora.targets)
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
    )
    try:
        with _no_word_of_old_names():
            return Adapters(PeftModel(model, config), lora.merge)
    except ValueError as error:
        raise UsageError(f"targets of [lora] cannot have adapters: {error}") from error


def load(model: torch.nn.Module, directory: Path) -> None:
    """Add adapters that were saved with `merge = false` into the weights of `model`, in place.

    Args:
        model: One with the weights the adapters were trained on.
        directory: What a run called OUT/model.

    Raises:
        NotFound: There are no adapters in the directory.
    """
    from peft import PeftModel

    if not (directory / "adapter_config.json").exists():
        raise NotFound(f"there are no adapters in {str(directory)!r}; name OUT/model of a run")
    with _no_word_of_old_names():
        PeftModel.from_pretrained(model, str(directory)).merge_and_unload()


@contextmanager
def _no_word_of_old_names() -> Iterator[None]:
    """Leave out warnings that peft asks Transformers for attributes by their former names."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
        yield


def _check_targets(model: torch.nn.Module, targets: tuple[str, ...]) -> None:
    names = [name for name, _ in model.named_modules()]
    for target in targets:
        if not any(name == target or name.endswith(f".{target}") for name in names):
            linear = (torch.nn.Linear, torch.nn.Embedding)
            ends = {n.rpartition(".")[2] for n, m in model.named_modules() if isinstance(m, linear)}
            raise UsageError(
                f"targets of [lora] names {target!r}, but no submodule is called so; "
                f"this model has: {', '.join(sorted(ends))}"
            )
