"""One encoder a space: two of one space would fill one column."""

from __future__ import annotations

from collections.abc import Iterable

from pincite.encode import Encoder


def distinct(made: Iterable[Encoder]) -> tuple[Encoder, ...]:
    """Return the encoders, of those with one space the first."""
    by_space: dict[str, Encoder] = {}
    for encoder in made:
        by_space.setdefault(encoder.space, encoder)
    return tuple(by_space.values())
