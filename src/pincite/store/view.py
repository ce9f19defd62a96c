"""One consistent state of the three tables, as a reader sees it.

The ledger's head names the versions of the other two tables; both are opened at exactly those.
What a writer that died (or is still at work) put into them since cannot be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import lance
import pyarrow as pa

from pincite.content import Modality
from pincite.store.engine import EVIDENCE, SEGMENTS, explained, open_table, quoted
from pincite.store.ledger import HEAD_ID, Head, LedgerRow, table_to_head, table_to_rows
from pincite.store.recent import Recent
from pincite.store.schema import check_version, spaces
from pincite.types import Asset, Segment, Vectors

Sampled = tuple[str, Modality, int]
"""Space, modality and how many at most."""
_HEAD_COLUMNS = ["asset_id", "record", "digest"]


class View:
    """The tables at one version of the knowledge base; never changes.

    Attributes:
        uri: Where it lies.
        ledger: The ledger's table.
        head: Its head.
        recent_segments, recent_assets: What was read last, by id.
        recent_vectors: Likewise by space and segment id.
        recent_samples: What was sampled last, by space, modality and how many.
    """

    def __init__(
        self, uri: str, ledger: lance.LanceDataset, rows: Mapping[str, LedgerRow] | None = None
    ) -> None:
        check_version(uri, ledger.schema)
        self.uri, self.ledger, self._rows = uri, ledger, rows
        self.recent_segments: Recent[str, Segment] = Recent()
        self.recent_assets: Recent[str, Asset] = Recent()
        self.recent_vectors: Recent[tuple[str, str], Vectors] = Recent()
        self.recent_samples: Recent[tuple[str, Modality, int], tuple[list[str], Vectors]] = Recent(
            64
        )
        with explained(uri, "reading the ledger"):
            found = ledger.to_table(columns=_HEAD_COLUMNS, filter=f"asset_id = {quoted(HEAD_ID)}")
        self.head: Head = table_to_head(found)

    @property
    def version(self) -> int:
        """Number of this version of the knowledge base."""
        return int(self.ledger.version)

    @cached_property
    def segments(self) -> lance.LanceDataset:
        """The segment table at the version that belongs to this ledger."""
        return open_table(self.uri, SEGMENTS, self.head.segments)

    @cached_property
    def evidence(self) -> lance.LanceDataset:
        """The evidence table at the version that belongs to this ledger."""
        return open_table(self.uri, EVIDENCE, self.head.evidence)

    @cached_property
    def rows(self) -> Mapping[str, LedgerRow]:
        """The ledger's entries by asset id."""
        if self._rows is not None:  # its writer knows them
            return self._rows
        with explained(self.uri, "reading the ledger"):
            table = self.ledger.to_table(columns=[*_HEAD_COLUMNS, "evidence"])
        return table_to_rows(table)

    @cached_property
    def by_uri(self) -> Mapping[str, str]:
        """Asset id by the uri of each source."""
        return {s.uri: a for a, row in self.rows.items() for s in row.entry.sources}

    @cached_property
    def spaces(self) -> Mapping[str, pa.Field]:
        """Vector columns by the name of their space."""
        return spaces(self.segments.schema)
