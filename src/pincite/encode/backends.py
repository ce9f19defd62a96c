"""Which library runs a model, torch or ONNX Runtime, as settings and files have it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from pincite.config import Config
from pincite.encode.model_files import weight_files
from pincite.errors import MissingExtra, NotFound

Backend = Literal["torch", "onnx"]


def backend_of(
    config: Config,
    plugin: str,
    folder: Path,
    onnx: tuple[str, ...] = (),
    packages: tuple[str, ...] = ("torch", "transformers"),
) -> Backend:
    """Return what runs the model in a directory.

    "auto" is torch where it is installed and there are safetensors, else ONNX Runtime.

    Args:
        config: The setting `backend` decides.
        plugin: Name of the encoder, for messages.
        folder: Of the model.
        onnx: Names of the ONNX files that are needed, without ".onnx"; empty: there is no such way.
        packages: What running it with torch takes.

    Raises:
        NotFound: There are no weights of a kind that can be run.
        MissingExtra: They need torch, which is not installed.
    """
    wanted = config["backend"]
    weights, exported = bool(weight_files(folder)), bool(onnx) and has_onnx(folder, onnx)
    missing = [package for package in packages if not _installed(package)]
    if wanted != "onnx" and weights and not missing:
        return "torch"
    if wanted != "torch" and exported:
        return "onnx"
    if wanted != "onnx" and weights:
        raise MissingExtra("encoder", plugin, missing[0], "torch")
    looked = {
        "torch": "*.safetensors",
        "onnx": " and ".join(f"{name}.onnx" for name in onnx) or "ONNX files (it has no such form)",
    }
    sought = " or ".join(looked[kind] for kind in ("torch", "onnx") if wanted in ("auto", kind))
    raise NotFound(
        f"there is nothing in {str(folder)!r} that encoder {plugin!r} can run with "
        f"backend = {wanted!r}: looked for {sought}. Save the model so, or set another backend; "
        "weights of other formats (.bin, .pt, pickle) are never loaded"
    )


def has_onnx(folder: Path, names: tuple[str, ...]) -> bool:
    """Return whether all these ONNX files are there, in `onnx/` or beside the settings."""
    return all(onnx_file(folder, name) is not None for name in names)


def onnx_file(folder: Path, name: str) -> Path | None:
    """Return the path of an ONNX file, or None."""
    places = (folder / "onnx" / f"{name}.onnx", folder / f"{name}.onnx")
    return next((place for place in places if place.is_file()), None)


def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ValueError:  # it is being imported, or was kept from it
        return False
