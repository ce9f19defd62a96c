"""Writes docs/reference/ from the program itself; a test holds that it was run.

python docs/generate.py
"""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import typing
from collections.abc import Iterator
from dataclasses import MISSING, fields
from importlib import import_module
from pathlib import Path

import pincite.errors
from pincite.cli.tree import commands
from pincite.codes import CODES, FAILING, NOTES
from pincite.config import SETTINGS
from pincite.encode import encoders
from pincite.evaluate import measures
from pincite.evaluate.measure import Measure
from pincite.generate import generators
from pincite.ingest import parsers
from pincite.models.fusion import fusions
from pincite.registry import Registry
from pincite.retrieve.rerank import rerankers
from pincite.testing import (
    EncoderContract,
    GeneratorContract,
    LateEncoderContract,
    ParserContract,
    RerankerContract,
)
from pincite.testing.fusions import FusionContract
from pincite.testing.measures import MeasureContract
from pincite.train.config import Lora, Optim, Run
from pincite.train.objective import Objective
from pincite.train.recipes import recipes
from pincite.train.sections import type_name

HERE = Path(__file__).parent / "reference"


def cli_page() -> Iterator[str]:
    """Yield the page of commands: the help of each."""
    yield "# Commands\n"
    yield "Data goes to stdout, progress and hints to stderr. Exit codes:\n"
    yield "| code | meaning |\n|---|---|"
    yield "| 0 | done |\n| 1 | our bug, or a broken knowledge base |"
    yield "| 2 | wrong use, or training that cannot go on: memory, room, a loss that is no number |"
    yield "| 3 | done, but some files were partial or failed |"
    yield "| 4 | no answer in the sources (`ask` abstained) |\n| 130 | interrupted |\n"
    yield "`--kb`, `--json`, `--quiet` and `--debug` may stand before or behind the command.\n"
    for path in commands():
        shown = " ".join(["pincite", *path])
        yield f"## `{shown}`\n"
        yield f"```text\n{help_of(path)}\n```\n"


def help_of(path: tuple[str, ...]) -> str:
    """Return what `--help` prints, at a fixed width."""
    code = "from pincite.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *path, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "96", "PATH": "", "NO_COLOR": "1", "PYTHONUTF8": "1"},
    )
    lines = done.stdout.replace("Usage: -c", "Usage: pincite").rstrip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


def settings_page() -> Iterator[str]:
    """Yield the page of settings."""
    yield "# Settings\n"
    yield (
        "Precedence: flag, then `PINCITE_…` variable, then `pincite.toml` in the working "
        "directory, then `config.toml` in the user's configuration directory, then the default. "
        "An unknown name is an error. `pincite config show --origin` prints what is in force.\n"
    )
    yield "| setting | variable | default | what it does |\n|---|---|---|---|"
    for name, setting in SETTINGS.items():
        choices = f" One of {', '.join(setting.choices)}." if setting.choices else ""
        default = f"`{setting.default}`" if setting.default != "" else "empty"
        yield f"| `{name}` | `PINCITE_{name.upper()}` | {default} | {setting.help}{choices} |"


def codes_page() -> Iterator[str]:
    """Yield the page of ingest codes."""
    yield "# What a file's report may say\n"
    yield "A code never changes its meaning. Every report also has a sentence and a next step.\n"
    groups = [
        ("failed: nothing of the file could be read", FAILING),
        ("partial: some of it could be read", frozenset(CODES) - FAILING - NOTES),
        ("complete: worth knowing, nothing is missing", NOTES),
    ]
    for title, members in groups:
        yield f"## {title}\n\n| code | meaning |\n|---|---|"
        yield from (f"| `{code}` | {CODES[code]} |" for code in CODES if code in members)
        yield ""


def errors_page() -> Iterator[str]:
    """Yield the page of error classes."""
    yield "# Errors\n"
    yield "Catch `pincite.PinciteError` to catch everything raised on purpose.\n"
    yield "| class | is a | when |\n|---|---|---|"
    for name, cls in vars(pincite.errors).items():
        if inspect.isclass(cls) and issubclass(cls, pincite.errors.PinciteError):
            parents = ", ".join(f"`{base.__name__}`" for base in cls.__bases__)
            yield f"| `{name}` | {parents} | {(cls.__doc__ or '').strip().splitlines()[0]} |"


