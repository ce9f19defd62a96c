"""The models on this machine: pulled, present, intact, removed.

    cache_dir/models/minilm/model.safetensors   the publisher's files, digests checked
                            tokenizer.json
                            pulled.json         the receipt, written last: with it it is there
                            int8-1.onnx         built here from the weights, at any time again
    cache_dir/models/.partial/minilm/           what a pull has so far; a later one goes on

Nothing here touches the network except `pull`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pincite import receipts
from pincite.config import Config
from pincite.encode import catalog
from pincite.encode.entry import Model, ModelFile, TextModel, as_received
from pincite.encode.fetch import OnProgress, is_intact
from pincite.encode.sources import known, obtain
from pincite.errors import MissingModel, PullFailed
from pincite.receipts import RECEIPT, Receipt, Received

_ROOM_FACTOR = 3  # the files, the wheel or graphs beside them, and some air
_ROOM_FACTOR_AS_IS = 1.2  # the files of a model that is used as it came, and some air


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

    model: Model
    folder: Path
    present: bool
    source: str
    disk_bytes: int


def models_dir(config: Config) -> Path:
    """Return the directory that holds the models."""
    return receipts.models_dir(config.cache_dir)


def model_dir(config: Config, model: Model) -> Path:
    """Return the directory of one model, whether or not it is there."""
    return models_dir(config) / model.name


def is_pulled(config: Config, model: Model) -> bool:
    """Whether the model can be used; looks at names and lengths only, so it is quick."""
    folder = model_dir(config, model)
    return (folder / RECEIPT).is_file() and all(
        _has(folder, file) for file in expected(config, model)
    )


def require(config: Config, model: Model) -> Path:
    """Return the directory of a model that is there.

    Raises:
        MissingModel: It has not been pulled, or not to the end.
    """
    if not is_pulled(config, model):
        raise MissingModel(model.name, model.name)
    return model_dir(config, model)


def verified(config: Config, model: Model) -> Path:
    """Return the directory of a model that is there, every file of it read and checked.

    Raises:
        MissingModel: It has not been pulled, or not to the end.
        ModelMismatch: A file has changed since it was pulled.
    """
    folder = require(config, model)
    receipts.check(folder, tuple(_received(file) for file in expected(config, model)))
    return folder


def expected(config: Config, model: Model) -> tuple[ModelFile, ...]:
    """Return the files of a model with the digests they must have.

    A digest of the catalogue decides; a file without one must stay what the first pull found.

    Raises:
        ModelMismatch: The receipt of the pull is damaged.
    """
    receipt = None if model.pinned else receipts.read(model_dir(config, model))
    bound = receipt.files if receipt and receipt.revision == model.commits else ()
    found = {file.name: file for file in bound}
    return tuple(
        file
        if file.pinned or file.name not in found
        else as_received(file, found[file.name].size_bytes, found[file.name].sha256)
        for file in model.files
    )


def default_model(config: Config) -> Model | None:
    """Return the first text model of the catalogue that was pulled and can run here, or None."""
    pulled = (each for each in catalog.MODELS.values() if each.kind == "text" and not each.missing)
    return next((model for model in pulled if is_pulled(config, model)), None)


def installed(config: Config, model: Model) -> Installed:
    """Return how a model stands on this machine."""
    folder = model_dir(config, model)
    present = is_pulled(config, model)
    receipt = receipts.read(folder) if present else None
    source = receipt.source if receipt else ""
    disk = sum(_disk_bytes(place) for place in (folder, _partial(config, model)))
    return Installed(model, folder, present, source, disk)


def damaged(config: Config, model: Model) -> list[str]:
    """Return the names of files that are not the bytes they must be; reads them all."""
    folder = model_dir(config, model)
    return [f.name for f in expected(config, model) if not is_intact(folder / f.name, f)]


def pull(config: Config, model: Model, on_progress: OnProgress) -> Installed:
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
        files = expected(config, model)
        _salvage(model_dir(config, model), partial, files)
        files = tuple(known(model, file) for file in files)
        sources = [obtain(model, f, partial / f.name, on_progress) for f in files]
        receipts.write(partial, _receipt(model, sources[0], partial, files))
        shutil.rmtree(partial / "wheel", ignore_errors=True)
        shutil.rmtree(model_dir(config, model), ignore_errors=True)
        partial.rename(model_dir(config, model))
    return installed(config, model)


def _receipt(model: Model, source: str, partial: Path, files: tuple[ModelFile, ...]) -> Receipt:
    received = tuple(
        _received(as_received(f, (partial / f.name).stat().st_size, _digest(partial, f)))
        for f in files
    )
    return Receipt(model.name, source, model.commits, model.runs, model.kind, received)


def _digest(folder: Path, file: ModelFile) -> str:
    return file.sha256 or receipts.digest(folder / file.name)


def _received(file: ModelFile) -> Received:
    return Received(file.name, file.size_bytes, file.sha256)


def remove(config: Config, model: Model) -> int:
    """Delete a model with all that was built from it, and return the bytes that became free."""
    with _only_one(config, model):
        places = (model_dir(config, model), _partial(config, model))
        before = sum(_disk_bytes(place) for place in places)
        for folder in places:
            if folder.exists():
                (folder / RECEIPT).unlink(missing_ok=True)
                shutil.rmtree(folder)
    return before


def read_file(folder: Path, file: ModelFile) -> bytes:
    """Return the content of a pulled file, verified.

    Raises:
        ModelMismatch: It has changed since it was pulled.
    """
    receipts.check(folder, (_received(file),))
    return (folder / file.name).read_bytes()


def _has(folder: Path, file: ModelFile) -> bool:
    path = folder / file.name
    return path.is_file() and (not file.pinned or path.stat().st_size == file.size_bytes)


def _partial(config: Config, model: Model) -> Path:
    return models_dir(config) / ".partial" / model.name


def _salvage(folder: Path, partial: Path, files: tuple[ModelFile, ...]) -> None:
    """Move what is intact of a damaged model to the unfinished pull, so that it is kept."""
    for file in files:
        if file.pinned and is_intact(folder / file.name, file):
            (partial / file.name).parent.mkdir(parents=True, exist_ok=True)
            (folder / file.name).replace(partial / file.name)


def _disk_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _check_room(partial: Path, model: Model) -> None:
    factor = _ROOM_FACTOR if isinstance(model, TextModel) else _ROOM_FACTOR_AS_IS
    free, needed = shutil.disk_usage(partial).free, factor * model.size_bytes
    if free < needed:
        raise PullFailed(
            f"model {model.name!r} needs {needed / 1e6:.0f} MB while it is set up, and "
            f"{partial} has {free / 1e6:.0f} MB free. Make room, or put models elsewhere with "
            "the setting cache_dir (PINCITE_CACHE_DIR)."
        )


@contextmanager
def _only_one(config: Config, model: Model) -> Iterator[None]:
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
