"""Texts, pictures and sounds to vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from pincite.config import Config
from pincite.registry import Plugin, Registry
from pincite.types import Modality, Vectors

Role = Literal["query", "document"]


class TextEncoder(Protocol):
    """Maps texts into one vector space.

    A plugin is built with `config=`, and with `directory=` if it has a parameter of this name:
    the setting is then `encoder = "NAME:DIR"`.

    Attributes:
        space: Name of the vector space; another model, or other arithmetic, is another space.
        width: Length of a vector.
        modalities: What it reads.
        languages: ISO 639-1 codes of the languages it was trained on; empty: any.
    """

    space: str
    width: int
    modalities: frozenset[Modality]
    languages: frozenset[str]

    def encode(self, texts: Sequence[str], role: Role = "document") -> Vectors:
        """Return one unit vector per text, in order: (n, d) float32."""
        ...


encoders: Registry[TextEncoder] = Registry(
    kind="encoder",
    group="pincite.encoders",
    builtin={
        "minilm": Plugin("pincite.encode.onnx_text:OnnxTextEncoder"),
        "dpr": Plugin("pincite.models.dpr_text:DprTextEncoder", package="torch", extra="torch"),
    },
)


def default_encoder(config: Config) -> TextEncoder | None:
    """Return the text encoder that the setting `encoder` asks for, or None: words alone decide.

    "auto" takes the first model of the catalogue that has been pulled and is None without one;
    "none" is None; any other word is the name of an encoder or an alias of a model. A trained
    encoder has the directory of its model behind a colon: "dpr:runs/dpr/model".

    Raises:
        MissingModel: A model was named that has not been pulled.
        UnknownPlugin: No encoder has this name.
        MissingExtra: The encoder needs a package that is not installed.
        UsageError: It needs a directory and none was given, or takes none; or there is no model.
        ModelMismatch: The model is damaged, or of another kind.
    """
    from pincite.encode import catalog, hub

    name = config["encoder"]
    if name == "none":
        return None
    if name == "auto":
        pulled = hub.default_model(config)
        return encoders.create(pulled.name, config=config) if pulled else None
    by_alias = {alias: model.name for model in catalog.MODELS.values() for alias in model.aliases}
    name, options = encoders.named(by_alias.get(name, name))
    return encoders.create(name, config=config, **options)
