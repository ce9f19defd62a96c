"""Pincite: answers from a folder of documents, pictures, recordings and videos, cited exactly.

Importing this package is cheap: what a name needs is imported when the name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pincite.version import __version__

if TYPE_CHECKING:
    from pincite.errors import PinciteError
    from pincite.pipeline import KnowledgeBase

__all__ = ["KnowledgeBase", "PinciteError", "__version__"]

_HOMES = {"KnowledgeBase": "pincite.pipeline", "PinciteError": "pincite.errors"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pincite' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
