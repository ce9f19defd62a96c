"""What the setting `encoder` means: a name, a name with a model, or a model alone."""

from __future__ import annotations

from pathlib import Path

from pincite.config import Config
from pincite.encode import Encoder, catalog, encoders
from pincite.encode.entry import Model, TextModel
from pincite.encode.family import KERAS, family_of
from pincite.encode.model_files import is_hub_id, locate
from pincite.encode.pulled import PulledEncoder
from pincite.errors import UsageError


def make_encoder(setting: str, config: Config) -> Encoder:
    """Return the encoder that a setting asks for.

    Args:
        setting: The name of an encoder ("visual"), of a model that was pulled or the set it
            stands for ("siglip2", "vision"), of an encoder and its model ("clip:./my-clip",
            "clip:openai/clip-vit-base-patch32"), or a model alone ("./my-clip",
            "openai/clip-vit-base-patch32"), whose encoder is found from its files.
        config: Settings it is made with.

    Raises:
        UnknownPlugin: No encoder has this name.
        NotFound: There is no such directory, and the hub's cache has no model of this id.
        MissingModel: A model of the catalogue was named that has not been pulled.
        MissingExtra: The encoder needs a package that is not installed.
        UsageError: It needs a model and none was given, or takes none, or one of another kind.
        ModelMismatch: The model is damaged.
    """
    if (model := catalog.lookup(setting)) is not None:
        return _pulled(model, config)
    if setting.partition(":")[0] not in encoders and is_model(setting):
        name = KERAS if setting.endswith(f".{KERAS}") else family_of(locate(setting))
        return encoders.create(name, config=config, directory=setting)
    name, options = encoders.named(setting)
    return encoders.create(name, config=config, **options)


def _pulled(model: Model, config: Config) -> Encoder:
    """Return the encoder of a model of the catalogue; it checks each file before it uses it."""
    if model.kind == "speech":
        raise UsageError(
            f"model {model.name!r} recognises speech and is no encoder; it is used when asr = "
            "'auto'. Encoders are listed in docs/reference/plugins.md"
        )
    if isinstance(model, TextModel):
        named = {} if model.name == model.runs else {"model": model.name}
        return encoders.create(model.runs, config=config, **named)
    return PulledEncoder(model, config)  # type: ignore[return-value]  # width: told when loaded


def is_model(setting: str) -> bool:
    """Return whether a setting names a model rather than an encoder: a path, or an id of the hub.

    Example:
        >>> is_model("./my-clip"), is_model("openai/clip-vit-base-patch32"), is_model("clip:./x")
        (True, True, False)
    """
    path = Path(setting).expanduser()
    written = setting.startswith((".", "~")) or path.is_absolute()
    return written or is_hub_id(setting) or path.is_dir()
