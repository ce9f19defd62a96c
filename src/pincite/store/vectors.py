"""Vectors as columns of the segment table, one a space, with a digest over those of a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pyarrow as pa

from pincite.errors import SpaceMismatch, StoreError, UsageError
from pincite.store.ledger import Ingested
from pincite.store.schema import SEGMENTS_SCHEMA, digest, spaces, vector_field
from pincite.types import Embeddings, Vectors

DIGEST = "vectors_digest"


def columns_of(
    batch: Sequence[Ingested], ids: Collection[str], known: Mapping[str, pa.Field]
) -> dict[str, tuple[pa.Field, dict[str, Vectors]]]:
    """Return by column name the column and the vector of each segment that has one.

    Raises:
        UsageError: A vector belongs to no segment in `ids`, or is not of finite numbers.
        SpaceMismatch: Vectors have another width than the space had before.
    """
    found: dict[str, tuple[pa.Field, dict[str, Vectors]]] = {}
    for item in batch:
        uri = item.entry.asset.uri
        for embeddings in item.embeddings:
            _check_ids(uri, embeddings, ids)
            field = column(embeddings, {**known, **_by_space(found)})
            by_id = found.setdefault(field.name, (field, {}))[1]
            by_id.update(vectors_by_id(uri, embeddings))
    return found


def _by_space(found: Mapping[str, tuple[pa.Field, object]]) -> Mapping[str, pa.Field]:
    return spaces(pa.schema([field for field, _ in found.values()]))


def _check_ids(uri: str, embeddings: Embeddings, ids: Collection[str]) -> None:
    strangers = [i for i in embeddings.ids if i not in ids]
    if strangers:
        raise UsageError(
            f"{len(strangers)} vectors in space {embeddings.space!r} belong to no segment of "
            f"{uri}, the first is {strangers[0]!r}"
        )


def vectors_by_id(uri: str, embeddings: Embeddings) -> dict[str, Vectors]:
    """Return each vector as the table takes it, by segment id.

    Raises:
        UsageError: They hold numbers that are not finite.
    """
    vectors = np.ascontiguousarray(embeddings.vectors, dtype="<f4")
    if not np.isfinite(vectors).all():
        raise UsageError(
            f"vectors of {uri} in space {embeddings.space!r} hold numbers that are not finite; "
            f"the encoder failed on it"
        )
    return dict(zip(embeddings.ids, vectors, strict=True))


def column(embeddings: Embeddings, known: Mapping[str, pa.Field]) -> pa.Field:
    """Return the column of a space: the one the table has, or a new one.

    Raises:
        SpaceMismatch: Vectors of this space have another width in the table.
    """
    width = embeddings.vectors.shape[1]
    field = known.get(embeddings.space) or vector_field(embeddings.space, width)
    if field.type.list_size != width:
        raise SpaceMismatch(
            f"{embeddings.space} of width {width}",
            f"{embeddings.space} of width {field.type.list_size}",
        )
    return field


def vector_array(field: pa.Field, vectors: Sequence[Vectors | None]) -> pa.Array:
    """Return the values of a vector column; None becomes null."""
    width = field.type.list_size
    flat = np.zeros((len(vectors), width), dtype=np.float32)
    missing = np.ones(len(vectors), dtype=bool)
    for i, vector in enumerate(vectors):
        if vector is not None:
            flat[i], missing[i] = vector, False
    values = pa.array(flat.reshape(-1))
    return pa.FixedSizeListArray.from_arrays(values, type=field.type, mask=pa.array(missing))


def vectors_digest(vectors: Mapping[str, Vectors]) -> int:
    """Return the digest of a row's vectors, by column name."""
    parts: list[str | bytes] = []
    for name in sorted(vectors):
        parts += [name, np.asarray(vectors[name], dtype="<f4").tobytes()]
    return digest(*parts)


def digests(rows: pa.Table | pa.RecordBatch) -> list[int]:
    """Return the digest of the vectors of each row."""
    names = sorted(name for name in rows.schema.names if name.startswith("vector_"))
    held = {name: rows.column(name) for name in names}
    return [
        vectors_digest({n: array[i].values for n, array in held.items() if array[i].is_valid})
        for i in range(rows.num_rows)
    ]


def with_vectors(rows: pa.Table, field: pa.Field, by_id: Mapping[str, Vectors]) -> pa.Table:
    """Return whole rows of the segment table with their vectors of one space put in.

    Raises:
        StoreError: Vectors of another space are not what was written: a new digest over them
            would hide the damage.
    """
    if digests(rows) != rows.column(DIGEST).to_pylist():
        raise StoreError(
            "vectors of the knowledge base are not what was written: a file of it is damaged. "
            "Run `pincite kb check --repair`, then ingest the folder again."
        )
    new = vector_array(field, [by_id[i] for i in rows.column("id").to_pylist()])
    rows = rows.set_column(rows.schema.get_field_index(field.name), field, new)
    place = rows.schema.get_field_index(DIGEST)
    renewed = pa.array(digests(rows), pa.int64())
    return rows.set_column(place, SEGMENTS_SCHEMA.field(DIGEST), renewed)
