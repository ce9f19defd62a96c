"""Parallel text: files `NAME.LANGUAGE` whose lines belong together, such as test.en and test.de.

A part is named `NAME.FROM-TO`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import permutations
from pathlib import Path

from pincite.errors import UsageError
from pincite.evaluate.datasets.lines import text_lines
from pincite.evaluate.datasets.model import Dataset, Item, TaskSet, checked

LAYOUT = "parallel text: NAME.LANGUAGE, line by line (test.en, test.de)"
MEASURES = ("BLEU", "chrF")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")


def parts(folder: Path) -> list[str]:
    """Return the pairs in a folder, such as `test.en-de`."""
    sets: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.stem and _LANGUAGE.fullmatch(path.suffix.removeprefix(".")):
            sets[path.stem].append(path.suffix.removeprefix("."))
    return [
        f"{name}.{source}-{target}"
        for name, languages in sets.items()
        for source, target in permutations(languages, 2)
    ]


def read(folder: Path, part: str) -> Dataset:
    """Return the dataset of one pair.

    Raises:
        NotFound: A file is missing.
        UsageError: The two files have different numbers of lines, or none.
    """
    name, _, pair = part.rpartition(".")
    source, _, target = pair.partition("-")
    paths = (folder / f"{name}.{source}", folder / f"{name}.{target}")
    from_lines, to_lines = map(text_lines, paths)
    if len(from_lines) != len(to_lines):
        raise UsageError(
            f"{paths[0]} has {len(from_lines)} lines and {paths[1]} has {len(to_lines)}; "
            "they belong together line by line, so they must have as many"
        )
    items = [
        Item(str(number), text, answers=(translated,))
        for number, (text, translated) in enumerate(zip(from_lines, to_lines, strict=True), 1)
    ]
    whole = TaskSet(checked(items, str(paths[0])), measures=MEASURES)
    return Dataset(f"{folder.name} {part}", "parallel text", {}, {"translation": whole})
