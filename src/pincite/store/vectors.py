"""Vectors as columns of the segment table, with a digest over those of a row.

A space has one column, of one vector a segment; a space of late interaction has a second, of
several vectors a segment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pincite.errors import SpaceMismatch, StoreError, UsageError
from pincite.store.late import LateEmbeddings, split
from pincite.store.ledger import Ingested
from pincite.store.schema import (
    SEGMENTS_SCHEMA,
    digest,
    encoder_of,
    holds_vectors,
    spaces,
    token_field,
    vector_field,
)
from pincite.types import Embeddings

DIGEST = "vectors_digest"
Value = npt.NDArray[Any]
"""What one segment has in a column: float32 (d,), or float16 (t, d)."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column to be written: its field, and the value of each segment that has one."""

    field: pa.Field
    values: dict[str, Value]


def columns_of(
    batch: Sequence[Ingested], ids: Collection[str], known: Mapping[str, pa.Field]
) -> dict[str, Column]:
    """Return the columns of the vectors of a batch by their names.

    Raises:
        UsageError: A vector belongs to no segment in `ids`, or is not of finite numbers.
        SpaceMismatch: Vectors have another width than the space had before.
    """
    found: dict[str, Column] = {}
    for item in batch:
        uri = item.entry.asset.uri
        for embeddings in item.embeddings:
            _check_ids(uri, embeddings, ids)
            fields = spaces(pa.schema([column.field for column in found.values()]))
            for column in columns(uri, embeddings, {**known, **fields}):
                found.setdefault(column.field.name, column).values.update(column.values)
    return found


def _check_ids(uri: str, embeddings: Embeddings, ids: Collection[str]) -> None:
    strangers = [i for i in embeddings.ids if i not in ids]
    if strangers:
        raise UsageError(
            f"{len(strangers)} vectors in space {embeddings.space!r} belong to no segment of "
            f"{uri}, the first is {strangers[0]!r}"
        )


def columns(uri: str, embeddings: Embeddings, known: Mapping[str, pa.Field]) -> Iterator[Column]:
    """Yield the columns that vectors of one space go into; none if there are no vectors.

    Raises:
        UsageError: They hold numbers that are not finite.
        SpaceMismatch: Vectors of this space have another width in the table.
    """
    if not embeddings.ids:
        return
    yield Column(_field_of(embeddings, known), _by_id(uri, embeddings))
    if isinstance(embeddings, LateEmbeddings):
        _check_finite(uri, embeddings.space, embeddings.tokens.vectors)
        tokens = dict(zip(embeddings.ids, split(embeddings.tokens), strict=True))
        yield Column(token_field(embeddings.space, embeddings.vectors.shape[1]), tokens)


def _by_id(uri: str, embeddings: Embeddings) -> dict[str, Value]:
    vectors = np.ascontiguousarray(embeddings.vectors, dtype="<f4")
    _check_finite(uri, embeddings.space, vectors)
    return dict(zip(embeddings.ids, vectors, strict=True))


def _check_finite(uri: str, space: str, vectors: Value) -> None:
    if not np.isfinite(vectors).all():
        raise UsageError(
            f"vectors of {uri} in space {space!r} hold numbers that are not finite; "
            f"the encoder failed on it"
        )


def _field_of(embeddings: Embeddings, known: Mapping[str, pa.Field]) -> pa.Field:
    """Return the column of a space: the one the table has, with its encoder noted, or a new one."""
    width = embeddings.vectors.shape[1]
    field = known.get(embeddings.space)
    if field is None:
        return vector_field(embeddings.space, width, embeddings.encoder)
    if field.type.list_size != width:
        raise SpaceMismatch(
            f"{embeddings.space} of width {width}",
            f"{embeddings.space} of width {field.type.list_size}",
        )
    return vector_field(embeddings.space, width, embeddings.encoder or encoder_of(field))


def array_of(field: pa.Field, values: Sequence[Value | None]) -> pa.Array:
    """Return the values of a vector column; None becomes null."""
    if pa.types.is_fixed_size_list(field.type):
        return _fixed(field.type, values)
    missing = pa.array([value is None for value in values], pa.bool_())
    lengths = [0 if value is None else len(value) for value in values]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    width = field.type.value_type.list_size
    there = [value for value in values if value is not None]
    flat = np.concatenate([np.empty((0, width), np.float16), *there]).reshape(-1)
    rows = pa.FixedSizeListArray.from_arrays(pa.array(flat), type=field.type.value_type)
    return pa.ListArray.from_arrays(pa.array(offsets), rows, type=field.type, mask=missing)


def _fixed(kind: pa.DataType, values: Sequence[Value | None]) -> pa.Array:
    flat = np.zeros((len(values), kind.list_size), dtype=np.float32)
    missing = np.ones(len(values), dtype=bool)
    for i, value in enumerate(values):
        if value is not None:
            flat[i], missing[i] = value, False
    numbers = pa.array(flat.reshape(-1))
    return pa.FixedSizeListArray.from_arrays(numbers, type=kind, mask=pa.array(missing))


def values_of(array: pa.Array | pa.ChunkedArray) -> Iterator[Value | None]:
    """Yield what each segment has in a vector column: float32 (d,) or float16 (t, d)."""
    for scalar in array:
        if not scalar.is_valid:
            yield None
        elif pa.types.is_fixed_size_list(scalar.type):
            yield scalar.values.to_numpy(zero_copy_only=False)
        else:
            width = scalar.type.value_type.list_size
            flat = scalar.values.flatten().to_numpy(zero_copy_only=False)
            yield flat.reshape(-1, width)


def vectors_digest(values: Mapping[str, Value]) -> int:
    """Return the digest of a row's vectors, by column name."""
    parts: list[str | bytes] = []
    for name in sorted(values):
        kind = "<f2" if name.startswith("tokens_") else "<f4"
        parts += [name, np.asarray(values[name], dtype=kind).tobytes()]
    return digest(*parts)


def digests(rows: pa.Table | pa.RecordBatch) -> list[int]:
    """Return the digest of the vectors of each row."""
    names = sorted(name for name in rows.schema.names if holds_vectors(name))
    held: list[dict[str, Value]] = [{} for _ in range(rows.num_rows)]
    for name in names:
        for row, value in zip(held, values_of(rows.column(name)), strict=True):
            if value is not None:
                row[name] = value
    return [vectors_digest(row) for row in held]


def with_columns(rows: pa.Table, changed: Iterable[Column]) -> pa.Table:
    """Return whole rows of the segment table with values put in, and the others left as they are.

    A column without any value becomes null in these rows.

    Raises:
        StoreError: Vectors of the rows are not what was written: a new digest over them would
            hide the damage.
    """
    if digests(rows) != rows.column(DIGEST).to_pylist():
        raise StoreError(
            "vectors of the knowledge base are not what was written: a file of it is damaged. "
            "Run `pincite kb check --repair`, then ingest the folder again."
        )
    ids = rows.column("id").to_pylist()
    for column in changed:
        place = rows.schema.get_field_index(column.field.name)
        before = values_of(rows.column(place)) if column.values else [None] * len(ids)
        new = [column.values.get(i, old) for i, old in zip(ids, before, strict=True)]
        rows = rows.set_column(place, rows.schema.field(place), array_of(column.field, new))
    place = rows.schema.get_field_index(DIGEST)
    renewed = pa.array(digests(rows), pa.int64())
    return rows.set_column(place, SEGMENTS_SCHEMA.field(DIGEST), renewed)
