"""A generator of Transformers, alone or with heads that classify what it has read.

    source (b,s)  --encoder-->  states (b,s,d)  --decoder-->  log P(target)
                                    └──mean, heads-->  log P(class) by task

A decoder-only model has no encoder: its states are those of its last layer at the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.models.heads import MultiTaskHeads, Weighting, pooled_views
from pincite.models.saved import load_weights, not_ours, read_settings, save_model

HEADS_FOLDER, HEADS_FILE = "heads", "pincite_heads.json"
NO_TOKEN = -100
"""Label of a position that is not predicted."""


def load_generator(directory: str | Path, *, new_weights: bool = False) -> Any:
    """Return the encoder–decoder or decoder-only model of Transformers saved in a directory.

    Args:
        directory: What `save_pretrained` wrote; nothing is downloaded.
        new_weights: Take the settings alone and draw the weights anew.

    Raises:
        NotFound: There is no model in it.
        ModelMismatch: Weights are missing or of another shape.
        UsageError: Transformers knows no generator of this type.
    """
    import transformers

    folder = Path(directory)
    if not (folder / "config.json").is_file():
        raise NotFound(
            f"there is no model in {str(folder)!r} (no config.json); name a directory that "
            "save_pretrained of Transformers wrote"
        )
    config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
    both = getattr(config, "is_encoder_decoder", False)
    kind = transformers.AutoModelForSeq2SeqLM if both else transformers.AutoModelForCausalLM
    if type(config) not in kind._model_mapping:
        raise UsageError(
            f"{str(folder)!r} holds a {config.model_type} model, which generates no text by "
            "itself; name an encoder-decoder (BART, T5, ...) or a decoder-only model"
        )
    if new_weights:
        return kind.from_config(config)
    made, report = kind.from_pretrained(folder, local_files_only=True, output_loading_info=True)
    wrong = [*sorted(report["missing_keys"]), *map(str, report["mismatched_keys"])]
    if wrong:
        raise ModelMismatch(
            f"{str(folder)!r} says it is a {config.model_type} generator, but {len(wrong)} of its "
            f"weights are not there or have another shape, the first is {wrong[0]}; name the "
            "directory of the generator itself"
        )
    return made.eval()


def read_and_write(
    generator: Any, inputs: Mapping[str, Tensor], *, states: bool = False
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return logits (b, t, v), the labels (b, t) they predict, and states (b, s, d) if asked for.

    Args:
        generator: Of Transformers.
        inputs: `input_ids` and `attention_mask` (b, s), and `labels`: (b, t) of an
            encoder–decoder; (b, s) of a decoder-only model, whose source and target are one.
        states: Whether the states of the source are wanted.
    """
    ids, mask, labels = inputs["input_ids"], inputs["attention_mask"], inputs["labels"]
    if not generator.config.is_encoder_decoder:
        found = generator(
            input_ids=ids, attention_mask=mask, output_hidden_states=states, use_cache=False
        )
        last = found.hidden_states[-1] if states else None
        return found.logits[:, :-1], labels[:, 1:], last
    shifted = getattr(generator, "prepare_decoder_input_ids_from_labels", None)
    given = {"labels": labels} if shifted is None else {"decoder_input_ids": shifted(labels=labels)}
    found = generator(input_ids=ids, attention_mask=mask, use_cache=False, **given)
    return found.logits, labels, found.encoder_last_hidden_state


@dataclass(frozen=True, slots=True)
class HeadsConfig:
    """What the heads of a generator are made of.

    Attributes:
        width: Of its states, d.
        classes: Names of the classes by task.
        weights: Weight by task, for fixed ones; 1 where nothing is said.
        weighting: How the losses of tasks are added: "fixed" or "learned".
        hidden: Width of a hidden layer in each head; 0 for none.
        dropout: Before each linear layer.
    """

    width: int
    classes: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, float] = field(default_factory=dict)
    weighting: Weighting = "fixed"
    hidden: int = 0
    dropout: float = 0.0


class SourceHeads(nn.Module):
    """Log-probabilities of classes by task, from the mean state of a source.

    Attributes:
        config: What it is made of.
        tasks: The heads with their weights.
    """

    def __init__(self, config: HeadsConfig) -> None:
        super().__init__()
        self.config = config
        self.tasks = MultiTaskHeads(
            config.width,
            {name: len(classes) for name, classes in config.classes.items()},
            weights=config.weights,
            weighting=config.weighting,
            hidden=config.hidden,
            dropout=config.dropout,
        )

    def forward(self, states: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Return log P(class) by task, (b, c) each; states (b, s, d) and mask (b, s) bool."""
        return self.tasks(pooled_views(states, mask))

    def save_pretrained(self, directory: str | Path) -> None:
        """Write weights and settings into `heads/` of the directory of the generator."""
        save_model(self, Path(directory) / HEADS_FOLDER, HEADS_FILE, asdict(self.config))

    @classmethod
    def from_pretrained(cls, directory: str | Path) -> SourceHeads:
        """Return the heads that lie in the directory of a generator, in evaluation mode.

        Raises:
            NotFound: There are none.
            ModelMismatch: Files are damaged or of something else.
        """
        folder = Path(directory) / HEADS_FOLDER
        saved = read_settings(folder, HEADS_FILE)
        try:
            classes = {name: tuple(names) for name, names in saved.pop("classes").items()}
            made = cls(HeadsConfig(classes=classes, **saved))
        except (KeyError, TypeError, AttributeError) as error:
            raise not_ours(folder / HEADS_FILE, error) from error
        load_weights(made, folder)
        return made.eval()


class GeneratorWithHeads(nn.Module):
    """A generator and the heads over what it has read, trained together."""

    def __init__(self, generator: Any, heads: SourceHeads) -> None:
        super().__init__()
        self.generator, self.heads = generator, heads

    def forward(self, inputs: Mapping[str, Tensor]) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Return logits (b, t, v), their labels (b, t), and log P(class) by task, (b, c).

        Args:
            inputs: Of `read_and_write`, and `source_mask` (b, s) bool.
        """
        logits, labels, states = read_and_write(self.generator, inputs, states=True)
        return logits, labels, self.heads(states, inputs["source_mask"])
