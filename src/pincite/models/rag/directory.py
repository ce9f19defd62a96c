"""Directories of models: what lies in them, and how a new one takes the place of a former one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pincite.errors import NotFound, UsageError
from pincite.models.quiet import quietly as quietly

SETTINGS_FILE = "pincite_rag.json"
FUSION_FILE = "fusion.safetensors"
GENERATION_FILE = "generation_config.json"
TOKENIZER_FILES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "source.spm",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
"""One of these lies in every directory with a tokenizer."""


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give a directory beside `folder` that takes its place when all went well.

    Raises:
        UsageError: `folder` is a file, or holds something other than a former model.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is a file; name a directory")
    former = folder.is_dir() and any(folder.iterdir())
    if former and not (folder / SETTINGS_FILE).is_file():
        raise UsageError(
            f"{str(folder)!r} holds files that are no model of this kind, and they would be lost; "
            "name a new directory or an empty one"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    made, old = (folder.parent / f".{folder.name}.{os.getpid()}.{x}" for x in ("new", "old"))
    for left in (made, old):
        shutil.rmtree(left, ignore_errors=True)
    made.mkdir()
    try:
        yield made
        if former:
            folder.rename(old)
        made.replace(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def read_tokenizer(folder: Path, config: Any = None) -> Any:
    """Return the tokenizer in a directory.

    Args:
        folder: Where it lies.
        config: Configuration of its model, where the directory does not say what it is.

    Raises:
        NotFound: There is none, or it cannot be read.
    """
    from transformers import AutoTokenizer

    advice = "copy the tokenizer files of the model there, or save it with its tokenizer"
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise NotFound(f"there is no tokenizer in {str(folder)!r}; {advice}")
    given = {} if config is None else {"config": config}
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, **given)
    except Exception as error:  # the tokenizers library raises plain Exceptions
        reason = (str(error).splitlines() or [repr(error)])[0]
        raise NotFound(
            f"the tokenizer in {str(folder)!r} cannot be read: {reason}; {advice}"
        ) from error
