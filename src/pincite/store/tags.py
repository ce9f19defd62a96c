"""Tags of a segment as the table holds them: words, each with its origin.

An origin is "" for what came with the file, else the encoder that found it, so that tags made
again replace their own kind and leave the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pincite.store.searchable import searchable

Tag = tuple[str, str]
"""A word or words, and where they are from."""


def tags_to_json(tags: Iterable[Tag]) -> str | None:
    """Return tags as they are stored, None for none.

    Example:
        >>> tags_to_json([("pump", ""), ("水泵", "clip:./m")]), tags_to_json([])
        ('[["pump", ""], ["水泵", "clip:./m"]]', None)
    """
    listed = [list(tag) for tag in dict.fromkeys(tags)]
    return json.dumps(listed, ensure_ascii=False) if listed else None


def tags_from_json(stored: str | None) -> list[Tag]:
    """Return the tags that `tags_to_json` wrote."""
    return [(str(tag), str(origin)) for tag, origin in json.loads(stored or "[]")]


def words_of(tags: Iterable[Tag]) -> tuple[str, ...]:
    """Return the words of tags, each once.

    Example:
        >>> words_of([("pump", ""), ("pump", "clip:./m"), ("red", "clip:./m")])
        ('pump', 'red')
    """
    return tuple(dict.fromkeys(tag for tag, _ in tags))


def searchable_tags(words: Iterable[str]) -> str | None:
    """Return tags as the word index reads them, None for none."""
    return searchable("\n".join(words)) or None
