"""Settings: one table, and where each value came from.

Precedence: flag > `PINCITE_*` variable > ./pincite.toml > user configuration > default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import platformdirs

from pincite.errors import UnknownSetting, UsageError


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a user may set: its default carries its type; `choices` limits words."""

    default: str | int | float | bool
    help: str
    choices: tuple[str, ...] = ()


SETTINGS: Mapping[str, Setting] = {
    "kb": Setting("", "Knowledge base: a name, a directory or a URI."),
    "data_dir": Setting("", "Where knowledge bases are kept; default: the user's data directory."),
    "cache_dir": Setting("", "Where models are kept; default: the user's cache directory."),
    "encoder": Setting(
        "auto",
        "Text encoder: auto takes the pulled one, none is words alone; NAME, NAME:MODEL, or a "
        "model's directory or hub id.",
    ),
    "encoders": Setting(
        "auto",
        "Further encoders, separated by commas; auto: descriptors of pictures and sound and every "
        "pulled model that reads more than text; none: no other.",
    ),
    "precision": Setting(
        "auto",
        "Arithmetic of encoders; int8 is for minilm and e5, fp32 also keeps a GPU from halving it.",
        ("auto", "fp32", "int8"),
    ),
    "backend": Setting(
        "auto",
        "What runs encoders that torch and ONNX Runtime can run.",
        ("auto", "torch", "onnx"),
    ),
    "device": Setting("auto", "Where torch runs encoders: auto, cpu, cuda, cuda:N or mps."),
    "generator": Setting("extractive", "What composes the answer: NAME, or NAME:DIR with a model."),
    "fusion": Setting(
        "calibrated",
        "How rankings are merged: calibrated, rrf, weighted:CHANNEL=W,... or learned:FILE.",
    ),
    "channels": Setting("", "Channels a search asks, separated by commas; empty: all that help."),
    "reranker": Setting("", "Model that looks at the best hits again: NAME:DIR; empty: none."),
    "rerank_depth": Setting(20, "How many hits the reranker looks at."),
    "diversity": Setting(0.0, "0 is relevance alone; towards 1, hits that say the same are fewer."),
    "page_hits": Setting(
        2, "Hits of one page that come before those of other pages; 0: by relevance alone."
    ),
    "neighbours": Setting(0, "Segments fetched before and after each hit."),
    "adaptive": Setting(False, "Return fewer than k hits where belief falls off."),
    "k": Setting(10, "How many hits a search returns and an answer may rest on."),
    "abstain_below": Setting(0.5, "No answer is given when its calibrated support is lower."),
    "ocr": Setting("auto", "Read text in pictures.", ("auto", "off", "force")),
    "asr": Setting(
        "auto",
        "Speech recogniser: auto takes the pulled one, else the one included; NAME, NAME:DIR; "
        "none leaves recordings untranscribed.",
    ),
    "language": Setting("", "Main language of the material (en, zh, …); empty: find out."),
    "workers": Setting(0, "Processes that read files; 0 means one a processor."),
    "threads": Setting(0, "Threads of the encoder; 0 means one a processor."),
    "file_timeout_s": Setting(600.0, "Longest time one file may take to read."),
    "file_memory_mb": Setting(4096, "Most memory a process reading a file may take."),
    "max_file_mb": Setting(4096, "Larger files are refused."),
    "max_pixels": Setting(200_000_000, "Pictures with more pixels are refused from the header."),
    "max_unpacked_mb": Setting(1024, "Most a compressed file may unpack to."),
}


@dataclass(frozen=True)
class Config:
    """Resolved settings.

    Attributes:
        values: Setting name to value, all names of `SETTINGS` present.
        origins: Setting name to where its value came from.
    """

    values: Mapping[str, Any]
    origins: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        if name not in SETTINGS:
            raise UnknownSetting(name, "the program", SETTINGS)
        return self.values[name]

    @cached_property
    def data_dir(self) -> Path:
        """Directory that holds the knowledge bases."""
        return Path(self["data_dir"] or platformdirs.user_data_dir("pincite")).expanduser()

    @cached_property
    def cache_dir(self) -> Path:
        """Directory that holds the models."""
        return Path(self["cache_dir"] or platformdirs.user_cache_dir("pincite")).expanduser()


def load_config(
    flags: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Config:
    """Return the settings in force for a call with `flags`, run in `folder`.

    Args:
        flags: Setting name to value; a value of None counts as not given.
        environ: Environment; default: the process's own.
        folder: Where `pincite.toml` is looked for; default: the working directory.

    Raises:
        UnknownSetting: A name is in no table; a near one is suggested.
        UsageError: A value has the wrong type or is no known choice, or a file is no TOML.
    """
    environ = os.environ if environ is None else environ
    user_file = Path(platformdirs.user_config_dir("pincite")) / "config.toml"
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    layers: list[tuple[str, Mapping[str, Any]]] = [
        (str(user_file), _read_toml(user_file)),
        ("pincite.toml", _read_toml((folder or Path.cwd()) / "pincite.toml")),
        ("environment", _from_environment(environ)),
        ("flag", given),
    ]
    values: dict[str, Any] = {name: setting.default for name, setting in SETTINGS.items()}
    origins = dict.fromkeys(SETTINGS, "default")
    for origin, layer in layers:
        for name, value in layer.items():
            shown = f"PINCITE_{name.upper()}" if origin == "environment" else origin
            if name not in SETTINGS:
                raise UnknownSetting(name, shown, SETTINGS)
            values[name] = _checked(name, value, shown)
            origins[name] = shown
    return Config(values, origins)


def _read_toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}. Correct the line named.") from error


def _from_environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    prefix = "PINCITE_"
    return {k[len(prefix) :].lower(): v for k, v in environ.items() if k.startswith(prefix)}


def _checked(name: str, value: Any, origin: str) -> Any:
    setting = SETTINGS[name]
    kind = type(setting.default)
    try:
        if kind is bool and isinstance(value, str):
            result: Any = {"1": True, "true": True, "0": False, "false": False}[value.lower()]
        else:
            result = kind(value)
    except (KeyError, TypeError, ValueError):
        raise UsageError(
            f"setting {name!r} in {origin} must be {kind.__name__}, got {value!r}"
        ) from None
    if setting.choices and result not in setting.choices:
        raise UsageError(
            f"setting {name!r} in {origin} must be one of {', '.join(setting.choices)}, "
            f"got {value!r}"
        )
    return result