def plugins_page() -> Iterator[str]:
    """Yield the page of plugins, with the rules that each kind is held to."""
    yield "# Plugins\n"
    yield (
        "Built-ins stand in the same tables as plugins of other packages (entry points), and are "
        "held to the same rules: each is a test of a class in `pincite.testing` "
        "([how to use it](../guides/plugins.md#testing-it)).\n"
    )
    contracts = (
        (parsers, ParserContract),
        (encoders, EncoderContract),
        (generators, GeneratorContract),
        (rerankers, RerankerContract),
        (fusions, FusionContract),
    )
    for registry, contract in contracts:
        yield from table_of(registry, "class")
        place = contract.__module__ if contract is FusionContract else "pincite.testing"
        yield f"\nRules (`{place}.{contract.__name__}`):\n"
        yield from rules_of(contract)
        if contract is EncoderContract:
            yield "\nRules of encoders with late interaction besides"
            yield "(`pincite.testing.LateEncoderContract`):\n"
            yield from rules_of(LateEncoderContract)
        yield ""
    yield from table_of(recipes, "function")
    yield "\nA recipe is called with `settings=` and returns an objective, which has `model`,"
    yield "`size`, `measure`, `higher_is_better` and the methods of"
    yield "`pincite.train.objective.Objective`:\n"
    for name, method in vars(Objective).items():
        if inspect.isfunction(method) and not name.startswith("_"):
            taken = ", ".join(list(inspect.signature(method).parameters)[1:])
            yield f"- `{name}({taken})`: {inspect.getdoc(method)}"


def table_of(registry: Registry[typing.Any], what: str) -> Iterator[str]:
    """Yield the heading and the table of the built-ins of a kind."""
    yield f"## {registry.group}\n"
    yield f"| name | {what} |\n|---|---|"
    for name, plugin in sorted(registry.builtin.items()):
        yield f"| `{name}` | `{plugin.target}` |"


def rules_of(contract: type) -> Iterator[str]:
    """Yield a line for each test of a contract: its name as a sentence, and why."""
    for name, rule in vars(contract).items():
        if name.startswith("test_"):
            said = name.removeprefix("test_").replace("_", " ")
            yield f"- {said[0].upper()}{said[1:]}. {inspect.getdoc(rule)}"


ROWS = ("data", "sequences", "documents", "features", "pieces")
"""Modules that read files of training."""


def train_page() -> Iterator[str]:
    """Yield the page of training settings: the sections of each recipe, and those of all."""
    yield "# Settings of training\n"
    yield (
        "What stands in the file of `pincite train` ([guide](../guides/train.md)). `[task]`, "
        "`[data]` and `[model]` are the recipe's own; `[optim]`, `[run]` and `[lora]` are the same "
        "for all. Paths are relative to the file. An unknown key is an error that names one near.\n"
    )
    for name, plugin in sorted(recipes.builtin.items()):
        module = import_module(plugin.target.partition(":")[0])
        yield f"## Recipe `{name}`\n"
        yield f"{inspect.getdoc(module)}\n"
        for section, kind in zip(("task", "data", "model"), module.SECTIONS, strict=True):
            named = f'`name = "{name}"`' if section == "task" else ""
            yield from section_of(section, kind, named)
    yield "## All recipes\n"
    for section, kind in (("optim", Optim), ("run", Run), ("lora", Lora)):
        yield from section_of(section, kind)
    yield "## Files\n"
    for module in (import_module(f"pincite.train.{name}") for name in ROWS):
        yield f"### `{module.__name__}`\n\n{inspect.getdoc(module)}\n"


def section_of(section: str, kind: typing.Any, named: str = "") -> Iterator[str]:
    """Yield the heading and the table of a section that is read as the dataclass `kind`."""
    said, kinds = attributes_of(kind), typing.get_type_hints(kind)
    yield f"### `[{section}]`\n\n{(inspect.getdoc(kind) or '').splitlines()[0]}\n"
    if named:
        yield f"{named}, and:\n" if fields(kind) else f"{named}, and nothing else.\n"
    if not fields(kind):
        return
    yield "| key | value | default | meaning |\n|---|---|---|---|"
    for item in fields(kind):
        meaning = said[item.name].replace("|", r"\|")
        yield f"| `{item.name}` | {type_name(kinds[item.name])} | {default_of(item)} | {meaning} |"
    yield ""


