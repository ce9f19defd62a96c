"""What a pull wrote down of a model: which files it is made of, and the digest each must keep.

    cache_dir/models/siglip2/model.safetensors
                             pulled.json         the receipt, written last

Readers of recordings and encoders both look here, so nothing of either is imported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pincite.errors import ModelMismatch

RECEIPT = "pulled.json"


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it arrived: its path in the model's directory, its length and its digest."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was pulled.

    Attributes:
        model: Name of the model.
        source: Where its files were fetched from.
        revision: The commits of its repository that they were taken from.
        runs: The encoder or recogniser that runs it.
        kind: "text", "media" or "speech".
        files: All files of it; empty in a receipt of a version that did not list them.
    """

    model: str
    source: str
    revision: str = ""
    runs: str = ""
    kind: str = "text"
    files: tuple[Received, ...] = ()


def models_dir(cache_dir: Path) -> Path:
    """Return the directory that holds the models."""
    return cache_dir / "models"


def write(folder: Path, receipt: Receipt) -> None:
    """Write the receipt of the model in a directory, in one step."""
    unfinished = folder / f"{RECEIPT}.unfinished"
    unfinished.write_text(json.dumps(asdict(receipt), indent=1), "utf-8")
    unfinished.replace(folder / RECEIPT)


def read(folder: Path) -> Receipt | None:
    """Return the receipt of the model in a directory; None where none was pulled to the end.

    Raises:
        ModelMismatch: It is damaged.
    """
    try:
        said = json.loads((folder / RECEIPT).read_text("utf-8"))
        files = tuple(Received(**file) for file in said.pop("files", ()))
        known = {name: str(said[name]) for name in Receipt.__slots__ if name in said}
        return Receipt(**{"model": folder.name, "source": "", **known}, files=files)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelMismatch(
            f"{str(folder / RECEIPT)!r} cannot be read: {error}. Pull the model again: pincite "
            f"models remove {folder.name}; pincite models pull {folder.name}"
        ) from error


def of_kind(cache_dir: Path, kind: str) -> Iterator[tuple[Path, Receipt]]:
    """Yield the directory and the receipt of every pulled model of a kind, by name."""
    for file in sorted(models_dir(cache_dir).glob(f"*/{RECEIPT}")):
        receipt = read(file.parent)
        if receipt is not None and receipt.kind == kind:
            yield file.parent, receipt


def check(folder: Path, files: tuple[Received, ...]) -> None:
    """Read every file of a model and return if all are the bytes that were pulled.

    Raises:
        ModelMismatch: A file has changed since.
    """
    for file in files:
        if not holds(folder / file.name, file.size_bytes, file.sha256):
            raise ModelMismatch(
                f"{folder / file.name} has changed since it was pulled: its SHA-256 is no longer "
                f"{file.sha256}. Pull it again: pincite models pull {folder.name}"
            )


def holds(path: Path, size_bytes: int, sha256: str) -> bool:
    """Whether a file has this length and this digest."""
    try:
        return path.stat().st_size == size_bytes and digest(path) == sha256
    except OSError:
        return False


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
