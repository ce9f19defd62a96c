"""What was looked up a moment ago, so that the next question need not read it again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

CAPACITY = 4096
"""Values of one kind that a view holds: passages of a thousand characters take some 10 MiB."""


class Recent(Generic[K, V]):
    """The values used last, at most `capacity`; threads may share one.

    It is for what never changes under its key, such as the rows of one version of a table.

    Attributes:
        capacity: How many values are held; the one not used for longest makes room.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def look_up(self, keys: Iterable[K], read: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """Return the value of each key, in order; a key that has none is left out.

        Args:
            keys: What is wanted.
            read: Given the keys that are not held, each once, returns what there is of them.

        Example:
            >>> recent = Recent()
            >>> recent.look_up("ab", lambda keys: {key: key.upper() for key in keys})
            {'a': 'A', 'b': 'B'}
            >>> recent.look_up("bc", lambda keys: {"c": f"read with {len(keys)}"})
            {'b': 'B', 'c': 'read with 1'}
        """
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            held = {key: self._values[key] for key in wanted if key in self._values}
        lacking = [key for key in wanted if key not in held]
        found = {**held, **read(lacking)} if lacking else held
        values = {key: found[key] for key in wanted if key in found}
        self._keep(values)
        return values

    def _keep(self, values: Mapping[K, V]) -> None:
        with self._lock:
            for key, value in values.items():
                self._values[key] = value
                self._values.move_to_end(key)
            while len(self._values) > self.capacity:
                self._values.popitem(last=False)
