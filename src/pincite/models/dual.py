"""Two encoders of one space: texts, and regions of a picture or frames of a sound.

Radford et al. 2021, CLIP; Zhai et al. 2023, SigLIP.

    x = W_T t / |W_T t|      y = W_F f / |W_F f|      logit = s x·y (+ β)

t and f are pooled from states: by their mean, or by attention with one learned question z,
f = Σ_i softmax_i(z·K r_i / √d) r_i (the pooling of Lee et al. 2019, Set Transformer, with one
seed). Letters here: e width of features, d width of the common space.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from pincite.errors import UsageError
from pincite.models.saved import (
    TEXT_FOLDER,
    is_transformers,
    load_weights,
    not_ours,
    read_settings,
    save_model,
)
from pincite.models.tower import load_encoder, pooled

SETTINGS_FILE = "pincite_dual.json"
MAX_LOG_SCALE = math.log(100.0)
Contrast = Literal["softmax", "sigmoid"]


@dataclass(frozen=True, slots=True)
class DualConfig:
    """Widths and ways of a `DualEncoder`.

    Attributes:
        text_width: Of the vectors or states of texts.
        feature_width: Of the features of regions or frames, e.
        width: Of the common space, d.
        pooling: How states and features become one vector: "attention" or "mean".
        loss: "softmax" is CLIP's symmetric InfoNCE, "sigmoid" SigLIP's pairwise loss.
    """

    text_width: int
    feature_width: int
    width: int = 64
    pooling: Literal["attention", "mean"] = "attention"
    loss: Contrast = "softmax"

    def __post_init__(self) -> None:
        if min(self.text_width, self.feature_width, self.width) < 1:
            raise UsageError(
                f"widths are positive, got text_width {self.text_width}, feature_width "
                f"{self.feature_width}, width {self.width}"
            )
        if self.pooling not in ("attention", "mean"):
            raise UsageError(f"pooling is 'attention' or 'mean', got {self.pooling!r}; choose one")
        if self.loss not in ("softmax", "sigmoid"):
            raise UsageError(f"loss is 'softmax' or 'sigmoid', got {self.loss!r}; choose one")


class FeaturePool(nn.Module):
    """States or features of any number to one vector of the common space."""

    def __init__(self, features: int, width: int, pooling: str) -> None:
        super().__init__()
        self.project = nn.Linear(features, width)
        self.keys = nn.Linear(features, width) if pooling == "attention" else None
        if pooling == "attention":
            self.seed = nn.Parameter(torch.randn(width) / math.sqrt(width))

    def forward(self, features: Tensor, mask: Tensor) -> Tensor:
        """Return unit vectors: (b, n, e) and (b, n), True = real, to (b, d).

        A row without features has the vector of a feature of zeros.
        """
        clean = features.masked_fill(~mask[:, :, None], 0.0)
        if self.keys is None:
            vectors = pooled(clean, mask, "mean")
        else:
            vectors = torch.einsum("bn,bne->be", self.shares(clean, mask), clean)
        return functional.normalize(self.project(vectors), dim=-1)

    def shares(self, features: Tensor, mask: Tensor) -> Tensor:
        """Return how much each feature counts: (b, n), rows sum to 1, or to 0 without features."""
        if self.keys is None:
            return mask.to(features.dtype) / mask.sum(1, keepdim=True).clamp(min=1)
        scores = self.keys(features) @ self.seed / math.sqrt(len(self.seed))
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        return scores.softmax(dim=1) * mask


class DualEncoder(nn.Module):
    """Texts and feature sets in one space, with a learned temperature.

    Attributes:
        config: Widths and ways.
        text: Encoder of texts, or None: texts come as features themselves. It is called with
            what `encode_text` is given, and returns (b, text_width), (b, t, text_width) or an
            output of Transformers with `last_hidden_state`.
        log_scale: log s, learned, at most log 100.
        bias: β of the sigmoid loss; None with softmax.
    """

    def __init__(self, config: DualConfig, text: nn.Module | None = None) -> None:
        super().__init__()
        self.config, self.text = config, text
        self.text_pool = FeaturePool(config.text_width, config.width, config.pooling)
        self.feature_pool = FeaturePool(config.feature_width, config.width, config.pooling)
        sigmoid = config.loss == "sigmoid"
        self.log_scale = nn.Parameter(torch.tensor(math.log(10.0 if sigmoid else 1 / 0.07)))
        self.bias = nn.Parameter(torch.tensor(-10.0)) if sigmoid else None
        if isinstance(unused := getattr(text, "pooler", None), nn.Module):
            unused.requires_grad_(False)

    def scale(self) -> Tensor:
        """Return s = exp(log_scale); a step that took it beyond 100 is taken back first."""
        with torch.no_grad():
            self.log_scale.clamp_(max=MAX_LOG_SCALE)
        return self.log_scale.exp()

    def encode_text(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return one unit vector a text: (b, d).

        Args:
            inputs: Without a text encoder `features` (b, t, text_width) and `mask` (b, t)
                bool; with one, its arguments, and `attention_mask` (b, t) if it returns states.
        """
        if self.text is None:
            return self.text_pool(inputs["features"], inputs["mask"])
        out = self.text(**inputs)
        states = getattr(out, "last_hidden_state", out)
        if states.ndim == 2:
            states = states[:, None]
            return self.text_pool(states, torch.ones_like(states[:, :, 0], dtype=torch.bool))
        return self.text_pool(states, inputs["attention_mask"].bool())

    def encode_features(self, features: Tensor, mask: Tensor) -> Tensor:
        """Return one unit vector a set of features: (b, n, e) and (b, n) bool to (b, d)."""
        return self.feature_pool(features, mask)

    def forward(
        self, text: Mapping[str, Tensor], features: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the vectors of texts and of features, each (b, d)."""
        return self.encode_text(text), self.encode_features(features, mask)

    # -- directories -------------------------------------------------------------------------

    def save_pretrained(self, directory: str | Path, tokenizer: Any = None) -> None:
        """Write weights (safetensors) and configuration into a directory.

        A text encoder of Transformers is saved in `text/`, with the tokenizer if it is given;
        of any other the weights are saved with the rest, and loading wants it made anew.
        """
        kind = "transformers" if is_transformers(self.text) else "module"
        settings = {"text": "none" if self.text is None else kind, **asdict(self.config)}
        save_model(self, Path(directory), SETTINGS_FILE, settings, tokenizer)

    @classmethod
    def from_pretrained(cls, directory: str | Path, text: nn.Module | None = None) -> DualEncoder:
        """Return the model that `save_pretrained` wrote, in evaluation mode.

        Args:
            directory: Where it lies.
            text: The text encoder made anew, when it is none of Transformers; its weights are
                read from the directory.

        Raises:
            NotFound: There is no model.
            ModelMismatch: Files are damaged or of something else.
            UsageError: A text encoder is wanted and not given, or the other way round.
        """
        folder = Path(directory)
        config, kind = _settings(folder)
        if (kind == "module") != (text is not None):
            raise UsageError(
                f"{str(folder)!r} was saved with text encoder {kind!r}; "
                + ("pass text=…, made anew" if kind == "module" else "leave text=… out")
            )
        if kind == "transformers":
            text = load_encoder(folder / TEXT_FOLDER)
        made = cls(config, text)
        load_weights(made, folder)
        return made.eval()


def _settings(folder: Path) -> tuple[DualConfig, str]:
    saved = read_settings(folder, SETTINGS_FILE)
    try:
        kind = saved.pop("text")
        if kind not in ("none", "transformers", "module"):
            raise ValueError(f"text encoder {kind!r}")
        return DualConfig(**saved), kind
    except (KeyError, TypeError, ValueError) as error:
        raise not_ours(folder / SETTINGS_FILE, error) from error
