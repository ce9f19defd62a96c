"""A segment as the document that a retrieval-augmented model reads, in training and in use."""

from __future__ import annotations

from pincite.ingest.searchable import embed_text
from pincite.types import Asset, Segment


def document_of(segment: Segment, asset: Asset) -> tuple[str, str]:
    r"""Return title and text: what a person calls the file; headings, words and, if short, context.

    A picture, recording or video enters by its words. Without words of its own the text is "".

    Example:
        >>> from pincite.types import TextSpan
        >>> pump = Segment("s", "a", "text", TextSpan(0, 5), "12 bar", "Pump > Limits")
        >>> document_of(pump, Asset("a", "/pump.txt", "text/plain", title="pump.txt"))
        ('pump.txt', 'Pump > Limits\n12 bar')
    """
    return asset.title, embed_text(segment) if segment.text.strip() else ""
