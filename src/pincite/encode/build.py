"""The graph a model runs as, built from its verified weights and kept beside them.

A graph is only the weights in another form. Its file name ends in the start of its digest:
one that was damaged, or made by an older converter, is built again. Where the folder cannot be
written to, the graph is built in memory each time.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from pincite.encode import hub
from pincite.encode.entry import CONVERTER, WEIGHTS, Precision, TextModel
from pincite.receipts import digest

_DIGITS = 16  # of the digest, in a file name


def graph(folder: Path, model: TextModel, precision: Precision) -> Path | bytes:
    """Return the graph of a pulled model, building it if need be: its file, or its bytes.

    Raises:
        ModelMismatch: The weights changed since they were pulled, or are no BERT encoder.
    """
    for kept in kept_graphs(folder, precision):
        if kept.stem == f"{precision}-{CONVERTER}-{digest(kept)[:_DIGITS]}":
            return kept
    # Building is rare, and the libraries it takes are slow to import.
    from pincite.encode.convert import to_onnx
    from pincite.encode.weights import Weights

    [file] = [file for file in model.files if file.name == WEIGHTS]
    built = to_onnx(Weights.read(hub.read_file(folder, file)), model, precision)
    return _keep(folder, precision, built) or built


def kept_graphs(folder: Path, precision: Precision) -> list[Path]:
    """Return the graphs of a precision that are on disk, whatever their state."""
    return sorted(folder.glob(f"{precision}-*.onnx"))


def _keep(folder: Path, precision: Precision, built: bytes) -> Path | None:
    """Write the graph in one step and drop others of its precision; None where that fails."""
    name = f"{precision}-{CONVERTER}-{hashlib.sha256(built).hexdigest()[:_DIGITS]}.onnx"
    older = [path for path in kept_graphs(folder, precision) if path.name != name]
    try:
        descriptor, unfinished = tempfile.mkstemp(dir=folder, suffix=".unfinished")
    except OSError:
        return None  # a cache that is read-only; memory serves as well
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(built)
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(folder / name)
        for path in older:
            path.unlink(missing_ok=True)
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        return None
    return folder / name
