"""One virtual environment a library, made once and kept in a folder of the user's choice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

TORCH = "torch==2.13.0"
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "txtai": (TORCH, "txtai"),
    "llamaindex": (
        TORCH,
        "llama-index-core",
        "llama-index-embeddings-huggingface",
        "llama-index-retrievers-bm25",
    ),
    "haystack": (TORCH, "haystack-ai", "sentence-transformers-haystack"),
    "pincite": (".",),
}
"""What each arm installs; torch comes first and alone, so that a CPU wheel at hand is taken."""


def python(place: Path, name: str) -> Path:
    """Return the interpreter of an environment, made now if it is not there.

    Pincite is installed anew each time, so that it is always the code of now.
    """
    folder = place / name
    made = folder / "bin" / "python"
    if (folder / ".done").exists() and PACKAGES[name] != (".",):
        return made
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    for package in _steps(name):
        command = [str(made), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, *package], check=True)
    (folder / ".done").touch()
    return made


def _steps(name: str) -> list[tuple[str, ...]]:
    packages = PACKAGES[name]
    return [(TORCH,), packages[1:]] if packages[0] == TORCH else [packages]


def version(interpreter: Path, name: str) -> str:
    """Return the version of a library in its environment."""
    package = {"llamaindex": "llama-index-core", "haystack": "haystack-ai"}.get(name, name)
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run(
        [str(interpreter), "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
