"""Names to classes, imported at the moment they are first asked for.

A built-in plugin is one line in a table; an outside one is one line in its own
`pyproject.toml`. Neither needs the other to be installed, and listing imports nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from pincite.errors import MissingExtra, UnknownPlugin, UsageError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plugin:
    """Where a plugin lives (`module:Class`) and what it needs beyond the core install."""

    target: str
    package: str = ""
    extra: str = ""


@dataclass(frozen=True)
class Registry(Generic[T]):
    """All plugins of one kind.

    Attributes:
        kind: The singular noun used in messages, such as "encoder".
        builtin: The plugins shipped here.
        group: Entry-point group through which other packages add theirs.
    """

    kind: str
    builtin: Mapping[str, Plugin]
    group: str

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._plugins))

    def __contains__(self, name: object) -> bool:
        return name in self._plugins

    def create(self, name: str, /, **options: Any) -> T:
        """Import the plugin called `name` and build it with `options`.

        Raises:
            UnknownPlugin: No plugin has this name.
            MissingExtra: The plugin is known but the package it needs is not installed.
        """
        return self.load(name)(**options)

    def load(self, name: str) -> Callable[..., T]:
        """Import the plugin called `name` and return what builds it.

        Raises:
            UnknownPlugin: No plugin has this name.
            MissingExtra: The plugin is known but the package it needs is not installed.
        """
        if name not in self._plugins:
            raise UnknownPlugin(self.kind, name, self._plugins)
        plugin = self._plugins[name]
        module, _, attribute = plugin.target.partition(":")
        try:
            return getattr(import_module(module), attribute)  # type: ignore[no-any-return]
        except ModuleNotFoundError as error:
            # Only the declared package is the user's to install; any other is our bug.
            if not plugin.package or error.name != plugin.package:
                raise
            raise MissingExtra(self.kind, name, plugin.package, plugin.extra) from error

    def named(self, setting: str) -> tuple[str, dict[str, str]]:
        """Return the name and the options that a setting means: `NAME`, or `NAME:DIR` with a model.

        A plugin says by its parameter `directory` that it takes one.

        Raises:
            UnknownPlugin: No plugin has this name.
            MissingExtra: The plugin is known but the package it needs is not installed.
            UsageError: It needs a directory and none was given, or takes none.
        """
        name, _, directory = setting.partition(":")
        wanted = inspect.signature(self.load(name)).parameters.get("directory")
        if wanted is None and directory:
            raise UsageError(
                f"{self.kind} {name!r} takes no directory, got {directory!r}; write it without: "
                f"{name}"
            )
        if wanted is not None and wanted.default is inspect.Parameter.empty and not directory:
            raise UsageError(
                f"{self.kind} {name!r} needs the directory of a model; name it behind a colon: "
                f"{name}:./model"
            )
        return name, {"directory": directory} if directory else {}

    @cached_property
    def _plugins(self) -> dict[str, Plugin]:
        outside = {e.name: Plugin(e.value) for e in entry_points(group=self.group)}
        return outside | dict(self.builtin)  # a built-in name is never shadowed
