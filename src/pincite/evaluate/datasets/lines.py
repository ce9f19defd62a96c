"""Files of a dataset, read with the line number where something is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pincite.errors import NotFound, UsageError


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file: where it stands and what it says."""

    place: str
    values: Mapping[str, Any]

    def string(self, name: str) -> str:
        """Return the text under `name`; a number counts as its digits.

        Raises:
            UsageError: There is none.
        """
        value = self.values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise self.broken(f"{name!r} must be text", value)
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        """Return the texts under `name`, one or more.

        Raises:
            UsageError: There are none, or one is no text.
        """
        value = self.values.get(name)
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not listed or any(type(s) is not str for s in listed):
            raise self.broken(f"{name!r} must be a list of texts", value)
        return tuple(listed)

    def rows(self, name: str) -> list[Row]:
        """Return the objects in the list under `name`.

        Raises:
            UsageError: It is no list of objects.
        """
        value = self.values.get(name)
        if not isinstance(value, list) or any(not isinstance(v, dict) for v in value):
            raise self.broken(f"{name!r} must be a list of objects", value)
        return [Row(f"{self.place}, {name} {i}", v) for i, v in enumerate(value, start=1)]

    def numbers(self, name: str, count: int = 0) -> list[float]:
        """Return the numbers in the list under `name`, `count` of them if that is given.

        Raises:
            UsageError: It is no such list.
        """
        value = self.values.get(name)
        fits = isinstance(value, list) and all(type(v) in (int, float) for v in value)
        if not fits or not isinstance(value, list) or (count and len(value) != count):
            wanted = f"{count} numbers" if count else "a list of numbers"
            raise self.broken(f"{name!r} must be {wanted}", value)
        return [float(v) for v in value]

    def number(self, name: str) -> float:
        """Return the number under `name`.

        Raises:
            UsageError: It is none.
        """
        value = self.values.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.broken(f"{name!r} must be a number", value)
        return float(value)

    def broken(self, wanted: str, found: object) -> UsageError:
        """Return the error that says what stands here instead of what is wanted."""
        shown = "nothing" if found is None else repr(found)
        return UsageError(f"{self.place}: {wanted}, found {shown[:80]}; correct it there")


def json_lines(path: Path) -> list[Row]:
    """Return the objects of a JSON-lines file; empty lines are passed over.

    Raises:
        NotFound: There is no such file.
        UsageError: A line is no JSON object, or there is none.
    """
    found = []
    for number, line in enumerate(text_lines(path), start=1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            values = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{place} is no JSON: {error}; correct or remove the line") from None
        if not isinstance(values, dict):
            raise UsageError(f"{place} is no JSON object, found {line[:60]!r}; correct the line")
        found.append(Row(place, values))
    if not found:
        raise UsageError(f"{path} is empty; it should hold one JSON object a line")
    return found


def json_file(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        NotFound: There is no such file.
        UsageError: It is no JSON.
    """
    try:
        return json.loads("".join(f"{line}\n" for line in text_lines(path)))
    except ValueError as error:
        raise UsageError(f"{path} is no JSON: {error}; correct it there") from None


def text_lines(path: Path) -> list[str]:
    """Return the lines of a text file without their ends.

    Raises:
        NotFound: There is no such file.
        UsageError: It is not UTF-8, or cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise NotFound(f"{path} is missing, and the dataset needs it; put it there") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (byte {error.start}); convert it") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    # Not splitlines(): a text may hold U+2028, which ends no line of a file.
    lines = text.removesuffix("\n").split("\n") if text else []
    return [line.removesuffix("\r") for line in lines]


def inside(folder: Path, name: str, row: Row) -> Path:
    """Return the file called `name` in `folder`.

    Raises:
        NotFound: There is none.
        UsageError: The name leads out of the folder.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"{row.place}: {name!r} leads out of {folder}; a dataset names files below its folder"
        )
    if not path.is_file():
        raise NotFound(f"{row.place} names {name!r}, which is not in {folder}; put it there")
    return path


def tab_separated(path: Path) -> Iterator[Row]:
    """Yield the rows of a tab-separated file with a line of names on top.

    Raises:
        NotFound: There is no such file.
        UsageError: A line has another number of fields than the first.
    """
    lines = text_lines(path)
    names = lines[0].split("\t") if lines else []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        fields = line.split("\t")
        if len(fields) != len(names):
            raise UsageError(
                f"{path}, line {number} has {len(fields)} fields, expected {len(names)} "
                f"({', '.join(names)}); correct the line"
            )
        yield Row(f"{path}, line {number}", dict(zip(names, fields, strict=True)))
