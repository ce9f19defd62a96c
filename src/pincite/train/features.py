"""Examples whose text, picture or sound comes as features, read from JSON lines.

    {"text": "a red fox", "features": "regions/17.npy", "labels": {"sentiment": "positive"}}
    {"text": {"file": "text.npy", "row": 3}, "features": {"file": "all.safetensors", "key": "17"}}

`text` is words or features, `features` those of regions, frames or shots: (n, e), or (e,) for a
single one. Files lie in the folder of the JSON lines or below; either modality may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from pincite.errors import NotFound, UsageError
from pincite.train.data import check_keys, identity, read_lines, shown

Features = npt.NDArray[np.float32]
_KEYS = ("id", "text", "features", "labels")
_PLACE_KEYS = ("file", "row", "key")


@dataclass(frozen=True, slots=True)
class Place:
    """Where features lie.

    Attributes:
        file: Inside the folder of the data.
        row: Entry along the first axis of a .npy file; None: all of it.
        key: Name of the tensor in a .safetensors file; "" for .npy.
    """

    file: Path
    row: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One example.

    Attributes:
        id: Its own, or the line it stands in.
        text: Words, where their features lie, or None: there is none.
        features: Where those of the picture or sound lie, or None.
        labels: Name of the class by task; may be empty.
        where: File and line, for messages.
    """

    id: str
    text: str | Place | None
    features: Place | None
    labels: Mapping[str, str]
    where: str = ""


def read_features(path: Path) -> tuple[FeatureRow, ...]:
    """Return the rows of a file of examples; no features are read yet.

    Raises:
        NotFound: There is no such file.
        UsageError: A line is not what is expected; the message names file, line and remedy.
    """
    return tuple(_row(where, content, path.parent) for where, content in read_lines(path))


def _row(where: str, content: Mapping[str, Any], folder: Path) -> FeatureRow:
    check_keys(where, content, _KEYS)
    text, labels = content.get("text"), content.get("labels", {})
    if not isinstance(text, str):
        text = named_place(where, "text", text, folder)
    features = named_place(where, "features", content.get("features"), folder)
    if text is None and features is None:
        raise UsageError(f'{where}: expected "text" or "features", found neither; give one')
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        raise UsageError(
            f'{where}: expected "labels", such as {{"sentiment": "positive"}}, '
            f"found {shown(labels)}"
        )
    return FeatureRow(identity(where, content), text, features, labels, where)


def named_place(where: str, key: str, value: Any, folder: Path) -> Place | None:
    """Return where features lie that a line of data names, or None: it names none.

    Raises:
        NotFound: There is no such file.
        UsageError: It is no name of a file of features inside `folder`.
    """
    if value is None:
        return None
    content = {"file": value} if isinstance(value, str) else value
    if not isinstance(content, dict) or not isinstance(content.get("file"), str):
        raise UsageError(
            f'{where}: expected "{key}" to name a .npy or .safetensors file, found {shown(value)}'
        )
    check_keys(where, content, _PLACE_KEYS)
    file, row, name = content["file"], content.get("row"), content.get("key", "")
    inside = (folder / file).resolve()
    if not inside.is_relative_to(folder.resolve()):
        raise UsageError(
            f"{where}: {file!r} lies outside {str(folder)!r}; features are read from the folder of "
            "the data alone: move the file there"
        )
    kind = inside.suffix
    if kind not in (".npy", ".safetensors"):
        raise UsageError(f"{where}: expected a .npy or .safetensors file, found {file!r}")
    if (kind == ".safetensors") != bool(name) or not isinstance(name, str):
        raise UsageError(
            f'{where}: a .safetensors file needs "key", the name of a tensor, and a .npy file '
            f"has none; found {shown(content)}"
        )
    if row is not None and (not isinstance(row, int) or isinstance(row, bool) or row < 0):
        raise UsageError(f'{where}: expected "row", a number from 0 on, found {shown(row)}')
    if not inside.is_file():
        raise NotFound(f"{where}: there is no file {str(inside)!r}; check the name")
    return Place(inside, row, name)


def load(place: Place, where: str = "") -> Features:
    """Return the features that lie at a place: (n, e) float32.

    Raises:
        UsageError: The file cannot be read, has other axes, or numbers that are not finite.
    """
    try:
        array = _open_npy(place.file) if not place.key else _tensor(place.file, place.key)
        if place.row is not None:
            array = array[place.row]
        values = np.atleast_2d(np.asarray(array, dtype=np.float32))
    except (OSError, ValueError, IndexError, SafetensorError, TypeError) as error:
        raise UsageError(
            f"{where}: the features in {str(place.file)!r} cannot be read: {error}"
        ) from error
    if values.ndim != 2 or not values.shape[1]:
        raise UsageError(
            f"{where}: expected features of shape (n, e) in {str(place.file)!r}, found "
            f'{np.shape(array)}; for one entry of a stack say its "row"'
        )
    if not np.isfinite(values).all():
        raise UsageError(
            f"{where}: features in {str(place.file)!r} hold numbers that are not finite; "
            "extract them again"
        )
    return values


@lru_cache(maxsize=64)
def _open_npy(file: Path) -> npt.NDArray[Any]:
    return np.load(file, mmap_mode="r", allow_pickle=False)


def _tensor(file: Path, key: str) -> npt.NDArray[Any]:
    with safe_open(file, framework="np") as opened:
        return opened.get_tensor(key)
