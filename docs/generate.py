"""Writes docs/reference/ from the program itself; a test holds that it was run.

python docs/generate.py
"""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pincite.errors
from pincite.cli.tree import commands
from pincite.codes import CODES, FAILING, NOTES
from pincite.config import SETTINGS
from pincite.encode import encoders
from pincite.generate import generators
from pincite.ingest import parsers
from pincite.testing import EncoderContract, GeneratorContract, ParserContract

HERE = Path(__file__).parent / "reference"


def cli_page() -> Iterator[str]:
    """Yield the page of commands: the help of each."""
    yield "# Commands\n"
    yield "Data goes to stdout, progress and hints to stderr. Exit codes:\n"
    yield "| code | meaning |\n|---|---|"
    yield "| 0 | done |\n| 1 | our bug, or a broken knowledge base |\n| 2 | wrong use |"
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
    )
    for registry, contract in contracts:
        yield f"## {registry.group}\n"
        yield "| name | class |\n|---|---|"
        for name, plugin in sorted(registry.builtin.items()):
            yield f"| `{name}` | `{plugin.target}` |"
        yield f"\nRules (`pincite.testing.{contract.__name__}`):\n"
        yield from rules_of(contract)
        yield ""


def rules_of(contract: type) -> Iterator[str]:
    """Yield a line for each test of a contract: its name as a sentence, and why."""
    for name, rule in vars(contract).items():
        if name.startswith("test_"):
            said = name.removeprefix("test_").replace("_", " ")
            yield f"- {said[0].upper()}{said[1:]}. {inspect.getdoc(rule)}"


PAGES = {
    "cli.md": cli_page,
    "settings.md": settings_page,
    "codes.md": codes_page,
    "errors.md": errors_page,
    "plugins.md": plugins_page,
}


def pages() -> dict[str, str]:
    """Return the text of each page by file name."""
    return {name: "\n".join(page()).rstrip() + "\n" for name, page in PAGES.items()}


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (HERE / name).write_text(text, "utf-8")
