"""Segments to vectors that are checked before they are believed, for several encoders at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pincite.content import Content
from pincite.encode import Encoder, LateEncoder
from pincite.errors import ModelMismatch
from pincite.ingest.parsed import Parsed
from pincite.store.late import LateEmbeddings, Tokens, is_late, mean_of, split
from pincite.store.pieces import (
    Contents,
    Piece,
    carriers_of,
    is_media,
    is_read,
    sees_pages,
)
from pincite.types import Embeddings, Media, TokenVectors, Vectors

SLICE = 256
"""Texts given to an encoder at once; it sorts them by length itself."""
MEDIA_SLICE = 8
"""Pictures, sounds and footages that are decoded at a time."""


class Vectorised:
    """The vectors that encoders have made, until they are taken."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = encoders
        self._vectors: dict[str, dict[str, Vectors]] = {e.space: {} for e in encoders}
        self._tokens: dict[str, dict[str, Tokens]] = {e.space: {} for e in encoders}
        self.ids: set[str] = set()
        self.held_bytes = 0

    def add(self, encoder: Encoder, ids: Sequence[str], contents: Sequence[Content]) -> None:
        """Encode what some segments hold.

        Raises:
            ModelMismatch: The encoder returned other vectors than it promised.
        """
        if is_late(encoder):
            tokens = encode_tokens(contents, encoder)
            vectors = mean_of(tokens)
            self._tokens[encoder.space] |= dict(zip(ids, split(tokens), strict=True))
            self.held_bytes += tokens.vectors.nbytes // 2
        else:
            vectors = encode_contents(contents, encoder)
        self._vectors[encoder.space] |= dict(zip(ids, vectors, strict=True))
        self.held_bytes += vectors.nbytes
        self.ids.update(ids)

    def take(self, ids: Collection[str]) -> tuple[Embeddings, ...]:
        """Return one value an encoder, with the vectors there are for these segments."""
        return tuple(self._taken(encoder, ids) for encoder in self._encoders)

    def _taken(self, encoder: Encoder, ids: Collection[str]) -> Embeddings:
        held, tokens = self._vectors[encoder.space], self._tokens[encoder.space]
        own = tuple(i for i in ids if i in held)
        if not own:
            return Embeddings((), np.empty((0, 0), np.float32), encoder.space, encoder.name)
        vectors = np.stack([held[i] for i in own])
        if not is_late(encoder):
            return Embeddings(own, vectors, encoder.space, encoder.name)
        offsets = np.concatenate([[0], np.cumsum([len(tokens[i]) for i in own])]).astype(np.int64)
        flat: Any = np.concatenate([tokens[i] for i in own])  # float16 already: a page is large
        both = TokenVectors(flat, offsets)
        return LateEmbeddings(own, vectors, encoder.space, encoder.name, tokens=both)


def encode_pieces(
    pieces: Sequence[Piece],
    encoders: Sequence[Encoder],
    contents: Contents,
    into: Vectorised,
    wanted: Mapping[str, Collection[str]] | None = None,
) -> Iterator[Sequence[Piece]]:
    """Yield pieces in slices, each once its vectors are in `into`.

    Args:
        pieces: What is to be encoded.
        encoders: Of different spaces.
        contents: Gives what encoders read.
        into: Takes the vectors.
        wanted: Segments to be encoded by space; None: all.

    Raises:
        ModelMismatch: An encoder returned other vectors than it promised.
    """
    for part in _slices(pieces, encoders):
        contents.prepare(part, encoders)
        for encoder in encoders:
            read = [
                (p.segment.id, contents.of(p, encoder))
                for p in part
                if _is_wanted(p, encoder, wanted)
            ]
            there = [(id, content) for id, content in read if content is not None]
            if there:
                into.add(encoder, [id for id, _ in there], [content for _, content in there])
        yield part


def _is_wanted(
    piece: Piece, encoder: Encoder, wanted: Mapping[str, Collection[str]] | None
) -> bool:
    return wanted is None or piece.segment.id in wanted[encoder.space]


