"""The words by which a segment is found, put together in one place."""

from __future__ import annotations

from pincite.language import words
from pincite.types import Segment

SHORT_WORDS = 40
"""A text with fewer words than this says too little alone: its context is embedded with it."""


def embed_text(segment: Segment) -> str:
    r"""Return what an encoder reads of a segment: headings, text and, if short, its context.

    Example:
        >>> from pincite.types import TextSpan
        >>> embed_text(Segment("s", "a", "text", TextSpan(0, 5), "12 bar", "Pump > Limits"))
        'Pump > Limits\n12 bar'
    """
    parts = [segment.heading, segment.text]
    if len(words(segment.text[:2000])) < SHORT_WORDS:
        parts.append(segment.context)
    return "\n".join(part for part in parts if part.strip())
