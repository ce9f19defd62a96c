"""Refusing content that an encoder cannot read, in one way for all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from pincite.content import Content, Modality, modality_of
from pincite.errors import UsageError, WrongModality

T = TypeVar("T", bound=Content)


def readable(encoder: str, modalities: Collection[Modality], items: Sequence[Content]) -> None:
    """Refuse a batch in which something is of a modality the encoder does not read.

    Args:
        encoder: Its name, for the message.
        modalities: What it reads.
        items: The batch.

    Raises:
        UsageError: One string was given instead of a sequence of them.
        WrongModality: An item is of another modality.
    """
    if isinstance(items, str):
        raise UsageError("encode expects a list of items, got one string; pass [text]")
    for place, item in enumerate(items):
        if modality_of(item) not in modalities:
            raise WrongModality(encoder, modalities, modality_of(item), place)


def only(kind: type[T], encoder: str, items: Sequence[Content]) -> list[T]:
    """Return a batch whose items are all of one class.

    Raises:
        UsageError: One string was given instead of a sequence of them.
        WrongModality: An item is of another class.

    Example:
        >>> only(str, "minilm", ["a", "b"])
        ['a', 'b']
    """
    wanted = modality_of("") if issubclass(kind, str) else kind.modality
    readable(encoder, {wanted}, items)
    return [item for item in items if isinstance(item, kind)]
