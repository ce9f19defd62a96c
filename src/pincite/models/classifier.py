"""Classes of a text with a picture or sound: fusion, then one head a task.

    text (b,t,d), regions (b,n,e)  --norm, fusion-->  states (b,u,d)  --mean, heads-->  log P(class)

Fusions whose modalities are decoded apart (late) classify the mean state of each view, and their
probabilities are mixed: P(c) = Σ_m w_m P_m(c).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pincite.errors import UsageError
from pincite.models import fusion
from pincite.models.heads import MultiTaskHeads, Weighting, pooled_views
from pincite.models.saved import (
    TEXT_FOLDER,
    load_weights,
    not_ours,
    read_settings,
    save_model,
)
from pincite.models.tower import load_encoder

SETTINGS_FILE = "pincite_classifier.json"


@dataclass(frozen=True, slots=True)
class ClassifierConfig:
    """What a `MultimodalClassifier` is made of.

    Attributes:
        text_width: Of the vectors or states of texts, d.
        region_width: Of the features of regions or frames, e.
        classes: Names of the classes by task.
        fusion: Name of the fusion (`pincite.models.fusion.names`).
        fusion_options: What that fusion knows beyond widths and heads.
        heads: Heads of attention in the fusion; divides `text_width`.
        hidden: Width of a hidden layer in each classification head; 0 for none.
        dropout: Before each linear layer of the heads.
        weighting: How the losses of tasks are added: "fixed" or "learned".
        weights: Weight by task, for fixed ones; 1 where nothing is said.
    """

    text_width: int
    region_width: int
    classes: Mapping[str, tuple[str, ...]]
    fusion: str = "gated"
    fusion_options: Mapping[str, Any] = field(default_factory=dict)
    heads: int = 4
    hidden: int = 0
    dropout: float = 0.0
    weighting: Weighting = "fixed"
    weights: Mapping[str, float] = field(default_factory=dict)


class MultimodalClassifier(nn.Module):
    """Log-probabilities of classes by task, from text and regions, either of which may be missing.

    Attributes:
        config: What it is made of.
        text: Encoder of Transformers whose states are the text, or None: texts come as features.
    """

    def __init__(self, config: ClassifierConfig, text: nn.Module | None = None) -> None:
        super().__init__()
        self.config, self.text = config, text
        if text is not None and text.config.hidden_size != config.text_width:
            raise UsageError(
                f"the text encoder has states of width {text.config.hidden_size}, but text_width "
                f"is {config.text_width}; make them one"
            )
        self.text_norm = nn.LayerNorm(config.text_width)
        self.region_norm = nn.LayerNorm(config.region_width)
        self.fusion = fusion.create(
            config.fusion,
            text_width=config.text_width,
            region_width=config.region_width,
            heads=config.heads,
            **config.fusion_options,
        )
        self.heads = MultiTaskHeads(
            config.text_width,
            {name: len(classes) for name, classes in config.classes.items()},
            weights=config.weights,
            weighting=config.weighting,
            hidden=config.hidden,
            dropout=config.dropout,
        )
        if isinstance(unused := getattr(text, "pooler", None), nn.Module):
            unused.requires_grad_(False)

    def forward(
        self,
        text: Mapping[str, Tensor],
        regions: Tensor,
        text_mask: Tensor,
        region_mask: Tensor,
    ) -> dict[str, Tensor]:
        """Return log P(class) by task, (b, c) each.

        Args:
            text: `features` (b, t, d); or, with a text encoder, `input_ids` and
                `attention_mask`, (b, t).
            regions: (b, n, e).
            text_mask: (b, t) bool; a row of False has no text.
            region_mask: (b, n) bool; a row of False has no regions.
        """
        states = text["features"] if self.text is None else self.text(**text).last_hidden_state
        fused = self.fusion(
            self.text_norm(states.masked_fill(~text_mask[:, :, None], 0.0)),
            self.region_norm(regions.masked_fill(~region_mask[:, :, None], 0.0)),
            text_mask,
            region_mask,
        )
        vectors = pooled_views(fused.states, fused.mask, fused.views)
        return self.heads(vectors, fused.view_log_weights)

    # -- directories -------------------------------------------------------------------------

    def save_pretrained(self, directory: str | Path, tokenizer: Any = None) -> None:
        """Write weights (safetensors), settings, and a text encoder with its tokenizer."""
        settings = {"text": self.text is not None, **asdict(self.config)}
        save_model(self, Path(directory), SETTINGS_FILE, settings, tokenizer)

    @classmethod
    def from_pretrained(cls, directory: str | Path) -> MultimodalClassifier:
        """Return the model that `save_pretrained` wrote, in evaluation mode.

        Raises:
            NotFound: There is no model.
            ModelMismatch: Files are damaged or of something else.
        """
        folder = Path(directory)
        saved = read_settings(folder, SETTINGS_FILE)
        try:
            has_text = saved.pop("text")
            classes = {name: tuple(names) for name, names in saved.pop("classes").items()}
            config = ClassifierConfig(classes=classes, **saved)
        except (KeyError, TypeError, AttributeError) as error:
            raise not_ours(folder / SETTINGS_FILE, error) from error
        made = cls(config, load_encoder(folder / TEXT_FOLDER) if has_text else None)
        load_weights(made, folder)
        return made.eval()

    @torch.no_grad()
    def predict(
        self,
        text: Mapping[str, Tensor],
        regions: Tensor,
        text_mask: Tensor,
        region_mask: Tensor,
    ) -> dict[str, list[str]]:
        """Return the most probable class of each row by task; arguments as for a call."""
        found = self(text, regions, text_mask, region_mask)
        return {
            name: [self.config.classes[name][int(i)] for i in each.argmax(dim=1)]
            for name, each in found.items()
        }
