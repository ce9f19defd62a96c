"""The path of headings above a place in a document."""

from __future__ import annotations

SEPARATOR = " > "
_MAX_CHARS = 120


class Headings:
    """Headings met so far that still hold; a new one closes all of its level and below."""

    def __init__(self, *above: str) -> None:
        self._open: list[tuple[int, str]] = [(-1, name) for name in above if name]

    def enter(self, level: int, name: str) -> None:
        """Open a heading; 1 is the highest level. One named as the last above it adds nothing.

        Example:
            >>> headings = Headings()
            >>> for level, name in [(1, "Pump"), (2, "Start"), (2, "Stop")]:
            ...     headings.enter(level, name)
            >>> headings.path
            'Pump > Stop'
        """
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        name = " ".join(name.split())
        if len(name) > _MAX_CHARS:
            name = name[: _MAX_CHARS - 1] + "…"
        if name and (not self._open or self._open[-1][1] != name):
            self._open.append((level, name))

    @property
    def path(self) -> str:
        """The names, highest first, joined by " > "."""
        return SEPARATOR.join(name for _, name in self._open)
