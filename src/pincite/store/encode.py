"""Vectors for segments that are stored already, made from their stored words.

A model that is pulled after files were read, or another model, needs no file to be read again.
What was encoded is visible with its commit and is not asked for again, so a run that ended at
any moment is taken up where it stopped.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pincite.encode import Encoder
from pincite.ingest.interrupt import Interrupts
from pincite.ingest.progress import RunProgress
from pincite.ingest.searchable import embed_text
from pincite.store import embed
from pincite.store.tables import LedgerEntry, Store
from pincite.types import Embeddings, Progress, Vectors

BATCH_SEGMENTS, BATCH_S = 2_000, 10.0
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


def unencoded(ledger: Mapping[str, LedgerEntry], space: str) -> dict[str, LedgerEntry]:
    """Return the files whose segments may lack vectors of a space."""
    return {a: entry for a, entry in ledger.items() if lacks(entry, space)}


def lacks(entry: LedgerEntry, space: str) -> bool:
    """Return whether segments of a file may lack vectors of a space; "" is no space."""
    return bool(space and entry.segments and space not in entry.spaces)


def encode(
    store: Store,
    encoder: Encoder,
    on_event: Callable[[RunProgress], None],
    assets: Collection[str] | None = None,
) -> Encoded:
    """Give all segments with words a vector of the encoder's space.

    The first Ctrl-C lets the texts that are being encoded finish and commits them.

    Args:
        store: The knowledge base.
        encoder: Maps texts to vectors.
        on_event: Hears how far it is after every slice.
        assets: Only these; None: all.

    Raises:
        ModelMismatch: The encoder returned other vectors than it promised; what was committed
            before is kept.
    """
    with store.writing(), Interrupts(_finish) as interrupts:
        store.refresh()
        wanted = unencoded(store.ledger(), encoder.space)
        if assets is not None:
            wanted = {a: entry for a, entry in wanted.items() if a in assets}
        work = _Encoding(store, encoder, on_event, wanted)
        return work.go(interrupts)


def _finish() -> None:
    """Nothing has to be told: the flag is looked at after every slice."""


class _Encoding:
    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        on_event: Callable[[RunProgress], None],
        wanted: Mapping[str, LedgerEntry],
    ) -> None:
        self._store, self._encoder, self._on_event = store, encoder, on_event
        self._wanted = wanted
        self._total = sum(entry.segments for entry in wanted.values())
        self._looked = self._encoded = self._files = 0
        self._started = self._committed_at = time.monotonic()
        self._forget_batch()

    def _forget_batch(self) -> None:
        self._ids: list[str] = []
        self._vectors: list[Vectors] = []
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
        found = self._store.lacking(self._encoder.space, group)
        texts = [(s, text) for s in found if (text := embed_text(s)).strip()]
        left = Counter(segment.asset_id for segment, _ in texts)
        self._finished(a for a in group if not left[a])
        for start in range(0, len(texts), embed.SLICE):
            part = texts[start : start + embed.SLICE]
            self._vectors.append(embed.encode_texts([text for _, text in part], self._encoder))
            self._ids += [segment.id for segment, _ in part]
            here = Counter(segment.asset_id for segment, _ in part)
            left -= here
            self._finished(a for a in here if not left[a])
            self._looked += len(part)
            self._tell(part[-1][0].asset_id)
            late = time.monotonic() - self._committed_at > BATCH_S
            if late or len(self._ids) >= BATCH_SEGMENTS:
                self._commit()
            if interrupts.asked:
                return

    def _finished(self, assets: Iterator[str]) -> None:
        done = {a: self._wanted[a] for a in assets}
        self._done |= done
        self._files += len(done)

    def _commit(self) -> None:
        nothing: Vectors = np.empty((0, self._encoder.width), np.float32)
        vectors = np.concatenate([nothing, *self._vectors])
        self._store.encode([Embeddings(tuple(self._ids), vectors, self._encoder.space)], self._done)
        self._encoded += len(self._ids)
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
