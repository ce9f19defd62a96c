"""What the user should know of a run, although nothing failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from pincite.ingest.progress import RunProgress
from pincite.ingest.report import FileReport
from pincite.store.pieces import Piece


@dataclass(frozen=True, slots=True)
class RunWarning:
    """Something that was passed over.

    Attributes:
        message: What, and what can be done about it.
        uri: The file it is about, "" for the run as a whole.
    """

    message: str
    uri: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the line `ingest --json` prints."""
        return {"event": "warning", "uri": self.uri, "message": self.message}


def unread(piece: Piece) -> RunWarning:
    """Return what is said of a segment whose picture or sound cannot be decoded."""
    return RunWarning(
        f"segment {piece.segment.id}: its {piece.segment.modality} cannot be decoded, so it has no "
        f"vector and is found by its words only. Open the file to see whether it is whole, then "
        f"ingest it with --again.",
        piece.asset.uri,
    )


RunEvent: TypeAlias = FileReport | RunProgress | RunWarning
OnEvent: TypeAlias = Callable[[RunEvent], None]
