"""Sections of a TOML file to frozen dataclasses, with errors that name what is wrong.

A recipe declares what it takes as a dataclass and reads its section with `Section.read`:

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Data:
    ...     questions: Path
    ...     negatives: int = 4
    >>> section = Section("data", {"questions": "train.jsonl"}, "train.toml", Path("/data"))
    >>> section.read(Data)
    Data(questions=PosixPath('/data/train.jsonl'), negatives=4)
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

from pincite.errors import UnknownSetting, UsageError

T = TypeVar("T")


@dataclass(frozen=True)
class Section:
    """One section of a training file, not yet checked.

    Attributes:
        name: As it stands in brackets, such as "optim".
        values: What the file says, as TOML gives it.
        file: Name of the file, for messages.
        folder: What relative paths are relative to.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    file: str = "the settings"
    folder: Path = Path()

    def read(self, kind: type[T]) -> T:
        """Return the section as the dataclass `kind`, every key and type checked.

        A field may be str, int, float, bool, Path, a Literal, a tuple or mapping of these, or
        any of these or None. A field without a default must be given. Relative paths are
        resolved against `folder`. What `__post_init__` refuses with a UsageError is told with
        the name of the section and the file.

        Raises:
            UnknownSetting: A key is no field; a near one is suggested.
            UsageError: A key is missing, or a value is of another type or out of range.
        """
        declared = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
        for key in self.values:
            if key not in declared:
                raise UnknownSetting(key, self._where, declared)
        kinds = typing.get_type_hints(kind)
        for key, item in declared.items():
            required = item.default is MISSING and item.default_factory is MISSING
            if required and key not in self.values:
                raise UsageError(
                    f"setting {key!r} is missing in {self._where}; "
                    f"it must be given, as {type_name(kinds[key])}"
                )
        given = {key: self._value(key, kinds[key], value) for key, value in self.values.items()}
        try:
            return kind(**given)
        except UsageError as error:
            raise UsageError(f"in {self._where}: {error}") from None

    @property
    def _where(self) -> str:
        return f"[{self.name}] of {self.file}"

    def _value(self, key: str, kind: Any, value: Any) -> Any:
        try:
            return _converted(value, kind, self.folder)
        except TypeError:
            raise UsageError(
                f"setting {key!r} in {self._where} must be {type_name(kind)}, got {value!r}"
            ) from None


def _converted(value: Any, kind: Any, folder: Path) -> Any:
    """Return `value` as `kind`; a TypeError means that it is none."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        return _first_that_fits(value, inner, folder)
    if origin is Literal:
        if value in inner and type(value) is not bool:
            return value
    elif origin is tuple:
        if isinstance(value, list | tuple):
            return _items(value, inner, folder)
    elif origin is not None and issubclass(origin, Mapping):
        if isinstance(value, Mapping):
            return {name: _converted(item, inner[1], folder) for name, item in value.items()}
    elif kind in _PLAIN and _PLAIN[kind](value):
        return folder / Path(value).expanduser() if kind is Path else kind(value)
    raise TypeError


def _first_that_fits(value: Any, kinds: tuple[Any, ...], folder: Path) -> Any:
    """Return `value` as the first of `kinds` it fits."""
    for kind in kinds:
        try:
            return None if kind is type(None) and value is None else _converted(value, kind, folder)
        except TypeError:
            continue
    raise TypeError


def _items(values: Any, inner: tuple[Any, ...], folder: Path) -> tuple[Any, ...]:
    """Return a list as tuple[X, ...], or as a tuple of exactly the kinds listed."""
    kinds = [inner[0]] * len(values) if inner[-1] is Ellipsis else list(inner)
    if len(kinds) != len(values):
        raise TypeError
    return tuple(_converted(v, k, folder) for v, k in zip(values, kinds, strict=True))


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds) and not isinstance(value, bool)


_PLAIN: Mapping[Any, Callable[[Any], bool]] = {
    str: _is(str),
    int: _is(int),
    float: _is(int, float),
    bool: lambda value: isinstance(value, bool),
    Path: _is(str, Path),
}
_NAMES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path",
    type(None): "nothing",
}


def type_name(kind: Any) -> str:
    """Return what a person calls a type."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return f"one of {', '.join(str(choice) or '(empty)' for choice in inner)}"
    if origin in (Union, types.UnionType):
        return " or ".join(type_name(k) for k in inner if k is not type(None))
    if origin is tuple and inner[-1] is Ellipsis:
        return f"a list, each {type_name(inner[0])}"
    if origin is tuple:
        return f"a list of {len(inner)}: {', '.join(map(type_name, inner))}"
    return _NAMES.get(kind, "a table")
