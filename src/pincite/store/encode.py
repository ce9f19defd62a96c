"""Vectors for segments that are stored already, made from their stored words and evidence.

A model that is pulled after files were read, or another model, needs no file to be read again.
What was encoded is visible with its commit and is not asked for again, so a run that ended at
any moment is taken up where it stopped.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pincite.encode import Encoder
from pincite.encode.distinct import distinct
from pincite.ingest.interrupt import Interrupts
from pincite.ingest.progress import RunProgress
from pincite.store import embed
from pincite.store.notices import OnEvent, unread
from pincite.store.pieces import Contents, Piece, is_read, readable_kinds, sees_pages
from pincite.store.tables import LedgerEntry, Store
from pincite.types import Media, Progress, Segment

BATCH_SEGMENTS, BATCH_BYTES, BATCH_S = 2_000, 64 << 20, 10.0
"""What was encoded is committed as soon as it has reached one of these."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a run has encoded.

    Attributes:
        segments: Segments that were given a vector.
        interrupted: True when the user ended it early; run it again to go on.
    """

    segments: int = 0
    interrupted: bool = False


def lacks(entry: LedgerEntry, spaces: Iterable[str]) -> bool:
    """Return whether something of a file may be left to be encoded in any of these spaces."""
    return bool(entry.segments and not set(spaces) <= set(entry.spaces))


def encode(
    store: Store,
    encoders: Sequence[Encoder],
    on_event: OnEvent,
    assets: Collection[str] | None = None,
) -> Encoded:
    """Give all segments vectors of the encoders that read them; pictures come from the evidence.

    The first Ctrl-C lets what is being encoded finish and commits it.

    Args:
        store: The knowledge base.
        encoders: Of different spaces.
        on_event: Hears how far it is after every slice, and of media that cannot be decoded:
            their segments stay without a vector and are not asked for again.
        assets: Only these; None: all.

    Raises:
        ModelMismatch: An encoder returned other vectors than it promised; what was committed
            before is kept.
    """
    with store.writing(), Interrupts(_finish) as interrupts:
        store.refresh()
        spaces = [encoder.space for encoder in encoders]
        wanted = {a: entry for a, entry in store.ledger().items() if lacks(entry, spaces)}
        if assets is not None:
            wanted = {a: entry for a, entry in wanted.items() if a in assets}
        work = _Encoding(store, distinct(encoders), on_event, wanted)
        return work.go(interrupts)


def _finish() -> None:
    """Nothing has to be told: the flag is looked at after every slice."""


class _Stored:
    """The media of segments as the knowledge base keeps them, a few at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: Mapping[str, Media] = {}
        self._original: tuple[str, Media | None] = ("", None)

    def prepare(self, keys: Collection[str]) -> None:
        self._held = self._store.media_of(keys)

    def get(self, key: str) -> Media | None:
        if not key.endswith("/original"):
            return self._held.get(key)
        if self._original[0] != key:  # the pages of a file come one after the other
            self._original = (key, self._store.media(key))
        return self._original[1]


class _Encoding:
    def __init__(
        self,
        store: Store,
        encoders: Sequence[Encoder],
        on_event: OnEvent,
        wanted: Mapping[str, LedgerEntry],
    ) -> None:
        self._store, self._encoders, self._on_event = store, encoders, on_event
        self._wanted = wanted
        self._contents = Contents(_Stored(store), lambda piece: on_event(unread(piece)))
        self._total = sum(entry.segments for entry in wanted.values())
        self._looked = self._encoded = self._files = 0
        self._started = self._committed_at = time.monotonic()
        self._forget_batch()

    def _forget_batch(self) -> None:
        self._made = embed.Vectorised(self._encoders)
        self._done: dict[str, LedgerEntry] = {}

    def go(self, interrupts: Interrupts) -> Encoded:
        for group in _groups(self._wanted):
            self._encode(group, interrupts)
            if interrupts.asked:
                break
        self._commit()
        return Encoded(self._encoded, interrupts.asked)

    def _encode(self, group: Collection[str], interrupts: Interrupts) -> None:
        """Encode what is lacking of a few files."""
        lacking = {e.space: self._lacking(e, group) for e in self._encoders}
        pieces = self._pieces(lacking, group)
        left = Counter(piece.asset.id for piece in pieces)
        self._finished(a for a in group if not left[a])
        slices = embed.encode_pieces(pieces, self._encoders, self._contents, self._made, lacking)
        for part in slices:
            here = Counter(piece.asset.id for piece in part)
            left -= here
            self._finished(a for a in here if not left[a])
            self._looked += len(part)
            self._tell(part[-1].asset.id)
            if self._is_time_to_commit():
                self._commit()
            if interrupts.asked:
                return

    def _lacking(self, encoder: Encoder, group: Collection[str]) -> dict[str, Segment]:
        assets = [a for a in group if lacks(self._wanted[a], [encoder.space])]
        found = self._store.lacking(encoder.space, assets, readable_kinds(encoder))
        return {segment.id: segment for segment in found}

    def _pieces(
        self, lacking: Mapping[str, Mapping[str, Segment]], group: Collection[str]
    ) -> list[Piece]:
        """Return what some encoder may read of the segments that lack a vector, in their order."""
        late = any(sees_pages(encoder) for encoder in self._encoders)
        first = self._store.carriers(group) if late else frozenset()
        segments = {id: s for found in lacking.values() for id, s in found.items()}
        pieces = [
            Piece(s, self._wanted[s.asset_id].asset, s.id in first) for s in segments.values()
        ]
        read = [
            piece
            for piece in pieces
            if any(
                piece.segment.id in lacking[e.space] and is_read(piece, e) for e in self._encoders
            )
        ]
        return sorted(read, key=lambda p: (p.asset.id, p.segment.ordinal, p.segment.id))

    def _finished(self, assets: Iterable[str]) -> None:
        done = {a: self._wanted[a] for a in assets}
        self._done |= done
        self._files += len(done)

    def _is_time_to_commit(self) -> bool:
        late = time.monotonic() - self._committed_at > BATCH_S
        full = len(self._made.ids) >= BATCH_SEGMENTS or self._made.held_bytes >= BATCH_BYTES
        return late or full

    def _commit(self) -> None:
        self._store.encode(self._made.take(sorted(self._made.ids)), self._done)
        self._encoded += len(self._made.ids)
        self._forget_batch()
        self._committed_at = time.monotonic()

    def _tell(self, asset_id: str) -> None:
        elapsed = max(time.monotonic() - self._started, 1e-6)
        event = RunProgress(
            done=self._files,
            total=len(self._wanted),
            uri=self._wanted[asset_id].asset.uri,
            part=Progress("segment", self._looked, self._total),
            files_per_s=self._files / elapsed,
            remaining_s=elapsed * max(0, self._total - self._looked) / self._looked,
            doing="encoding",
        )
        self._on_event(event)


def _groups(wanted: Mapping[str, LedgerEntry]) -> Iterator[list[str]]:
    """Yield the files in groups whose words fit into memory together."""
    group: list[str] = []
    segments = 0
    for asset_id in sorted(wanted):
        group.append(asset_id)
        segments += wanted[asset_id].segments
        if segments >= BATCH_SEGMENTS:
            yield group
            group, segments = [], 0
    if group:
        yield group