def _slices(pieces: Sequence[Piece], encoders: Sequence[Encoder]) -> Iterator[Sequence[Piece]]:
    """Yield the pieces in parts of `SLICE` texts, or of fewer where media have to be decoded."""
    heavy = max(1, SLICE // MEDIA_SLICE)
    part: list[Piece] = []
    weight = 0
    for piece in pieces:
        part.append(piece)
        weight += heavy if any(is_media(piece, encoder) for encoder in encoders) else 1
        if weight >= SLICE:
            yield part
            part, weight = [], 0
    if part:
        yield part


class _Fresh:
    """The media of files that were just read, as they are in memory."""

    def __init__(self, files: Sequence[Parsed], originals: Mapping[str, Media]) -> None:
        self._held = {f"{asset_id}/original": media for asset_id, media in originals.items()}
        for extract in (extract for file in files for extract in file.extracts):
            for kind, media in (("picture", extract.picture), ("clip", extract.clip)):
                if media is not None:
                    self._held[f"{extract.segment.id}/{kind}"] = media

    def prepare(self, keys: Collection[str]) -> None:
        """Everything is at hand."""

    def get(self, key: str) -> Media | None:
        return self._held.get(key)


def embed(
    files: Sequence[Parsed],
    encoders: Sequence[Encoder],
    originals: Mapping[str, Media],
    on_slice: Callable[[Parsed, int, int], None],
    on_unread: Callable[[Piece], None],
) -> dict[str, tuple[Embeddings, ...]]:
    """Return the vectors of freshly read files by asset id, one value an encoder.

    Args:
        files: Read files.
        encoders: Of different spaces.
        originals: The bytes of the files that are kept, by asset id.
        on_slice: Called with a file, how many segments are done and how many there are, after
            each slice that ends in that file.
        on_unread: Hears of pieces whose media cannot be decoded.

    Raises:
        ModelMismatch: An encoder returned other vectors than it promised.
    """
    by_asset = {file.asset.id: file for file in files}
    pieces = [
        piece
        for file in files
        for piece in _pieces(file, encoders)
        if any(is_read(piece, encoder) for encoder in encoders)
    ]
    made, done = Vectorised(encoders), 0
    contents = Contents(_Fresh(files, originals), on_unread)
    for part in encode_pieces(pieces, encoders, contents, made):
        done += len(part)
        on_slice(by_asset[part[-1].asset.id], done, len(pieces))
    return {
        file.asset.id: made.take([extract.segment.id for extract in file.extracts])
        for file in files
    }


def _pieces(file: Parsed, encoders: Sequence[Encoder]) -> Iterator[Piece]:
    segments = [extract.segment for extract in file.extracts]
    first = carriers_of(segments) if any(map(sees_pages, encoders)) else frozenset()
    for segment in segments:
        yield Piece(segment, file.asset, segment.id in first)


def encode_contents(contents: Sequence[Content], encoder: Encoder) -> Vectors:
    """Return what the encoder promised: one finite unit vector per item, (n, width).

    Raises:
        ModelMismatch: It returned something else.
    """
    vectors = encoder.encode(contents, role="document")
    shape, promised = np.shape(vectors), (len(contents), encoder.width)
    if shape != promised:
        raise _broken(encoder, contents, f"vectors of shape {shape} instead of {promised}")
    return _sound(vectors, encoder, contents)


def encode_tokens(contents: Sequence[Content], encoder: LateEncoder) -> TokenVectors:
    """Return what the encoder promised: finite unit vectors for each item, at least one.

    Raises:
        ModelMismatch: It returned something else.
    """
    tokens = encoder.encode_tokens(contents, role="document")
    shape, offsets = np.shape(tokens.vectors), np.asarray(tokens.offsets)
    fits = len(shape) == 2 and shape[1] == encoder.width
    counted = len(offsets) == len(contents) + 1 and offsets[0] == 0 and offsets[-1] == shape[0]
    if not fits or not counted or (np.diff(offsets) < 1).any():
        found = f"token vectors of shape {shape} with offsets of {np.shape(offsets)}"
        raise _broken(encoder, contents, f"{found} instead of width {encoder.width}")
    return TokenVectors(_sound(tokens.vectors, encoder, contents), offsets)


def _sound(vectors: Vectors, encoder: Encoder, contents: Sequence[Content]) -> Vectors:
    if not np.isfinite(vectors).all():
        raise _broken(encoder, contents, "vectors that are not numbers")
    if (np.abs(np.linalg.norm(vectors, axis=1) - 1.0) > 0.01).any():
        raise _broken(encoder, contents, "vectors that are not of unit length")
    return np.asarray(vectors, dtype=np.float32)


def _broken(encoder: Encoder, contents: Sequence[Content], found: str) -> ModelMismatch:
    return ModelMismatch(
        f"encoder {encoder.space!r} was given {len(contents)} items and returned {found}; nothing "
        f"of it was kept. Check that it is the model it claims to be, then run the command again."
    )