def attributes_of(kind: type) -> dict[str, str]:
    """Return what the docstring of a class says of each attribute."""
    _, _, listed = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    found = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", listed, re.MULTILINE)
    return {name: re.sub(r"\s+", " ", text) for name, text in found}


def default_of(item: typing.Any) -> str:
    """Return the default of a field as TOML writes it; words where TOML has none."""
    value = item.default_factory() if item.default_factory is not MISSING else item.default
    if value is MISSING:
        return "must be given"
    if value is None or value == {}:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{list(value)}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def measures_page() -> Iterator[str]:
    """Yield the page of measures: how each is written, what it is, and the rules for all."""
    yield "# Measures\n"
    yield (
        "A measure is written `NAME`, `NAME@cutoff` or `NAME(key=value)@cutoff`, for instance "
        "`nDCG@10`; case and hyphens do not count. Also understood: "
        + ", ".join(f"`{name}` for `{meant}`" for name, meant in measures.ALIASES.items())
        + ". An item to which a measure does not apply has no score (NaN) and no part in the "
        "value; a measure that applies to none has no value.\n"
    )
    loaded = [measures.registry.load(name) for name in measures.registry.builtin]
    told = set()
    for kind in dict.fromkeys(cls.kind for cls in loaded):
        members = [cls for cls in loaded if cls.kind == kind]
        yield f"## {kind.capitalize()}\n"
        for module in dict.fromkeys(cls.__module__ for cls in members):
            if module not in told:
                yield f"{inspect.getdoc(sys.modules[module])}\n"
                told.add(module)
        for cls in members:
            yield from measure_section(cls)
    yield "## Items\n"
    yield f"```text\n{inspect.getdoc(import_module('pincite.evaluate.types'))}\n```\n"
    yield "## Measures of your own\n"
    yield f"A class in the entry-point group `{measures.registry.group}`,"
    yield "a frozen dataclass derived from `pincite.evaluate.measure.Measure` (a mean of scores),"
    yield "`Pooled` (formed from sums over the corpus) or `Whole` (of a distribution).\n"
    yield f"Rules (`{MeasureContract.__module__}.{MeasureContract.__name__}`):\n"
    yield from rules_of(MeasureContract)


def measure_section(cls: type[Measure[typing.Any]]) -> Iterator[str]:
    """Yield how a measure is written, its range, and its docstring."""
    own = {item.name: item.default for item in fields(cls) if item.name != "cutoff"}
    said = ", ".join(f"{key}={str(value).lower() or '…'}" for key, value in own.items())
    behind = "" if cls.cut is None else f"@{cls.cut.what}"
    optional = "" if cls.cut is None or cls.cut.required else f", `@{cls.cut.what}` optional"
    better = "higher" if cls.higher_is_better else "lower"
    low, high = ("no end" if abs(b) == float("inf") else f"{b:g}" for b in cls.bounds)
    needs = f"; needs `{cls.needs}` (`pincite[eval]`)" if cls.needs else ""
    yield f"### `{cls.name}{f'({said})' if said else ''}{behind}`\n"
    yield f"{cls.item.__name__}; {low} to {high}, {better} is better{optional}{needs}.\n"
    text, _, listed = (inspect.getdoc(cls) or "").partition("\nAttributes:\n")
    yield f"{text.strip()}\n"
    if listed:
        yield from (f"- `{key}`: {meaning}" for key, meaning in attributes_of(cls).items())
        yield ""


PAGES = {
    "cli.md": cli_page,
    "settings.md": settings_page,
    "codes.md": codes_page,
    "errors.md": errors_page,
    "plugins.md": plugins_page,
    "train.md": train_page,
    "measures.md": measures_page,
}


def pages() -> dict[str, str]:
    """Return the text of each page by file name."""
    return {name: "\n".join(page()).rstrip() + "\n" for name, page in PAGES.items()}


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (HERE / name).write_text(text, "utf-8")
