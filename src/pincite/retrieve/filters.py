"""Filters as a condition of the store's query language."""

from __future__ import annotations

import fnmatch
import os
import re

from pincite.content import MODALITIES
from pincite.errors import UsageError
from pincite.types import Filters


def to_sql(filters: Filters) -> str:
    """Return the SQL condition over the segment columns that `filters` stand for, "" for none.

    Raises:
        UsageError: A modality is unknown.

    Example:
        >>> to_sql(Filters(modalities=("image", "video"), modified_after_ns=5))
        "modality IN ('image', 'video') AND modified_ns >= 5"
    """
    parts: list[str] = []
    for modality in filters.modalities:
        if modality not in MODALITIES:
            raise UsageError(f"expected a modality of {', '.join(MODALITIES)}, got {modality!r}")
    if filters.modalities:
        parts.append(f"modality IN ({', '.join(map(_quoted, filters.modalities))})")
    if filters.path:
        parts.append(_path_condition(filters.path))
    if filters.modified_after_ns is not None:
        parts.append(f"modified_ns >= {int(filters.modified_after_ns)}")
    if filters.modified_before_ns is not None:
        parts.append(f"modified_ns < {int(filters.modified_before_ns)}")
    if filters.where:
        parts.append(f"({filters.where})")
    return " AND ".join(parts)


def _path_condition(path: str) -> str:
    """A glob matches the whole path or its end; anything else is a folder or file, or part of one.

    `photos/*.jpg` finds pictures in any folder called photos.
    """
    if not any(sign in path for sign in "*?["):
        absolute = os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111
        folder = absolute.rstrip(os.sep) + os.sep
        exact = f"uri = {_quoted(absolute)} OR starts_with(uri, {_quoted(folder)})"
        return f"({exact} OR contains(uri, {_quoted('/' + path.strip('/'))}))"
    pattern = re.sub(r"^\(\?s:(.*)\)\\[zZ]$", r"\1", fnmatch.translate(path))
    anchor = "^" if path.startswith("/") else "(^|/)"
    return f"regexp_like(uri, {_quoted(f'(?s){anchor}{pattern}$')})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
