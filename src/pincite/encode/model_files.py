"""The directory of a model: where it is, what its settings say, and a digest of what it computes.

A model is named by a directory, or by its id on the Hugging Face hub, such as
`openai/clip-vit-base-patch32`, if the hub's cache on this machine has it. Nothing here touches the
network, and no torch is needed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pincite.errors import ModelMismatch, NotFound, UsageError

CONFIG = "config.json"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_BYTES_READ = 1 << 20


def locate(model: str | Path) -> Path:
    """Return the directory of a model: the one named, or its snapshot in the hub's cache.

    Raises:
        NotFound: There is no such directory, and no such model in the cache.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    found = _snapshot(str(model)) if is_hub_id(str(model)) else None
    if found is None:
        fetch = f"; fetch it with: hf download {model}" if is_hub_id(str(model)) else ""
        raise NotFound(
            f"there is no model {str(model)!r}: no such directory, and nothing of this id in the "
            f"cache of the Hugging Face hub. Check the path{fetch}"
        )
    return found


def is_hub_id(model: str) -> bool:
    """Return whether this could be an id on the hub: OWNER/NAME, nothing that climbs a path.

    Example:
        >>> is_hub_id("openai/clip-vit-base-patch32"), is_hub_id("../clip")
        (True, False)
    """
    return _HUB_ID.fullmatch(model) is not None and ".." not in model


def _snapshot(model: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    for file in (CONFIG, "modules.json", "model_index.json"):
        found = try_to_load_from_cache(model, file)
        if isinstance(found, str):
            return Path(found).parent
    return None


def read_json(file: Path) -> dict[str, Any]:
    """Return what a file of settings says; {} if there is none.

    Raises:
        ModelMismatch: It is no JSON object.
    """
    try:
        said = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelMismatch(
            f"{str(file)!r} cannot be read: {error}; save the model again"
        ) from error
    if not isinstance(said, dict):
        raise ModelMismatch(f"{str(file)!r} holds no settings; save the model again")
    return said


def read_list(file: Path) -> list[dict[str, Any]]:
    """Return the objects that a file lists.

    Raises:
        ModelMismatch: It is no list of JSON objects, or an empty one.
    """
    said = _parsed(file)
    if not isinstance(said, list) or not said or not all(isinstance(one, dict) for one in said):
        raise ModelMismatch(f"{str(file)!r} lists nothing; save the model again")
    return said


def model_type(folder: Path) -> str:
    """Return the `model_type` of a Transformers model, or "" where none is said."""
    return str(read_json(folder / CONFIG).get("model_type", ""))


def require_type(folder: Path, plugin: str, reads: Iterable[str]) -> str:
    """Return the `model_type` of a model that a plugin can load.

    Raises:
        NotFound: There is no config.json.
        UsageError: The model is of another kind.
    """
    if not (folder / CONFIG).is_file():
        raise NotFound(f"there is no {CONFIG} in {str(folder)!r}, so no model; check the path")
    found, known = model_type(folder), sorted(reads)
    if found not in known:
        raise UsageError(
            f"encoder {plugin!r} loads models of type {', '.join(known)}, but {str(folder)!r} "
            f"holds one of type {found or 'unknown'!r}; name the directory without {plugin!r}, and "
            "the encoder for it is found"
        )
    return found


def weight_files(folder: Path, pattern: str = "*.safetensors") -> list[Path]:
    """Return the files of weights in a directory and those below it, in order."""
    return sorted(folder.rglob(pattern))


_DECIDING = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "modules.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
)
_SAYS_NOTHING = ("_name_or_path", "transformers_version", "dtype", "torch_dtype", "__version__")
"""Settings that say where and by what a model was saved, not what it computes."""


def space_of(family: str, folder: Path, weights: Iterable[Path], **options: Any) -> str:
    """Return the name of a vector space: the family and a digest of what decides the vectors.

    A model that is trained further is another space, whatever its directory is called; a copy in
    another place is the same one.

    Args:
        family: What the name begins with, such as "clip".
        folder: Of the model; its settings and vocabularies are found here and below.
        weights: Files of weights.
        options: What else decides, as JSON can say it.
    """
    found = hashlib.sha256(json.dumps(options, sort_keys=True).encode())
    settings = [file for file in folder.rglob("*") if file.name in _DECIDING]
    for file in sorted([*settings, *weights]):
        found.update(f"{file.relative_to(folder).as_posix()} ".encode())
        if file.suffix == ".json":
            found.update(json.dumps(_told(file), sort_keys=True).encode())
            continue
        with file.open("rb") as stream:
            while chunk := stream.read(_BYTES_READ):
                found.update(chunk)
    return f"{family}-{found.hexdigest()[:16]}"


def _told(file: Path) -> Any:
    said = _parsed(file)
    if not isinstance(said, dict):
        return said
    return {key: value for key, value in said.items() if key not in _SAYS_NOTHING}


def _parsed(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMismatch(
            f"{str(file)!r} cannot be read: {error}; save the model again"
        ) from error
