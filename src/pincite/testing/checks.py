"""How a rule that does not hold is told."""

from __future__ import annotations


def require(holds: object, message: str) -> None:
    """Return if the rule holds.

    A plain `assert` would say nothing in a module that pytest does not rewrite, and is gone under
    `python -O`.

    Raises:
        AssertionError: It does not; the message says what was found and what is wanted.
    """
    if not holds:
        raise AssertionError(message)


def short(value: object, most: int = 120) -> str:
    """Return a value as it would be typed, cut to a readable length.

    Example:
        >>> short("pump " * 100, 12)
        "'pump pump p…"
    """
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"
