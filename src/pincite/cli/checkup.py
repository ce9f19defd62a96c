"""What `pincite doctor` looks at. Engines are not asked whether they exist: they are tried."""

from __future__ import annotations

import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from pincite.config import Config
from pincite.errors import MissingModel, PinciteError
from pincite.types import Problem

_LITTLE_ROOM_BYTES = 2_000_000_000
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:.*extra\s*==\s*['\"](\w+)['\"])?")
_REINSTALL = "install it again: pip install --force-reinstall pincite"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What it is.
        state: "ok"; "hint": works, and could do more; "broken": something will not work.
        found: What was seen.
        next_step: What to do about it; "" when there is nothing to do.
    """

    name: str
    state: Literal["ok", "hint", "broken"]
    found: str
    next_step: str = ""


Check = Callable[[Config], Finding]


def examine(config: Config) -> Iterator[Finding]:
    """Yield what there is to say about this machine under these settings."""
    yield Finding("python", "ok", f"{platform.python_version()}, {platform.platform()}")
    yield from _packages()
    checks = {"store": _store, "media": _media, "text in pictures": _ocr, "speech": _speech}
    for name, check in {**checks, "meaning": _encoder}.items():
        yield _tried(name, check, config)
    yield from _models(config)
    yield _directory("knowledge bases", config.data_dir, "data_dir")
    yield _directory("models", config.cache_dir, "cache_dir")


def _tried(name: str, check: Check, config: Config) -> Finding:
    """Whatever an engine does, the examination goes on."""
    try:
        return check(config)
    except PinciteError as error:
        return Finding(name, "broken", type(error).__name__, str(error))
    except Exception as error:
        return Finding(name, "broken", f"{type(error).__name__}: {error}", _REINSTALL)


def _packages() -> Iterator[Finding]:
    """The declared packages: those of the core must be there, those of an extra may be."""
    extras: dict[str, list[str]] = {}
    for line in requires("pincite") or ():
        if match := _REQUIREMENT.match(line):
            extras.setdefault(match[2] or "", []).append(match[1])
    for extra, names in sorted(extras.items()):
        there = {name: found for name in names if (found := _version(name))}
        missing = [name for name in names if name not in there]
        listed = ", ".join(f"{name} {found}" for name, found in there.items()) or "none of it"
        if not extra:
            step = f"install what is missing: pip install {' '.join(missing)}" if missing else ""
            yield Finding("packages", "broken" if missing else "ok", listed, step)
        elif extra != "test":
            step = f"optional, to add it: pip install 'pincite[{extra}]'" if missing else ""
            yield Finding(f"extra {extra}", "hint" if missing else "ok", listed, step)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _store(config: Config) -> Finding:
    import lance
    import pyarrow as pa

    with tempfile.TemporaryDirectory() as folder:
        uri = str(Path(folder) / "trial.lance")
        lance.write_dataset(pa.table({"number": [1, 2]}), uri)
        rows = lance.dataset(uri).count_rows()
    if rows != 2:
        return Finding("store", "broken", f"wrote 2 rows, read {rows}", _REINSTALL)
    return Finding("store", "ok", f"Lance {lance.__version__} writes and reads")


def _media(config: Config) -> Finding:
    import av

    found = f"FFmpeg {av.ffmpeg_version_info} inside PyAV {av.__version__}; no program needed"
    return Finding("media", "ok", found)


def _ocr(config: Config) -> Finding:
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    from pincite.ingest.ocr import read_lines

    if config["ocr"] == "off":
        return Finding("text in pictures", "hint", "off", "read it with the setting ocr = auto")
    picture = Image.new("RGB", (480, 120), "white")
    ImageDraw.Draw(picture).text((30, 30), "Page 42", "black", ImageFont.load_default(48))
    read = " ".join(line.text for line in read_lines(np.asarray(picture), config))
    if "42" not in read:
        found = f"a picture of 'Page 42' was read as {read!r}"
        return Finding("text in pictures", "broken", found, _REINSTALL)
    return Finding("text in pictures", "ok", "a picture of 'Page 42' was read right")


def _speech(config: Config) -> Finding:
    from pincite.ingest.speech import choose_recogniser

    chosen = choose_recogniser(config)
    if isinstance(chosen, Problem):
        return Finding("speech", "hint", chosen.message, chosen.next_step)
    known = ", ".join(sorted(chosen.languages)) or "many languages"
    if chosen.draft:
        step = (
            "its transcripts are drafts; for better ones: pip install 'pincite[asr]', then "
            "pincite models pull speech"
        )
        return Finding("speech", "hint", f"{type(chosen).__name__} ({known})", step)
    return Finding("speech", "ok", f"{type(chosen).__name__} ({known})")


def _encoder(config: Config) -> Finding:
    from pincite.encode import default_encoder, hub
    from pincite.encode.catalog import MODELS

    text = hub.default_model(config)
    if text is not None and (wrong := hub.damaged(config, text)):
        step = f"fetch it again: pincite models pull {text.name}"
        return Finding("meaning", "broken", f"{text.name}: damaged {', '.join(wrong)}", step)
    try:
        encoder = default_encoder(config)
    except MissingModel as error:
        return Finding("meaning", "broken", f"{error.name} is not here", str(error))
    if encoder is None:
        first = next(iter(MODELS))
        step = f"find passages by meaning too: pincite models pull {first}"
        return Finding("meaning", "hint", "no encoder: passages are found by their words", step)
    length = float((encoder.encode(["trial"])[0] ** 2).sum())
    if abs(length - 1) > 1e-3:
        return Finding("meaning", "broken", f"{encoder.space}: length {length}", _REINSTALL)
    known = ", ".join(sorted(encoder.languages)) or "any language"
    return Finding("meaning", "ok", f"{encoder.space}, width {encoder.width}, knows {known}")


def _models(config: Config) -> Iterator[Finding]:
    """Each pulled model that is not told of elsewhere: intact, and whether it can run here."""
    from pincite.encode import catalog, hub

    for model in catalog.MODELS.values():
        if not hub.is_pulled(config, model) or model == hub.default_model(config):
            continue
        name = f"model {model.name}"
        if wrong := hub.damaged(config, model):
            step = f"fetch it again: pincite models pull {model.name}"
            yield Finding(name, "broken", f"damaged {', '.join(wrong)}", step)
        elif model.missing:
            step = f"to use it: pip install 'pincite[{model.extra}]'"
            yield Finding(name, "hint", f"{model.missing[0]} is not installed", step)
        else:
            yield Finding(name, "ok", model.enables)


def _directory(name: str, folder: Path, setting: str) -> Finding:
    """Whether files can be made in a directory, or in the nearest that exists above it."""
    name = f"directory of {name}"
    step = f"choose another with the setting {setting} (PINCITE_{setting.upper()})"
    above = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=above):
            free = shutil.disk_usage(above).free
    except OSError as error:
        return Finding(name, "broken", f"{folder}: {error.strerror}", step)
    found = f"{folder}, {free / 1e9:.1f} GB free"
    if free < _LITTLE_ROOM_BYTES:
        return Finding(name, "hint", found, f"little room is left; make some, or {step}")
    return Finding(name, "ok", found)
